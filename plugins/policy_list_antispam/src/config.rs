//! What the operator says, and what is wrong with it.

use std::fmt;
use std::time::Duration;

use hsmod_plugin_api::prelude::*;
use serde::Deserializer;
use serde::de::{Error, Visitor};

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
    #[serde(default = "five_minutes", deserialize_with = "interval")]
    #[cfg_attr(
        test,
        schemars(with = "String", extend("default" = "5m", "pattern" = "^[0-9]+[smh]$"))
    )]
    pub(crate) refresh_interval: Duration,
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

const fn five_minutes() -> Duration {
    Duration::from_secs(5 * 60)
}

/// Whoever reads more seldom than once a day has mistaken the unit.
const INTERVAL_MAX: Duration = Duration::from_secs(24 * 60 * 60);

fn interval<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Duration, D::Error> {
    deserializer.deserialize_str(Interval)
}

/// Reads a time. It is a visitor so that the error bears the key.
struct Interval;

impl Visitor<'_> for Interval {
    type Value = Duration;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a time such as `5m`")
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Duration, E> {
        let digits = text.trim_end_matches(|c: char| !c.is_ascii_digit());
        let seconds = match text.get(digits.len()..) {
            Some("s") => Some(1),
            Some("m") => Some(60),
            Some("h") => Some(60 * 60),
            _ => None,
        };
        let count = digits.parse::<u64>().ok();
        let interval = seconds.zip(count).and_then(|(seconds, count)| count.checked_mul(seconds));
        interval
            .map(Duration::from_secs)
            .filter(|interval| !interval.is_zero() && *interval <= INTERVAL_MAX)
            .ok_or_else(|| {
                E::custom(format_args!(
                    "`{text}` is no time between `1s` and `24h`: write a whole number and `s`, `m` or \
                     `h`"
                ))
            })
    }
}
