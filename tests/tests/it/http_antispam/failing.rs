//! Tests servers that give no valid HTTP answer, or not in time, and one that must not be reached.

use std::io::Read as _;
use std::pin::pin;

use hsmod_loader::{CallErrorKind, FailureKind};

use super::*;
use crate::server::flood;
use crate::support::poll_once;

/// The expected outcome if the service fails.
fn expected(open: bool, background: bool) -> Value {
    let allowed = open || background;
    if allowed { "allow".into() } else { failed("Failed to connect to antispam server") }
}

#[tokio::test]
async fn an_answer_that_is_not_http_is_a_failure() {
    let mut service = Service::start();
    let modules = scene(&service, ways()).load().await;
    let large = whole("200 OK", format!("\"{}\"", "x".repeat(64 << 10)).as_bytes());
    let answers: [&[u8]; 7] = [
        // It closes the connection, at once or in the middle.
        b"",
        b"HTTP/1.1 200 OK\r\nContent-Le",
        b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{}",
        b"HTTP/1.1 403 Forbidden\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n",
        b"\0\xff nonsense\r\n\r\n",
        b"SSH-2.0-OpenSSH_9.6\r\n",
        &large,
    ];
    for answer in answers {
        for (callback, open, background) in WAYS {
            let found = service.answer(&modules, callback, answer).await;
            let start = String::from_utf8_lossy(&answer[..answer.len().min(60)]);
            assert_eq!(found, expected(open, background), "{start} {callback}");
        }
    }
}

#[tokio::test]
async fn so_is_an_answer_without_an_end() {
    let mut service = Service::start();
    let modules = scene(&service, ways()).load().await;
    for (callback, open, background) in WAYS {
        let flooding = async {
            let stream = service.asked(callback).await;
            thread::spawn(move || flood(&stream));
        };
        let (found, ()) = tokio::join!(outcome(&modules, callback), flooding);
        assert_eq!(found, expected(open, background), "{callback}");
    }
}

/// A service that resets each connection by closing it with the request unread.
fn resetting() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    thread::spawn(move || {
        for stream in listener.incoming() {
            let _ = stream.unwrap().read(&mut [0]);
        }
    });
    format!("http://{address}/api")
}

#[tokio::test]
async fn so_is_a_connection_that_is_reset_or_refused() {
    let service = Service::start();
    let free = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    for url in [resetting(), format!("http://{free}")] {
        let mut config = ways();
        config["base_url"] = url.clone().into();
        let modules = scene(&service, config).load().await;
        for (callback, open, background) in WAYS {
            assert_eq!(outcome(&modules, callback).await, expected(open, background), "{url}");
        }
    }
}

#[tokio::test]
async fn a_slow_answer_counts_when_it_comes_in_time() {
    let mut service = Service::start();
    let modules = scene(&service, json!({"timeout_ms": 600_000})).load().await;
    for (status, expected) in
        [("200 OK", json!("allow")), ("403 Forbidden", json!({"errcode": "M_FORBIDDEN"}))]
    {
        let mut question = pin!(outcome(&modules, "user_may_invite"));
        assert_eq!(poll_once(question.as_mut()).await, None);
        let slow = async {
            let mut stream = service.asked("user_may_invite").await;
            let answer = response(status, "{}");
            for byte in answer.as_bytes() {
                stream.write_all(&[*byte]).unwrap();
                tokio::task::yield_now().await;
            }
        };
        assert_eq!(tokio::join!(question, slow).0, expected);
    }
}

/// A hanging service and a module, in paused time.
async fn hanging(entry: Value) -> (Service, Modules) {
    let service = Service::start();
    let mut config = ways();
    config["base_url"] = service.server.url("/api").into();
    let mut whole = json!({"module": "http_antispam", "config": config});
    whole.as_object_mut().unwrap().extend(entry.as_object().unwrap().clone());
    let scene = Scene::new().key("http", json!({"allow": ["127.0.0.0/8"]}));
    let modules = scene.entry("http_antispam", whole).load().await;
    tokio::time::pause();
    (service, modules)
}

