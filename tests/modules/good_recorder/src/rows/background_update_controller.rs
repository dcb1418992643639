//! The callbacks of `background_update_controller`.

use hsmod_plugin_api::prelude::*;
use serde_json::json;

use crate::Player;

#[callbacks(optional)]
impl BackgroundUpdateController for Player {
    async fn on_update(
        &self,
        update_name: &str,
        database_name: &str,
        oneshot: bool,
    ) -> Result<UpdateGuard, ModuleError> {
        let arguments = json!([update_name, database_name, oneshot]);
        self.call("on_update", arguments).await
    }

    async fn default_batch_size(
        &self,
        update_name: &str,
        database_name: &str,
    ) -> Result<Option<i64>, ModuleError> {
        self.call("default_batch_size", json!([update_name, database_name])).await
    }

    async fn min_batch_size(
        &self,
        update_name: &str,
        database_name: &str,
    ) -> Result<Option<i64>, ModuleError> {
        self.call("min_batch_size", json!([update_name, database_name])).await
    }
}
