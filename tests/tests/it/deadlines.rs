//! Tests that a module that takes too long fails alone, and only after its deadline.
//!
//! These tests use paused time, which advances when all tasks wait. Modules are loaded before that,
//! on threads that the paused clock does not know.

use std::future::Future;
use std::pin::pin;
use std::sync::Arc;
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use hsmod_loader::{CallError, CallErrorKind, FailureKind, Json, Modules, State};
use hsmod_tests::scene::Scene;
use insta::assert_snapshot;
use serde_json::{Value, json};
use tokio::time::Instant;
use tracing::level_filters::LevelFilter;

use crate::log::Log;
use crate::support::{message, poll_once, recorder, seen_names};

/// A module that never answers, with these additional keys of its entry.
async fn never_ready(entry: Value) -> Modules {
    let mut whole = json!({"module": "bad_never_ready", "config": {"where": "callback"}});
    whole.as_object_mut().unwrap().extend(entry.as_object().unwrap().clone());
    let scene = Scene::new().entry("bad_never_ready", whole).module("good_recorder", json!({}));
    let modules = scene.load().await;
    tokio::time::pause();
    modules
}

async fn check_event(modules: &Modules) -> Result<(), CallError> {
    modules.spam_checker().check_event_for_spam(Json(&message("@a:example.com", "hi"))).await
}

#[tokio::test]
async fn a_callback_may_take_as_long_as_its_entry_says_and_no_longer() {
    let cases = [
        (json!({}), 10_000),
        (json!({"timeout": "7s"}), 7_000),
        (json!({"timeouts": {"check_event_for_spam": "50ms"}}), 50),
        (json!({"timeouts": {"spam_checker.check_event_for_spam": "50ms"}}), 50),
        (json!({"timeout": "7s", "timeouts": {"on_new_event": "1ms"}}), 7_000),
        (json!({"timeout": "7s", "timeouts": {"check_event_for_spam": "8s"}}), 8_000),
    ];
    for (entry, milliseconds) in cases {
        let modules = never_ready(entry.clone()).await;
        let before = Instant::now();
        let error = check_event(&modules).await.unwrap_err();
        assert_eq!(error.kind(), CallErrorKind::Failed(FailureKind::TimedOut), "{entry}");
        assert_eq!((error.status(), error.module()), (500, Some("bad_never_ready")));
        // tokio's timers have a resolution of a millisecond.
        let limit = Duration::from_millis(milliseconds);
        let took = before.elapsed();
        assert!(limit <= took && took <= limit + Duration::from_millis(1), "{entry}: {took:?}");
        tokio::time::resume();
        assert!(seen_names(&modules, "recorder").await.is_empty(), "the next module was asked");
    }
}

#[test]
fn a_question_outside_of_any_runtime_is_refused_and_not_left_behind() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let entry = json!({"module": "bad_never_ready", "config": {"where": "callback"}});
    let scene = Scene::new().entry("bad_never_ready", entry);
    let modules = runtime.block_on(scene.load());
    let mut question = Box::pin(check_event(&modules));
    let mut context = Context::from_waker(Waker::noop());
    assert!(question.as_mut().poll(&mut context).is_pending());
    // It must have woken its task, since nothing else would.
    let Poll::Ready(Err(error)) = question.as_mut().poll(&mut context) else { panic!("it waits") };
    assert_eq!(error.kind(), CallErrorKind::Input);
    assert_snapshot!(error.to_string(), @"spam_checker.check_event_for_spam: a module did not answer at once, and its deadline needs a tokio runtime: poll questions inside one");
    drop(question);
    drop(modules);
}

