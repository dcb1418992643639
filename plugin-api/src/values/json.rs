//! JSON text that crosses the boundary unchanged; the receiver parses it if necessary.

use std::fmt;

use hsmod_abi::text_type;
use serde::de::DeserializeOwned;
use serde::{Serialize, Serializer};
use serde_json::value::RawValue;

use super::by_name;
use super::json_argument::JSON_TEXT;

/// An owned JSON object.
pub type JsonObject = serde_json::Map<String, serde_json::Value>;

text_type! {
    /// Borrowed JSON text, checked by its creator.
    ///
    /// ```
    /// # use hsmod_plugin_api::prelude::*;
    /// #[derive(Deserialize)]
    /// struct RoomConfig { #[serde(default)] invite: Vec<String> }
    /// let config: RoomConfig = JsonStr::new(r#"{"invite": ["@bob:example.com"]}"#).parse()?;
    /// assert_eq!(config.invite.len(), 1);
    /// # Ok::<(), ModuleError>(())
    /// ```
    #[derive(PartialEq, Eq)]
    pub struct JsonStr;

    /// Wraps `text` without a check.
    pub fn new;
}

impl JsonStr {
    /// Deserialises it into a type that the module defines, or into [`serde_json::Value`]. A struct
    /// is read from an object only, never from a list of its fields.
    ///
    /// # Errors
    /// The text does not fit `T`.
    pub fn parse<T: DeserializeOwned>(&self) -> Result<T, serde_json::Error> {
        by_name::from_str(&self.0)
    }
}

/// Serialises the JSON value, not a string.
///
/// It is an error if the text is not JSON after all. [`serde_json::json!`] panics on that, and on a
/// number that no [`serde_json::Value`] can hold: [parse](Self::parse) text from outside instead.
/// As an argument of a request, a `JsonStr` by itself is sent unchanged and unchecked.
impl Serialize for JsonStr {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_newtype_struct(JSON_TEXT, &Inside(&self.0))
    }
}

/// The contents of a [`JsonStr`]: a value for formats that can embed JSON, a string for others and
/// for serializers that take JSON text unchanged.
struct Inside<'a>(&'a str);

impl Serialize for Inside<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        if !serializer.is_human_readable() {
            return serializer.serialize_str(self.0);
        }
        let value: &RawValue = serde_json::from_str(self.0).map_err(serde::ser::Error::custom)?;
        value.serialize(serializer)
    }
}

impl AsRef<str> for JsonStr {
    fn as_ref(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for JsonStr {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn json_is_written_as_the_value_it_is() {
        let json = JsonStr::new(r#"{"b": [1, 2.50], "a": "x"}"#);
        assert_eq!(serde_json::to_string(&[json]).unwrap(), format!("[{}]", json.as_str()));
        assert_eq!(serde_json::json!({"config": json})["config"]["b"][0], 1);
        assert!(serde_json::to_string(JsonStr::new("{")).is_err());
    }
}
