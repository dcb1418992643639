//! Tests that the two example plugins work as documented.

use std::time::Duration;

use hsmod_loader::{Json, Modules};
use hsmod_tests::scene::Scene;
use serde_json::json;

use crate::support::{message, web};

async fn both() -> Modules {
    Scene::new()
        .module("list_spam_checker", json!({"evil_users": ["@evil:example.com"]}))
        .module("demo", json!({}))
        .load()
        .await
}

#[tokio::test]
async fn events_of_listed_users_are_spam() {
    let modules = both().await;
    let spam_checker = modules.spam_checker();
    spam_checker.check_event_for_spam(Json(&message("@good:example.com", "hi"))).await.unwrap();
    let error = spam_checker
        .check_event_for_spam(Json(&message("@evil:example.com", "hi")))
        .await
        .unwrap_err();
    assert_eq!((error.status(), error.module()), (403, Some("list_spam_checker")));
    assert_eq!(
        error.body(),
        *json!({"errcode": "M_FORBIDDEN", "error": "This message has been rejected as probable spam"})
            .as_object()
            .unwrap()
    );
    modules.shutdown(Duration::from_secs(5)).await;
}

#[tokio::test]
async fn the_denied_user_creates_no_rooms() {
    let modules = both().await;
    let spam_checker = modules.spam_checker();
    spam_checker.user_may_create_room("@good:example.com", Json("{}")).await.unwrap();
    let error =
        spam_checker.user_may_create_room("@evilguy:example.com", Json("{}")).await.unwrap_err();
    assert_eq!(error.message(), "You are not permitted to create rooms");
    assert_eq!(error.module(), Some("demo"));
}

#[tokio::test]
async fn web_resources_answer_as_documented() {
    let modules = both().await;
    let is_evil = "/_synapse/client/list_spam_checker/is_evil";
    let evil = format!("{is_evil}?user=%40evil%3Aexample.com");
    assert_eq!(web(&modules, "GET", &evil).await, Some((200, json!({"evil": true}))));
    let missing = web(&modules, "GET", is_evil).await.unwrap();
    assert_eq!((missing.0, missing.1["errcode"].as_str()), (400, Some("M_MISSING_PARAM")));
    assert_eq!(web(&modules, "POST", &evil).await.unwrap().0, 405);
    assert_eq!(web(&modules, "OPTIONS", is_evil).await.unwrap().0, 204);
    assert_eq!(web(&modules, "GET", &format!("{is_evil}/child")).await, None);
    let hello = "/_synapse/client/demo/hello";
    for path in [format!("{hello}?name=bob"), format!("{hello}/child?name=bob")] {
        assert_eq!(web(&modules, "GET", &path).await, Some((200, json!({"hello": "bob"}))));
    }
    assert_eq!(web(&modules, "GET", "/_synapse/client/nope").await, None);
}
