//! The callbacks of `presence_router`.

use hsmod_plugin_api::prelude::*;
use serde_json::json;

use crate::{Player, arguments};

#[callbacks(optional)]
impl PresenceRouter for Player {
    async fn get_users_for_states(
        &self,
        state_updates: &[UserPresenceState<'_>],
    ) -> Result<UsersForStates, ModuleError> {
        self.call("get_users_for_states", json!([arguments::presence(state_updates)])).await
    }

    async fn get_interested_users(&self, user_id: &UserId) -> Result<InterestedUsers, ModuleError> {
        self.call("get_interested_users", json!([user_id])).await
    }
}
