//! Modules that fail: each failure is logged once, and told to whoever else wants to know.

use std::fmt;
use std::sync::Arc;

pub use hsmod_plugin_api::host::Subject;
use tracing::Level;

use crate::call_error::{CallError, FailureKind};

/// The target of what is logged of failures and denials.
const TARGET: &str = "hsmod_loader";

/// A failure of a module: what the log says, for [`Host::on_failure`](crate::Host::on_failure).
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Failure<'a> {
    /// The name of the module.
    pub module: &'a str,
    /// What it was to do.
    pub duty: Duty<'a>,
    /// How it failed.
    pub kind: FailureKind,
    /// Why, in the module's words where it has said something.
    pub message: &'a str,
    /// What the call was about.
    pub subject: &'a Subject,
    /// Whether the homeserver goes on as if nothing had happened; if not, an operation fails.
    pub passed_over: bool,
}

/// What a module was to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Duty<'a> {
    /// To answer a callback, or to be told of something: `third_party_rules.on_new_event`.
    Callback(&'static str),
    /// Work in the background, by the name that the module gave it.
    Background(&'a str),
    /// To end.
    Shutdown,
}

impl Duty<'_> {
    /// The callback, if it is one.
    pub const fn callback(&self) -> Option<&'static str> {
        match self {
            Self::Callback(callback) => Some(callback),
            _ => None,
        }
    }
}

/// As the log shows it.
impl fmt::Display for Duty<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Callback(callback) => f.write_str(callback),
            Self::Shutdown => f.write_str("shutdown"),
            Self::Background(desc) => write!(f, "background work `{desc}`"),
        }
    }
}

/// For the log: who, where, why.
impl fmt::Display for Failure<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "module `{}`: {}: {}", self.module, self.duty, self.message)
    }
}

/// Who else is told of failures.
#[derive(Clone)]
pub(crate) struct Observer(pub(crate) Arc<dyn Fn(&Failure<'_>) + Send + Sync>);

impl fmt::Debug for Observer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Observer").finish_non_exhaustive()
    }
}

/// The failures of one module.
#[derive(Debug)]
pub(crate) struct Failures {
    module: Arc<str>,
    observer: Option<Observer>,
}

/// A failure that is to be reported.
#[derive(Debug)]
pub(crate) struct Failing<'a> {
    pub(crate) duty: Duty<'a>,
    pub(crate) kind: FailureKind,
    pub(crate) message: &'a str,
    pub(crate) subject: &'a Subject,
    pub(crate) passed_over: bool,
}

impl Failures {
    pub(crate) const fn new(module: Arc<str>, observer: Option<Observer>) -> Self {
        Self { module, observer }
    }

    /// Logs a failure, and tells the observer.
    #[cold]
    pub(crate) fn report(&self, failing: &Failing<'_>) {
        let &Failing { duty, kind, message, subject, passed_over } = failing;
        let failure = Failure { module: &self.module, duty, kind, message, subject, passed_over };
        if kind == FailureKind::Cancelled {
            // Most often a client that has gone away: nobody's fault.
            log(Level::DEBUG, &failure);
        } else {
            log(if passed_over { Level::WARN } else { Level::ERROR }, &failure);
        }
        if let Some(Observer(observer)) = &self.observer {
            observer(&failure);
        }
    }
}

/// `tracing` wants the level of a line to be known when it is compiled.
macro_rules! log_at {
    ($level:expr, $failure:ident) => {
        tracing::event!(
            target: TARGET,
            $level,
            module = $failure.module,
            callback = $failure.duty.callback(),
            kind = $failure.kind.as_str(),
            event_id = $failure.subject.event_id.as_deref(),
            room_id = $failure.subject.room_id.as_deref(),
            user_id = $failure.subject.user_id.as_deref(),
            "{}",
            $failure
        )
    };
}

fn log(level: Level, failure: &Failure<'_>) {
    match level {
        Level::ERROR => log_at!(Level::ERROR, failure),
        Level::WARN => log_at!(Level::WARN, failure),
        _ => log_at!(Level::DEBUG, failure),
    }
}

/// Logs that a module has refused an operation.
pub(crate) fn log_denial(denial: &CallError, subject: impl FnOnce() -> Subject) {
    if !tracing::enabled!(target: TARGET, Level::DEBUG) {
        return;
    }
    let subject = subject();
    tracing::debug!(
        target: TARGET,
        module = denial.module(),
        callback = denial.callback(),
        errcode = denial.errcode(),
        event_id = subject.event_id.as_deref(),
        room_id = subject.room_id.as_deref(),
        user_id = subject.user_id.as_deref(),
        "{denial}"
    );
}
