//! Tests that a module gets every notification once and in order, at its own pace, and that nothing
//! else waits for it.

use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use hsmod_loader::{CallErrorKind, Json, Modules, Shutdown, State};
use hsmod_tests::scene::Scene;
use insta::assert_snapshot;
use serde_json::{Value, json};
use tracing::level_filters::LevelFilter;

use crate::log::Log;
use crate::support::{message, poll_once, recorder, seen, seen_names};

async fn loaded(config: Value) -> Modules {
    Scene::new().module("good_recorder", config).load().await
}

async fn bind(modules: &Modules, user: &str) -> hsmod_loader::dispatch::Delivery {
    modules.third_party_rules().on_threepid_bind(user, "email", "a@b").await.unwrap()
}

/// The users that the module was notified of by [`bind`].
async fn users(modules: &Modules) -> Vec<String> {
    let calls = seen(modules, "recorder").await;
    let users = calls.as_array().unwrap().iter().map(|call| call[1].as_str().unwrap().to_owned());
    users.collect()
}

fn numbers(count: usize) -> Vec<String> {
    (0..count).map(|number| format!("@{number}:b")).collect()
}

#[tokio::test]
async fn notifications_arrive_in_order() {
    let modules = loaded(json!({"suspend": true})).await;
    let expected = numbers(200);
    let mut last = None;
    for user in &expected {
        last = Some(bind(&modules, user).await);
    }
    last.unwrap().await.unwrap();
    assert_eq!(users(&modules).await, expected);
}

#[tokio::test]
async fn different_notifications_keep_their_order() {
    let modules = loaded(json!({"suspend": true})).await;
    let third_party_rules = modules.third_party_rules();
    let state = State::new(Arc::new(()));
    let event = message("@a:b", "hi");
    drop(third_party_rules.on_threepid_bind("@a:b", "email", "a@b").await.unwrap());
    drop(third_party_rules.on_new_event(Json(&event), &state).await.unwrap());
    let removed = third_party_rules.on_remove_user_third_party_identifier("@a:b", "email", "a@b");
    removed.await.unwrap().await.unwrap();
    assert_eq!(
        seen_names(&modules, "recorder").await,
        ["on_threepid_bind", "on_new_event", "on_remove_user_third_party_identifier"]
    );
}

#[tokio::test]
async fn a_delivery_has_happened_once_it_is_awaited_and_not_before() {
    let modules = loaded(json!({"hang": ["on_threepid_bind"]})).await;
    let mut delivery = pin!(bind(&modules, "@a:b").await);
    assert!(poll_once(delivery.as_mut()).await.is_none());
    tokio::task::yield_now().await;
    assert!(poll_once(delivery.as_mut()).await.is_none());
    assert_eq!(recorder(&modules, "recorder", "wake").await, json!({"woken": 1}));
    delivery.await.unwrap();
    assert_eq!(users(&modules).await, ["@a:b"]);
}

#[tokio::test]
async fn a_delivery_that_nobody_awaits_happens_too() {
    let modules = loaded(json!({"suspend": true})).await;
    drop(bind(&modules, "@a:b").await);
    bind(&modules, "@b:b").await.await.unwrap();
    assert_eq!(users(&modules).await, ["@a:b", "@b:b"]);
}

#[tokio::test]
async fn a_notification_that_is_not_awaited_happens_not_at_all() {
    let modules = loaded(json!({})).await;
    drop(modules.third_party_rules().on_threepid_bind("@a:b", "email", "a@b"));
    bind(&modules, "@b:b").await.await.unwrap();
    assert_eq!(users(&modules).await, ["@b:b"]);
}

