//! JSON text that crosses the boundary as it is: parsed by whoever wants to look inside.

use std::fmt;

use serde::de::DeserializeOwned;

/// Borrowed JSON text, already checked to be JSON by whoever made it.
///
/// ```
/// # use hsmod_plugin_api::prelude::*;
/// #[derive(Deserialize)]
/// struct RoomConfig { #[serde(default)] invite: Vec<String> }
/// let config: RoomConfig = JsonStr::new(r#"{"invite": ["@bob:example.com"]}"#).parse()?;
/// assert_eq!(config.invite.len(), 1);
/// # Ok::<(), ModuleError>(())
/// ```
#[repr(transparent)]
#[derive(PartialEq, Eq)]
pub struct JsonStr(str);

impl JsonStr {
    /// Takes `text` as it is.
    #[inline]
    pub const fn new(text: &str) -> &Self {
        // SAFETY: `repr(transparent)` over `str`; the lifetime is that of `text`.
        unsafe { &*(std::ptr::from_ref(text) as *const Self) }
    }

    /// The JSON text.
    #[inline]
    pub const fn as_str(&self) -> &str {
        &self.0
    }

    /// Deserialises it into a type of the module's own, or into [`serde_json::Value`].
    ///
    /// # Errors
    /// If the text does not fit `T`.
    pub fn parse<T: DeserializeOwned>(&self) -> Result<T, serde_json::Error> {
        serde_json::from_str(&self.0)
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
