//! The JSON form of each argument type.

use serde_json::Value;

/// The JSON form of an argument.
#[derive(Clone, Copy)]
pub(super) struct Form {
    /// The description for messages.
    pub(super) shown: &'static str,
    kind: Kind,
    optional: bool,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Text,
    Truth,
    Number,
    List,
    Object,
}

/// The forms of all argument types that are not strings.
const FORMS: [(&str, Kind, &str); 16] = [
    ("bool", Kind::Truth, "true or false"),
    ("u64", Kind::Number, "a number"),
    ("&Event<'_>", Kind::Object, "an event"),
    ("&State<'_>", Kind::List, "a list of state events"),
    ("&JsonStr", Kind::Object, "an object"),
    ("&mut EditableJson<'_>", Kind::Object, "an object"),
    ("&ReadableFile<'_>", Kind::Text, "the path of a file"),
    ("&FileInfo<'_>", Kind::Object, "{file_id, server_name?, url_cache?, thumbnail?}"),
    ("&UserProfile<'_>", Kind::Object, "{user_id, display_name?, avatar_url?}"),
    ("&ProfileInfo<'_>", Kind::Object, "{display_name?, avatar_url?}"),
    ("&Requester<'_>", Kind::Object, "{user, device_id?, is_guest?, ..}"),
    ("&[RequestInfo<'_>]", Kind::List, "a list of [user agent, IP address]"),
    ("&[UserPresenceState<'_>]", Kind::List, "a list of {user_id, state, status_msg?, ..}"),
    ("&EventDelivery<'_>", Kind::Object, "{server_name, method, events}"),
    ("&WebRequest<'_>", Kind::Object, "{body, method?, path?}"),
    ("MediaUploadLimit", Kind::Object, "{max_bytes, time_period_ms, info_uri?, can_upgrade?}"),
];

impl Form {
    /// The form of an argument of this Rust type.
    pub(super) fn of(rust: &str) -> Self {
        let optional = rust.starts_with("Option");
        if rust == "Option<&Threepid<'_>>" {
            return Self { shown: "{medium, address} or null", kind: Kind::Object, optional };
        }
        let text = if optional { "a string or null" } else { "a string" };
        let other = FORMS.iter().find(|(of, ..)| *of == rust);
        let (kind, shown) = other.map_or((Kind::Text, text), |(_, kind, shown)| (*kind, *shown));
        Self { shown, kind, optional }
    }

    /// Whether a value has the right JSON type. Its members are not checked.
    pub(super) fn fits(self, value: &Value) -> bool {
        match value {
            Value::Null => self.optional,
            Value::Bool(_) => self.kind == Kind::Truth,
            Value::Number(_) => self.kind == Kind::Number,
            Value::String(_) => self.kind == Kind::Text,
            Value::Array(_) => self.kind == Kind::List,
            Value::Object(_) => self.kind == Kind::Object,
        }
    }

    /// Describes the value that was found.
    pub(super) const fn found(value: &Value) -> &'static str {
        match value {
            Value::Null => "null",
            Value::Bool(_) => "true or false",
            Value::Number(_) => "a number",
            Value::String(_) => "a string",
            Value::Array(_) => "a list",
            Value::Object(_) => "an object",
        }
    }
}
