//! Modules that log users in.

use super::super::keys::{Keys, Kind, renamed, same};
use super::Row;

pub(super) const ROWS: &[Row] = &[
    Row {
        class: "shared_secret_authenticator.SharedSecretAuthProvider",
        plugin: SHARED_SECRET,
        keys: &[
            same("shared_secret", Kind::Text),
            same("com_devture_shared_secret_auth_support_enabled", Kind::Switch),
            same("m_login_password_support_enabled", Kind::Switch),
        ],
        rest: as_it_is,
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

fn as_it_is(keys: &mut Keys<'_>) {
    without_deactivated(keys, "shared_secret");
}

/// This version only accepted the secret as a password, which the plugin does not accept by
/// default.
fn passwords_only(keys: &mut Keys<'_>) {
    keys.write("m_login_password_support_enabled", true);
    keys.write("com_devture_shared_secret_auth_support_enabled", false);
    without_deactivated(keys, "sharedSecret");
}

/// Both versions log in deactivated users, which hardly anyone expects. The plugin does not by
/// default.
fn without_deactivated(keys: &mut Keys<'_>, key: &str) {
    keys.remark(
        key,
        "deactivated users can no longer log in",
        "set `allow_deactivated_users: true` if they should",
    );
}
