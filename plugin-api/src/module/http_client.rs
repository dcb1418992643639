//! Requests to other servers.

use std::fmt;
use std::time::Duration;

use serde::Serialize;
use serde::de::DeserializeOwned;

use super::ModuleApi;
use super::http_response::{HttpError, HttpResponse};
use crate::requests::http::{HttpHead, Wire};
use crate::values::ModuleError;

impl ModuleApi {
    /// A client for requests to other servers that obeys the operator's rules: it reaches public
    /// addresses, and others (of this machine, of the local network) only if the config lists them
    /// under `http.allow`. 32 requests of a module run at once, 256 more wait. Works until
    /// [`Module::shutdown`](crate::Module::shutdown) returns; not in a trial.
    ///
    /// ```
    /// # use hsmod_plugin_api::prelude::*;
    /// #[derive(Deserialize)]
    /// struct Score { spam: f64 }
    ///
    /// # async fn example(api: &ModuleApi, text: &str) -> Result<f64, ModuleError> {
    /// let url = "https://score.example.com/v1";
    /// let body = serde_json::json!({"text": text});
    /// let score: Score = match api.http_client().post_json_get_json(url, &body).await {
    ///     Err(HttpError::Status(response)) if response.status() == 404 => Score { spam: 0.0 },
    ///     answer => answer?,
    /// };
    /// # Ok(score.spam)
    /// # }
    /// ```
    ///
    /// Mirrors `synapse.module_api.ModuleApi.http_client`, a `SimpleHttpClient`.
    pub const fn http_client(&self) -> HttpClient<'_> {
        HttpClient(self)
    }
}

/// Makes requests to other servers, see [`ModuleApi::http_client`].
///
/// Mirrors `synapse.module_api.SimpleHttpClient`.
#[derive(Clone, Copy, Debug)]
pub struct HttpClient<'a>(&'a ModuleApi);

impl HttpClient<'_> {
    /// Makes a request and returns the response, whatever its status.
    ///
    /// # Errors
    /// There is no response within the request's time, the response is too large, or the request is
    /// not allowed: the message names the host and the cause. [`ModuleError::unanswered`] if the
    /// homeserver has no client, in a trial, and if too many requests are open.
    pub async fn request(&self, request: HttpRequest) -> Result<HttpResponse, ModuleError> {
        let response = Wire(self.0).http_request(&request.head, &request.body).await?;
        Ok(response.asked_of(&request.head.url))
    }

    /// Gets JSON. `args` are added to the query of the URL, encoded, as with
    /// [`HttpRequest::query`].
    ///
    /// ```
    /// # use hsmod_plugin_api::prelude::*;
    /// #[derive(Deserialize)]
    /// struct Reputation { score: f64 }
    ///
    /// # async fn example(api: &ModuleApi, user_id: &UserId) -> Result<f64, ModuleError> {
    /// let url = "https://reputation.example.com/v1";
    /// let args = [("user", user_id.as_str()), ("of", "spam")];
    /// let reputation: Reputation = api.http_client().get_json(url, &args).await?;
    /// # Ok(reputation.score)
    /// # }
    /// ```
    ///
    /// Mirrors `synapse.http.client.SimpleHttpClient.get_json`.
    ///
    /// # Errors
    /// The status is not 2xx, the body does not fit `T`, or there is no response.
    pub async fn get_json<T: DeserializeOwned>(
        &self,
        url: &str,
        args: &[(&str, &str)],
    ) -> Result<T, HttpError> {
        let request = HttpRequest::new("GET", url);
        self.json(args.iter().fold(request, |request, (name, value)| request.query(name, value)))
            .await
    }

    /// Posts JSON, and reads JSON from the response.
    ///
    /// # Errors
    /// As for [`Self::get_json`].
    pub async fn post_json_get_json<T: DeserializeOwned>(
        &self,
        url: &str,
        body: &(impl Serialize + Sync + ?Sized),
    ) -> Result<T, HttpError> {
        self.json(HttpRequest::new("POST", url).json(body)?).await
    }

    /// Posts a form, and reads JSON from the response.
    ///
    /// # Errors
    /// As for [`Self::get_json`].
    pub async fn post_urlencoded_get_json<T: DeserializeOwned>(
        &self,
        url: &str,
        form: &[(&str, &str)],
    ) -> Result<T, HttpError> {
        let request = HttpRequest::new("POST", url).body(urlencoded(form));
        self.json(request.header("Content-Type", "application/x-www-form-urlencoded")).await
    }

    async fn json<T: DeserializeOwned>(&self, request: HttpRequest) -> Result<T, HttpError> {
        let response = self.request(request.header("Accept", "application/json")).await?;
        if response.is_success() { response.json() } else { Err(HttpError::Status(response)) }
    }
}

/// A request to another server.
///
/// ```
/// # use std::time::Duration;
/// # use hsmod_plugin_api::prelude::*;
/// # async fn example(api: &ModuleApi) -> Result<(), ModuleError> {
/// let request = HttpRequest::new("PUT", "https://example.com/ban-list")
///     .header("Content-Type", "text/plain")
///     .body("@evil:example.com")
///     .timeout(Duration::from_secs(5));
/// let response = api.http_client().request(request).await?;
/// tracing::info!(status = response.status(), "told the ban list");
/// # Ok(())
/// # }
/// ```
#[derive(Clone, PartialEq, Eq)]
pub struct HttpRequest {
    head: HttpHead,
    body: Vec<u8>,
}

