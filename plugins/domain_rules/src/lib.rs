#![doc = include_str!("../README.md")]
#![forbid(unsafe_code)]

mod config;

use std::collections::HashSet;

use hsmod_plugin_api::prelude::*;

pub use config::Config;

/// The module.
pub struct DomainRules {
    config: Config,
    api: ModuleApi,
}

impl Module for DomainRules {
    type Config = Config;

    fn new(config: Config, api: &ModuleApi) -> Result<Arc<Self>, ModuleError> {
        let module = Arc::new(Self { config, api: api.clone() });
        let callbacks = module.config.callbacks();
        if callbacks.is_empty() {
            tracing::warn!(
                "the config forbids nothing, so this module does nothing: set one of its rules, or \
                 remove the module from the config of the homeserver"
            );
        }
        api.register_spam_checker_callbacks(&module).only(&callbacks);
        Ok(module)
    }
}

impl Config {
    /// The callbacks that may deny something.
    fn callbacks(&self) -> Vec<&'static str> {
        let anybody_invites =
            self.can_invite_if_not_in_domain_mapping && self.domain_mapping.is_empty();
        let in_published = &self.domains_prevented_from_being_invited_to_published_rooms;
        let only_new = self.can_only_invite_during_room_creation;
        [
            (only_new || !anybody_invites || !in_published.is_empty(), "user_may_invite"),
            (only_new || !self.can_invite_by_third_party_id, "user_may_send_3pid_invite"),
            (self.can_only_join_rooms_with_invite, "user_may_join_room"),
        ]
        .into_iter()
        .filter_map(|(denies, callback)| denies.then_some(callback))
        .collect()
    }

    /// Whether users of one server may invite those of another.
    fn maps(&self, inviter: &str, invitee: &str) -> bool {
        match self.domain_mapping.get(inviter) {
            Some(invitees) => invitees.contains(invitee),
            None => self.can_invite_if_not_in_domain_mapping,
        }
    }
}

impl DomainRules {
    async fn may_invite(
        &self,
        inviter: &UserId,
        invitee: &UserId,
        room_id: &RoomId,
    ) -> Result<bool, ModuleError> {
        let (inviter, invitee) = (server_of(inviter)?, server_of(invitee)?);
        if !self.invites_now(inviter, room_id).await? {
            return Ok(false);
        }
        let in_published = &self.config.domains_prevented_from_being_invited_to_published_rooms;
        if in_published.contains(invitee) {
            let list = self.api.public_room_list_manager();
            if list.room_is_in_public_room_list(room_id).await? {
                return Ok(false);
            }
        }
        Ok(self.config.maps(inviter, invitee))
    }

    /// Whether users of a server may invite to a room at this time.
    async fn invites_now(&self, inviter: &str, room_id: &RoomId) -> Result<bool, ModuleError> {
        let only_new = self.config.can_only_invite_during_room_creation;
        Ok(!only_new || inviter != self.api.server_name() || self.is_new(room_id).await?)
    }

    /// Whether no one except its creator has been in a room. Invites do not count, nor do the
    /// creator's actions on others. An unknown room is not new.
    async fn is_new(&self, room_id: &RoomId) -> Result<bool, ModuleError> {
        let types = [("m.room.create", Some("")), ("m.room.member", None)];
        let state = self.api.get_room_state(room_id, &types).await?;
        let state: Vec<Event<'_>> = state.iter().map(OwnedEvent::as_event).collect();
        let Some(create) = state.iter().find(|event| event.event_type() == "m.room.create") else {
            return Ok(false);
        };
        let creators = self.creators(create)?;
        let is_of_another = |event: &Event<'_>| {
            let invited = event.membership().is_ok_and(|is| is.as_deref() == Some("invite"));
            let named = [event.state_key().unwrap_or_default(), event.sender().as_str()];
            !invited && !named.iter().any(|user_id| creators.contains(*user_id))
        };
        let mut members = state.iter().filter(|event| event.event_type() == "m.room.member");
        Ok(!members.any(is_of_another))
    }

    /// The creators of a room, from its `m.room.create` event.
    fn creators(&self, create: &Event<'_>) -> Result<HashSet<String>, ModuleError> {
        #[derive(Deserialize)]
        struct Content {
            #[serde(default)]
            additional_creators: Vec<String>,
        }
        let mut creators = HashSet::from([create.sender().to_string()]);
        if self.config.additional_creators_count {
            creators.extend(create.content::<Content>()?.additional_creators);
        }
        Ok(creators)
    }
}

fn server_of(user_id: &UserId) -> Result<&str, ModuleError> {
    user_id.server_name().ok_or_else(|| {
        ModuleError::new(format_args!("`{user_id}` is not a user ID: it has no server name"))
    })
}

fn verdict(allowed: bool) -> Verdict {
    if allowed { Verdict::Allow } else { Verdict::deny(ErrorCode::Forbidden) }
}

// Optional, because the config decides which of them are registered.
#[callbacks(optional)]
impl SpamChecker for DomainRules {
    async fn user_may_invite(
        &self,
        inviter: &UserId,
        invitee: &UserId,
        room_id: &RoomId,
    ) -> Result<Verdict, ModuleError> {
        Ok(verdict(self.may_invite(inviter, invitee, room_id).await?))
    }

    async fn user_may_send_3pid_invite(
        &self,
        inviter: &UserId,
        _medium: &str,
        _address: &str,
        room_id: &RoomId,
    ) -> Result<Verdict, ModuleError> {
        let now = self.invites_now(server_of(inviter)?, room_id).await?;
        Ok(verdict(now && self.config.can_invite_by_third_party_id))
    }

    async fn user_may_join_room(
        &self,
        _user_id: &UserId,
        _room_id: &RoomId,
        is_invited: bool,
    ) -> Result<Verdict, ModuleError> {
        Ok(verdict(is_invited || !self.config.can_only_join_rooms_with_invite))
    }
}

export_module!(DomainRules, config_schema = include_str!("../config.schema.json"));

#[cfg(test)]
mod tests;