#[tokio::test]
async fn the_log_says_who_took_how_long() {
    let modules = never_ready(json!({"timeout": "7s"})).await;
    assert_snapshot!(check_event(&modules).await.unwrap_err().to_string(), @"module `bad_never_ready`: spam_checker.check_event_for_spam: no answer within 7s");
    let (log, _listening) = Log::listen(LevelFilter::WARN);
    let state = State::new(Arc::new(()));
    let event = message("@a:example.com", "hi");
    modules.third_party_rules().on_new_event(Json(&event), &state).await.unwrap().await.unwrap();
    assert_snapshot!(log.text(), @"WARN hsmod_loader [bad_never_ready]: module `bad_never_ready`: third_party_rules.on_new_event: no answer within 7s");
    assert_eq!(seen_names(&modules, "recorder").await, ["on_new_event"]);
}

#[tokio::test]
async fn a_timeout_of_zero_disables_the_timeout() {
    for entry in [json!({"timeout": 0}), json!({"timeouts": {"check_event_for_spam": 0}})] {
        let modules = never_ready(entry).await;
        let question = pin!(check_event(&modules));
        let a_year = Duration::from_secs(365 * 24 * 60 * 60);
        assert!(tokio::time::timeout(a_year, question).await.is_err(), "somebody gave up");
        tokio::time::resume();
    }
}

#[tokio::test]
async fn a_callback_within_its_deadline_continues_where_it_waited() {
    let entry = json!({
        "module": "good_recorder", "timeout": "7s",
        "config": {"hang": ["check_event_for_spam"], "answers": {"check_event_for_spam": "deny"}},
    });
    let modules = Scene::new().entry("good_recorder", entry).load().await;
    tokio::time::pause();
    let mut question = pin!(check_event(&modules));
    assert!(poll_once(question.as_mut()).await.is_none());
    tokio::time::advance(Duration::from_millis(6_998)).await;
    assert!(poll_once(question.as_mut()).await.is_none(), "the deadline came early");
    recorder(&modules, "recorder", "wake").await;
    assert_eq!(question.await.unwrap_err().kind(), CallErrorKind::Denied);
}

#[test]
fn a_callback_that_answers_at_once_touches_no_timer() {
    let modules = {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap();
        runtime.block_on(Scene::new().module("good_recorder", json!({})).load())
    };
    // A runtime without timers, where creating one would panic.
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    runtime.block_on(check_event(&modules)).unwrap();
}

/// The refusal of a module with a deadline of one second, in real time.
async fn refusal(package: &str, place: &str) -> String {
    let entry = json!({"module": package, "timeout": "1s", "config": {"where": place}});
    Scene::new().entry(package, entry).refusal().await
}

#[tokio::test]
async fn a_module_that_hangs_while_it_is_made_or_started_is_refused() {
    // Map the plugins now, so that this takes no time later.
    Scene::new().module("bad_never_ready", json!({"where": "callback"})).load().await;
    Scene::new().module("bad_blocks", json!({"where": "nowhere"})).refusal().await;
    let (parse_config, new, start) = tokio::join!(
        refusal("bad_blocks", "parse_config"),
        refusal("bad_blocks", "new"),
        refusal("bad_never_ready", "start"),
    );
    assert_snapshot!(parse_config, @"
    error: module `bad_blocks`: parse_config: did not come back within 1s
      at modules.<item 0>.config, line 4, column 7
      fix: if the module needs that long, raise its `timeout`; otherwise report it to its author
    ");
    assert_snapshot!(new, @"
    error: module `bad_blocks`: new: did not come back within 1s
      fix: if the module needs that long, raise its `timeout`; otherwise report it to its author
    ");
    assert_snapshot!(start, @"
    error: module `bad_never_ready`: start: did not come back within 1s
      fix: if the module needs that long, raise its `timeout`; otherwise report it to its author
    ");
}

#[tokio::test]
async fn a_shutdown_that_hangs_is_cancelled() {
    let scene = Scene::new()
        .module("good_recorder", json!({}))
        .module("bad_never_ready", json!({"where": "shutdown"}));
    let modules = scene.load().await;
    tokio::time::pause();
    let shutdown = modules.shutdown(Duration::from_secs(3)).await;
    let failures: Vec<_> = shutdown.failures.iter().map(|(name, why)| (&**name, &**why)).collect();
    assert_eq!(failures, [("bad_never_ready", "did not come back within 3s")]);
}
