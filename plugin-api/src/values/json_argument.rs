//! Arguments of requests that are JSON: a module passes any value that serialises, and its text
//! crosses.

mod writer;

use std::fmt;

use serde::Serialize;

use super::error::ModuleError;
pub(super) use writer::JSON_TEXT;
use writer::text_of;

/// The required JSON type of an argument, as declared in the row of its request.
///
/// It is checked on the module's side, so that the module gets the same error, with a remedy, from
/// every homeserver. The homeserver checks what lies deeper; it also gets requests from modules in
/// other languages.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum JsonShape {
    /// Anything.
    Any,
    /// An object.
    Object,
    /// An object, or `null`.
    ObjectOrNull,
    /// A list.
    List,
    /// A list, or `null`.
    ListOrNull,
}

/// The name of a shape, as a literal.
macro_rules! in_words {
    (Any) => {
        "JSON"
    };
    (Object) => {
        "an object"
    };
    (ObjectOrNull) => {
        "an object or `null`"
    };
    (List) => {
        "a list"
    };
    (ListOrNull) => {
        "a list or `null`"
    };
}

pub(crate) use in_words;

impl fmt::Display for JsonShape {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Any => in_words!(Any),
            Self::Object => in_words!(Object),
            Self::ObjectOrNull => in_words!(ObjectOrNull),
            Self::List => in_words!(List),
            Self::ListOrNull => in_words!(ListOrNull),
        })
    }
}

impl JsonShape {
    /// Returns what is wrong with a text that should have this shape, judging by its first byte.
    fn flaw(self, text: &str) -> Option<&'static str> {
        let (found, fits) = match text.trim_ascii_start().as_bytes().first() {
            Some(b'{') => ("an object", matches!(self, Self::Object | Self::ObjectOrNull)),
            Some(b'[') => ("a list", matches!(self, Self::List | Self::ListOrNull)),
            Some(b'n') => ("`null`", matches!(self, Self::ObjectOrNull | Self::ListOrNull)),
            Some(b'"') => ("a text: if that is JSON itself, give `JsonStr::new(text)`", false),
            Some(b't' | b'f') => ("a bool", false),
            Some(b'-' | b'0'..=b'9') => ("a number", false),
            _ => return Some("no JSON"),
        };
        (!fits && self != Self::Any).then_some(found)
    }
}

/// Returns the text of an argument. Values that are JSON text already ([`JsonStr`](super::JsonStr),
/// an event) are used unchanged.
pub(crate) fn written(
    request: &str,
    argument: &str,
    shape: JsonShape,
    value: &(impl Serialize + ?Sized),
) -> Result<String, ModuleError> {
    checked(request, argument, shape, text_of(value))
}

