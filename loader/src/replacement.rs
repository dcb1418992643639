//! Events that a module replaces with another one.

use hsmod_plugin_api::callbacks::third_party_rules::rows::check_event_allowed;
use hsmod_plugin_api::host::{IntoEvent, Subject};
use hsmod_plugin_api::values::{ErrorCode, Event, JsonObject, ModuleError, OwnedEvent, UserId};
use serde_json::{Map, Value};

use crate::call_error::{CallError, Cause};
use crate::dispatch::Responsible;
use crate::policy::Rule;

/// The event that a module returned from `check_event_allowed` to replace the original, unchecked.
///
/// [`Replacement::check`] checks that it changes only what it may: call it before the event is
/// hashed and signed.
#[derive(Clone, Debug)]
pub struct Replacement {
    event: Value,
    /// The module that returned it.
    by: Option<Responsible>,
}

/// Compares the events only.
impl PartialEq for Replacement {
    fn eq(&self, other: &Self) -> bool {
        self.event == other.event
    }
}

impl Replacement {
    pub(crate) const fn new(event: Value, by: Option<Responsible>) -> Self {
        Self { event, by }
    }

    /// The name of the module that returned it.
    pub fn module(&self) -> Option<&str> {
        self.by.as_ref().map(Responsible::module)
    }

    /// The event as the module returned it.
    pub const fn as_value(&self) -> &Value {
        &self.event
    }

    /// The event as the module returned it.
    pub fn into_value(self) -> Value {
        self.event
    }

    /// The event that takes the place of `original`. The replacement must keep `room_id`, `type`
    /// and `state_key`, have a sender on `server_name`, and contain only what canonical JSON
    /// allows. The create event of a room of version 12 or later has no `room_id`, whether or not
    /// the module added one.
    ///
    /// What the homeserver itself computes (`event_id`, `auth_events`, `prev_events`, `hashes`,
    /// `signatures`) is still that of the original: compute it again, and authorise the event
    /// again.
    ///
    /// Mirrors `_rebuild_event_after_third_party_rules` in `synapse/handlers/message.py`.
    ///
    /// ```
    /// # use hsmod_loader::{CallError, Modules, Replaced, Ser, State};
    /// # #[derive(serde::Serialize)]
    /// # struct Pdu { sender: String, content: serde_json::Map<String, serde_json::Value> }
    /// # async fn example(modules: Modules, mut pdu: Pdu, state: State) -> Result<(), CallError> {
    /// let decision = modules.third_party_rules().check_event_allowed(Ser(&pdu), &state);
    /// if let Some(replacement) = decision.await? {
    ///     let Replaced { sender, content, .. } = replacement.check(Ser(&pdu), "example.org")?;
    ///     (pdu.sender, pdu.content) = (sender, content);
    /// }
    /// // Here it is hashed and signed.
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// A 500, or a 400 `M_BAD_JSON` for a number that canonical JSON does not allow: the error
    /// names the module, whose failure is logged and counted. A 500 that is [the homeserver's own
    /// fault](crate::CallErrorKind::Input) if the original cannot be read.
    pub fn check(
        &self,
        original: impl IntoEvent,
        server_name: &(impl AsRef<str> + ?Sized),
    ) -> Result<Replaced, CallError> {
        let original = original.into_event().map_err(|error| {
            let (policy, cause) = (check_event_allowed::POLICY, Cause::Input(error.to_string()));
            CallError::new(policy.full_name, None, cause, policy.refusal)
        })?;
        let event = original.as_event();
        self.checked(&event, server_name.as_ref()).map_err(|error| self.refused(&event, error))
    }

