//! The callbacks of `background_update_controller`.

use hsmod_plugin_api::prelude::*;
use serde_json::json;

use crate::Recorder;

#[callbacks]
impl BackgroundUpdateController for Recorder {
    async fn on_update(
        &self,
        update_name: &str,
        database_name: &str,
        oneshot: bool,
    ) -> Result<UpdateGuard, ModuleError> {
        let arguments = json!([update_name, database_name, oneshot]);
        let guard: UpdateGuard = self.call("on_update", arguments).await?;
        Ok(match self.later("on_exit") {
            Some(later) => guard.on_exit(move || later.call(json!([]))),
            None => guard,
        })
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