/// The part that is the same for all types.
fn checked(
    request: &str,
    argument: &str,
    shape: JsonShape,
    text: serde_json::Result<String>,
) -> Result<String, ModuleError> {
    let text = text.map_err(|error| {
        ModuleError::new(format_args!(
            "`{request}`: `{argument}` cannot be written as JSON: {error}"
        ))
    })?;
    match shape.flaw(&text) {
        None => Ok(text),
        Some(found) => Err(ModuleError::new(format_args!(
            "`{request}`: `{argument}` must be {shape}, but is {found}"
        ))),
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use serde_json::json;
    use serde_json::value::RawValue;

    use super::*;
    use crate::values::{JsonObject, JsonStr, UserId};

    fn object(value: &(impl Serialize + ?Sized)) -> Result<String, String> {
        written("create_room", "config", JsonShape::Object, value).map_err(|e| e.to_string())
    }

    #[test]
    fn any_serialisable_value_is_an_argument() {
        #[derive(Serialize)]
        struct Config<'a> {
            name: &'a str,
        }
        let expected = Ok(r#"{"name":"a \"b\""}"#.to_owned());
        let name = r#"a "b""#;
        assert_eq!(object(&json!({"name": name})), expected);
        assert_eq!(object(&JsonObject::from_iter([("name".to_owned(), name.into())])), expected);
        assert_eq!(object(&Config { name }), expected);
        assert_eq!(object(&BTreeMap::from([("name", name)])), expected);
        assert_eq!(object(&Some(&Config { name })), expected);
        let raw: &RawValue = serde_json::from_str(r#" {"name":"a \"b\""} "#).unwrap();
        assert_eq!(object(raw), expected);
        assert_eq!(object(&raw), expected);
        assert_eq!(object(&raw.to_owned()), expected);
    }

    #[test]
    fn json_text_is_taken_as_it_is() {
        // It is neither parsed, which would fail, nor quoted.
        let text = "\n{\"n\": 1.50, \"n\": }";
        assert_eq!(object(JsonStr::new(text)).as_deref(), Ok(text));
        assert_eq!(object(&JsonStr::new(text)).as_deref(), Ok(text));
        // Nested in another value it is embedded as JSON, or an error.
        let content = JsonStr::new(r#"{"body": "\u00e9"}"#);
        let event = object(&BTreeMap::from([("content", content)]));
        assert_eq!(event.as_deref(), Ok(r#"{"content":{"body": "\u00e9"}}"#));
        let forged = BTreeMap::from([("content", JsonStr::new(r#"{}, "sender": "@admin:x""#))]);
        let error = object(&forged).unwrap_err();
        let message = "`create_room`: `config` cannot be written as JSON: trailing characters at \
                       line 1 column 3";
        assert_eq!(error, message);
    }

    #[test]
    fn an_argument_of_another_shape_is_named_with_the_remedy() {
        let double = object(&json!({"name": "x"}).to_string()).unwrap_err();
        assert_eq!(
            double,
            "`create_room`: `config` must be an object, but is a text: if that is JSON itself, \
             give `JsonStr::new(text)`"
        );
        let shapes = [
            JsonShape::Any,
            JsonShape::Object,
            JsonShape::ObjectOrNull,
            JsonShape::List,
            JsonShape::ListOrNull,
        ];
        let fits = |value: serde_json::Value| {
            shapes.map(|shape| written("request", "argument", shape, &value).is_ok())
        };
        assert_eq!(fits(json!({})), [true, true, true, false, false]);
        assert_eq!(fits(json!([])), [true, false, false, true, true]);
        assert_eq!(fits(json!(null)), [true, false, true, false, true]);
        for value in [json!(true), json!(false), json!(-1), json!(0.5), json!("{}")] {
            assert_eq!(fits(value), [true, false, false, false, false]);
        }
        for text in ["", " ", "plain", "{"] {
            let any = written("request", "argument", JsonShape::Any, JsonStr::new(text));
            assert_eq!(any.is_ok(), text == "{", "{text:?}");
        }
        let list = written("request", "argument", JsonShape::ListOrNull, &json!({})).unwrap_err();
        let message = "`request`: `argument` must be a list or `null`, but is an object";
        assert_eq!(list.to_string(), message);
    }

    #[test]
    fn a_value_that_is_no_json_is_an_error_with_the_name_of_the_argument() {
        let error = object(&BTreeMap::from([(vec![1], 2)])).unwrap_err();
        let message = "`create_room`: `config` cannot be written as JSON: key must be a string";
        assert_eq!(error, message);
    }

    #[test]
    fn lists_and_nothing_need_no_json() {
        let list = |value: &dyn Fn() -> Result<String, ModuleError>| value().unwrap();
        let users = [UserId::new("@a:x"), UserId::new("@b:x")];
        let users = list(&|| written("request", "users", JsonShape::List, &users));
        assert_eq!(users, r#"["@a:x","@b:x"]"#);
        let filter = [("m.room.name", Some("")), ("m.room.member", None)];
        let filter = list(&|| written("request", "filter", JsonShape::ListOrNull, &filter));
        assert_eq!(filter, r#"[["m.room.name",""],["m.room.member",null]]"#);
        assert_eq!(list(&|| written("request", "none", JsonShape::ListOrNull, &())), "null");
    }
}
