//! The schema of a plugin's config, as stored in its manifest.

use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::value::RawValue;

/// A [JSON Schema](https://json-schema.org): the text of one JSON object.
///
/// Rationale: homeservers do not interpret it, so a schema costs them its length and nothing more,
/// whatever it holds. Only a tool that validates a config parses it, and that tool may find that it
/// is not a valid schema.
///
/// ```
/// use hsmod_plugin_api::manifest::Manifest;
///
/// let manifest = r#"{
///     "name": "quiet", "version": "1.0.0", "abi": {"major": 2, "minor": 0},
///     "config_schema": { "type": "object" }
/// }"#;
/// let manifest: Manifest = serde_json::from_str(manifest)?;
/// assert_eq!(manifest.config_schema.unwrap().as_str(), r#"{"type":"object"}"#);
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConfigSchema(Box<str>);

impl ConfigSchema {
    /// The JSON text, on one line, without white space between the tokens.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl<'de> Deserialize<'de> for ConfigSchema {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let json = Box::<RawValue>::deserialize(deserializer)?;
        if !json.get().starts_with('{') {
            return Err(D::Error::custom(
                "`config_schema` is not a JSON object, as a JSON Schema must be here",
            ));
        }
        Ok(Self(compact(json.get())))
    }
}

impl Serialize for ConfigSchema {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let json: &RawValue = serde_json::from_str(&self.0).map_err(serde::ser::Error::custom)?;
        json.serialize(serializer)
    }
}

/// Removes the white space between the tokens of a JSON text.
fn compact(json: &str) -> Box<str> {
    let (mut in_text, mut escaped) = (false, false);
    let kept = |c: &char| {
        let kept = in_text || !c.is_ascii_whitespace();
        match c {
            _ if escaped => escaped = false,
            '\\' => escaped = in_text,
            '"' => in_text = !in_text,
            _ => {}
        }
        kept
    };
    json.chars().filter(kept).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::values::by_name;

    fn read(json: &str) -> Result<ConfigSchema, String> {
        by_name::from_str(json).map_err(|error| error.to_string())
    }

    #[test]
    fn a_schema_is_stored_on_one_line() {
        let schema =
            read("{ \"a b\" :\n\t[ 1.50 , \"\\\" \\\\\" , \" c\\\\\\\" \" ] }\r\n").unwrap();
        assert_eq!(schema.as_str(), r#"{"a b":[1.50,"\" \\"," c\\\" "]}"#);
        assert_eq!(serde_json::to_string(&schema).unwrap(), schema.as_str());
        assert_eq!(serde_json::to_value(&schema).unwrap()["a b"][0], 1.5);
    }

    #[test]
    fn a_schema_that_is_no_object_is_refused() {
        for json in ["true", "[]", "3", r#""{\"type\": \"object\"}""#] {
            let error = read(json).unwrap_err();
            assert!(
                error.starts_with(
                    "`config_schema` is not a JSON object, as a JSON Schema must be here"
                ),
                "{error}"
            );
        }
        assert!(read("{").unwrap_err().starts_with("EOF while parsing"));
    }

    /// The depth does not matter, because no value tree is built.
    #[test]
    fn a_deeply_nested_schema_is_read_without_recursion() {
        let deep = format!("{{\"a\":{}{}}}", "[".repeat(100_000), "]".repeat(100_000));
        assert_eq!(read(&deep).unwrap().as_str().len(), deep.len());
    }
}
