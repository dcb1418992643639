//! Tests the life of modules: each stage is completed for all modules before the next one begins.

use std::time::Duration;

use hsmod_loader::check::{examine, trial};
use hsmod_loader::problem::Stage;
use hsmod_loader::{Host, Shutdown};
use hsmod_tests::scene::Scene;
use insta::assert_snapshot;
use serde_json::{Value, json};
use tracing::level_filters::LevelFilter;

use crate::log::Log;
use crate::support::{recorder, without_lines};

fn named(name: &str) -> Value {
    json!({"name": name})
}

fn failing(name: &str, stage: &str) -> Value {
    json!({"name": name, "answers": {stage: {"fail": format!("no {stage}")}}})
}

/// The stages that the recorders logged: `<name> <stage>`.
fn stages(log: &Log) -> Vec<String> {
    let lines = log.take().into_iter().filter(|line| line.target == "recorder");
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let shown = lines
        .map(|line| format!("{} {}", text(&line.fields["name"]), text(&line.fields["message"])));
    shown.collect()
}

#[tokio::test]
async fn every_stage_is_over_before_the_next_one_begins() {
    let (log, _listening) = Log::listen(LevelFilter::INFO);
    let scene = ["a", "b", "c"]
        .iter()
        .fold(Scene::new(), |scene, name| scene.module("good_recorder", named(name)));
    let modules = scene.load().await;
    assert_eq!(
        stages(&log),
        [
            "a parse_config",
            "b parse_config",
            "c parse_config",
            "a new",
            "b new",
            "c new",
            "a start",
            "b start",
            "c start",
        ]
    );
    assert_eq!(modules.shutdown(Duration::from_secs(60)).await, Shutdown::default());
    assert_eq!(stages(&log), ["c shutdown", "b shutdown", "a shutdown"]);
    assert_eq!(modules.shutdown(Duration::from_secs(60)).await, Shutdown::default());
    assert_eq!(stages(&log), Vec::<String>::new(), "they were shut down twice");
}

#[tokio::test]
async fn a_start_that_fails_ends_those_that_were_started() {
    let scene = Scene::new()
        .module("good_recorder", named("a"))
        .module("good_recorder", named("b"))
        .module("good_recorder", failing("c", "start"))
        .module("good_recorder", named("d"));
    let (log, _listening) = Log::listen(LevelFilter::INFO);
    assert_snapshot!(scene.refusal().await, @"
    error: module `good_recorder-3`: start: no start
      fix: fix what the message says, or remove the module
    ");
    assert_eq!(stages(&log)[8..], ["a start", "b start", "c start", "b shutdown", "a shutdown"]);
}

#[tokio::test]
async fn a_config_that_fails_keeps_all_modules_from_being_made() {
    let scene = Scene::new()
        .module("good_recorder", named("a"))
        .module("list_spam_checker", json!({"evil_users": 3}));
    let (log, _listening) = Log::listen(LevelFilter::INFO);
    scene.refusal().await;
    assert_eq!(stages(&log), ["a parse_config"]);
}

#[tokio::test]
async fn a_shutdown_that_fails_keeps_no_other_module_from_its_own() {
    let scene = Scene::new()
        .module("good_recorder", named("a"))
        .module("good_recorder", failing("b", "shutdown"));
    let modules = scene.load().await;
    let (log, _listening) = Log::listen(LevelFilter::INFO);
    let shutdown = modules.shutdown(Duration::from_secs(60)).await;
    assert_eq!(shutdown.failures, [("good_recorder-2".into(), "no shutdown".to_owned())]);
    assert_eq!(stages(&log), ["b shutdown", "a shutdown"]);
}

#[tokio::test]
async fn an_examination_runs_no_code_of_the_plugins() {
    let scene = Scene::new()
        .module("bad_constructor", json!({}))
        .module("bad_no_symbol", json!({}))
        .module("good_recorder", json!({"name": []}));
    let findings = examine(scene.config());
    let stages: Vec<Stage> = findings.problems.iter().map(|problem| problem.stage).collect();
    assert_eq!(stages, [Stage::Inspection]);
    assert_eq!(findings.problems[0].module.as_deref(), Some("bad_no_symbol"));
    let names: Vec<_> = findings.modules.iter().map(|module| &*module.name).collect();
    assert_eq!(names, ["bad_constructor", "bad_no_symbol", "good_recorder"]);
    assert_eq!(findings.modules[2].version.as_deref(), Some(env!("CARGO_PKG_VERSION")));
    assert!(findings.modules[0].sha256.is_some() && findings.modules[1].sha256.is_none());
}

#[tokio::test]
async fn a_trial_finds_everything_that_a_start_finds_one_after_the_other() {
    let scene = Scene::new()
        .module("bad_panics", json!({"where": "new"}))
        .module("list_spam_checker", json!({"evil_users": 3}))
        .module("good_recorder", failing("a", "start"))
        .module("bad_no_symbol", json!({}))
        .module("good_recorder", json!({"name": "b", "callbacks": ["user_may_invite"]}));
    let (log, _listening) = Log::listen(LevelFilter::INFO);
    let findings = trial(scene.config(), Host::new("example.com")).await;
    let found: Vec<(Option<&str>, Stage)> = findings
        .problems
        .iter()
        .map(|problem| (problem.module.as_deref(), problem.stage))
        .collect();
    assert_eq!(
        found,
        [
            (Some("bad_no_symbol"), Stage::Inspection),
            (Some("list_spam_checker"), Stage::ParseConfig),
            (Some("bad_panics"), Stage::New),
            (Some("good_recorder"), Stage::Start),
        ]
    );
    assert_eq!(findings.modules.len(), 5);
    let last = &findings.modules[4];
    assert_eq!(last.callbacks["spam_checker"], ["user_may_invite"]);
    assert!(last.web.contains(&"/_synapse/client/b/seen".to_owned()), "{:?}", last.web);
    assert!(findings.modules[2].web.contains(&"/_synapse/client/a/seen".to_owned()));
    assert_eq!(
        stages(&log),
        ["a parse_config", "b parse_config", "a new", "b new", "a start", "b start", "b shutdown",]
    );
}

#[tokio::test]
async fn a_trial_ends_the_modules_and_says_what_their_end_was_like() {
    let scene = Scene::new()
        .module("good_recorder", failing("a", "shutdown"))
        .module("bad_panics", json!({"where": "shutdown"}));
    let findings = trial(scene.config(), Host::new("example.com")).await;
    let text: Vec<_> = findings.problems.iter().map(ToString::to_string).collect();
    assert_snapshot!(without_lines(&text.join("\n")), @"
    warning: module `bad_panics`: shutdown: panicked: bad_panics: Shutdown (tests/modules/bad_panics/src/lib.rs:<line>)
      fix: this is a bug in the module: report it to its author
    warning: module `good_recorder`: shutdown: no shutdown
      fix: this is a bug in the module: report it to its author
    ");
}

#[tokio::test]
async fn a_module_learns_whether_it_is_a_trial() {
    let scene = Scene::new().host(Host::new("example.com").trial());
    let modules = scene.module("good_recorder", json!({})).load().await;
    assert_eq!(recorder(&modules, "recorder", "api").await["is_trial"], json!(true));
}
