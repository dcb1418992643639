//! `registration_tokens`: the tokens that allow registration.

use hsmod_loader::config::{Fields, Flaw, expected};
use hsmod_loader::requests::logins::RegistrationToken;
use serde_json::{Map, Value};

use super::fields::{below, integer};

pub(super) const KEYS: [&str; 3] = ["uses_allowed", "completed", "expiry_time"];

pub(super) fn read(members: Map<String, Value>, flaws: &mut Vec<Flaw>) -> Vec<RegistrationToken> {
    let mut tokens = Vec::new();
    for (name, value) in members {
        let path = below(&["registration_tokens".to_owned()], &name);
        let members = match value {
            Value::Null => Map::new(),
            Value::Object(members) => members,
            other => {
                let flaw = Flaw::new(&path, expected("a mapping", &other));
                flaws.push(flaw.fix("write `{uses_allowed: 1}`, or write nothing"));
                continue;
            }
        };
        let mut fields = Fields::new(members, &path, flaws);
        let mut token = RegistrationToken::default();
        token.token = name;
        token.uses_allowed = integer(&mut fields, "uses_allowed");
        token.completed = integer(&mut fields, "completed").unwrap_or_default();
        token.expiry_time = integer(&mut fields, "expiry_time");
        fields.refuse_unknown(&KEYS);
        tokens.push(token);
    }
    tokens
}
