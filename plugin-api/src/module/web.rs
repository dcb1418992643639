//! Web resources: HTTP requests that a module answers.

mod request;
mod response;

use std::future::Future;
use std::marker::PhantomData;
use std::sync::Arc;

use abi_stable::prefix_type::WithMetadata;
use abi_stable::{StableAbi, staticref};

use crate::boundary::{FfiWaker, FutureSlot, Out, PanicReport, Status, start};
use crate::values::{ErrorCode, ModuleError};

pub use request::{RawHeader, WebRequest};
pub use response::{RawWebResponse, WebResponse};

/// Answers HTTP requests: one method per HTTP method. Override those you serve; the others answer
/// 405. An error becomes a JSON body of `errcode` and `error`, or a page ([`Self::ERRORS`]); a plain
/// failure or a panic becomes a 500 that tells the client nothing more.
///
/// Called from any thread, several at once. Nobody has checked who asks:
/// [`get_user_by_req`](crate::ModuleApi::get_user_by_req) does. The homeserver has refused a body
/// that is too large (413; 8 MiB, unless it says otherwise), and answers `OPTIONS` itself.
///
/// Mirrors `synapse.module_api.DirectServeJsonResource`, and with [`ErrorFormat::Html`]
/// `synapse.module_api.DirectServeHtmlResource`.
pub trait WebResource: Send + Sync + 'static {
    /// What errors become. JSON is for programs: web pages of other sites may read the answers too,
    /// as with the rest of a homeserver (CORS). HTML is for people.
    const ERRORS: ErrorFormat = ErrorFormat::Json;

    /// A GET request; also answers HEAD.
    #[allow(unused_variables, reason = "the default has no use for its arguments")]
    fn get(&self, request: &WebRequest<'_>) -> impl Answering {
        std::future::ready(Err(not_allowed()))
    }

    /// A POST request.
    #[allow(unused_variables, reason = "the default has no use for its arguments")]
    fn post(&self, request: &WebRequest<'_>) -> impl Answering {
        std::future::ready(Err(not_allowed()))
    }

    /// A PUT request.
    #[allow(unused_variables, reason = "the default has no use for its arguments")]
    fn put(&self, request: &WebRequest<'_>) -> impl Answering {
        std::future::ready(Err(not_allowed()))
    }

    /// A DELETE request.
    #[allow(unused_variables, reason = "the default has no use for its arguments")]
    fn delete(&self, request: &WebRequest<'_>) -> impl Answering {
        std::future::ready(Err(not_allowed()))
    }
}

/// A resource may be shared: the module itself can be one, with all it knows.
///
/// ```
/// # use hsmod_plugin_api::prelude::*;
/// # struct Greeter { greeting: String }
/// impl WebResource for Greeter {
///     async fn get(&self, _: &WebRequest<'_>) -> Result<WebResponse, ModuleError> {
///         Ok(WebResponse::html(200, &*self.greeting))
///     }
/// }
/// # fn example(api: &ModuleApi, module: &Arc<Greeter>) {
/// api.register_web_resource("/_synapse/client/greeter/", Arc::clone(module));
/// # }
/// ```
impl<W: WebResource> WebResource for Arc<W> {
    const ERRORS: ErrorFormat = W::ERRORS;

    fn get(&self, request: &WebRequest<'_>) -> impl Answering {
        W::get(self, request)
    }

    fn post(&self, request: &WebRequest<'_>) -> impl Answering {
        W::post(self, request)
    }

    fn put(&self, request: &WebRequest<'_>) -> impl Answering {
        W::put(self, request)
    }

    fn delete(&self, request: &WebRequest<'_>) -> impl Answering {
        W::delete(self, request)
    }
}

/// What the errors of a [`WebResource`] become.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ErrorFormat {
    /// A JSON object of `errcode` and `error`.
    Json,
    /// A page that shows the message.
    Html,
}

/// What the methods of a [`WebResource`] return: a future of a response.
pub trait Answering: Future<Output = Result<WebResponse, ModuleError>> + Send {}

impl<F: Future<Output = Result<WebResponse, ModuleError>> + Send> Answering for F {}

fn not_allowed() -> ModuleError {
    ModuleError::http(405, ErrorCode::Unrecognized, "Unrecognized request")
}

/// The C table of a [`WebResource`]. Append-only.
#[repr(C)]
#[derive(StableAbi)]
#[sabi(kind(Prefix(prefix_ref = WebTableRef)))]
#[sabi(missing_field(option))]
pub struct WebTable {
    /// Version of the boundary of the module that made it.
    #[sabi(last_prefix_field)]
    pub abi_minor: u32,
    pub(crate) handle: unsafe extern "C" fn(
        *const (),
        *const WebRequest<'_>,
        *mut FutureSlot,
        *const FfiWaker,
        *mut Out<WebResponse>,
        *mut PanicReport,
    ) -> Status,
    pub(crate) html_errors: bool,
}

impl WebTableRef {
    pub(crate) const fn of<W: WebResource>() -> Self {
        WebTableOf::<W>::TABLE
    }
}

struct WebTableOf<W>(PhantomData<W>);

impl<W: WebResource> WebTableOf<W> {
    staticref!(const WITH_METADATA: WithMetadata<WebTable> =
    WithMetadata::new(WebTable {
        abi_minor: crate::ABI.minor,
        handle: handle::<W>,
        html_errors: matches!(W::ERRORS, ErrorFormat::Html),
    }));
    const TABLE: WebTableRef = WebTableRef(Self::WITH_METADATA.as_prefix());
}

/// # Safety
/// `resource` is a live `W`, `request` lives as long as the future; the rest as for [`start`].
unsafe extern "C" fn handle<W: WebResource>(
    resource: *const (),
    request: *const WebRequest<'_>,
    slot: *mut FutureSlot,
    waker: *const FfiWaker,
    out: *mut Out<WebResponse>,
    report: *mut PanicReport,
) -> Status {
    // SAFETY: the caller's promises.
    unsafe {
        let (resource, request) = (&*resource.cast::<W>(), *request);
        start(slot, waker, out, report, || async move {
            match request.method() {
                "GET" | "HEAD" => resource.get(&request).await,
                "POST" => resource.post(&request).await,
                "PUT" => resource.put(&request).await,
                "DELETE" => resource.delete(&request).await,
                _ => Err(not_allowed()),
            }
        })
    }
}