#[tokio::test]
async fn a_service_that_hangs_is_cancelled_before_the_module() {
    let (_service, modules) = hanging(json!({})).await;
    for (callback, open, background) in WAYS {
        assert_eq!(outcome(&modules, callback).await, expected(open, background), "{callback}");
    }
}

#[tokio::test]
async fn a_module_whose_deadline_is_shorter_than_its_service_fails() {
    let (_service, modules) = hanging(json!({"timeout": "8s"})).await;
    for (callback, _, background) in WAYS {
        let found = ask(&modules, callback).await.map_err(|error| (error.status(), error.kind()));
        let timed_out = Err((500, CallErrorKind::Failed(FailureKind::TimedOut)));
        assert_eq!(found, if background { Ok(()) } else { timed_out }, "{callback}");
    }
}

/// Waits for the next log line.
async fn next_line(log: &Log) -> String {
    loop {
        let text = log.text();
        if !text.is_empty() {
            return text;
        }
        tokio::task::yield_now().await;
    }
}

#[tokio::test]
async fn the_log_says_what_is_wrong_and_never_the_token() {
    let mut service = Service::start();
    let mut config = ways();
    config["authorization"] = "hush-hush".into();
    config["base_url"] = service.server.url("/api").into();
    let modules = scene(&service, config.clone()).load().await;
    let (log, _listening) = Log::listen(LevelFilter::WARN);
    let html = whole("502 Bad Gateway", b"<html>");
    let mut said = Vec::new();
    for (callback, answer) in WAYS
        .iter()
        .map(|(callback, ..)| (*callback, &*html))
        .chain([("user_may_invite", &*whole("200 OK", b"")), ("user_may_invite", b"nonsense")])
    {
        service.answer(&modules, callback, answer).await;
        said.push(next_line(&log).await);
    }
    assert_snapshot!(said.join("\n"), @"
    WARN http_antispam [http_antispam]: the antispam service has no verdict on a `user_may_join_room`, so it is denied: `127.0.0.1` answered 502 without a JSON object
    WARN http_antispam [http_antispam]: the antispam service has no verdict on a `user_may_invite`, so it is allowed: `127.0.0.1` answered 502 without a JSON object
    WARN http_antispam [http_antispam]: the antispam service may have missed a `user_may_create_room_alias`: `127.0.0.1` answered 502 without a JSON object
    WARN http_antispam [http_antispam]: the antispam service may have missed a `user_may_publish_room`: `127.0.0.1` answered 502 without a JSON object
    WARN http_antispam [http_antispam]: the antispam service has no verdict on a `user_may_invite`, so it is allowed: `127.0.0.1` answered 200 without JSON
    WARN http_antispam [http_antispam]: the antispam service has no verdict on a `user_may_invite`, so it is allowed: the request to `127.0.0.1` failed: invalid HTTP version parsed
    ");
    modules.shutdown(Duration::from_secs(60)).await;
    let not_allowed = Scene::new().module("http_antispam", config).load().await;
    outcome(&not_allowed, "user_may_join_room").await;
    assert_snapshot!(log.text(), @"WARN http_antispam [http_antispam]: the antispam service has no verdict on a `user_may_join_room`, so it is denied: `127.0.0.1` is a loopback address, which modules may not reach: if they should, list it under `http.allow` in the config");
    assert_eq!(service.server.seen().len(), 6);
}

#[tokio::test]
async fn a_service_that_is_never_there_does_not_keep_the_module_from_its_end() {
    let mut service = Service::start();
    let modules = scene(&service, json!({"do_ping": true})).load().await;
    // The first ping is in progress when everything ends.
    let _stream = service.asked("ping").await;
    let shutdown = modules.shutdown(Duration::from_secs(60)).await;
    assert!(!shutdown.calls_left && shutdown.failures.is_empty(), "{shutdown:?}");
}
