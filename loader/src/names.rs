//! The names of callbacks, by which homeservers and operators refer to them: `spam_checker` for a
//! category, `spam_checker.user_may_invite` for one of its callbacks.
//!
//! In code they are constants: [`rows::SPAM_CHECKER`](crate::rows::SPAM_CHECKER),
//! [`rows::spam_checker::USER_MAY_INVITE`](crate::rows::spam_checker::USER_MAY_INVITE).

use hsmod_plugin_api::requests::{REQUESTS, RequestRow};

use crate::host::Host;
use crate::policy::POLICIES;
use crate::problem::{Problem, Stage};
use crate::suggestion::{closest, printable};

/// Whether a callback or a category has this name.
///
/// ```
/// use hsmod_loader::names::is_known;
///
/// assert!(is_known("spam_checker") && is_known("spam_checker.user_may_invite"));
/// assert!(!is_known("user_may_invite"));
/// ```
pub fn is_known(name: &str) -> bool {
    POLICIES.iter().any(|policy| policy.is_named(name))
}

/// The name that was probably meant by an unknown one.
///
/// ```
/// use hsmod_loader::names::meant;
///
/// assert_eq!(meant("spam_cheker"), Some("spam_checker"));
/// assert_eq!(meant("user_may_invite"), Some("spam_checker.user_may_invite"));
/// assert_eq!(meant("everything"), None);
/// ```
pub fn meant(name: &str) -> Option<&'static str> {
    let without_category = || POLICIES.iter().find(|policy| policy.callback == name);
    let all = POLICIES.iter().flat_map(|policy| [policy.category, policy.full_name]);
    closest(name, all).or_else(|| Some(without_category()?.full_name))
}

impl Host {
    /// The unknown names in `calls` and `locks`. Otherwise a callback would silently never be
    /// called, or a request would wait for a room's lock for ever.
    pub(crate) fn misnamed(&self) -> Vec<Problem> {
        let called = self.calls.iter().flatten().filter(|name| !is_known(name));
        let called = called.map(|name| {
            let found = "the names are in `hsmod_loader::rows`";
            problem("calls", name, "neither a callback nor a category", meant(name), found)
        });
        let locked = self.locks.iter().flatten().filter(|name| !takes_lock(name));
        let locked = locked.map(|name| {
            let found = "the names are in `docs/requests.md`";
            let meant = closest(name, locking().map(|request| request.name));
            problem("locks", name, "not a request that takes the lock of a room", meant, found)
        });
        called.chain(locked).collect()
    }
}

fn problem(method: &str, name: &str, what: &str, meant: Option<&str>, found: &str) -> Problem {
    let name = printable(name);
    let message = format!("`{name}`, which the homeserver names in `Host::{method}`, is {what}");
    let remedy = match meant {
        Some(meant) => format!("did they mean `{meant}`?"),
        None => found.to_owned(),
    };
    Problem::error(Stage::Host, message)
        .fix(format!("report it to the homeserver's authors: {remedy}"))
}

/// The requests that take a room's lock.
fn locking() -> impl Iterator<Item = &'static RequestRow> {
    REQUESTS.iter().copied().flatten().filter(|request| request.locks.is_some())
}

fn takes_lock(name: &str) -> bool {
    locking().any(|request| request.name == name)
}

#[cfg(test)]
mod tests {
    use insta::assert_snapshot;

    use super::*;
    use crate::rows;

    fn said(host: &Host) -> String {
        host.misnamed().iter().map(|problem| format!("{problem}\n")).collect()
    }

    #[test]
    fn unknown_names_are_reported_with_suggestions() {
        let host = Host::new("x")
            .calls([rows::SPAM_CHECKER, "spam_checker.user_may_invit", "on_new_event", "all\n"])
            .locks(["update_room_membership", "update_room_memberships", "is_user_admin"]);
        assert_snapshot!(said(&host), @r"
        error: host: `spam_checker.user_may_invit`, which the homeserver names in `Host::calls`, is neither a callback nor a category
          fix: report it to the homeserver's authors: did they mean `spam_checker.user_may_invite`?
        error: host: `on_new_event`, which the homeserver names in `Host::calls`, is neither a callback nor a category
          fix: report it to the homeserver's authors: did they mean `third_party_rules.on_new_event`?
        error: host: `all\n`, which the homeserver names in `Host::calls`, is neither a callback nor a category
          fix: report it to the homeserver's authors: the names are in `hsmod_loader::rows`
        error: host: `update_room_memberships`, which the homeserver names in `Host::locks`, is not a request that takes the lock of a room
          fix: report it to the homeserver's authors: did they mean `update_room_membership`?
        error: host: `is_user_admin`, which the homeserver names in `Host::locks`, is not a request that takes the lock of a room
          fix: report it to the homeserver's authors: the names are in `docs/requests.md`
        ");
        let right = [rows::FEDERATION, rows::spam_checker::USER_MAY_INVITE];
        assert_eq!(said(&Host::new("x").calls(right)), "");
        assert_eq!(said(&Host::new("x").calls([""; 0])), "");
    }

    #[test]
    fn there_is_a_constant_for_each_name() {
        let constants = [
            rows::SPAM_CHECKER,
            rows::THIRD_PARTY_RULES,
            rows::ACCOUNT_VALIDITY,
            rows::PRESENCE_ROUTER,
            rows::PASSWORD_AUTH_PROVIDER,
            rows::BACKGROUND_UPDATE_CONTROLLER,
            rows::ACCOUNT_DATA,
            rows::ADD_EXTRA_FIELDS_TO_UNSIGNED_CLIENT_EVENT,
            rows::MEDIA_REPOSITORY,
            rows::RATELIMIT,
            rows::FEDERATION,
        ];
        let categories: Vec<_> = rows::CATEGORIES.iter().map(|category| category.name).collect();
        assert_eq!(constants, *categories);
        assert!(is_known(rows::third_party_rules::ON_NEW_EVENT));
        assert!(is_known(rows::federation::ON_EVENT_DELIVERED_OVER_FEDERATION));
    }
}
