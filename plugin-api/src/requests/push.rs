//! Group `push`: notifications on users' devices.

use std::collections::BTreeMap;

use crate::module::ModuleApi;
use crate::table::requests;
use crate::values::json_answer::json_answers;
use crate::values::{JsonStr, UserId};

json_answers! { BTreeMap<String, bool>; }

requests! {
    /// Notifications on users' devices.
    pub trait Push = push on ModuleApi,
        written PushRequests, table PushTable PushTableRef, erased ErasedPush
    {
        /// Sends a notification to the HTTP pushers of a user, or of one device (`None` for all),
        /// and answers for each device whether its gateway accepted it. `content`, `tweaks` and
        /// `default_payload` are objects as in the push gateway API; `null` for no tweaks, and for
        /// the payload of each pusher. Since Synapse 1.82.
        async fn send_http_push_notification(
            &self,
            user_id: &UserId,
            device_id: Option<&str>,
            content: &JsonStr as Object,
            tweaks: &JsonStr as ObjectOrNull,
            default_payload: &JsonStr as ObjectOrNull,
        ) -> BTreeMap<String, bool>, since 0 {
            /// let content = serde_json::json!({"title": "Backup", "body": "It is done"});
            /// // `&()` is `null`: no tweaks, and the payload of each pusher.
            /// let taken = api.send_http_push_notification(user_id, None, &content, &(), &()).await?;
            /// let reached = taken.values().any(|taken| *taken);
        }

        /// Checks that these are valid actions of a push rule: a list of strings and objects. The
        /// error says what is wrong with them. Since Synapse 1.58.
        async fn check_push_rule_actions(&self, actions: &JsonStr as List) -> (), since 0 {
            /// let actions = serde_json::json!(["notify", {"set_tweak": "highlight"}]);
            /// api.check_push_rule_actions(&actions).await?;
        }

        /// Changes the actions of a user's push rule. `scope` is `global`, `kind` one of
        /// `override`, `underride`, `room`, `sender`, `content`, and `actions` a list as above. An
        /// error for another scope, for an unknown rule (404), and for invalid actions. Since
        /// Synapse 1.58.
        async fn set_push_rule_action(
            &self,
            user_id: &UserId,
            scope: &str,
            kind: &str,
            rule_id: &str,
            actions: &JsonStr as List,
        ) -> (), since 0 {
            /// let (kind, rule_id) = ("underride", ".m.rule.message");
            /// api.set_push_rule_action(user_id, "global", kind, rule_id, &["notify"]).await?;
        }
    }
}
