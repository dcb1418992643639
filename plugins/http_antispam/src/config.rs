//! The config and its checks.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{self, Read as _};

use hsmod_plugin_api::prelude::*;
use serde_json::Value;

/// Asks an HTTP service what is spam. The crate's documentation explains each key.
#[derive(Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Config {
    /// The URL of the service. `/` and the callback's name are appended.
    pub(crate) base_url: String,
    /// The token that is sent to the service. It takes precedence over the file.
    // A raw value, because serde's error for a wrong type would quote the secret.
    #[serde(default)]
    #[cfg_attr(test, schemars(with = "Option<String>"))]
    authorization: Value,
    /// A file that contains this token.
    authorization_path: Option<String>,
    /// The callbacks that ask the service; all of them by default.
    pub(crate) enabled_callbacks: Option<Vec<String>>,
    /// For each callback, whether to allow what the service gives no answer to.
    #[serde(default)]
    pub(crate) fail_open: BTreeMap<String, bool>,
    /// For each callback, whether to notify the service without waiting for its answer.
    #[serde(default, rename = "async")]
    pub(crate) in_background: BTreeMap<String, bool>,
    /// Whether to ask for `/ping` at the start, until the service answers.
    #[serde(default)]
    pub(crate) do_ping: bool,
    /// The service's time limit, in milliseconds.
    #[serde(default = "nine_seconds")]
    pub(crate) timeout_ms: u64,
    /// The maximum size of an answer, in bytes.
    #[serde(default = "sixty_four_kibibytes")]
    pub(crate) max_response_bytes: u64,
    /// The value of the `Authorization` header, from the keys above.
    #[serde(skip)]
    pub(crate) bearer: Option<String>,
}

/// One second less than the loader's default deadline for callbacks. Later, the module could no
/// longer decide what happens without an answer.
const fn nine_seconds() -> u64 {
    9_000
}

const fn sixty_four_kibibytes() -> u64 {
    64 << 10
}

/// The limits of the loader's HTTP client.
const TIMEOUT_MS_MAX: u64 = 600_000;
const RESPONSE_BYTES_MAX: u64 = 64 << 20;

/// The longest token. A larger file is probably the wrong one.
const TOKEN_BYTES_MAX: u64 = 16 << 10;

impl Config {
    /// Checks the config and reads the secret. `callbacks` are this module's callbacks.
    pub(crate) fn checked(mut self, callbacks: &[&str]) -> Result<Self, ConfigError> {
        check_url(&self.base_url).map_err(|error| error.at("base_url"))?;
        self.bearer = self.token()?.map(|token| format!("Bearer {token}"));
        self.authorization = Value::Null;
        for (item, name) in self.enabled_callbacks.iter().flatten().enumerate() {
            check_callback(name, callbacks)
                .map_err(|error| error.at("enabled_callbacks").at(item))?;
        }
        for (key, map) in [("fail_open", &self.fail_open), ("async", &self.in_background)] {
            for name in map.keys() {
                check_callback(name, callbacks).map_err(|error| error.at(key).at(name.as_str()))?;
            }
        }
        check_limit(self.timeout_ms, TIMEOUT_MS_MAX).map_err(|error| error.at("timeout_ms"))?;
        check_limit(self.max_response_bytes, RESPONSE_BYTES_MAX)
            .map_err(|error| error.at("max_response_bytes"))?;
        self.fail_open.entry("check_event_for_spam".to_owned()).or_insert(true);
        Ok(self)
    }

    /// The token. The inline one takes precedence over the file.
    fn token(&self) -> Result<Option<String>, ConfigError> {
        let (key, token) = match (&self.authorization, &self.authorization_path) {
            (Value::String(token), _) => ("authorization", Ok(token.clone())),
            (Value::Null, Some(path)) => ("authorization_path", read(path)),
            (Value::Null, None) => return Ok(None),
            _ => (
                "authorization",
                Err(ConfigError::new("the token is not a string: put it in quotes")),
            ),
        };
        let token = token.and_then(|token| match token {
            token if token.is_empty() => Err(ConfigError::new(
                "the token is empty: leave the key out if the service needs no token",
            )),
            token if token.chars().any(|c| !(' '..='~').contains(&c)) => Err(ConfigError::new(
                "the token does not fit into a header: it must be one line of printable ASCII",
            )),
            token => Ok(token),
        });
        token.map(Some).map_err(|error| error.at(key))
    }
}

/// The content of a file, without surrounding white space.
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

/// Checks that the URL can be extended by `/user_may_invite`. Without this check, every request
/// would fail.
fn check_url(url: &str) -> Result<(), ConfigError> {
    let rest = ["https://", "http://"].iter().find_map(|scheme| url.strip_prefix(scheme));
    let behind = url.split_once("://").map_or(url, |(_scheme, behind)| behind);
    let authority = behind.split(['/', '?', '#']).next().unwrap_or_default();
    if authority.contains('@') {
        return Err(ConfigError::new(
            "a URL here cannot have a user and a password: put a token into the file of \
             `authorization_path`",
        ));
    }
    if rest.is_none() || !is_host(authority) || url.contains(|c: char| c <= ' ' || c == '\x7f') {
        let like = "https://antispam.example.com/api";
        return Err(ConfigError::new(format_args!(
            "`{url}` is not a URL: write it like \"{like}\""
        )));
    }
    if url.contains(['?', '#']) {
        return Err(ConfigError::new(
            "`?` and `#` are not allowed, because `/` and the name of a callback are appended",
        ));
    }
    Ok(())
}

/// Whether this is a host name or address, with or without a port.
fn is_host(authority: &str) -> bool {
    let (host, port) = match authority.rsplit_once(':') {
        Some((host, port)) if !port.ends_with(']') => (host, port),
        _ => (authority, ""),
    };
    let bracketed = host.starts_with('[') && host.ends_with(']');
    let plain = !host.is_empty() && !host.contains([':', '[', ']']);
    (bracketed || plain) && (port.is_empty() || port.parse::<u16>().is_ok())
}

fn check_callback(name: &str, callbacks: &[&str]) -> Result<(), ConfigError> {
    if callbacks.contains(&name) {
        return Ok(());
    }
    let callbacks = callbacks.join("`, `");
    Err(ConfigError::new(format_args!(
        "`{name}` is not a callback of this module: write one of `{callbacks}`"
    )))
}

fn check_limit(value: u64, max: u64) -> Result<(), ConfigError> {
    if (1..=max).contains(&value) {
        return Ok(());
    }
    Err(ConfigError::new(format_args!("{value} is not between 1 and {max}")))
}
