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
        /// Sends a notification to the pushers of a user, or of one device: by device, whether it
        /// was taken. `tweaks` and `default_payload` are objects. Since Synapse 1.82.
        async fn send_http_push_notification(
            &self,
            user_id: &UserId,
            device_id: Option<&str>,
            content: &JsonStr,
            tweaks: &JsonStr,
            default_payload: &JsonStr,
        ) -> BTreeMap<String, bool>, since 0;

        /// Whether these are actions of a push rule: an error if not. Since Synapse 1.58.
        async fn check_push_rule_actions(&self, actions: &JsonStr) -> (), since 0;

        /// Changes the actions of a push rule of a user. `scope` is `global`. Since Synapse 1.58.
        async fn set_push_rule_action(
            &self,
            user_id: &UserId,
            scope: &str,
            kind: &str,
            rule_id: &str,
            actions: &JsonStr,
        ) -> (), since 0;
    }
}
