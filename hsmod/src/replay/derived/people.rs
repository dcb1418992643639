//! Whose users send the events: those of this server are asked about as such.

use hsmod_loader::values::UserId;

/// Whether a user is one of this server's.
pub(in crate::replay) fn is_local(user: &UserId, server_name: &str) -> bool {
    is_of(server_name, user.server_name())
}

/// Whether this server is meant.
pub(super) fn is_of(server_name: &str, meant: Option<&str>) -> bool {
    meant == Some(server_name)
}
