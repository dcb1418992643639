//! Batches of background updates.

use std::sync::{Arc, Mutex, PoisonError};

use hsmod_loader::CallError;
use hsmod_loader::dispatch;
use pyo3::prelude::*;

use super::answers::nothing;
use super::error::raised;
use crate::home::Home;
use crate::task::awaitable;

/// A batch that the controller has allowed, for the context manager in `hsmod.updates`.
pub(crate) fn update(
    py: Python<'_>,
    home: &Arc<Home>,
    answer: Result<Option<dispatch::Update>, CallError>,
) -> PyResult<Py<PyAny>> {
    let update = answer.map_err(|error| raised(py, &error))?;
    let desired_duration_ms = update.as_ref().map(dispatch::Update::desired_duration_ms);
    let home = Arc::clone(home);
    let update = Update { home, desired_duration_ms, update: Mutex::new(update) };
    Ok(Bound::new(py, update)?.into_any().unbind())
}

#[pyclass(frozen, module = "hsmod._native")]
struct Update {
    home: Arc<Home>,
    /// `None` if the controller has ended.
    #[pyo3(get)]
    desired_duration_ms: Option<i64>,
    /// Taken at the exit.
    update: Mutex<Option<dispatch::Update>>,
}

#[pymethods]
impl Update {
    /// Tells the controller that the batch has run, or has failed.
    fn exit<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        let update = self.update.lock().unwrap_or_else(PoisonError::into_inner).take();
        let exit = async move {
            let told = match update {
                Some(update) => update.exit().await,
                None => Ok(()),
            };
            Python::attach(|py| nothing(py, told))
        };
        awaitable(py, &self.home.reactor, Box::pin(exit))
    }
}
