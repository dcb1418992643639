//! Shutting modules down.

use std::sync::Arc;
use std::time::Duration;

use tokio::time::Instant;

use super::Started;
use crate::call_error::FailureKind;
use crate::failures::{Duty, Failing, Subject};
use crate::generation::Generation;
use crate::problem::Stage;
use crate::published::Replaced;
use crate::record::{self, Place};
use crate::registration::Registrar;
use crate::stages::enter;

/// The outcome of a shutdown.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Shutdown {
    /// Whether calls or notifications were still in flight when the time limit had passed.
    pub calls_left: bool,
    /// How many notifications were left in the queues.
    pub notifications_left: usize,
    /// The modules whose `shutdown` failed, each with the error.
    pub failures: Vec<(Arc<str>, String)>,
}

/// Shuts modules down in reverse order, all of them within `limit`: ends their background work,
/// then calls `shutdown`. Logs and returns the failures.
pub(crate) async fn stop(started: Vec<Started>, limit: Duration) -> Vec<(Arc<str>, String)> {
    let deadline = Instant::now() + limit;
    let mut failures = Vec::new();
    for Started { name, life, registrar } in started.into_iter().rev() {
        let half = Instant::now() + (deadline - Instant::now()) / 2;
        let ended = tokio::time::timeout_at(half, registrar.end_background()).await;
        let mut fail = |kind, message: String| {
            registrar.failures().report(&Failing {
                duty: Duty::Shutdown,
                kind,
                message: &message,
                subject: &Subject::default(),
                passed_over: true,
            });
            failures.push((Arc::clone(&name), message));
        };
        if ended.is_err() {
            let error = "its background work did not end in half of the remaining time";
            fail(FailureKind::TimedOut, error.to_owned());
        }
        enter(&name, Stage::Shutdown);
        let call = record::inside(life.module(), Place::SHUTDOWN, life.steps().shutdown());
        let call = call.until(Some(deadline));
        let outcome = tokio::time::timeout_at(deadline, call).await;
        end(&registrar, deadline).await;
        match outcome {
            Ok(Ok(())) => {}
            Ok(Err(error)) => fail(FailureKind::of_stage(&error), error.to_string()),
            Err(_) => fail(FailureKind::TimedOut, format!("did not come back within {limit:?}")),
        }
        registrar.failures().end();
    }
    failures
}

/// Ends the services that the loader provides to a module. Its storage may be writing, so there is
/// a second for this even after the deadline.
pub(crate) async fn end(registrar: &Registrar, deadline: Instant) {
    let deadline = deadline.max(Instant::now() + Duration::from_secs(1));
    // Whatever is left ends when the module is dropped.
    let _ = tokio::time::timeout_at(deadline, registrar.end()).await;
}

/// Drops modules that are no longer published, at once or as soon as no thread is reading them. A
/// thread that never stops reading keeps them for ever.
pub(super) fn give_up(old: Replaced<Generation>) {
    const FIRST_LOOK: Duration = Duration::from_millis(1);
    const SLOWEST: Duration = Duration::from_millis(64);
    let Err(mut read) = old.give_up(record::readers()) else { return };
    tokio::spawn(async move {
        let mut pause = FIRST_LOOK;
        loop {
            tokio::time::sleep(pause).await;
            match read.give_up(record::readers()) {
                Ok(_) => return,
                Err(still) => read = still,
            }
            pause = (pause * 2).min(SLOWEST);
        }
    });
}
