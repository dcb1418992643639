//! The callback of `account_data`.

use hsmod_plugin_api::prelude::*;
use serde_json::{Value, json};

use crate::{Scripted, grammar};

#[callbacks]
impl AccountData for Scripted {
    async fn on_account_data_updated(
        &self,
        user_id: &UserId,
        room_id: Option<&str>,
        account_data_type: &str,
        content: &JsonStr,
    ) -> Result<(), ModuleError> {
        let content: Value = content.parse()?;
        let arguments = json!([user_id.as_str(), room_id, account_data_type, content]);
        self.call("on_account_data_updated", arguments, grammar::nothing).await
    }
}
