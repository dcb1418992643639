//! Failures of modules: each is logged, with throttling, and passed to the homeserver's observer.

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

/// The log target of failures and denials.
const TARGET: &str = "hsmod_loader";

/// How many failures of one kind are logged at once before they are throttled to one a minute.
const AT_ONCE: u32 = 5;

/// A failure of a module, as the log shows it, for [`Host::on_failure`](crate::Host::on_failure).
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Failure<'a> {
    /// The name of the module.
    pub module: &'a str,
    /// What it was doing.
    pub duty: Duty<'a>,
    /// How it failed.
    pub kind: FailureKind,
    /// The reason, in the module's own words if it gave any.
    pub message: &'a str,
    /// What the call was about.
    pub subject: &'a Subject,
    /// Whether the homeserver continues as if nothing had happened (logged at WARN). Otherwise an
    /// operation fails (logged at ERROR).
    pub passed_over: bool,
}

/// What a module was doing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Duty<'a> {
    /// A callback, whether a question or a notification: `third_party_rules.on_new_event`.
    Callback(&'static str),
    /// A web resource: requests to this path, or below it.
    Web(&'a str),
    /// Background work, by the name the module gave it.
    Background(&'a str),
    /// The module's `shutdown`.
    Shutdown,
}

impl<'a> Duty<'a> {
    /// The callback, if this is one.
    pub const fn callback(&self) -> Option<&'static str> {
        match self {
            Self::Callback(callback) => Some(callback),
            _ => None,
        }
    }

    /// The path of the web resource, if this is one.
    pub const fn path(&self) -> Option<&'a str> {
        match self {
            Self::Web(path) => Some(path),
            _ => None,
        }
    }

    /// The key for throttling. All background work shares one, since modules may give it any number
    /// of names.
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

/// For the log: module, duty and reason.
impl fmt::Display for Failure<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "module `{}`: {}: {}", self.module, self.duty, self.message)
    }
}

/// The homeserver's observer of failures.
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
    /// By the kind of duty.
    throttles: Mutex<BTreeMap<String, Throttle>>,
}

/// A failure to report.
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

    /// Logs a failure, unless it is throttled, and calls the observer.
    #[cold]
    pub(crate) fn report(&self, failing: &Failing<'_>) {
        let &Failing { duty, kind, message, subject, passed_over } = failing;
        let failure = Failure { module: &self.module, duty, kind, message, subject, passed_over };
        if kind == FailureKind::Cancelled {
            // Usually a client that has disconnected, which is nobody's fault.
            log(Level::DEBUG, &failure, 0);
        } else if let Some(left_out) = self.admit(duty) {
            log(if passed_over { Level::WARN } else { Level::ERROR }, &failure, left_out);
        }
        if let Some(Observer(observer)) = &self.observer
            && catch_unwind(AssertUnwindSafe(|| observer(&failure))).is_err()
        {
            // The panic must not reach the caller, or the notifications queued behind this one.
            tracing::error!(target: TARGET, "the function that the homeserver gave to `on_failure` \
                                             panicked");
        }
    }

    /// Whether denials are logged at all.
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

    /// The module has ended: logs how many failures were throttled since the last one logged.
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

/// Logs that the homeserver failed to serialize something that a module asked for during a call.
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

/// `tracing` needs the level as a constant.
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
