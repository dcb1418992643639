//! The keys of the JSON objects that the boundary itself defines.

use std::collections::BTreeSet;

use hsmod_plugin_api::requests::http::HttpHead;
use hsmod_plugin_api::requests::logins::{RegisteredDevice, RegistrationToken};
use hsmod_plugin_api::requests::rooms::{AliasTarget, CreatedRoom};
use hsmod_plugin_api::requests::threepids::UserThreepid;
use hsmod_plugin_api::requests::users::{AuthenticatedUser, Profile, UserInfo, UserIpAndAgent};
use hsmod_plugin_api::values::OwnedPresenceState;
use serde::Serialize;

/// The keys that the code writes, by the heading of the page.
pub(crate) fn found() -> Vec<(&'static str, BTreeSet<String>)> {
    vec![
        ("HTTP head", keys::<HttpHead>()),
        ("`Option<UserInfo>`", keys::<UserInfo>()),
        ("`AuthenticatedUser`", keys::<AuthenticatedUser>()),
        ("`Profile`", keys::<Profile>()),
        ("`Vec<UserIpAndAgent>`", keys::<UserIpAndAgent>()),
        ("`RegisteredDevice`", keys::<RegisteredDevice>()),
        ("`RegistrationToken`", keys::<RegistrationToken>()),
        ("`CreatedRoom`", keys::<CreatedRoom>()),
        ("`AliasTarget`", keys::<AliasTarget>()),
        ("`Vec<UserThreepid>`", keys::<UserThreepid>()),
        ("`UsersForStates`", keys::<OwnedPresenceState>()),
    ]
}

fn keys<T: Default + Serialize>() -> BTreeSet<String> {
    let value = serde_json::to_value(T::default()).expect("it can be written");
    value.as_object().expect("an object").keys().cloned().collect()
}

/// The keys in the table below a heading of the page.
pub(crate) fn written(page: &str, heading: &str) -> BTreeSet<String> {
    let is_heading = |line: &&str| line.starts_with('#');
    let is_this = |line: &&str| line.trim_start_matches('#').trim() == heading;
    let below = page.lines().skip_while(|line| !is_heading(line) || !is_this(line)).skip(1);
    let rows = below.take_while(|line| !is_heading(line));
    rows.filter_map(|row| row.strip_prefix("| `")?.split_once('`'))
        .map(|(key, _)| key.to_owned())
        .collect()
}
