//! The homeserver's side of a module's web resources.

use std::fmt;

use super::life::StageError;
use hsmod_abi::{Bound, Lent, Request};

use crate::boundary::{CALLBACK_ROOM, Entered};
use crate::module::web::{
    ErrorFormat, RawHeader, WebRequest, WebResponse, WebTableRef, args, rows,
};

/// A web resource of a module.
#[derive(Clone)]
pub struct WebHandle {
    pub(super) resource: Bound<WebTableRef>,
    pub(super) errors: ErrorFormat,
}

impl fmt::Debug for WebHandle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("WebHandle").field("resource", &self.resource).finish_non_exhaustive()
    }
}

impl WebHandle {
    /// The number of the module that the resource belongs to.
    pub fn module(&self) -> usize {
        self.resource.module()
    }

    /// The form of its errors.
    pub const fn errors(&self) -> ErrorFormat {
        self.errors
    }

    /// Passes a request to the resource.
    ///
    /// # Errors
    /// The module answers an error or panics.
    pub async fn handle(&self, request: &WebRequestParts<'_>) -> Result<WebResponse, StageError> {
        let request = request.view();
        let args = args::handle::new(Lent::new(&request));
        let call: Option<Request<'_, rows::handle, CALLBACK_ROOM>> =
            self.resource.peer().request(args);
        let call = call.ok_or(StageError::Missing("handle"))?;
        match call.of(self.module()).entered().await {
            Entered::Ready(response) => response.map_err(StageError::Module),
            Entered::Panicked(panic) => Err(StageError::Panicked(panic)),
            _ => Ok(WebResponse::default()),
        }
    }
}

/// The parts of an HTTP request for a web resource, as the homeserver provides them.
pub struct WebRequestParts<'a> {
    line: [&'a str; 3],
    headers: Vec<RawHeader<'a>>,
    body: &'a [u8],
    client_ip: Option<&'a str>,
    token: u64,
}

impl<'a> WebRequestParts<'a> {
    /// `headers` are names and values; `query` is the part of the URL after the `?`.
    pub fn new(
        method: &'a str,
        path: &'a str,
        query: &'a str,
        headers: impl Iterator<Item = (&'a str, &'a [u8])>,
        body: &'a [u8],
    ) -> Self {
        let header = |(name, value): (&'a str, &'a [u8])| RawHeader::new(name, value);
        let headers = headers.map(header).collect();
        Self { line: [method, path, query], headers, body, client_ip: None, token: 0 }
    }

    /// Sets the IP address of the client.
    #[must_use]
    pub const fn client_ip(mut self, ip: &'a str) -> Self {
        self.client_ip = Some(ip);
        self
    }

    /// Sets the number by which the homeserver finds its own request again when the module asks for
    /// the user who makes it; not 0.
    #[must_use]
    pub const fn token(mut self, token: u64) -> Self {
        self.token = token;
        self
    }

    /// The request as modules see it.
    pub fn view(&self) -> WebRequest<'_> {
        WebRequest::new(self.line, &self.headers, self.body).told(self.client_ip, self.token)
    }
}

/// Omits everything that may be secret.
impl fmt::Debug for WebRequestParts<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.view(), f)
    }
}
