//! Shows an event's outcome, as text or JSON.

use serde::Serialize;

use super::derived::Refusal;
use super::room::Outcome;
use crate::output::{Mark, Output};

/// An event's outcome, in JSON.
#[derive(Serialize)]
struct Shown<'a> {
    event_id: Option<&'a str>,
    outcome: &'static str,
    by: Option<&'a str>,
    /// The callback that denied the event or failed.
    callback: Option<&'a str>,
    errcode: Option<String>,
    error: Option<String>,
    replaced: bool,
    /// The line number of a line that is not an event.
    #[serde(skip_serializing_if = "Option::is_none")]
    line: Option<u64>,
}

pub(super) fn show(outcome: &Outcome, output: &mut Output) {
    if output.is_json() {
        return output.json(&shown(outcome));
    }
    match outcome {
        Outcome::Allowed { replaced: false, .. } => {}
        Outcome::Allowed { event_id, replaced: true } => {
            output.marked(Mark::Doubtful("replaced"), &format!("  {event_id}"));
        }
        Outcome::Denied { event_id, refusal: Refusal { error, by } } => {
            let by = by.as_ref().map(|by| format!("by {by} ")).unwrap_or_default();
            let (callback, errcode, message) = (error.callback(), error.errcode(), error.message());
            let text = format!("  {event_id}  {by}in {callback}: {errcode} {message}");
            output.marked(Mark::Bad("denied"), &text);
        }
        Outcome::Failed { event_id, refusal } => {
            output.marked(Mark::Bad("failed"), &format!("  {event_id}  {}", refusal.error));
        }
        Outcome::NoEvent { line, reason } => {
            output.marked(Mark::Bad("failed"), &format!("  line {line} is not an event: {reason}"));
        }
    }
}

fn shown(outcome: &Outcome) -> Shown<'_> {
    let plain = |event_id, outcome| Shown {
        event_id,
        outcome,
        by: None,
        callback: None,
        errcode: None,
        error: None,
        replaced: false,
        line: None,
    };
    match outcome {
        Outcome::Allowed { event_id, replaced } => {
            Shown { replaced: *replaced, ..plain(Some(event_id), "allowed") }
        }
        Outcome::Denied { event_id, refusal: Refusal { error, by } } => Shown {
            by: by.as_deref(),
            callback: Some(error.callback()),
            errcode: Some(error.errcode()),
            error: Some(error.message()),
            ..plain(Some(event_id), "denied")
        },
        Outcome::Failed { event_id, refusal: Refusal { error, by } } => Shown {
            by: by.as_deref(),
            callback: Some(error.callback()),
            error: Some(error.to_string()),
            ..plain(Some(event_id), "failed")
        },
        Outcome::NoEvent { line, reason } => Shown {
            error: Some(format!("line {line} is not an event: {reason}")),
            line: Some(*line),
            ..plain(None, "failed")
        },
    }
}
