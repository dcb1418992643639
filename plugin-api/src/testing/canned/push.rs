//! Group `push`.

use std::collections::BTreeMap;

use serde_json::Value;

use super::Canned;
use crate::requests::Push;
use crate::testing::world::{bad_request, object, object_or_null};
use crate::values::{JsonStr, ModuleError, UserId};

impl Push for Canned {
    /// Every pusher accepts the notification.
    async fn send_http_push_notification(
        &self,
        user_id: &UserId,
        device_id: Option<&str>,
        content: &JsonStr,
        tweaks: &JsonStr,
        default_payload: &JsonStr,
    ) -> Result<BTreeMap<String, bool>, ModuleError> {
        object(content, "`content`")?;
        object_or_null(tweaks, "`tweaks`")?;
        object_or_null(default_payload, "`default_payload`")?;
        let known = self.known();
        let pushers = known.users.get(user_id.as_str()).into_iter().flat_map(|user| &user.pushers);
        let meant = |device: &&String| device_id.is_none_or(|one| one == device.as_str());
        Ok(pushers.filter(meant).map(|device| (device.clone(), true)).collect())
    }

    async fn check_push_rule_actions(&self, actions: &JsonStr) -> Result<(), ModuleError> {
        check_actions(actions)
    }

    /// Only recorded: see [`FakeHost::requests`](crate::testing::FakeHost::requests).
    async fn set_push_rule_action(
        &self,
        user_id: &UserId,
        scope: &str,
        _kind: &str,
        _rule_id: &str,
        actions: &JsonStr,
    ) -> Result<(), ModuleError> {
        if scope != "global" {
            return Err(bad_request(format!("`{scope}` is not a scope of push rules")));
        }
        check_actions(actions)?;
        self.known().local_user(user_id).map(drop)
    }
}

fn check_actions(actions: &JsonStr) -> Result<(), ModuleError> {
    let is_action = |action: &Value| match action {
        Value::String(name) => ["notify", "dont_notify", "coalesce"].contains(&name.as_str()),
        tweak => tweak["set_tweak"].is_string(),
    };
    match actions.parse::<Vec<Value>>()?.iter().find(|action| !is_action(action)) {
        Some(action) => Err(bad_request(format!("{action} is not an action of a push rule"))),
        None => Ok(()),
    }
}
