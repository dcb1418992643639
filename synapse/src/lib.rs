//! The loader inside Synapse: the native half of the Python package `hsmod`.

use pyo3::prelude::*;

/// `hsmod._native`
#[pymodule]
fn _native(module: &Bound<'_, PyModule>) -> PyResult<()> {
    module.add("__version__", env!("CARGO_PKG_VERSION"))
}
