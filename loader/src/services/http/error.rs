//! Errors of a module's HTTP requests.

use std::error::Error;
use std::net::IpAddr;
use std::time::Duration;

use super::addresses::Refused;
use crate::services::cause::{causes, innermost};

/// Why there is no response. Messages name the host but never the rest of a URL, which may be
/// secret.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum HttpError {
    /// The request is invalid; its author has to fix it.
    #[error("{message}")]
    Request {
        /// What is wrong with it.
        message: String,
    },
    /// The client cannot be created; the operator has to fix it.
    #[error("the HTTP client cannot be set up: {cause}")]
    Setup {
        /// What is wrong with the proxy or with TLS.
        cause: String,
    },
    /// Too many requests of the module are waiting already.
    #[error("{waiting} HTTP requests of this module are already waiting: make fewer at once")]
    Crowded {
        /// How many may wait.
        waiting: usize,
    },
    /// The host is not public; the operator can allow it.
    #[error(
        "`{host}` is {}{kind} address, which modules may not reach: if they should, list it \
         under `http.allow` in the config",
        stands_for(host, *address)
    )]
    Refused {
        /// The host in the URL.
        host: String,
        /// Its address.
        address: IpAddr,
        /// The kind of the address, with its article.
        kind: &'static str,
    },
    /// No connection to the host could be made.
    #[error("cannot connect to `{host}`: {cause}")]
    Connect {
        /// The host in the URL.
        host: String,
        /// The system's message.
        cause: String,
    },
    /// The request took too long.
    #[error("`{host}` did not answer in full within {after:?}")]
    TimedOut {
        /// The host in the URL.
        host: String,
        /// The request's timeout.
        after: Duration,
    },
    /// The response is larger than the request allows.
    #[error("the response of `{host}` is larger than {limit} bytes")]
    TooLarge {
        /// The host in the URL.
        host: String,
        /// The request's limit in bytes.
        limit: usize,
    },
    /// There were too many redirects.
    #[error("`{host}` redirected more than {limit} times")]
    Redirects {
        /// The host in the URL.
        host: String,
        /// How many are followed.
        limit: usize,
    },
    /// The connection broke, or the response is not valid HTTP.
    #[error("the request to `{host}` failed: {cause}")]
    Failed {
        /// The host in the URL.
        host: String,
        /// The HTTP library's message.
        cause: String,
    },
}

/// There were too many redirects.
#[derive(Debug, thiserror::Error)]
#[error("more than {0} redirects")]
pub(super) struct TooManyRedirects(pub(super) usize);

impl HttpError {
    /// Converts an error of the HTTP library.
    pub(super) fn new(host: String, after: Duration, error: reqwest::Error) -> Self {
        if let Some(Refused { host, address, kind }) = cause_of(&error).cloned() {
            return Self::Refused { host, address, kind };
        }
        if let Some(TooManyRedirects(limit)) = cause_of(&error) {
            return Self::Redirects { host, limit: *limit };
        }
        let cause = innermost(&error);
        if error.is_timeout() {
            Self::TimedOut { host, after }
        } else if error.is_connect() {
            Self::Connect { host, cause }
        } else if error.is_builder() {
            Self::Request { message: cause }
        } else {
            Self::Failed { host, cause }
        }
    }
}

/// The address followed by a comma, for messages; empty if the host is that address itself.
fn stands_for(host: &str, address: IpAddr) -> String {
    if host == address.to_string() { String::new() } else { format!("{address}, ") }
}

fn cause_of<T: Error + 'static>(error: &reqwest::Error) -> Option<&T> {
    causes(error).find_map(|cause| cause.downcast_ref())
}