impl HttpRequest {
    /// Creates a request without headers or body. `method` is `GET`, `POST` or any other method.
    pub fn new(method: &str, url: &str) -> Self {
        let (method, url) = (method.to_owned(), url.to_owned());
        Self { head: HttpHead { method, url, ..HttpHead::default() }, body: Vec::new() }
    }

    /// Adds an argument to the query of the URL. It is encoded, so no `value` can add or change
    /// another argument.
    ///
    /// ```
    /// # use hsmod_plugin_api::prelude::*;
    /// # let name = "a&admin=true#";
    /// let request = HttpRequest::new("GET", "https://example.com/search?type=user")
    ///     .query("name", name)
    ///     .query("limit", 10);
    /// assert_eq!(
    ///     request.url(),
    ///     "https://example.com/search?type=user&name=a%26admin%3Dtrue%23&limit=10"
    /// );
    /// ```
    #[must_use]
    pub fn query(mut self, name: &str, value: impl fmt::Display) -> Self {
        let url = &mut self.head.url;
        // The fragment is not sent to a server.
        let length = url.find('#').unwrap_or(url.len());
        url.truncate(length);
        match url.find('?') {
            None => url.push('?'),
            Some(_) if url.ends_with(['?', '&']) => {}
            Some(_) => url.push('&'),
        }
        encode_pair(name, &value.to_string(), url);
        self
    }

    /// The URL of the request.
    pub fn url(&self) -> &str {
        &self.head.url
    }

    /// Adds a header.
    #[must_use]
    pub fn header(mut self, name: &str, value: &str) -> Self {
        self.head.headers.push((name.to_owned(), value.to_owned()));
        self
    }

    /// Sets the body.
    #[must_use]
    pub fn body(mut self, body: impl Into<Vec<u8>>) -> Self {
        self.body = body.into();
        self
    }

    /// Sets the body to `value` as JSON, and the header `Content-Type` accordingly.
    ///
    /// # Errors
    /// `value` cannot be serialised as JSON.
    pub fn json(self, value: &(impl Serialize + ?Sized)) -> Result<Self, ModuleError> {
        Ok(self.body(serde_json::to_vec(value)?).header("Content-Type", "application/json"))
    }

    /// Sets how long the request may take, from waiting for its turn to the last byte of the
    /// response; 60 seconds by default, 10 minutes at most.
    #[must_use]
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.head.timeout_ms = Some(u64::try_from(timeout.as_millis()).unwrap_or(u64::MAX));
        self
    }

    /// Sets the largest accepted body; a response with a larger one is an error. 10 MiB by default,
    /// 64 MiB at most.
    #[must_use]
    pub const fn max_response_bytes(mut self, bytes: u64) -> Self {
        self.head.max_response_bytes = Some(bytes);
        self
    }

    /// Follows redirects, five at most. By default the redirect itself is the response.
    #[must_use]
    pub const fn follow_redirects(mut self) -> Self {
        self.head.follow_redirects = true;
        self
    }
}

/// Omits everything that may be secret.
impl fmt::Debug for HttpRequest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} with a body of {} bytes", self.head.method, self.body.len())
    }
}

/// Encodes a form as HTML submits it.
fn urlencoded(form: &[(&str, &str)]) -> String {
    let mut text = String::new();
    for (name, value) in form {
        if !text.is_empty() {
            text.push('&');
        }
        encode_pair(name, value, &mut text);
    }
    text
}

fn encode_pair(name: &str, value: &str, text: &mut String) {
    encode(name, text);
    text.push('=');
    encode(value, text);
}

fn encode(part: &str, text: &mut String) {
    const HEX: &[u8; 16] = b"0123456789ABCDEF";
    for byte in part.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'*' | b'-' | b'.' | b'_' => {
                text.push(byte.into());
            }
            b' ' => text.push('+'),
            _ => {
                text.push('%');
                text.push(HEX[usize::from(byte >> 4)].into());
                text.push(HEX[usize::from(byte & 15)].into());
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_form_is_encoded_as_html_does() {
        let form = [("user", "@a b:c"), ("ü&=", "")];
        assert_eq!(urlencoded(&form), "user=%40a+b%3Ac&%C3%BC%26%3D=");
        assert_eq!(urlencoded(&[]), "");
    }

    #[test]
    fn an_argument_is_added_to_whatever_url_there_is() {
        let added = |url| HttpRequest::new("GET", url).query("a b", "&c=?#").head.url;
        for (url, expected) in [
            ("https://x", "https://x?a+b=%26c%3D%3F%23"),
            ("https://x/y?", "https://x/y?a+b=%26c%3D%3F%23"),
            ("https://x/y?z", "https://x/y?z&a+b=%26c%3D%3F%23"),
            ("https://x/y?z=1&", "https://x/y?z=1&a+b=%26c%3D%3F%23"),
            ("https://x/y#z?", "https://x/y?a+b=%26c%3D%3F%23"),
        ] {
            assert_eq!(added(url), expected);
        }
    }
}
