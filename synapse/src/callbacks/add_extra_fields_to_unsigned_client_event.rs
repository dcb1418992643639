//! `add_extra_fields_to_unsigned_client_event`, as `synapse/events/utils.py` calls it.

use super::rows;
use crate::convert::answers::fields;
use crate::convert::arguments::Event;

rows! { add_extra_fields_to_unsigned_client_event {
    add_field_to_unsigned_callback(event: Event) => fields;
} }
