#![doc = include_str!("../README.md")]
#![forbid(unsafe_code)]

mod config;
mod ping;
mod service;

use std::collections::BTreeMap;

use hsmod_plugin_api::prelude::*;
use serde::de::IgnoredAny;
use serde_json::json;

pub use config::Config;
use service::{Reply, Service};

/// The module.
pub struct HttpAntispam {
    api: ModuleApi,
    service: Arc<Service>,
    /// By callback; missing ones are false.
    fail_open: BTreeMap<String, bool>,
    in_background: BTreeMap<String, bool>,
}

impl Module for HttpAntispam {
    type Config = Config;

    fn parse_config(config: serde_json::Value) -> Result<Config, ConfigError> {
        config_from_value::<Config>(config)?.checked(Self::WRITTEN)
    }

    fn new(config: Config, api: &ModuleApi) -> Result<Arc<Self>, ModuleError> {
        let callbacks = callbacks(config.enabled_callbacks.as_deref(), api)?;
        let service = Arc::new(Service::new(&config, api));
        if config.do_ping {
            let (later, service) = (api.clone(), Arc::clone(&service));
            api.run_as_background_process("ping the antispam service", || async move {
                ping::until_answered(&later, &service).await
            });
        }
        let module = Arc::new(Self {
            api: api.clone(),
            service,
            fail_open: config.fail_open,
            in_background: config.in_background,
        });
        drop(api.register_spam_checker_callbacks(&module).only(&callbacks));
        Ok(module)
    }
}

/// The callback that only some homeservers have.
const RARE: &str = "accept_make_join";

/// The callbacks to register: those enabled, or all that the homeserver calls.
fn callbacks(enabled: Option<&[String]>, api: &ModuleApi) -> Result<Vec<String>, ModuleError> {
    let is_called = |name: &str| api.supports(&format!("spam_checker.{name}"));
    let Some(enabled) = enabled else {
        let called = HttpAntispam::WRITTEN.iter().filter(|name| is_called(name));
        return Ok(called.map(|name| (*name).to_owned()).collect());
    };
    let (called, lacking): (Vec<_>, Vec<_>) =
        enabled.iter().cloned().partition(|name| is_called(name));
    if let Some(name) = lacking.iter().find(|name| *name != RARE) {
        return Err(ModuleError::new(format_args!(
            "`{name}` is listed under `enabled_callbacks`, but this homeserver never calls it: \
             remove it from the list"
        )));
    }
    if !lacking.is_empty() {
        tracing::warn!(
            "`{RARE}` is listed under `enabled_callbacks`, but this homeserver never calls it: the \
             service is not asked about joins from other servers"
        );
    }
    Ok(called)
}

impl HttpAntispam {
    /// Asks the service and returns its verdict.
    async fn ask(&self, callback: &'static str, body: String) -> Verdict {
        if self.in_background.get(callback) == Some(&true) {
            self.tell(callback, body);
            return Verdict::Allow;
        }
        let (told, why) = match self.service.ask(callback, body).await {
            Reply::Allow => return Verdict::Allow,
            Reply::Deny(verdict) => return verdict,
            Reply::Nothing { told, why } => (told, why),
        };
        let open = self.fail_open.get(callback) == Some(&true);
        let so = if open { "allowed" } else { "denied" };
        tracing::warn!(
            "the antispam service has no verdict on a `{callback}`, so it is {so}: {why}"
        );
        if open { Verdict::Allow } else { Verdict::deny(ErrorCode::Unknown).message(told) }
    }

    /// Notifies the service in the background.
    fn tell(&self, callback: &'static str, body: String) {
        let service = Arc::clone(&self.service);
        self.api.run_as_background_process("tell the antispam service", move || async move {
            match service.ask(callback, body).await {
                Reply::Allow => {}
                Reply::Deny(_) => {
                    tracing::debug!("a denied `{callback}` is allowed, because it is `async`")
                }
                Reply::Nothing { why, .. } => {
                    tracing::warn!("the antispam service may have missed a `{callback}`: {why}");
                }
            }
            Ok(())
        });
    }
}

// Optional, because the config and the homeserver decide which of them are registered.
#[callbacks(optional)]
impl SpamChecker for HttpAntispam {
    async fn check_event_for_spam(&self, event: &Event<'_>) -> Result<Verdict, ModuleError> {
        Ok(self.ask("check_event_for_spam", event_body(event)).await)
    }

    async fn user_may_join_room(
        &self,
        user_id: &UserId,
        room_id: &RoomId,
        is_invited: bool,
    ) -> Result<Verdict, ModuleError> {
        let body = json!({
            "user": user_id.as_str(), "room": room_id.as_str(), "is_invited": is_invited,
        });
        Ok(self.ask("user_may_join_room", body.to_string()).await)
    }

