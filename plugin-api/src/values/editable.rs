//! JSON that a module may change in place.

mod kept;

use hsmod_abi::{Editable, SetText, view};
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::json::JsonStr;

view! {
    exclusive
    /// JSON that a module may change, and that the homeserver then uses: each module sees the
    /// changes of the previous ones, whatever the callback answers.
    ///
    /// ```
    /// # use hsmod_plugin_api::prelude::*;
    /// # use hsmod_plugin_api::values::EditableText;
    /// # let mut text = EditableText::new(r#"{"name": "Pub"}"#.to_owned());
    /// # let request_content = &mut text.lend();
    /// let mut content: serde_json::Value = request_content.parse()?;
    /// content["preset"] = "private_chat".into();
    /// request_content.set(&content)?;
    /// assert_eq!(request_content.json().as_str(), r#"{"name":"Pub","preset":"private_chat"}"#);
    /// # Ok::<(), ModuleError>(())
    /// ```
    #[derive(Debug)]
    pub struct EditableJson<'a> {
        text: Editable<'a>,
    }
}

impl EditableJson<'_> {
    /// The JSON as it is now.
    pub fn json(&self) -> &JsonStr {
        JsonStr::new(self.text.text())
    }

    /// Deserialises the JSON as it is now.
    ///
    /// # Errors
    /// It does not fit `T`.
    pub fn parse<T: DeserializeOwned>(&self) -> Result<T, serde_json::Error> {
        self.json().parse()
    }

    /// Replaces the JSON by `value`. Parts that are equal in both keep their original text, so
    /// numbers that are too large for the type that the module parsed into survive.
    ///
    /// ```
    /// # use hsmod_plugin_api::prelude::*;
    /// # use hsmod_plugin_api::values::EditableText;
    /// # let mut text = EditableText::new(r#"{"large": 18446744073709551616, "name": "Pub"}"#.to_owned());
    /// # let request_content = &mut text.lend();
    /// let mut content: serde_json::Value = request_content.parse()?;
    /// content["name"] = "Inn".into();
    /// request_content.set(&content)?;
    /// assert_eq!(request_content.json().as_str(), r#"{"large":18446744073709551616,"name":"Inn"}"#);
    /// # Ok::<(), ModuleError>(())
    /// ```
    ///
    /// # Errors
    /// `value` cannot be serialised as JSON.
    pub fn set(&mut self, value: &(impl Serialize + ?Sized)) -> Result<(), serde_json::Error> {
        let text = kept::kept(self.json().as_str(), &serde_json::to_string(value)?);
        self.text.set(&text);
        Ok(())
    }
}

/// The homeserver's side of an [`EditableJson`]: the text itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EditableText {
    text: String,
    changed: bool,
}

impl EditableText {
    /// Wraps JSON text.
    pub const fn new(text: String) -> Self {
        Self { text, changed: false }
    }

    /// The text as it is now.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// Whether a module has set it.
    pub const fn changed(&self) -> bool {
        self.changed
    }

    /// Returns the text.
    pub fn into_string(self) -> String {
        self.text
    }

    /// Lends the text to the modules.
    pub fn lend(&mut self) -> EditableJson<'_> {
        EditableJson { size: EditableJson::SIZE, flags: 0, text: Editable::new(self) }
    }
}

impl SetText for EditableText {
    fn text(&self) -> &str {
        &self.text
    }

    fn set(&mut self, text: &str) {
        text.clone_into(&mut self.text);
        self.changed = true;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn unedited_parts_keep_their_text() {
        let mut text = EditableText::new(r#"{"n": 18446744073709551616, "name": "a"}"#.to_owned());
        let mut lent = text.lend();
        let mut value: serde_json::Value = lent.parse().unwrap();
        value["name"] = "b".into();
        lent.set(&value).unwrap();
        assert_eq!(lent.json().as_str(), r#"{"n":18446744073709551616,"name":"b"}"#);
        assert!(text.changed());
        assert_eq!(text.as_str(), r#"{"n":18446744073709551616,"name":"b"}"#);
    }
}
