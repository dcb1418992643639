//! Logins that a module accepts.

use std::sync::{Arc, Mutex, PoisonError};

use hsmod_loader::dispatch::Login;
use hsmod_loader::{CallError, Json};
use pyo3::exceptions::PyRuntimeError;
use pyo3::prelude::*;

use super::answers::nothing;
use super::error::raised;
use super::json;
use crate::home::Home;
use crate::task::awaitable;

/// The user and the function to call after the login, or `None`; or `None` if the login is not
/// accepted.
pub(crate) fn login(
    py: Python<'_>,
    home: &Arc<Home>,
    answer: Result<Option<Login>, CallError>,
) -> PyResult<Py<PyAny>> {
    let Some(login) = answer.map_err(|error| raised(py, &error))? else { return Ok(py.None()) };
    let user_id = login.user_id().to_owned();
    let on_login = login
        .wants_response()
        .then(|| OnLogin { home: Arc::clone(home), login: Mutex::new(Some(login)) });
    Ok((user_id, on_login).into_pyobject(py)?.into_any().unbind())
}

/// The function that Synapse calls with its response, just before it answers the client.
#[pyclass(frozen, module = "hsmod._native")]
struct OnLogin {
    home: Arc<Home>,
    /// Taken by the call.
    login: Mutex<Option<Login>>,
}

#[pymethods]
impl OnLogin {
    fn __call__<'py>(
        &self,
        py: Python<'py>,
        response: &Bound<'py, PyAny>,
    ) -> PyResult<Bound<'py, PyAny>> {
        let response = json::write(response)?;
        let login = self.login.lock().unwrap_or_else(PoisonError::into_inner).take();
        let login =
            login.ok_or_else(|| PyRuntimeError::new_err("the module was told of this login"))?;
        let told = async move {
            let told = login.on_login(Json(&response)).await;
            Python::attach(|py| nothing(py, told))
        };
        awaitable(py, &self.home.reactor, Box::pin(told))
    }
}
