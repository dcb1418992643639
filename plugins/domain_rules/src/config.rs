//! The config.

use std::collections::{HashMap, HashSet};

use hsmod_plugin_api::prelude::*;

/// Controls which servers' users may invite which, and who may join or be invited where.
#[derive(Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Config {
    /// Whether users of a server that is not a key of `domain_mapping` may invite anyone, or no
    /// one.
    pub(crate) can_invite_if_not_in_domain_mapping: bool,

    /// For each server name, the servers whose users its users may invite. A server's own name must
    /// be listed, too, to allow invites within it.
    #[serde(default)]
    #[cfg_attr(test, schemars(with = "HashMap<String, Vec<String>>"))]
    pub(crate) domain_mapping: HashMap<String, HashSet<String>>,

    /// Whether users may join only rooms that they are invited to.
    #[serde(default)]
    pub(crate) can_only_join_rooms_with_invite: bool,

    /// Whether users of this server may invite only as long as no one except a room's creator has
    /// been in it.
    #[serde(default)]
    pub(crate) can_only_invite_during_room_creation: bool,

    /// Whether users may invite by e-mail address or phone number.
    #[serde(default = "yes")]
    pub(crate) can_invite_by_third_party_id: bool,

    /// Servers whose users may not be invited to rooms on the public list.
    #[serde(default)]
    #[cfg_attr(test, schemars(with = "Vec<String>"))]
    pub(crate) domains_prevented_from_being_invited_to_published_rooms: HashSet<String>,

    /// Whether the `additional_creators` of a room (version 12) count as its creators, too.
    #[serde(default)]
    pub(crate) additional_creators_count: bool,
}

const fn yes() -> bool {
    true
}
