//! Verdicts: `NOT_SPAM`, a code, or a code with fields.

use hsmod_loader::values::{Denial, ErrorCode, Verdict};
use hsmod_loader::{CallError, Cause};
use pyo3::prelude::*;
use pyo3::sync::PyOnceLock;
use serde_json::{Map, Value};

use super::error::{additional, raised};

/// The return value of most callbacks of `spam_checker`: `NOT_SPAM`, a member of `Codes`, or a pair
/// of one and fields for the client.
pub(crate) fn verdict(py: Python<'_>, answer: Result<(), CallError>) -> PyResult<Py<PyAny>> {
    let Some(Denial { errcode, message, fields, .. }) = denial(py, answer)? else {
        return not_spam(py);
    };
    let known = known_code(py, errcode.as_str());
    let mut fields = fields;
    if let Some(message) = message {
        fields.entry("error").or_insert(Value::String(message));
    }
    match known {
        Ok(code) if fields.is_empty() => Ok(code),
        Ok(code) => pair(py, code, &fields),
        // Fields override the code in Synapse, so a code that it does not know is passed as a
        // field.
        Err(_) => {
            fields.entry("errcode").or_insert(errcode.as_str().into());
            pair(py, known_code(py, ErrorCode::Forbidden.as_str())?, &fields)
        }
    }
}

/// The return value of `user_may_send_state_event`, for which Synapse accepts neither fields nor
/// codes that it does not know.
pub(crate) fn code_only(py: Python<'_>, answer: Result<(), CallError>) -> PyResult<Py<PyAny>> {
    match denial(py, answer)? {
        None => not_spam(py),
        Some(Denial { errcode, .. }) => known_code(py, errcode.as_str())
            .or_else(|_| known_code(py, ErrorCode::Forbidden.as_str())),
    }
}

/// The denial of a question, if it was denied.
///
/// # Errors
/// The question failed.
fn denial(py: Python<'_>, answer: Result<(), CallError>) -> PyResult<Option<Denial>> {
    let Err(error) = answer else { return Ok(None) };
    match error.cause() {
        Cause::Verdict(Verdict::Deny(denial)) => Ok(Some(denial.clone())),
        _ => Err(raised(py, &error)),
    }
}

fn pair(py: Python<'_>, code: Py<PyAny>, fields: &Map<String, Value>) -> PyResult<Py<PyAny>> {
    Ok((code, additional(py, fields)?).into_pyobject(py)?.into_any().unbind())
}

/// The constant itself, which Synapse compares by identity.
///
/// # Errors
/// Synapse cannot be imported.
pub(crate) fn not_spam(py: Python<'_>) -> PyResult<Py<PyAny>> {
    static NOT_SPAM: PyOnceLock<Py<PyAny>> = PyOnceLock::new();
    Ok(NOT_SPAM.import(py, "synapse.module_api", "NOT_SPAM")?.clone().unbind())
}

/// A member of `Codes`.
///
/// # Errors
/// This Synapse does not know the code.
fn known_code(py: Python<'_>, errcode: &str) -> PyResult<Py<PyAny>> {
    static CODES: PyOnceLock<Py<PyAny>> = PyOnceLock::new();
    Ok(CODES.import(py, "synapse.module_api.errors", "Codes")?.call1((errcode,))?.unbind())
}
