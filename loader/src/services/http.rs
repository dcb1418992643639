//! An HTTP client like Synapse's `SimpleHttpClient`, which does what a module asks and no harm.
//!
//! It reaches public addresses, and others only if the operator lists them. What counts is the
//! address that is actually connected to, whatever the host name or URL looks like; each redirect
//! is checked again. Time, size and number of requests are limited. A response can be read whatever
//! its status.
//!
//! With a proxy, the proxy looks names up, so that it has to block private addresses; addresses in
//! URLs are still checked here.

mod addresses;
pub(crate) mod answers;
mod error;
mod resolver;
#[cfg(test)]
mod tests;
mod tls;

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use reqwest::header::{HeaderMap, HeaderName, HeaderValue};
use reqwest::redirect::{Attempt, Policy};
use reqwest::{Client, Method, Proxy, Url};
use tokio::time::timeout;

use self::addresses::Addresses;
pub use self::error::HttpError;
use self::error::TooManyRedirects;
use self::resolver::{Lookup, Resolver};
use super::cause::innermost;
use super::limit::{Crowded, Limiter};
use crate::config::Http;

/// The number of requests of one module that run at once; more wait for these.
const RUNNING_MAX: usize = 32;
const WAITING_MAX: usize = 256;

/// The most redirects that are followed for one request.
const REDIRECTS_MAX: usize = 5;

/// The largest limits that a request may set.
const TIMEOUT_MAX: Duration = Duration::from_secs(600);
const RESPONSE_BYTES_MAX: usize = 64 << 20;

/// A request.
///
/// # Examples
/// ```
/// use hsmod_loader::services::http::HttpRequest;
///
/// let mut request = HttpRequest::new("PUT", "https://example.com/ban-list");
/// request.headers.push(("Content-Type".to_owned(), "text/plain".to_owned()));
/// request.body = "@evil:example.com".into();
/// ```
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct HttpRequest {
    /// `GET`, `POST` or any other method.
    pub method: String,
    /// The URL, which begins with `http://` or `https://`.
    pub url: String,
    /// Names and values; a name may occur more than once.
    pub headers: Vec<(String, String)>,
    /// The body. Default: empty.
    pub body: Bytes,
    /// The time until the last byte of the response, including the wait for a turn. Default: 60
    /// seconds; at most 10 minutes.
    pub timeout: Duration,
    /// The size above which a body is an error. Default: 10 MiB; at most 64 MiB.
    pub max_response_bytes: usize,
    /// Whether to follow redirects, at most five. By default a redirect is returned as the
    /// response.
    pub follow_redirects: bool,
}

impl HttpRequest {
    /// A request without headers or body, with the default limits.
    pub fn new(method: impl Into<String>, url: impl Into<String>) -> Self {
        Self {
            method: method.into(),
            url: url.into(),
            headers: Vec::new(),
            body: Bytes::new(),
            timeout: Duration::from_secs(60),
            max_response_bytes: 10 << 20,
            follow_redirects: false,
        }
    }
}

/// A response, whatever its status.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct HttpResponse {
    /// 200, 404 and so on.
    pub status: u16,
    /// Names, in lower case, and values, in the order received. Bytes that are not UTF-8 are
    /// replaced.
    pub headers: Vec<(String, String)>,
    /// The body, unchanged.
    pub body: Bytes,
}

/// A module's HTTP client. It is cheap to clone; all clones share connections and limits.
#[derive(Clone, Debug)]
pub struct HttpClient {
    addresses: Addresses,
    /// Two clients: one that returns redirects, and one that follows them.
    direct: Client,
    following: Client,
    turns: Arc<Limiter>,
}

impl HttpClient {
    /// A client that respects the config's limits.
    ///
    /// # Errors
    /// The proxy's URL is invalid, or the TLS library fails.
    pub fn new(config: &Http) -> Result<Self, HttpError> {
        let tls = tls::config().map_err(|error| unusable(&error))?;
        Self::with(config, resolver::system(), tls)
    }

    fn with(config: &Http, lookup: Lookup, tls: rustls::ClientConfig) -> Result<Self, HttpError> {
        let addresses = Addresses::new(&config.allow);
        let proxy = config.proxy.as_ref().map(|proxy| proxy.reveal());
        let proxy_host = proxy
            .and_then(|proxy| Url::parse(proxy).ok())
            .and_then(|proxy| proxy.host_str().map(str::to_owned));
        let resolver = Arc::new(Resolver::new(addresses.clone(), proxy_host, lookup));
        let client = |redirects: Policy| {
            let mut builder = Client::builder()
                .tls_backend_preconfigured(tls.clone())
                .dns_resolver(Arc::clone(&resolver))
                .user_agent(concat!("hsmod/", env!("CARGO_PKG_VERSION")))
                .redirect(redirects)
                .referer(false)
                // Proxies in the environment are meant for the homeserver.
                .no_proxy();
            if let Some(proxy) = proxy {
                builder = builder.proxy(Proxy::all(proxy)?);
            }
            builder.build()
        };
        let checked = addresses.clone();
        let follow = Policy::custom(move |attempt| follow(&checked, attempt));
        Ok(Self {
            addresses,
            direct: client(Policy::none()).map_err(|error| unusable(&error))?,
            following: client(follow).map_err(|error| unusable(&error))?,
            turns: Arc::new(Limiter::new(RUNNING_MAX, WAITING_MAX)),
        })
    }

