//! Tests that a module's failure has the effect that the row says, for every callback.

use hsmod_loader::policy::{OnFailure, POLICIES, Policy};
use hsmod_loader::stats::Counts;
use hsmod_loader::{CallErrorKind, FailureKind, Modules};
use serde_json::{Value, json};
use tracing::level_filters::LevelFilter;

use crate::every_callback::call;
use crate::log::{Line, Log};
use crate::rows::{answering, neutral, two};
use crate::support::seen;

#[tokio::test]
async fn a_failure_means_what_the_row_says() {
    let modules = answering(json!({"fail": "no database"})).await;
    failures_mean_what_the_rows_say(&modules, FailureKind::Error, "no database").await;
}

#[tokio::test]
async fn a_panic_means_what_the_row_says() {
    let modules = answering(json!({"panic": "no database"})).await;
    failures_mean_what_the_rows_say(&modules, FailureKind::Panicked, "panicked: no database").await;
}

#[tokio::test]
async fn a_module_that_is_too_late_means_what_the_row_says() {
    let hang: Value = POLICIES.iter().map(|policy| policy.callback).collect();
    let modules = two(json!({"hang": hang})).await;
    tokio::time::pause();
    failures_mean_what_the_rows_say(&modules, FailureKind::TimedOut, "no answer within 10s").await;
}

/// Checks all rows with modules whose first one always fails like this. `why` is in the log.
async fn failures_mean_what_the_rows_say(modules: &Modules, kind: FailureKind, why: &str) {
    for policy in POLICIES {
        let (outcome, lines) = outcome(modules, policy).await;
        let expected = match policy.on_failure {
            OnFailure::Propagate => failed(500, kind),
            OnFailure::LogAndContinue | OnFailure::Log => Outcome::WentOn,
            OnFailure::Conceal => concealed(),
            _ => denied(403, policy.refusal.message),
        };
        assert_eq!(outcome, expected, "{}", policy.full_name);
        let level = if outcome == Outcome::WentOn { "WARN" } else { "ERROR" };
        let message = format!("module `good_recorder`: {}: {why}", policy.full_name);
        assert_logged_once(&lines, policy, level, kind.as_str(), &message);
        let counted = counted(modules, policy);
        assert_eq!((counted.denied, counted.failed), (0, 1), "{}", policy.full_name);
    }
}

#[tokio::test]
async fn an_http_refusal_means_what_the_row_says() {
    let refuse = json!({"refuse": {"status": 418, "errcode": "TEAPOT", "message": "short and stout",
        "fields": {"handle": 1}}});
    let modules = answering(refuse).await;
    for policy in POLICIES {
        let (expected, body) = match policy.on_failure {
            OnFailure::LogAndContinue | OnFailure::Log => (Outcome::WentOn, json!(null)),
            OnFailure::Conceal => {
                let body = json!({"errcode": "M_UNKNOWN", "error": "Internal Server Error"});
                (concealed(), body)
            }
            _ => {
                let body = json!({"errcode": "TEAPOT", "error": "short and stout", "handle": 1});
                (denied(418, "short and stout"), body)
            }
        };
        let (outcome, lines) = outcome(&modules, policy).await;
        assert_eq!(outcome, expected, "{}", policy.full_name);
        let message =
            format!("module `good_recorder`: {}: 418 TEAPOT: short and stout", policy.full_name);
        let counted = counted(&modules, policy);
        if matches!(outcome, Outcome::Ended(CallErrorKind::Denied, ..)) {
            assert_eq!((counted.denied, counted.failed), (1, 0), "{}", policy.full_name);
            let [line] = &failures(&lines)[..] else { panic!("{}: {lines:?}", policy.full_name) };
            assert_eq!((&*line.level, &line.fields["errcode"]), ("DEBUG", &json!("TEAPOT")));
            assert_eq!(line.fields["message"], *message);
        } else {
            assert_eq!((counted.denied, counted.failed), (0, 1), "{}", policy.full_name);
            let level = if outcome == Outcome::WentOn { "WARN" } else { "ERROR" };
            assert_logged_once(&lines, policy, level, "error", &message);
        }
        if expected != Outcome::WentOn {
            let error = call(&modules, policy.full_name).await.unwrap_err();
            assert_eq!(Value::from(error.body()), body, "{}", policy.full_name);
        }
    }
}

#[tokio::test]
async fn a_cancellation_means_what_the_row_says() {
    let modules = answering("cancelled".into()).await;
    for policy in POLICIES {
        let expected = match policy.on_failure {
            OnFailure::Propagate | OnFailure::LogAndContinue | OnFailure::Conceal => {
                failed(499, FailureKind::Cancelled)
            }
            OnFailure::Log => Outcome::WentOn,
            _ => denied(403, policy.refusal.message),
        };
        let (outcome, lines) = outcome(&modules, policy).await;
        assert_eq!(outcome, expected, "{}", policy.full_name);
        let why = "cancelled";
        let message = format!("module `good_recorder`: {}: {why}", policy.full_name);
        assert_logged_once(&lines, policy, "DEBUG", "cancelled", &message);
    }
}

/// What the loader logs of failures and denials.
fn failures(lines: &[Line]) -> Vec<&Line> {
    lines.iter().filter(|line| line.target == "hsmod_loader").collect()
}

fn assert_logged_once(lines: &[Line], policy: &Policy, level: &str, kind: &str, message: &str) {
    let name = policy.full_name;
    let [line] = &failures(lines)[..] else { panic!("{name}: {lines:?}") };
    assert_eq!(line.level, level, "{name}");
    for (field, value) in [("module", "good_recorder"), ("callback", name), ("kind", kind)] {
        assert_eq!(line.fields[field], value, "{name}");
    }
    let told = line.fields["message"].as_str().unwrap();
    assert!(told.starts_with(message), "{name}: {told}");
    assert!(!line.fields.contains_key("left_out"), "{name}");
}

/// The counts of the first module.
fn counted(modules: &Modules, policy: &Policy) -> Counts {
    let counts = modules.counts().remove(0).callbacks.into_iter();
    counts.filter(|counts| counts.0 == policy).map(|counts| counts.1).next().unwrap()
}

/// The outcome of a call whose first module failed.
#[derive(Debug, PartialEq)]
enum Outcome {
    /// The second module was called, and the homeserver saw no failure.
    WentOn,
    /// The second module was not called. The kind, status and text of the error.
    Ended(CallErrorKind, u16, String),
}

fn failed(status: u16, kind: FailureKind) -> Outcome {
    let message = if status == 499 { "Request cancelled" } else { "Internal server error" };
    Outcome::Ended(CallErrorKind::Failed(kind), status, message.to_owned())
}

fn denied(status: u16, message: &str) -> Outcome {
    Outcome::Ended(CallErrorKind::Denied, status, message.to_owned())
}

/// A failure whose details the client does not see.
fn concealed() -> Outcome {
    let kind = CallErrorKind::Failed(FailureKind::Error);
    Outcome::Ended(kind, 500, "Internal Server Error".to_owned())
}

/// The outcome and the log lines.
async fn outcome(modules: &Modules, policy: &Policy) -> (Outcome, Vec<Line>) {
    let (log, listening) = Log::listen(LevelFilter::DEBUG);
    let answer = call(modules, policy.full_name).await;
    drop(listening);
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
    (outcome, log.take())
}
