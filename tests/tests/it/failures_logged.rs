//! Tests that each failure is logged once, with the module and the event, room or user concerned;
//! that a module that always fails does not flood the log; and that a homeserver can receive
//! failures itself.

use std::fmt::Write;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use hsmod_loader::failures::Duty;
use hsmod_loader::policy::POLICIES;
use hsmod_loader::values::OwnedEvent;
use hsmod_loader::{FailureKind, Host, Json, Modules, State};
use hsmod_tests::scene::Scene;
use insta::assert_snapshot;
use serde_json::{Value, json};
use tracing::level_filters::LevelFilter;

use crate::every_callback::call;
use crate::log::{Line, Log};
use crate::rows::answering;
use crate::support::{message, without_lines};

/// The loader's lines about failures and denials.
fn told(log: &Log) -> Vec<Line> {
    log.take().into_iter().filter(|line| line.target == "hsmod_loader").collect()
}

fn text<'a>(line: &'a Line, field: &str) -> &'a str {
    line.fields.get(field).and_then(Value::as_str).unwrap_or("-")
}

/// The event, room and user that the line names, for each callback.
async fn subjects(modules: &Modules) -> String {
    let mut all = String::new();
    for policy in POLICIES {
        let (log, listening) = Log::listen(LevelFilter::DEBUG);
        let _ = call(modules, policy.full_name).await;
        drop(listening);
        for line in told(&log) {
            let [callback, event, room, user] =
                ["callback", "event_id", "room_id", "user_id"].map(|field| text(&line, field));
            let (_, callback) = callback.split_once('.').unwrap();
            writeln!(all, "{callback}: {event} {room} {user}").unwrap();
        }
    }
    all
}

