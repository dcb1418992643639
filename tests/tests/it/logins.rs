//! Tests that the module that accepted a login is notified of the response to the client, at most
//! once.

use std::time::Duration;

use hsmod_loader::dispatch::Login;
use hsmod_loader::{CallErrorKind, FailureKind, Json, Modules, Ser, Shutdown};
use hsmod_tests::scene::Scene;
use insta::assert_snapshot;
use serde_json::{Value, json};
use tracing::level_filters::LevelFilter;

use crate::log::Log;
use crate::support::{poll_once, seen, seen_names, web, without_lines};

/// A module that accepts any password or phone number, with this additional config.
async fn accepting(mut config: Value) -> Modules {
    let accept = json!({"replace": "@alice:example.com"});
    config["answers"]["check_auth"] = accept.clone();
    config["answers"]["check_3pid_auth"] = accept;
    let entry = json!({"module": "good_recorder", "name": "ldap", "config": config});
    let scene = Scene::new().entry("good_recorder", entry);
    scene.module("good_recorder", json!({"name": "second"})).load().await
}

async fn log_in(modules: &Modules) -> Login {
    let provider = modules.password_auth_provider();
    let login_dict = Json(r#"{"password": "secret"}"#);
    let login = provider.check_auth("alice", "m.login.password", login_dict).await;
    login.unwrap().expect("the module accepts")
}

fn later() -> Value {
    json!({"later": ["on_login"]})
}

/// The module's recorded calls about the end of logins.
async fn told(modules: &Modules) -> Vec<Value> {
    let seen = seen(modules, "recorder").await;
    let calls = seen.as_array().unwrap().iter();
    calls.filter(|call| !call[0].as_str().unwrap().starts_with("check_")).cloned().collect()
}

#[tokio::test]
async fn the_module_is_told_what_the_client_gets() {
    let whole = json!({
        "user_id": "@alice:example.com", "access_token": "syt_\u{20AC}", "home_server": "example.com",
        "expires_in_ms": 3_600_000, "refresh_token": "syr_", "device_id": "ABC",
        "well_known": {"m.homeserver": {"base_url": "https://example.com"}},
    });
    let modules = accepting(later()).await;
    let login = log_in(&modules).await;
    assert_eq!((login.user_id(), login.wants_response()), ("@alice:example.com", true));
    assert_eq!(told(&modules).await, Vec::<Value>::new(), "it was told too early");
    login.on_login(Ser(&whole)).await.unwrap();
    assert_eq!(told(&modules).await, [json!(["on_login", whole])]);
    let provider = modules.password_auth_provider();
    let login = provider.check_3pid_auth("email", "a@x", "secret").await.unwrap().unwrap();
    login.on_login(Json(r#"{"user_id": "@alice:example.com", "more": 1}"#)).await.unwrap();
    let bare = json!({
        "user_id": "@alice:example.com", "access_token": null, "home_server": null,
        "expires_in_ms": null, "refresh_token": null, "device_id": null, "well_known": null,
    });
    assert_eq!(told(&modules).await, [json!(["on_login", bare])]);
    assert_eq!(seen_names(&modules, "second").await, Vec::<String>::new());
}

#[tokio::test]
async fn a_module_without_a_closure_is_not_notified() {
    let modules = accepting(json!({})).await;
    let login = log_in(&modules).await;
    assert!(!login.wants_response());
    // The response is not read, so its errors are not reported.
    login.on_login(Json("no JSON")).await.unwrap();
    assert_eq!(told(&modules).await, Vec::<Value>::new());
}

#[tokio::test]
async fn it_may_take_its_time() {
    let mut config = later();
    config["suspend"] = 3.into();
    let modules = accepting(config).await;
    log_in(&modules).await.on_login(Json(r#"{"user_id": "@a:x"}"#)).await.unwrap();
    assert_eq!(told(&modules).await.len(), 1);
}

/// The error of a login whose `on_login` gives this answer. Checks that it is counted and logged.
async fn failure(answer: Value) -> hsmod_loader::CallError {
    let mut config = later();
    config["answers"]["on_login"] = answer;
    let modules = accepting(config).await;
    let login = log_in(&modules).await;
    let (log, listening) = Log::listen(LevelFilter::DEBUG);
    let error = login.on_login(Json(r#"{"user_id": "@a:x"}"#)).await.unwrap_err();
    drop(listening);
    assert_eq!(error.module(), Some("ldap"));
    let lines = log.take().into_iter().filter(|line| line.target == "hsmod_loader");
    let [line] = &lines.collect::<Vec<_>>()[..] else { panic!("not one line") };
    let (level, denied, failed) = match error.kind() {
        CallErrorKind::Denied => ("DEBUG", 1, 0),
        CallErrorKind::Failed(FailureKind::Cancelled) => ("DEBUG", 0, 1),
        _ => ("ERROR", 0, 1),
    };
    assert_eq!((&*line.level, &line.fields["user_id"]), (level, &json!("@alice:example.com")));
    let message = line.fields["message"].as_str().unwrap();
    let said = "module `ldap`: password_auth_provider.check_auth: on_login: ";
    assert!(message.starts_with(said), "{message}");
    let counts = modules.counts().remove(0).callbacks.remove(0).1;
    assert_eq!((counts.called, counts.denied, counts.failed), (1, denied, failed));
    assert_eq!(told(&modules).await.len(), 1);
    // Nothing is left behind.
    assert_eq!(modules.shutdown(Duration::from_secs(60)).await, Shutdown::default());
    error
}

#[tokio::test]
async fn its_failure_fails_the_login() {
    let error = failure(json!({"fail": "no database"})).await;
    assert_eq!(error.kind(), CallErrorKind::Failed(FailureKind::Error));
    assert_eq!((error.status(), &*error.message()), (500, "Internal server error"));
    assert_snapshot!(error.to_string(), @"module `ldap`: password_auth_provider.check_auth: no database");
    let refuse = json!({"status": 403, "errcode": "M_FORBIDDEN", "message": "not on a Sunday"});
    let error = failure(json!({"refuse": refuse})).await;
    assert_eq!((error.kind(), error.status()), (CallErrorKind::Denied, 403));
    assert_eq!(error.message(), "not on a Sunday");
    let error = failure("cancelled".into()).await;
    assert_eq!(error.kind(), CallErrorKind::Failed(FailureKind::Cancelled));
}

#[tokio::test]
async fn its_panic_fails_the_login() {
    let error = failure(json!({"panic": "no database"})).await;
    assert_eq!(error.kind(), CallErrorKind::Failed(FailureKind::Panicked));
    assert_snapshot!(without_lines(&error.to_string()), @"module `ldap`: password_auth_provider.check_auth: panicked: no database (tests/modules/good_recorder/src/answer.rs:<line>)");
}

#[tokio::test]
async fn it_may_not_take_longer_than_the_callback() {
    let mut config = later();
    config["hang"] = json!(["on_login"]);
    let modules = accepting(config).await;
    let login = log_in(&modules).await;
    tokio::time::pause();
    let before = tokio::time::Instant::now();
    let error = login.on_login(Json(r#"{"user_id": "@a:x"}"#)).await.unwrap_err();
    assert_eq!(before.elapsed().as_secs(), 10);
    assert_eq!(error.kind(), CallErrorKind::Failed(FailureKind::TimedOut));
    assert_snapshot!(error.to_string(), @"module `ldap`: password_auth_provider.check_auth: no answer within 10s");
    assert_eq!(told(&modules).await.last(), Some(&json!(["dropped", "on_login"])));
    assert_eq!(open(&modules).await, 0);
}

#[tokio::test]
async fn an_invalid_response_is_an_error_of_the_homeserver_or_left_to_the_module() {
    let modules = accepting(later()).await;
    let unwritable = std::collections::BTreeMap::from([((1, 2), 3)]);
    let error = log_in(&modules).await.on_login(Ser(&unwritable)).await.unwrap_err();
    assert_eq!((error.kind(), error.module()), (CallErrorKind::Input, None));
    assert_eq!(told(&modules).await, [json!(["released", "on_login"])]);
    let error = log_in(&modules).await.on_login(Json("[]")).await.unwrap_err();
    assert_eq!(error.kind(), CallErrorKind::Failed(FailureKind::Error));
    assert_eq!(told(&modules).await, [json!(["released", "on_login"])]);
}

#[tokio::test]
async fn a_login_that_is_not_completed_releases_everything_and_notifies_nobody() {
    let modules = accepting(later()).await;
    drop(log_in(&modules).await);
    assert_eq!(told(&modules).await, [json!(["released", "on_login"])]);
    // The future is never polled.
    drop(log_in(&modules).await.on_login(Json("{}")));
    assert_eq!(told(&modules).await, [json!(["released", "on_login"])]);
}

#[tokio::test]
async fn a_client_that_does_not_wait_ends_what_the_module_does() {
    let mut config = later();
    config["hang"] = json!(["on_login"]);
    let modules = accepting(config).await;
    {
        let login = log_in(&modules).await;
        let mut told = std::pin::pin!(login.on_login(Json(r#"{"user_id": "@a:x"}"#)));
        assert!(poll_once(told.as_mut()).await.is_none());
        assert!(poll_once(told.as_mut()).await.is_none());
        assert_eq!(open(&modules).await, 1);
    }
    assert_eq!(told(&modules).await.last(), Some(&json!(["dropped", "on_login"])));
    assert_eq!(open(&modules).await, 0);
    assert_eq!(modules.shutdown(Duration::from_secs(60)).await, Shutdown::default());
}

/// The number of live futures of the module.
async fn open(modules: &Modules) -> u64 {
    let counts = web(modules, "GET", "/_synapse/client/recorder/counts").await.unwrap().1;
    counts["open"].as_u64().unwrap()
}

#[tokio::test]
async fn a_shutdown_waits_for_a_login_in_hand() {
    let modules = accepting(later()).await;
    let login = log_in(&modules).await;
    let mut shutdown = std::pin::pin!(modules.shutdown(Duration::from_secs(60)));
    assert!(poll_once(shutdown.as_mut()).await.is_none(), "a login is in hand");
    login.on_login(Json(r#"{"user_id": "@a:x"}"#)).await.unwrap();
    assert_eq!(shutdown.await, Shutdown::default());
}

#[tokio::test]
async fn a_shutdown_waits_no_longer_than_it_may_and_the_login_ends_nevertheless() {
    let modules = accepting(later()).await;
    let login = log_in(&modules).await;
    tokio::time::pause();
    let before = tokio::time::Instant::now();
    let shutdown = modules.shutdown(Duration::from_secs(3)).await;
    assert!(shutdown.calls_left && shutdown.failures.is_empty());
    assert_eq!(before.elapsed().as_secs(), 3);
    login.on_login(Json(r#"{"user_id": "@a:x"}"#)).await.unwrap();
}

#[tokio::test]
async fn a_login_without_a_closure_does_not_delay_the_shutdown() {
    let modules = accepting(json!({})).await;
    let login = log_in(&modules).await;
    tokio::time::pause();
    assert_eq!(modules.shutdown(Duration::from_secs(60)).await, Shutdown::default());
    assert_eq!(login.user_id(), "@alice:example.com");
}

#[tokio::test]
async fn a_module_gets_the_fields_that_it_registered_and_no_others() {
    let types = json!({"login_types": {"org.x.card": ["number", "pin"]}});
    let modules = Scene::new().module("good_recorder", types).load().await;
    let [card] = &modules.login_types()[..] else { panic!("one type is registered") };
    let whole = json!({"type": "org.x.card", "number": "1234", "pin": 0, "user": "alice"});
    let login_dict = card.login_dict(whole.as_object().unwrap()).unwrap();
    let provider = modules.password_auth_provider();
    provider.check_auth("alice", &card.name, Ser(&login_dict)).await.unwrap();
    let expected = json!([["check_auth", "alice", "org.x.card", {"number": "1234", "pin": 0}]]);
    assert_eq!(seen(&modules, "recorder").await, expected);
    let error = card.login_dict(json!({"number": 1}).as_object().unwrap()).unwrap_err();
    assert_eq!((error.status(), error.module()), (400, None));
    assert_snapshot!(error.message(), @"Missing parameters for login type org.x.card: ['pin']");
}
