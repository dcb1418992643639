//! Group `http`: requests to other servers. The loader answers it in every homeserver.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::module::ModuleApi;
use crate::module::http_response::HttpResponse;
use crate::table::requests;
use crate::values::JsonStr;

/// The requests in the form in which they cross; modules use
/// [`http_client`](ModuleApi::http_client).
#[derive(Clone, Copy, Debug)]
pub struct Wire<'a>(pub(crate) &'a ModuleApi);

impl Wire<'_> {
    const fn api(&self) -> &ModuleApi {
        self.0
    }
}

/// All parts of a request but its body, in the form in which they cross.
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
    /// The limit until the last byte of the response, in milliseconds; `None` for the default.
    pub timeout_ms: Option<u64>,
    /// The largest accepted body of the response; `None` for the default.
    pub max_response_bytes: Option<u64>,
    /// Whether to follow redirects.
    pub follow_redirects: bool,
}

/// Omits everything that may be secret: a URL may contain a token, and a header a password.
impl fmt::Debug for HttpHead {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} with {} headers", self.method, self.headers.len())
    }
}

requests! {
    /// Requests to other servers. The loader answers these in every homeserver; a homeserver that
    /// answers them has priority.
    pub trait Http = http on Wire<'_>,
        written HttpRequests, table HttpTable HttpTableRef, erased ErasedHttp
    {
        /// Makes a request. `head` is an [`HttpHead`]. The answer is the response, whatever its
        /// status. Since Synapse 1.22.
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
