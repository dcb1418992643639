//! The callback of `ratelimit`.

use hsmod_plugin_api::prelude::*;
use serde_json::json;

use crate::Player;

#[callbacks(optional)]
impl Ratelimit for Player {
    async fn get_ratelimit_override_for_user(
        &self,
        user_id: &UserId,
        limiter_name: &str,
    ) -> Result<Option<RatelimitOverride>, ModuleError> {
        self.call("get_ratelimit_override_for_user", json!([user_id, limiter_name])).await
    }
}
