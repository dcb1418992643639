//! Web resources: which module handles which path.

#[cfg(feature = "axum")]
mod axum;
mod response;

use std::sync::Arc;

use bytes::Bytes;
use hsmod_plugin_api::module::{StageError, WebHandle, WebRequestParts};
use hsmod_plugin_api::values::ErrorKind;
use http::{Method, Request, Response};

use self::response::{Refused, Writer};
use crate::call_error::FailureKind;
use crate::failures::{Duty, Failing, Failures, Subject};
use crate::generation::Generation;
use crate::modules::Modules;
use crate::record::{self, Place};

/// The paths of one generation of modules.
#[derive(Debug, Default)]
pub(crate) struct Routes {
    routes: Vec<Route>,
}

#[derive(Debug)]
pub(crate) struct Route {
    pub(crate) path: String,
    pub(crate) subtree: bool,
    pub(crate) resource: WebHandle,
    /// The largest body, in bytes.
    pub(crate) body_max: usize,
}

impl Route {
    /// The path, followed by `/*` for a subtree.
    pub(crate) fn shown(&self) -> String {
        format!("{}{}", self.path, if self.subtree { "/*" } else { "" })
    }
}

impl Routes {
    /// Adds a path that no other module has.
    pub(crate) fn add(&mut self, route: Route) {
        self.routes.push(route);
    }

    /// The paths of a module; `/*` follows those of subtrees.
    pub(crate) fn of(&self, module: usize) -> Vec<String> {
        let own = self.routes.iter().filter(|route| route.resource.module() == module);
        own.map(Route::shown).collect()
    }

    /// The index of the route for a path: an exact path wins over a subtree, a longer subtree over
    /// a shorter one.
    fn find(&self, path: &str) -> Option<usize> {
        let below = |route: &Route| {
            let rest = path.strip_prefix(route.path.as_str());
            route.subtree && rest.is_some_and(|rest| rest.starts_with('/'))
        };
        let exact = self.routes.iter().position(|route| route.path == path);
        exact.or_else(|| {
            let routes = self.routes.iter().enumerate().filter(|(_, route)| below(route));
            routes.max_by_key(|(_, route)| route.path.len()).map(|(at, _)| at)
        })
    }
}

/// The web resources of all modules.
///
/// ```
/// # async fn example(modules: hsmod_loader::Modules) {
/// let request = http::Request::get("/_synapse/client/demo/hello?name=bob");
/// let response = modules.web().handle(request.body(bytes::Bytes::new()).unwrap()).await;
/// assert_eq!(response.unwrap().status(), 200);
/// # }
/// ```
#[derive(Clone, Debug)]
pub struct Web {
    modules: Modules,
}

impl Web {
    pub(crate) const fn new(modules: Modules) -> Self {
        Self { modules }
    }

    /// Every path; `/*` follows those that include everything below them.
    pub fn paths(&self) -> Vec<String> {
        let generation = self.modules.generation();
        let numbers = generation.first..generation.first + generation.modules.len();
        numbers.flat_map(|module| generation.routes.of(module)).collect()
    }

    /// Whether a module has registered this path or a subtree that contains it: for a homeserver
    /// that routes a request before it reads the body.
    ///
    /// ```
    /// # let modules = hsmod_loader::Modules::default();
    /// assert!(!modules.web().serves("/_synapse/client/demo/hello"));
    /// ```
    pub fn serves(&self, path: &str) -> bool {
        self.body_max(path).is_some()
    }

    /// The largest body, in bytes, of a request for this path
    /// ([`Host::max_request_body_size`](crate::Host::max_request_body_size)); `None` if no module
    /// has registered it.
    ///
    /// Read at most one byte more than this, and pass what was read to [`Self::handle`], which
    /// answers a body that is too large in the way the resource answers errors.
    pub fn body_max(&self, path: &str) -> Option<usize> {
        self.modules.read(record::stay().reading(), |generation| {
            let routes = &generation.routes;
            Some(routes.routes[routes.find(path)?].body_max)
        })
    }

