//! Web resources: which module answers which path.

use bytes::Bytes;
use hsmod_plugin_api::module::{HttpRequest, StageError, WebHandle, WebResponse};
use hsmod_plugin_api::values::ErrorKind;
use http::{HeaderValue, Method, Request, Response, StatusCode, header};
use serde_json::{Map, Value};

use crate::modules::Modules;
use crate::record;

#[cfg(feature = "axum")]
mod axum;

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
    /// An error of the module becomes its status and a JSON body of `errcode` and `error`; any
    /// other failure, and a panic, becomes a 500 and a line in the log.
    pub async fn handle(&self, request: Request<Bytes>) -> Option<Response<Bytes>> {
        let generation = self.modules.generation_arc();
        let route = generation.routes.find(request.uri().path())?;
        if request.method() == Method::OPTIONS {
            return Some(respond(204, Vec::new()));
        }
        let call = async { route.resource.handle(&parts(&request)).await };
        let answer = record::inside(route.resource.module(), call).await;
        Some(match answer {
            Ok(answer) => response(&answer, request.method() == Method::HEAD),
            Err(error) => {
                let name = &generation.member(route.resource.module()).name;
                failure(error, name, &route.path)
            }
        })
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

fn respond(status: u16, body: Vec<u8>) -> Response<Bytes> {
    let mut response = Response::new(Bytes::from(body));
    *response.status_mut() =
        StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    response
}

fn response(answer: &WebResponse, head: bool) -> Response<Bytes> {
    let mut response =
        respond(answer.status(), if head { Vec::new() } else { answer.body().to_vec() });
    for (name, value) in answer.headers() {
        let name = header::HeaderName::from_bytes(name.as_bytes());
        if let (Ok(name), Ok(value)) = (name, HeaderValue::from_bytes(value)) {
            response.headers_mut().append(name, value);
        } else {
            tracing::warn!("a module's response has a header that HTTP does not allow");
        }
    }
    response
}

fn failure(error: StageError, module: &str, path: &str) -> Response<Bytes> {
    let (status, body) = match error {
        StageError::Module(error) if matches!(error.kind(), ErrorKind::Http { .. }) => {
            refusal(error.into_kind())
        }
        other => {
            tracing::error!(module, path, "a web resource failed: {other}");
            (500, error_body("M_UNKNOWN", "Internal server error"))
        }
    };
    let mut response = respond(status, Value::Object(body).to_string().into_bytes());
    response
        .headers_mut()
        .insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    response
}

fn refusal(kind: ErrorKind) -> (u16, Map<String, Value>) {
    match kind {
        ErrorKind::Http { status, errcode, message, fields } => {
            let mut body = error_body(errcode.as_str(), &message);
            body.extend(fields);
            (status, body)
        }
        _ => (500, error_body("M_UNKNOWN", "Internal server error")),
    }
}

fn error_body(errcode: &str, message: &str) -> Map<String, Value> {
    let field = |key: &str, text: &str| (key.to_owned(), Value::from(text));
    [field("errcode", errcode), field("error", message)].into_iter().collect()
}
