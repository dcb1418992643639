//! Distinguishes local users from those of other servers, and warns if no event is from a local
//! user.

use std::cmp::Reverse;
use std::collections::HashMap;

use hsmod_loader::values::UserId;

/// Whether a user belongs to this server.
pub(in crate::replay) fn is_local(user: &UserId, server_name: &str) -> bool {
    is_of(server_name, user.server_name())
}

/// Whether `meant` is this server.
pub(super) fn is_of(server_name: &str, meant: Option<&str>) -> bool {
    meant == Some(server_name)
}

/// Counts the senders' servers until a local sender is seen.
#[derive(Default)]
pub(in crate::replay) struct People {
    has_local: bool,
    servers: HashMap<String, u64>,
}

impl People {
    pub(in crate::replay) fn note(&mut self, sender: &UserId, server_name: &str) {
        if self.has_local {
            return;
        }
        if is_local(sender, server_name) {
            *self = Self { has_local: true, servers: HashMap::new() };
        } else if let Some(server) = sender.server_name() {
            match self.servers.get_mut(server) {
                Some(events) => *events += 1,
                None => drop(self.servers.insert(server.to_owned(), 1)),
            }
        }
    }

    /// The warning to show if no sender is local.
    pub(in crate::replay) fn warning(&self, server_name: &str) -> Option<String> {
        // Breaks ties by name, so that the result is deterministic.
        let by_frequency = self.servers.iter().map(|(server, events)| (events, Reverse(server)));
        let (_, Reverse(most)) = by_frequency.max()?;
        Some(format!(
            "note: no event is from a user of `{server_name}`, so nothing was asked that a \
             homeserver asks about its own users; `--server-name {most}` makes the senders of most \
             events local\n"
        ))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn warning(senders: &[&str]) -> Option<String> {
        let mut people = People::default();
        senders.iter().for_each(|sender| people.note(UserId::new(sender), "here"));
        people.warning("here")
    }

    #[test]
    fn the_most_frequent_server_is_named_if_nobody_is_local() {
        let said = warning(&["@a:z", "@a:y:80", "@b:y:80", "@c:z", "nobody"]).unwrap();
        assert!(said.contains("`--server-name y:80`"), "{said}");
        assert_eq!(warning(&["@a:z", "@a:here", "@a:z"]), None);
        assert_eq!(warning(&[]), None);
        assert_eq!(warning(&["nobody"]), None);
    }
}
