//! HTTP requests to a module's web resources.

use serde_json::Value;

use super::seat::{Registrations, Resource};
use super::{Failed, TestModule};
use crate::module::{StageError, WebRequestParts, WebResponse};
use crate::values::ModuleError;

/// A request without headers and body: `request("GET", "/_synapse/client/demo/hello?name=bob")`.
pub fn request(method: &str, uri: &str) -> FakeRequest {
    let (path, query) = uri.split_once('?').unwrap_or((uri, ""));
    let line = [method, path, query].map(str::to_owned);
    FakeRequest { line, headers: Vec::new(), body: Vec::new() }
}

/// A client's request to a web resource.
#[derive(Clone, Debug)]
pub struct FakeRequest {
    line: [String; 3],
    headers: Vec<(String, String)>,
    body: Vec<u8>,
}

impl FakeRequest {
    /// Adds a header.
    #[must_use]
    pub fn header(mut self, name: &str, value: &str) -> Self {
        self.headers.push((name.to_owned(), value.to_owned()));
        self
    }

    /// Sets the access token of the requester.
    #[must_use]
    pub fn access_token(self, token: &str) -> Self {
        self.header("Authorization", &format!("Bearer {token}"))
    }

    /// Sets the body.
    #[must_use]
    pub fn body(mut self, body: impl Into<Vec<u8>>) -> Self {
        self.body = body.into();
        self
    }

    /// Sets the body to JSON.
    #[must_use]
    pub fn json(self, body: &Value) -> Self {
        self.header("Content-Type", "application/json").body(body.to_string())
    }

    /// The request in the form that callbacks take, with [`WebRequestParts::view`].
    pub fn http(&self) -> WebRequestParts<'_> {
        let [method, path, query] = &self.line;
        let headers = self.headers.iter();
        let headers = headers.map(|(name, value)| (name.as_str(), value.as_bytes()));
        WebRequestParts::new(method, path, query, headers, &self.body)
    }
}

impl TestModule {
    /// The paths that the module serves; those that include everything below them end with `/*`.
    pub fn paths(&self) -> Vec<String> {
        let shown = |resource: &Resource| {
            format!("{}{}", resource.path, if resource.subtree { "/*" } else { "" })
        };
        self.seat.registrations(|all| all.resources.iter().map(shown).collect())
    }

    /// Sends a request to the module's web resources and returns the response. Errors are those of
    /// the module, which a homeserver would turn into responses.
    ///
    /// # Errors
    /// The module fails.
    ///
    /// # Panics
    /// If the module does not serve the path.
    pub async fn web(&self, request: &FakeRequest) -> Result<WebResponse, Failed> {
        let path = &request.line[1];
        let found = self.seat.registrations(|all| find(all, path).cloned());
        let Some(resource) = found else {
            panic!("the module does not serve `{path}`: it serves `{}`", self.paths().join("`, `"))
        };
        resource.handle.handle(&request.http()).await.map_err(|error| match error {
            StageError::Module(error) => Failed::Error(error),
            StageError::Panicked(panic) => Failed::Panicked(panic),
            other => Failed::Error(ModuleError::new(other)),
        })
    }
}

/// Prefers an exact path to a subtree, and a longer subtree to a shorter one.
fn find<'a>(all: &'a Registrations, path: &str) -> Option<&'a Resource> {
    let exact = all.resources.iter().find(|resource| resource.path == path);
    let below = |resource: &&Resource| {
        let rest = path.strip_prefix(resource.path.as_str());
        resource.subtree && rest.is_some_and(|rest| rest.starts_with('/'))
    };
    let longest = || all.resources.iter().filter(below).max_by_key(|resource| resource.path.len());
    exact.or_else(longest)
}
