//! The callback of `ratelimit`.

use hsmod_plugin_api::prelude::*;
use serde_json::json;

use crate::{Scripted, grammar};

#[callbacks]
impl Ratelimit for Scripted {
    async fn get_ratelimit_override_for_user(
        &self,
        user_id: &UserId,
        limiter_name: &str,
    ) -> Result<Option<RatelimitOverride>, ModuleError> {
        let arguments = json!([user_id.as_str(), limiter_name]);
        self.call("get_ratelimit_override_for_user", arguments, grammar::ratelimit).await
    }
}
