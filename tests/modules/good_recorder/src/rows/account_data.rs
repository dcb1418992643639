//! The callback of `account_data`.

use hsmod_plugin_api::prelude::*;
use serde_json::{Value, json};

use crate::Player;

#[callbacks(optional)]
impl AccountData for Player {
    async fn on_account_data_updated(
        &self,
        user_id: &UserId,
        room_id: Option<&str>,
        account_data_type: &str,
        content: &JsonStr,
    ) -> Result<(), ModuleError> {
        let arguments = json!([user_id, room_id, account_data_type, content.parse::<Value>()?]);
        self.call("on_account_data_updated", arguments).await
    }
}