    fn checked(&self, event: &Event<'_>, server_name: &str) -> Result<Replaced, ModuleError> {
        let Value::Object(given) = &self.event else {
            return Err(ModuleError::new("the replacement event is not an object"));
        };
        canonical(&self.event)?;
        let mut event_json = given.clone();
        if event.names_room() {
            // The room's ID is derived from that of the original event, and changes with it.
            event_json.entry("room_id").or_insert_with(|| event.room_id().as_str().into());
        }
        for (key, original) in [
            ("room_id", Some(event.room_id().as_str())),
            ("type", Some(event.event_type())),
            ("state_key", event.state_key()),
        ] {
            if text(&event_json, key) != original
                || event_json.contains_key(key) != original.is_some()
            {
                return Err(ModuleError::new(format_args!(
                    "the replacement event must not change `{key}`"
                )));
            }
        }
        let sender = text(given, "sender").unwrap_or_default().to_owned();
        if UserId::new(&sender).server_name() != Some(server_name) {
            return Err(ModuleError::new(format_args!(
                "the sender of the replacement event, `{sender}`, is not a user of this server"
            )));
        }
        if event.names_room() {
            event_json.remove("room_id");
        }
        event_json.insert("event_id".to_owned(), event.event_id().into());
        event_json.entry("origin_server_ts").or_insert_with(|| event.origin_server_ts().into());
        let event =
            OwnedEvent::from_json(Value::Object(event_json).to_string()).map_err(|error| {
                ModuleError::new(format_args!("the replacement is not an event: {error}"))
            })?;
        // It is an event, so its content is an object.
        let content = given.get("content").and_then(Value::as_object).cloned();
        Ok(Replaced { sender, content: content.unwrap_or_default(), event })
    }

    #[cold]
    fn refused(&self, event: &Event<'_>, error: ModuleError) -> CallError {
        let cause = Cause::Error(error);
        let Some(by) = &self.by else {
            let policy = check_event_allowed::POLICY;
            return CallError::new(policy.full_name, None, cause, policy.refusal);
        };
        let error = by.error(cause);
        by.fail("its replacement", &error, &Subject::of(event), false);
        error
    }
}

/// The event that takes the place of the original, [checked](Replacement::check).
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Replaced {
    /// Its sender, a user of this server.
    pub sender: String,
    /// Its content.
    pub content: JsonObject,
    /// The whole event; its `unsigned`, `redacts` and `origin_server_ts` may have changed, too.
    pub event: OwnedEvent,
}

fn text<'a>(event: &'a Map<String, Value>, key: &str) -> Option<&'a str> {
    event.get(key).and_then(Value::as_str)
}

/// Checks that numbers are integers of at most 53 bits, the only ones canonical JSON allows.
fn canonical(value: &Value) -> Result<(), ModuleError> {
    const LARGEST: u64 = (1 << 53) - 1;
    match value {
        Value::Number(number) => match number.as_i64().map(i64::unsigned_abs).or(number.as_u64()) {
            Some(size) if size <= LARGEST => Ok(()),
            Some(_) => Err(bad_json("Bad JSON value: integer out of range")),
            None => Err(bad_json("Bad JSON value: float")),
        },
        Value::Array(items) => items.iter().try_for_each(canonical),
        Value::Object(fields) => fields.values().try_for_each(canonical),
        _ => Ok(()),
    }
}

fn bad_json(message: &str) -> ModuleError {
    ModuleError::http(400, ErrorCode::BadJson, message)
}

#[cfg(test)]
mod tests {
    use hsmod_plugin_api::host::{BuiltEvent, Json, Ser};
    use serde_json::json;

    use super::*;
    use crate::call_error::CallErrorKind;

    fn event() -> OwnedEvent {
        let event = json!({
            "event_id": "$1", "room_id": "!r:x", "sender": "@a:x", "type": "m.room.message",
            "origin_server_ts": 5, "content": {"body": "old"},
        });
        OwnedEvent::from_json(event.to_string()).unwrap()
    }

