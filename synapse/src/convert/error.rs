//! Converts failures of modules into the exceptions that a Python module would raise.

use hsmod_loader::values::ErrorKind;
use hsmod_loader::{CallError, Cause};
use pyo3::prelude::*;
use pyo3::sync::PyOnceLock;
use pyo3::types::PyDict;
use serde_json::{Map, Value};

use super::json::object;

pyo3::create_exception!(
    hsmod._native,
    ModuleFailed,
    pyo3::exceptions::PyRuntimeError,
    "A native module failed; the text names the module and the callback."
);

/// The exception for a failed question: a refusal with an HTTP status becomes a `SynapseError`, a
/// cancelled question Twisted's `CancelledError`, everything else a `ModuleFailed`.
pub(crate) fn raised(py: Python<'_>, error: &CallError) -> PyErr {
    let Cause::Error(module_error) = error.cause() else {
        return ModuleFailed::new_err(error.to_string());
    };
    let raised = match module_error.kind() {
        ErrorKind::Http { status, errcode, message, fields } => {
            synapse_error(py, *status, errcode.as_str(), message, fields)
        }
        ErrorKind::Cancelled => cancelled(py),
        _ => Ok(ModuleFailed::new_err(error.to_string())),
    };
    raised.unwrap_or_else(|error| error)
}

/// A `SynapseError`.
///
/// # Errors
/// Synapse cannot be imported.
pub(crate) fn synapse_error(
    py: Python<'_>,
    status: u16,
    errcode: &str,
    message: &str,
    fields: &Map<String, Value>,
) -> PyResult<PyErr> {
    static CLASS: PyOnceLock<Py<PyAny>> = PyOnceLock::new();
    let class = CLASS.import(py, "synapse.module_api.errors", "SynapseError")?;
    let error = class.call1((status, message, errcode, additional(py, fields)?))?;
    Ok(PyErr::from_value(error))
}

/// The further fields of a module's error, for the client.
///
/// Rationale: Synapse passes them as keyword arguments to a function that has parameters `msg` and
/// `code`, and would fail on fields of these names.
///
/// # Errors
/// Python is out of memory.
pub(crate) fn additional<'py>(
    py: Python<'py>,
    fields: &Map<String, Value>,
) -> PyResult<Bound<'py, PyDict>> {
    let dictionary = PyDict::new(py);
    for (name, value) in fields {
        if !matches!(name.as_str(), "msg" | "code") {
            dictionary.set_item(name, object(py, value)?)?;
        }
    }
    Ok(dictionary)
}

fn cancelled(py: Python<'_>) -> PyResult<PyErr> {
    static CLASS: PyOnceLock<Py<PyAny>> = PyOnceLock::new();
    let class = CLASS.import(py, "twisted.internet.defer", "CancelledError")?;
    Ok(PyErr::from_value(class.call0()?))
}
