//! Tests that dropping a request ends it in the homeserver, once, and that a late answer does no
//! harm.

use std::pin::pin;
use std::time::Duration;

use hsmod_loader::{CallError, Modules, Shutdown};
use serde_json::{Value, json};

use super::asker::{ask, ask_during, both, loaded, told, unanswered};
use super::cases::{answers, arguments};
use super::host::{Behaviour, Homeserver, KNOWN, host};
use crate::support::poll_once;

#[tokio::test]
async fn every_request_that_is_dropped_drops_the_homeservers_future_once() {
    let server = Homeserver::new(Behaviour::Panic);
    for (how, modules) in both(&host(&server), json!({})).await {
        for request in KNOWN {
            let (before, _) = server.answers();
            let answer = answers(request).swap_remove(0);
            server.behave(Behaviour::WhenRung(answer.clone()));
            let arguments = arguments(request);
            {
                let mut question = pin!(ask(&modules, request.0, &arguments[0]));
                assert!(poll_once(question.as_mut()).await.is_none(), "{how}: {}", request.0);
                assert!(poll_once(question.as_mut()).await.is_none(), "{how}: {}", request.0);
                assert_eq!(server.answers(), (before + 1, before), "{how}: {}", request.0);
            }
            assert_eq!(server.answers(), (before + 1, before + 1), "{how}: {}", request.0);
            // This answer is too late. The next request is awaited.
            server.ring();
            let mut question = pin!(ask(&modules, request.0, &arguments[1]));
            assert!(poll_once(question.as_mut()).await.is_none(), "{how}: {}", request.0);
            server.ring();
            let outcome = question.await;
            assert!(outcome == json!({"answer": answer}), "{how}: {}: {outcome}", request.0);
            assert_eq!(server.answers(), (before + 2, before + 2), "{how}: {}", request.0);
        }
        assert_eq!(modules.shutdown(Duration::from_secs(60)).await, Shutdown::default());
    }
}

fn admin() -> Value {
    json!([{"request": "is_user_admin", "args": {"user_id": "@a:b"}}])
}

async fn invite(modules: &Modules) -> Result<(), CallError> {
    modules.spam_checker().user_may_invite("@a:b", "@b:b", "!r:b").await
}

#[tokio::test]
async fn the_deadline_of_a_callback_ends_its_requests() {
    let server = Homeserver::new(Behaviour::WhenRung(json!(true)));
    for (how, modules) in both(&host(&server), json!({})).await {
        let (before, _) = server.answers();
        ask_during(&modules, "user_may_invite", admin()).await;
        tokio::time::pause();
        let error = invite(&modules).await.unwrap_err();
        tokio::time::resume();
        assert_eq!(error.module(), Some("good_asker"), "{how}");
        assert_eq!(server.answers(), (before + 1, before + 1), "{how}");
        server.ring();
        assert_eq!(told(&modules).await, json!([]), "{how}: it went on");
        assert_eq!(modules.shutdown(Duration::from_secs(60)).await, Shutdown::default());
    }
}

#[tokio::test]
async fn a_callback_that_is_dropped_ends_its_requests() {
    let server = Homeserver::new(Behaviour::WhenRung(json!(true)));
    for (how, modules) in both(&host(&server), json!({})).await {
        let (before, _) = server.answers();
        ask_during(&modules, "user_may_invite", admin()).await;
        {
            let mut question = pin!(invite(&modules));
            assert!(poll_once(question.as_mut()).await.is_none(), "{how}");
            assert_eq!(server.answers(), (before + 1, before), "{how}");
        }
        assert_eq!(server.answers(), (before + 1, before + 1), "{how}");
        server.ring();
        assert_eq!(told(&modules).await, json!([]), "{how}: it went on");
    }
}

#[tokio::test]
async fn nothing_is_answered_while_a_module_is_shut_down() {
    let server = Homeserver::new(Behaviour::Answer(json!(true)));
    for (how, modules) in both(&host(&server), json!({"during": {"shutdown": admin()}})).await {
        let shutdown = modules.shutdown(Duration::from_secs(60)).await;
        let message = "`is_user_admin` is not answered: the module is being shut down".to_owned();
        assert_eq!(shutdown.failures, [("good_asker".into(), message)], "{how}");
        assert_eq!(server.seen(), [], "{how}");
    }
}

#[tokio::test]
async fn a_callback_that_outlives_its_module_gets_no_further_answers() {
    let server = Homeserver::new(Behaviour::WhenRung(json!(true)));
    let modules = loaded(&host(&server), json!({})).await;
    let twice = json!([admin()[0], admin()[0]]);
    ask_during(&modules, "user_may_invite", twice).await;
    let asked = modules.clone();
    let mut question = pin!(invite(&asked));
    assert!(poll_once(question.as_mut()).await.is_none());
    tokio::time::pause();
    let shutdown = modules.shutdown(Duration::from_secs(1)).await;
    assert!(shutdown.calls_left && shutdown.failures.is_empty(), "{shutdown:?}");
    // A request that had begun is answered; the next one is not.
    server.ring();
    let error = question.await.unwrap_err();
    assert!(error.to_string().contains("the module is being shut down"), "{error}");
    assert_eq!(server.answers(), (1, 1));
}

#[tokio::test]
async fn a_start_that_failed_leaves_no_module_with_answers() {
    let server = Homeserver::new(Behaviour::Fail(hsmod_loader::values::ModuleError::new("no")));
    let scene = hsmod_tests::scene::Scene::new().host(host(&server));
    let refusal = scene.module("good_asker", json!({"during": {"start": admin()}})).refusal().await;
    insta::assert_snapshot!(refusal, @"
    error: module `good_asker`: start: no
      fix: fix what the message says, or remove the module
    ");
    assert_eq!(server.answers(), (1, 1));
}

#[tokio::test]
async fn an_answer_that_is_not_ready_in_new_is_cancelled() {
    let server = Homeserver::new(Behaviour::WhenRung(json!(true)));
    let scene = hsmod_tests::scene::Scene::new().host(host(&server));
    let refusal = scene.module("good_asker", json!({"during": {"new": admin()}})).refusal().await;
    insta::assert_snapshot!(refusal, @"
    error: module `good_asker`: new: an answer is not ready
      fix: fix what the message says, or remove the module
    ");
    assert_eq!(server.answers(), (1, 1));
    server.ring();
    let modules = loaded(&host(&server), json!({})).await;
    let outcome = ask(&modules, "no_such_request", &json!({})).await;
    assert_eq!(unanswered(&outcome), ("", "this module knows no `no_such_request`"));
}
