//! Tests that a module that makes too many concurrent requests is refused, without affecting
//! others.

use std::pin::pin;
use std::sync::Arc;

use hsmod_loader::Modules;
use hsmod_tests::scene::Scene;
use serde_json::{Value, json};

use super::asker::{ask, ask_at_once, both, send, unanswered};
use super::host::{Behaviour, Homeserver, host};
use crate::support::poll_once;

/// The maximum number of concurrent requests of one module.
const AT_ONCE: usize = 256;

fn user() -> Value {
    json!({"user_id": "@a:b"})
}

async fn is_answered(modules: &Modules) -> bool {
    ask(modules, "is_user_admin", &user()).await == json!({"answer": true})
}

#[tokio::test]
async fn requests_up_to_the_limit_are_answered_and_the_rest_get_an_error() {
    let server = Homeserver::new(Behaviour::WhenRung(json!(true)));
    for (how, modules) in both(&host(&server), json!({})).await {
        server.behave(Behaviour::WhenRung(json!(true)));
        let (before, _) = server.answers();
        let mut storm = pin!(ask_at_once(&modules, "is_user_admin", AT_ONCE + 44));
        assert!(poll_once(storm.as_mut()).await.is_none(), "{how}");
        assert_eq!(server.answers(), (before + AT_ONCE, before), "{how}");
        // The limit is reached, so any further request is refused.
        server.behave(Behaviour::Answer(json!(true)));
        assert!(!is_answered(&modules).await, "{how}");
        server.ring();
        let outcomes = storm.await;
        let (answered, refused) = outcomes.split_at(AT_ONCE);
        assert!(answered.iter().all(|outcome| *outcome == json!({"answer": true})), "{how}");
        assert_eq!(refused.len(), 44, "{how}");
        for outcome in refused {
            let message =
                "`is_user_admin` is not answered: the module is already waiting for 256 answers";
            assert_eq!(unanswered(outcome), ("TooMany", message), "{how}");
        }
        // Afterwards the module can make as many requests again.
        assert!(is_answered(&modules).await, "{how}");
        let outcomes = ask_at_once(&modules, "is_user_admin", AT_ONCE).await;
        assert!(outcomes.iter().all(|outcome| *outcome == json!({"answer": true})), "{how}");
    }
}

#[tokio::test]
async fn a_storm_that_is_dropped_leaves_room_for_the_next() {
    let server = Homeserver::new(Behaviour::WhenRung(json!(true)));
    for (how, modules) in both(&host(&server), json!({})).await {
        server.behave(Behaviour::WhenRung(json!(true)));
        {
            let mut storm = pin!(ask_at_once(&modules, "is_user_admin", AT_ONCE));
            assert!(poll_once(storm.as_mut()).await.is_none(), "{how}");
        }
        // Panics and errors release their places, too.
        server.behave(Behaviour::Panic);
        ask_at_once(&modules, "is_user_admin", 2 * AT_ONCE).await;
        server.behave(Behaviour::Answer(json!(true)));
        let outcomes = ask_at_once(&modules, "is_user_admin", 2 * AT_ONCE).await;
        assert!(outcomes.iter().all(|outcome| *outcome == json!({"answer": true})), "{how}");
        let (begun, ended) = server.answers();
        assert_eq!(begun, ended, "{how}");
    }
}

#[tokio::test]
async fn a_storm_of_one_module_takes_no_other_modules_place() {
    let server = Homeserver::new(Behaviour::WhenRung(json!(true)));
    let scene = Scene::new().host(host(&server)).module("good_asker", json!({}));
    let modules = scene.module("good_asker", json!({"name": "calm"})).load().await;
    let mut storm = pin!(ask_at_once(&modules, "is_user_admin", 2 * AT_ONCE));
    assert!(poll_once(storm.as_mut()).await.is_none());
    server.behave(Behaviour::Answer(json!(true)));
    assert!(!is_answered(&modules).await);
    let body = json!({"request": "is_user_admin", "args": user()});
    let outcome = send(&modules, "POST", "calm/ask", &body).await;
    assert_eq!(outcome, json!({"answer": true}));
    server.ring();
    storm.await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn storms_from_many_threads_are_all_answered_in_the_end() {
    let server = Homeserver::new(Behaviour::Answer(json!(true)));
    let modules = super::asker::loaded(&host(&server), json!({})).await;
    let storm = |modules: Modules| async move {
        for _ in 0..20 {
            let outcomes = ask_at_once(&modules, "is_user_admin", 50).await;
            assert!(outcomes.iter().all(|outcome| *outcome == json!({"answer": true})));
        }
    };
    let storms: Vec<_> = (0..4).map(|_| tokio::spawn(storm(modules.clone()))).collect();
    for storm in storms {
        storm.await.unwrap();
    }
    assert_eq!(server.answers(), (4_000, 4_000));
    assert_eq!(Arc::strong_count(&server), 1, "an answer still holds the homeserver");
}
