//! Welcomes each user who joins a room once, with the number of members, and reports to admins how
//! many users it has welcomed.
//!
//! Its config: `welcomer: "@welcomer:example.com"`, a user of this homeserver.
#![forbid(unsafe_code)]

use std::sync::atomic::{AtomicU64, Ordering};

use hsmod_plugin_api::prelude::*;
use serde_json::json;

/// The type of the account data that records who was welcomed.
const WELCOMED: &str = "org.example.welcomed";

/// The module's `config`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Config {
    welcomer: String,
}

/// The module.
pub struct Welcomer {
    config: Config,
    api: ModuleApi,
    welcomed: AtomicU64,
}

impl Module for Welcomer {
    type Config = Config;

    fn new(config: Config, api: &ModuleApi) -> Result<Arc<Self>, ModuleError> {
        let module = Arc::new(Self { config, api: api.clone(), welcomed: AtomicU64::new(0) });
        api.register_third_party_rules_callbacks(&module);
        api.register_web_resource("/_synapse/client/welcomer/count", Arc::clone(&module));
        Ok(module)
    }

    /// Checks that the welcomer exists.
    async fn start(&self) -> Result<(), ModuleError> {
        let welcomer = UserId::new(&self.config.welcomer);
        if self.api.check_user_exists(welcomer).await?.is_none() {
            return Err(ModuleError::new(format_args!("there is no user {welcomer}")));
        }
        Ok(())
    }
}

#[callbacks]
impl ThirdPartyRules for Welcomer {
    async fn on_new_event(
        &self,
        event: &Event<'_>,
        state_events: &State<'_>,
    ) -> Result<(), ModuleError> {
        if event.membership()?.as_deref() == Some("join") && self.api.is_mine(event.sender()) {
            self.welcome(event.sender(), event.room_id(), state_events).await?;
        }
        Ok(())
    }
}

impl Welcomer {
    async fn welcome(
        &self,
        user_id: &UserId,
        room_id: &RoomId,
        state_events: &State<'_>,
    ) -> Result<(), ModuleError> {
        let account_data = self.api.account_data_manager();
        let welcomed = json!({"by": self.config.welcomer});
        if !account_data.compare_and_set_global(user_id, WELCOMED, &(), &welcomed).await? {
            return Ok(());
        }
        let profile = self.api.get_profile_for_user(user_id.localpart()).await?;
        let name = profile.display_name.unwrap_or_else(|| user_id.to_string());
        let body = match state_events.members("join").await?.len() {
            0 | 1 => format!("Welcome, {name}!"),
            members => format!("Welcome, {name}! {members} are here."),
        };
        let message = json!({
            "type": "m.room.message", "sender": self.config.welcomer,
            "content": {"msgtype": "m.text", "body": body},
        });
        self.api.create_and_send_event_into_room(room_id, &message).await?;
        self.welcomed.fetch_add(1, Ordering::Relaxed);
        Ok(())
    }
}

/// `GET` by a server admin answers `{"welcomed": 1}`.
impl WebResource for Welcomer {
    async fn get(&self, request: &WebRequest<'_>) -> Result<WebResponse, ModuleError> {
        let who = self.api.get_user_by_req(request, false, false).await?;
        if !self.api.is_user_admin(UserId::new(&who.user_id)).await? {
            return Err(ModuleError::http(403, ErrorCode::Forbidden, "You are not a server admin"));
        }
        let welcomed = self.welcomed.load(Ordering::Relaxed);
        Ok(WebResponse::json(200, &json!({"welcomed": welcomed})))
    }
}

export_module!(Welcomer);
