//! Tests that a module learns the time left for its call, and the trace of the call.

use hsmod_loader::{Host, Json, Modules, Trace};
use hsmod_tests::scene::Scene;
use serde_json::{Value, json};

use crate::lines::{self, line};

/// Makes a call of a module with this name that takes four seconds.
async fn asked(name: &str, host: Host, timeouts: Value) -> Modules {
    lines::listen();
    let entry = json!({
        "module": "good_logger", "name": name, "config": {"name": name}, "timeout": "20s",
        "timeouts": timeouts,
    });
    let modules = Scene::new().host(host).entry("good_logger", entry).load().await;
    let event = json!({
        "event_id": "$1", "room_id": "!r:example.com", "sender": "@a:example.com",
        "type": "m.room.message", "origin_server_ts": 1, "content": {"body": "sleep"},
    })
    .to_string();
    // Pause only now, since starting uses threads that run in real time.
    tokio::time::pause();
    modules.spam_checker().check_event_for_spam(Json(&event)).await.unwrap();
    modules
}

#[tokio::test]
async fn a_module_is_told_how_long_its_call_may_still_take() {
    let timeouts = json!({"check_event_for_spam": "10s"});
    let _modules = asked("hurries", Host::new("example.com"), timeouts).await;
    let start = lines::of("hurries").into_iter().find(|line| line.message.starts_with("start: "));
    assert!(
        start.is_some_and(|line| line.message.starts_with("start: Some(")),
        "it has 20 seconds"
    );
    line("first: Some(10.0), None, hurries");
    line("then: Some(6.0), None, hurries");
    line("background: None, hurries");
}

#[tokio::test]
async fn without_a_limit_there_is_none() {
    let timeouts = json!({"check_event_for_spam": 0});
    let _modules = asked("takes its time", Host::new("example.com"), timeouts).await;
    line("first: None, None, takes its time");
    line("then: None, None, takes its time");
}

#[tokio::test]
async fn a_module_is_told_the_trace_that_its_call_is_part_of() {
    let host = Host::new("example.com").traces(|| Some(Trace::new(0xA1, 0xB2, true)));
    let _modules = asked("traced", host, json!({})).await;
    let header = "00-000000000000000000000000000000a1-00000000000000b2-01";
    line(&format!("first: Some(20.0), Some({header:?}), traced"));
    line(&format!("then: Some(16.0), Some({header:?}), traced"));
}
