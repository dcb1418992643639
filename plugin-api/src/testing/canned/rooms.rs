//! Group `rooms`.

use serde::Deserialize;
use serde_json::{Value, json};

use super::Canned;
use crate::requests::Rooms;
use crate::requests::rooms::{AliasTarget, CreatedRoom};
use crate::testing::room::room;
use crate::testing::world::{Known, not_found, object, object_or_null};
use crate::values::{ErrorCode, JsonStr, ModuleError, OwnedEvent, RoomAlias, RoomId, UserId};

/// The supported part of the body of `POST /createRoom`.
#[derive(Default, Deserialize)]
#[serde(default)]
struct RoomConfig {
    room_version: Option<String>,
    visibility: Option<String>,
    room_alias_name: Option<String>,
    name: Option<String>,
    topic: Option<String>,
    invite: Vec<String>,
    initial_state: Vec<InitialState>,
}

#[derive(Deserialize)]
struct InitialState {
    #[serde(rename = "type")]
    event_type: String,
    #[serde(default)]
    state_key: String,
    content: Value,
}

impl Rooms for Canned {
    async fn create_room(
        &self,
        user_id: &UserId,
        config: &JsonStr,
        _ratelimit: bool,
        creator_join_profile: &JsonStr,
    ) -> Result<CreatedRoom, ModuleError> {
        let config: RoomConfig = config.parse().map_err(|error| {
            ModuleError::http(400, ErrorCode::BadJson, format!("this is not a `config`: {error}"))
        })?;
        let join_profile = object_or_null(creator_join_profile, "`creator_join_profile`")?;
        let mut known = self.known();
        known.check_local(user_id)?;
        let server = known.server_name.clone();
        let create = creation(&mut known, user_id, config.room_version.as_deref())?;
        let room_id = create.as_event().room_id().as_str().to_owned();
        let alias = config.room_alias_name.as_ref().map(|name| format!("#{name}:{server}"));
        if let Some(alias) = alias.as_deref().filter(|alias| target(&known, alias).is_some()) {
            let message = format!("Room alias {alias} already taken");
            return Err(ModuleError::http(409, ErrorCode::RoomInUse, message));
        }
        let mut made = room(&room_id);
        made.version = create.as_event().room_version().map(str::to_owned);
        made.public = config.visibility.as_deref() == Some("public");
        made.send(create);
        known.rooms.insert(room_id.clone(), made);
        let mut joins = join_profile.unwrap_or_else(|| known.member_profile(user_id));
        joins.insert("membership".to_owned(), "join".into());
        let mut set = |event_type: &str, state_key: &str, content: Value| {
            let event = known.event(event_type, &room_id, user_id.as_str());
            known.send(&room_id, event.state_key(state_key).content(content)).map(drop)
        };
        set("m.room.member", user_id.as_str(), Value::Object(joins))?;
        for InitialState { event_type, state_key, content } in config.initial_state {
            set(&event_type, &state_key, content)?;
        }
        if let Some(alias) = &alias {
            set("m.room.canonical_alias", "", json!({"alias": alias}))?;
        }
        if let Some(name) = config.name {
            set("m.room.name", "", json!({"name": name}))?;
        }
        if let Some(topic) = config.topic {
            set("m.room.topic", "", json!({"topic": topic}))?;
        }
        for invitee in config.invite {
            set("m.room.member", &invitee, json!({"membership": "invite"}))?;
        }
        known.room(&room_id)?.aliases.extend(alias.clone());
        Ok(CreatedRoom { room_id, room_alias: alias })
    }

    async fn delete_room(&self, room_id: &RoomId) -> Result<(), ModuleError> {
        remove(&mut self.known(), room_id)
    }

    async fn shutdown_room(&self, room_id: &RoomId, options: &JsonStr) -> Result<(), ModuleError> {
        object(options, "`options`")?;
        remove(&mut self.known(), room_id)
    }

    async fn lookup_room_alias(&self, room_alias: &RoomAlias) -> Result<AliasTarget, ModuleError> {
        let known = self.known();
        let room_id = target(&known, room_alias.as_str())
            .ok_or_else(|| not_found("room alias", room_alias.as_str()))?;
        Ok(AliasTarget::new(room_id, vec![known.server_name.clone()]))
    }

    async fn get_canonical_room_alias(
        &self,
        room_id: &RoomId,
    ) -> Result<Option<String>, ModuleError> {
        #[derive(Deserialize)]
        struct CanonicalAlias {
            alias: Option<String>,
        }
        let mut known = self.known();
        let event = known.room(room_id.as_str())?.find_state("m.room.canonical_alias", "");
        let content =
            event.map(|event| event.as_event().content::<CanonicalAlias>()).transpose()?;
        Ok(content.and_then(|content| content.alias))
    }
}

/// The event that creates a room; since room version 12 the ID of the room is derived from it.
fn creation(
    known: &mut Known,
    user_id: &UserId,
    room_version: Option<&str>,
) -> Result<OwnedEvent, ModuleError> {
    let version = room_version.unwrap_or("10");
    let content = match version.parse() {
        Ok(1..=10) => json!({"creator": user_id, "room_version": version}),
        Ok(11..=12_u8) => json!({"room_version": version}),
        _ => {
            let message = format!("there is no room version {version}");
            return Err(ModuleError::http(400, ErrorCode::UnsupportedRoomVersion, message));
        }
    };
    let room_id = format!("!{}:{}", known.name("room"), known.server_name);
    let event = known.event("m.room.create", &room_id, user_id.as_str());
    let event = event.state_key("").content(content).room_version(version);
    Ok(if version == "12" { event.without("room_id") } else { event }.build())
}

/// The room that an alias points to.
fn target(known: &Known, alias: &str) -> Option<String> {
    let leads = |room: &&crate::testing::FakeRoom| room.aliases.iter().any(|own| own == alias);
    known.rooms.values().find(leads).map(|room| room.room_id.clone())
}

fn remove(known: &mut Known, room_id: &RoomId) -> Result<(), ModuleError> {
    known.room(room_id.as_str())?;
    known.rooms.remove(room_id.as_str());
    Ok(())
}
