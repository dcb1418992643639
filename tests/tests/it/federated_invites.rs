//! Tests that a homeserver that itself calls `user_may_invite` after `federated_user_may_invite`,
//! as Synapse does, can call the first alone and gets the same result.

use std::collections::BTreeMap;

use hsmod_loader::{CallError, CallErrorKind, FailureKind, Json, Modules};
use hsmod_tests::scene::Scene;
use serde_json::{Value, json};

use crate::support::{seen_names, web};

const FIRST: &str = "federated_user_may_invite";
const SECOND: &str = "user_may_invite";

/// The possible answers to either callback.
fn answers() -> [Value; 7] {
    [
        "allow".into(),
        "deny".into(),
        json!({"deny_with": {"errcode": "ORG.EXAMPLE", "message": "no", "fields": {"n": 1}}}),
        json!({"refuse": {"status": 418, "errcode": "TEAPOT", "message": "short", "fields": {}}}),
        json!({"fail": "no database"}),
        json!({"panic": "no database"}),
        "cancelled".into(),
    ]
}

fn invite(room: &str) -> String {
    json!({
        "event_id": "$1", "room_id": room, "sender": "@a:b", "type": "m.room.member",
        "state_key": "@c:d", "origin_server_ts": 1, "content": {"membership": "invite"},
    })
    .to_string()
}

/// Two modules that registered both callbacks.
async fn two(answers: [&Value; 2], suspend: bool) -> Modules {
    let config = |name: &str, answers: Value| json!({"name": name, "suspend": suspend, "callbacks": [FIRST, SECOND], "answers": answers});
    let first = config("first", json!({FIRST: answers[0], SECOND: answers[1]}));
    let scene = Scene::new().module("good_recorder", first);
    scene.module("good_recorder", config("second", json!({}))).load().await
}

async fn alone(modules: &Modules) -> Result<(), CallError> {
    alone_in(modules, "!r:b").await
}

async fn alone_in(modules: &Modules, room: &str) -> Result<(), CallError> {
    let (spam_checker, invite) = (modules.spam_checker(), invite(room));
    spam_checker.federated_user_may_invite(Json(&invite)).without_user_may_invite().await
}

async fn both(modules: &Modules) -> Result<(), CallError> {
    modules.spam_checker().federated_user_may_invite(Json(&invite("!r:b"))).await
}

/// The calls of both modules, in order.
async fn asked(modules: &Modules) -> [Vec<String>; 2] {
    [seen_names(modules, "first").await, seen_names(modules, "second").await]
}

#[tokio::test]
async fn asked_alone_it_asks_nothing_else() {
    let allow = "allow".into();
    let modules = two([&allow, &"deny".into()], false).await;
    alone(&modules).await.unwrap();
    assert_eq!(asked(&modules).await, [[FIRST], [FIRST]]);
    let counts = modules.counts().into_iter().flat_map(|counts| counts.callbacks);
    let counts = counts.map(|(policy, counts)| (policy.callback, counts.called));
    assert_eq!(counts.collect::<Vec<_>>(), [(FIRST, 1), (FIRST, 1)]);
    // Called as usual, it goes on to the second callback.
    let error = both(&modules).await.unwrap_err();
    assert_eq!(
        (error.module(), error.callback()),
        (Some("good_recorder"), "spam_checker.user_may_invite")
    );
    assert_eq!(asked(&modules).await, [vec![FIRST, SECOND], vec![FIRST]]);
    // No module registered the first callback, one the second.
    let only = json!({"callbacks": [SECOND], "answers": {SECOND: "deny"}});
    let modules = Scene::new().module("good_recorder", only).load().await;
    alone(&modules).await.unwrap();
    assert_eq!(seen_names(&modules, "recorder").await, Vec::<String>::new());
    assert!(both(&modules).await.unwrap_err().is_denial());
}