    /// Lets a module handle the request; `None` if no module has registered the path.
    ///
    /// An HTTP error from the module becomes a response with its status and a JSON body with
    /// `errcode` and `error`, or a page if the resource asks for that. Any other failure, or a
    /// panic, becomes a 500 and is logged. A body larger than
    /// [`Host::max_request_body_size`](crate::Host::max_request_body_size) is a 413.
    ///
    /// `Content-Length` is that of the module's response, even for `HEAD`, which has no body.
    ///
    /// There are two ways to let the implementation of `get_user_by_req` find the homeserver's own
    /// request: a number in the request's extensions ([`Client::token`]), and a task-local set
    /// around this call, since the module's requests to the homeserver are answered in the task
    /// that polls it. Both also work in a layer around `into_axum`.
    ///
    /// ```
    /// # use bytes::Bytes;
    /// # use hsmod_loader::requests::Users;
    /// # use hsmod_loader::requests::users::AuthenticatedUser;
    /// # use hsmod_loader::values::ModuleError;
    /// # use hsmod_loader::{Modules, WebRequest, requests};
    /// # use http::{Request, Response};
    /// tokio::task_local! {
    ///     /// What the homeserver found out of the client already.
    ///     static CLIENT: String;
    /// }
    ///
    /// # struct Services;
    /// #[requests]
    /// impl Users for Services {
    ///     async fn get_user_by_req(
    ///         &self,
    ///         _request: &WebRequest<'_>,
    ///         _allow_guest: bool,
    ///         _allow_expired: bool,
    ///     ) -> Result<AuthenticatedUser, ModuleError> {
    ///         let missing = |_| ModuleError::http(401, "M_MISSING_TOKEN", "Missing access token");
    ///         Ok(AuthenticatedUser::new(CLIENT.try_with(String::clone).map_err(missing)?))
    ///     }
    /// }
    ///
    /// # async fn example(modules: Modules, request: Request<Bytes>) -> Option<Response<Bytes>> {
    /// CLIENT.scope("@alice:example.org".to_owned(), modules.web().handle(request)).await
    /// # }
    /// ```
    pub async fn handle(&self, request: Request<Bytes>) -> Option<Response<Bytes>> {
        let found = self.find(request.uri().path())?;
        Some(found.answer(request).await)
    }

    /// The route for a path, if there is one.
    fn find(&self, path: &str) -> Option<Found> {
        let generation = self.modules.generation();
        let at = generation.routes.find(path)?;
        Some(Found { generation, at })
    }
}

/// The route for a request. It is kept until the response is complete: even if another generation
/// is published meanwhile, one and the same module determines the largest body and receives the
/// request.
struct Found {
    generation: Arc<Generation>,
    at: usize,
}

impl Found {
    fn route(&self) -> &Route {
        &self.generation.routes.routes[self.at]
    }

    fn writer(&self, method: &Method) -> Writer {
        Writer::new(self.route().resource.errors(), method == Method::HEAD)
    }

    async fn answer(&self, request: Request<Bytes>) -> Response<Bytes> {
        let Route { path, resource, body_max, .. } = self.route();
        let writer = self.writer(request.method());
        if request.method() == Method::OPTIONS {
            return writer.empty();
        }
        if request.body().len() > *body_max {
            return writer.refused(Refused::TOO_LARGE);
        }
        let call = async { resource.handle(&parts(&request)).await };
        let answer = record::inside(resource.module(), Place::WEB, call).await;
        let failures = &self.generation.member(resource.module()).failures;
        match answer {
            Ok(answer) => {
                let (response, left_out) = writer.answer(&answer);
                left_out.iter().for_each(|name| bad_header(failures, path, name));
                response
            }
            Err(error) => {
                failed(failures, path, &error);
                writer.failure(error)
            }
        }
    }
}

/// Logs that the module's response has an invalid header.
#[cold]
fn bad_header(failures: &Failures, path: &str, name: &str) {
    failures.report(&Failing {
        duty: Duty::Web(path),
        kind: FailureKind::Error,
        message: &format!("its answer has a header that HTTP does not allow: {name:?}"),
        subject: &Subject::default(),
        passed_over: true,
    });
}

/// Logs that a resource returned an error or panicked.
#[cold]
fn failed(failures: &Failures, path: &str, error: &StageError) {
    let duty = Duty::Web(path);
    if let StageError::Module(module_error) = error
        && let ErrorKind::Http { status: ..500, errcode, .. } = module_error.kind()
    {
        failures.log_denial(duty, errcode.as_str(), error, &Subject::default());
        return;
    }
    failures.report(&Failing {
        duty,
        kind: FailureKind::of_stage(error),
        message: &error.to_string(),
        subject: &Subject::default(),
        passed_over: false,
    });
}

/// What a homeserver knows of a request besides what the client sent. It goes into the request's
/// extensions.
///
/// ```
/// use hsmod_loader::web::Client;
///
/// let mut request = http::Request::new(bytes::Bytes::new());
/// request.extensions_mut().insert(Client { ip: Some("192.0.2.7".to_owned()), token: 41 });
/// assert_eq!(hsmod_loader::web::parts(&request).view().token(), 41);
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[allow(clippy::exhaustive_structs, reason = "built by field names, with `..Client::default()`")]
pub struct Client {
    /// The IP address of the client, as modules see it.
    pub ip: Option<String>,
    /// A number by which the homeserver finds its own request when a module asks about it
    /// ([`WebRequest::token`](crate::WebRequest::token)); 0 for none.
    pub token: u64,
}

/// A request in the form in which modules get it, as for `on_legacy_admin_request`.
pub fn parts(request: &Request<Bytes>) -> WebRequestParts<'_> {
    let parts = WebRequestParts::new(
        request.method().as_str(),
        request.uri().path(),
        request.uri().query().unwrap_or_default(),
        request.headers().iter().map(|(name, value)| (name.as_str(), value.as_bytes())),
        request.body(),
    );
    let Some(Client { ip, token }) = request.extensions().get() else { return parts };
    let parts = parts.token(*token);
    match ip {
        Some(ip) => parts.client_ip(ip),
        None => parts,
    }
}
