//! Tests that a homeserver may run the stages of a start one by one, that each reports what is
//! known by then, and that none leaves anything behind.

use std::time::Duration;

use hsmod_loader::{Config, Host, Json, Made, Parsed, Registered, Shutdown};
use hsmod_tests::scene::Scene;
use insta::assert_snapshot;
use serde_json::{Value, json};
use tracing::level_filters::LevelFilter;

use crate::log::Log;
use crate::support::{message, poll_once};

/// The stages that the recorders logged: `<name> <stage>`.
fn stages(log: &Log) -> Vec<String> {
    let lines = log.take().into_iter().filter(|line| line.target == "recorder");
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let shown = lines
        .map(|line| format!("{} {}", text(&line.fields["name"]), text(&line.fields["message"])));
    shown.collect()
}

fn two() -> Scene {
    Scene::new()
        .module(
            "good_recorder",
            json!({
                "name": "a", "callbacks": ["user_may_invite", "check_auth"],
                "web": {"/_synapse/client/files/*": "allow"},
            }),
        )
        .module(
            "good_recorder",
            json!({"name": "b", "callbacks": ["user_may_create_room", "user_may_invite"]}),
        )
}

fn host() -> Host {
    Host::new("example.com")
}

async fn made(scene: &Scene) -> Made {
    Parsed::new(scene.config()).unwrap().make(host()).await.unwrap()
}

#[test]
fn configs_are_read_without_a_runtime_and_nothing_is_made() {
    let (log, _listening) = Log::listen(LevelFilter::INFO);
    let parsed = Parsed::new(two().config()).unwrap();
    assert_eq!(stages(&log), ["a parse_config", "b parse_config"]);
    let known = parsed.info().iter().map(|info| (&*info.name, info.version.as_deref()));
    let version = Some(env!("CARGO_PKG_VERSION"));
    assert!(known.eq([("good_recorder", version), ("good_recorder-2", version)]));
    assert_eq!(Registered::of(parsed.info()), Registered::default());
    assert_eq!(parsed.warnings(), []);
    drop(parsed);
    assert_eq!(stages(&log), Vec::<String>::new());
}

#[tokio::test]
async fn each_stage_goes_as_far_as_it_says() {
    let (log, _listening) = Log::listen(LevelFilter::INFO);
    let parsed = Parsed::within_timeouts(two().config()).await.unwrap();
    assert_eq!(stages(&log), ["a parse_config", "b parse_config"]);
    let made = parsed.make(host()).await.unwrap();
    assert_eq!(stages(&log), ["a new", "b new"]);
    let registered = made.registered();
    let modules = made.start().await.unwrap();
    assert_eq!(stages(&log), ["a start", "b start"]);
    assert_eq!(modules.registered(), registered);
    assert_eq!(modules.shutdown(Duration::from_secs(60)).await, Shutdown::default());
    assert_eq!(stages(&log), ["b shutdown", "a shutdown"]);
    assert_eq!(modules.registered(), registered, "it is known also afterwards");
}

#[tokio::test]
async fn registrations_are_known_before_the_start() {
    let made = made(&two()).await;
    let told = |registered: &Registered| serde_json::to_value(registered).unwrap();
    assert_eq!(
        told(&made.registered()),
        json!({
            "callbacks": {
                "password_auth_provider": ["check_auth"],
                "spam_checker": ["user_may_invite", "user_may_create_room"],
            },
            "login_types": [{"name": "m.login.password", "fields": ["password"]}],
            "web": [
                "/_synapse/client/a/seen", "/_synapse/client/a/counts", "/_synapse/client/a/api",
                "/_synapse/client/a/wake", "/_synapse/client/files/*", "/_synapse/client/b/seen",
                "/_synapse/client/b/counts", "/_synapse/client/b/api", "/_synapse/client/b/wake",
            ],
        })
    );
    let second = Registered::of(&made.info()[1..]);
    assert_eq!(
        told(&second),
        json!({
            "callbacks": {"spam_checker": ["user_may_invite", "user_may_create_room"]},
            "login_types": [],
            "web": [
                "/_synapse/client/b/seen", "/_synapse/client/b/counts", "/_synapse/client/b/api",
                "/_synapse/client/b/wake",
            ],
        })
    );
    made.end().await;
}

#[tokio::test]
async fn they_are_asked_as_if_they_had_been_loaded_at_once() {
    let scene = Scene::new()
        .module("list_spam_checker", json!({"evil_users": ["@evil:example.com"]}))
        .key("public_baseurl", json!("https://matrix.example.com/"));
    let modules = made(&scene).await.start().await.unwrap();
    let event = message("@evil:example.com", "hello");
    let denied = modules.spam_checker().check_event_for_spam(Json(&event)).await;
    assert_eq!(denied.unwrap_err().status(), 403);
    let at_once = scene.load().await;
    assert_eq!(at_once.registered(), modules.registered());
    let shown = |info: &[hsmod_loader::ModuleInfo]| serde_json::to_value(info).unwrap();
    assert_eq!(shown(at_once.info()), shown(modules.info()));
    for modules in [at_once, modules] {
        assert_eq!(modules.shutdown(Duration::from_secs(60)).await, Shutdown::default());
    }
}

