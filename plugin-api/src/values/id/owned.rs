//! Owned identifiers: for configs, for sets, and for use after a call.

use std::borrow::Borrow;
use std::fmt;
use std::ops::Deref;
use std::str::FromStr;

use serde::de::{Error, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::form::Kind;
use super::{RoomAlias, RoomId, UserId};
use crate::values::ModuleError;

/// Declares the owned form of identifiers.
macro_rules! owned_identifiers {
    ($( $(#[$doc:meta])* $name:ident of $borrowed:ident; )*) => { $(
        $(#[$doc])*
        #[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(String);

        impl $name {
            /// Returns the string.
            pub fn into_string(self) -> String {
                self.0
            }
        }

        impl ToOwned for $borrowed {
            type Owned = $name;

            fn to_owned(&self) -> $name {
                $name(self.as_str().to_owned())
            }
        }

        impl From<&$borrowed> for $name {
            fn from(id: &$borrowed) -> Self {
                id.to_owned()
            }
        }

        impl From<$name> for String {
            fn from(id: $name) -> Self {
                id.0
            }
        }

        impl Deref for $name {
            type Target = $borrowed;

            fn deref(&self) -> &$borrowed {
                $borrowed::new(&self.0)
            }
        }

        impl Borrow<$borrowed> for $name {
            fn borrow(&self) -> &$borrowed {
                self
            }
        }

        /// Hashes and compares as `str` does.
        impl Borrow<str> for $name {
            fn borrow(&self) -> &str {
                &self.0
            }
        }

        impl Borrow<String> for $name {
            fn borrow(&self) -> &String {
                &self.0
            }
        }

        impl AsRef<str> for $name {
            fn as_ref(&self) -> &str {
                &self.0
            }
        }

        impl FromStr for $name {
            type Err = ModuleError;

            /// Equivalent to `parse` of the borrowed form.
            fn from_str(text: &str) -> Result<Self, ModuleError> {
                $borrowed::parse(text).map(ToOwned::to_owned)
            }
        }

        /// Equivalent to [`FromStr`].
        impl TryFrom<&str> for $name {
            type Error = ModuleError;

            fn try_from(text: &str) -> Result<Self, ModuleError> {
                text.parse()
            }
        }

        /// Equivalent to [`FromStr`], but keeps the string.
        impl TryFrom<String> for $name {
            type Error = ModuleError;

            fn try_from(text: String) -> Result<Self, ModuleError> {
                $borrowed::parse(&text)?;
                Ok(Self(text))
            }
        }

        /// Accepts only valid identifiers, and reports what is wrong with others.
        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                deserializer.deserialize_string(Valid(&$borrowed::KIND)).map(Self)
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

        owned_identifiers! { @equal $name:
            $borrowed, |id| id.as_str();
            &$borrowed, |id| id.as_str();
            str, |text| text;
            &str, |text| *text;
            String, |text| text.as_str();
        }
    )* };

    (@equal $name:ident: $( $other:ty, |$value:ident| $text:expr; )*) => { $(
        impl PartialEq<$other> for $name {
            fn eq(&self, $value: &$other) -> bool {
                self.0.as_str() == $text
            }
        }

        impl PartialEq<$name> for $other {
            fn eq(&self, other: &$name) -> bool {
                let $value = self;
                $text == other.0.as_str()
            }
        }
    )* };
}

owned_identifiers! {
    /// An owned [`UserId`]. Create it from a borrowed one (`user_id.to_owned()`), from a string
    /// (`"@alice:example.com".parse()` or `try_from`), or deserialise it from a config, which
    /// accepts only [valid](UserId::is_valid) identifiers:
    ///
    /// ```
    /// # use hsmod_plugin_api::prelude::*;
    /// # use std::collections::HashSet;
    /// #[derive(Debug, Deserialize)]
    /// #[serde(deny_unknown_fields)]
    /// struct Config {
    ///     evil_users: HashSet<OwnedUserId>,
    /// }
    ///
    /// let config: Config = config_from_value(serde_json::json!({"evil_users": ["@eve:x.org"]}))?;
    /// let event = OwnedEvent::from_json(r#"{
    ///     "event_id": "$1", "room_id": "!r:x.org", "sender": "@eve:x.org",
    ///     "type": "m.room.message", "origin_server_ts": 1, "content": {}
    /// }"#)?;
    /// assert!(config.evil_users.contains(event.sender()));
    ///
    /// let config = serde_json::json!({"evil_users": ["@eve:x.org", "mallory"]});
    /// assert_eq!(
    ///     config_from_value::<Config>(config).unwrap_err().to_string(),
    ///     "evil_users.<item 1>: `mallory` is not a user ID: Expected UserID string to start with '@'"
    /// );
    /// # Ok::<(), ModuleError>(())
    /// ```
    OwnedUserId of UserId;

    /// An owned [`RoomId`]; see [`OwnedUserId`].
    OwnedRoomId of RoomId;

    /// An owned [`RoomAlias`]; see [`OwnedUserId`].
    OwnedRoomAlias of RoomAlias;
}

/// A visitor that accepts valid identifiers of a kind.
///
/// Rationale: the JSON deserializer knows the position only while it reads the string, not after a
/// `String` has been returned.
struct Valid(&'static Kind);

impl Visitor<'_> for Valid {
    type Value = String;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "a {}", self.0.noun)
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<String, E> {
        self.0.check(text).map_err(E::custom)?;
        Ok(text.to_owned())
    }
}

#[cfg(test)]
mod tests {
    use std::collections::{BTreeMap, HashSet};

    use super::*;

    #[test]
    fn an_identifier_that_is_kept_is_the_same_identifier() {
        let (text, id) = ("@a:x".to_owned(), UserId::new("@a:x"));
        let owned = id.to_owned();
        let texts =
            [owned == text, text == owned, owned == "@a:x", "@a:x" == owned, *text == owned];
        let ids = [owned == id, id == owned, owned == *id, *id == owned];
        assert_eq!((texts, ids), ([true; 5], [true; 4]));
        assert!(owned != "@b:x" && owned.localpart() == "a" && owned.server_name() == Some("x"));
        let set = HashSet::from([owned.clone()]);
        assert!(set.contains(id) && set.contains("@a:x") && set.contains(&text));
        assert!(set.contains(&owned) && !set.contains(UserId::new("@b:x")));
        assert!(BTreeMap::from([(owned.clone(), 1)]).contains_key(id));
        assert_eq!((owned.to_string(), format!("{owned:?}")), (text.clone(), format!("{text:?}")));
        assert_eq!(serde_json::to_string(&owned).unwrap(), r#""@a:x""#);
        assert_eq!(
            (OwnedUserId::from(id).into_string(), String::from(owned)),
            (text.clone(), text)
        );
    }

    #[test]
    fn a_text_is_tried() {
        let why = "400 M_INVALID_PARAM: Expected UserID string to start with '@'";
        for (text, said) in [("@a:x", Ok("@a:x")), ("@a:x y", Ok("@a:x y")), ("a", Err(why))] {
            let tried = [text.parse(), text.try_into(), text.to_owned().try_into()];
            for tried in tried {
                let tried: Result<OwnedUserId, ModuleError> = tried;
                let tried = tried.map_err(|error| error.to_string());
                let said = said.map(str::to_owned).map_err(str::to_owned);
                assert_eq!(tried.map(OwnedUserId::into_string), said);
            }
        }
    }

    #[test]
    fn deserialised_identifiers_are_checked() {
        let user = |json: &str| serde_json::from_str::<OwnedUserId>(json);
        assert_eq!(user(r#""@a:x:80""#).unwrap(), "@a:x:80");
        assert_eq!(
            user(r#""@a:x y""#).unwrap_err().to_string(),
            "`@a:x y` is not a user ID: Server name 'x y' has an invalid format at line 1 column 8"
        );
        let error = user("1").unwrap_err().to_string();
        assert!(error.starts_with("invalid type: integer `1`, expected a user ID"), "{error}");
        let room = serde_json::from_str::<OwnedRoomId>(r##""#r:x""##).unwrap_err().to_string();
        let why = "`#r:x` is not a room ID: Expected RoomID string to start with '!'";
        assert!(room.starts_with(why), "{room}");
        let aliases: Result<BTreeMap<OwnedRoomAlias, u8>, _> = serde_json::from_str(r#"{"r": 1}"#);
        let error = aliases.unwrap_err().to_string();
        assert!(
            error.starts_with("`r` is not a room alias: Expected RoomAlias string to"),
            "{error}"
        );
        // As with `parse`, identifiers that exist in rooms are accepted.
        assert_eq!("@a:".parse::<OwnedUserId>().unwrap(), "@a:");
        assert_eq!(
            "a".parse::<OwnedUserId>().unwrap_err().to_string(),
            "400 M_INVALID_PARAM: Expected UserID string to start with '@'"
        );
    }
}