    fn check(change: impl FnOnce(&mut Value)) -> Result<String, (u16, String)> {
        let original = event();
        let mut replacement = json!({
            "room_id": "!r:x", "sender": "@a:x", "type": "m.room.message",
            "content": {"body": "new"},
        });
        change(&mut replacement);
        Replacement::new(replacement, None)
            .check(&original, "x")
            .map(|replaced| replaced.event.as_event().client_json())
            .map_err(|error| (error.status(), error.errcode()))
    }

    #[test]
    fn the_event_that_names_its_room_is_replaced_without_room_id() {
        let create = json!({
            "event_id": "$UD6J", "sender": "@a:x", "type": "m.room.create", "state_key": "",
            "origin_server_ts": 5, "content": {"room_version": "12"},
        });
        let original = OwnedEvent::from_json(create.to_string()).unwrap();
        let check = |change: &[(&str, &str)]| {
            let mut replacement = create.clone();
            replacement["content"]["type"] = "m.space".into();
            for (key, value) in change {
                replacement[*key] = (*value).into();
            }
            let replaced = Replacement::new(replacement, None).check(&original, "x");
            replaced.map(|replaced| replaced.event).map_err(|error| error.status())
        };
        for same in [&[][..], &[("room_id", "!UD6J")], &[("event_id", "$other")]] {
            let replaced = check(same).unwrap();
            assert_eq!(replaced.as_event().room_id(), "!UD6J");
            assert_eq!(
                replaced.as_event().json().as_str(),
                r#"{"content":{"room_version":"12","type":"m.space"},"event_id":"$UD6J","origin_server_ts":5,"sender":"@a:x","state_key":"","type":"m.room.create"}"#
            );
        }
        assert_eq!(check(&[("room_id", "!other")]), Err(500));
    }

    #[test]
    fn a_replacement_may_change_its_content_and_little_else() {
        assert_eq!(
            check(|_| ()).unwrap(),
            r#"{"content":{"body":"new"},"event_id":"$1","origin_server_ts":5,"room_id":"!r:x","sender":"@a:x","type":"m.room.message"}"#
        );
        let unknown = |status: u16| Err((status, "M_UNKNOWN".to_owned()));
        assert_eq!(check(|event| *event = json!({})), unknown(500));
        assert_eq!(check(|event| *event = json!([])), unknown(500));
        assert_eq!(check(|event| event["type"] = "m.other".into()), unknown(500));
        assert_eq!(check(|event| event["state_key"] = "".into()), unknown(500));
        assert_eq!(check(|event| event["sender"] = "@a:y".into()), unknown(500));
        assert_eq!(check(|event| event["content"] = 3.into()), unknown(500));
        let float = check(|event| event["content"]["x"] = 1.5.into());
        assert_eq!(float, Err((400, "M_BAD_JSON".to_owned())));
    }

    #[test]
    fn the_original_is_any_kind_of_event_and_sender_and_content_are_separate() {
        let given = json!({
            "room_id": "!r:x", "sender": "@b:x", "type": "m.room.message", "content": {"body": "new"},
        });
        let replacement = Replacement::new(given, None);
        let original = event();
        let built = BuiltEvent::of(&original).unwrap();
        let json = original.as_event().json().as_str().to_owned();
        let value: Value = serde_json::from_str(&json).unwrap();
        let server_name = "x".to_owned();
        for replaced in [
            replacement.check(&original, &server_name),
            replacement.check(&original.as_event(), "x"),
            replacement.check(&built, "x"),
            replacement.check(Json(&json), "x"),
            replacement.check(Ser(&value), "x"),
        ] {
            let Replaced { sender, content, event } = replaced.unwrap();
            assert_eq!((&*sender, Value::Object(content)), ("@b:x", json!({"body": "new"})));
            assert_eq!(event.as_event().origin_server_ts(), 5);
        }
        let error = replacement.check(Json("[]"), "x").unwrap_err();
        assert_eq!((error.kind(), error.status()), (CallErrorKind::Input, 500));
        assert!(error.to_string().contains("an event cannot be read"), "{error}");
    }
}
