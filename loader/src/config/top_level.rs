//! The top level of a config, except for the sections that have files of their own.

use std::{
    path::{Path, PathBuf},
    time::Duration,
};

use serde_json::{Map, Value};

use super::{
    DEFAULT_SLOW_POLL, duration,
    fields::{Fields, kind, missing_space},
    flaw::Flaw,
    locate,
};

/// The mapping at the top level.
pub(super) fn top_level(value: Value) -> Result<Map<String, Value>, Flaw> {
    match value {
        Value::Object(members) => Ok(members),
        Value::Null => Err(locate::empty()),
        other => {
            let plain = || {
                let message = format!("the config must be a mapping, found {}", kind(&other));
                (message, "begin with a key such as `modules:`".to_owned())
            };
            let (message, fix) = other.as_str().and_then(missing_space).unwrap_or_else(plain);
            Err(Flaw::new(&[], message).fix(fix))
        }
    }
}

/// The folder that relative paths in the config are relative to, as an absolute path.
pub(super) fn absolute(base: &Path) -> Result<PathBuf, Flaw> {
    let base = if base.as_os_str().is_empty() { Path::new(".") } else { base };
    std::path::absolute(base).map_err(|error| {
        Flaw::new(&[], format!("cannot find out the current directory: {error}"))
            .fix("give the absolute path of the config file")
    })
}

/// The URL at which clients reach the homeserver.
pub(super) fn public_baseurl(fields: &mut Fields<'_>) -> Option<String> {
    let url = fields.string("public_baseurl")?;
    if ["https://", "http://"]
        .iter()
        .any(|scheme| url.len() > scheme.len() && url.starts_with(scheme))
    {
        return Some(url);
    }
    let fix = "write it in full: `https://matrix.example.com/`";
    fields.refuse("public_baseurl", format!("`{url}` is not a web address"), Some(fix.to_owned()))
}

/// How long a callback may block before the log names it; `None` disables this.
pub(super) fn slow_poll(fields: &mut Fields<'_>) -> Option<Duration> {
    let Some(value) = fields.take("slow_poll") else { return Some(DEFAULT_SLOW_POLL) };
    match duration::parse(&value, "no warnings") {
        Ok(duration) => duration,
        Err((message, fix)) => fields.refuse("slow_poll", message, Some(fix)),
    }
}