#[tokio::test]
async fn a_module_that_fails_or_panics_gets_the_next_notification_and_delays_nobody() {
    let failing = json!({"answers": {"on_new_event": {"fail": "no database"}}});
    let scene = Scene::new().module("bad_panics", json!({"where": "first_poll"}));
    let modules = scene.module("good_recorder", failing).load().await;
    let (log, _listening) = Log::listen(LevelFilter::WARN);
    let state = State::new(Arc::new(()));
    for body in ["first", "second"] {
        let event = message("@a:b", body);
        modules
            .third_party_rules()
            .on_new_event(Json(&event), &state)
            .await
            .unwrap()
            .await
            .unwrap();
    }
    let mut lines: Vec<String> = log.text().lines().map(str::to_owned).collect();
    lines.sort();
    assert_snapshot!(lines.join("\n"), @"
    ERROR panic [bad_panics]: bad_panics: FirstPoll
    ERROR panic [bad_panics]: bad_panics: FirstPoll
    WARN hsmod_loader [bad_panics]: module `bad_panics`: third_party_rules.on_new_event: panicked: bad_panics: FirstPoll (tests/modules/bad_panics/src/trap.rs:<line>)
    WARN hsmod_loader [bad_panics]: module `bad_panics`: third_party_rules.on_new_event: panicked: bad_panics: FirstPoll (tests/modules/bad_panics/src/trap.rs:<line>)
    WARN hsmod_loader [good_recorder]: module `good_recorder`: third_party_rules.on_new_event: no database
    WARN hsmod_loader [good_recorder]: module `good_recorder`: third_party_rules.on_new_event: no database
    ");
    assert_eq!(seen_names(&modules, "recorder").await, ["on_new_event", "on_new_event"]);
    for counts in modules.counts() {
        let (policy, counts) = &counts.callbacks[0];
        assert_eq!((policy.callback, counts.called, counts.failed), ("on_new_event", 2, 2));
    }
}

#[tokio::test]
async fn a_slow_module_keeps_no_other_one_waiting() {
    let scene = Scene::new().module("bad_never_ready", json!({"where": "callback"}));
    let modules = scene.module("good_recorder", json!({})).load().await;
    tokio::time::pause();
    let state = State::new(Arc::new(()));
    let event = message("@a:b", "hi");
    let told = modules.third_party_rules().on_new_event(Json(&event), &state).await.unwrap();
    let mut told = pin!(told);
    assert!(poll_once(told.as_mut()).await.is_none());
    // Time is paused, so the other module was notified at once.
    while seen_names(&modules, "recorder").await.is_empty() {
        tokio::task::yield_now().await;
    }
    assert!(poll_once(told.as_mut()).await.is_none());
    tokio::time::advance(Duration::from_secs(11)).await;
    told.await.unwrap();
}

/// A module that never answers, with this timeout, and five notifications for it.
async fn left_with_five(timeout: Value) -> Modules {
    let config = json!({"where": "callback"});
    let entry = json!({"module": "bad_never_ready", "timeout": timeout, "config": config});
    let modules = Scene::new().entry("bad_never_ready", entry).load().await;
    tokio::time::pause();
    let state = State::new(Arc::new(()));
    let event = message("@a:b", "hi");
    for _ in 0..5 {
        drop(modules.third_party_rules().on_new_event(Json(&event), &state).await.unwrap());
    }
    modules
}

#[tokio::test]
async fn a_shutdown_waits_for_what_is_in_the_queues() {
    let modules = left_with_five(json!("1s")).await;
    let before = tokio::time::Instant::now();
    assert_eq!(modules.shutdown(Duration::from_secs(60)).await, Shutdown::default());
    assert_eq!(before.elapsed().as_secs(), 5, "each of them had its second");
}

#[tokio::test]
async fn a_shutdown_says_what_it_left() {
    let modules = left_with_five(json!(0)).await;
    let (log, _listening) = Log::listen(LevelFilter::WARN);
    let shutdown = modules.shutdown(Duration::from_secs(3)).await;
    assert!(shutdown.calls_left && shutdown.failures.is_empty());
    assert_eq!(shutdown.notifications_left, 4, "one of the five had begun");
    assert_snapshot!(log.text(), @"WARN hsmod_loader::modules: calls of modules are still in flight after 3s");
}

#[tokio::test]
async fn after_a_shutdown_no_module_is_notified() {
    let modules = loaded(json!({})).await;
    modules.shutdown(Duration::from_secs(60)).await;
    let broken = Json("not even read");
    let state = State::new(Arc::new(()));
    modules.third_party_rules().on_new_event(broken, &state).await.unwrap().await.unwrap();
}

#[tokio::test]
async fn an_event_is_read_in_the_call() {
    let modules = loaded(json!({})).await;
    let state = State::new(Arc::new(()));
    let told = modules.third_party_rules().on_new_event(Json("{"), &state).await;
    let error = told.map(|_| ()).unwrap_err();
    assert_eq!(error.kind(), CallErrorKind::Input);
    assert_snapshot!(error.to_string(), @"third_party_rules.on_new_event: an event cannot be read: EOF while parsing an object at line 1 column 1");
}
