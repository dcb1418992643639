//! Errors in a module's config.

use std::error::Error;
use std::fmt;

use hsmod_abi::{Fault, RawError};
use serde_json::Value;

use super::error::ModuleError;

/// What is wrong with a module's config, and where in it.
///
/// ```
/// # use hsmod_plugin_api::prelude::*;
/// let error = ConfigError::new("a list of user IDs is needed").at("evil_users").at(0);
/// assert_eq!(error.to_string(), "evil_users.<item 0>: a list of user IDs is needed");
/// ```
///
/// Strings, and errors about values that a config may name, convert with `?`; for any other error
/// use `.map_err(ConfigError::new)?`.
///
/// Mirrors `synapse.module_api.errors.ConfigError`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConfigError {
    path: Vec<ConfigKey>,
    message: String,
}

/// One step of the path to a value in a module's config.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ConfigKey {
    /// A key of a mapping.
    Key(String),
    /// An item of a list, counted from 0.
    Item(usize),
}

impl From<&str> for ConfigKey {
    fn from(key: &str) -> Self {
        Self::Key(key.to_owned())
    }
}

impl From<usize> for ConfigKey {
    fn from(item: usize) -> Self {
        Self::Item(item)
    }
}

/// A path crosses as a JSON list of keys and indices.
impl ConfigKey {
    pub(crate) fn list(path: Vec<Self>) -> Value {
        let key = |key| match key {
            Self::Key(key) => Value::from(key),
            Self::Item(item) => Value::from(item),
        };
        path.into_iter().map(key).collect()
    }

    /// Reads such a list; empty if `path` is not one.
    pub(crate) fn read_list(path: &str) -> Vec<Self> {
        let path: Vec<Value> = serde_json::from_str(path).unwrap_or_default();
        let key = |key| match key {
            Value::String(key) => Some(Self::Key(key)),
            other => other.as_u64().and_then(|n| usize::try_from(n).ok()).map(Self::Item),
        };
        path.into_iter().filter_map(key).collect()
    }
}

impl fmt::Display for ConfigKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Key(key) => f.write_str(key),
            Self::Item(item) => write!(f, "<item {item}>"),
        }
    }
}

impl ConfigError {
    /// Creates an error about the config as a whole; narrow it down with [`Self::at`].
    pub fn new(message: impl fmt::Display) -> Self {
        Self { path: Vec::new(), message: message.to_string() }
    }

    /// Appends one step to the path: a key (`&str`) or an index into a list (`usize`, from 0).
    #[must_use]
    pub fn at(mut self, key: impl Into<ConfigKey>) -> Self {
        self.path.push(key.into());
        self
    }

    /// The path from the module's `config` to the value that is wrong.
    pub fn path(&self) -> &[ConfigKey] {
        &self.path
    }

    /// What is wrong.
    pub fn message(&self) -> &str {
        &self.message
    }
}

impl fmt::Display for ConfigError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, key) in self.path.iter().enumerate() {
            write!(f, "{}{key}", if index == 0 { "" } else { "." })?;
        }
        write!(f, "{}{}", if self.path.is_empty() { "" } else { ": " }, self.message)
    }
}

impl Error for ConfigError {}

/// For a part of the config that was deserialised separately: add its position with
/// [`ConfigError::at`]. Read the whole config with
/// [`config_from_value`](crate::module::config_from_value), which knows the position.
impl From<serde_json::Error> for ConfigError {
    fn from(error: serde_json::Error) -> Self {
        Self::new(error)
    }
}

macro_rules! plain {
    ($( $error:ty, )*) => { $(
        impl From<$error> for ConfigError {
            fn from(error: $error) -> Self {
                Self::new(error)
            }
        }
    )* };
}

plain! {
    &str,
    String,
    ModuleError,
    std::io::Error,
    std::num::ParseIntError,
    std::net::AddrParseError,
}

/// The path takes the place of the further fields of other errors.
impl Fault for ConfigError {
    fn into_raw(self) -> RawError {
        let fields = ConfigKey::list(self.path).to_string().into();
        RawError { fields, ..RawError::new(0, self.message) }
    }

    fn from_raw(raw: RawError) -> Self {
        let path = raw.fields.to_text().unwrap_or_default();
        let message = raw.message.to_text().unwrap_or_default();
        Self { path: ConfigKey::read_list(&path), message }
    }

    fn unreadable(why: &dyn fmt::Display) -> Self {
        Self::new(why)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_place_survives_the_boundary() {
        let error = ConfigError::new("bad").at("rules").at(2).at("match");
        assert_eq!(ConfigError::from_raw(error.clone().into_raw()), error);
    }

    #[test]
    fn common_errors_convert_into_config_errors() {
        let number = || Ok("x".parse::<u32>()?);
        let host = || Ok("x".parse::<std::net::IpAddr>()?);
        for (error, text) in [
            (ConfigError::from("text"), "text"),
            (String::from("owned").into(), "owned"),
            (ModuleError::new("failed").into(), "failed"),
            (std::io::Error::other("no disk").into(), "no disk"),
            (number().map(drop).unwrap_err(), "invalid digit found in string"),
            (host().map(drop).unwrap_err(), "invalid IP address syntax"),
        ] {
            assert_eq!(error, ConfigError::new(text));
        }
    }
}
