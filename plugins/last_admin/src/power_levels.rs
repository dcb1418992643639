//! The parts of a room's power levels that matter here.

use hsmod_plugin_api::prelude::*;
use serde_json::{Map, Value, json};

/// The type of the event.
pub(crate) const POWER_LEVELS: &str = "m.room.power_levels";

/// The level from which a user is an admin.
pub(crate) const ADMIN: i64 = 100;

/// The power levels of a room, with the creators that are above them.
pub(crate) struct PowerLevels {
    content: Map<String, Value>,
    /// The room's creators, if its version puts them above all levels. They are not listed then.
    creators: Vec<String>,
}

impl PowerLevels {
    /// Reads the power levels of a room. `None` if there are none, or if they list no users.
    pub(crate) async fn of(state: &State<'_>) -> Result<Option<Self>, ModuleError> {
        let Some(event) = state.get(POWER_LEVELS, "").await? else { return Ok(None) };
        let mut content: Map<String, Value> = event.content()?;
        let creators = creators(state).await?;
        if !creators.is_empty() {
            // Creators are not listed, so the list may be missing.
            content.entry("users").or_insert_with(|| json!({}));
        }
        let lists = content.get("users").is_some_and(Value::is_object);
        Ok(lists.then_some(Self { content, creators }))
    }

    /// The level of users who are not listed.
    pub(crate) fn users_default(&self) -> i64 {
        self.content.get("users_default").and_then(level).unwrap_or(0)
    }

    /// The level of a listed user.
    pub(crate) fn listed(&self, user: &str) -> Option<i64> {
        self.content.get("users")?.get(user).and_then(level)
    }

    /// The listed users and their levels.
    pub(crate) fn users(&self) -> impl Iterator<Item = (&str, i64)> {
        let users = self.content.get("users").and_then(Value::as_object);
        let users = users.into_iter().flatten();
        users.filter_map(|(user, value)| Some((user.as_str(), level(value)?)))
    }

    /// The creators and the listed admins.
    pub(crate) fn admins(&self) -> impl Iterator<Item = &str> {
        let listed = self.users().filter(|(_, level)| *level >= ADMIN).map(|(user, _)| user);
        self.creators.iter().map(String::as_str).chain(listed)
    }

    pub(crate) fn is_creator(&self, user: &str) -> bool {
        self.creators.iter().any(|creator| creator == user)
    }

    /// The levels, with this level for these users.
    pub(crate) fn with(&self, users: &[&str], level: i64) -> Value {
        self.changed(|listed| {
            listed.extend(users.iter().map(|user| ((*user).to_owned(), json!(level))));
        })
    }

    /// The levels with everyone as an admin, as far as `sender` may set them.
    pub(crate) fn opened(&self, sender: &str) -> Value {
        let power = self.power(sender);
        // A user may not remove others of the same or higher power from the list.
        let stays = |user: &str, level: i64| level == ADMIN || (user != sender && level >= power);
        let mut opened = self.changed(|listed| {
            listed.retain(|user, value| level(value).is_some_and(|level| stays(user, level)));
        });
        opened["users_default"] = json!(ADMIN);
        opened
    }

    /// The levels with `sender` as an admin, and 0 for users who are not listed.
    pub(crate) fn closed(&self, sender: &str) -> Value {
        let admins = if self.is_creator(sender) { &[][..] } else { &[sender] };
        let mut closed = self.with(admins, ADMIN);
        closed["users_default"] = json!(0);
        closed
    }

    /// Whether `new` differs only in its users, and makes `sender` an admin.
    pub(crate) fn is_closed_by(&self, new: &Value, sender: &str) -> bool {
        let mut new = Self {
            content: new.as_object().cloned().unwrap_or_default(),
            creators: self.creators.clone(),
        };
        let closes = new.content.contains_key("users_default")
            && new.users_default() == 0
            && (new.is_creator(sender) || new.listed(sender) == Some(ADMIN));
        let mut old = self.content.clone();
        for key in ["users", "users_default"] {
            old.remove(key);
            new.content.remove(key);
        }
        closes && old == new.content
    }

    /// Whether a user may send state events of a type.
    pub(crate) fn lets_send_state(&self, user: &str, event_type: &str) -> bool {
        let of_type = self.content.get("events").and_then(|events| events.get(event_type));
        let needed = of_type.and_then(level);
        let needed = needed.or_else(|| self.content.get("state_default").and_then(level));
        self.power(user) >= needed.unwrap_or(50)
    }

    fn power(&self, user: &str) -> i64 {
        if self.is_creator(user) {
            return i64::MAX;
        }
        self.listed(user).unwrap_or_else(|| self.users_default())
    }

    fn changed(&self, change: impl FnOnce(&mut Map<String, Value>)) -> Value {
        let mut content = self.content.clone();
        if let Some(Value::Object(users)) = content.get_mut("users") {
            change(users);
        }
        Value::Object(content)
    }
}

/// Reads a level, which may be a string before room version 10.
fn level(value: &Value) -> Option<i64> {
    match value {
        Value::Number(level) => level.as_i64(),
        Value::String(level) => level.trim().parse().ok(),
        _ => None,
    }
}

/// The room's creators, if its version puts them above all levels.
async fn creators(state: &State<'_>) -> Result<Vec<String>, ModuleError> {
    #[derive(Deserialize)]
    struct Content {
        room_version: Option<Value>,
        #[serde(default)]
        additional_creators: Value,
    }
    let Some(create) = state.get("m.room.create", "").await? else { return Ok(Vec::new()) };
    let Content { room_version, additional_creators } = create.content()?;
    let version = room_version.as_ref().and_then(Value::as_str).unwrap_or("1");
    if !version.starts_with("org.matrix.hydra.")
        && !version.parse().is_ok_and(|version: u32| version >= 12)
    {
        return Ok(Vec::new());
    }
    let more = additional_creators.as_array().into_iter().flatten();
    let more = more.filter_map(Value::as_str).map(str::to_owned);
    Ok([create.sender().to_string()].into_iter().chain(more).collect())
}
