//! Tests the plugin `event_censor` with a real local server.

use std::io::Write as _;
use std::net::TcpListener;
use std::sync::Arc;
use std::time::Duration;

use hsmod_loader::{Json, Modules, State};
use hsmod_tests::scene::Scene;
use insta::assert_snapshot;
use serde_json::{Value, json};
use tracing::level_filters::LevelFilter;

use crate::log::Log;
use crate::server::{Server, flood, response};
use crate::support::message;

/// A service that answers by its path.
fn service() -> Server {
    Server::start(|path, mut stream| {
        let answer = match path {
            "/rewrite" => response("200 OK", r#"{"msgtype": "m.text", "body": "****"}"#),
            "/keep" => "HTTP/1.1 204 No Content\r\nConnection: close\r\n\r\n".to_owned(),
            "/null" => response("200 OK", "null"),
            "/broken" => response("500 Internal Server Error", r#"{"body": "an error's"}"#),
            "/moved" => response("302 Found\r\nLocation: /rewrite", ""),
            "/garbage" => response("200 OK", "<html>"),
            "/list" => response("200 OK", "[]"),
            "/flood" => {
                flood(&stream);
                return None;
            }
            // Never answered.
            _ => return Some(stream),
        };
        // The client may have closed the connection.
        let _ = stream.write_all(answer.as_bytes());
        None
    })
}

async fn censored_by(endpoint: &str, on_error: &str) -> Modules {
    let config = json!({"endpoint": endpoint, "on_error": on_error, "timeout_ms": 60_000});
    load(config).await
}

async fn load(config: Value) -> Modules {
    let http = json!({"allow": ["127.0.0.0/8"]});
    Scene::new().key("http", http).module("event_censor", config).load().await
}

/// `allow`, `deny`, or the content that an event gets.
async fn outcome(modules: &Modules) -> Value {
    let event = message("@a:example.com", "damn");
    let rules = modules.third_party_rules();
    match rules.check_event_allowed(Json(&event), &State::new(Arc::new(()))).await {
        Ok(None) => "allow".into(),
        Ok(Some(replacement)) => replacement.into_value()["content"].clone(),
        Err(error) => {
            assert_eq!(error.status(), 403);
            "deny".into()
        }
    }
}

#[tokio::test]
async fn the_service_sees_the_event_and_rewrites_its_content() {
    let service = service();
    let modules = censored_by(&service.url("/rewrite"), "deny").await;
    assert_eq!(outcome(&modules).await, json!({"msgtype": "m.text", "body": "****"}));
    let seen = service.seen();
    assert_eq!(seen.len(), 1);
    let event: Value = serde_json::from_str(&seen[0].1).unwrap();
    assert_eq!(
        (&event["sender"], &event["content"]["body"]),
        (&json!("@a:example.com"), &json!("damn"))
    );
    for path in ["/keep", "/null"] {
        let modules = censored_by(&service.url(path), "deny").await;
        assert_eq!(outcome(&modules).await, "allow", "{path}");
    }
}

#[tokio::test]
async fn a_service_that_fails_means_what_the_operator_says() {
    let service = service();
    for path in ["/broken", "/moved", "/garbage", "/list", "/flood"] {
        for on_error in ["allow", "deny"] {
            let modules = censored_by(&service.url(path), on_error).await;
            assert_eq!(outcome(&modules).await, on_error, "{path}");
        }
    }
}

#[tokio::test]
async fn on_error_decides_if_the_service_is_slow_or_down() {
    let service = service();
    let free = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    for endpoint in [service.url("/slow"), format!("http://{free}/")] {
        for on_error in ["allow", "deny"] {
            let config = json!({"endpoint": endpoint, "on_error": on_error, "timeout_ms": 100});
            assert_eq!(outcome(&load(config).await).await, on_error, "{endpoint}");
        }
    }
}

#[tokio::test]
async fn an_address_that_is_not_allowed_is_refused_and_the_log_says_how_to_allow_it() {
    let service = service();
    let endpoint = service.url("/rewrite");
    let modules = Scene::new().module("event_censor", json!({"endpoint": endpoint})).load().await;
    let (log, _listening) = Log::listen(LevelFilter::WARN);
    assert_eq!(outcome(&modules).await, "deny");
    assert_eq!(service.seen(), []);
    assert_snapshot!(log.text(), @"WARN event_censor [event_censor]: the censor has no verdict on m.room.message: `127.0.0.1` is a loopback address, which modules may not reach: if they should, list it under `http.allow` in the config");
    modules.shutdown(Duration::from_secs(60)).await;
}
