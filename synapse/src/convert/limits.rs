//! Limits on amounts and rates: Synapse's classes, whose members depend on its version.

use hsmod_loader::CallError;
use hsmod_loader::values::{MediaUploadLimit, RatelimitOverride};
use pyo3::prelude::*;
use pyo3::sync::PyOnceLock;
use pyo3::types::{PyDict, PyList};

use super::arguments::{Argument, optional_text};
use super::error::raised;
use crate::home::Home;

/// A limit on uploads: a `MediaUploadLimit`.
pub(crate) struct UploadLimit(MediaUploadLimit);

impl Argument for UploadLimit {
    type View<'a> = &'a MediaUploadLimit;
    type Input<'v> = &'v MediaUploadLimit;

    fn take(_: &Home, value: &Bound<'_, PyAny>) -> PyResult<Self> {
        let number = |name: &str| value.getattr(name)?.extract::<u64>();
        let mut limit = MediaUploadLimit::new(number("max_bytes")?, number("time_period_ms")?);
        if let Some(uri) = value.getattr_opt("info_uri")? {
            limit.info_uri = optional_text(&uri)?;
        }
        if let Some(can_upgrade) = value.getattr_opt("can_upgrade")? {
            limit.can_upgrade = can_upgrade.is_truthy()?;
        }
        Ok(Self(limit))
    }

    fn view(&self) -> &MediaUploadLimit {
        &self.0
    }

    fn input<'v>(view: &'v &MediaUploadLimit) -> &'v MediaUploadLimit {
        view
    }
}

/// A list of limits, which Synapse sorts in place; or `None`.
pub(crate) fn upload_limits(
    py: Python<'_>,
    answer: Result<Option<Vec<MediaUploadLimit>>, CallError>,
) -> PyResult<Py<PyAny>> {
    let Some(limits) = answer.map_err(|error| raised(py, &error))? else { return Ok(py.None()) };
    let limits: Vec<_> =
        limits.iter().map(|limit| upload_limit(py, limit)).collect::<PyResult<_>>()?;
    Ok(PyList::new(py, limits)?.into_any().unbind())
}

fn upload_limit<'py>(py: Python<'py>, limit: &MediaUploadLimit) -> PyResult<Bound<'py, PyAny>> {
    static CLASS: PyOnceLock<Py<PyAny>> = PyOnceLock::new();
    let class = CLASS.import(py, "synapse.module_api", "MediaUploadLimit")?;
    let members = PyDict::new(py);
    members.set_item("max_bytes", limit.max_bytes)?;
    members.set_item("time_period_ms", limit.time_period_ms)?;
    // Synapse before 1.158 has neither of these, and does not report them to clients.
    let known = class.getattr("__attrs_attrs__")?;
    if known.hasattr("info_uri")? {
        members.set_item("info_uri", limit.info_uri.as_deref())?;
    }
    if known.hasattr("can_upgrade")? {
        members.set_item("can_upgrade", limit.can_upgrade)?;
    }
    class.call((), Some(&members))
}

/// Stands for "no limit": per second, and at once.
///
/// Rationale: Synapse documents that 0 per second means no limit, but divides by it when it counts.
const UNLIMITED: (f64, i64) = (1e9, 1_000_000_000);

/// A `RatelimitOverride`, or `None`.
pub(crate) fn ratelimit(
    py: Python<'_>,
    answer: Result<Option<RatelimitOverride>, CallError>,
) -> PyResult<Py<PyAny>> {
    static CLASS: PyOnceLock<Py<PyAny>> = PyOnceLock::new();
    let Some(given) = answer.map_err(|error| raised(py, &error))? else { return Ok(py.None()) };
    let class = CLASS.import(py, "synapse.module_api", "RatelimitOverride")?;
    let (per_second, burst_count) =
        if given.is_unlimited() { UNLIMITED } else { (given.per_second, given.burst_count) };
    Ok(class.call1((per_second, burst_count))?.unbind())
}
