//! Tests that a module that panics fails alone: the homeserver continues and logs the module, the
//! place and the message.

use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use hsmod_loader::{CallErrorKind, FailureKind, Json, Modules, State};
use hsmod_tests::scene::Scene;
use insta::assert_snapshot;
use serde_json::json;
use tracing::level_filters::LevelFilter;

use crate::log::Log;
use crate::support::{message, poll_once, seen_names, web, without_lines};

/// A module that panics at this place, and a recorder after it.
fn scene(place: &str) -> Scene {
    Scene::new().module("bad_panics", json!({"where": place})).module("good_recorder", json!({}))
}

async fn check_event(modules: &Modules) -> Result<(), hsmod_loader::CallError> {
    modules.spam_checker().check_event_for_spam(Json(&message("@a:example.com", "hi"))).await
}

/// The log of a panic in `check_event_for_spam`, whose failure ends the call.
async fn failure(place: &str) -> String {
    let modules = scene(place).load().await;
    let error = check_event(&modules).await.unwrap_err();
    assert_eq!(error.kind(), CallErrorKind::Failed(FailureKind::Panicked));
    assert_eq!((error.status(), &*error.errcode()), (500, "M_UNKNOWN"));
    assert_eq!(error.message(), "Internal server error", "a client is told too much");
    assert!(seen_names(&modules, "recorder").await.is_empty(), "the next module was asked");
    assert!(modules.shutdown(Duration::from_secs(60)).await.failures.is_empty());
    without_lines(&error.to_string())
}

#[tokio::test]
async fn a_panic_in_a_callback_is_its_failure() {
    assert_snapshot!(failure("entry").await, @"module `bad_panics`: spam_checker.check_event_for_spam: panicked: bad_panics: Entry (tests/modules/bad_panics/src/trap.rs:<line>)");
    assert_snapshot!(failure("first_poll").await, @"module `bad_panics`: spam_checker.check_event_for_spam: panicked: bad_panics: FirstPoll (tests/modules/bad_panics/src/trap.rs:<line>)");
    assert_snapshot!(failure("later_poll").await, @"module `bad_panics`: spam_checker.check_event_for_spam: panicked: bad_panics: LaterPoll (tests/modules/bad_panics/src/trap.rs:<line>)");
}

#[tokio::test]
async fn a_future_that_panics_when_it_is_done_with_is_a_failure() {
    assert_snapshot!(failure("drop").await, @"module `bad_panics`: spam_checker.check_event_for_spam: panicked: bad_panics: Drop (tests/modules/bad_panics/src/trap.rs:<line>)");
}

#[tokio::test]
async fn a_panic_payload_may_panic_when_it_is_dropped() {
    assert_snapshot!(failure("payload_drop").await, @"module `bad_panics`: spam_checker.check_event_for_spam: panicked: a panic without a message (tests/modules/bad_panics/src/trap.rs:<line>)");
}

#[tokio::test]
async fn the_next_module_is_called_if_the_policy_says_so() {
    for place in ["entry", "first_poll", "later_poll", "payload_drop"] {
        let modules = scene(place).load().await;
        let (log, _listening) = Log::listen(LevelFilter::WARN);
        let third_party_rules = modules.third_party_rules();
        third_party_rules.check_can_shutdown_room(Some("@a:b"), "!r:b").await.unwrap();
        let event = message("@a:b", "hi");
        let state = State::new(Arc::new(()));
        third_party_rules.on_new_event(Json(&event), &state).await.unwrap().await.unwrap();
        assert_eq!(
            seen_names(&modules, "recorder").await,
            ["check_can_shutdown_room", "on_new_event"]
        );
        let text = log.text();
        for callback in ["check_can_shutdown_room", "on_new_event"] {
            let warned = format!(
                "[bad_panics]: module `bad_panics`: third_party_rules.{callback}: panicked: "
            );
            assert!(text.contains(&warned), "no `{warned}` in\n{text}");
        }
        let error = third_party_rules.check_event_allowed(Json(&event), &state).await.unwrap_err();
        assert_eq!(error.kind(), CallErrorKind::Failed(FailureKind::Panicked));
    }
}

#[tokio::test]
async fn a_panic_is_logged_where_it_happens() {
    let modules = scene("first_poll").load().await;
    let (log, _listening) = Log::listen(LevelFilter::INFO);
    check_event(&modules).await.unwrap_err();
    let lines = log.take();
    let line = lines.iter().find(|line| line.target == "panic").expect("the panic is logged");
    assert_eq!(line.level, "ERROR");
    assert_eq!(line.file.as_deref(), Some("tests/modules/bad_panics/src/trap.rs"));
    assert_eq!(line.fields["message"], "bad_panics: FirstPoll");
    assert_eq!(line.fields["module"], "bad_panics");
}