#[tokio::test]
async fn every_problem_of_every_config_is_reported_before_a_module_is_created() {
    let scene = Scene::new()
        .module("list_spam_checker", json!({"evil_users": 3}))
        .module("good_recorder", json!({"name": "a"}))
        .module("bad_no_symbol", json!({}))
        .module("bad_panics", json!({"where": "parse_config"}))
        .module("good_recorder", json!({"nmae": "b"}))
        .key("templates_dir", json!("nowhere"));
    let (log, _listening) = Log::listen(LevelFilter::INFO);
    let error = Parsed::new(scene.config()).unwrap_err();
    assert_eq!(stages(&log), ["a parse_config"]);
    let of = |error: &hsmod_loader::LoadError| {
        let problems = error.problems.iter();
        let told = problems.map(|problem| {
            let (module, path) = (problem.module.as_deref(), problem.path.as_deref());
            format!("{}: {} at {}", problem.stage, module.unwrap_or("-"), path.unwrap_or("-"))
        });
        told.collect::<Vec<_>>().join("\n")
    };
    assert_snapshot!(of(&error), @"
    inspection: bad_no_symbol at modules.<item 2>.module
    config: - at templates_dir
    parse_config: list_spam_checker at modules.<item 0>.config.evil_users
    parse_config: bad_panics at modules.<item 3>.config
    parse_config: good_recorder-2 at modules.<item 4>.config.nmae
    ");
    // Neither another thread nor a complete load makes a difference.
    let within_timeouts = Parsed::within_timeouts(scene.config()).await.unwrap_err();
    assert_eq!(within_timeouts.problems, error.problems);
    assert_eq!(scene.try_load().await.unwrap_err().problems, error.problems);
}

#[tokio::test]
async fn a_module_that_cannot_be_made_takes_the_others_along() {
    let failing = json!({"name": "b", "answers": {"new": {"fail": "no new"}}});
    let scene = Scene::new()
        .module("good_worker", json!({"name": "a"}))
        .module("good_recorder", failing.clone())
        .module("good_recorder", failing);
    let (log, _listening) = Log::listen(LevelFilter::INFO);
    let error = Parsed::new(scene.config()).unwrap().make(host()).await.unwrap_err();
    assert_snapshot!(error, @"
    error: module `good_recorder`: new: no new
      fix: fix what the message says, or remove the module
    error: module `good_recorder-2`: new: no new
      fix: fix what the message says, or remove the module
    ");
    assert!(is_gone(&log), "a module is left");
}

#[tokio::test]
async fn a_start_that_fails_shuts_down_those_that_were_started() {
    let scene = Scene::new()
        .module("good_recorder", json!({"name": "a"}))
        .module("good_worker", json!({"name": "b", "fail_start": true}))
        .module("good_recorder", json!({"name": "c"}));
    let made = made(&scene).await;
    let (log, _listening) = Log::listen(LevelFilter::INFO);
    assert_snapshot!(made.start().await.unwrap_err(), @"
    error: module `good_worker`: start: it was told to fail
      fix: fix what the message says, or remove the module
    ");
    let lines = log.take();
    let said = lines.iter().filter(|line| line.target == "recorder");
    let said = said.map(|line| line.fields["message"].as_str().unwrap());
    assert!(said.eq(["start", "shutdown"]), "{lines:?}");
}

#[tokio::test]
async fn a_dropped_start_releases_all_modules() {
    let scene = Scene::new()
        .module("good_worker", json!({"name": "a"}))
        .module("bad_never_ready", json!({"where": "start"}));
    let made = made(&scene).await;
    let (log, _listening) = Log::listen(LevelFilter::INFO);
    let mut start = Box::pin(made.start());
    assert!(poll_once(start.as_mut()).await.is_none(), "it is ready");
    assert!(!is_gone(&log), "it is gone already");
    drop(start);
    assert!(is_gone(&log), "the module is left");
}

/// Whether the `good_worker` was dropped without a shutdown.
fn is_gone(log: &Log) -> bool {
    let lines = log.take();
    let has = |start: &str| {
        let message = |fields: &Value| fields["message"].as_str().unwrap_or_default().to_owned();
        lines.iter().any(|line| message(&json!(line.fields)).starts_with(start))
    };
    assert!(!has("shutdown"), "its `shutdown` was called");
    has("gone")
}

#[tokio::test]
async fn modules_that_are_made_and_not_started_end_by_either_way() {
    let begin = json!([{"what": "process"}, {"what": "looping", "seconds": 1}]);
    let scene = || Scene::new().module("good_worker", json!({"name": "a", "begin": begin}));
    let (log, _listening) = Log::listen(LevelFilter::INFO);
    drop(made(&scene()).await);
    assert!(is_gone(&log), "the module is left");
    made(&scene()).await.end().await;
    assert!(is_gone(&log), "the module is left");
    // Its names, caches and paths are free again.
    let modules = made(&scene()).await.start().await.unwrap();
    assert_eq!(modules.invalidate_cache("good_worker.numbers", "\"1\""), 1);
    modules.shutdown(Duration::from_secs(60)).await;
}

#[test]
fn linked_modules_take_the_same_way() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let config = |config: Value| {
        let list = json!({"modules": [{"module": "good_asker", "config": config}]});
        Config::from_value(list, &[], std::path::Path::new("/")).unwrap()
    };
    let linked = [good_asker::MODULE];
    let error = Parsed::from_static(&linked, config(json!({"nmae": "a"}))).unwrap_err();
    assert_eq!(error.problems[0].path.as_deref(), Some("modules.<item 0>.config.nmae"));
    let parsed = Parsed::from_static(&linked, config(json!({"name": "a"}))).unwrap();
    runtime.block_on(async {
        let made = parsed.make(host()).await.unwrap();
        let paths = made.registered().web;
        assert_eq!(paths[..2], ["/_synapse/client/a/ask", "/_synapse/client/a/during"]);
        let modules = made.start().await.unwrap();
        assert_eq!(modules.web().paths(), paths);
        modules.shutdown(Duration::from_secs(60)).await;
    });
}
