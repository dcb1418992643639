//! The config.

use hsmod_interval::{DAY, Interval, MINUTE, SECOND};
use hsmod_plugin_api::prelude::*;

/// Bans the users, servers and rooms on policy lists.
#[derive(Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Config {
    /// The policy lists: room IDs, not aliases. A user of this homeserver must be in each room.
    #[serde(default)]
    #[cfg_attr(test, schemars(with = "Vec<String>"))]
    pub(crate) ban_lists: Vec<OwnedRoomId>,

    /// Whether to refuse invites from banned users and to banned rooms.
    #[serde(default = "yes")]
    pub(crate) block_invites: bool,

    /// Whether all events from banned users are spam.
    #[serde(default)]
    pub(crate) block_messages: bool,

    /// Whether to hide banned users from the user directory. Rules for users are also compared with
    /// display names.
    #[serde(default)]
    pub(crate) block_usernames: bool,

    /// The maximum length of messages.
    #[serde(default)]
    pub(crate) message_max_length: MessageMaxLength,

    /// Whether the first matching rule decides even if it does not ban, as in Mjolnir's module.
    /// Otherwise rules that do not ban are ignored.
    #[serde(default = "yes")]
    pub(crate) first_match: bool,

    /// How often the lists are read again, besides when one of their rules changes: `30s`, `5m`,
    /// `1h`.
    #[serde(default = "five_minutes")]
    pub(crate) refresh_interval: RefreshInterval,
}

/// The maximum length of messages.
#[derive(Default, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub(crate) struct MessageMaxLength {
    /// The maximum number of characters in the `body` of an event; unlimited by default.
    pub(crate) threshold: Option<u64>,

    /// The IDs of the rooms that the limit applies to. An empty list means all rooms.
    #[serde(default)]
    #[cfg_attr(test, schemars(with = "Vec<String>"))]
    pub(crate) rooms: Vec<OwnedRoomId>,

    /// Whether the limit also applies to users of other homeservers.
    #[serde(default)]
    pub(crate) remote_servers: bool,
}

const fn yes() -> bool {
    true
}

const fn five_minutes() -> RefreshInterval {
    RefreshInterval::new(5 * MINUTE)
}

/// An interval of more than a day or less than a second is probably a mistake in the unit.
type RefreshInterval = Interval<SECOND, DAY>;
