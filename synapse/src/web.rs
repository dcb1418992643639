//! Web resources of modules, for paths that Synapse itself does not serve.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use bytes::Bytes;
use hsmod_loader::web::Client;
use http::{Request, Response};
use pyo3::prelude::*;
use pyo3::types::PyBytes;

use crate::convert;
use crate::home::Home;
use crate::task::awaitable;

/// Lets a module answer a request of Twisted, as if it had been made to `path`. Awaiting the result
/// gives `(status, [(name, value), ..], body)`, or `None` if no module serves the path.
///
/// # Errors
/// It is not a request of Twisted.
/// It is no request of Twisted's.
pub(crate) fn handle<'py>(
    py: Python<'py>,
    home: &Arc<Home>,
    request: &Bound<'py, PyAny>,
    path: &[u8],
) -> PyResult<Bound<'py, PyAny>> {
    let mut taken = convert::request::request(request, path)?;
    let numbered = Numbered::new(home, request, &mut taken)?;
    let modules = Arc::clone(home);
    let answer = async move {
        let _numbered = numbered;
        let web = modules.modules().await?.web();
        let answer = web.handle(taken).await;
        Python::attach(|py| match answer {
            Some(response) => written(py, &response),
            None => Ok(py.None()),
        })
    };
    awaitable(py, &home.reactor, Box::pin(answer))
}

/// An entry for a request in Python's table, removed when this is dropped. Requests that a module
/// makes about it carry its number.
pub(crate) struct Numbered {
    number: u64,
    table: Py<PyAny>,
}

impl Numbered {
    /// Adds Twisted's request to the table, and its number and the client's address to the loader's
    /// request.
    ///
    /// # Errors
    /// The homeserver has ended.
    pub(crate) fn new(
        home: &Home,
        request: &Bound<'_, PyAny>,
        taken: &mut Request<Bytes>,
    ) -> PyResult<Self> {
        static NEXT: AtomicU64 = AtomicU64::new(1);
        let table = home.glue(request.py())?.getattr("own_requests")?;
        let number = NEXT.fetch_add(1, Ordering::Relaxed);
        table.set_item(number, request)?;
        let numbered = Self { number, table: table.unbind() };
        let address = request.call_method0("getClientAddress")?;
        let ip = address.getattr_opt("host")?.map(|host| host.extract()).transpose()?;
        taken.extensions_mut().insert(Client { ip, token: number });
        Ok(numbered)
    }
}

impl Drop for Numbered {
    fn drop(&mut self) {
        // Without Python the table does not exist any more.
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
