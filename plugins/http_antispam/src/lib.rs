//! A service of the operator's, such as Draupnir or Meowlnir, says over HTTP what is spam.
//!
//! Each question of the homeserver becomes a POST request to `{base_url}/{callback}`. The service
//! answers 200 and any JSON, `{}` say, to let it pass, or another status and a JSON object to deny
//! it: its `errcode`, `error` and whatever else it has are what the client sees.
//!
//! In modules.yaml, with everything that may be said:
//!
//! ```yaml
//! http: {allow: [127.0.0.0/8]}             # where the service is, if not at a public address
//! modules:
//!   - module: http_antispam
//!     config:
//!       base_url: http://127.0.0.1:8080/api/1/spam_check   # `/user_may_invite` is put behind it
//!       # The token of the header `Authorization: Bearer ..`; without one there is no such header.
//!       authorization_path: /etc/matrix/antispam-token     # a file, read once when modules load
//!       # authorization: "a secret"                        # or the token itself; goes first
//!       enabled_callbacks: [user_may_invite, check_event_for_spam]   # default: all of them
//!       fail_open: {user_may_invite: true} # let pass what the service says nothing of
//!       timeout_ms: 9000                   # how long the service has; at most 600000
//!       max_response_bytes: 65536          # a larger answer counts as none; at most 67108864
//! ```
//!
//! `base_url` must be there; `timeout_ms` and `max_response_bytes` are shown with their defaults. A
//! relative `authorization_path` begins at the homeserver's working directory.
//!
//! The callbacks, and what the service is sent:
//!
//! | callback | body |
//! | --- | --- |
//! | `check_event_for_spam`, `federated_user_may_invite` | `event`, as clients see events |
//! | `user_may_join_room` | `user`, `room`, `is_invited` |
//! | `user_may_invite` | `inviter`, `invitee`, `room_id` |
//!
//! # When the service is down
//!
//! Nothing is let pass but events: `fail_open` is `{check_event_for_spam: true}`, and what the config
//! says is added to that. A denial is then `M_UNKNOWN`, and the log says why. The service is down if
//! it cannot be reached, takes longer than `timeout_ms`, answers more than `max_response_bytes`, or
//! something else than JSON: 200 and no JSON, another status and no JSON object. A redirect is not
//! followed: it is another status.
//!
//! A module has 10 s for an answer; then the question fails, whatever `fail_open` says. For more than
//! the 9 s of `timeout_ms`, give the module more too: `timeout: 35s` beside its `config`.
//!
//! 32 requests are under way at once and 256 more wait, which counts as part of `timeout_ms`.
//!
//! # Differences from synapse-http-antispam
//!
//! - A JSON array or number with a status other than 2xx counts as no JSON. There it is an error.
//! - An unknown callback or key is an error of the config, and so is a `base_url` to which no path
//!   can be added. A user and a password in it are refused: the log may name it.
//! - There are limits of time and size.
#![forbid(unsafe_code)]

mod config;
mod service;

use std::collections::BTreeMap;

use hsmod_plugin_api::prelude::*;
use serde::de::IgnoredAny;
use serde_json::json;

pub use config::Config;
use service::{Reply, Service};

/// The module.
pub struct HttpAntispam {
    service: Arc<Service>,
    /// By callback; what is not there is false.
    fail_open: BTreeMap<String, bool>,
}

impl Module for HttpAntispam {
    type Config = Config;

    fn parse_config(config: serde_json::Value) -> Result<Config, ConfigError> {
        config_from_value::<Config>(config)?.checked()
    }

    fn new(config: Config, api: &ModuleApi) -> Result<Arc<Self>, ModuleError> {
        let callbacks = callbacks(config.enabled_callbacks.as_deref(), api)?;
        let service = Arc::new(Service::new(&config, api));
        let module = Arc::new(Self { service, fail_open: config.fail_open });
        drop(api.register_spam_checker_callbacks(&module).only(&callbacks));
        Ok(module)
    }
}

/// Those to register: all that the homeserver calls, or those that are enabled.
fn callbacks(enabled: Option<&[String]>, api: &ModuleApi) -> Result<Vec<String>, ModuleError> {
    let is_called = |name: &str| api.supports(&format!("spam_checker.{name}"));
    let Some(enabled) = enabled else {
        let called = HttpAntispam::WRITTEN.iter().filter(|name| is_called(name));
        return Ok(called.map(|name| (*name).to_owned()).collect());
    };
    let (called, lacking): (Vec<_>, Vec<_>) =
        enabled.iter().cloned().partition(|name| is_called(name));
    if let Some(name) = lacking.first() {
        return Err(ModuleError::new(format_args!(
            "`{name}` is listed under `enabled_callbacks`, but this homeserver never calls it: take \
             it off the list"
        )));
    }
    Ok(called)
}

impl HttpAntispam {
    /// What the service says.
    async fn ask(&self, callback: &'static str, body: String) -> Verdict {
        let (told, why) = match self.service.ask(callback, body).await {
            Reply::Allow => return Verdict::Allow,
            Reply::Deny(verdict) => return verdict,
            Reply::Nothing { told, why } => (told, why),
        };
        let open = self.fail_open.get(callback) == Some(&true);
        let so = if open { "let pass" } else { "denied" };
        tracing::warn!("the antispam service says nothing of a `{callback}`, so it is {so}: {why}");
        if open { Verdict::Allow } else { Verdict::deny(ErrorCode::Unknown).message(told) }
    }
}

#[callbacks]
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
}

/// An event as clients see it. It is not read and written again: its numbers stay as they are.
fn event_body(event: &Event<'_>) -> String {
    let mut json = event.client_json();
    let fields: Option<BTreeMap<String, IgnoredAny>> = serde_json::from_str(&json).ok();
    // Clients are always told of it, though the homeserver need not have anything there.
    let lacks_unsigned = fields.is_some_and(|fields| !fields.contains_key("unsigned"));
    if lacks_unsigned && json.ends_with('}') {
        json.pop();
        json.push_str(r#","unsigned":{}}"#);
    }
    format!(r#"{{"event":{json}}}"#)
}

export_module!(HttpAntispam);
