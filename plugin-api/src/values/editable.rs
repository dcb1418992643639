//! JSON that a module may change in place.

mod kept;

use abi_stable::StableAbi;
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::json::JsonStr;
use super::text::RawStr;

/// JSON that the homeserver lends and will go on with as the modules leave it: what one module
/// changes, the next one sees, whatever the callback then answers.
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
#[repr(C)]
#[derive(StableAbi)]
pub struct EditableJson<'a> {
    owner: *mut (),
    text: RawStr,
    set: unsafe extern "C" fn(*mut (), RawStr) -> RawStr,
    lifetime: std::marker::PhantomData<&'a mut ()>,
}

// SAFETY: it is a `&mut EditableText` in C form (`lend` took one), and `EditableText` is `Send`.
unsafe impl Send for EditableJson<'_> {}
// SAFETY: as above; through `&self` it only reads text that nobody else may change meanwhile.
unsafe impl Sync for EditableJson<'_> {}

impl EditableJson<'_> {
    /// The JSON as it is now.
    pub fn json(&self) -> &JsonStr {
        // SAFETY: `text` is what `lend` or `set` returned: the owner's current text, which only
        // `set` through this `&mut` could change.
        JsonStr::new(unsafe { self.text.text() })
    }

    /// Deserialises what is there now.
    ///
    /// # Errors
    /// If it does not fit `T`.
    pub fn parse<T: DeserializeOwned>(&self) -> Result<T, serde_json::Error> {
        self.json().parse()
    }

    /// Puts `value` in its place. What is the same in both stays as it was written, so that numbers
    /// too large for the type that a module parses into survive it.
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
    /// If `value` cannot be written as JSON.
    pub fn set(&mut self, value: &(impl Serialize + ?Sized)) -> Result<(), serde_json::Error> {
        let text = kept::kept(self.json().as_str(), &serde_json::to_string(value)?);
        // SAFETY: `owner` and `set` belong together (`lend` made both), the owner is borrowed
        // mutably for as long as `self` lives, and the function copies the text.
        self.text = unsafe { (self.set)(self.owner, RawStr::new(&text)) };
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
    /// Takes JSON text.
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

    /// Takes the text out.
    pub fn into_string(self) -> String {
        self.text
    }

    /// Lends it to the modules.
    pub fn lend(&mut self) -> EditableJson<'_> {
        EditableJson {
            text: RawStr::new(&self.text),
            owner: std::ptr::from_mut(self).cast(),
            set: set_text,
            lifetime: std::marker::PhantomData,
        }
    }
}

/// # Safety
/// `owner` was lent by [`EditableText::lend`] and is still borrowed; `text` is readable.
unsafe extern "C" fn set_text(owner: *mut (), text: RawStr) -> RawStr {
    // SAFETY: the caller's promise; nothing here calls back, so no second reference is made.
    let (owner, text) = unsafe { (&mut *owner.cast::<EditableText>(), text.text()) };
    text.clone_into(&mut owner.text);
    owner.changed = true;
    RawStr::new(&owner.text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_module_leaves_alone_stays_as_it_was_written() {
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
