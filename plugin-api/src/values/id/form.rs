//! Checks the form of identifiers, with Synapse's error messages.
//!
//! Rationale: `ruma-identifiers-validation` knows more, but it adds eight crates to every author's
//! build, refuses some of what Synapse accepts, and its messages differ from those that clients
//! know.

use std::net::Ipv6Addr;

use crate::values::{ErrorCode, ModuleError};

/// A kind of identifier.
pub(super) struct Kind {
    /// Its name in Synapse's messages.
    pub(super) name: &'static str,
    /// Its common name.
    pub(super) noun: &'static str,
    pub(super) sigil: char,
    /// The length of identifiers of this kind that have no server name, if there are such.
    pub(super) hash_length: Option<usize>,
}

impl Kind {
    /// Equivalent to `from_string` of Synapse's classes (`synapse/types`).
    pub(super) fn parse(&self, text: &str) -> Result<(), ModuleError> {
        let refuse = |message| ModuleError::http(400, ErrorCode::InvalidParam, message);
        self.check_form(text).map_err(refuse)
    }

    /// Equivalent to `is_valid` of Synapse's classes, but returns what is wrong.
    pub(super) fn check(&self, text: &str) -> Result<(), String> {
        self.check_form(text)
            .and_then(|()| text.split_once(':').map_or(Ok(()), |(_, server)| check_server(server)))
            .map_err(|why| format!("`{text}` is not a {}: {why}", self.noun))
    }

    fn check_form(&self, text: &str) -> Result<(), String> {
        let Self { name, sigil, .. } = self;
        let Some(rest) = text.strip_prefix(*sigil) else {
            return Err(format!("Expected {name} string to start with '{sigil}'"));
        };
        if rest.contains(':') {
            return Ok(());
        }
        let in_base64 = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_');
        match self.hash_length {
            None => Err(format!("Expected {name} of the form '{sigil}localname:domain'")),
            Some(length) if rest.len() == length && rest.bytes().all(in_base64) => Ok(()),
            Some(_) => {
                Err(format!("Expected {name} string to be valid urlsafe unpadded base64 '{rest}'"))
            }
        }
    }
}

/// Equivalent to `parse_and_validate_server_name` (`synapse/util/stringutils.py`).
fn check_server(server_name: &str) -> Result<(), String> {
    let host = match server_name.rsplit_once(':') {
        _ if server_name.ends_with(']') => server_name,
        Some((host, port)) if !port.is_empty() && port.bytes().all(|c| c.is_ascii_digit()) => host,
        Some(_) => return Err(format!("Invalid server name '{server_name}'")),
        None => server_name,
    };
    if let Some(rest) = host.strip_prefix('[') {
        let Some(address) = rest.strip_suffix(']') else {
            return Err(format!("Mismatched [...] in server name '{server_name}'"));
        };
        return match address.parse::<Ipv6Addr>() {
            Ok(_) => Ok(()),
            Err(_) => Err(format!("Server name '{server_name}' is not a valid IPv6 address")),
        };
    }
    let is_label = |label: &str| {
        !label.is_empty() && label.bytes().all(|c| c.is_ascii_alphanumeric() || c == b'-')
    };
    if host.split('.').all(is_label) {
        return Ok(());
    }
    Err(format!("Server name '{server_name}' has an invalid format"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::values::{RoomAlias, RoomId, UserId};

    fn refusal<T: ?Sized>(parsed: Result<&T, ModuleError>) -> String {
        parsed.err().map(|error| error.to_string()).unwrap_or_default()
    }

    #[test]
    fn strangers_are_refused_in_the_words_of_synapse() {
        let user = |text: &str| refusal(UserId::parse(text));
        let start = "400 M_INVALID_PARAM: Expected UserID string to start with '@'";
        assert_eq!(user(""), start);
        assert_eq!(user("alice:example.com"), start);
        assert_eq!(user("#alice:example.com"), start);
        let form = "400 M_INVALID_PARAM: Expected UserID of the form '@localname:domain'";
        assert_eq!(user("@alice"), form);
        assert_eq!(user("@"), form);
        // Such identifiers exist in rooms, so Synapse accepts them.
        for odd in ["@:", "@alice:", "@al ice:x", "@a:b:c:d", "@ü:no server"] {
            assert_eq!(UserId::parse(odd).unwrap(), odd);
        }
        let alias = |text: &str| refusal(RoomAlias::parse(text));
        assert_eq!(
            alias("lobby"),
            "400 M_INVALID_PARAM: Expected RoomAlias string to start with '#'"
        );
        assert_eq!(
            alias("#lobby"),
            "400 M_INVALID_PARAM: Expected RoomAlias of the form '#localname:domain'"
        );
        assert_eq!(alias("#lobby:example.com"), "");
    }

    #[test]
    fn a_room_has_a_server_name_or_is_a_hash() {
        let room = |text: &str| refusal(RoomId::parse(text));
        assert_eq!(room("r:x"), "400 M_INVALID_PARAM: Expected RoomID string to start with '!'");
        let hash = "31hneApxJ_1o-63DmFrpeqnkFfWppnzWso1JvH3ogLM";
        assert_eq!(room(&format!("!{hash}")), "");
        assert_eq!(room("!r:x"), "");
        for odd in ["", "short", &hash[1..], &format!("{hash}M"), &hash.replace('_', "+")] {
            assert_eq!(
                room(&format!("!{odd}")),
                format!(
                    "400 M_INVALID_PARAM: Expected RoomID string to be valid urlsafe unpadded \
                     base64 '{odd}'"
                )
            );
        }
    }

    #[test]
    fn a_valid_identifier_has_a_server_name_that_can_be_one() {
        for server in ["x", "example.com", "ex-ample.com:8448", "1.2.3.4:80", "[::1]", "[::1]:80"] {
            assert!(UserId::new(&format!("@a:{server}")).is_valid(), "{server}");
        }
        let why = |server: &str| UserId::KIND.check(&format!("@a:{server}")).unwrap_err();
        let said = |server: &str, why: &str| format!("`@a:{server}` is not a user ID: {why}");
        for server in ["x:", "x:y", "x:80x", "x:-1"] {
            assert_eq!(why(server), said(server, &format!("Invalid server name '{server}'")));
        }
        for server in ["", ".", "x.", ".x", "x..y", "x y", "ü.de", "x_y", "::1", "x/y", "x\n"] {
            let text = format!("Server name '{server}' has an invalid format");
            assert_eq!(why(server), said(server, &text));
        }
        for (server, text) in [
            ("[]", "Server name '[]' is not a valid IPv6 address"),
            ("[1.2.3.4]", "Server name '[1.2.3.4]' is not a valid IPv6 address"),
            ("[::1:80", "Mismatched [...] in server name '[::1:80'"),
        ] {
            assert_eq!(why(server), said(server, text));
        }
        assert!(!UserId::new("@a").is_valid());
        assert!(RoomId::new("!31hneApxJ_1o-63DmFrpeqnkFfWppnzWso1JvH3ogLM").is_valid());
        assert!(!RoomId::new("!r:").is_valid());
    }
}
