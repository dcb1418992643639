//! Announces new users in a room.

use std::fmt::Write as _;

use hsmod_plugin_api::prelude::*;
use serde_json::json;

use crate::config::Notify;

/// The number of clients that are listed, and the maximum length of a user agent.
const CLIENTS_MAX: usize = 10;
const USER_AGENT_MAX: usize = 200;

/// The room and the sender of announcements.
pub(crate) struct Notice {
    api: ModuleApi,
    notify: Notify,
}

impl Notice {
    /// # Errors
    /// The sender does not belong to this homeserver.
    pub(crate) fn new(notify: Notify, api: &ModuleApi) -> Result<Self, ModuleError> {
        if !api.is_mine(&notify.sender) {
            let (sender, server) = (&notify.sender, api.server_name());
            return Err(ConfigError::new(format_args!("`{sender}` is not a user of {server}"))
                .at("notify")
                .at("sender")
                .into());
        }
        Ok(Self { api: api.clone(), notify })
    }

    /// Announces a registration in the background. If that fails, the registration still succeeds.
    pub(crate) fn send(
        &self,
        username: Option<&str>,
        email: Option<&str>,
        auth_provider_id: Option<&str>,
        request_info: &[RequestInfo<'_>],
        shadow_banned_since: Option<&str>,
    ) {
        let user_id = username.map(|name| self.api.get_qualified_user_id(name));
        let (username, user_id) = (username.unwrap_or(GENERATED), user_id.as_deref());
        let mut body = format!("New user: {}\n", line(username));
        let _ = writeln!(body, "User ID: {}", line(user_id.unwrap_or(GENERATED)));
        let _ = writeln!(body, "E-mail: {}", line(email.unwrap_or("none")));
        let _ = write!(body, "Provider: {}", line(auth_provider_id.unwrap_or("none")));
        if let Some(reason) = shadow_banned_since {
            let _ = write!(body, "\nShadow-banned: {reason}");
        }
        for info in request_info.iter().take(CLIENTS_MAX) {
            let user_agent = line(info.user_agent().unwrap_or("no user agent"));
            let _ = write!(body, "\n{}: {user_agent}", line(info.ip()));
        }
        let Notify { room, sender, mention_room, mention_user_ids } = &self.notify;
        let mut mentions = json!({});
        if *mention_room {
            mentions["room"] = json!(true);
        }
        if !mention_user_ids.is_empty() {
            mentions["user_ids"] = json!(mention_user_ids);
        }
        // Not an `m.notice`, since those never notify anyone, even when mentioned.
        let content = json!({"msgtype": "m.text", "body": body, "m.mentions": mentions});
        let event = json!({"type": "m.room.message", "sender": sender, "content": content});
        let (api, room) = (self.api.clone(), RoomId::new(room).to_owned());
        let sender = sender.clone();
        self.api.run_as_background_process("announce a new user", || async move {
            if let Err(error) = api.create_and_send_event_into_room(&room, &event).await {
                tracing::warn!(
                    "{room} was not told of a new user: {error}; {sender} must be in the room and \
                     allowed to send messages there"
                );
            }
            Ok(())
        });
    }
}

const GENERATED: &str = "will be generated";

/// Makes untrusted text fit on one line.
fn line(text: &str) -> String {
    let shown = |c: char| if c.is_control() { ' ' } else { c };
    text.chars().take(USER_AGENT_MAX).map(shown).collect()
}
