//! The page `docs/callbacks.md`, generated from the code.

use std::fmt::Write;

use hsmod_loader::policy::{Combining, OnFailure, Policy, policy};
use hsmod_plugin_api::callbacks::CATEGORIES;
use hsmod_plugin_api::table::CallbackInfo;

/// How many of 105 surveyed Synapse modules use each callback; those not listed are used by none.
const USED_BY: &[(&str, u32)] = &[
    ("user_may_invite", 25),
    ("check_event_for_spam", 20),
    ("check_auth", 19),
    ("check_event_allowed", 17),
    ("user_may_join_room", 14),
    ("user_may_create_room", 13),
    ("on_create_room", 13),
    ("check_username_for_spam", 10),
    ("user_may_publish_room", 9),
    ("user_may_send_3pid_invite", 8),
    ("on_new_event", 8),
    ("check_login_for_spam", 7),
    ("on_user_registration", 7),
    ("check_registration_for_spam", 7),
    ("user_may_create_room_alias", 6),
    ("check_3pid_auth", 5),
    ("check_visibility_can_be_modified", 5),
    ("federated_user_may_invite", 4),
    ("check_media_file_for_spam", 4),
    ("on_account_data_updated", 4),
    ("on_user_login", 4),
    ("on_profile_update", 3),
    ("check_threepid_can_be_invited", 3),
    ("check_can_deactivate_user", 3),
    ("is_user_expired", 2),
    ("is_3pid_allowed", 2),
    ("on_add_user_third_party_identifier", 2),
    ("is_user_allowed_to_upload_media_of_size", 2),
    ("get_username_for_registration", 2),
    ("user_may_send_state_event", 2),
    ("accept_make_join", 1),
    ("on_legacy_send_mail", 1),
    ("on_legacy_renew", 1),
    ("on_legacy_admin_request", 1),
    ("on_remove_user_third_party_identifier", 1),
    ("get_interested_users", 1),
    ("get_users_for_states", 1),
    ("get_media_upload_limits_for_user", 1),
    ("get_media_config_for_user", 1),
    ("check_can_shutdown_room", 1),
    ("get_ratelimit_override_for_user", 1),
    ("on_logged_out", 1),
    ("should_drop_federated_event", 1),
];

/// The page.
///
/// # Panics
/// If a callback has no rules, or its documentation does not say since when it exists.
pub fn page() -> String {
    let mut page = HEAD.to_owned();
    for category in CATEGORIES {
        let name = category.name;
        write!(page, "\n## {name}\n\nRegistered with `register_{name}_callbacks`.\n{COLUMNS}")
            .expect("a string takes everything");
        for callback in category.callbacks {
            page += &row(callback);
        }
    }
    page += FEDERATED;
    for callback in CATEGORIES.iter().flat_map(|category| category.callbacks) {
        if let Some(failure) = over_federation(callback) {
            writeln!(page, "| `{}` | {failure} |", callback.name).expect("as above");
        }
    }
    page
}

const HEAD: &str = "\
# Callbacks

Every callback that a module may register. Names and arguments are Synapse's. Each callback's
documentation (`cargo doc -p hsmod-plugin-api --open`) says when a homeserver calls it.
`check_auth` is what Synapse registers as `auth_checkers`.

Modules are called in config order. *First*: until one gives an answer other than the neutral one.
*All*: one after the other, until one fails. *United*, *merged*: one after the other, and their
answers are combined. *Notified*: a notification, which each module handles at its own pace, through a
queue. A failure is an error, a panic, or no answer within the deadline. *Used by* is the number of
105 surveyed Synapse modules that register the callback.

A plugin requires each callback that *may deny*: a homeserver that does not know or never calls it
refuses the plugin before any of its code runs, unless the author marks the callback with
`#[callbacks(optional(..))]`.

This page is generated from the code: `UPDATE_SNAPSHOTS=1 cargo test -p hsmod-tests callbacks_page`.
";

const COLUMNS: &str = "\n\
| callback | Synapse | arguments | answer | may deny | combined | on failure | refused with | used by |
| --- | --- | --- | --- | --- | --- | --- | --- | --- |
";

const FEDERATED: &str = "
## Failures over federation

The effect of a failure (an error, a panic, or no answer in time) on another server. Only a denial is a
decision about the event or the user, so a homeserver must distinguish the two
(`CallError::is_denial`).

| callback | a failure |
| --- | --- |
";

/// The effect of a failure over federation, from the callback's documentation.
fn over_federation(callback: &CallbackInfo) -> Option<String> {
    let doc = callback.doc.concat();
    let doc = doc.split_whitespace().collect::<Vec<_>>().join(" ");
    let (_, failure) = doc.split_once("Over federation, a failure ")?;
    Some(failure.split(". ").next()?.trim_end_matches('.').to_owned())
}

fn row(callback: &CallbackInfo) -> String {
    let full_name = format!("{}.{}", callback.category, callback.name);
    let policy = policy(&full_name).unwrap_or_else(|| panic!("{full_name} has no rules"));
    let arguments: Vec<String> =
        callback.arguments.iter().map(|(name, kind)| format!("`{name}: {kind}`")).collect();
    let used = USED_BY.iter().find(|(name, _)| *name == callback.name).map_or(0, |(_, used)| *used);
    format!(
        "| `{}` | {} | {} | `{}` | {} | {} | {} | {} | {used} |\n",
        callback.name,
        since(callback),
        arguments.join(", "),
        callback.answer,
        if callback.denies { "yes" } else { "" },
        combined(policy),
        on_failure(policy),
        refusal(policy),
    )
}

/// The Synapse version that introduced the callback, from its documentation.
fn since(callback: &CallbackInfo) -> String {
    let lines = callback.doc.iter().map(|line| line.trim());
    let mut found = lines.filter_map(|line| {
        let version = line.strip_prefix("Since Synapse ")?;
        Some(version.trim_end_matches('.').to_owned())
    });
    let none = || {
        let never = callback.doc.iter().any(|line| line.contains("In no released Synapse."));
        assert!(never, "{} does not say since when it exists", callback.name);
        "not released".to_owned()
    };
    found.next().unwrap_or_else(none)
}

fn combined(policy: &Policy) -> &'static str {
    match policy.combining {
        Combining::FirstDecided => "first",
        Combining::AllInOrder => "all",
        Combining::ThenUserMayInvite => "first, then `user_may_invite`",
        Combining::FirstOfLoginType => "first, among the modules with the login type",
        Combining::Union => "united",
        Combining::Merged => "merged",
        Combining::Single => "one module only",
        Combining::Exclusive => "the first module of the category",
        Combining::Notification => "notified",
        _ => "?",
    }
}

fn on_failure(policy: &Policy) -> &'static str {
    match policy.on_failure {
        OnFailure::Propagate => "the operation fails",
        OnFailure::LogAndContinue => "logged, next module",
        OnFailure::Log => "logged",
        OnFailure::Refuse => "the operation is refused",
        OnFailure::Conceal => "the operation fails, without a reason",
        _ => "?",
    }
}

/// The error that the client of a refused operation sees.
fn refusal(policy: &Policy) -> String {
    let refusal = policy.refusal;
    if refusal.status == 500 {
        return String::new();
    }
    let own = if refusal.fixed { "" } else { ", or as the module says" };
    format!("{} `{}`{own}", refusal.status, refusal.errcode)
}
