//! What the operator says.

use std::collections::{HashMap, HashSet};

use hsmod_plugin_api::prelude::*;

/// Says which servers invite which, and who may join or be invited where.
#[derive(Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Config {
    /// Whether users of a server that is no key of `domain_mapping` may invite anybody, or nobody.
    pub(crate) can_invite_if_not_in_domain_mapping: bool,

    /// By the name of a server, those whose users its users may invite. A server is not on its own list
    /// unless it is written there.
    #[serde(default)]
    #[cfg_attr(test, schemars(with = "HashMap<String, Vec<String>>"))]
    pub(crate) domain_mapping: HashMap<String, HashSet<String>>,

    /// Whether users may join only rooms to which they are invited.
    #[serde(default)]
    pub(crate) can_only_join_rooms_with_invite: bool,

    /// Whether users of this server may invite only while nobody but the creator of a room has been in
    /// it.
    #[serde(default)]
    pub(crate) can_only_invite_during_room_creation: bool,

    /// Whether users may invite by e-mail address or telephone number.
    #[serde(default = "yes")]
    pub(crate) can_invite_by_third_party_id: bool,

    /// Servers whose users are not invited to rooms of the public list.
    #[serde(default)]
    #[cfg_attr(test, schemars(with = "Vec<String>"))]
    pub(crate) domains_prevented_from_being_invited_to_published_rooms: HashSet<String>,

    /// Whether the `additional_creators` of a room (version 12) are its creators, too.
    #[serde(default)]
    pub(crate) additional_creators_count: bool,
}

const fn yes() -> bool {
    true
}