#[tokio::test]
async fn two_separate_calls_give_the_same_result_as_one() {
    // The answers depend on the room.
    let about = |step: &str| {
        let answers = answers().into_iter().enumerate();
        answers.map(|(n, answer)| (format!("{step}{n}"), answer)).collect::<BTreeMap<_, _>>()
    };
    let about = json!({FIRST: about("first"), SECOND: about("second")});
    for suspend in [false, true] {
        let config = |name: &str, about: &Value| json!({"name": name, "suspend": suspend, "callbacks": [FIRST, SECOND], "about": about});
        let scene = Scene::new().module("good_recorder", config("first", &about));
        let modules = scene.module("good_recorder", config("second", &json!({}))).load().await;
        for (first, second) in (0..7).flat_map(|first| (0..7).map(move |second| (first, second))) {
            let room = format!("!first{first}second{second}:b");
            let spam_checker = modules.spam_checker();
            let whole = spam_checker.federated_user_may_invite(Json(&invite(&room))).await;
            let asked_whole = asked(&modules).await;
            let steps = match alone_in(&modules, &room).await {
                Ok(()) => spam_checker.user_may_invite("@a:b", "@c:d", &room).await,
                refused => refused,
            };
            assert_eq!(asked(&modules).await, asked_whole, "{room}");
            assert_eq!(whole.is_ok(), (first, second) == (0, 0), "{room}");
            // Leave out the message, which for a denial without one depends on the callback.
            let shown = |error: CallError| {
                let who = (error.callback(), error.module().map(str::to_owned));
                (error.kind(), error.status(), error.errcode(), error.fields(), who)
            };
            assert_eq!(steps.map_err(shown), whole.map_err(shown), "{room}");
        }
    }
}

#[tokio::test]
async fn the_first_denial_and_the_first_failure_end_it() {
    let allow = "allow".into();
    let expected = [
        (CallErrorKind::Denied, 403, "M_FORBIDDEN"),
        (CallErrorKind::Denied, 403, "ORG.EXAMPLE"),
        (CallErrorKind::Denied, 418, "TEAPOT"),
        (CallErrorKind::Failed(FailureKind::Error), 500, "M_UNKNOWN"),
        (CallErrorKind::Failed(FailureKind::Panicked), 500, "M_UNKNOWN"),
        (CallErrorKind::Failed(FailureKind::Cancelled), 499, "M_UNKNOWN"),
    ];
    for (answer, (kind, status, errcode)) in answers()[1..].iter().zip(expected) {
        let modules = two([answer, &allow], false).await;
        let error = alone(&modules).await.unwrap_err();
        assert_eq!((error.kind(), error.status(), &*error.errcode()), (kind, status, errcode));
        assert_eq!(error.callback(), "spam_checker.federated_user_may_invite");
        assert_eq!(asked(&modules).await, [vec![FIRST], vec![]], "{answer}");
        let counts = modules.counts()[0].callbacks[0].1;
        let denied = u64::from(kind == CallErrorKind::Denied);
        assert_eq!((counts.called, counts.denied, counts.failed), (1, denied, 1 - denied));
    }
    let modules = two([&"deny".into(), &allow], false).await;
    let message = alone(&modules).await.unwrap_err().message();
    assert_eq!(message, "This user is not permitted to send invites to this server/user");
}

#[tokio::test]
async fn only_the_second_question_needs_to_know_who_is_invited() {
    let allow = "allow".into();
    let modules = two([&allow, &allow], false).await;
    let mut event: Value = serde_json::from_str(&invite("!r:b")).unwrap();
    event.as_object_mut().unwrap().remove("state_key");
    let (event, spam_checker) = (event.to_string(), modules.spam_checker());
    let alone = spam_checker.federated_user_may_invite(Json(&event)).without_user_may_invite();
    alone.await.unwrap();
    let error = spam_checker.federated_user_may_invite(Json(&event)).await.unwrap_err();
    assert_eq!(error.kind(), CallErrorKind::Input);
    let broken = spam_checker.federated_user_may_invite(Json("[]")).without_user_may_invite();
    assert_eq!(broken.await.unwrap_err().kind(), CallErrorKind::Input);
}

#[tokio::test]
async fn called_alone_it_can_be_cancelled() {
    let config = json!({"callbacks": [FIRST, SECOND], "hang": [FIRST]});
    let modules = Scene::new().module("good_recorder", config).load().await;
    let mut question = Box::pin(alone(&modules));
    assert!(crate::support::poll_once(question.as_mut()).await.is_none());
    drop(question);
    let seen = web(&modules, "GET", "/_synapse/client/recorder/seen").await.unwrap().1;
    assert_eq!(seen[1], json!(["dropped", FIRST]), "{seen}");
}
