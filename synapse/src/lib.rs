//! The loader inside Synapse: the native half of the Python package `hsmod`.
//!
//! The reactor's thread polls the futures of questions itself, so that the requests of a module run
//! in the logging context of the question. A tokio thread drives timers, sockets and background
//! work, and passes everything that concerns Synapse to the reactor. Other threads use Python only
//! for the JSON of events, and for log lines when the reactor hangs.

mod callbacks;
mod convert;
mod home;
mod host;
mod log;
mod modules;
mod notice;
mod parsed;
mod reactor;
mod requests;
mod runtime;
mod task;
mod web;

use pyo3::prelude::*;

/// `hsmod._native`
#[pymodule]
fn _native(module: &Bound<'_, PyModule>) -> PyResult<()> {
    log::install();
    module.add_function(wrap_pyfunction!(log::log_levels, module)?)?;
    module.add_function(wrap_pyfunction!(log::end_log, module)?)?;
    module.add("__version__", env!("CARGO_PKG_VERSION"))?;
    module.add_function(wrap_pyfunction!(callbacks::callbacks, module)?)?;
    module.add_function(wrap_pyfunction!(callbacks::loader_callbacks, module)?)?;
    module.add("ModuleFailed", module.py().get_type::<convert::error::ModuleFailed>())?;
    module.add("Refused", module.py().get_type::<parsed::Refused>())?;
    module.add_class::<parsed::Parsed>()?;
    module.add_class::<modules::Modules>()
}
