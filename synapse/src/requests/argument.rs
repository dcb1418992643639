//! Writes the arguments of a request for Python: a JSON object by their names.

use hsmod_loader::WebRequest;
use hsmod_loader::values::{JsonStr, ModuleError, RoomAlias, RoomId, UserId};

/// A JSON object under construction.
///
/// Rationale: its text is concatenated and never parsed, because arguments may be large JSON.
pub(super) struct Arguments {
    json: String,
    /// The error of the first argument that cannot be serialised.
    wrong: Option<ModuleError>,
}

impl Arguments {
    pub(super) const fn none() -> Self {
        Self { json: String::new(), wrong: None }
    }

    pub(super) fn with(mut self, name: &str, argument: impl Argument) -> Self {
        self.json.push(if self.json.is_empty() { '{' } else { ',' });
        self.json.push('"');
        self.json.push_str(name);
        self.json.push_str("\":");
        match argument.json() {
            Ok(json) => self.json.push_str(&json),
            Err(error) => {
                let wrong =
                    || ModuleError::new(format_args!("the argument `{name}` is not JSON: {error}"));
                self.wrong.get_or_insert_with(wrong);
            }
        }
        self
    }

    /// Returns the text.
    ///
    /// # Errors
    /// An argument should be JSON, but is not.
    pub(super) fn into_json(self) -> Result<String, ModuleError> {
        let Self { mut json, wrong } = self;
        if json.is_empty() {
            json.push('{');
        }
        json.push('}');
        wrong.map_or(Ok(json), Err)
    }
}

/// A type of argument.
pub(super) trait Argument {
    /// Serialises the argument.
    ///
    /// # Errors
    /// It is text of a module that should be JSON, but is not.
    fn json(self) -> serde_json::Result<String>;
}

macro_rules! arguments {
    ($( $type:ty, |$value:ident| $shown:expr; )*) => { $(
        impl Argument for $type {
            fn json(self) -> serde_json::Result<String> {
                let $value = self;
                serde_json::to_string($shown)
            }
        }
    )* };
}

arguments! {
    bool, |value| &value;
    u64, |value| &value;
    i64, |value| &value;
    Option<i64>, |value| &value;
    &str, |text| text;
    Option<&str>, |text| &text;
    &UserId, |id| id.as_str();
    &RoomId, |id| id.as_str();
    &RoomAlias, |alias| alias.as_str();
    &JsonStr, |json| json;
    // Python finds its own request by this number.
    &WebRequest<'_>, |request| &request.token();
}
