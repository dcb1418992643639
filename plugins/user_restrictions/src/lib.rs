#![doc = include_str!("../README.md")]
#![forbid(unsafe_code)]

mod config;

use hsmod_plugin_api::prelude::*;

pub use config::Config;
use config::Permission as To;

/// The module.
pub struct UserRestrictions {
    config: Config,
}

/// The callback that checks each permission. Uploads belong to another category.
const CALLBACKS: [(To, &str); 7] = [
    (To::Invite, "user_may_invite"),
    (To::ReceiveInvites, "user_may_invite"),
    (To::Send3pidInvite, "user_may_send_3pid_invite"),
    (To::CreateRoom, "user_may_create_room"),
    (To::JoinRoom, "user_may_join_room"),
    (To::CreateAlias, "user_may_create_room_alias"),
    (To::PublishRoom, "user_may_publish_room"),
];

impl Module for UserRestrictions {
    type Config = Config;

    fn parse_config(config: serde_json::Value) -> Result<Config, ConfigError> {
        Config::read(config)
    }

    fn new(config: Config, api: &ModuleApi) -> Result<Arc<Self>, ModuleError> {
        let module = Arc::new(Self { config });
        let mentioned = CALLBACKS.iter().filter(|(to, _)| module.config.mentions(*to));
        let callbacks: Vec<&str> = mentioned.map(|(_, callback)| *callback).collect();
        let uploads = module.config.mentions(To::UploadMedia);
        let of_media = uploads.then_some("is_user_allowed_to_upload_media_of_size");
        api.register_spam_checker_callbacks(&module).only(&callbacks);
        api.register_media_repository_callbacks(&module).only(of_media.as_slice());
        Ok(module)
    }
}

impl UserRestrictions {
    fn verdict(&self, user_id: &UserId, to: To) -> Verdict {
        let allowed = self.config.allows(user_id, to);
        if allowed { Verdict::Allow } else { Verdict::deny(ErrorCode::Forbidden) }
    }
}

// Optional, because the config decides which of them are registered.
#[callbacks(optional)]
impl SpamChecker for UserRestrictions {
    async fn user_may_invite(
        &self,
        inviter: &UserId,
        invitee: &UserId,
        _room_id: &RoomId,
    ) -> Result<Verdict, ModuleError> {
        Ok(match self.verdict(inviter, To::Invite) {
            Verdict::Allow => self.verdict(invitee, To::ReceiveInvites),
            denied => denied,
        })
    }

    async fn user_may_send_3pid_invite(
        &self,
        inviter: &UserId,
        _medium: &str,
        _address: &str,
        _room_id: &RoomId,
    ) -> Result<Verdict, ModuleError> {
        Ok(self.verdict(inviter, To::Send3pidInvite))
    }

    async fn user_may_create_room(
        &self,
        user_id: &UserId,
        _room_config: &JsonStr,
    ) -> Result<Verdict, ModuleError> {
        Ok(self.verdict(user_id, To::CreateRoom))
    }

    async fn user_may_join_room(
        &self,
        user_id: &UserId,
        _room_id: &RoomId,
        _is_invited: bool,
    ) -> Result<Verdict, ModuleError> {
        Ok(self.verdict(user_id, To::JoinRoom))
    }

    async fn user_may_create_room_alias(
        &self,
        user_id: &UserId,
        _room_alias: &RoomAlias,
    ) -> Result<Verdict, ModuleError> {
        Ok(self.verdict(user_id, To::CreateAlias))
    }

    async fn user_may_publish_room(
        &self,
        user_id: &UserId,
        _room_id: &RoomId,
    ) -> Result<Verdict, ModuleError> {
        Ok(self.verdict(user_id, To::PublishRoom))
    }
}

#[callbacks(optional)]
impl MediaRepository for UserRestrictions {
    async fn is_user_allowed_to_upload_media_of_size(
        &self,
        user_id: &UserId,
        _size: u64,
    ) -> Result<Permission, ModuleError> {
        let allowed = self.config.allows(user_id, To::UploadMedia);
        Ok(if allowed { Permission::Allow } else { Permission::Deny })
    }
}

export_module!(UserRestrictions, config_schema = include_str!("../config.schema.json"));

#[cfg(test)]
mod tests;
