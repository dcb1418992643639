//! Shows that every callback of every category reaches a module with the arguments the homeserver
//! gave, and that its failure means what its row says.

use std::collections::BTreeMap;

use hsmod_loader::policy::{Combining, OnFailure, POLICIES, Policy};
use hsmod_loader::{CallErrorKind, FailureKind, Modules};
use hsmod_tests::scene::Scene;
use serde_json::{Value, json};
use tracing::level_filters::LevelFilter;

use crate::every_callback::{arguments, call};
use crate::log::Log;
use crate::support::{seen, seen_names};

/// What the homeserver gets if nobody objects.
fn neutral(policy: &Policy) -> &'static str {
    match policy.callback {
        "should_drop_federated_event" => "Keep",
        "check_username_for_spam" => "Visible",
        "check_registration_for_spam" => "Allow",
        "check_event_allowed" | "is_user_expired" => "None",
        "on_create_room" => r#"{"name": "cats"}"#,
        "on_user_search" => r#"{"results": []}"#,
        _ => "()",
    }
}

/// What a module has noted after this callback was called once.
fn noted(policy: &Policy) -> Value {
    let call = |callback: &str, arguments: Value| {
        let mut call = vec![Value::from(callback)];
        call.extend(arguments.as_array().unwrap().iter().cloned());
        Value::from(call)
    };
    let own = call(policy.callback, arguments(policy.full_name));
    if policy.combining == Combining::ThenUserMayInvite {
        let second = json!(["@other:example.org", "@user:example.com", "!room:example.com"]);
        return json!([own, call("user_may_invite", second)]);
    }
    json!([own])
}

#[tokio::test]
async fn every_callback_gets_exactly_the_arguments_of_the_homeserver() {
    for suspend in [false, true] {
        let first = json!({"name": "first", "suspend": suspend});
        let second = json!({"name": "second", "suspend": suspend});
        let scene = Scene::new().module("good_recorder", first);
        let modules = scene.module("good_recorder", second).load().await;
        for policy in POLICIES {
            let name = policy.full_name;
            let answer = call(&modules, name).await.unwrap_or_else(|error| panic!("{error}"));
            assert_eq!(answer, neutral(policy), "{name}");
            assert_eq!(seen(&modules, "first").await, noted(policy), "{name}");
            assert_eq!(seen(&modules, "second").await, noted(policy), "{name}");
        }
    }
}

#[tokio::test]
async fn a_callback_reaches_those_who_registered_it_and_nobody_else() {
    let half = |name: &str, odd: usize| {
        let own = POLICIES.iter().skip(odd).step_by(2).map(|policy| policy.callback);
        json!({"name": name, "callbacks": own.collect::<Vec<_>>()})
    };
    let scene = Scene::new().module("good_recorder", half("even", 0));
    let modules = scene.module("good_recorder", half("odd", 1)).load().await;
    for (index, policy) in POLICIES.iter().enumerate() {
        assert_eq!(call(&modules, policy.full_name).await.unwrap(), neutral(policy));
        for (odd, name) in ["even", "odd"].iter().enumerate() {
            let seen = seen_names(&modules, name).await;
            let registered = seen.iter().any(|callback| callback == policy.callback);
            assert_eq!(registered, index % 2 == odd, "{name}: {}", policy.full_name);
        }
    }
}

