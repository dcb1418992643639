#![doc = include_str!("../README.md")]
#![forbid(unsafe_code)]

mod arriving;
mod config;
mod glob;
mod list;
mod lists;
mod rules;

use std::collections::HashSet;

use hsmod_plugin_api::prelude::*;
use serde_json::Value;

pub use config::Config;
use list::Kind;
use lists::Lists;

/// The module.
pub struct PolicyListAntispam {
    api: ModuleApi,
    lists: Arc<Lists>,
    block_messages: bool,
    length_max: Option<LengthMax>,
}

/// The maximum length of messages, and where it applies.
struct LengthMax {
    characters: u64,
    /// Empty means all rooms.
    rooms: HashSet<OwnedRoomId>,
    remote_servers: bool,
}

impl Module for PolicyListAntispam {
    type Config = Config;

    fn new(config: Config, api: &ModuleApi) -> Result<Arc<Self>, ModuleError> {
        let lists = Lists::new(&config, api);
        let length = config.message_max_length;
        let length_max = length.threshold.map(|characters| LengthMax {
            characters,
            rooms: length.rooms.into_iter().collect(),
            remote_servers: length.remote_servers,
        });
        let module = Arc::new(Self {
            api: api.clone(),
            lists,
            block_messages: config.block_messages,
            length_max,
        });
        // This one is always registered, since events may change the lists.
        let mut callbacks = vec!["check_event_for_spam"];
        callbacks.extend(config.block_invites.then_some("user_may_invite"));
        callbacks.extend(config.block_usernames.then_some("check_username_for_spam"));
        api.register_spam_checker_callbacks(&module).only(&callbacks);
        Ok(module)
    }
}

impl PolicyListAntispam {
    /// Whether all lists have been read. A list that has not been read bans no one.
    pub fn is_ready(&self) -> bool {
        self.lists.are_ready()
    }

    /// Whether a user, or the room if one is given, is banned.
    fn is_banned(&self, user_id: &UserId, room_id: Option<&RoomId>) -> Result<bool, ModuleError> {
        // No homeserver passes an invalid user ID. If one does, the error is a 400.
        let server = UserId::parse(user_id.as_str())?.server_name().unwrap_or_default();
        Ok(self.lists.ban(Kind::User, user_id.as_str())
            || room_id.is_some_and(|room_id| self.lists.ban(Kind::Room, room_id.as_str()))
            || self.lists.ban(Kind::Server, server))
    }

    fn is_too_long(&self, event: &Event<'_>) -> Result<bool, ModuleError> {
        #[derive(Deserialize)]
        struct Content {
            body: Option<Value>,
        }
        let Some(max) = &self.length_max else { return Ok(false) };
        let holds_here = max.rooms.is_empty() || max.rooms.contains(event.room_id());
        if !holds_here || !(max.remote_servers || self.api.is_mine(event.sender())) {
            return Ok(false);
        }
        // A `body` that is not a string has no length.
        let body = event.content::<Content>()?.body;
        let characters = body.as_ref().and_then(Value::as_str).unwrap_or_default().chars();
        Ok(u64::try_from(characters.count()).is_ok_and(|count| count > max.characters))
    }
}

// Optional, because the config decides which of them are registered.
#[callbacks(optional)]
impl SpamChecker for PolicyListAntispam {
    async fn check_event_for_spam(&self, event: &Event<'_>) -> Result<Verdict, ModuleError> {
        if self.lists.note(event) {
            return Ok(Verdict::Allow);
        }
        let is_spam = (self.block_messages && self.is_banned(event.sender(), None)?)
            || self.is_too_long(event)?;
        Ok(if is_spam { Verdict::deny(ErrorCode::Forbidden) } else { Verdict::Allow })
    }

    async fn user_may_invite(
        &self,
        inviter: &UserId,
        _invitee: &UserId,
        room_id: &RoomId,
    ) -> Result<Verdict, ModuleError> {
        let is_banned = self.is_banned(inviter, Some(room_id))?;
        Ok(if is_banned { Verdict::deny(ErrorCode::Forbidden) } else { Verdict::Allow })
    }

    async fn check_username_for_spam(
        &self,
        user_profile: &UserProfile<'_>,
        _requester_id: &UserId,
    ) -> Result<DirectoryVisibility, ModuleError> {
        let names = [user_profile.display_name(), Some(user_profile.user_id().as_str())];
        let is_banned = names.into_iter().flatten().any(|name| self.lists.ban(Kind::User, name));
        Ok(if is_banned { DirectoryVisibility::Hidden } else { DirectoryVisibility::Visible })
    }
}

export_module!(
    PolicyListAntispam,
    requires = ["get_room_state"],
    config_schema = include_str!("../config.schema.json")
);

#[cfg(test)]
mod tests;
