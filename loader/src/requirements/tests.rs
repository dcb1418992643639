use hsmod_plugin_api::requests::Users;
use hsmod_plugin_api::values::{ModuleError, UserId};
use insta::assert_snapshot;

use super::*;
use crate::rehearsal::Rehearsal;

/// The problem with a plugin that requires `names`; empty if nothing lacks.
fn said(names: &[&str], known: Known<'_>) -> String {
    let names = names.iter().map(|name| (*name).to_owned()).collect();
    let problem = Requirements { names, built_for: ABI }.unmet("it", known);
    let said = problem.map(|problem| problem.to_string()).unwrap_or_default();
    said.replace(
        &format!("ABI {ABI}, the homeserver speaks {ABI}"),
        "ABI A, the homeserver speaks B",
    )
}

fn host() -> Host {
    Host::new("x").calls(["third_party_rules"]).synapse("1.36.0")
}

#[test]
fn everything_missing_is_one_problem() {
    let names = [
        "spam_checker.user_may_invite",
        "spam_checker.accept_make_join",
        "sing",
        "is_user_admin",
        "spam_checker.check_login_for_spam",
        "third_party_rules.check_event_allowed",
        "third_party_rules.dance",
        "account_validity.is_user_expired",
    ];
    assert_snapshot!(said(&names, Known::All(&host())), @"
    error: inspection: it needs the request `sing`, `third_party_rules.dance`, which this homeserver does not know (the plugin was built for ABI A, the homeserver speaks B); it needs `spam_checker.accept_make_join`, which this homeserver never calls; it needs the request `is_user_admin`, which this homeserver does not answer; it needs `spam_checker.user_may_invite`, which Synapse calls only from 1.37 on; this is Synapse 1.36.0; it needs `account_validity.is_user_expired`, which Synapse calls only from 1.39 on; this is Synapse 1.36.0; it needs `spam_checker.check_login_for_spam`, which Synapse calls only from 1.87 on; this is Synapse 1.36.0
      fix: update Synapse; use another homeserver; update the homeserver; or, if your config does not need these callbacks, use a version of the module with `#[callbacks(optional(user_may_invite, accept_make_join, check_login_for_spam, dance, is_user_expired))]`
    ");
    assert_snapshot!(said(&names, Known::Calls(&host())), @"
    error: inspection: it needs the request `sing`, `third_party_rules.dance`, which this homeserver does not know (the plugin was built for ABI A, the homeserver speaks B); it needs `spam_checker.accept_make_join`, which this homeserver never calls; it needs `spam_checker.user_may_invite`, which Synapse calls only from 1.37 on; this is Synapse 1.36.0; it needs `account_validity.is_user_expired`, which Synapse calls only from 1.39 on; this is Synapse 1.36.0; it needs `spam_checker.check_login_for_spam`, which Synapse calls only from 1.87 on; this is Synapse 1.36.0
      fix: update Synapse; use another homeserver; update the homeserver; or, if your config does not need these callbacks, use a version of the module with `#[callbacks(optional(user_may_invite, accept_make_join, check_login_for_spam, dance, is_user_expired))]`
    ");
    assert_snapshot!(said(&names, Known::Nothing), @"
    error: inspection: it needs the request `sing`, `third_party_rules.dance`, which this homeserver does not know (the plugin was built for ABI A, the homeserver speaks B)
      fix: update the homeserver; or, if your config does not need that callback, use a version of the module with `#[callbacks(optional(dance))]`
    ");
    let met = ["third_party_rules.check_event_allowed", "sleep"];
    assert_eq!(said(&met, Known::All(&host())), "");
}

struct Admins;

#[hsmod_plugin_api::requests]
impl Users for Admins {
    async fn is_user_admin(&self, _user_id: &UserId) -> Result<bool, ModuleError> {
        Ok(true)
    }
}

#[test]
fn a_homeserver_answers_the_requests_it_implements() {
    let host = host().users(Admins);
    assert_eq!(said(&["is_user_admin"], Known::All(&host)), "");
    assert_snapshot!(said(&["set_user_admin"], Known::All(&host)), @"
    error: inspection: it needs the request `set_user_admin`, which this homeserver does not answer
      fix: use another homeserver
    ");
}

#[test]
fn a_trial_does_not_know_whether_a_homeserver_sends_mail() {
    let names = ["is_user_admin", "send_mail", "run_db_interaction"];
    let said_in_trial = said(&names[..2], Known::All(&host().trial()));
    // The reason depends on the features.
    let start = "warning: inspection: it needs the request `send_mail`, which is not answered: ";
    assert!(said_in_trial.starts_with(start), "{said_in_trial}");
    assert!(
        said_in_trial.ends_with(", unless the homeserver answers it itself"),
        "{said_in_trial}"
    );
    let rehearsed = host().rehearsal(&Rehearsal::new(|_| String::new()));
    assert_eq!(said(&names, Known::All(&rehearsed)), "");
}
