//! The arguments of requests, read from JSON.

use std::collections::BTreeMap;

use hsmod_plugin_api::prelude::*;
use serde_json::Value;

/// The JSON of an argument.
pub(crate) struct Given<'a> {
    name: &'a str,
    value: &'a Value,
    json: String,
    web: Option<&'a WebRequest<'a>>,
}

impl<'a> Given<'a> {
    pub(crate) fn new(
        all: &'a BTreeMap<String, Value>,
        name: &'a str,
        web: Option<&'a WebRequest<'a>>,
    ) -> Result<Self, ModuleError> {
        let value = all.get(name).unwrap_or(&Value::Null);
        Ok(Self { name, value, json: serde_json::to_string(value)?, web })
    }

    fn read<T>(&self, value: Option<T>) -> Result<T, ModuleError> {
        let wrong = || ModuleError::new(format_args!("`{}` cannot be {}", self.name, self.json));
        value.ok_or_else(wrong)
    }
}

/// A type of argument that requests take.
pub(crate) trait Argument<'a>: Sized {
    fn read(given: &'a Given<'a>) -> Result<Self, ModuleError>;
}

macro_rules! arguments {
    ($( $type:ty, |$given:ident| $value:expr; )*) => { $(
        impl<'a> Argument<'a> for $type {
            fn read($given: &'a Given<'a>) -> Result<Self, ModuleError> {
                $given.read($value)
            }
        }
    )* };
}

arguments! {
    bool, |given| given.value.as_bool();
    u64, |given| given.value.as_u64();
    i64, |given| given.value.as_i64();
    Option<i64>, |given| optional(given.value, Value::as_i64);
    &'a str, |given| given.value.as_str();
    Option<&'a str>, |given| optional(given.value, Value::as_str);
    &'a UserId, |given| given.value.as_str().map(UserId::new);
    &'a RoomId, |given| given.value.as_str().map(RoomId::new);
    &'a RoomAlias, |given| given.value.as_str().map(RoomAlias::new);
    &'a JsonStr, |given| Some(JsonStr::new(&given.json));
    &'a WebRequest<'a>, |given| given.web;
}

/// Reads `null` as `None`.
fn optional<'a, T>(value: &'a Value, read: fn(&'a Value) -> Option<T>) -> Option<Option<T>> {
    if value.is_null() { Some(None) } else { read(value).map(Some) }
}
