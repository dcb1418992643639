//! `password_auth_provider`, as `synapse/handlers/auth.py` calls it.

use super::rows;
use crate::convert::answers::{name, nothing, permission};
use crate::convert::arguments::{Flag, Object, OptionalText, Text};
use crate::convert::login::login;
use crate::notice::Notice;

rows! { password_auth_provider {
    check_auth(username: Text, login_type: Text, login_dict: Object) => login [home];
    check_3pid_auth(medium: Text, address: Text, password: Text) => login [home];
    on_logged_out(user_id: Text, device_id: OptionalText, access_token: Text)
        [.told()] => nothing;
    get_username_for_registration(uia_results: Object, params: Object) => name;
    get_displayname_for_registration(uia_results: Object, params: Object) => name;
    is_3pid_allowed(medium: Text, address: Text, registration: Flag) => permission;
} }
