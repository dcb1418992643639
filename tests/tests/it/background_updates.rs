//! Tests that one module controls the pace of background updates: it is asked before each batch and
//! notified of its end, however that ends.

use std::time::Duration;

use hsmod_loader::dispatch::Update;
use hsmod_loader::{CallErrorKind, FailureKind, Modules, Shutdown};
use hsmod_tests::scene::Scene;
use insta::assert_snapshot;
use serde_json::{Value, json};
use tracing::level_filters::LevelFilter;

use crate::log::Log;
use crate::support::{poll_once, seen, without_lines};

const CALLBACKS: [&str; 3] = ["on_update", "default_batch_size", "min_batch_size"];

fn entry(name: &str, mut config: Value) -> Value {
    config["name"] = name.into();
    config["callbacks"] = json!(CALLBACKS);
    config["later"] = json!(["on_exit"]);
    config["answers"]["on_update"] = json!({"replace": 250});
    json!({"module": "good_recorder", "name": name, "config": config})
}

/// A controller with this additional config.
async fn controlled(config: Value) -> Modules {
    Scene::new().entry("good_recorder", entry("pacer", config)).load().await
}

async fn enter(modules: &Modules) -> Update {
    let controller = modules.background_update_controller();
    controller.on_update("reindex", "main", false).await.unwrap().expect("there is a controller")
}

const ENTERED: [&str; 4] = ["on_update", "reindex", "main", "false"];

/// The calls that the controller recorded, without quotes.
async fn noted(modules: &Modules) -> Vec<String> {
    let seen = seen(modules, "pacer").await;
    let calls = seen.as_array().unwrap().iter();
    calls.map(|call| call.to_string().replace(['[', ']', '"'], "")).collect()
}

#[tokio::test]
async fn a_batch_is_entered_and_left() {
    for suspend in [0, 2] {
        let modules = controlled(json!({"suspend": suspend})).await;
        let update = enter(&modules).await;
        assert_eq!(update.desired_duration(), Duration::from_millis(250));
        assert_eq!(noted(&modules).await, [ENTERED.join(",")]);
        update.exit().await.unwrap();
        assert_eq!(noted(&modules).await, ["on_exit"]);
    }
}

#[tokio::test]
async fn a_batch_waits_until_the_controller_lets_it_run() {
    let modules = controlled(json!({"hang": ["on_update"]})).await;
    let controller = modules.background_update_controller();
    let mut asked = std::pin::pin!(controller.on_update("reindex", "main", false));
    assert!(poll_once(asked.as_mut()).await.is_none());
    crate::support::recorder(&modules, "pacer", "wake").await;
    assert!(asked.await.unwrap().is_some());
}

#[tokio::test]
async fn a_batch_that_is_dropped_is_left_in_the_background() {
    let modules = controlled(json!({"suspend": true})).await;
    let after = modules.clone();
    let (log, _listening) = Log::listen(LevelFilter::TRACE);
    drop(enter(&modules).await);
    assert_eq!(noted(&modules).await, [ENTERED.join(",")], "somebody waited for it");
    // A shutdown waits, so that the controller is notified before its own end.
    drop(enter(&modules).await);
    assert_eq!(modules.shutdown(Duration::from_secs(60)).await, Shutdown::default());
    let lines: Vec<_> = log.take().into_iter().filter(|line| line.target == "recorder").collect();
    let asked = lines.iter().filter(|line| line.fields.get("callback") == Some(&"on_exit".into()));
    assert_eq!(asked.count(), 2);
    assert_eq!(lines.last().unwrap().fields["message"], "shutdown");
    assert!(
        after.background_update_controller().on_update("a", "b", true).await.unwrap().is_none()
    );
}

#[tokio::test]
async fn a_batch_that_was_not_left_in_time_is_left_in_the_background() {
    let modules = controlled(json!({})).await;
    // The future is never polled.
    drop(enter(&modules).await.exit());
    let mut noted = noted(&modules).await;
    while noted.len() < 2 {
        tokio::task::yield_now().await;
        noted.extend(self::noted(&modules).await);
    }
    assert_eq!(noted, [ENTERED.join(","), "on_exit".to_owned()]);
}