    async fn user_may_invite(
        &self,
        inviter: &UserId,
        invitee: &UserId,
        room_id: &RoomId,
    ) -> Result<Verdict, ModuleError> {
        let body = json!({
            "inviter": inviter.as_str(), "invitee": invitee.as_str(), "room_id": room_id.as_str(),
        });
        Ok(self.ask("user_may_invite", body.to_string()).await)
    }

    async fn federated_user_may_invite(&self, event: &Event<'_>) -> Result<Verdict, ModuleError> {
        Ok(self.ask("federated_user_may_invite", event_body(event)).await)
    }

    async fn user_may_send_3pid_invite(
        &self,
        inviter: &UserId,
        medium: &str,
        address: &str,
        room_id: &RoomId,
    ) -> Result<Verdict, ModuleError> {
        let body = json!({
            "inviter": inviter.as_str(), "medium": medium, "address": address,
            "room_id": room_id.as_str(),
        });
        Ok(self.ask("user_may_send_3pid_invite", body.to_string()).await)
    }

    async fn user_may_create_room(
        &self,
        user_id: &UserId,
        _room_config: &JsonStr,
    ) -> Result<Verdict, ModuleError> {
        let body = json!({"user_id": user_id.as_str()});
        Ok(self.ask("user_may_create_room", body.to_string()).await)
    }

    async fn user_may_create_room_alias(
        &self,
        user_id: &UserId,
        room_alias: &RoomAlias,
    ) -> Result<Verdict, ModuleError> {
        let body = json!({"user_id": user_id.as_str(), "room_alias": room_alias.as_str()});
        Ok(self.ask("user_may_create_room_alias", body.to_string()).await)
    }

    async fn user_may_publish_room(
        &self,
        user_id: &UserId,
        room_id: &RoomId,
    ) -> Result<Verdict, ModuleError> {
        let body = json!({"user_id": user_id.as_str(), "room_id": room_id.as_str()});
        Ok(self.ask("user_may_publish_room", body.to_string()).await)
    }

    async fn check_username_for_spam(
        &self,
        user_profile: &UserProfile<'_>,
        requester_id: &UserId,
    ) -> Result<DirectoryVisibility, ModuleError> {
        let body = json!({
            "user_profile": {
                "user_id": user_profile.user_id().as_str(),
                "display_name": user_profile.display_name(),
                "avatar_url": user_profile.avatar_url(),
            },
            "requester_id": requester_id.as_str(),
        });
        Ok(match self.ask("check_username_for_spam", body.to_string()).await {
            Verdict::Allow => DirectoryVisibility::Visible,
            _ => DirectoryVisibility::Hidden,
        })
    }

    async fn check_login_for_spam(
        &self,
        user_id: &UserId,
        device_id: Option<&str>,
        initial_display_name: Option<&str>,
        request_info: &[RequestInfo<'_>],
        auth_provider_id: Option<&str>,
    ) -> Result<Verdict, ModuleError> {
        let request_info: Vec<_> =
            request_info.iter().map(|info| (info.user_agent(), info.ip())).collect();
        let body = json!({
            "user_id": user_id.as_str(), "device_id": device_id,
            "initial_display_name": initial_display_name, "request_info": request_info,
            "auth_provider_id": auth_provider_id,
        });
        Ok(self.ask("check_login_for_spam", body.to_string()).await)
    }

    async fn accept_make_join(
        &self,
        user_id: &UserId,
        room_id: &RoomId,
    ) -> Result<Verdict, ModuleError> {
        let body = json!({"user": user_id.as_str(), "room": room_id.as_str()});
        Ok(self.ask(RARE, body.to_string()).await)
    }
}

/// An event in the client format. It is not parsed and serialized again, so its numbers stay
/// unchanged.
fn event_body(event: &Event<'_>) -> String {
    let mut json = event.client_json();
    let fields: Option<BTreeMap<String, IgnoredAny>> = serde_json::from_str(&json).ok();
    // Clients always get `unsigned`, although the homeserver's event may lack it.
    let lacks_unsigned = fields.is_some_and(|fields| !fields.contains_key("unsigned"));
    if lacks_unsigned && json.ends_with('}') {
        json.pop();
        json.push_str(r#","unsigned":{}}"#);
    }
    format!(r#"{{"event":{json}}}"#)
}

export_module!(
    HttpAntispam,
    requires = ["http_request"],
    config_schema = include_str!("../config.schema.json")
);

#[cfg(test)]
mod tests;
