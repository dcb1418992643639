//! What the operator says, and what is wrong with it.

use hsmod_interval::{DAY, Interval, MINUTE, SECOND};
use hsmod_plugin_api::prelude::*;

/// Bans who stands on policy lists.
#[derive(Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Config {
    /// The policy lists: IDs of rooms, no aliases. A user of this homeserver has to be in each.
    #[serde(default)]
    #[cfg_attr(test, schemars(with = "Vec<String>"))]
    pub(crate) ban_lists: Vec<OwnedRoomId>,

    /// Whether who is banned may invite nobody, and nobody may invite into a room that is banned.
    #[serde(default = "yes")]
    pub(crate) block_invites: bool,

    /// Whether events of who is banned are spam, whatever they are.
    #[serde(default)]
    pub(crate) block_messages: bool,

    /// Whether who is banned is left out of the user directory. Rules for users are held against their
    /// display names, too.
    #[serde(default)]
    pub(crate) block_usernames: bool,

    /// How long a message may be.
    #[serde(default)]
    pub(crate) message_max_length: MessageMaxLength,

    /// Whether the first rule that matches decides, even if it does not ban, as in Mjolnir's module.
    /// Otherwise rules that do not ban mean nothing.
    #[serde(default = "yes")]
    pub(crate) first_match: bool,

    /// How often the lists are read anew, beside whenever one of their rules changes: `30s`, `5m`, `1h`.
    #[serde(default = "five_minutes")]
    pub(crate) refresh_interval: RefreshInterval,
}

/// How long a message may be.
#[derive(Default, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub(crate) struct MessageMaxLength {
    /// How many characters the `body` of an event may have at most. Without it, any number.
    pub(crate) threshold: Option<u64>,

    /// The rooms in which it may not be longer: their IDs. An empty list is all rooms.
    #[serde(default)]
    #[cfg_attr(test, schemars(with = "Vec<String>"))]
    pub(crate) rooms: Vec<OwnedRoomId>,

    /// Whether that holds for users of other homeservers, too.
    #[serde(default)]
    pub(crate) remote_servers: bool,
}

const fn yes() -> bool {
    true
}

const fn five_minutes() -> RefreshInterval {
    RefreshInterval::new(5 * MINUTE)
}

/// Whoever reads more seldom than once a day, or more often than once a second, has mistaken the unit.
type RefreshInterval = Interval<SECOND, DAY>;