#[tokio::test]
async fn a_module_that_does_not_start_for_a_panic_is_refused() {
    assert_snapshot!(without_lines(&scene("parse_config").refusal().await), @"
    error: module `bad_panics`: parse_config: panicked: bad_panics: ParseConfig (tests/modules/bad_panics/src/lib.rs:<line>)
      at modules.<item 0>.config, line 4, column 7
      fix: this is a bug in the module: report it to its author
    ");
    assert_snapshot!(without_lines(&scene("new").refusal().await), @"
    error: module `bad_panics`: new: panicked: bad_panics: New (tests/modules/bad_panics/src/lib.rs:<line>)
      fix: this is a bug in the module: report it to its author
    ");
    assert_snapshot!(without_lines(&scene("start").refusal().await), @"
    error: module `bad_panics`: start: panicked: bad_panics: Start (tests/modules/bad_panics/src/lib.rs:<line>)
      fix: this is a bug in the module: report it to its author
    ");
}

#[tokio::test]
async fn a_cancelled_call_ends_even_if_its_future_panics() {
    let modules = scene("drop").load().await;
    let (log, _listening) = Log::listen(LevelFilter::WARN);
    {
        let spam_checker = modules.spam_checker();
        let question = pin!(spam_checker.user_may_invite("@a:b", "@b:b", "!r:b"));
        assert!(poll_once(question).await.is_none());
    }
    assert_snapshot!(log.text(), @"
    ERROR panic [bad_panics]: bad_panics: Drop
    ERROR hsmod_abi::panic: a future panicked while it was dropped
    ");
    tokio::time::pause();
    let error = modules.spam_checker().user_may_invite("@a:b", "@b:b", "!r:b").await.unwrap_err();
    assert_eq!(error.kind(), CallErrorKind::Failed(FailureKind::TimedOut));
    assert_snapshot!(log.text(), @"
    ERROR panic [bad_panics]: bad_panics: Drop
    WARN hsmod_loader [bad_panics]: module `bad_panics`: spam_checker.user_may_invite: panicked when its call was cancelled for taking too long: bad_panics: Drop (tests/modules/bad_panics/src/trap.rs:<line>)
    ERROR hsmod_loader [bad_panics]: module `bad_panics`: spam_checker.user_may_invite: no answer within 10s
    ");
}

#[tokio::test]
async fn a_web_resource_that_panics_is_a_500_without_details() {
    let modules = scene("web").load().await;
    let (log, _listening) = Log::listen(LevelFilter::ERROR);
    assert_eq!(
        web(&modules, "GET", "/_synapse/client/bad_panics").await,
        Some((500, json!({"errcode": "M_UNKNOWN", "error": "Internal server error"})))
    );
    assert_snapshot!(log.text(), @"
    ERROR panic [bad_panics]: bad_panics: Web
    ERROR hsmod_loader [bad_panics]: module `bad_panics`: web resource `/_synapse/client/bad_panics`: panicked: bad_panics: Web (tests/modules/bad_panics/src/lib.rs:<line>)
    ");
}

#[tokio::test]
async fn a_shutdown_that_panics_is_reported_and_the_others_are_shut_down() {
    let scene = Scene::new()
        .module("good_recorder", json!({}))
        .module("bad_panics", json!({"where": "shutdown"}));
    let modules = scene.load().await;
    let (log, _listening) = Log::listen(LevelFilter::INFO);
    let shutdown = modules.shutdown(Duration::from_secs(60)).await;
    assert_eq!(shutdown.failures.len(), 1);
    assert_eq!(&*shutdown.failures[0].0, "bad_panics");
    assert_snapshot!(without_lines(&shutdown.failures[0].1), @"panicked: bad_panics: Shutdown (tests/modules/bad_panics/src/lib.rs:<line>)");
    let text = log.text();
    assert!(text.ends_with("INFO recorder [good_recorder]: shutdown"), "{text}");
}

#[tokio::test]
async fn a_module_that_panics_when_it_is_dropped_is_dropped_nevertheless() {
    let modules = scene("module_drop").load().await;
    check_event(&modules).await.unwrap();
    assert!(modules.shutdown(Duration::from_secs(60)).await.failures.is_empty());
    drop(modules);
    // The plugin still works for the next module.
    check_event(&scene("module_drop").load().await).await.unwrap();
}
