//! Modules that let users in.

use super::super::keys::{Keys, Kind, renamed, same};
use super::{Row, nothing};

pub(super) const ROWS: &[Row] = &[
    Row {
        class: "shared_secret_authenticator.SharedSecretAuthProvider",
        plugin: SHARED_SECRET,
        keys: &[
            same("shared_secret", Kind::Text),
            same("com_devture_shared_secret_auth_support_enabled", Kind::Switch),
            same("m_login_password_support_enabled", Kind::Switch),
        ],
        rest: nothing,
    },
    // Version 1, for `password_providers`.
    Row {
        class: "shared_secret_authenticator.SharedSecretAuthenticator",
        plugin: SHARED_SECRET,
        keys: &[renamed("sharedSecret", "shared_secret", Kind::Text)],
        rest: passwords_only,
    },
];

const SHARED_SECRET: &str = "shared_secret_auth";

/// It knew of passwords only, which the plugin does not accept by default.
fn passwords_only(keys: &mut Keys<'_>) {
    keys.write("m_login_password_support_enabled", true);
    keys.write("com_devture_shared_secret_auth_support_enabled", false);
}