#[tokio::test]
async fn the_first_objection_decides() {
    let modules = answering("deny".into()).await;
    for policy in POLICIES {
        let name = policy.full_name;
        let answer = call(&modules, name).await;
        let decided = match policy.callback {
            "should_drop_federated_event" => Some("Drop"),
            "check_username_for_spam" => Some("Hidden"),
            "is_user_expired" => Some("Some(true)"),
            _ if name.contains(".on_") => Some(neutral(policy)),
            _ => None,
        };
        match (answer, decided) {
            (Ok(answer), Some(decided)) => assert_eq!(answer, decided, "{name}"),
            (Err(error), None) => {
                assert_eq!(error.kind(), CallErrorKind::Denied, "{name}");
                assert_eq!(error.module(), Some("good_recorder"), "{name}");
                let refusal = policy.refusal;
                assert_eq!((error.status(), &*error.errcode()), (refusal.status, refusal.errcode));
                assert_eq!((error.message(), error.callback()), (refusal.message.to_owned(), name));
            }
            (answer, _) => panic!("{name}: {answer:?}"),
        }
        let asked_all = name.contains(".on_");
        assert_eq!(!seen(&modules, "second").await.as_array().unwrap().is_empty(), asked_all);
    }
}

#[tokio::test]
async fn a_failure_means_what_the_row_says() {
    let modules = answering(json!({"fail": "no database"})).await;
    for policy in POLICIES {
        let (outcome, log) = outcome(&modules, policy).await;
        let expected = match policy.on_failure {
            OnFailure::Propagate => failed(500, FailureKind::Error),
            OnFailure::LogAndContinue | OnFailure::Log => Outcome::WentOn,
            _ => denied(403, policy.refusal.message),
        };
        assert_eq!(outcome, expected, "{}", policy.full_name);
        let logged = log.contains("[good_recorder]") && log.contains("no database");
        assert_eq!(logged, policy.on_failure != OnFailure::Propagate, "{}", policy.full_name);
    }
}

#[tokio::test]
async fn an_http_refusal_means_what_the_row_says() {
    let refuse = json!({"refuse": {"status": 418, "errcode": "TEAPOT", "message": "short and stout",
        "fields": {"handle": 1}}});
    let modules = answering(refuse).await;
    for policy in POLICIES {
        let expected = match policy.on_failure {
            OnFailure::LogAndContinue | OnFailure::Log => Outcome::WentOn,
            _ => denied(418, "short and stout"),
        };
        assert_eq!(outcome(&modules, policy).await.0, expected, "{}", policy.full_name);
        if expected != Outcome::WentOn {
            let body = call(&modules, policy.full_name).await.unwrap_err().body();
            let whole = json!({"errcode": "TEAPOT", "error": "short and stout", "handle": 1});
            assert_eq!(Value::from(body), whole);
        }
    }
}

#[tokio::test]
async fn a_cancellation_means_what_the_row_says() {
    let modules = answering("cancelled".into()).await;
    for policy in POLICIES {
        let expected = match policy.on_failure {
            OnFailure::Propagate | OnFailure::LogAndContinue => failed(499, FailureKind::Cancelled),
            OnFailure::Log => Outcome::WentOn,
            _ => denied(403, policy.refusal.message),
        };
        assert_eq!(outcome(&modules, policy).await.0, expected, "{}", policy.full_name);
    }
}

#[tokio::test]
async fn a_verdict_says_what_the_client_sees_unless_the_row_is_fixed() {
    let deny = json!({"deny_with": {"errcode": "ORG.EXAMPLE", "message": "not today",
        "fields": {"until": "tomorrow", "error": "overridden"}}});
    let modules = answering(deny).await;
    for callback in ["user_may_invite", "check_login_for_spam", "check_media_file_for_spam"] {
        let name = format!("spam_checker.{callback}");
        let fixed = POLICIES.iter().find(|row| row.full_name == name).unwrap().refusal.fixed;
        let body = Value::from(call(&modules, &name).await.unwrap_err().body());
        let own = json!({"errcode": "ORG.EXAMPLE", "error": "overridden", "until": "tomorrow"});
        let rows = json!({"errcode": "M_UNKNOWN", "error": "Bad content"});
        assert_eq!(body, if fixed { rows } else { own }, "{callback}");
    }
}

