//! The modules of one homeserver, for Python.

use std::os::fd::RawFd;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use hsmod_loader::{Made, ModuleInfo, Registered};
use pyo3::exceptions::{PyRuntimeError, PyValueError};
use pyo3::prelude::*;
use serde_json::Value;

use crate::callbacks::{self, Callback};
use crate::convert::json::object;
use crate::home::Home;
use crate::parsed::refused;
use crate::task::awaitable;
use crate::web;

/// Modules that have been created; asked as soon as they have started.
#[pyclass(frozen, module = "hsmod._native")]
pub(crate) struct Modules {
    home: Arc<Home>,
    /// Taken when they are started.
    made: Mutex<Option<Made>>,
}

impl Modules {
    pub(crate) const fn new(home: Arc<Home>, made: Made) -> Self {
        Self { home, made: Mutex::new(Some(made)) }
    }

    /// Calls `look` with all modules, whether or not they have started.
    fn seen<T>(&self, look: impl FnOnce(&[ModuleInfo]) -> T) -> T {
        let made = self.made.lock().unwrap_or_else(PoisonError::into_inner);
        match (self.home.running(), &*made) {
            (Some(modules), _) => look(modules.info()),
            (None, Some(made)) => look(made.info()),
            (None, None) => look(&[]),
        }
    }
}

#[pymethods]
impl Modules {
    /// The registrations of all modules so far: `callbacks` by category, `login_types`, `web`.
    fn registered<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        as_object(py, serde_json::to_value(self.seen(Registered::of)))
    }

    /// A description of each module, in the order of the config.
    fn describe<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        as_object(py, self.seen(|modules| serde_json::to_value(modules)))
    }

    /// The function that is registered with Synapse for a callback.
    fn callback(&self, category: &str, name: &str) -> PyResult<Callback> {
        let row = callbacks::row(category, name).ok_or_else(|| {
            PyValueError::new_err(format!("there is no callback {category}.{name} in Synapse"))
        })?;
        Ok(Callback::new(row, Arc::clone(&self.home)))
    }

    /// Lets a module answer a request of Twisted to `path`. Awaiting the result gives `(status,
    /// headers, body)`, or `None` if no module serves the path.
    fn handle<'py>(
        &self,
        py: Python<'py>,
        request: &Bound<'py, PyAny>,
        path: &[u8],
    ) -> PyResult<Bound<'py, PyAny>> {
        web::handle(py, &self.home, request, path)
    }

    /// Removes a key, which is JSON, from all caches with this name; returns the number of caches.
    fn invalidate_cache(&self, name: &str, key: &str) -> usize {
        self.home.running().map_or(0, |modules| modules.invalidate_cache(name, key))
    }

    /// Starts the modules; the result is awaited once.
    fn start<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        let made = self.made.lock().unwrap_or_else(PoisonError::into_inner).take();
        let made =
            made.ok_or_else(|| PyRuntimeError::new_err("the modules have already been started"))?;
        let home = Arc::clone(&self.home);
        let start = async move {
            match made.start().await {
                Ok(modules) => home.started(modules),
                Err(error) => {
                    home.refused();
                    return Err(refused(&error));
                }
            }
            Ok(Python::attach(|py| py.None()))
        };
        awaitable(py, &self.home.reactor, Box::pin(start))
    }

    /// Shuts the modules down; the result is awaited before the homeserver is dismantled. Each of
    /// its two phases, the calls in progress and the modules' own `shutdown`, may take `seconds`.
    fn shutdown<'py>(&self, py: Python<'py>, seconds: f64) -> PyResult<Bound<'py, PyAny>> {
        let limit = Duration::try_from_secs_f64(seconds)
            .map_err(|error| PyValueError::new_err(error.to_string()))?;
        let home = Arc::clone(&self.home);
        let made = self.made.lock().unwrap_or_else(PoisonError::into_inner).take();
        let shutdown = async move {
            if let Some(made) = made {
                made.end().await;
            }
            if let Some(modules) = home.running() {
                modules.shutdown(limit).await;
            }
            Ok(Python::attach(|py| py.None()))
        };
        awaitable(py, &self.home.reactor, Box::pin(shutdown))
    }

    /// The file descriptor that the reactor watches.
    fn descriptor(&self) -> RawFd {
        self.home.reactor.descriptor()
    }

    /// Runs the jobs that other threads have queued for the reactor's thread.
    fn run_waiting(&self, py: Python<'_>) {
        self.home.reactor.run_waiting(py);
    }

    /// Tells that the reactor has stopped looking for jobs.
    fn close(&self) {
        self.home.reactor.close();
    }
}

fn as_object(py: Python<'_>, value: serde_json::Result<Value>) -> PyResult<Bound<'_, PyAny>> {
    object(py, &value.map_err(|error| PyValueError::new_err(error.to_string()))?)
}
