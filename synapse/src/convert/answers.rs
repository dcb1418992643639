//! Converts answers: yes or no, numbers, strings, JSON.

use hsmod_loader::values::{
    DirectoryVisibility, FederatedEventAction, JsonObject, LegacyRenewal, RegistrationBehaviour,
};
use hsmod_loader::{CallError, Cause, Replacement};
use pyo3::prelude::*;
use pyo3::sync::PyOnceLock;
use pyo3::types::{PyBool, PyDict};
use serde_json::Value;

use super::error::raised;
use super::json::object;

type Outcome<T> = Result<T, CallError>;
type Answered = PyResult<Py<PyAny>>;

/// `None`, for callbacks without an answer.
pub(crate) fn nothing(py: Python<'_>, answer: Outcome<()>) -> Answered {
    answer.map_err(|error| raised(py, &error))?;
    Ok(py.None())
}

/// [`nothing`] for callbacks of which there is only one module, which may have ended.
pub(crate) fn done(py: Python<'_>, answer: Outcome<Option<()>>) -> Answered {
    nothing(py, answer.map(|_| ()))
}

/// `True`, or `False` itself, which Synapse compares by identity.
pub(crate) fn permission(py: Python<'_>, answer: Outcome<()>) -> Answered {
    match answer {
        Ok(()) => Ok(flag(py, true)),
        Err(error) if is_verdict(&error) => Ok(flag(py, false)),
        Err(error) => Err(raised(py, &error)),
    }
}

/// Whether the event is allowed, and the event that replaces it.
pub(crate) fn event_allowed(py: Python<'_>, answer: Outcome<Option<Replacement>>) -> Answered {
    let (allowed, replacement) = match answer {
        Ok(replacement) => (true, replacement.map_or(Value::Null, Replacement::into_value)),
        Err(error) if is_verdict(&error) => (false, Value::Null),
        Err(error) => return Err(raised(py, &error)),
    };
    Ok((allowed, object(py, &replacement)?).into_pyobject(py)?.into_any().unbind())
}

/// Whether the event is dropped.
pub(crate) fn dropped(py: Python<'_>, answer: Outcome<FederatedEventAction>) -> Answered {
    let action = answer.map_err(|error| raised(py, &error))?;
    Ok(flag(py, action == FederatedEventAction::Drop))
}

/// Whether the user is hidden.
pub(crate) fn hidden(py: Python<'_>, answer: Outcome<DirectoryVisibility>) -> Answered {
    let visibility = answer.map_err(|error| raised(py, &error))?;
    Ok(flag(py, visibility == DirectoryVisibility::Hidden))
}

/// A member of `RegistrationBehaviour`.
pub(crate) fn registration(py: Python<'_>, answer: Outcome<RegistrationBehaviour>) -> Answered {
    static CLASS: PyOnceLock<Py<PyAny>> = PyOnceLock::new();
    let name = match answer {
        Ok(RegistrationBehaviour::Allow) => "ALLOW",
        Ok(RegistrationBehaviour::ShadowBan) => "SHADOW_BAN",
        Ok(_) => "DENY",
        Err(error) if is_verdict(&error) => "DENY",
        Err(error) => return Err(raised(py, &error)),
    };
    let class = CLASS.import(py, "synapse.spam_checker_api", "RegistrationBehaviour")?;
    Ok(class.getattr(name)?.unbind())
}

/// `True`, `False`, or `None` for no opinion.
pub(crate) fn opinion(py: Python<'_>, answer: Outcome<Option<bool>>) -> Answered {
    let opinion = answer.map_err(|error| raised(py, &error))?;
    Ok(opinion.map_or_else(|| py.None(), |opinion| flag(py, opinion)))
}

/// A number, or `None`.
pub(crate) fn number(py: Python<'_>, answer: Outcome<Option<i64>>) -> Answered {
    let number = answer.map_err(|error| raised(py, &error))?;
    Ok(number.into_pyobject(py)?.unbind())
}

/// A string, or `None`.
pub(crate) fn name(py: Python<'_>, answer: Outcome<Option<String>>) -> Answered {
    let name = answer.map_err(|error| raised(py, &error))?;
    Ok(name.into_pyobject(py)?.unbind())
}

/// A dictionary.
pub(crate) fn fields(py: Python<'_>, answer: Outcome<JsonObject>) -> Answered {
    let fields = answer.map_err(|error| raised(py, &error))?;
    let dictionary = PyDict::new(py);
    for (name, value) in &fields {
        dictionary.set_item(name, object(py, value)?)?;
    }
    Ok(dictionary.into_any().unbind())
}

/// A dictionary, or `None`.
pub(crate) fn optional_fields(py: Python<'_>, answer: Outcome<Option<JsonObject>>) -> Answered {
    match answer.map_err(|error| raised(py, &error))? {
        None => Ok(py.None()),
        Some(given) => fields(py, Ok(given)),
    }
}

/// Whether the token was valid, whether it was used before, and until when the account is valid.
pub(crate) fn renewal(py: Python<'_>, answer: Outcome<Option<LegacyRenewal>>) -> Answered {
    let renewal = answer.map_err(|error| raised(py, &error))?.unwrap_or(LegacyRenewal::UNKNOWN);
    let LegacyRenewal { valid, stale, expiration_ts, .. } = renewal;
    Ok((valid, stale, expiration_ts).into_pyobject(py)?.into_any().unbind())
}

fn flag(py: Python<'_>, value: bool) -> Py<PyAny> {
    PyBool::new(py, value).to_owned().into_any().unbind()
}

fn is_verdict(error: &CallError) -> bool {
    matches!(error.cause(), Cause::Verdict(_))
}
