//! Tests that a homeserver that declares that it answers during shutdown gets requests until the
//! end of each module's `shutdown`, but not after it.

use std::pin::pin;
use std::time::Duration;

use hsmod_loader::{Host, Json, Shutdown, State};
use hsmod_tests::scene::Scene;
use serde_json::{Value, json};

use super::asker::{ask_during, both, loaded};
use super::host::{Behaviour, Homeserver, host};
use crate::support::{message, poll_once};

fn answering(server: &std::sync::Arc<Homeserver>) -> Host {
    host(server).answers_in_shutdown(true)
}

fn admin(times: usize) -> Value {
    json!({"request": "is_user_admin", "args": {"user_id": "@a:b"}, "times": times})
}

#[tokio::test]
async fn a_homeserver_can_answer_a_module_in_its_shutdown() {
    let server = Homeserver::new(Behaviour::Slowly(json!(true)));
    let config = json!({"during": {"shutdown": [admin(1), admin(300)]}});
    for (how, modules) in both(&answering(&server), config).await {
        let mut shutdown = modules.shutdown(Duration::from_secs(60)).await;
        // The limit of concurrent requests still applies.
        let (module, error) = shutdown.failures.pop().unwrap();
        assert_eq!(&*module, "good_asker", "{how}");
        let too_many = "`is_user_admin` is not answered: the module is already waiting for 256 \
                        answers";
        assert_eq!(error, too_many, "{how}");
        assert_eq!(server.seen().len(), 257, "{how}");
    }
    let config = json!({"during": {"shutdown": [admin(256)]}});
    for (how, modules) in both(&answering(&server), config).await {
        let shutdown = modules.shutdown(Duration::from_secs(60)).await;
        assert_eq!(shutdown, Shutdown::default(), "{how}");
        assert_eq!(server.seen().len(), 256, "{how}");
    }
}

#[tokio::test]
async fn a_homeserver_that_does_not_answer_in_shutdown_is_not_asked() {
    let server = Homeserver::new(Behaviour::Answer(json!(true)));
    let host = answering(&server).answers_in_shutdown(false);
    let modules = loaded(&host, json!({"during": {"shutdown": [admin(1)]}})).await;
    assert_eq!(modules.shutdown(Duration::from_secs(60)).await.failures.len(), 1);
    assert_eq!(server.answers(), (0, 0));
}

#[tokio::test]
async fn an_answer_that_does_not_come_ends_with_the_time_of_the_shutdown() {
    let server = Homeserver::new(Behaviour::WhenRung(json!(true)));
    for times in [1, 300] {
        let (before, _) = server.answers();
        let config = json!({"during": {"shutdown": [admin(times)]}});
        let modules = loaded(&answering(&server), config).await;
        tokio::time::pause();
        let shutdown = modules.shutdown(Duration::from_secs(1)).await;
        tokio::time::resume();
        let late = ("good_asker".into(), "did not come back within 1s".to_owned());
        assert_eq!(shutdown.failures, [late]);
        let asked = before + times.min(256);
        assert_eq!(server.answers(), (asked, asked), "what began is not over");
        server.ring();
        assert_eq!(server.answers(), (asked, asked));
    }
}

#[tokio::test]
async fn nothing_is_answered_after_the_shutdown() {
    let server = Homeserver::new(Behaviour::WhenRung(json!(true)));
    let modules = loaded(&answering(&server), json!({})).await;
    let during = json!({
        "user_may_invite": [admin(1), admin(1)], "shutdown": [admin(1)],
    });
    super::asker::send(&modules, "PUT", "asker/during", &during).await;
    let asked = modules.clone();
    let mut question = pin!(asked.spam_checker().user_may_invite("@a:b", "@b:b", "!r:b"));
    assert!(poll_once(question.as_mut()).await.is_none());
    server.behave(Behaviour::Answer(json!(true)));
    tokio::time::pause();
    let shutdown = modules.shutdown(Duration::from_secs(1)).await;
    assert!(shutdown.calls_left && shutdown.failures.is_empty(), "{shutdown:?}");
    assert_eq!(server.answers(), (2, 1), "not in its shutdown");
    server.ring();
    let error = question.await.unwrap_err();
    assert!(error.to_string().contains("the module is being shut down"), "{error}");
    assert_eq!(server.answers(), (2, 2));
}

#[tokio::test]
async fn modules_that_are_dropped_without_a_shutdown_are_not_answered() {
    let server = Homeserver::new(Behaviour::WhenRung(json!(true)));
    let modules = loaded(&answering(&server), json!({})).await;
    ask_during(&modules, "on_new_event", json!([admin(1), admin(1)])).await;
    let (event, state) = (message("@a:b", "hello"), State::new(std::sync::Arc::new(())));
    let told = modules.third_party_rules().on_new_event(Json(&event), &state).await.unwrap();
    while server.answers().0 == 0 {
        tokio::task::yield_now().await;
    }
    drop(modules);
    server.ring();
    told.await.unwrap();
    assert_eq!(server.answers(), (1, 1));
}

#[tokio::test]
async fn modules_that_end_since_another_one_did_not_start_are_answered_too() {
    let server = Homeserver::new(Behaviour::Answer(json!(true)));
    let last = json!({"during": {"shutdown": [admin(1)]}});
    let failing = json!({"during": {"start": [{"request": "sing"}]}});
    let scene = Scene::new().host(answering(&server)).module("good_asker", last);
    let refusal = scene.module("good_asker", failing).refusal().await;
    assert!(refusal.contains("this module knows no `sing`"), "{refusal}");
    assert_eq!(server.answers(), (1, 1));
}
