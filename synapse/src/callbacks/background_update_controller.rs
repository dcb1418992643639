//! `background_update_controller`, as `synapse/storage/background_updates.py` calls it, by way of
//! `hsmod.updates`.

use super::rows;
use crate::convert::answers::number;
use crate::convert::arguments::{Flag, Text};
use crate::convert::update::update;

rows! { background_update_controller {
    on_update(update_name: Text, database_name: Text, oneshot: Flag) => update [home];
    default_batch_size(update_name: Text, database_name: Text) => number;
    min_batch_size(update_name: Text, database_name: Text) => number;
} }
