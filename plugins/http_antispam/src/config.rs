//! What the operator says, and what is wrong with it.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{self, Read as _};

use hsmod_plugin_api::prelude::*;
use serde_json::Value;

/// The module's `config`. The crate's documentation says what each key means.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Config {
    pub(crate) base_url: String,
    /// As it was written: what serde says of the wrong type would show the secret.
    #[serde(default)]
    authorization: Value,
    authorization_path: Option<String>,
    pub(crate) enabled_callbacks: Option<Vec<String>>,
    #[serde(default)]
    pub(crate) fail_open: BTreeMap<String, bool>,
    #[serde(default, rename = "async")]
    pub(crate) in_background: BTreeMap<String, bool>,
    #[serde(default = "nine_seconds")]
    pub(crate) timeout_ms: u64,
    #[serde(default = "sixty_four_kibibytes")]
    pub(crate) max_response_bytes: u64,
    /// The value of the header: what the keys above come to.
    #[serde(skip)]
    pub(crate) bearer: Option<String>,
}

/// A second less than homeservers wait for an answer by default: afterwards it is too late to say
/// what is to be done without one.
const fn nine_seconds() -> u64 {
    9_000
}

const fn sixty_four_kibibytes() -> u64 {
    64 << 10
}

/// No token is so long; a file that is has been mistaken for another.
const TOKEN_BYTES_MAX: u64 = 16 << 10;

impl Config {
    /// The config with its defaults and its secret, if nothing is wrong.
    pub(crate) fn checked(mut self) -> Result<Self, ConfigError> {
        self.bearer = self.token()?.map(|token| format!("Bearer {token}"));
        self.authorization = Value::Null;
        self.fail_open.entry("check_event_for_spam".to_owned()).or_insert(true);
        Ok(self)
    }

    /// The token itself goes before the file.
    fn token(&self) -> Result<Option<String>, ConfigError> {
        let (key, token) = match (&self.authorization, &self.authorization_path) {
            (Value::String(token), _) => ("authorization", Ok(token.clone())),
            (Value::Null, Some(path)) => ("authorization_path", read(path)),
            (Value::Null, None) => return Ok(None),
            _ => {
                ("authorization", Err(ConfigError::new("the token is no string: put it in quotes")))
            }
        };
        let token = token.and_then(|token| match token {
            token if token.is_empty() => Err(ConfigError::new(
                "there is no token: leave the key out if the service wants none",
            )),
            token if token.chars().any(|c| !(' '..='~').contains(&c)) => Err(ConfigError::new(
                "the token does not fit into a header, which is one line of ASCII",
            )),
            token => Ok(token),
        });
        token.map(Some).map_err(|error| error.at(key))
    }
}

/// What a file has, without white space around it.
fn read(path: &str) -> Result<String, ConfigError> {
    let mut text = String::new();
    let read = File::open(path).and_then(|file| {
        let length = file.take(TOKEN_BYTES_MAX + 1).read_to_string(&mut text)?;
        let too_long = u64::try_from(length).is_ok_and(|length| length > TOKEN_BYTES_MAX);
        if too_long { Err(io::Error::other("it is too large for a token")) } else { Ok(()) }
    });
    match read {
        Ok(()) => Ok(text.trim().to_owned()),
        Err(error) => Err(ConfigError::new(format_args!("`{path}` cannot be read: {error}"))),
    }
}
