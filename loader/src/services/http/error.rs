//! What can go wrong with a module's HTTP request.

use std::error::Error;
use std::net::IpAddr;
use std::time::Duration;

use super::addresses::Refused;
use crate::services::cause::{causes, innermost};

/// Why there is no response. Messages name the host and
/// never the rest of a URL, which may be secret.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum HttpError {
    /// The request cannot be made of what was given; the author's to mend.
    #[error("{message}")]
    Request {
        /// What is wrong with it.
        message: String,
    },
    /// The client cannot be set up; the operator's to mend.
    #[error("the HTTP client cannot be set up: {cause}")]
    Setup {
        /// What is wrong with the proxy or with TLS.
        cause: String,
    },
    /// Too many of the module's requests wait for their turn.
    #[error(
        "{waiting} HTTP requests of this module wait for their turn already: make fewer at once"
    )]
    Crowded {
        /// How many may.
        waiting: usize,
    },
    /// The host is not public; the operator's to allow.
    #[error(
        "`{host}` is {}{kind} address, which modules may not reach: if they should, list it \
         under `http.allow` in the config",
        stands_for(host, *address)
    )]
    Refused {
        /// As in the URL.
        host: String,
        /// What it stands for.
        address: IpAddr,
        /// What kind of address that is, with its article.
        kind: &'static str,
    },
    /// No connection to the host could be made.
    #[error("cannot connect to `{host}`: {cause}")]
    Connect {
        /// As in the URL.
        host: String,
        /// In the system's words.
        cause: String,
    },
    /// It took too long.
    #[error("`{host}` did not answer in full within {after:?}")]
    TimedOut {
        /// As in the URL.
        host: String,
        /// The request's timeout.
        after: Duration,
    },
    /// The response is larger than the request allows.
    #[error("the response of `{host}` is larger than {limit} bytes")]
    TooLarge {
        /// As in the URL.
        host: String,
        /// What the request allows.
        limit: usize,
    },
    /// The response leads on and on.
    #[error("`{host}` redirected more than {limit} times")]
    Redirects {
        /// As in the URL.
        host: String,
        /// How many are followed.
        limit: usize,
    },
    /// The connection broke, or what came is no HTTP.
    #[error("the request to `{host}` failed: {cause}")]
    Failed {
        /// As in the URL.
        host: String,
        /// In the HTTP library's words.
        cause: String,
    },
}

/// The response led on too often.
#[derive(Debug, thiserror::Error)]
#[error("more than {0} redirects")]
pub(super) struct TooManyRedirects(pub(super) usize);

impl HttpError {
    /// What the HTTP library's error means.
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

/// The address of a host that is not one itself.
fn stands_for(host: &str, address: IpAddr) -> String {
    if host == address.to_string() { String::new() } else { format!("{address}, ") }
}

fn cause_of<T: Error + 'static>(error: &reqwest::Error) -> Option<&T> {
    causes(error).find_map(|cause| cause.downcast_ref())
}
