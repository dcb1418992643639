//! The web resources as an axum service, for a router's fallback.

use std::convert::Infallible;

use axum::Router;
use axum::body::{Body, to_bytes};
use hsmod_plugin_api::module::ErrorFormat;
use http::{Request, Response};

use super::Web;
use super::response::{Refused, Writer};

impl Web {
    /// For `router.fallback_service(..)`: what the homeserver does not serve itself is offered to
    /// the modules; what they do not serve either is a 404 `M_UNRECOGNIZED`. No more of a body is
    /// read than [`Host::max_request_body_size`](crate::Host::max_request_body_size) allows.
    pub fn into_axum(self) -> Router {
        let service = tower_service_fn(self);
        Router::new().fallback_service(service)
    }

    async fn answer(self, request: Request<Body>) -> Response<Body> {
        let unrecognized = || Writer::new(ErrorFormat::Json).refused(Refused::UNRECOGNIZED);
        let Some((writer, body_max)) = self.reads(request.uri().path()) else {
            return unrecognized().map(Body::from);
        };
        let (parts, body) = request.into_parts();
        let response = match to_bytes(body, body_max).await {
            Ok(body) => self.handle(Request::from_parts(parts, body)).await,
            Err(_too_large) => Some(writer.refused(Refused::TOO_LARGE)),
        };
        response.unwrap_or_else(unrecognized).map(Body::from)
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
