//! Checks Matrix identifiers in arguments and worlds, and suggests the one that was probably meant.

use serde_json::Value;

/// A kind of identifier.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Identifier {
    User,
    Room,
    Alias,
    Event,
    Server,
    Media,
}

/// The kind of identifier of each argument type.
const TYPES: [(&str, Identifier); 3] =
    [("UserId", Identifier::User), ("RoomId", Identifier::Room), ("RoomAlias", Identifier::Alias)];

/// The kind of identifier of each member within an argument, or of a string argument of that name.
const MEMBERS: [(&str, Identifier); 7] = [
    ("user_id", Identifier::User),
    ("user", Identifier::User),
    ("sender", Identifier::User),
    ("room_id", Identifier::Room),
    ("event_id", Identifier::Event),
    ("server_name", Identifier::Server),
    ("avatar_url", Identifier::Media),
];

/// Members with free content, which is not checked.
const FREE: [&str; 3] = ["content", "unsigned", "body"];

/// The message and the remedy.
pub(crate) type Wrong = (String, String);

/// Checks an argument of this name and type, with its members.
///
/// # Errors
/// A string in it should be an identifier but is not.
pub(crate) fn check(
    name: &str,
    rust: &str,
    value: &Value,
    server_name: &str,
) -> std::result::Result<(), Wrong> {
    let free = ["&JsonStr", "&mut EditableJson<'_>"].contains(&rust);
    let by_type = TYPES.iter().find(|(kind, _)| rust.contains(&format!("&{kind}")));
    match (by_type, value) {
        (Some((_, kind)), Value::String(text)) => kind.check(text, server_name),
        _ if free => Ok(()),
        _ => check_member(name, value, server_name),
    }
}

fn check_member(name: &str, value: &Value, server_name: &str) -> std::result::Result<(), Wrong> {
    match value {
        Value::String(text) => match MEMBERS.iter().find(|(member, _)| *member == name) {
            Some((_, kind)) => kind.check(text, server_name),
            None => Ok(()),
        },
        Value::Array(items) => items.iter().enumerate().try_for_each(|(index, item)| {
            let checked = check_member("", item, server_name);
            checked.map_err(|(what, fix)| (format!("item {index}: {what}"), fix))
        }),
        Value::Object(members) => {
            let mut members = members.iter().filter(|(name, _)| !FREE.contains(&name.as_str()));
            members.try_for_each(|(name, value)| {
                let checked = check_member(name, value, server_name);
                checked.map_err(|(what, fix)| (format!("`{name}`: {what}"), fix))
            })
        }
        _ => Ok(()),
    }
}

impl Identifier {
    const ALL: [Self; 5] = [Self::User, Self::Room, Self::Alias, Self::Event, Self::Media];

    /// The name of the kind, and its form.
    const fn described(self) -> (&'static str, &'static str) {
        match self {
            Self::User => ("user ID", "`@name:server`"),
            Self::Room => ("room ID", "`!room:server`, or `!hash`"),
            Self::Alias => ("room alias", "`#name:server`"),
            Self::Event => ("event ID", "`$hash`"),
            Self::Server => ("server name", "`example.com`"),
            Self::Media => ("MXC URI", "`mxc://server/id`"),
        }
    }

    fn with_article(self) -> String {
        let (name, _) = self.described();
        let article = if matches!(self, Self::Event | Self::Media) { "an" } else { "a" };
        format!("{article} {name}")
    }

    /// # Errors
    /// The string is not an identifier of this kind.
    pub(crate) fn check(self, text: &str, server_name: &str) -> std::result::Result<(), Wrong> {
        // An empty MXC URI stands for "no picture".
        if self.fits(text) || self == Self::Media && text.is_empty() {
            return Ok(());
        }
        let (_, like) = self.described();
        let message = match Self::ALL.iter().find(|kind| kind.fits(text)) {
            Some(other) => {
                format!("`{text}` is {}, not {}", other.with_article(), self.with_article())
            }
            None => format!("`{text}` is not {}", self.with_article()),
        };
        let fix = match self.meant(text, server_name) {
            Some(meant) => format!("did you mean `{meant}`?"),
            None => format!("write it like {like}"),
        };
        Err((message, fix))
    }

    fn fits(self, text: &str) -> bool {
        if text.contains(|c: char| c.is_whitespace() || c.is_control()) {
            return false;
        }
        let with_server = |sigil| {
            let parts = text.strip_prefix(sigil).and_then(|text| text.split_once(':'));
            parts.is_some_and(|(_, server)| Self::Server.fits(server))
        };
        let begins_with = |sigil| text.strip_prefix(sigil).is_some_and(|rest| !rest.is_empty());
        match self {
            Self::User => with_server('@'),
            Self::Alias => with_server('#'),
            Self::Room => begins_with('!'),
            Self::Event => begins_with('$'),
            // Braces and quotes usually come from a mistake in YAML or JSON.
            Self::Server => {
                !text.is_empty()
                    && !text.contains(['@', '!', '#', '$', '/', '?', '{', '}', '"', '\'', ','])
            }
            Self::Media => {
                let parts = text.strip_prefix("mxc://").and_then(|text| text.split_once('/'));
                parts.is_some_and(|(server, id)| Self::Server.fits(server) && !id.is_empty())
            }
        }
    }

