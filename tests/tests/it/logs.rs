//! Tests that what a module logs with its own copy of `tracing` reaches the homeserver's subscriber
//! as if the homeserver had logged it.

use hsmod_loader::{Json, Modules};
use hsmod_tests::scene::Scene;
use serde_json::{Value, json};
use tracing::level_filters::LevelFilter;

use crate::log::{Line, Log};
use crate::support::message;

async fn check_event(modules: &Modules) {
    let event = message("@a:example.com", "hi");
    modules.spam_checker().check_event_for_spam(Json(&event)).await.unwrap();
}

fn of_recorder(log: &Log) -> Vec<Line> {
    log.take().into_iter().filter(|line| line.target == "recorder").collect()
}

fn messages(log: &Log) -> Vec<Value> {
    of_recorder(log).into_iter().map(|line| line.fields["message"].clone()).collect()
}

#[tokio::test]
async fn an_event_keeps_its_level_its_target_its_place_and_the_types_of_its_fields() {
    let entry = json!({"module": "good_recorder", "name": "notes", "config": {}});
    let modules = Scene::new().entry("good_recorder", entry).load().await;
    let (log, _listening) = Log::listen(LevelFilter::INFO);
    check_event(&modules).await;
    let lines = of_recorder(&log);
    assert_eq!(lines.len(), 1);
    let Line { level, target, file, fields } = &lines[0];
    assert_eq!((&**level, &**target), ("INFO", "recorder"));
    assert_eq!(file.as_deref(), Some("tests/modules/good_recorder/src/calls.rs"));
    assert_eq!(
        json!(fields),
        json!({
            "message": "seen it", "user": "@a:example.com", "number": 3, "below": -3, "share": 0.5,
            "good": true, "list": "[1, 2]", "module": "notes",
        })
    );
}

#[tokio::test]
async fn the_level_is_that_of_whoever_listens_now() {
    let scene = Scene::new().module("good_recorder", json!({}));
    let quiet = Log::listen(LevelFilter::ERROR);
    let modules = scene.load().await;
    check_event(&modules).await;
    assert_eq!(messages(&quiet.0), Vec::<Value>::new());
    drop(quiet);
    let (all, listening) = Log::listen(LevelFilter::TRACE);
    check_event(&modules).await;
    assert_eq!(messages(&all), ["seen it", "asked"]);
    drop(listening);
    let (some, _listening) = Log::listen(LevelFilter::INFO);
    check_event(&modules).await;
    assert_eq!(messages(&some), ["seen it"]);
}

#[tokio::test]
async fn a_line_names_the_module_that_wrote_it_even_if_two_share_an_image() {
    let entry =
        |name: &str| json!({"module": "good_recorder", "name": name, "config": {"name": name}});
    let scene = Scene::new().entry("good_recorder", entry("a")).entry("good_recorder", entry("b"));
    let (log, _listening) = Log::listen(LevelFilter::INFO);
    let modules = scene.load().await;
    check_event(&modules).await;
    modules.shutdown(std::time::Duration::from_secs(60)).await;
    let lines: Vec<_> = of_recorder(&log)
        .into_iter()
        .filter(|line| line.fields["message"] != "parse_config")
        .map(|line| [line.fields["module"].clone(), line.fields["message"].clone()])
        .collect();
    assert_eq!(
        json!(lines),
        json!([
            ["a", "new"],
            ["b", "new"],
            ["a", "start"],
            ["b", "start"],
            ["a", "seen it"],
            ["b", "seen it"],
            ["b", "shutdown"],
            ["a", "shutdown"],
        ])
    );
}
