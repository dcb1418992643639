//! `account_data`, as `synapse/handlers/account_data.py` calls it.

use super::rows;
use crate::convert::answers::nothing;
use crate::convert::arguments::{Object, OptionalText, Text};
use crate::notice::Notice;

rows! { account_data {
    on_account_data_updated(
        user_id: Text, room_id: OptionalText, account_data_type: Text, content: Object
    ) [.told()] => nothing;
} }
