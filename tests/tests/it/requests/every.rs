//! Tests for every request that arguments and answers arrive unchanged, and what happens if the
//! homeserver lacks it, fails, panics or is slow, for a plugin and for a linked module.

use hsmod_loader::values::{ErrorCode, ModuleError};
use hsmod_loader::{Host, Shutdown};
use hsmod_tests::requests_page::of_homeservers;
use serde_json::{Value, json};
use std::time::Duration;

use super::asker::{ask, both, supports, unanswered};
use super::cases::{answers, arguments, plain};
use super::host::{Behaviour, Homeserver, KNOWN, Known, host, mute};
use crate::support::without_lines;

#[test]
fn the_tests_know_every_request() {
    let known = |(name, arguments, answer): &Known| {
        let arguments = arguments.iter().map(|(name, kind)| format!("{name}: {}", plain(kind)));
        format!("{name}({}) -> {}", arguments.collect::<Vec<_>>().join(", "), plain(answer))
    };
    let rows: Vec<String> = of_homeservers()
        .flatten()
        .map(|row| known(&(row.name, row.arguments, row.answer)))
        .collect();
    assert_eq!(KNOWN.iter().map(known).collect::<Vec<_>>(), rows, "good_asker/src/every.rs");
}

/// The arguments that the homeserver should see. For an HTTP request, these are what its client
/// sent.
fn as_seen(request: &Known, arguments: &Value) -> Value {
    let mut seen = arguments.clone();
    if request.0 == "get_user_by_req" {
        let sent = json!(["POST", "/_synapse/client/asker/ask", "ü", "Bearer secret"]);
        seen["request"] = sent;
    }
    seen
}

#[tokio::test]
async fn arguments_and_answers_arrive_as_they_are() {
    let server = Homeserver::new(Behaviour::Panic);
    for (how, modules) in both(&host(&server), json!({})).await {
        for request in KNOWN {
            let (answers, arguments) = (answers(request), arguments(request));
            for index in 0..answers.len().max(arguments.len()) {
                let answer = &answers[index % answers.len()];
                let arguments = &arguments[index % arguments.len()];
                server.behave(Behaviour::Answer(answer.clone()));
                let outcome = ask(&modules, request.0, arguments).await;
                assert!(outcome == json!({"answer": answer}), "{how}: {}: {outcome}", request.0);
                let seen = vec![(request.0.to_owned(), as_seen(request, arguments))];
                assert!(server.seen() == seen, "{how}: {}: {arguments}", request.0);
            }
        }
    }
}

#[tokio::test]
async fn requests_that_a_homeserver_lacks_are_named_in_the_error() {
    // A host without any group, and one whose groups implement nothing.
    for lacking in [Host::new("example.com"), mute()] {
        for (how, modules) in both(&lacking, json!({})).await {
            for request in KNOWN {
                let outcome = ask(&modules, request.0, &arguments(request)[1]).await;
                let message = format!("this homeserver does not answer `{}`", request.0);
                assert_eq!(unanswered(&outcome), ("Unsupported", &*message), "{how}");
                assert!(!supports(&modules, request.0).await, "{how}: {}", request.0);
            }
        }
    }
    let server = Homeserver::new(Behaviour::Panic);
    for (how, modules) in both(&host(&server), json!({})).await {
        for request in KNOWN {
            assert!(supports(&modules, request.0).await, "{how}: {}", request.0);
        }
        assert!(!supports(&modules, "get_moon_phase").await, "{how}");
    }
}

#[tokio::test]
async fn failures_of_the_homeserver_reach_the_module() {
    let server = Homeserver::new(Behaviour::Panic);
    let fields = json!({"retry_after_ms": 5, "ü": [null]});
    let refusal = ModuleError::http(429, ErrorCode::LimitExceeded, "Too \u{1F408}")
        .fields(fields.as_object().unwrap().clone());
    let failures = [
        (
            refusal,
            json!({
                "status": 429, "errcode": "M_LIMIT_EXCEEDED", "message": "Too \u{1F408}",
                "fields": fields,
            }),
        ),
        (ModuleError::new("disk full"), json!({"message": "disk full"})),
        (ModuleError::cancelled(), json!({"cancelled": true})),
    ];
    for (how, modules) in both(&host(&server), json!({})).await {
        for request in KNOWN {
            for (error, shown) in &failures {
                server.behave(Behaviour::Fail(error.clone()));
                let outcome = ask(&modules, request.0, &arguments(request)[1]).await;
                assert_eq!(outcome, json!({"error": shown}), "{how}: {}", request.0);
            }
        }
    }
}

#[tokio::test]
async fn a_panic_of_the_homeserver_is_an_error_that_names_the_request() {
    let server = Homeserver::new(Behaviour::Panic);
    for (how, modules) in both(&host(&server), json!({})).await {
        for request in KNOWN {
            server.behave(Behaviour::Panic);
            let outcome = ask(&modules, request.0, &arguments(request)[1]).await;
            let message = without_lines(unanswered(&outcome).1);
            let (name, file) = (request.0, "tests/tests/it/requests/host.rs:<line>");
            let said = format!("the homeserver panicked in `{name}`: no more {name} ({file})");
            assert_eq!(message, said, "{how}");
            // Both sides still work afterwards.
            let answer = &answers(request)[0];
            server.behave(Behaviour::Answer(answer.clone()));
            let outcome = ask(&modules, request.0, &arguments(request)[2]).await;
            assert!(outcome == json!({"answer": answer}), "{how}: {name}: {outcome}");
        }
        assert_eq!(modules.shutdown(Duration::from_secs(60)).await, Shutdown::default());
    }
    let (begun, ended) = server.answers();
    assert_eq!(begun, ended, "an answer is left over");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn answers_that_take_their_time_arrive_from_any_thread() {
    let server = Homeserver::new(Behaviour::Panic);
    for (how, modules) in both(&host(&server), json!({})).await {
        for request in KNOWN {
            for (index, answer) in answers(request).iter().enumerate() {
                server.behave(Behaviour::Slowly(answer.clone()));
                let arguments = &arguments(request)[index % 3];
                let outcome = ask(&modules, request.0, arguments).await;
                assert!(outcome == json!({"answer": answer}), "{how}: {}: {outcome}", request.0);
                // The arguments were read before the first suspension, while they were still valid.
                assert_eq!(server.seen().len(), 1, "{how}: {}", request.0);
            }
        }
    }
}
