//! `account_validity`, as `synapse/handlers/account_validity.py` and its neighbours call it.

use super::rows;
use crate::convert::answers::{done, nothing, opinion, renewal};
use crate::convert::arguments::{OptionalText, Text};

rows! { account_validity {
    is_user_expired(user_id: Text) => opinion;
    on_user_registration(user_id: Text) => nothing;
    on_user_login(user_id: Text, auth_provider_type: OptionalText, auth_provider_id: OptionalText)
        => nothing;
    on_legacy_send_mail(user_id: Text) => done;
    on_legacy_renew(token: Text) => renewal;
} }
