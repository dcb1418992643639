//! Translates the value that a callback returns in Python, with its many ways to say yes and no, to
//! the callback's type here. Answers other than yes and no are in [`values`].
//!
//! Mirrors what `synapse/module_api/callbacks/*.py` does with the value of each callback.

mod values;

use hsmod_plugin_api::prelude::*;
use serde_json::Value;

use values::*;

use crate::python::Python;

type Meaning<A> = Result<A, ModuleError>;

/// A type of answer.
pub(crate) trait Meant: Sized {
    /// The meaning of a value that this callback returns.
    fn meant(callback: &str, value: &Python) -> Meaning<Self>;
}

/// The grammar of each type of answer, and of callbacks that differ.
macro_rules! meanings {
    ($( $answer:ty: $usual:ident $(, $callback:literal: $own:ident)*; )*) => { $(
        impl Meant for $answer {
            fn meant(callback: &str, value: &Python) -> Meaning<Self> {
                let own: &[(&str, fn(&Python) -> Meaning<Self>)] = &[$( ($callback, $own) ),*];
                match own.iter().find(|(name, _)| *name == callback) {
                    Some((_, own)) => own(value),
                    None => $usual(value),
                }
            }
        }
    )* };
}

meanings! {
    Verdict: may, "check_event_for_spam": event, "check_media_file_for_spam": media,
        "check_login_for_spam": code_only, "user_may_send_state_event": code_only;
    FederatedEventAction: dropped;
    DirectoryVisibility: hidden;
    RegistrationBehaviour: registration;
    EventDecision: event_allowed;
    Permission: permission, "is_user_allowed_to_upload_media_of_size": upload;
    Option<bool>: expired;
    (): nothing, "on_legacy_send_mail": mail;
    LegacyRenewal: renewal;
    i64: expiration;
    UsersForStates: users_for_states;
    InterestedUsers: interested_users;
    Option<AcceptedLogin>: login;
    Option<String>: name;
    UpdateGuard: update;
    Option<i64>: batch_size;
    JsonObject: fields;
    Option<JsonObject>: media_config;
    Option<Vec<MediaUploadLimit>>: upload_limits;
    Option<RatelimitOverride>: ratelimit;
}

/// `check_event_for_spam`: `True` denies, and a string is the message that the client sees.
fn event(value: &Python) -> Meaning<Verdict> {
    let text = |text: &str| Verdict::deny(ErrorCode::Forbidden).message(text);
    Ok(match value {
        Python::NotSpam | Python::Bool(false) => Verdict::Allow,
        // Only this callback compares with `==`.
        Python::Str(string) if string == "NOT_SPAM" => Verdict::Allow,
        Python::Bool(true) => Verdict::deny(ErrorCode::Forbidden),
        Python::Str(string) => text(string),
        other => {
            code(other).unwrap_or_else(|| text("This message has been rejected as probable spam"))
        }
    })
}

/// Most of `user_may_..`: `True` allows.
fn may(value: &Python) -> Meaning<Verdict> {
    Ok(match value {
        Python::Bool(true) => Verdict::Allow,
        other => code_or_constant(other),
    })
}

/// `check_media_file_for_spam`: `False` allows.
fn media(value: &Python) -> Meaning<Verdict> {
    Ok(match value {
        Python::Bool(false) => Verdict::Allow,
        other => code_or_constant(other),
    })
}

/// `check_login_for_spam` and `user_may_send_state_event`, which do not accept `True` or `False`.
///
/// Synapse drops the code and fields of a pair for `user_may_send_state_event`, although its type
/// allows them. Here they are passed on, and the homeserver's rules decide.
fn code_only(value: &Python) -> Meaning<Verdict> {
    Ok(code_or_constant(value))
}

/// The constant allows; a code denies, and so does any invalid value.
fn code_or_constant(value: &Python) -> Verdict {
    match value {
        Python::NotSpam => Verdict::Allow,
        other => code(other).unwrap_or_else(|| Verdict::deny(ErrorCode::Forbidden)),
    }
}

/// A code, or a tuple of just a code and a dict.
fn code(value: &Python) -> Option<Verdict> {
    match value {
        Python::Code(code) => Some(Verdict::deny(code.clone())),
        Python::Tuple(pair) => match &pair[..] {
            [Python::Code(code), Python::Dict(fields)] => {
                let verdict = Verdict::deny(code.clone());
                let fields = fields.iter();
                Some(fields.fold(verdict, |verdict, (k, v)| verdict.field(k, v.clone())))
            }
            _ => None,
        },
        _ => None,
    }
}

/// `should_drop_federated_event`
fn dropped(value: &Python) -> Meaning<FederatedEventAction> {
    let drop = value.is_true();
    Ok(if drop { FederatedEventAction::Drop } else { FederatedEventAction::Keep })
}

/// `check_username_for_spam`
fn hidden(value: &Python) -> Meaning<DirectoryVisibility> {
    let hide = value.is_true();
    Ok(if hide { DirectoryVisibility::Hidden } else { DirectoryVisibility::Visible })
}

/// `check_registration_for_spam`: any other value fails an assertion.
fn registration(value: &Python) -> Meaning<RegistrationBehaviour> {
    match value {
        Python::Registration(behaviour) => Ok(*behaviour),
        _ => Err(ModuleError::new("AssertionError: no RegistrationBehaviour was returned")),
    }
}

/// `check_event_allowed`: two items, of which the first may be `False` and the second an event.
fn event_allowed(value: &Python) -> Meaning<EventDecision> {
    match value.unpack() {
        None => Err(ModuleError::new("the value returned cannot be unpacked into two")),
        Some((allowed, _)) if allowed.is_false() => Ok(EventDecision::Deny),
        Some((_, Python::Dict(event))) => Ok(EventDecision::Replace(Value::Object(event))),
        Some(_) => Ok(EventDecision::Allow),
    }
}

/// The other checks of `third_party_rules`, and `is_3pid_allowed`: only `False` itself denies.
fn permission(value: &Python) -> Meaning<Permission> {
    Ok(if value.is_false() { Permission::Deny } else { Permission::Allow })
}

/// `is_user_allowed_to_upload_media_of_size`
fn upload(value: &Python) -> Meaning<Permission> {
    Ok(if value.is_true() { Permission::Allow } else { Permission::Deny })
}

/// `is_user_expired`
fn expired(value: &Python) -> Meaning<Option<bool>> {
    Ok(match value {
        Python::None => None,
        other => Some(other.is_true()),
    })
}

/// The value is ignored.
const fn nothing(_: &Python) -> Meaning<()> {
    Ok(())
}
