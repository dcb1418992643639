//! Remembers which module has answered, for what follows from the answer later.

use std::sync::Arc;

use hsmod_plugin_api::host::Subject;

use super::decision::Answerer;
use crate::call_error::{CallError, CallErrorKind, Cause, FailureKind};
use crate::failures::{Duty, Failing, Failures};
use crate::policy::Policy;
use crate::stats::Stats;

/// The module that has answered a callback.
#[derive(Clone, Debug)]
pub(crate) struct Responsible {
    failures: Arc<Failures>,
    stats: Arc<Stats>,
    /// The module's index in its generation.
    at: usize,
    /// The number of the callback.
    callback: usize,
    policy: Policy,
}

impl Responsible {
    pub(crate) fn new(by: Answerer<'_>) -> Self {
        Self {
            failures: Arc::clone(&by.member.failures),
            stats: Arc::clone(&by.generation.stats),
            at: by.member.number - by.generation.first,
            callback: by.callback,
            policy: by.policy,
        }
    }

    /// The name of the module.
    pub(crate) fn module(&self) -> &str {
        self.failures.module()
    }

    /// The error for the homeserver.
    pub(crate) fn error(&self, cause: Cause) -> CallError {
        let module = Some(self.module());
        CallError::new(self.policy.full_name, module, cause, self.policy.refusal)
    }

    /// Counts and logs that the later call `what` has failed; `passed_over` if the homeserver
    /// continues as if nothing had happened.
    #[cold]
    pub(crate) fn fail(&self, what: &str, error: &CallError, subject: &Subject, passed_over: bool) {
        self.stats.failed(self.at, self.callback);
        self.failures.report(&Failing {
            duty: Duty::Callback(self.policy.full_name),
            kind: match error.kind() {
                CallErrorKind::Failed(kind) => kind,
                _ => FailureKind::Error,
            },
            message: &format!("{what}: {}", error.reason()),
            subject,
            passed_over,
        });
    }

    /// Counts and logs that the module refused in the later call `what`.
    #[cold]
    pub(crate) fn deny(&self, what: &str, error: &CallError, subject: &Subject) {
        self.stats.denied(self.at, self.callback);
        if Failures::shows_denials() {
            let why = format!("{what}: {}", error.reason());
            let duty = Duty::Callback(self.policy.full_name);
            self.failures.log_denial(duty, &error.errcode(), &why, subject);
        }
    }
}
