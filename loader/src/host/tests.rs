//! Shows what a host calls and supports, and which paths it reserves.

use super::*;

#[test]
fn calls_decides_what_a_host_supports() {
    let all = Host::new("x");
    assert!(all.supports("account_validity") && all.supports("account_validity.on_user_login"));
    assert!(!all.supports("account_validity.on_user_logout") && !all.supports("get_room_state"));
    let some = Host::new("x").calls(["account_validity.on_user_login"]);
    assert!(some.supports("account_validity") && some.supports("account_validity.on_user_login"));
    assert!(!some.supports("account_validity.is_user_expired"));
    assert!(!some.supports("spam_checker"));
}

#[test]
fn a_simulated_homeserver_is_not_a_trial_for_modules_and_leaves_nothing_behind() {
    let kind = |host: &Host| (host.is_trial(), host.is_passing(), host.plays_homeserver());
    let rehearsal = Rehearsal::new(|_| String::new());
    assert_eq!(kind(&Host::new("x")), (false, false, false));
    assert_eq!(kind(&Host::new("x").trial()), (true, true, false));
    assert_eq!(kind(&Host::new("x").rehearsal(&rehearsal)), (true, true, false));
    let played = rehearsal.playing_homeserver();
    assert_eq!(kind(&Host::new("x").rehearsal(&played)), (false, true, true));
    assert_eq!(kind(&Host::new("x").trial().rehearsal(&played)), (false, true, true));
}

#[test]
fn reserved_paths_hold_everything_below_them() {
    let host = Host::new("x").reserve("/own");
    assert_eq!(host.reserved("/_matrix/client/v3"), Some("/_matrix/client"));
    assert_eq!(host.reserved("/own"), Some("/own"));
    assert_eq!(host.reserved("/owner"), None);
}
