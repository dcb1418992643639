//! The callback of `federation`.

use hsmod_plugin_api::prelude::*;
use serde_json::{Value, json};

use crate::{Scripted, grammar};

#[callbacks]
impl Federation for Scripted {
    async fn on_event_delivered_over_federation(
        &self,
        delivery: &EventDelivery<'_>,
    ) -> Result<(), ModuleError> {
        let events = delivery.events().iter().map(|event| event.json().parse());
        let events: Vec<Value> = events.collect::<Result<_, _>>()?;
        let arguments = json!([delivery.server_name(), delivery.method(), events]);
        self.call("on_event_delivered_over_federation", arguments, grammar::nothing).await
    }
}
