//! The web resources as an axum service, for a router's fallback.

use std::convert::Infallible;

use axum::Router;
use axum::body::{Body, to_bytes};
use hsmod_plugin_api::module::ErrorFormat;
use http::{Method, Request, Response};

use super::Web;
use super::response::{Refused, Writer};

impl Web {
    /// Use this with `router.fallback_service(..)`: paths that the homeserver does not serve go to
    /// the modules, and paths that they do not serve either become a 404 `M_UNRECOGNIZED`. At most
    /// as much of a body is read as
    /// [`Host::max_request_body_size`](crate::Host::max_request_body_size) allows.
    pub fn into_axum(self) -> Router {
        let service = tower_service_fn(self);
        Router::new().fallback_service(service)
    }

    async fn answer(self, request: Request<Body>) -> Response<Body> {
        let Some(found) = self.find(request.uri().path()) else {
            let writer = Writer::new(ErrorFormat::Json, request.method() == Method::HEAD);
            return writer.refused(Refused::UNRECOGNIZED).map(Body::from);
        };
        let (parts, body) = request.into_parts();
        let response = match to_bytes(body, found.route().body_max).await {
            Ok(body) => found.answer(Request::from_parts(parts, body)).await,
            Err(_too_large) => found.writer(&parts.method).refused(Refused::TOO_LARGE),
        };
        response.map(Body::from)
    }
}

fn tower_service_fn(
    web: Web,
) -> impl tower::Service<Request<Body>, Response = Response<Body>, Error = Infallible, Future: Send>
+ Clone
+ Send
+ Sync
+ 'static {
    tower::service_fn(move |request| {
        let web = web.clone();
        async move { Ok(web.answer(request).await) }
    })
}
