//! Deserialises a module's config into its own type, and reports where it does not fit.

use std::cell::RefCell;

use serde::de::DeserializeOwned;
use serde_json::Value;

use super::unread::{Unread, UnreadKey};
use crate::values::{ConfigError, ConfigKey, by_name};

/// Deserialises a config. This is what [`Module::parse_config`](super::Module::parse_config) does
/// by default; an override that adds checks calls it first. Unlike [`serde_json::from_value`] it
/// reports where the config does not fit, and reads structs from mappings only.
///
/// A key that no field is named after is most likely misspelt. With `deny_unknown_fields` it is an
/// error; otherwise the homeserver warns of it at the start, and so does `hsmod check`. Keys in
/// parts that serde buffers (`flatten`, `tag`, `untagged`) are not checked.
///
/// ```
/// use hsmod_plugin_api::prelude::*;
///
/// #[derive(Deserialize)]
/// #[serde(deny_unknown_fields)]
/// pub struct Config {
///     bridges: Vec<String>,
/// }
///
/// # pub struct Bridges;
/// impl Module for Bridges {
///     type Config = Config;
///
///     fn parse_config(config: serde_json::Value) -> Result<Config, ConfigError> {
///         let config: Config = config_from_value(config)?;
///         for (item, user_id) in config.bridges.iter().enumerate() {
///             if !user_id.starts_with('@') {
///                 return Err(ConfigError::new("no user ID").at("bridges").at(item));
///             }
///         }
///         Ok(config)
///     }
/// #   fn new(_: Config, _: &ModuleApi) -> Result<Arc<Self>, ModuleError> { Ok(Arc::new(Self)) }
/// }
///
/// let error = |config| Bridges::parse_config(config).err().unwrap().to_string();
/// assert_eq!(
///     error(serde_json::json!({"bridges": [1]})),
///     "bridges.<item 0>: invalid type: integer `1`, expected a string"
/// );
/// assert_eq!(
///     error(serde_json::json!({"bridges": ["irc"]})),
///     "bridges.<item 0>: no user ID"
/// );
/// ```
///
/// # Errors
/// The config does not fit; the error says why and where.
#[allow(clippy::needless_pass_by_value, reason = "as `serde_json::from_value` takes it")]
pub fn config_from_value<C: DeserializeOwned>(config: Value) -> Result<C, ConfigError> {
    let text = config.to_string();
    let found = RefCell::default();
    let watch = Unread { text: &text, known: &[], found: &found };
    let config = by_name::from_str_watched(&text, watch).map_err(|error| {
        let message = error.to_string();
        let message = message.rsplit_once(" at line ").map_or(&*message, |(head, _)| head);
        // The text is one line, so the column is the number of bytes that were read.
        let path = path_behind(&text, error.column());
        path.into_iter().fold(ConfigError::new(message), ConfigError::at)
    })?;
    for (place, known) in found.into_inner() {
        let path = path_behind(&text, place);
        let wanted =
            |key: &ConfigKey| matches!(key, ConfigKey::Key(key) if known.contains(&&**key));
        // The key is that of a field, whose type ignores its value.
        if !path.last().is_some_and(wanted) {
            let known = known.iter().map(|key| (*key).to_owned()).collect();
            UnreadKey { path, known }.tell();
        }
    }
    Ok(config)
}

/// An open bracket, and the current position in it.
enum Frame {
    Object(Option<String>),
    Array(usize),
}

/// Returns the path to the value that ends after the first `length` bytes of compact JSON text.
fn path_behind(text: &str, length: usize) -> Vec<ConfigKey> {
    let mut frames: Vec<Frame> = Vec::new();
    let mut at = 0;
    while at < length.min(text.len()) {
        let rest = &text[at..];
        at += 1;
        match rest.as_bytes()[0] {
            b'{' => frames.push(Frame::Object(None)),
            b'[' => frames.push(Frame::Array(0)),
            b'}' | b']' => drop(frames.pop()),
            b',' => match frames.last_mut() {
                Some(Frame::Object(key)) => *key = None,
                Some(Frame::Array(item)) => *item += 1,
                None => {}
            },
            b'"' => {
                let end = string_length(rest);
                at += end - 1;
                if let (Some(Frame::Object(key)), Some(b':')) =
                    (frames.last_mut(), rest.as_bytes().get(end))
                {
                    *key = serde_json::from_str(&rest[..end]).ok();
                }
            }
            _ => {}
        }
    }
    let key = |frame| match frame {
        Frame::Object(key) => key.map(ConfigKey::Key),
        Frame::Array(item) => Some(ConfigKey::Item(item)),
    };
    frames.into_iter().filter_map(key).collect()
}

/// Returns the length in bytes of the JSON string at the beginning of `text`, including the quotes.
fn string_length(text: &str) -> usize {
    let mut escaped = false;
    let end = text.bytes().skip(1).position(|byte| {
        let ends = byte == b'"' && !escaped;
        escaped = byte == b'\\' && !escaped;
        ends
    });
    end.map_or(text.len(), |end| end + 2)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde::Deserialize;
    use serde_json::json;

    #[derive(Debug, Deserialize)]
    #[serde(deny_unknown_fields)]
    #[allow(dead_code, reason = "only its errors matter")]
    struct Config {
        #[serde(default)]
        evil_users: Vec<String>,
        #[serde(default)]
        rules: Vec<Rule>,
        needed: bool,
    }

    #[derive(Debug, Deserialize)]
    #[serde(deny_unknown_fields)]
    #[allow(dead_code, reason = "only its errors matter")]
    struct Rule {
        regex: String,
    }

    fn error(config: Value) -> String {
        config_from_value::<Config>(config).unwrap_err().to_string()
    }

    #[test]
    fn a_config_error_names_the_place() {
        assert_eq!(
            error(json!({"evil_users": ["a", 3], "needed": true})),
            "evil_users.<item 1>: invalid type: integer `3`, expected a string"
        );
        assert_eq!(
            error(json!({"rules": [{"regex": "x"}, {"regex": []}], "needed": true})),
            "rules.<item 1>.regex: invalid type: sequence, expected a string"
        );
        assert_eq!(
            error(json!({"evil_user": [], "needed": true})),
            "evil_user: unknown field `evil_user`, expected one of `evil_users`, `rules`, `needed`"
        );
        assert_eq!(
            error(json!({"rules": [{"a\\\"]": 1}]})).split(": ").next(),
            Some("rules.<item 0>.a\\\"]")
        );
        assert_eq!(
            error(json!({"rules": [{"regex": "x"}, ["y"]], "needed": true})),
            "rules.<item 1>: invalid type: sequence, expected an object"
        );
        assert_eq!(error(json!([[], [], true])), "invalid type: sequence, expected an object");
        assert_eq!(error(json!({})), "missing field `needed`");
        assert_eq!(error(json!({"rules": []})), "missing field `needed`");
        assert_eq!(
            error(json!({"rules": [{}], "needed": true})),
            "rules.<item 0>: missing field `regex`"
        );
    }
}
