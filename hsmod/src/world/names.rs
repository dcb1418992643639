//! Completes the short names of users and aliases.

use crate::identifiers::{Identifier, Wrong};

/// Completes names with the homeserver's name.
#[derive(Clone, Copy, Debug)]
pub(super) struct Names<'a> {
    server_name: &'a str,
}

impl<'a> Names<'a> {
    pub(super) const fn of(server_name: &'a str) -> Self {
        Self { server_name }
    }

    /// `alice`, or `@alice:example.com`
    pub(super) fn user(self, text: &str) -> Result<String, Wrong> {
        self.complete(Identifier::User, '@', text)
    }

    /// `lobby`, or `#lobby:example.com`
    pub(super) fn alias(self, text: &str) -> Result<String, Wrong> {
        self.complete(Identifier::Alias, '#', text)
    }

    /// Checks a room ID, which must be complete.
    pub(super) fn room(self, text: &str) -> Result<(), Wrong> {
        Identifier::Room.check(text, self.server_name)
    }

    /// Whether a user belongs to this homeserver.
    pub(super) fn is_local(self, user_id: &str) -> bool {
        user_id.split_once(':').is_some_and(|(_, server)| server == self.server_name)
    }

    /// The creator of rooms that name neither a creator nor a joined member.
    pub(super) fn nobody(self) -> String {
        format!("@creator:{}", self.server_name)
    }

    fn complete(self, kind: Identifier, sigil: char, text: &str) -> Result<String, Wrong> {
        let is_short = !text.is_empty() && !text.starts_with(['@', '#', '!', '$']);
        if is_short && !text.contains(':') {
            let full = format!("{sigil}{text}:{}", self.server_name);
            if kind.check(&full, self.server_name).is_ok() {
                return Ok(full);
            }
        }
        kind.check(text, self.server_name).map(|()| text.to_owned())
    }
}