#[tokio::test]
async fn a_failure_names_what_the_call_was_about() {
    let failing = answering(json!({"fail": "no database"})).await;
    let subjects = subjects(&failing).await;
    assert_snapshot!(subjects, @"
    check_event_for_spam: $1 !r:example.com @user:example.com
    should_drop_federated_event: $1 !r:example.com @user:example.com
    user_may_join_room: - !room:example.com @user:example.com
    user_may_invite: - !room:example.com @user:example.com
    federated_user_may_invite: $2 !room:example.com @other:example.org
    user_may_send_3pid_invite: - !room:example.com @user:example.com
    user_may_create_room: - - @user:example.com
    user_may_create_room_alias: - - @user:example.com
    user_may_publish_room: - !room:example.com @user:example.com
    user_may_send_state_event: - !room:example.com @user:example.com
    check_username_for_spam: - - @other:example.org
    check_registration_for_spam: - - -
    check_media_file_for_spam: - - -
    check_login_for_spam: - - @user:example.com
    accept_make_join: - !room:example.com @other:example.org
    check_event_allowed: $1 !r:example.com @user:example.com
    on_create_room: - - @user:example.com
    check_threepid_can_be_invited: - - -
    check_visibility_can_be_modified: - !room:example.com -
    on_new_event: $1 !r:example.com @user:example.com
    check_can_shutdown_room: - !room:example.com -
    check_can_deactivate_user: - - @user:example.com
    on_profile_update: - - @user:example.com
    on_user_deactivation_status_changed: - - @user:example.com
    on_threepid_bind: - - @user:example.com
    on_add_user_third_party_identifier: - - @user:example.com
    on_remove_user_third_party_identifier: - - @user:example.com
    on_user_search: - - -
    is_user_expired: - - @user:example.com
    on_user_registration: - - @user:example.com
    on_user_login: - - @user:example.com
    on_legacy_send_mail: - - @user:example.com
    on_legacy_renew: - - -
    on_legacy_admin_request: - - -
    get_users_for_states: - - -
    get_interested_users: - - @user:example.com
    check_auth: - - -
    check_3pid_auth: - - -
    on_logged_out: - - @user:example.com
    get_username_for_registration: - - -
    get_displayname_for_registration: - - -
    is_3pid_allowed: - - -
    on_update: - - -
    default_batch_size: - - -
    min_batch_size: - - -
    on_account_data_updated: - - @user:example.com
    add_field_to_unsigned_callback: $1 !r:example.com @user:example.com
    get_media_config_for_user: - - @user:example.com
    is_user_allowed_to_upload_media_of_size: - - @user:example.com
    get_media_upload_limits_for_user: - - @user:example.com
    on_media_upload_limit_exceeded: - - @user:example.com
    get_ratelimit_override_for_user: - - @user:example.com
    on_event_delivered_over_federation: - - -
    ");
}

#[tokio::test]
async fn a_denial_names_what_the_call_was_about() {
    let denying = answering("deny".into()).await;
    assert_snapshot!(subjects(&denying).await, @"
    check_event_for_spam: $1 !r:example.com @user:example.com
    user_may_join_room: - !room:example.com @user:example.com
    user_may_invite: - !room:example.com @user:example.com
    federated_user_may_invite: $2 !room:example.com @other:example.org
    user_may_send_3pid_invite: - !room:example.com @user:example.com
    user_may_create_room: - - @user:example.com
    user_may_create_room_alias: - - @user:example.com
    user_may_publish_room: - !room:example.com @user:example.com
    user_may_send_state_event: - !room:example.com @user:example.com
    check_registration_for_spam: - - -
    check_media_file_for_spam: - - -
    check_login_for_spam: - - @user:example.com
    accept_make_join: - !room:example.com @other:example.org
    check_event_allowed: $1 !r:example.com @user:example.com
    check_threepid_can_be_invited: - - -
    check_visibility_can_be_modified: - !room:example.com -
    check_can_shutdown_room: - !room:example.com -
    check_can_deactivate_user: - - @user:example.com
    is_3pid_allowed: - - -
    is_user_allowed_to_upload_media_of_size: - - @user:example.com
    ");
}

#[tokio::test]
async fn denials_are_logged_at_debug() {
    let modules = answering("deny".into()).await;
    let event = message("@a:b", "hi");
    for (level, expected) in [(LevelFilter::INFO, 0), (LevelFilter::DEBUG, 1)] {
        let (log, _listening) = Log::listen(level);
        modules.spam_checker().check_event_for_spam(Json(&event)).await.unwrap_err();
        assert_eq!(told(&log).len(), expected);
    }
}

/// A module that fails at each event, with a homeserver that collects its failures.
async fn failing(heard: &Arc<Mutex<Vec<String>>>) -> Modules {
    let heard = Arc::clone(heard);
    let host = Host::new("example.com").on_failure(move |failure| {
        assert_eq!(failure.kind, FailureKind::Error);
        heard.lock().unwrap().push(format!("{failure} ({:?})", failure.subject.event_id));
    });
    let config = json!({"answers": {"check_event_for_spam": {"fail": "no database"}}});
    Scene::new().host(host).module("good_recorder", config).load().await
}

#[tokio::test]
async fn a_module_that_fails_at_each_event_does_not_fill_the_log() {
    let heard = Arc::default();
    let modules = failing(&heard).await;
    tokio::time::pause();
    let (log, _listening) = Log::listen(LevelFilter::WARN);
    let event = message("@a:b", "hi");
    for _ in 0..200 {
        modules.spam_checker().check_event_for_spam(Json(&event)).await.unwrap_err();
        tokio::time::advance(Duration::from_secs(1)).await;
    }
    let left_out = |line: &Line| line.fields.get("left_out").and_then(Value::as_u64);
    let lines = told(&log);
    let counts: Vec<_> = lines.iter().map(left_out).collect();
    let first = [None; 5];
    let later = [Some(55), Some(59), Some(59)];
    assert_eq!(counts, [&first[..], &later].concat());
    assert!(lines.iter().all(|line| line.level == "ERROR"));

    modules.shutdown(Duration::from_secs(60)).await;
    let [rest] = &told(&log)[..] else { panic!("nothing is said of the rest") };
    assert_snapshot!(text(rest, "message"), @"module `good_recorder`: spam_checker.check_event_for_spam: 19 more failures were left out of the log");
    let logged = lines.len() as u64 + later.into_iter().flatten().sum::<u64>();
    assert_eq!(left_out(rest), Some(200 - logged));
    assert_eq!(heard.lock().unwrap().len(), 200, "a homeserver hears of all of them");
}

#[tokio::test]
async fn a_homeserver_may_listen_for_itself() {
    let heard = Arc::default();
    let modules = failing(&heard).await;
    let event = message("@a:b", "hi");
    modules.spam_checker().check_event_for_spam(Json(&event)).await.unwrap_err();
    assert_snapshot!(heard.lock().unwrap().join("\n"), @r#"module `good_recorder`: spam_checker.check_event_for_spam: no database (Some("$1"))"#);
}

#[tokio::test]
async fn an_invalid_replacement_event_is_a_failure_of_the_module() {
    let config = json!({"answers": {"check_event_allowed": {"replace": {"type": "m.other"}}}});
    let modules = Scene::new().module("good_recorder", config).load().await;
    let event = OwnedEvent::from_json(message("@a:example.com", "hi")).unwrap();
    let event = event.as_event();
    let state = State::new(Arc::new(()));
    let replacement = modules.third_party_rules().check_event_allowed(&event, &state).await;
    let replacement = replacement.unwrap().unwrap();
    let (log, _listening) = Log::listen(LevelFilter::WARN);
    let error = replacement.check(&event, "example.com").unwrap_err();
    assert_eq!(error.module(), Some("good_recorder"));
    assert_snapshot!(error.to_string(), @"module `good_recorder`: third_party_rules.check_event_allowed: the replacement event must not change `room_id`");
    let [line] = &told(&log)[..] else { panic!("not one line") };
    assert_eq!((&*line.level, text(line, "event_id")), ("ERROR", "$1"));
    assert_snapshot!(text(line, "message"), @"module `good_recorder`: third_party_rules.check_event_allowed: its replacement: the replacement event must not change `room_id`");
    let counts = modules.counts().remove(0).callbacks.remove(0).1;
    assert_eq!((counts.called, counts.denied, counts.failed), (1, 0, 1));
}

#[tokio::test]
async fn a_module_that_fails_to_end_is_logged_and_told_too() {
    let heard = Arc::new(Mutex::new(Vec::new()));
    let hears = Arc::clone(&heard);
    let host = Host::new("example.com").on_failure(move |failure| {
        hears.lock().unwrap().push((failure.duty == Duty::Shutdown, failure.kind))
    });
    let failing = json!({"answers": {"shutdown": {"fail": "no shutdown"}}});
    let scene = Scene::new().host(host).module("good_recorder", failing);
    let modules = scene.module("bad_panics", json!({"where": "shutdown"})).load().await;
    let (log, _listening) = Log::listen(LevelFilter::WARN);
    let shutdown = modules.shutdown(Duration::from_secs(60)).await;
    assert_eq!(shutdown.failures.len(), 2);
    let kinds = [FailureKind::Panicked, FailureKind::Error];
    assert_eq!(*heard.lock().unwrap(), kinds.map(|kind| (true, kind)));
    let lines = told(&log);
    let lines: Vec<_> =
        lines.iter().map(|line| format!("{} {}", line.level, text(line, "message"))).collect();
    assert_snapshot!(without_lines(&lines.join("\n")), @"
    WARN module `bad_panics`: shutdown: panicked: bad_panics: Shutdown (tests/modules/bad_panics/src/lib.rs:<line>)
    WARN module `good_recorder`: shutdown: no shutdown
    ");
}

#[tokio::test]
async fn a_panic_in_on_failure_has_no_other_effect() {
    let host = Host::new("example.com").on_failure(|_| panic!("no metrics"));
    let config = json!({"answers": {"on_threepid_bind": {"fail": "no database"}}});
    let modules = Scene::new().host(host).module("good_recorder", config).load().await;
    let (log, _listening) = Log::listen(LevelFilter::WARN);
    for _ in 0..2 {
        let telling = modules.third_party_rules().on_threepid_bind("@a:b", "email", "a@b");
        telling.await.unwrap().await.unwrap();
    }
    let panicked = "the function that the homeserver gave to `on_failure` panicked";
    let lines = told(&log);
    assert_eq!(lines.iter().filter(|line| text(line, "message") == panicked).count(), 2);
    assert_eq!(modules.counts()[0].callbacks[0].1.failed, 2);
}