    /// The identifier that was probably meant: the string with its missing parts added.
    fn meant(self, text: &str, server_name: &str) -> Option<String> {
        let with_server = |sigil: char| {
            let name = text.trim().trim_start_matches(sigil);
            if name.is_empty() {
                return String::new();
            }
            let server = if name.contains(':') { String::new() } else { format!(":{server_name}") };
            format!("{sigil}{name}{server}")
        };
        let meant = match self {
            Self::User => with_server('@'),
            Self::Alias => with_server('#'),
            Self::Server => {
                let name = text.rsplit("://").next().unwrap_or_default().trim_end_matches('/');
                name.split_once(':')
                    .filter(|_| name.starts_with('@'))
                    .map_or(name, |(_, name)| name)
                    .to_owned()
            }
            Self::Room | Self::Event | Self::Media => return None,
        };
        let is_other = Self::ALL.iter().any(|kind| *kind != self && kind.fits(text));
        (self.fits(&meant) && (!is_other || self == Self::Server)).then_some(meant)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said_of(kind: Identifier, text: &str) -> String {
        match kind.check(text, "localhost") {
            Ok(()) => "ok".to_owned(),
            Err((message, fix)) => format!("{message}: {fix}"),
        }
    }

    #[test]
    fn identifiers_are_accepted() {
        for (kind, text) in [
            (Identifier::User, "@a:x"),
            (Identifier::User, "@:x"),
            (Identifier::User, "@A/b=c:example.com:8448"),
            (Identifier::User, "@a:[::1]:8448"),
            (Identifier::Room, "!r:x"),
            (Identifier::Room, "!31hneApxJ_1o-63DmFrpeqnkFfWppnzWso1JvH3ogLM"),
            (Identifier::Alias, "#r:x"),
            (Identifier::Event, "$1"),
            (Identifier::Event, "$1:x"),
            (Identifier::Server, "localhost"),
            (Identifier::Server, "[::1]:8448"),
            (Identifier::Media, "mxc://x/y"),
            (Identifier::Media, ""),
        ] {
            assert_eq!(said_of(kind, text), "ok", "{kind:?} {text}");
        }
    }

    #[test]
    fn other_texts_are_refused_with_a_suggestion() {
        for (kind, text, said) in [
            (
                Identifier::User,
                "evilguy",
                "`evilguy` is not a user ID: did you mean `@evilguy:localhost`?",
            ),
            (
                Identifier::User,
                "@evilguy",
                "`@evilguy` is not a user ID: did you mean `@evilguy:localhost`?",
            ),
            (
                Identifier::User,
                "evilguy:x",
                "`evilguy:x` is not a user ID: did you mean `@evilguy:x`?",
            ),
            (Identifier::User, "@a:", "`@a:` is not a user ID: write it like `@name:server`"),
            (Identifier::User, "", "`` is not a user ID: write it like `@name:server`"),
            (
                Identifier::User,
                "#r:x",
                "`#r:x` is a room alias, not a user ID: write it like `@name:server`",
            ),
            (
                Identifier::User,
                "alice:{admin",
                "`alice:{admin` is not a user ID: write it like `@name:server`",
            ),
            (
                Identifier::User,
                "$e",
                "`$e` is an event ID, not a user ID: write it like `@name:server`",
            ),
            (Identifier::User, " @a:x", "` @a:x` is not a user ID: did you mean `@a:x`?"),
            (Identifier::Alias, "r", "`r` is not a room alias: did you mean `#r:localhost`?"),
            (
                Identifier::Room,
                "#r:x",
                "`#r:x` is a room alias, not a room ID: write it like `!room:server`, or `!hash`",
            ),
            (
                Identifier::Room,
                "!",
                "`!` is not a room ID: write it like `!room:server`, or `!hash`",
            ),
            (Identifier::Event, "1", "`1` is not an event ID: write it like `$hash`"),
            (
                Identifier::Server,
                "https://x/",
                "`https://x/` is not a server name: did you mean `x`?",
            ),
            (
                Identifier::Server,
                "@a:x",
                "`@a:x` is a user ID, not a server name: did you mean `x`?",
            ),
            (
                Identifier::Media,
                "https://x/y.png",
                "`https://x/y.png` is not an MXC URI: write it like `mxc://server/id`",
            ),
        ] {
            assert_eq!(said_of(kind, text), said, "{kind:?} {text}");
        }
    }
}
