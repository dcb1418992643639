//! The callback of `add_extra_fields_to_unsigned_client_event`.

use hsmod_plugin_api::prelude::*;

use crate::Player;

#[callbacks(optional)]
impl AddExtraFieldsToUnsignedClientEvent for Player {
    async fn add_field_to_unsigned_callback(
        &self,
        event: &Event<'_>,
    ) -> Result<JsonObject, ModuleError> {
        self.call_event("add_field_to_unsigned_callback", event, &[]).await
    }
}
