//! Web resources of modules, behind those of Synapse.

use std::future::Future;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use bytes::Bytes;
use http::Response;
use pyo3::prelude::*;
use pyo3::types::PyBytes;

use crate::convert;
use crate::home::Home;
use crate::task::awaitable;

tokio::task_local! {
    /// The number of Twisted's request that a module is asked about.
    static REQUEST: u64;
}

/// Lets a module answer a request of Twisted's, as if it was made of `path`. What is returned is
/// awaited, and becomes `(status, [(name, value), ..], body)`; `None` if no module has that path.
///
/// # Errors
/// It is no request of Twisted's.
pub(crate) fn handle<'py>(
    py: Python<'py>,
    home: &Arc<Home>,
    request: &Bound<'py, PyAny>,
    path: &[u8],
) -> PyResult<Bound<'py, PyAny>> {
    let taken = convert::request::request(request, path)?;
    let modules = Arc::clone(home);
    let answer = about(home, request, async move {
        let web = modules.modules().await?.web();
        let answer = web.handle(taken).await;
        Python::attach(|py| match answer {
            Some(response) => written(py, &response),
            None => Ok(py.None()),
        })
    })?;
    awaitable(py, &home.reactor, Box::pin(answer))
}

/// What a module asks of the homeserver in `question` is about this request of Twisted's: it has a
/// number as long as that takes.
///
/// # Errors
/// The homeserver has ended.
pub(crate) fn about<F: Future>(
    home: &Home,
    request: &Bound<'_, PyAny>,
    question: F,
) -> PyResult<impl Future<Output = F::Output> + use<F>> {
    let numbered = Numbered::new(home, request)?;
    Ok(REQUEST.scope(numbered.number, async move {
        let _numbered = numbered;
        question.await
    }))
}

/// The number of Twisted's request that a module is being asked about, which Python knows it by;
/// `None` anywhere but below [`about`].
pub(crate) fn current_request() -> Option<u64> {
    REQUEST.try_with(|number| *number).ok()
}

/// A request in Python's table, until this is dropped.
struct Numbered {
    number: u64,
    table: Py<PyAny>,
}

impl Numbered {
    fn new(home: &Home, request: &Bound<'_, PyAny>) -> PyResult<Self> {
        static NEXT: AtomicU64 = AtomicU64::new(0);
        let table = home.glue(request.py())?.getattr("own_requests")?;
        let number = NEXT.fetch_add(1, Ordering::Relaxed);
        table.set_item(number, request)?;
        Ok(Self { number, table: table.unbind() })
    }
}

impl Drop for Numbered {
    fn drop(&mut self) {
        // Without Python there is no table either.
        Python::try_attach(|py| {
            if let Err(error) = self.table.bind(py).del_item(self.number) {
                error.write_unraisable(py, None);
            }
        });
    }
}

fn written(py: Python<'_>, response: &Response<Bytes>) -> PyResult<Py<PyAny>> {
    let bytes = |bytes: &[u8]| PyBytes::new(py, bytes);
    let headers = response.headers().iter();
    let headers: Vec<_> =
        headers.map(|(name, value)| (bytes(name.as_ref()), bytes(value.as_bytes()))).collect();
    let answer = (response.status().as_u16(), headers, bytes(response.body()));
    Ok(answer.into_pyobject(py)?.into_any().unbind())
}
