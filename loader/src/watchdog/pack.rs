//! Modules that were loaded together, and the log lines about them.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use tracing::Dispatch;
use tracing::subscriber::NoSubscriber;

use super::sight::{Alarm, Inside};
use crate::limits::Limits;
use crate::record::Place;
use crate::stages::MadeModule;

/// Modules, and the subscriber that receives log lines about them.
#[derive(Debug)]
pub(super) struct Pack {
    /// How long a module may block a thread before the log names it.
    pub(super) slow_poll: Duration,
    subjects: HashMap<usize, Subject>,
    log: Dispatch,
}

/// A module that is watched.
#[derive(Debug)]
pub(crate) struct Subject {
    number: usize,
    name: Arc<str>,
    /// The time limits of its `start` and its callbacks.
    limits: Limits,
}

impl Subject {
    pub(super) const fn new(number: usize, name: Arc<str>, limits: Limits) -> Self {
        Self { number, name, limits }
    }

    /// A module that is about to be started.
    pub(crate) fn of(made: &MadeModule) -> Self {
        let (number, name) = (made.life.module(), Arc::clone(&made.name));
        Self::new(number, name, Limits::of(&made.entry))
    }

    fn deadline(&self, place: Place) -> Option<Duration> {
        match place {
            Place::START => self.limits.usual(),
            _ => self.limits.of_callback(place.callback_index()?),
        }
    }
}

impl Pack {
    /// Logs to the caller's current subscriber; if there is none, to that of the process.
    pub(super) fn new(slow_poll: Duration, subjects: Vec<Subject>) -> Self {
        let subjects = subjects.into_iter().map(|subject| (subject.number, subject)).collect();
        let log = tracing::dispatcher::get_default(Clone::clone);
        Self { slow_poll, subjects, log }
    }

    /// Whether a module belongs to this pack.
    pub(super) fn has(&self, module: usize) -> bool {
        self.subjects.contains_key(&module)
    }

    /// Logs, once for each reason, that a module has been inside something for too long.
    pub(super) fn look(&self, inside: &mut Inside, now: Instant) {
        let Some(subject) = self.subjects.get(&inside.module) else { return };
        if inside.place.may_block() {
            return;
        }
        let time = now.saturating_duration_since(inside.since);
        let late = subject.deadline(inside.place).filter(|limit| time >= *limit);
        let alarm = match late {
            Some(_) => Alarm::Late,
            None if time >= self.slow_poll => Alarm::Slow,
            None => Alarm::None,
        };
        if alarm <= inside.told {
            return;
        }
        inside.told = alarm;
        self.log(|| tell(subject, inside.place, time, late));
    }

    /// Logs that a module has returned after an earlier complaint.
    pub(super) fn tell_that_it_came_back(&self, left: &Inside, now: Instant) {
        let Some(Subject { name, .. }) = self.subjects.get(&left.module) else { return };
        let time = now.saturating_duration_since(left.since);
        let (callback, place) = (left.place.full_name(), left.place.shown());
        self.log(|| {
            tracing::warn!(
                module = &**name,
                callback,
                "module `{name}` came back from {place}: it blocked a thread of the homeserver for \
                 about {time:.1?}"
            );
        });
    }

    fn log(&self, tell: impl FnOnce()) {
        if self.log.is::<NoSubscriber>() {
            tell();
        } else {
            tracing::dispatcher::with_default(&self.log, tell);
        }
    }
}

/// Logs how long a module has been inside something; `late` is the deadline that has passed, if
/// any.
fn tell(subject: &Subject, place: Place, time: Duration, late: Option<Duration>) {
    const REMEDY: &str = "report it to its author: what takes so long belongs in `defer_to_thread`";
    let name = &*subject.name;
    let (callback, place) = (place.full_name(), place.shown());
    match late {
        None => tracing::warn!(
            module = name,
            callback,
            "module `{name}` blocks a thread of the homeserver: it has been in {place} for \
             {time:.1?}, and nothing else runs there meanwhile; {REMEDY}"
        ),
        Some(limit) => tracing::error!(
            module = name,
            callback,
            "module `{name}` blocks a thread of the homeserver: it has been in {place} for \
             {time:.1?} and missed its deadline of {limit:?}, which cannot interrupt code that \
             blocks; the homeserver keeps waiting for the answer; {REMEDY}"
        ),
    }
}
