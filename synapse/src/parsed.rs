//! The configs of all modules, read before Synapse becomes a daemon.

use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};

use hsmod_loader::config::ConfigText;
use hsmod_loader::{Config, Host, LoadError};
use pyo3::exceptions::{PyOSError, PyValueError};
use pyo3::prelude::*;
use pyo3::types::PyWeakrefReference;

use crate::convert::json;
use crate::home::Home;
use crate::host;
use crate::modules::Modules;
use crate::runtime;

pyo3::create_exception!(
    hsmod._native,
    Refused,
    pyo3::exceptions::PyException,
    "Modules cannot be loaded: the text has all their problems, with cause and remedy."
);

/// The return value of `parse_config`: the plugins are mapped, and every module has read its
/// config.
///
/// It is consumed when the modules are created. If they are created again from the same config, the
/// configs are read again.
#[pyclass(frozen, module = "hsmod._native")]
pub(crate) struct Parsed {
    config: Config,
    called: Option<Called>,
    parsed: Mutex<Option<hsmod_loader::Parsed>>,
}

/// The callbacks that a Synapse calls, and its version.
type Called = (Vec<String>, String);

#[pymethods]
impl Parsed {
    /// Reads a config file. A plugin that requires a callback that is not in `called` is refused
    /// before it is mapped.
    #[staticmethod]
    #[pyo3(signature = (file, plugins_dir, called=None))]
    fn from_file(
        py: Python<'_>,
        file: PathBuf,
        plugins_dir: PathBuf,
        called: Option<Called>,
    ) -> PyResult<Self> {
        let config = ConfigText::from_file(file).and_then(|text| Config::from_text(&text));
        Self::of(py, config, plugins_dir, called)
    }

    /// Reads the config from Synapse's own config. Relative paths are resolved against `base`.
    #[staticmethod]
    #[pyo3(signature = (config, base, plugins_dir, called=None))]
    fn from_value(
        py: Python<'_>,
        config: &Bound<'_, PyAny>,
        base: PathBuf,
        plugins_dir: PathBuf,
        called: Option<Called>,
    ) -> PyResult<Self> {
        Self::of(py, Config::from_value(json::read(config)?, &[], &base), plugins_dir, called)
    }

    /// The warnings, which do not prevent the modules from being created.
    fn warnings(&self) -> Vec<String> {
        let parsed = self.parsed.lock().unwrap_or_else(PoisonError::into_inner);
        parsed.iter().flat_map(|parsed| parsed.warnings()).map(ToString::to_string).collect()
    }

    /// The tests of Synapse copy configs.
    fn __deepcopy__(slf: Py<Self>, _memo: &Bound<'_, PyAny>) -> Py<Self> {
        slf
    }

    /// Creates the modules, for the homeserver whose Python half is `glue`.
    fn make(
        &self,
        py: Python<'_>,
        glue: &Bound<'_, PyAny>,
        about: &Bound<'_, PyAny>,
    ) -> PyResult<Modules> {
        let taken = self.parsed.lock().unwrap_or_else(PoisonError::into_inner).take();
        let parsed = match taken {
            Some(parsed) => parsed,
            None => parse(py, self.config.clone(), self.called.as_ref())?,
        };
        let glue = PyWeakrefReference::new(glue)?.unbind();
        let home = Arc::new(Home::new(glue).map_err(|error| {
            PyOSError::new_err(format!("cannot create a socket for native modules: {error}"))
        })?);
        let host: Host = host::host(about, &home, &self.config)?;
        let handle = runtime::handle()?;
        let made =
            py.detach(|| handle.block_on(parsed.make(host))).map_err(|error| refused(&error))?;
        Ok(Modules::new(home, made))
    }
}

impl Parsed {
    fn of(
        py: Python<'_>,
        config: Result<Config, LoadError>,
        plugins_dir: PathBuf,
        called: Option<Called>,
    ) -> PyResult<Self> {
        let config = config.map_err(|error| refused(&error))?.plugins_dir_or(plugins_dir);
        let parsed = parse(py, config.clone(), called.as_ref())?;
        Ok(Self { config, called, parsed: Mutex::new(Some(parsed)) })
    }
}

fn parse(
    py: Python<'_>,
    config: Config,
    called: Option<&Called>,
) -> PyResult<hsmod_loader::Parsed> {
    // The server name is not used before the modules are created.
    let host =
        called.map(|(calls, synapse)| Host::new("").calls(known(calls.clone())).synapse(synapse));
    let parsed = py.detach(|| match &host {
        Some(host) => hsmod_loader::Parsed::of_calls(config, host),
        None => hsmod_loader::Parsed::new(config),
    });
    parsed.map_err(|error| refused(&error))
}

/// Those of the callbacks that this package knows: a newer Synapse may call further ones.
pub(crate) fn known(calls: Vec<String>) -> impl Iterator<Item = String> {
    calls.into_iter().filter(|name| hsmod_loader::names::is_known(name))
}

pub(crate) fn refused(error: &LoadError) -> PyErr {
    Refused::new_err(error.to_string())
}

/// Reads a key of Python's description of the homeserver.
///
/// # Errors
/// The key is missing.
pub(crate) fn key<'py, T>(about: &Bound<'py, PyAny>, name: &str) -> PyResult<T>
where
    T: for<'a> FromPyObject<'a, 'py>,
    for<'a> <T as FromPyObject<'a, 'py>>::Error: Into<PyErr>,
{
    let value = about.get_item(name).map_err(|_| PyValueError::new_err(format!("no `{name}`")))?;
    value.extract().map_err(Into::into)
}
