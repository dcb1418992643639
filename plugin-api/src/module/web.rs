//! Web resources: HTTP requests that a module answers.

mod request;
mod response;

use std::future::Future;
use std::sync::Arc;

use hsmod_abi::{AnswerOf, Flag, Serves, Side, table_for};

use crate::table::interface;
use crate::values::{ErrorCode, ModuleError};

pub use request::{RawHeader, WebRequest};
pub use response::{RawResponseHeader, RawWebResponse, WebResponse};

/// Answers HTTP requests: one method per HTTP method. Override those that the resource supports;
/// the others answer 405. An error becomes a JSON body of `errcode` and `error`, or a page
/// ([`Self::ERRORS`]); a plain failure or a panic becomes a 500 without details.
///
/// Called from any thread, several at once. The requester is not authenticated: use
/// [`get_user_by_req`](crate::ModuleApi::get_user_by_req). The homeserver has refused a body that
/// is too large (413; 8 MiB unless configured otherwise), and answers `OPTIONS` itself.
///
/// Mirrors `synapse.module_api.DirectServeJsonResource`, and with [`ErrorFormat::Html`]
/// `synapse.module_api.DirectServeHtmlResource`.
pub trait WebResource: Send + Sync + 'static {
    /// The form of errors. JSON is for programs: web pages of other sites may read the answers too,
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

/// A resource may be shared: the module itself can be one, with access to all of its state.
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

/// The form of a [`WebResource`]'s errors.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ErrorFormat {
    /// A JSON object of `errcode` and `error`.
    Json,
    /// A page that shows the message.
    Html,
}

/// The return type of the methods of a [`WebResource`]: a future of a response.
pub trait Answering: Future<Output = Result<WebResponse, ModuleError>> + Send {}

impl<F: Future<Output = Result<WebResponse, ModuleError>> + Send> Answering for F {}

fn not_allowed() -> ModuleError {
    ModuleError::http(405, ErrorCode::Unrecognized, "Unrecognized request")
}

interface! {
    /// The C table of a [`WebResource`]. Append-only.
    pub table WebTable WebTableRef, rows in rows {
        fn handle(request: &WebRequest<'_>) -> WebResponse;
    }
}

/// The form of errors crosses as a flag of the registration.
impl ErrorFormat {
    pub(crate) fn html(self) -> Flag {
        Flag::new(matches!(self, Self::Html))
    }
}

table_for! {
    serve<W: WebResource> WebTable WebTableRef, rows { handle, }
}

impl<W: WebResource> Serves<rows::handle> for Side<W> {
    type Values = ();

    async fn serve<'a>(&'a self, args: args::handle<'a>, (): &'a mut ()) -> AnswerOf<rows::handle> {
        let request = args.request.get();
        match request.method() {
            "GET" | "HEAD" => self.0.get(request).await,
            "POST" => self.0.post(request).await,
            "PUT" => self.0.put(request).await,
            "DELETE" => self.0.delete(request).await,
            _ => Err(not_allowed()),
        }
    }
}
