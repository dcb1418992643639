//! The callbacks of `presence_router`.

use hsmod_plugin_api::prelude::*;
use serde_json::json;

use crate::{Scripted, arguments, grammar};

#[callbacks]
impl PresenceRouter for Scripted {
    async fn get_users_for_states(
        &self,
        state_updates: &[UserPresenceState<'_>],
    ) -> Result<UsersForStates, ModuleError> {
        let states = json!([arguments::presence(state_updates)]);
        self.call("get_users_for_states", states, grammar::users_for_states).await
    }

    async fn get_interested_users(&self, user_id: &UserId) -> Result<InterestedUsers, ModuleError> {
        let arguments = json!([user_id.as_str()]);
        self.call("get_interested_users", arguments, grammar::interested_users).await
    }
}
