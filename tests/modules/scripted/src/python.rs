//! Python values, and the few things that Python does with every one of them.

use hsmod_plugin_api::prelude::*;
use serde_json::{Map, Number, Value};

use crate::codes::CODES;

/// A Python value. Plain JSON stands for itself; what JSON lacks is an object with the key `$`.
#[derive(Clone, Debug)]
pub(crate) enum Python {
    None,
    Bool(bool),
    Number(Number),
    Str(String),
    /// The constant itself, not only an equal string.
    NotSpam,
    /// A member of `Codes`, which is a string too.
    Code(ErrorCode),
    Registration(RegistrationBehaviour),
    Tuple(Vec<Python>),
    List(Vec<Python>),
    Set(Vec<Python>),
    Dict(Map<String, Value>),
    Bytes(String),
    /// Of a class that has neither a length nor items.
    Object,
}

impl Python {
    pub(crate) fn read(value: &Value) -> Result<Self, String> {
        Ok(match value {
            Value::Null => Self::None,
            Value::Bool(value) => Self::Bool(*value),
            Value::Number(number) => Self::Number(number.clone()),
            Value::String(text) => Self::Str(text.clone()),
            Value::Array(items) => Self::List(read_all(items)?),
            Value::Object(object) => match object.get("$") {
                None => Self::Dict(object.clone()),
                Some(Value::String(kind)) => read_special(kind, object.get("v"))?,
                Some(other) => return Err(format!("`$` names a kind of value, not {other}")),
            },
        })
    }

    /// `bool(value)`
    pub(crate) fn is_true(&self) -> bool {
        match self {
            Self::None => false,
            Self::Bool(value) => *value,
            Self::Number(number) => number.as_f64() != Some(0.0),
            Self::Str(text) | Self::Bytes(text) => !text.is_empty(),
            Self::Tuple(items) | Self::List(items) | Self::Set(items) => !items.is_empty(),
            Self::Dict(object) => !object.is_empty(),
            Self::NotSpam | Self::Code(_) | Self::Registration(_) | Self::Object => true,
        }
    }

    /// `value is False`
    pub(crate) const fn is_false(&self) -> bool {
        matches!(self, Self::Bool(false))
    }

    /// `first, second = value`, if that works.
    pub(crate) fn unpack(&self) -> Option<(Self, Self)> {
        let characters = |text: &str| text.chars().map(|c| Self::Str(c.to_string())).collect();
        let items: Vec<Self> = match self {
            Self::Tuple(items) | Self::List(items) | Self::Set(items) => items.clone(),
            Self::Dict(object) => object.keys().cloned().map(Self::Str).collect(),
            Self::Str(text) => characters(text),
            Self::Code(code) => characters(code.as_str()),
            Self::NotSpam => characters("NOT_SPAM"),
            Self::Bytes(text) => text.chars().map(|c| Self::Number(u32::from(c).into())).collect(),
            _ => return None,
        };
        <[Self; 2]>::try_from(items).ok().map(|[first, second]| (first, second))
    }
}

/// A member of `Codes` by its name.
pub(crate) fn code(name: &str) -> Result<ErrorCode, String> {
    let named = CODES.iter().find(|(known, _)| known == name);
    named.map(|(_, code)| code.clone()).ok_or_else(|| format!("there is no code `{name}`"))
}

fn read_all(items: &[Value]) -> Result<Vec<Python>, String> {
    items.iter().map(Python::read).collect()
}

fn read_special(kind: &str, value: Option<&Value>) -> Result<Python, String> {
    let wrong = || format!("`{}` is no value of the kind `{kind}`", value.unwrap_or(&Value::Null));
    let text = || value.and_then(Value::as_str).ok_or_else(wrong);
    let items = || value.and_then(Value::as_array).ok_or_else(wrong);
    Ok(match kind {
        "NOT_SPAM" => Python::NotSpam,
        "ALL_USERS" => Python::Str("ALL".to_owned()),
        "Codes" => Python::Code(code(text()?)?),
        "RegistrationBehaviour" => Python::Registration(match text()? {
            "ALLOW" => RegistrationBehaviour::Allow,
            "SHADOW_BAN" => RegistrationBehaviour::ShadowBan,
            "DENY" => RegistrationBehaviour::Deny,
            _ => return Err(wrong()),
        }),
        "tuple" => Python::Tuple(read_all(items()?)?),
        "set" => Python::Set(read_all(items()?)?),
        "bytes" => Python::Bytes(text()?.to_owned()),
        "pairs" => Python::Dict(items()?.iter().filter_map(pair).collect()),
        "RatelimitOverride" | "MediaUploadLimit" | "presence" | "callable" | "object" => {
            Python::Object
        }
        _ => return Err(format!("there is no kind of value `{kind}`")),
    })
}

/// One item of a dict whose keys may be other than strings; such keys are written out.
fn pair(pair: &Value) -> Option<(String, Value)> {
    let (key, value) = (pair.get(0)?, pair.get(1)?);
    let key = key.as_str().map_or_else(|| key.to_string(), str::to_owned);
    Some((key, value.clone()))
}
