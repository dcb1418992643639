//! Matrix identifiers: newtypes over `str`, so that a room cannot be passed for a user.
//!
//! They compare with strings, have the methods of `str`, can be looked up in sets of strings, and
//! are strings in JSON:
//!
//! ```
//! # use hsmod_plugin_api::prelude::*;
//! # use std::collections::HashSet;
//! let (alice, name) = (UserId::new("@alice:example.com"), "@alice:example.com".to_owned());
//! assert!(alice == name && name == alice && alice == "@alice:example.com");
//! assert!(alice.starts_with("@alice") && !alice.contains("evil"));
//! let listed = HashSet::from([name]);
//! assert!(listed.contains(alice) && listed.contains("@alice:example.com"));
//! assert_eq!(serde_json::json!({"user": alice}).to_string(), r#"{"user":"@alice:example.com"}"#);
//! ```
//! Identifiers from the homeserver are valid already (`new`). Check those from outside first
//! ([`UserId::parse`]); for those in an operator's config use the owned types, which deserialise
//! with a check ([`OwnedUserId`]).

mod form;
mod owned;

use std::borrow::Borrow;
use std::fmt;
use std::ops::Deref;

use serde::{Serialize, Serializer};

use self::form::Kind;
use super::ModuleError;

pub use self::owned::{OwnedRoomAlias, OwnedRoomId, OwnedUserId};

macro_rules! identifiers {
    ($( $(#[$doc:meta])* $name:ident, $kind:expr; )*) => { $(
        hsmod_abi::text_type! {
            $(#[$doc])*
            #[derive(PartialEq, Eq, PartialOrd, Ord, Hash)]
            pub struct $name;

            /// Wraps `text` without a check; the homeserver has checked it already.
            pub fn new;
        }

        impl $name {
            const KIND: Kind = $kind;

            /// Checks text from outside: whether it begins with its sigil and has a server name
            /// (or, for a room, is a hash as in room version 12). The rest may be anything, since
            /// identifiers like that exist in rooms; [`Self::is_valid`] is stricter.
            ///
            /// ```
            /// # use hsmod_plugin_api::prelude::*;
            /// fn asked_for(request: &WebRequest<'_>) -> Result<OwnedUserId, ModuleError> {
            ///     let user_id = request.require_query("user_id")?;
            ///     Ok(UserId::parse(&user_id)?.to_owned())
            /// }
            ///
            /// assert_eq!(
            ///     UserId::parse("alice").unwrap_err().to_string(),
            ///     "400 M_INVALID_PARAM: Expected UserID string to start with '@'"
            /// );
            /// ```
            ///
            /// Mirrors `from_string` of the class in `synapse.types`.
            ///
            /// # Errors
            /// 400 `M_INVALID_PARAM`, with Synapse's message.
            pub fn parse(text: &str) -> Result<&Self, ModuleError> {
                Self::KIND.parse(text).map(|()| Self::new(text))
            }

            /// Whether [`Self::parse`] accepts it and the server name is well-formed.
            ///
            /// Mirrors `is_valid` of the class in `synapse.types`.
            pub fn is_valid(&self) -> bool {
                Self::KIND.check(&self.0).is_ok()
            }

            /// The part between the sigil and the first `:`; everything after the sigil if there is
            /// none.
            pub fn localpart(&self) -> &str {
                let text = self.0.get(1..).unwrap_or_default();
                text.split_once(':').map_or(text, |(localpart, _)| localpart)
            }

            /// The part after the first `:`, including the port; `None` if there is none, as in the
            /// room IDs of room version 12.
            pub fn server_name(&self) -> Option<&str> {
                self.0.split_once(':').map(|(_, server_name)| server_name)
            }
        }

        /// An identifier has all methods of `str`.
        impl Deref for $name {
            type Target = str;

            fn deref(&self) -> &str {
                &self.0
            }
        }

        /// Equivalent to `new`. The compiler suggests this conversion where a string is passed.
        impl<'a> From<&'a str> for &'a $name {
            fn from(text: &'a str) -> Self {
                $name::new(text)
            }
        }

        impl<'a> From<&'a String> for &'a $name {
            fn from(text: &'a String) -> Self {
                $name::new(text)
            }
        }

        impl AsRef<str> for $name {
            fn as_ref(&self) -> &str {
                &self.0
            }
        }

        /// Hashes and compares as `str` does.
        impl Borrow<str> for $name {
            fn borrow(&self) -> &str {
                &self.0
            }
        }

        /// Allows looking up an identifier in a set of `String`s, as configs have them.
        impl Borrow<$name> for String {
            fn borrow(&self) -> &$name {
                $name::new(self)
            }
        }

        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(&self.0)
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                fmt::Debug::fmt(&self.0, f)
            }
        }

        impl PartialEq<str> for $name {
            fn eq(&self, other: &str) -> bool {
                self.0 == *other
            }
        }

        impl PartialEq<&str> for $name {
            fn eq(&self, other: &&str) -> bool {
                self.0 == **other
            }
        }

        impl PartialEq<str> for &$name {
            fn eq(&self, other: &str) -> bool {
                self.0 == *other
            }
        }

        impl PartialEq<String> for $name {
            fn eq(&self, other: &String) -> bool {
                self.0 == **other
            }
        }

        impl PartialEq<String> for &$name {
            fn eq(&self, other: &String) -> bool {
                self.0 == **other
            }
        }

        impl PartialEq<$name> for str {
            fn eq(&self, other: &$name) -> bool {
                *self == other.0
            }
        }

        impl PartialEq<$name> for String {
            fn eq(&self, other: &$name) -> bool {
                **self == other.0
            }
        }

        impl PartialEq<&$name> for String {
            fn eq(&self, other: &&$name) -> bool {
                **self == other.0
            }
        }
    )* };
}

