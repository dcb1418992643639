//! What it means that a module failed, by the callback's rule.

use std::time::Duration;

use hsmod_plugin_api::host::Panic;
use hsmod_plugin_api::values::{ErrorCode, ErrorKind, ModuleError};

use crate::call_error::{CallError, Cause, plain_denial};
use crate::generation::Generation;
use crate::policy::{OnFailure, Rule};

/// How a module failed.
#[derive(Debug)]
pub(super) enum Failure {
    /// It answered an error.
    Error(ModuleError),
    /// It panicked.
    Panicked(Panic),
    /// It did not answer in time.
    TimedOut(Duration),
}

impl Failure {
    fn is_cancelled(&self) -> bool {
        matches!(self, Self::Error(error) if matches!(error.kind(), ErrorKind::Cancelled))
    }

    fn is_http(&self) -> bool {
        matches!(self, Self::Error(error) if matches!(error.kind(), ErrorKind::Http { .. }))
    }

    fn into_cause(self) -> Cause {
        match self {
            Self::Error(error) => Cause::Error(error),
            Self::Panicked(panic) => Cause::Panicked(panic),
            Self::TimedOut(limit) => Cause::TimedOut(limit),
        }
    }
}

/// Counts and logs a failure. Returns the error that ends the call; `None` to go on.
#[cold]
pub(super) fn failed<R: Rule>(
    generation: &Generation,
    module: usize,
    failure: Failure,
) -> Option<CallError> {
    let member = generation.member(module);
    generation.stats.failed(module - generation.first, R::INDEX);
    let policy = R::POLICY;
    let error = |cause| CallError::new(policy.full_name, Some(&member.name), cause, policy.refusal);
    let (cancelled, http) = (failure.is_cancelled(), failure.is_http());
    let failed = error(failure.into_cause());
    match policy.on_failure {
        OnFailure::Propagate => Some(failed),
        OnFailure::LogAndContinue | OnFailure::Conceal if cancelled => Some(failed),
        OnFailure::Refuse if http => Some(failed),
        OnFailure::Refuse => {
            tracing::warn!(module = &*member.name, callback = policy.full_name, "{failed}");
            Some(error(Cause::Verdict(plain_denial())))
        }
        OnFailure::Conceal => {
            tracing::error!(module = &*member.name, callback = policy.full_name, "{failed}");
            Some(error(Cause::Error(concealed())))
        }
        OnFailure::LogAndContinue | OnFailure::Log => {
            tracing::warn!(module = &*member.name, callback = policy.full_name, "{failed}");
            None
        }
    }
}

/// What a client sees of a failure that is none of its business.
fn concealed() -> ModuleError {
    ModuleError::http(500, ErrorCode::Unknown, "Internal Server Error")
}
