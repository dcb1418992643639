//! One step in the start of one module, and the problem if it fails.

use std::pin::pin;
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use hsmod_plugin_api::module::StageError;
use hsmod_plugin_api::values::Unanswered;
use tracing::Span;

use super::wait::Wait;
use crate::check::A_TRIAL_CANNOT_TELL;
use crate::config::Entry;
use crate::host::Host;
use crate::problem::{Problem, Severity, Stage};
use crate::record::Place;
use crate::scarcity;

/// Logs the next step: if a module crashes the process, the last such line shows where.
pub(crate) fn enter(module: &str, stage: Stage) {
    tracing::debug!(module, %stage, "runs code of the module");
}

/// The thread on which a step of a module runs. A step cannot be interrupted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Thread {
    /// A new thread. The step has a time limit, and is left behind with its thread if it hangs.
    Own,
    /// The caller's thread, which hangs if the step does. This leaves no thread behind and needs no
    /// runtime.
    Callers,
}

/// Runs a step of a module; the log names it if it takes longer than `slow_poll`.
pub(super) async fn run<T: Send + 'static>(
    thread: Thread,
    entry: &Entry,
    (stage, place): (Stage, Place),
    slow_poll: Option<Duration>,
    step: impl FnOnce() -> T + Send + 'static,
) -> Result<T, Problem> {
    enter(entry.name(), stage);
    match thread {
        Thread::Own => {
            let wait = Wait::within_timeout(entry, place, slow_poll);
            on_thread(entry, stage, &wait, step).await
        }
        Thread::Callers => Ok(Wait::without_end(entry, place, slow_poll).over_here(step)),
    }
}

async fn on_thread<T: Send + 'static>(
    entry: &Entry,
    stage: Stage,
    wait: &Wait,
    step: impl FnOnce() -> T + Send + 'static,
) -> Result<T, Problem> {
    let (sender, receiver) = tokio::sync::oneshot::channel();
    let (dispatch, span) = (tracing::dispatcher::get_default(Clone::clone), Span::current());
    let spawned = std::thread::Builder::new().name(format!("hsmod {stage}")).spawn(move || {
        let value = tracing::dispatcher::with_default(&dispatch, || span.in_scope(step));
        // The caller may have given up.
        let _ = sender.send(value);
    });
    if let Err(error) = spawned {
        return Err(scarcity::no_thread(stage, &error));
    }
    let receiver = wait.over_elsewhere(receiver);
    let received = match entry.timeout() {
        Some(limit) => {
            tokio::time::timeout(limit, receiver).await.map_err(|_| hung(stage, limit))?
        }
        None => receiver.await,
    };
    received.map_err(|_| Problem::error(stage, "ended without an answer").fix(ASK_THE_AUTHOR))
}

/// The result of a future that never really waits, such as a step on the
/// [caller's](Thread::Callers) thread.
pub(super) fn at_once<F: Future>(future: F) -> F::Output {
    let mut future = pin!(future);
    let mut context = Context::from_waker(Waker::noop());
    loop {
        if let Poll::Ready(output) = future.as_mut().poll(&mut context) {
            return output;
        }
        std::thread::yield_now();
    }
}

/// The problem of a failed step. A request that a trial or rehearsal does not answer is not the
/// module's fault.
pub(super) fn failed(stage: Stage, error: &StageError, host: &Host) -> Problem {
    let problem = Problem::error(stage, error.to_string());
    // A trial should find all other problems, too.
    let severity = if host.trial { Severity::Warning } else { Severity::Error };
    match error {
        StageError::Module(error)
            if host.trial && error.unanswered() == Some(Unanswered::Trial) =>
        {
            Problem::warning(stage, problem.message).fix(A_TRIAL_CANNOT_TELL)
        }
        StageError::Module(error)
            if host.rehearsal.is_some() && error.unanswered() == Some(Unanswered::Unsupported) =>
        {
            let problem = Problem { severity, ..problem };
            problem.fix(
                "do what the message says, or start the homeserver to see whether the module \
                 starts",
            )
        }
        StageError::Module(_) => problem.fix("fix what the message says, or remove the module"),
        _ => problem.fix(ASK_THE_AUTHOR),
    }
}

pub(super) fn hung(stage: Stage, limit: Duration) -> Problem {
    Problem::error(stage, format!("did not come back within {limit:?}")).fix(
        "if the module needs that long, raise its `timeout`; otherwise report it to its author",
    )
}

pub(super) const ASK_THE_AUTHOR: &str = "this is a bug in the module: report it to its author";
