//! A module's web resource, as the homeserver asks it.

use std::fmt;
use std::sync::Arc;

use abi_stable::std_types::RSlice;

use super::life::StageError;
use crate::boundary::{Awaited, CALLBACK_ROOM, Entered, Instance};
use crate::module::web::{ErrorFormat, RawHeader, WebRequest, WebResponse, WebTableRef};

/// A web resource of a module.
#[derive(Clone)]
pub struct WebHandle {
    pub(super) instance: Arc<Instance>,
    pub(super) table: WebTableRef,
}

impl fmt::Debug for WebHandle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("WebHandle").field("instance", &self.instance).finish_non_exhaustive()
    }
}

impl WebHandle {
    /// The number of the module it belongs to.
    pub fn module(&self) -> usize {
        self.instance.module()
    }

    /// What its errors become.
    pub fn errors(&self) -> ErrorFormat {
        match self.table.html_errors() {
            Some(true) => ErrorFormat::Html,
            Some(false) | None => ErrorFormat::Json,
        }
    }

    /// Asks it.
    ///
    /// # Errors
    /// If the module answers an error or panics.
    pub async fn handle(&self, request: &HttpRequest<'_>) -> Result<WebResponse, StageError> {
        let handle = self.table.handle().ok_or(StageError::Missing("handle"))?;
        let (request, instance) = (&request.view(), &self.instance);
        // SAFETY: the resource and the request are borrowed for longer than the call lives.
        let call = unsafe {
            Awaited::<_, _, CALLBACK_ROOM>::new(move |slot, waker, out, report| {
                handle(instance.object(), request, slot, waker, out, report)
            })
        };
        match call.await {
            Entered::Ready(response) => response.map_err(StageError::Module),
            Entered::Panicked(panic) => Err(StageError::Panicked(panic)),
            Entered::Neutral | Entered::Pending => Ok(WebResponse::default()),
        }
    }
}

/// An HTTP request, as a homeserver has it at hand.
#[derive(Debug)]
pub struct HttpRequest<'a> {
    line: [&'a str; 3],
    headers: Vec<RawHeader<'a>>,
    body: &'a [u8],
}

impl<'a> HttpRequest<'a> {
    /// `headers` are names and values; `query` is what stands behind the `?`.
    pub fn new(
        method: &'a str,
        path: &'a str,
        query: &'a str,
        headers: impl Iterator<Item = (&'a str, &'a [u8])>,
        body: &'a [u8],
    ) -> Self {
        let header = |(name, value): (&'a str, &'a [u8])| RawHeader {
            name: name.into(),
            value: value.into(),
        };
        Self { line: [method, path, query], headers: headers.map(header).collect(), body }
    }

    /// As modules see it.
    pub fn view(&self) -> WebRequest<'_> {
        let [method, path, query] = self.line;
        WebRequest {
            method: method.into(),
            path: path.into(),
            query: query.into(),
            headers: RSlice::from_slice(&self.headers),
            body: self.body.into(),
        }
    }
}
