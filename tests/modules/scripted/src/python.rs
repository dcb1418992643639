//! Python values and their common operations.

use hsmod_plugin_api::prelude::*;
use serde_json::{Map, Number, Value, json};

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
    /// An object of a class without a length or items, as the script describes it.
    Object(Map<String, Value>),
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
                Some(Value::String(kind)) => read_special(kind, object)?,
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
            Self::NotSpam | Self::Code(_) | Self::Registration(_) | Self::Object(_) => true,
        }
    }

    /// The string, if it is a `str`, which includes members of `Codes`.
    pub(crate) fn as_str(&self) -> Option<&str> {
        match self {
            Self::Str(text) => Some(text),
            Self::Code(code) => Some(code.as_str()),
            Self::NotSpam => Some("NOT_SPAM"),
            _ => None,
        }
    }

    /// The number, if it is an `int` (not a `bool`) in range.
    pub(crate) fn as_int(&self) -> Option<i64> {
        match self {
            Self::Number(number) => number.as_i64(),
            _ => None,
        }
    }

    /// The description of an object of a class.
    pub(crate) fn object(&self, class: &str) -> Option<&Map<String, Value>> {
        match self {
            Self::Object(object) => Some(object).filter(|object| object["$"] == class),
            _ => None,
        }
    }

    /// `value is False`
    pub(crate) const fn is_false(&self) -> bool {
        matches!(self, Self::Bool(false))
    }

    /// `first, second = value`, if that works.
    pub(crate) fn unpack(&self) -> Option<(Self, Self)> {
        <[Self; 2]>::try_from(self.items()?).ok().map(|[first, second]| (first, second))
    }

    /// `dict(value)`, if that works. Keys that are not strings are converted.
    pub(crate) fn to_dict(&self) -> Option<Map<String, Value>> {
        if let Self::Dict(object) = self {
            return Some(object.clone());
        }
        let item = |item: Self| {
            let (key, value) = item.unpack()?;
            Some((written_key(key.to_json()), value.to_json()))
        };
        self.items()?.into_iter().map(item).collect()
    }

    /// What `for item in value` sees, if it can be iterated over.
    fn items(&self) -> Option<Vec<Self>> {
        let characters = |text: &str| text.chars().map(|c| Self::Str(c.to_string())).collect();
        Some(match self {
            Self::Tuple(items) | Self::List(items) | Self::Set(items) => items.clone(),
            Self::Dict(object) => object.keys().cloned().map(Self::Str).collect(),
            Self::Bytes(text) => text.chars().map(|c| Self::Number(u32::from(c).into())).collect(),
            other => characters(other.as_str()?),
        })
    }

    /// The value in the script's format.
    fn to_json(&self) -> Value {
        let all = |items: &[Self]| items.iter().map(Self::to_json).collect::<Value>();
        match self {
            Self::None => Value::Null,
            Self::Bool(value) => json!(value),
            Self::Number(number) => json!(number),
            Self::Str(text) => json!(text),
            Self::NotSpam => json!({"$": "NOT_SPAM"}),
            Self::Code(code) => json!({"$": "Codes", "v": name(code)}),
            Self::Registration(RegistrationBehaviour::Allow) => registration("ALLOW"),
            Self::Registration(RegistrationBehaviour::ShadowBan) => registration("SHADOW_BAN"),
            Self::Registration(_) => registration("DENY"),
            Self::Tuple(items) => json!({"$": "tuple", "v": all(items)}),
            Self::List(items) => all(items),
            Self::Set(items) => json!({"$": "set", "v": all(items)}),
            Self::Dict(object) | Self::Object(object) => json!(object),
            Self::Bytes(text) => json!({"$": "bytes", "v": text}),
        }
    }
}

/// A member of `Codes` by its name.
pub(crate) fn code(name: &str) -> Result<ErrorCode, String> {
    let named = CODES.iter().find(|(known, _)| known == name);
    named.map(|(_, code)| code.clone()).ok_or_else(|| format!("there is no code `{name}`"))
}

fn name(code: &ErrorCode) -> Option<&'static str> {
    CODES.iter().find(|(_, known)| known == code).map(|(name, _)| &**name)
}

fn registration(name: &str) -> Value {
    json!({"$": "RegistrationBehaviour", "v": name})
}

fn read_all(items: &[Value]) -> Result<Vec<Python>, String> {
    items.iter().map(Python::read).collect()
}

fn read_special(kind: &str, object: &Map<String, Value>) -> Result<Python, String> {
    let value = object.get("v");
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
            Python::Object(object.clone())
        }
        _ => return Err(format!("there is no kind of value `{kind}`")),
    })
}

/// An item of a dict. A key that is not a string is converted.
fn pair(pair: &Value) -> Option<(String, Value)> {
    let (key, value) = (pair.get(0)?, pair.get(1)?);
    Some((written_key(key.clone()), value.clone()))
}

fn written_key(key: Value) -> String {
    match key {
        Value::String(key) => key,
        other => other.to_string(),
    }
}
