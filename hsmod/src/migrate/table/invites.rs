//! Modules that accept or refuse invites.

use serde_json::Value;

use super::super::keys::{Key, Keys, Kind, renamed, same};
use super::{Row, nothing};

pub(super) const ROWS: &[Row] = &[
    Row {
        class: "synapse_auto_accept_invite.InviteAutoAccepter",
        plugin: AUTO_ACCEPT,
        keys: &[
            renamed(
                "accept_invites_only_for_direct_messages",
                "only_for_direct_messages",
                Kind::Switch,
            ),
            renamed("accept_invites_only_from_local_users", "only_from_local_users", Kind::Switch),
            same("worker_to_run_on", Kind::Text),
        ],
        rest: nothing,
    },
    // Synapse's built-in module, which is a section of the config instead of a class.
    Row {
        class: "auto_accept_invites",
        plugin: AUTO_ACCEPT,
        keys: &[
            same("only_for_direct_messages", Kind::Switch),
            same("only_from_local_users", Kind::Switch),
            same("worker_to_run_on", Kind::Text),
        ],
        rest: only_if_enabled,
    },
    Row {
        class: "synapse_domain_rule_checker.DomainRuleChecker",
        plugin: DOMAIN_RULES,
        keys: &domain_rule_keys(same(OTHER_DOMAINS, Kind::Switch)),
        rest: nothing,
    },
    // The class that it is derived from, which was part of a fork of Synapse.
    Row {
        class: "synapse.rulecheck.domain_rule_checker.DomainRuleChecker",
        plugin: DOMAIN_RULES,
        keys: &domain_rule_keys(renamed("default", OTHER_DOMAINS, Kind::Switch)),
        rest: nothing,
    },
];

const AUTO_ACCEPT: &str = "auto_accept_invites";
const DOMAIN_RULES: &str = "domain_rules";

const OTHER_DOMAINS: &str = "can_invite_if_not_in_domain_mapping";

/// The keys of both classes. `other_domains` differs, since the older one has another name for it.
const fn domain_rule_keys(other_domains: Key) -> [Key; 6] {
    [
        other_domains,
        same("domain_mapping", Kind::TextsByName),
        same("can_only_join_rooms_with_invite", Kind::Switch),
        same("can_only_invite_during_room_creation", Kind::Switch),
        same("can_invite_by_third_party_id", Kind::Switch),
        same("domains_prevented_from_being_invited_to_published_rooms", Kind::Texts),
    ]
}

/// The section may be present but disabled.
fn only_if_enabled(keys: &mut Keys<'_>) {
    match keys.take("enabled") {
        Some(Value::Bool(true)) => keys.remark(
            "enabled",
            "Synapse itself accepts invites as long as this is set",
            "set it to false once the plugin runs",
        ),
        _ => keys.leave_out(),
    }
}