#[tokio::test]
async fn a_batch_that_is_dropped_outside_a_runtime_releases_what_it_holds() {
    let modules = controlled(json!({})).await;
    let update = enter(&modules).await;
    std::thread::spawn(move || drop(update)).join().unwrap();
    assert_eq!(noted(&modules).await[1..], ["released,on_exit"]);
    assert_eq!(modules.shutdown(Duration::from_secs(60)).await, Shutdown::default());
}

#[tokio::test]
async fn a_failure_to_leave_is_the_failure_of_the_update() {
    for (answer, kind) in [("fail", FailureKind::Error), ("panic", FailureKind::Panicked)] {
        let modules = controlled(json!({"answers": {"on_exit": {answer: "no database"}}})).await;
        let (log, _listening) = Log::listen(LevelFilter::WARN);
        let error = enter(&modules).await.exit().await.unwrap_err();
        let line = log.take().pop().unwrap();
        assert_eq!((&*line.level, &line.fields["kind"]), ("ERROR", &json!(kind.as_str())));
        assert_eq!(modules.counts()[0].callbacks[0].1.failed, 1);
        assert_eq!((error.kind(), error.module()), (CallErrorKind::Failed(kind), Some("pacer")));
        assert_eq!(error.callback(), "background_update_controller.on_update");
        assert!(error.to_string().contains("no database"), "{error}");
    }
    let modules = controlled(json!({"hang": ["on_exit"]})).await;
    tokio::time::pause();
    let error = enter(&modules).await.exit().await.unwrap_err();
    assert_eq!(error.kind(), CallErrorKind::Failed(FailureKind::TimedOut));
    assert_eq!(noted(&modules).await[1..], ["on_exit", "dropped,on_exit"]);
}

#[tokio::test]
async fn a_failure_to_leave_in_the_background_is_logged() {
    let modules = controlled(json!({"answers": {"on_exit": {"fail": "no database"}}})).await;
    let (log, _listening) = Log::listen(LevelFilter::WARN);
    drop(enter(&modules).await);
    modules.shutdown(Duration::from_secs(60)).await;
    assert_snapshot!(without_lines(&log.text()), @"WARN hsmod_loader [pacer]: module `pacer`: background_update_controller.on_update: on_exit: no database");
}

#[tokio::test]
async fn a_failure_to_enter_ends_the_update() {
    let mut entry = entry("pacer", json!({}));
    entry["config"]["answers"]["on_update"] = json!({"fail": "no database"});
    let modules = Scene::new().entry("good_recorder", entry).load().await;
    let controller = modules.background_update_controller();
    let error = controller.on_update("reindex", "main", false).await.unwrap_err();
    assert_eq!((error.status(), error.module()), (500, Some("pacer")));
}

#[tokio::test]
async fn without_a_controller_the_homeserver_paces_itself() {
    let none = Scene::new().module("good_recorder", json!({})).load().await;
    for modules in [none, Modules::default()] {
        let controller = modules.background_update_controller();
        assert!(controller.on_update("reindex", "main", false).await.unwrap().is_none());
        assert_eq!(controller.default_batch_size("reindex", "main").await.unwrap(), None);
        assert_eq!(controller.min_batch_size("reindex", "main").await.unwrap(), None);
    }
}

#[tokio::test]
async fn a_second_controller_is_not_asked_and_the_operator_is_told() {
    let modules = Scene::new()
        .module("good_recorder", json!({}))
        .entry("good_recorder", entry("pacer", json!({})))
        .entry(
            "good_recorder",
            entry("racer", json!({"answers": {"default_batch_size": {"replace": 7}}})),
        )
        .load()
        .await;
    let warnings: Vec<String> = modules.warnings().iter().map(ToString::to_string).collect();
    assert_snapshot!(warnings.join("\n"), @"
    warning: module `racer`: new: it registers `background_update_controller`, which module `pacer` has registered before it: only `pacer` is asked
      fix: remove one of the two modules
    ");
    enter(&modules).await.exit().await.unwrap();
    let controller = modules.background_update_controller();
    assert_eq!(controller.default_batch_size("reindex", "main").await.unwrap(), None);
    assert_eq!(noted(&modules).await.len(), 3);
    assert_eq!(seen(&modules, "racer").await, json!([]));
    let category = "background_update_controller";
    let registered = modules.info().iter().map(|info| info.callbacks.contains_key(category));
    assert_eq!(registered.collect::<Vec<_>>(), [false, true, false]);
}