#[tokio::test]
async fn changes_are_seen_by_the_next_module_and_by_the_homeserver() {
    let replace = |name: &str| {
        let answers = ["on_create_room", "on_user_search", "check_event_allowed"];
        let answers: BTreeMap<_, _> =
            answers.map(|callback| (callback, json!({"replace": {"by": name}}))).into();
        json!({"name": name, "answers": answers})
    };
    let scene = Scene::new().module("good_recorder", replace("first"));
    let modules = scene.module("good_recorder", replace("second")).load().await;
    for callback in ["on_create_room", "on_user_search"] {
        let answer = call(&modules, &format!("third_party_rules.{callback}")).await.unwrap();
        assert_eq!(answer, r#"{"by":"second"}"#);
        assert!(seen(&modules, "second").await.to_string().contains(r#"{"by":"first"}"#));
    }
    let replacement = call(&modules, "third_party_rules.check_event_allowed").await.unwrap();
    assert!(replacement.contains("first") && !replacement.contains("second"), "{replacement}");
    assert_eq!(seen_names(&modules, "second").await, Vec::<String>::new());
}

#[tokio::test]
async fn an_event_that_cannot_be_read_is_the_homeservers_fault() {
    let modules = Scene::new().module("good_recorder", json!({})).load().await;
    let state = hsmod_loader::State::new(std::sync::Arc::new(()));
    let broken = hsmod_loader::Json("{\"type\": 3}");
    let (spam_checker, third_party_rules) = (modules.spam_checker(), modules.third_party_rules());
    let errors = [
        spam_checker.check_event_for_spam(broken).await.unwrap_err(),
        third_party_rules.check_event_allowed(broken, &state).await.unwrap_err(),
        spam_checker.federated_user_may_invite(broken).await.unwrap_err(),
        third_party_rules.on_new_event(broken, &state).await.unwrap_err(),
    ];
    for error in errors {
        assert_eq!((error.kind(), error.module()), (CallErrorKind::Input, None));
        assert_eq!(error.status(), 500);
        assert!(error.to_string().contains("an event cannot be read: "), "{error}");
    }
    assert_eq!(seen(&modules, "recorder").await, json!([]));
}

/// Two modules; the first gives this answer to everything.
async fn answering(answer: Value) -> Modules {
    let answers: BTreeMap<_, _> =
        POLICIES.iter().map(|policy| (policy.callback, answer.clone())).collect();
    let scene = Scene::new().module("good_recorder", json!({"name": "first", "answers": answers}));
    scene.module("good_recorder", json!({"name": "second"})).load().await
}

/// How a call ended whose first module failed.
#[derive(Debug, PartialEq)]
enum Outcome {
    /// The second module was asked, and the homeserver knows nothing of it.
    WentOn,
    /// The second module was not asked; kind, status and text of the error.
    Ended(CallErrorKind, u16, String),
}

fn failed(status: u16, kind: FailureKind) -> Outcome {
    let message = if status == 499 { "Request cancelled" } else { "Internal server error" };
    Outcome::Ended(CallErrorKind::Failed(kind), status, message.to_owned())
}

fn denied(status: u16, message: &str) -> Outcome {
    Outcome::Ended(CallErrorKind::Denied, status, message.to_owned())
}

/// The outcome, and what was logged.
async fn outcome(modules: &Modules, policy: &Policy) -> (Outcome, String) {
    let (log, _listening) = Log::listen(LevelFilter::WARN);
    let answer = call(modules, policy.full_name).await;
    let asked = !seen(modules, "second").await.as_array().unwrap().is_empty();
    let outcome = match answer {
        Ok(answer) => {
            assert!(asked, "{}: a module was left out", policy.full_name);
            assert_eq!(answer, neutral(policy), "{}", policy.full_name);
            Outcome::WentOn
        }
        Err(error) => {
            assert!(!asked, "{}: the next module was asked", policy.full_name);
            assert_eq!(error.module(), Some("good_recorder"));
            Outcome::Ended(error.kind(), error.status(), error.message())
        }
    };
    (outcome, log.text())
}
