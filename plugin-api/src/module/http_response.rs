//! Responses of other servers.

use std::fmt;

use serde::de::DeserializeOwned;

use super::web::{RawWebResponse, WebResponse};
use crate::values::answer::{Answer, Unreadable};
use crate::values::{ModuleError, by_name};

/// A response of another server, whatever its status.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct HttpResponse {
    response: WebResponse,
    host: String,
}

impl HttpResponse {
    /// Wraps what a server answered.
    pub const fn new(response: WebResponse) -> Self {
        Self { response, host: String::new() }
    }

    /// Sets the host to that of this URL.
    pub(super) fn asked_of(mut self, url: &str) -> Self {
        host(url).clone_into(&mut self.host);
        self
    }

    /// The host that the request was sent to.
    pub fn host(&self) -> &str {
        &self.host
    }

    /// The status: 200, 404, ..
    pub const fn status(&self) -> u16 {
        self.response.status()
    }

    /// Whether the status is 2xx.
    pub const fn is_success(&self) -> bool {
        matches!(self.status(), 200..=299)
    }

    /// The first value of a header; the case of the name does not matter.
    pub fn header(&self, name: &str) -> Option<&[u8]> {
        self.headers().find(|(found, _)| found.eq_ignore_ascii_case(name)).map(|(_, value)| value)
    }

    /// The headers in the order they were received, with their names in lower case.
    pub fn headers(&self) -> impl Iterator<Item = (&str, &[u8])> {
        self.response.headers()
    }

    /// The body.
    pub fn body(&self) -> &[u8] {
        self.response.body()
    }

    /// The body, deserialised from JSON.
    ///
    /// # Errors
    /// It does not fit `T`, or is not JSON.
    pub fn json<T: DeserializeOwned>(&self) -> Result<T, HttpError> {
        by_name::from_slice(self.body())
            .map_err(|error| HttpError::Json { host: self.host.clone(), error })
    }
}

/// Omits everything that may be secret.
impl fmt::Debug for HttpResponse {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (status, length) = (self.status(), self.body().len());
        write!(f, "{status} of `{}` with a body of {length} bytes", self.host)
    }
}

impl Answer for HttpResponse {
    type Raw = RawWebResponse;

    fn is_neutral(&self) -> bool {
        false
    }

    fn into_raw(self) -> Option<RawWebResponse> {
        self.response.into_raw()
    }

    fn from_raw(raw: RawWebResponse) -> Result<Self, Unreadable> {
        WebResponse::from_raw(raw).map(Self::new)
    }
}

/// Why there is no JSON. Converts into a [`ModuleError`] with `?`.
///
/// Mirrors `synapse.api.errors.HttpResponseException`, the case of the status.
#[non_exhaustive]
pub enum HttpError {
    /// The status is not 2xx; the body often says why.
    Status(HttpResponse),
    /// The body is not the JSON that was expected.
    #[non_exhaustive]
    Json {
        /// The host that the request was sent to.
        host: String,
        /// What is wrong with it.
        error: serde_json::Error,
    },
    /// There is no response.
    Failed(ModuleError),
}

impl fmt::Display for HttpError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Status(response) => {
                write!(f, "`{}` answered {}", response.host, response.status())
            }
            Self::Json { host, error } => {
                write!(f, "`{host}` did not answer with the expected JSON: {error}")
            }
            Self::Failed(error) => write!(f, "{error}"),
        }
    }
}

impl fmt::Debug for HttpError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl From<ModuleError> for HttpError {
    fn from(error: ModuleError) -> Self {
        Self::Failed(error)
    }
}

/// Keeps the reason if the homeserver did not answer; everything else becomes a plain failure.
impl From<HttpError> for ModuleError {
    fn from(error: HttpError) -> Self {
        match error {
            HttpError::Failed(error) => error,
            error => Self::new(error),
        }
    }
}

/// The host in a URL, as far as there is one.
fn host(url: &str) -> &str {
    let rest = url.split_once("://").map_or(url, |(_scheme, rest)| rest);
    let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
    let host = authority.rsplit_once('@').map_or(authority, |(_user, host)| host);
    match (host.rfind(']'), host.rsplit_once(':')) {
        (Some(end), _) => host.get(..=end).unwrap_or(host),
        (None, Some((host, _port))) => host,
        (None, None) => host,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::values::Unanswered;

    #[test]
    fn why_nothing_was_answered_survives_the_way_to_a_module_error() {
        let trial = ModuleError::not_answered(Unanswered::Trial, "a trial");
        let error: ModuleError = HttpError::from(trial.clone()).into();
        assert_eq!(error, trial);
        let response = HttpResponse::new(WebResponse::new(503, "full"));
        let status = HttpError::Status(response.asked_of("https://example.com/x"));
        assert_eq!(ModuleError::from(status).to_string(), "`example.com` answered 503");
    }

    #[test]
    fn the_host_of_a_url_is_found() {
        for (url, expected) in [
            ("https://example.com/a?b@c:d", "example.com"),
            ("http://user:secret@example.com:8008", "example.com"),
            ("http://[::1]:80/", "[::1]"),
            ("http://127.0.0.1?x", "127.0.0.1"),
            ("nonsense", "nonsense"),
            ("", ""),
        ] {
            assert_eq!(host(url), expected, "{url}");
        }
    }

    #[test]
    fn a_response_survives_the_boundary() {
        let response = WebResponse::new(404, vec![0, 255]).header("x-a", "b");
        let response = HttpResponse::new(response);
        let back = HttpResponse::from_raw(response.clone().into_raw().unwrap()).unwrap();
        assert_eq!(back, response);
        assert_eq!(back.header("X-A"), Some(&b"b"[..]));
        let shown = format!("{:?}", back.asked_of("https://example.com"));
        assert_eq!(shown, "404 of `example.com` with a body of 2 bytes");
    }
}
