//! Modules that fail: each failure is logged once, and told to whoever else wants to know.

mod throttle;

use std::collections::BTreeMap;
use std::fmt;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Mutex, PoisonError};

pub use hsmod_plugin_api::host::Subject;
use tokio::time::Instant;
use tracing::Level;

pub(crate) use self::throttle::Throttle;
use crate::call_error::FailureKind;

/// The target of what is logged of failures and denials.
const TARGET: &str = "hsmod_loader";

/// How many failures of one kind are logged at once, before it is one a minute.
const AT_ONCE: u32 = 5;

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
    /// Whether the homeserver goes on as if nothing had happened, which is logged at WARN; if not,
    /// an operation fails, which is logged at ERROR.
    pub passed_over: bool,
}

/// What a module was to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Duty<'a> {
    /// To answer a callback, or to be told of something: `third_party_rules.on_new_event`.
    Callback(&'static str),
    /// To answer requests to this path, or to below it.
    Web(&'a str),
    /// Work in the background, by the name that the module gave it.
    Background(&'a str),
    /// To end.
    Shutdown,
}

impl<'a> Duty<'a> {
    /// The callback, if it is one.
    pub const fn callback(&self) -> Option<&'static str> {
        match self {
            Self::Callback(callback) => Some(callback),
            _ => None,
        }
    }

    /// The path of a web resource, if it is one.
    pub const fn path(&self) -> Option<&'a str> {
        match self {
            Self::Web(path) => Some(path),
            _ => None,
        }
    }

    /// What is throttled together. Modules may give their background work any number of names.
    const fn kind(self) -> &'a str {
        match self {
            Self::Callback(callback) => callback,
            Self::Web(path) => path,
            Self::Background(_) => "background work",
            Self::Shutdown => "shutdown",
        }
    }
}

/// As the log shows it.
impl fmt::Display for Duty<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Callback(_) | Self::Shutdown => f.write_str(self.kind()),
            Self::Web(path) => write!(f, "web resource `{path}`"),
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
    /// By what the module was to do.
    throttles: Mutex<BTreeMap<String, Throttle>>,
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
        Self { module, observer, throttles: Mutex::new(BTreeMap::new()) }
    }

    /// The name of the module.
    pub(crate) fn module(&self) -> &str {
        &self.module
    }

    /// Logs a failure, unless there were too many of the kind, and tells the observer.
    #[cold]
    pub(crate) fn report(&self, failing: &Failing<'_>) {
        let &Failing { duty, kind, message, subject, passed_over } = failing;
        let failure = Failure { module: &self.module, duty, kind, message, subject, passed_over };
        if kind == FailureKind::Cancelled {
            // Most often a client that has gone away: nobody's fault.
            log(Level::DEBUG, &failure, 0);
        } else if let Some(left_out) = self.admit(duty) {
            log(if passed_over { Level::WARN } else { Level::ERROR }, &failure, left_out);
        }
        if let Some(Observer(observer)) = &self.observer
            && catch_unwind(AssertUnwindSafe(|| observer(&failure))).is_err()
        {
            // Whoever waits for the module, or stands behind it in a queue, can do nothing for it.
            tracing::error!(target: TARGET, "what the homeserver gave to `on_failure` panicked");
        }
    }

    /// Whether anybody wants to know of denials.
    pub(crate) fn shows_denials() -> bool {
        tracing::enabled!(target: TARGET, Level::DEBUG)
    }

    /// Logs that the module has refused an operation.
    #[cold]
    pub(crate) fn log_denial(
        &self,
        duty: Duty<'_>,
        errcode: &str,
        why: &dyn fmt::Display,
        subject: &Subject,
    ) {
        tracing::debug!(
            target: TARGET,
            module = &*self.module,
            callback = duty.callback(),
            path = duty.path(),
            errcode,
            event_id = subject.event_id.as_deref(),
            room_id = subject.room_id.as_deref(),
            user_id = subject.user_id.as_deref(),
            "module `{}`: {duty}: {why}",
            self.module
        );
    }

    fn admit(&self, duty: Duty<'_>) -> Option<u64> {
        let mut throttles = self.throttles.lock().unwrap_or_else(PoisonError::into_inner);
        let throttle = match throttles.get_mut(duty.kind()) {
            Some(throttle) => throttle,
            None => throttles.entry(duty.kind().to_owned()).or_insert(Throttle::new(AT_ONCE)),
        };
        throttle.admit(Instant::now())
    }

    /// The module ends: says how many failures were left out of the log and not counted there yet.
    pub(crate) fn end(&self) {
        let mut throttles = self.throttles.lock().unwrap_or_else(PoisonError::into_inner);
        for (duty, throttle) in throttles.iter_mut() {
            let left_out = throttle.rest();
            if left_out > 0 {
                tracing::warn!(
                    target: TARGET,
                    module = &*self.module,
                    left_out,
                    "module `{}`: {duty}: {left_out} more failures were left out of the log",
                    self.module
                );
            }
        }
    }
}

/// Logs that the homeserver could not write what a module asked for while it was asked.
#[cold]
pub(crate) fn log_unwritten(callback: &str, why: &dyn fmt::Display, subject: &Subject) {
    tracing::error!(
        target: TARGET,
        callback,
        kind = "input",
        event_id = subject.event_id.as_deref(),
        room_id = subject.room_id.as_deref(),
        user_id = subject.user_id.as_deref(),
        "{callback}: {why}"
    );
}

/// `tracing` wants the level of a line to be known when it is compiled.
macro_rules! log_at {
    ($level:expr, $failure:ident, $left_out:ident) => {
        tracing::event!(
            target: TARGET,
            $level,
            module = $failure.module,
            callback = $failure.duty.callback(),
            path = $failure.duty.path(),
            kind = $failure.kind.as_str(),
            event_id = $failure.subject.event_id.as_deref(),
            room_id = $failure.subject.room_id.as_deref(),
            user_id = $failure.subject.user_id.as_deref(),
            left_out = ($left_out > 0).then_some($left_out),
            "{}",
            $failure
        )
    };
}

fn log(level: Level, failure: &Failure<'_>, left_out: u64) {
    match level {
        Level::ERROR => log_at!(Level::ERROR, failure, left_out),
        Level::WARN => log_at!(Level::WARN, failure, left_out),
        _ => log_at!(Level::DEBUG, failure, left_out),
    }
}
