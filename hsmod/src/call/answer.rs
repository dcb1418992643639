//! The answer of a call, as the command shows it.

use std::collections::BTreeMap;
use std::future::Future;
use std::time::{Duration, Instant};

use hsmod_loader::dispatch::Notification;
use hsmod_loader::{CallError, CallErrorKind, Cause};
use serde::Serialize;
use serde_json::value::{RawValue, to_raw_value};
use serde_json::{Value, json};

use crate::failures::Failed;
use crate::live::Undone;
use crate::output::{Mark, Output};

/// An answer, and how long it took.
pub(super) struct Outcome {
    pub(super) answer: Answer,
    pub(super) took: Duration,
    /// Explains an answer that a person would misread.
    pub(super) meaning: Option<&'static str>,
}

impl Outcome {
    /// Replaces `Allowed` by this JSON, which the modules may have edited.
    pub(super) fn with_value(self, json: &str) -> Self {
        // An answer is printed on one line. A JSON string never holds a literal line break, so none
        // is lost.
        let line = json.replace(['\n', '\r'], "");
        let answer = match self.answer {
            Answer::Allowed => serde_json::from_str(&line)
                .map_or(Answer::Value(Value::Null, false), Answer::Edited),
            other => other,
        };
        Self { answer, ..self }
    }
}

pub(super) enum Answer {
    Allowed,
    /// Allowed, but with this event in place of the original.
    Replaced(Value),
    /// The argument that the modules could edit, after their edits, as the exact JSON text.
    Edited(Box<RawValue>),
    /// A value, and whether a module decided it.
    Value(Value, bool),
    /// A denial or a failure.
    Error(CallError),
    /// The homeserver refuses, because a module's answer is invalid or because no module answered.
    Refused {
        /// The error that the client sees.
        error: CallError,
        /// The reason, which the client does not see.
        why: String,
    },
}

/// Awaits a question whose answer is "allowed" or a denial.
pub(super) async fn allow(question: impl Future<Output = Result<(), CallError>>) -> Outcome {
    value(question, |()| Answer::Allowed).await
}

/// Awaits a question whose answer is a value.
pub(super) async fn value<T>(
    question: impl Future<Output = Result<T, CallError>>,
    shown: impl FnOnce(T) -> Answer,
) -> Outcome {
    let start = Instant::now();
    let answer = question.await;
    let took = start.elapsed();
    Outcome { answer: answer.map_or_else(Answer::Error, shown), took, meaning: None }
}

/// Sends a notification and waits until every module has handled it.
pub(super) async fn told(notification: Notification) -> Outcome {
    let delivered = async {
        // A failing module does not keep the others from being notified, so its error is not the
        // outcome.
        let _ = notification.await?.await;
        Ok(())
    };
    value(delivered, |()| Answer::Value(Value::Null, false)).await
}

/// Everything that is reported about a call.
#[derive(Serialize)]
pub(super) struct Report {
    result: Box<RawValue>,
    called: Vec<String>,
    decided_by: Option<String>,
    micros: f64,
    failed: Vec<Failure>,
    #[serde(flatten)]
    undone: Undone,
    #[serde(skip)]
    outcome: Outcome,
    #[serde(skip)]
    failures: Vec<Failed>,
}

/// A module that failed, whether or not the homeserver passes over the failure.
#[derive(Serialize)]
struct Failure {
    module: String,
    kind: &'static str,
    message: String,
}

impl Report {
    /// `called`: the modules that were asked, in order. `failures`: those that failed during the
    /// call.
    pub(super) fn new(
        outcome: Outcome,
        called: Vec<String>,
        failures: Vec<Failed>,
        undone: Undone,
    ) -> Self {
        let decided_by = match &outcome.answer {
            Answer::Error(error) | Answer::Refused { error, .. } => {
                error.module().map(str::to_owned)
            }
            // No module is asked after the one that decides, so the last one asked decided.
            Answer::Replaced(_) | Answer::Value(_, true) => called.last().cloned(),
            Answer::Allowed | Answer::Edited(_) | Answer::Value(_, false) => None,
        };
        let micros = outcome.took.as_secs_f64() * 1e6;
        let failure = |failed: &Failed| Failure {
            module: failed.module.clone(),
            kind: failed.kind,
            message: failed.message.clone(),
        };
        let mut failed: Vec<Failure> = failures.iter().map(failure).collect();
        // Some failures are found only by the homeserver's check of the answer, so no module
        // reported them.
        let is_known = |own: &Failure| {
            let same = |known: &Failed| known.module == own.module && known.kind == own.kind;
            failures.iter().any(|known| same(known) && !known.passed_over)
        };
        failed.extend(outcome.answer.failure().filter(|own| !is_known(own)));
        let result = outcome.answer.written();
        Self { result, called, decided_by, micros, failed, undone, outcome, failures }
    }

