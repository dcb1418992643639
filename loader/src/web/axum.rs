//! The web resources as an axum service, for a router's fallback.

use std::convert::Infallible;

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::response::IntoResponse;
use http::{Request, Response, StatusCode};

use super::{Web, error_body};

/// The largest body a module is given.
const LARGEST_BODY: usize = 8 * 1024 * 1024;

impl Web {
    /// For `router.fallback_service(..)`: what the homeserver does not serve itself is offered to
    /// the modules; what they do not serve either is a 404 `M_UNRECOGNIZED`. A body of more than
    /// 8 MiB is a 413.
    pub fn into_axum(self) -> Router {
        let service = tower_service_fn(self);
        Router::new().fallback_service(service)
    }

    async fn answer(self, request: Request<Body>) -> Response<Body> {
        let (parts, body) = request.into_parts();
        let Ok(body) = to_bytes(body, LARGEST_BODY).await else {
            return refuse(
                StatusCode::PAYLOAD_TOO_LARGE,
                "M_TOO_LARGE",
                "Request body is too large",
            );
        };
        match self.handle(Request::from_parts(parts, body)).await {
            Some(response) => response.map(Body::from),
            None => refuse(StatusCode::NOT_FOUND, "M_UNRECOGNIZED", "Unrecognized request"),
        }
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

fn refuse(status: StatusCode, errcode: &str, message: &str) -> Response<Body> {
    (status, axum::Json(error_body(errcode, message))).into_response()
}
