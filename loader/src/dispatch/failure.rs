//! What happens when a module fails, according to the callback's policy, or refuses.

use std::pin::Pin;

use hsmod_plugin_api::host::{CallbackCall, Prepared, subject};
use hsmod_plugin_api::values::{ErrorCode, ErrorKind, ModuleError};

use super::Args;
use crate::call_error::{CallError, CallErrorKind, Cause, FailureKind, plain_denial};
use crate::failures::{Duty, Failing, Failures, log_unwritten};
use crate::generation::Generation;
use crate::policy::{OnFailure, Rule};
use crate::record::{self, Place};

/// What the homeserver is given.
enum Outcome {
    /// The failure itself.
    Itself,
    /// Another cause in its place.
    Instead(Cause),
    /// Nothing: it continues.
    Nothing,
}

/// Counts and logs that a module failed in a call with `args`. Returns the error that ends the
/// call, or `None` to continue.
///
/// If the homeserver failed to serialize something that the module asked for, the module is not to
/// blame: the call ends as if an argument could not be read.
#[cold]
pub(super) fn failed<R: Rule>(
    generation: &Generation,
    module: usize,
    cause: Cause,
    args: Option<&mut impl Prepared<Args<R>>>,
) -> Option<CallError> {
    let policy = R::POLICY;
    if let Some(error) = args.as_ref().and_then(|args| args.failed())
        && matches!(cause, Cause::Error(_) | Cause::Panicked(_))
    {
        let subject = args.map(subject::<R>).unwrap_or_default();
        log_unwritten(policy.full_name, &error, &subject);
        return Some(CallError::new(
            policy.full_name,
            None,
            Cause::Input(error.to_string()),
            policy.refusal,
        ));
    }
    let member = generation.member(module);
    let error = |cause| CallError::new(policy.full_name, Some(&member.name), cause, policy.refusal);
    let outcome = outcome(policy.on_failure, &cause);
    let failed = error(cause);
    let kind = match failed.kind() {
        CallErrorKind::Denied if matches!(outcome, Outcome::Itself) => {
            generation.stats.denied(module - generation.first, R::INDEX);
            log_denial::<R>(generation, module, &failed, args);
            return Some(failed);
        }
        CallErrorKind::Failed(kind) => kind,
        _ => FailureKind::Error,
    };
    generation.stats.failed(module - generation.first, R::INDEX);
    member.failures.report(&Failing {
        duty: Duty::Callback(policy.full_name),
        kind,
        message: &failed.reason().to_string(),
        subject: &args.map(subject::<R>).unwrap_or_default(),
        passed_over: matches!(outcome, Outcome::Nothing),
    });
    match outcome {
        Outcome::Itself => Some(failed),
        Outcome::Instead(cause) => Some(error(cause)),
        Outcome::Nothing => None,
    }
}

fn outcome(on_failure: OnFailure, cause: &Cause) -> Outcome {
    let is = |wanted: fn(&ErrorKind) -> bool| matches!(cause, Cause::Error(error) if wanted(error.kind()));
    let cancelled = is(|kind| matches!(kind, ErrorKind::Cancelled));
    let http = is(|kind| matches!(kind, ErrorKind::Http { .. }));
    match on_failure {
        OnFailure::Propagate => Outcome::Itself,
        OnFailure::LogAndContinue | OnFailure::Conceal if cancelled => Outcome::Itself,
        OnFailure::Refuse if http => Outcome::Itself,
        OnFailure::Refuse => Outcome::Instead(Cause::Verdict(plain_denial())),
        OnFailure::Conceal => Outcome::Instead(Cause::Error(concealed())),
        OnFailure::LogAndContinue | OnFailure::Log => Outcome::Nothing,
    }
}

/// The error for a client that must not learn any details.
fn concealed() -> ModuleError {
    ModuleError::http(500, ErrorCode::Unknown, "Internal Server Error")
}

/// The module did not answer in time: drops its future, and reports it if that panics.
#[cold]
pub(super) fn give_up<R: Rule, P: Prepared<Args<R>>, N>(
    generation: &Generation,
    module: usize,
    mut call: Pin<&mut CallbackCall<R, P, Generation, N>>,
) {
    let panic = {
        let _inside = record::enter(module, Place::callback(R::INDEX));
        call.as_mut().cancel()
    };
    if let Some(panic) = panic {
        generation.member(module).failures.report(&Failing {
            duty: Duty::Callback(R::POLICY.full_name),
            kind: FailureKind::Panicked,
            message: &format!("panicked when its call was cancelled for taking too long: {panic}"),
            subject: &call.args_mut().map(subject::<R>).unwrap_or_default(),
            passed_over: true,
        });
    }
}

/// Counts and logs that a module refused in a call with `args`. Returns the error that ends the
/// call.
#[cold]
pub(super) fn denied<R: Rule>(
    generation: &Generation,
    module: usize,
    cause: Cause,
    args: Option<&mut impl Prepared<Args<R>>>,
) -> CallError {
    generation.stats.denied(module - generation.first, R::INDEX);
    let (policy, name) = (R::POLICY, &generation.member(module).name);
    let denial = CallError::new(policy.full_name, Some(name), cause, policy.refusal);
    log_denial::<R>(generation, module, &denial, args);
    denial
}

fn log_denial<R: Rule>(
    generation: &Generation,
    module: usize,
    denial: &CallError,
    args: Option<&mut impl Prepared<Args<R>>>,
) {
    if Failures::shows_denials() {
        let (duty, subject) = (Duty::Callback(denial.callback()), args.map(subject::<R>));
        let failures = &generation.member(module).failures;
        failures.log_denial(
            duty,
            &denial.errcode(),
            &denial.reason(),
            &subject.unwrap_or_default(),
        );
    }
}
