//! Tests the responses of other servers that a module gets, and the errors.

use std::io::Write as _;
use std::pin::pin;
use std::time::Duration;

use hsmod_loader::{Host, Modules};
use hsmod_tests::scene::Scene;
use serde_json::{Value, json};

use crate::server::{Server, response};
use crate::support::{poll_once, steps};

async fn keeper(config: Value) -> Modules {
    Scene::new()
        .key("http", json!({"allow": ["127.0.0.0/8"]}))
        .module("good_keeper", config)
        .load()
        .await
}

fn server() -> Server {
    Server::start(|path, mut stream| {
        let answer = match path {
            "/json" => response("200 OK", r#"{"n": 1}"#),
            "/teapot" => response("418 I'm a teapot", r#"{"why": "short and stout"}"#),
            "/moved" => response("302 Found\r\nLocation: /json", "there"),
            "/text" => response("200 OK", "no JSON"),
            _ => return Some(stream),
        };
        stream.write_all(answer.as_bytes()).unwrap();
        None
    })
}

#[tokio::test]
async fn a_response_can_be_read_whatever_its_status() {
    let server = server();
    let modules = keeper(json!({})).await;
    let list = json!([
        {"get": server.url("/json")}, {"get": server.url("/teapot")},
        {"fetch": server.url("/moved")},
        {"fetch": server.url("/moved"), "values": ["GET", null, null, null, true]},
        {"fetch": server.url("/teapot"), "values": ["BREW", "two cups"]},
    ]);
    let teapot = json!({
        "status": 418, "type": "application/json", "body": r#"{"why": "short and stout"}"#
    });
    let json = json!({"status": 200, "type": "application/json", "body": r#"{"n": 1}"#});
    let moved = json!({"status": 302, "type": "application/json", "body": "there"});
    let done = steps(&modules, "keeper", list).await;
    assert_eq!(done, json!([{"n": 1}, teapot, moved, json, teapot]));
    assert_eq!(server.seen().pop(), Some(("/teapot".to_owned(), "two cups".to_owned())));
}

#[tokio::test]
async fn errors_say_what_failed_and_name_the_host() {
    let server = server();
    let modules = keeper(json!({})).await;
    let list = json!([
        {"get": server.url("/text")},
        {"fetch": server.url("/slow"), "values": ["GET", null, 50]},
        {"fetch": server.url("/json"), "values": ["GET", null, null, 3]},
        {"fetch": "gopher://x"}, {"fetch": "http://10.0.0.1/secret"},
        {"fetch": server.url("/json"), "values": ["two words"]},
    ]);
    let done = steps(&modules, "keeper", list).await;
    let said: Vec<&str> =
        done.as_array().unwrap().iter().map(|one| one["error"].as_str().unwrap()).collect();
    insta::assert_snapshot!(said.join("\n"), @"
    `127.0.0.1` did not answer with the expected JSON: expected ident at line 1 column 2
    `127.0.0.1` did not answer in full within 50ms
    the response of `127.0.0.1` is larger than 3 bytes
    `gopher:` is not HTTP: URLs begin with `http://` or `https://`
    `10.0.0.1` is a private address, which modules may not reach: if they should, list it under `http.allow` in the config
    `two words` is not an HTTP method
    ");
}

#[tokio::test]
async fn a_request_in_flight_ends_with_the_module() {
    let server = server();
    let modules = keeper(json!({"at_shutdown": [{"get": server.url("/json")}]})).await;
    let list = json!([{"fetch": server.url("/slow")}, {"fetch": server.url("/json")}]);
    let mut late = pin!(steps(&modules, "keeper", list));
    assert!(poll_once(late.as_mut()).await.is_none());
    let shutdown = modules.shutdown(Duration::from_secs(2)).await;
    assert!(shutdown.calls_left && shutdown.failures.is_empty(), "{shutdown:?}");
    assert!(server.seen().iter().any(|(path, _)| path == "/json"), "not in its shutdown");
    let done = poll_once(late.as_mut()).await.unwrap();
    assert_eq!(done[0]["unanswered"], "ShuttingDown");
    assert_eq!(done[1]["unanswered"], "ShuttingDown");
}

#[tokio::test]
async fn a_trial_makes_no_requests() {
    let server = server();
    let config = json!({"at_start": [{"get": server.url("/json")}]});
    let scene =
        Scene::new().key("http", json!({"allow": ["127.0.0.0/8"]})).module("good_keeper", config);
    let findings = hsmod_loader::check::trial(scene.config(), Host::new("example.com")).await;
    assert_eq!(findings.problems.len(), 1);
    assert_eq!(findings.problems[0].message, "`http_request` is not answered in a trial");
    assert_eq!(server.seen(), []);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_thread_of_the_modules_own_may_ask() {
    let server = server();
    let modules = keeper(json!({})).await;
    let list = json!([{"elsewhere": server.url("/json")}]);
    assert_eq!(steps(&modules, "keeper", list).await, json!([{"n": 1}]));
}
