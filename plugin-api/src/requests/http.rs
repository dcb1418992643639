//! Group `http`: requests to other servers. The loader answers it in every homeserver.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::module::ModuleApi;
use crate::module::http_response::HttpResponse;
use crate::table::requests;
use crate::values::JsonStr;

/// These requests as they cross; modules have [`http_client`](ModuleApi::http_client).
#[derive(Clone, Copy, Debug)]
pub struct Wire<'a>(pub(crate) &'a ModuleApi);

impl Wire<'_> {
    const fn api(&self) -> &ModuleApi {
        self.0
    }
}

/// All of a request but its body, as it crosses.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct HttpHead {
    /// `GET`, `POST`, ..
    pub method: String,
    /// Begins with `http://` or `https://`.
    pub url: String,
    /// Names and values, in order.
    pub headers: Vec<(String, String)>,
    /// Until the last byte of the response: milliseconds; `None` for the usual time.
    pub timeout_ms: Option<u64>,
    /// A larger body of the response is an error; `None` for the usual size.
    pub max_response_bytes: Option<u64>,
    /// Whether to go where a response leads.
    pub follow_redirects: bool,
}

/// Without what may be secret: an address may bear a token, and a header a password.
impl fmt::Debug for HttpHead {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} with {} headers", self.method, self.headers.len())
    }
}

requests! {
    /// Requests to other servers. The loader answers this in every homeserver; one that answers it
    /// too goes first.
    pub trait Http = http on Wire<'_>,
        written HttpRequests, table HttpTable HttpTableRef, erased ErasedHttp
    {
        /// Makes a request. `head` is an [`HttpHead`]. The answer
        /// is the response, whatever its status. Since Synapse 1.22.
        async fn http_request(
            &self,
            head: &JsonStr as Object,
            body: &[u8],
        ) -> HttpResponse, since 0 {
            /// let request = HttpRequest::new("GET", "https://example.com/ban-list");
            /// let response = api.http_client().request(request).await?;
        }
    }
}