identifiers! {
    /// A user: `@alice:example.com`.
    ///
    /// ```
    /// # use hsmod_plugin_api::prelude::*;
    /// let alice = UserId::new("@alice:example.com:8448");
    /// assert_eq!(alice.localpart(), "alice");
    /// assert_eq!(alice.server_name(), Some("example.com:8448"));
    /// ```
    UserId, Kind { name: "UserID", noun: "user ID", sigil: '@', hash_length: None };

    /// A room: `!opaque:example.com`, or `!hash` from room version 12 on.
    ///
    /// ```
    /// # use hsmod_plugin_api::prelude::*;
    /// assert_eq!(RoomId::new("!abc:example.com").server_name(), Some("example.com"));
    /// assert_eq!(RoomId::new("!31hneApxJ_1o-63DmFrpeqnkFfWppnzWso1JvH3ogLM").server_name(), None);
    /// ```
    RoomId, Kind { name: "RoomID", noun: "room ID", sigil: '!', hash_length: Some(43) };

    /// An alias of a room: `#hsmod:example.com`.
    RoomAlias, Kind { name: "RoomAlias", noun: "room alias", sigil: '#', hash_length: None };
}

#[cfg(test)]
mod tests {
    use std::collections::{BTreeMap, HashSet};

    use super::*;

    #[test]
    fn identifiers_and_texts_find_each_other() {
        let (text, id) = ("!r:x".to_owned(), RoomId::new("!r:x"));
        assert_eq!(id, text);
        assert_eq!(text, id);
        assert_eq!(*id, text);
        assert_eq!(text, *id);
        assert_eq!(*id, *text);
        assert_eq!(*text, *id);
        assert_eq!(id, *text);
        assert!([&text].into_iter().any(|text| id == text));
        assert!(HashSet::from([text.clone()]).contains(id));
        assert!(BTreeMap::from([(text.clone(), 1)]).contains_key(id));
        // Existing lookups still compile without type annotations.
        let set = HashSet::from([text.clone()]);
        assert!(set.contains("!r:x") && set.contains(&text) && set.contains(&*text));
        assert!(set.contains(id.as_str()) && !set.contains("!r:y"));
    }

    #[test]
    fn parts_of_odd_identifiers_never_panic() {
        for text in ["", "@", "@:", "é", "@a", "@a:b:c"] {
            let id = UserId::new(text);
            assert!(text.contains(id.localpart()));
            assert_eq!(id.server_name().is_some(), text.contains(':'));
        }
    }
}
