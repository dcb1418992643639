//! The arguments of a scenario, as a homeserver passes them.

use std::sync::Arc;

use bytes::Bytes;
use hsmod_loader::values::{
    FileInfo, MediaUploadLimit, ModuleError, OwnedPresenceState, ProfileInfo, ReadableFile,
    RequestInfo, Threepid, UserProfile,
};
use hsmod_loader::{Delivered, Ser, State, StateSource};
use serde_json::{Map, Value, json};

/// Arguments by their names.
pub(super) struct Args {
    values: Map<String, Value>,
    state: State,
}

impl Args {
    /// Reads the arguments, and fills in the parts of events that scenarios omit.
    pub(super) fn new(mut values: Map<String, Value>) -> Result<Self, String> {
        let state = match values.remove("state") {
            None => Vec::new(),
            Some(Value::Array(events)) => events,
            Some(other) => return Err(format!("`state` is a list, not {other}")),
        };
        let completed = |(number, mut event)| {
            complete(&mut event, number);
            event
        };
        let state = state.into_iter().enumerate().map(completed).collect();
        if let Some(event) = values.get_mut("event") {
            complete(event, 0);
        }
        let events = values.get_mut("events").and_then(Value::as_array_mut).into_iter().flatten();
        events.enumerate().for_each(|(number, event)| complete(event, number));
        Ok(Self { values, state: State::new(Arc::new(Events(state))) })
    }

    /// An argument's value; null if missing.
    pub(super) fn value(&self, name: &str) -> &Value {
        self.values.get(name).unwrap_or(&Value::Null)
    }

    pub(super) fn replace(&mut self, name: &str, value: Value) {
        self.values.insert(name.to_owned(), value);
    }

    /// A string; empty if missing.
    pub(super) fn text(&self, name: &str) -> &str {
        self.optional(name).unwrap_or_default()
    }

    pub(super) fn optional(&self, name: &str) -> Option<&str> {
        self.value(name).as_str()
    }

    /// A flag; `false` if missing.
    pub(super) fn flag(&self, name: &str) -> bool {
        self.value(name).as_bool().unwrap_or_default()
    }

    /// A number; 0 if missing or not a natural number.
    pub(super) fn number(&self, name: &str) -> u64 {
        self.value(name).as_u64().unwrap_or_default()
    }

    pub(super) const fn state(&self) -> &State {
        &self.state
    }

    pub(super) fn user_profile(&self) -> UserProfile<'_> {
        let profile = self.value("user_profile");
        let text = |key: &str| profile.get(key).and_then(Value::as_str);
        let user_id = text("user_id").unwrap_or_default();
        UserProfile::new(user_id, text("display_name"), text("avatar_url"))
    }

    pub(super) fn profile_info(&self) -> ProfileInfo<'_> {
        let profile = self.value("new_profile");
        let text = |key: &str| profile.get(key).and_then(Value::as_str);
        ProfileInfo::new(text("display_name"), text("avatar_url"))
    }

    /// The presence of these users, all offline.
    pub(super) fn presence(&self) -> Vec<OwnedPresenceState> {
        let users = self.value("users").as_array().into_iter().flatten();
        let state = |user_id: &str| OwnedPresenceState::new(user_id, "offline");
        users.filter_map(Value::as_str).map(state).collect()
    }

    pub(super) fn limit(&self) -> MediaUploadLimit {
        let number = |key: &str| self.value("limit")[key].as_u64().unwrap_or_default();
        MediaUploadLimit::new(number("max_bytes"), number("time_period_ms"))
    }

    pub(super) fn delivery(&self) -> Delivered<'_, Ser<'_, Value>> {
        let events = self.value("events").as_array().into_iter().flatten();
        Delivered {
            server_name: self.text("server_name"),
            method: self.text("method"),
            events: events.map(Ser).collect(),
        }
    }

    /// An admin's request to renew an account.
    pub(super) fn request(&self) -> http::Request<Bytes> {
        http::Request::new(Bytes::from(json!({"user_id": self.value("user_id")}).to_string()))
    }

    /// A fixed file, since scenarios cannot describe one.
    #[allow(clippy::unused_self, reason = "an argument like the others")]
    pub(super) fn file(&self) -> ReadableFile<'_> {
        ReadableFile::from_bytes(b"a file")
    }

    #[allow(clippy::unused_self, reason = "an argument like the others")]
    pub(super) fn file_info(&self) -> FileInfo<'_> {
        FileInfo::new(None, "file")
    }

    pub(super) fn threepid(&self) -> Option<Threepid<'_>> {
        let threepid = self.value("email_threepid");
        let text = |key: &str| threepid.get(key).and_then(Value::as_str);
        Some(Threepid::new(text("medium")?, text("address")?))
    }

    /// Pairs of user agent and IP address.
    pub(super) fn request_info<'a>(&'a self) -> Vec<RequestInfo<'a>> {
        let pairs = self.value("request_info").as_array().into_iter().flatten();
        let client = |pair: &'a Value| {
            let text = |index: usize| pair.get(index).and_then(Value::as_str);
            RequestInfo::new(text(0), text(1).unwrap_or_default())
        };
        pairs.map(client).collect()
    }
}

/// Fills in what every event has.
fn complete(event: &mut Value, number: usize) {
    let Value::Object(event) = event else { return };
    let id = event.get("id").map_or_else(|| number.to_string(), Value::to_string);
    for (key, value) in [
        ("event_id", json!(format!("$s{id}"))),
        ("type", json!("m.room.message")),
        ("origin_server_ts", json!(0)),
        ("room_id", json!("!r:example.com")),
        ("sender", json!("@alice:example.com")),
        ("content", json!({})),
    ] {
        event.entry(key).or_insert(value);
    }
}

/// State events, found by type and state key.
struct Events(Vec<Value>);

impl Events {
    fn of<'a>(&'a self, event_type: &'a str) -> impl Iterator<Item = &'a Value> {
        self.0.iter().filter(move |event| event["type"] == event_type)
    }
}

impl StateSource for Events {
    async fn get(&self, event_type: &str, state_key: &str) -> Result<Option<String>, ModuleError> {
        let event = self.of(event_type).find(|event| event["state_key"] == state_key);
        Ok(event.map(Value::to_string))
    }

    async fn of_type(&self, event_type: &str) -> Result<Vec<String>, ModuleError> {
        Ok(self.of(event_type).map(Value::to_string).collect())
    }
}
