//! `federation`, as `synapse/module_api/callbacks/federation.py` calls it.

use super::rows;
use crate::convert::answers::nothing;
use crate::convert::delivery::Delivery;
use crate::notice::Notice;

rows! { federation {
    on_event_delivered_over_federation(delivery: Delivery) [.told()] => nothing;
} }
