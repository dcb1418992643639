//! Web resources: which module answers which path.

#[cfg(feature = "axum")]
mod axum;
mod response;

use bytes::Bytes;
use hsmod_plugin_api::module::{HttpRequest, WebHandle};
use http::{Method, Request, Response};

use self::response::{Refused, Writer};
use crate::modules::Modules;
use crate::record::{self, Place};

/// The paths of one generation.
#[derive(Debug, Default)]
pub(crate) struct Routes {
    routes: Vec<Route>,
}

#[derive(Debug)]
pub(crate) struct Route {
    pub(crate) path: String,
    pub(crate) subtree: bool,
    pub(crate) resource: WebHandle,
    /// Of how many bytes a body may be.
    pub(crate) body_max: usize,
}

impl Route {
    /// The path, with `/*` behind that of a subtree.
    pub(crate) fn shown(&self) -> String {
        format!("{}{}", self.path, if self.subtree { "/*" } else { "" })
    }
}

impl Routes {
    /// Adds a path that no other module has.
    pub(crate) fn add(&mut self, route: Route) {
        self.routes.push(route);
    }

    /// The paths of a module, `/*` behind those of subtrees.
    pub(crate) fn of(&self, module: usize) -> Vec<String> {
        let own = self.routes.iter().filter(|route| route.resource.module() == module);
        own.map(Route::shown).collect()
    }

    /// Who answers a path: an exact path before a subtree, a longer subtree before a shorter one.
    fn find(&self, path: &str) -> Option<&Route> {
        let exact = self.routes.iter().find(|route| route.path == path);
        let below = |route: &&Route| {
            let rest = path.strip_prefix(route.path.as_str());
            route.subtree && rest.is_some_and(|rest| rest.starts_with('/'))
        };
        exact.or_else(|| self.routes.iter().filter(below).max_by_key(|route| route.path.len()))
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

    /// Every path, with `/*` behind those that include what is below them.
    pub fn paths(&self) -> Vec<String> {
        let generation = self.modules.generation();
        let numbers = generation.first..generation.first + generation.modules.len();
        numbers.flat_map(|module| generation.routes.of(module)).collect()
    }

    /// Lets a module answer; `None` if no module has registered the path.
    ///
    /// An error of the module becomes its status and a JSON body of `errcode` and `error`, or a page
    /// if the resource says so; any other failure, and a panic, becomes a 500 and a line in the log.
    /// A body that is larger than [`Host::max_request_body_size`](crate::Host::max_request_body_size)
    /// is a 413.
    pub async fn handle(&self, request: Request<Bytes>) -> Option<Response<Bytes>> {
        let generation = self.modules.generation_arc();
        let route = generation.routes.find(request.uri().path())?;
        let resource = &route.resource;
        let writer = Writer::new(resource.errors());
        if request.method() == Method::OPTIONS {
            return Some(writer.empty());
        }
        if request.body().len() > route.body_max {
            return Some(writer.refused(Refused::TOO_LARGE));
        }
        let call = async { resource.handle(&parts(&request)).await };
        let answer = record::inside(resource.module(), Place::WEB, call).await;
        Some(match answer {
            Ok(answer) => writer.answer(&answer, request.method() == Method::HEAD),
            Err(error) => {
                let name = &generation.member(resource.module()).name;
                writer.failure(error, name, &route.path)
            }
        })
    }

    /// Who answers a path, and how large a body may be; `None` if nobody does.
    #[cfg(feature = "axum")]
    fn reads(&self, path: &str) -> Option<(Writer, usize)> {
        let generation = self.modules.generation();
        let route = generation.routes.find(path)?;
        Some((Writer::new(route.resource.errors()), route.body_max))
    }
}

/// A request as modules get it: what `on_legacy_admin_request` is asked about.
pub fn parts(request: &Request<Bytes>) -> HttpRequest<'_> {
    HttpRequest::new(
        request.method().as_str(),
        request.uri().path(),
        request.uri().query().unwrap_or_default(),
        request.headers().iter().map(|(name, value)| (name.as_str(), value.as_bytes())),
        request.body(),
    )
}
