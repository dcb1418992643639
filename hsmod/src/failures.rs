//! Collects the failures of modules while a command runs them, including those that a homeserver
//! would pass over.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use hsmod_loader::Host;
use hsmod_loader::failures::Failure;
use serde::Serialize;

use crate::output::{Mark, Output, counted};

/// The number of different failures that are kept. The rest are only counted.
const REMEMBERED: usize = 1000;

/// The collected failures. Cheap to clone.
#[derive(Clone, Default)]
pub(crate) struct Failures(Arc<Mutex<Kept>>);

#[derive(Default)]
struct Kept {
    first: Vec<Failed>,
    total: u64,
}

/// A module that failed, perhaps several times in the same way.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct Failed {
    pub(crate) module: String,
    /// What the module was doing: a callback, background work, or its shutdown.
    pub(crate) duty: String,
    pub(crate) kind: &'static str,
    pub(crate) message: String,
    /// The event of the first occurrence, if there was one.
    pub(crate) event_id: Option<String>,
    pub(crate) times: u64,
    /// Whether a homeserver would continue as if nothing had happened.
    pub(crate) passed_over: bool,
}

impl Failures {
    /// Collects the failures of modules in this host.
    pub(crate) fn heard_in(&self, host: Host) -> Host {
        let own = self.clone();
        host.on_failure(move |failure| own.note(failure))
    }

    fn note(&self, failure: &Failure<'_>) {
        let mut kept = self.kept();
        kept.total += 1;
        let (duty, kind) = (failure.duty.to_string(), failure.kind.as_str());
        let same = |known: &&mut Failed| {
            known.module == failure.module
                && known.duty == duty
                && known.kind == kind
                && known.message == failure.message
                && known.passed_over == failure.passed_over
        };
        if let Some(known) = kept.first.iter_mut().find(same) {
            known.times += 1;
        } else if kept.first.len() < REMEMBERED {
            kept.first.push(Failed {
                module: failure.module.to_owned(),
                duty,
                kind,
                message: failure.message.to_owned(),
                event_id: failure.subject.event_id.clone(),
                times: 1,
                passed_over: failure.passed_over,
            });
        }
    }

    /// The different failures, in the order of their first occurrence.
    pub(crate) fn all(&self) -> Vec<Failed> {
        self.kept().first.clone()
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.kept().total == 0
    }

    fn kept(&self) -> MutexGuard<'_, Kept> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Failed {
    pub(crate) fn show(&self, output: &mut Output) {
        let Self { module, duty, kind, message, event_id, times, .. } = self;
        let at = event_id.as_ref().map(|event| format!("  {event}")).unwrap_or_default();
        let times =
            if *times > 1 { format!(" ({})", counted(*times, "time")) } else { String::new() };
        output.marked(
            Mark::Bad("failed"),
            &format!("{at}  by {module} in {duty} ({kind}): {message}{times}"),
        );
    }
}
