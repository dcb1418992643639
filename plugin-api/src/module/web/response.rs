//! Responses of a web resource.

use hsmod_abi::{OwnedArray, OwnedBytes, OwnedStr};
use serde::Serialize;

use crate::values::answer::{Answer, Unreadable};

/// An HTTP response.
///
/// ```
/// # use hsmod_plugin_api::prelude::*;
/// let response = WebResponse::json(200, &serde_json::json!({"hello": "bob"}))
///     .header("Cache-Control", "no-store");
/// assert_eq!(response.body(), br#"{"hello":"bob"}"#);
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WebResponse {
    status: u16,
    headers: Vec<(String, Vec<u8>)>,
    body: Vec<u8>,
}

impl WebResponse {
    /// Creates a response with this body and no headers.
    pub fn new(status: u16, body: impl Into<Vec<u8>>) -> Self {
        Self { status, headers: Vec::new(), body: body.into() }
    }

    /// Creates a JSON response; 500 if `value` cannot be serialised as JSON.
    pub fn json(status: u16, value: &(impl Serialize + ?Sized)) -> Self {
        match serde_json::to_vec(value) {
            Ok(body) => Self::new(status, body).header("Content-Type", "application/json"),
            Err(error) => Self::new(500, error.to_string()),
        }
    }

    /// Creates an HTML page, which other pages may not show in a frame.
    ///
    /// Mirrors `synapse.module_api.respond_with_html`.
    pub fn html(status: u16, page: impl Into<String>) -> Self {
        Self::new(status, page.into())
            .header("Content-Type", "text/html; charset=utf-8")
            .header("X-Frame-Options", "DENY")
            .header("Content-Security-Policy", "frame-ancestors 'none';")
    }

    /// Redirects a browser to another address.
    ///
    /// Mirrors `synapse.module_api.errors.RedirectException`.
    pub fn redirect(location: &str) -> Self {
        Self::new(302, "").header("Location", location)
    }

    /// Adds a header.
    #[must_use]
    pub fn header(mut self, name: &str, value: &str) -> Self {
        self.headers.push((name.to_owned(), value.as_bytes().to_vec()));
        self
    }

    /// The status.
    pub const fn status(&self) -> u16 {
        self.status
    }

    /// The headers, in order.
    pub fn headers(&self) -> impl Iterator<Item = (&str, &[u8])> {
        self.headers.iter().map(|(name, value)| (name.as_str(), value.as_slice()))
    }

    /// The body.
    pub fn body(&self) -> &[u8] {
        &self.body
    }

    /// Takes the body out.
    pub fn into_body(self) -> Vec<u8> {
        self.body
    }
}

/// 204 without a body.
impl Default for WebResponse {
    fn default() -> Self {
        Self::new(204, "")
    }
}

hsmod_abi::structure! {
    /// C form of [`WebResponse`].
    #[repr(C)]
    #[cfg_attr(feature = "layout", derive(abi_stable::StableAbi))]
    pub struct RawWebResponse {
        status: u16,
        headers: OwnedArray<RawResponseHeader>,
        body: OwnedBytes,
    }
}

hsmod_abi::structure! {
    /// A header of a response, in C form.
    #[repr(C)]
    #[cfg_attr(feature = "layout", derive(abi_stable::StableAbi))]
    pub struct RawResponseHeader {
        name: OwnedStr,
        value: OwnedBytes,
    }
}

impl Answer for WebResponse {
    type Raw = RawWebResponse;

    fn is_neutral(&self) -> bool {
        false
    }

    fn into_raw(self) -> Option<RawWebResponse> {
        let header = |(name, value): (String, Vec<u8>)| RawResponseHeader {
            name: name.into(),
            value: value.into(),
        };
        Some(RawWebResponse {
            status: self.status,
            headers: self.headers.into_iter().map(header).collect::<Vec<_>>().into(),
            body: self.body.into(),
        })
    }

    fn from_raw(raw: RawWebResponse) -> Result<Self, Unreadable> {
        let header = |header: RawResponseHeader| {
            (header.name.to_text().unwrap_or_default(), header.value.to_vec())
        };
        Ok(Self {
            status: raw.status,
            headers: raw.headers.into_vec().into_iter().map(header).collect(),
            body: raw.body.to_vec(),
        })
    }
}