    /// Makes a request and reads the response, whatever its status.
    ///
    /// # Errors
    /// There is no response, it is too large, or the request cannot or may not be made.
    pub async fn request(&self, request: HttpRequest) -> Result<HttpResponse, HttpError> {
        let (url, host) = self.target(&request.url)?;
        let after = request.timeout.min(TIMEOUT_MAX);
        let timed_out = HttpError::TimedOut { host: host.clone(), after };
        let answer = async {
            let crowded = |crowded: Crowded| HttpError::Crowded { waiting: crowded.waiting_max };
            let _turn = self.turns.admit().await.map_err(crowded)?;
            self.send(request, url, &host, after).await
        };
        timeout(after, answer).await.unwrap_or(Err(timed_out))
    }

    /// The URL and its host. If the host is an address, it may be reached.
    fn target(&self, url: &str) -> Result<(Url, String), HttpError> {
        let refuse = |message: String| HttpError::Request { message };
        let url = Url::parse(url).map_err(|error| refuse(format!("this is not a URL: {error}")))?;
        let host = match (url.scheme(), url.host_str()) {
            ("http" | "https", Some(host)) => host.to_owned(),
            (scheme, _) => {
                return Err(refuse(format!(
                    "`{scheme}:` is not HTTP: URLs begin with `http://` or `https://`"
                )));
            }
        };
        self.addresses.check_host(&host).map_err(|refused| HttpError::Refused {
            host: refused.host,
            address: refused.address,
            kind: refused.kind,
        })?;
        Ok((url, host))
    }

    async fn send(
        &self,
        request: HttpRequest,
        url: Url,
        host: &str,
        after: Duration,
    ) -> Result<HttpResponse, HttpError> {
        let failed = |error| HttpError::new(host.to_owned(), after, error);
        let client = if request.follow_redirects { &self.following } else { &self.direct };
        let method = Method::from_bytes(request.method.as_bytes()).map_err(|_| {
            HttpError::Request { message: format!("`{}` is not an HTTP method", request.method) }
        })?;
        let sent = client.request(method, url).headers(headers(&request.headers)?);
        let mut response = sent.body(request.body).send().await.map_err(failed)?;
        let limit = request.max_response_bytes.min(RESPONSE_BYTES_MAX);
        let too_large = || HttpError::TooLarge { host: host.to_owned(), limit };
        if response.content_length().is_some_and(|length| length > limit as u64) {
            return Err(too_large());
        }
        let mut body = Vec::new();
        while let Some(chunk) = response.chunk().await.map_err(failed)? {
            if chunk.len() > limit - body.len() {
                return Err(too_large());
            }
            body.extend_from_slice(&chunk);
        }
        let header = |(name, value): (&HeaderName, &HeaderValue)| {
            let value = String::from_utf8_lossy(value.as_bytes()).into_owned();
            (name.as_str().to_owned(), value)
        };
        Ok(HttpResponse {
            status: response.status().as_u16(),
            headers: response.headers().iter().map(header).collect(),
            body: body.into(),
        })
    }
}

fn headers(given: &[(String, String)]) -> Result<HeaderMap, HttpError> {
    let mut headers = HeaderMap::new();
    for (name, value) in given {
        let name: HeaderName = name.parse().map_err(|_| HttpError::Request {
            message: format!("`{}` cannot be the name of a header", name.escape_debug()),
        })?;
        let value = value.parse().map_err(|_| HttpError::Request {
            message: format!("the value for the header `{name}` has control characters"),
        })?;
        headers.append(name, value);
    }
    Ok(headers)
}

/// Follows a redirect, unless there were too many or its address may not be reached.
fn follow(addresses: &Addresses, attempt: Attempt<'_>) -> reqwest::redirect::Action {
    // The first of the previous URLs is that of the request itself.
    if attempt.previous().len() > REDIRECTS_MAX {
        return attempt.error(TooManyRedirects(REDIRECTS_MAX));
    }
    match addresses.check_host(attempt.url().host_str().unwrap_or_default()) {
        Ok(()) => attempt.follow(),
        Err(refused) => attempt.error(refused),
    }
}

fn unusable(error: &(dyn std::error::Error + 'static)) -> HttpError {
    HttpError::Setup { cause: innermost(error) }
}
