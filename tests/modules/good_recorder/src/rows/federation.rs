//! The callback of `federation`.

use hsmod_plugin_api::prelude::*;
use serde_json::json;

use crate::{Player, arguments};

#[callbacks(optional)]
impl Federation for Player {
    async fn on_event_delivered_over_federation(
        &self,
        delivery: &EventDelivery<'_>,
    ) -> Result<(), ModuleError> {
        let arguments = json!([arguments::delivery(delivery)?]);
        self.call("on_event_delivered_over_federation", arguments).await
    }
}
