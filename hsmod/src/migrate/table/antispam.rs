//! Anti-spam modules: those with lists of users, servers or texts, and those that ask a service.

use serde_json::Value;

use super::super::address::Reach;
use super::super::keys::{Key, Keys, Kind, renamed, same};
use super::{Row, nothing};

pub(super) const ROWS: &[Row] = &[
    Row {
        class: "ListSpamChecker",
        plugin: "list_spam_checker",
        keys: &[same("evil_users", Kind::Texts)],
        rest: nothing,
    },
    Row {
        class: "synapse_http_antispam.HTTPAntispam",
        plugin: "http_antispam",
        keys: &[
            same("base_url", Kind::Text),
            same("authorization", Kind::Text),
            same("authorization_path", Kind::Text),
            same("enabled_callbacks", Kind::Texts),
            same("fail_open", Kind::Switches),
            same("async", Kind::Switches),
            same("do_ping", Kind::Switch),
        ],
        rest: reach_the_service,
    },
    Row { class: "mjolnir.Module", plugin: POLICY_LISTS, keys: POLICY_LIST_KEYS, rest: nothing },
    // Mjolnir's class for Synapse before 1.37, also used with Mjolnir's rule server.
    Row {
        class: "mjolnir.AntiSpam",
        plugin: POLICY_LISTS,
        keys: POLICY_LIST_KEYS,
        rest: refuse_a_rule_server,
    },
    Row {
        class: "synapse_simple_antispam.AntiSpamInvites",
        plugin: SIMPLE,
        keys: &[renamed("blocked_homeservers", "blocked_invite_servers", Kind::Texts)],
        rest: nothing,
    },
    Row {
        class: "synapse_simple_antispam.AntiSpamHomeserverMessages",
        plugin: SIMPLE,
        keys: &[renamed("blocked_homeservers", "blocked_message_servers", Kind::Texts)],
        rest: refuse_soft_failing,
    },
    Row {
        class: "synapse_simple_antispam.AntiSpamText",
        plugin: SIMPLE,
        keys: &[renamed("blocked_messages", "blocked_texts", Kind::Texts)],
        rest: refuse_soft_failing,
    },
    Row {
        class: "synapse_simple_antispam.AntiSpamRegex",
        plugin: SIMPLE,
        keys: &[renamed("blocked_messages", "blocked_regexes", Kind::Texts)],
        rest: refuse_soft_failing,
    },
];

const POLICY_LISTS: &str = "policy_list_antispam";

const POLICY_LIST_KEYS: &[Key] = &[
    same("ban_lists", Kind::Texts),
    same("block_invites", Kind::Switch),
    same("block_messages", Kind::Switch),
    same("block_usernames", Kind::Switch),
    same(
        "message_max_length",
        Kind::Mapping(&[
            same("threshold", Kind::Number),
            same("rooms", Kind::Texts),
            same("remote_servers", Kind::Switch),
        ]),
    ),
];

const SIMPLE: &str = "simple_antispam";

/// An operator's own service is seldom at a public address, so the plugin must be allowed to reach
/// it.
fn reach_the_service(keys: &mut Keys<'_>) {
    let Some(Value::String(url)) = keys.written("base_url") else { return };
    let reach = Reach::of_url(url);
    if reach == Reach::Unknown {
        keys.remark(
            "base_url",
            "plugins reach only public addresses, and this name probably has a private one",
            "add its address to the result: `http: {allow: [172.16.0.0/12]}`",
        );
    }
    keys.reach(reach);
}

fn refuse_a_rule_server(keys: &mut Keys<'_>) {
    if keys.take("rules_url").is_some_and(|url| !url.is_null()) {
        keys.give_up("rules_url", "no plugin here asks a Mjolnir rule server");
    }
}

fn refuse_soft_failing(keys: &mut Keys<'_>) {
    // False is the default.
    if keys.take("soft_fail").is_some_and(|soft| soft != Value::Bool(false) && !soft.is_null()) {
        keys.lost(
            "soft_fail",
            "no homeserver lets a plugin soft-fail an event yet; spam is refused all the same, and \
             its content is removed if it comes from another server",
            "accept that, or leave the module in homeserver.yaml and remove `simple_antispam` from \
             the result",
        );
    }
}
