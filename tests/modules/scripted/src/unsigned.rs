//! The callback of `add_extra_fields_to_unsigned_client_event`.

use hsmod_plugin_api::prelude::*;
use serde_json::{Map, Value};

use crate::{Scripted, grammar};

#[callbacks]
impl AddExtraFieldsToUnsignedClientEvent for Scripted {
    async fn add_field_to_unsigned_callback(
        &self,
        event: &Event<'_>,
    ) -> Result<Map<String, Value>, ModuleError> {
        self.call_event("add_field_to_unsigned_callback", event, &[], grammar::fields).await
    }
}
