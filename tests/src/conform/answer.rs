//! Encodes the loader's answers like the scenarios.
//!
//! `Err` means that the loader could not read the scenario's input.

mod values;

use std::future::Future;

use hsmod_loader::dispatch::Delivery;
use hsmod_loader::values::{
    Denial, DirectoryVisibility, ErrorCode, ErrorKind, FederatedEventAction, RegistrationBehaviour,
    Verdict,
};
use hsmod_loader::{CallError, Cause, Replacement};
use serde_json::{Map, Value, json};

use super::codes::CODES;
use super::untyped::UNTYPED;

pub(super) use values::{
    expiration, fields, interested_users, limits, login, mail, name, ratelimit, renewal, update,
    users_for_states,
};

type Encoded = Result<Value, String>;
type Outcome<T> = Result<T, CallError>;

/// The constant, a code with fields, or a string.
pub(super) async fn verdict(call: impl Future<Output = Outcome<()>>) -> Encoded {
    match call.await {
        Ok(()) => Ok(json!({"$": "NOT_SPAM"})),
        Err(error) => refused(&error, denial),
    }
}

fn denial(verdict: &Verdict) -> Value {
    match verdict {
        Verdict::Deny(Denial { message: Some(message), .. }) => text(message),
        Verdict::Deny(denial) => tuple(&[code(&denial.errcode), json!(denial.fields)]),
        _ => Value::Null,
    }
}

fn tuple(items: &[Value]) -> Value {
    json!({"$": "tuple", "v": items})
}

fn set(items: impl Iterator<Item = Value>) -> Value {
    json!({"$": "set", "v": items.collect::<Value>()})
}

/// Encodes a string. Two strings are also constants of Synapse.
fn text(text: &str) -> Value {
    match text {
        "ALL" => json!({"$": "ALL_USERS"}),
        "NOT_SPAM" => json!({"$": "NOT_SPAM"}),
        text => json!(text),
    }
}

fn code(errcode: &ErrorCode) -> Value {
    match CODES.iter().find(|(_, code)| code == errcode) {
        Some((name, _)) => json!({"$": "Codes", "v": name}),
        None => json!(errcode.as_str()),
    }
}

/// Whether the operation is allowed.
pub(super) async fn permission(call: impl Future<Output = Outcome<()>>) -> Encoded {
    match call.await {
        Ok(()) => Ok(json!(true)),
        Err(error) => refused(&error, |_| json!(false)),
    }
}

/// Whether the event is allowed, and what it is replaced with.
pub(super) async fn event_allowed(
    call: impl Future<Output = Outcome<Option<Replacement>>>,
) -> Encoded {
    match call.await {
        Ok(replacement) => {
            let event = replacement.map_or(Value::Null, Replacement::into_value);
            Ok(tuple(&[json!(true), event]))
        }
        Err(error) => refused(&error, |_| tuple(&[json!(false), Value::Null])),
    }
}

pub(super) async fn registration(
    call: impl Future<Output = Outcome<RegistrationBehaviour>>,
) -> Encoded {
    let behaviour = |name| json!({"$": "RegistrationBehaviour", "v": name});
    match call.await {
        Ok(RegistrationBehaviour::Allow) => Ok(behaviour("ALLOW")),
        Ok(RegistrationBehaviour::ShadowBan) => Ok(behaviour("SHADOW_BAN")),
        Ok(_) => Ok(behaviour("DENY")),
        Err(error) => refused(&error, |_| behaviour("DENY")),
    }
}

/// Whether the event is dropped.
pub(super) async fn dropped(call: impl Future<Output = Outcome<FederatedEventAction>>) -> Encoded {
    let answer = call.await;
    value(answer.map(|action| json!(action == FederatedEventAction::Drop)))
}

/// Whether the user is hidden.
pub(super) async fn hidden(call: impl Future<Output = Outcome<DirectoryVisibility>>) -> Encoded {
    let answer = call.await;
    value(answer.map(|visibility| json!(visibility == DirectoryVisibility::Hidden)))
}

/// Whether the account has expired; if no module decides, the homeserver's own answer.
pub(super) async fn expired(
    call: impl Future<Output = Outcome<Option<bool>>>,
    homeserver: bool,
) -> Encoded {
    let answer = call.await;
    value(answer.map(|opinion| json!(opinion.unwrap_or(homeserver))))
}

/// A number; if no module gives one, the homeserver's own.
pub(super) async fn number(
    call: impl Future<Output = Outcome<Option<i64>>>,
    homeserver: i64,
) -> Encoded {
    let answer = call.await;
    value(answer.map(|number| json!(number.unwrap_or(homeserver))))
}

pub(super) async fn nothing(call: impl Future<Output = Outcome<()>>) -> Encoded {
    let answer = call.await;
    value(answer.map(|()| Value::Null))
}

/// Waits until all modules have handled the notification.
pub(super) async fn told(call: impl Future<Output = Outcome<Delivery>>) -> Encoded {
    match call.await {
        Ok(delivery) => {
            // A failing module does not keep the others from being notified.
            let _ = delivery.await;
            Ok(Value::Null)
        }
        Err(error) => value(Err(error)),
    }
}

/// An answer that is already encoded. A verdict instead is a refusal that clients see.
fn value(answer: Outcome<Value>) -> Encoded {
    answer.or_else(|error| {
        refused(&error, |_| {
            let (code, msg, errcode) = (error.status(), error.message(), error.errcode());
            raised(code, &msg, &errcode, &Map::new())
        })
    })
}

/// Encodes a verdict by `denial`, and a failure as the exception that Synapse would raise.
fn refused(error: &CallError, denial: impl FnOnce(&Verdict) -> Value) -> Encoded {
    match error.cause() {
        Cause::Verdict(verdict) => Ok(denial(verdict)),
        Cause::Error(module_error) => match module_error.kind() {
            ErrorKind::Http { status, errcode, message, fields } => {
                Ok(raised(*status, message, errcode.as_str(), fields))
            }
            ErrorKind::Cancelled => Ok(failed("CancelledError", "")),
            ErrorKind::Failed { message } if message == UNTYPED => Ok(json!({"untyped": true})),
            _ => Ok(failed("Exception", &module_error.to_string())),
        },
        Cause::Panicked(panic) => Ok(failed("Panic", &panic.to_string())),
        Cause::TimedOut(limit) => {
            Ok(failed("TimeoutError", &format!("no answer within {limit:?}")))
        }
        _ => Err(error.to_string()),
    }
}

/// A failure that is not a refusal.
pub(super) fn failed(class: &str, msg: &str) -> Value {
    json!({"raised": {"type": class, "msg": msg}})
}

fn raised(code: u16, msg: &str, errcode: &str, additional: &Map<String, Value>) -> Value {
    let mut raised = json!({"type": "SynapseError", "code": code, "msg": msg, "errcode": errcode});
    if !additional.is_empty() {
        raised["additional"] = additional.clone().into();
    }
    json!({"raised": raised})
}