    /// Whether no module denied and none failed.
    pub(super) const fn is_well(&self) -> bool {
        self.failed.is_empty()
            && !matches!(self.outcome.answer, Answer::Error(_) | Answer::Refused { .. })
    }

    pub(super) fn show(&self, output: &mut Output) {
        if output.is_json() {
            output.json(self);
            return;
        }
        let by = self.decided_by.as_ref().map(|name| format!(" by {name}")).unwrap_or_default();
        match &self.outcome.answer {
            Answer::Allowed => output.marked(Mark::Good("allowed"), ""),
            Answer::Replaced(event) => {
                output.marked(Mark::Good("allowed"), &format!(", replaced{by}: {event}"));
            }
            Answer::Edited(value) => {
                output.marked(Mark::Good("answer"), &format!("{by}: {value}"));
            }
            Answer::Value(value, _) => {
                let meaning = self.outcome.meaning;
                let meaning = meaning.map(|words| format!(" ({words})")).unwrap_or_default();
                output.marked(Mark::Good("answer"), &format!("{by}: {value}{meaning}"));
            }
            Answer::Error(error) if error.is_denial() => {
                output.marked(Mark::Bad("denied"), &format!("{by}: {}", seen(error)));
                if error.errcode().contains(char::is_whitespace) {
                    output.line(NOT_A_CODE);
                }
            }
            Answer::Refused { error, why } => {
                output.marked(Mark::Bad("denied"), &format!("{by}: {}", seen(error)));
                output.line(&format!("  {why}"));
            }
            Answer::Error(error) => {
                let (kind, reason) = (failure(error), reason(error));
                output.marked(Mark::Bad("failed"), &format!("{by} ({kind}): {reason}"));
            }
        }
        let shown = |failed: &&Failed| match &self.outcome.answer {
            // This failure has already been shown as the answer.
            Answer::Error(error) | Answer::Refused { error, .. } => {
                failed.passed_over
                    || failed.kind != failure(error)
                    || error.module() != Some(&failed.module)
            }
            _ => true,
        };
        self.failures.iter().filter(shown).for_each(|failed| failed.show(output));
        let called = if self.called.is_empty() { "nobody".into() } else { self.called.join(", ") };
        output.line(&format!("asked: {called}; {:.1} µs", self.micros));
        self.undone.show(output);
    }
}

impl Answer {
    /// The module's failure that led to this answer.
    fn failure(&self) -> Option<Failure> {
        let (error, message) = match self {
            Self::Refused { error, why } => (error, why.clone()),
            Self::Error(error) if !error.is_denial() => (error, reason(error)),
            _ => return None,
        };
        Some(Failure { module: error.module()?.to_owned(), kind: failure(error), message })
    }

    fn written(&self) -> Box<RawValue> {
        let written = match self {
            Self::Edited(value) => to_raw_value(&BTreeMap::from([("value", value)])),
            other => to_raw_value(&other.result()),
        };
        // Serializing JSON values does not fail.
        written.unwrap_or_else(|_| RawValue::NULL.to_owned())
    }

    fn result(&self) -> Value {
        match self {
            Self::Allowed => json!({"allow": true}),
            Self::Replaced(event) => json!({"allow": true, "replacement": event}),
            Self::Edited(value) => json!({"value": value}),
            Self::Value(value, _) => json!({"value": value}),
            Self::Error(error) if error.is_denial() => denial(error),
            Self::Refused { error, .. } => denial(error),
            Self::Error(error) => {
                json!({"failed": {"kind": failure(error), "message": reason(error)}})
            }
        }
    }
}

fn denial(error: &CallError) -> Value {
    json!({"deny": {
        "status": error.status(),
        "errcode": error.errcode(),
        "error": error.message(),
        "body": error.body(),
    }})
}

/// Shown for an error code with white space, which was probably meant as the message.
const NOT_A_CODE: &str = "  an error code has no spaces; in the module, give the client a text with \
                          `Verdict::deny(ErrorCode::Forbidden).message(\"..\")`";

/// What the client sees, on one line.
fn seen(error: &CallError) -> String {
    format!("{} {}", error.status(), Value::Object(error.body()))
}

fn failure(error: &CallError) -> &'static str {
    match error.kind() {
        CallErrorKind::Failed(kind) => kind.as_str(),
        _ => "error",
    }
}

/// Why the module failed, without the module's name.
pub(super) fn reason(error: &CallError) -> String {
    match error.cause() {
        Cause::Error(error) => error.to_string(),
        Cause::Panicked(panic) => panic.to_string(),
        Cause::TimedOut(limit) => format!("no answer within {limit:?}"),
        Cause::Input(message) => message.clone(),
        _ => error.to_string(),
    }
}
