//! Shows that a homeserver's router offers the modules what it does not serve itself.

use std::convert::Infallible;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::{Context, Poll};

use axum::body::{Body, to_bytes};
use axum::routing::get;
use futures_core::Stream;
use hsmod_loader::Host;
use hsmod_tests::scene::Scene;
use http::Request;
use serde_json::{Value, json};
use tower::ServiceExt;

async fn answer(router: &axum::Router, uri: &str, body: Body) -> (u16, Value) {
    let request = Request::post(uri).body(body).unwrap();
    answer_to(router, request).await
}

async fn answer_to(router: &axum::Router, request: Request<Body>) -> (u16, Value) {
    let response = router.clone().oneshot(request).await.unwrap();
    let status = response.status().as_u16();
    let body = to_bytes(response.into_body(), 1 << 20).await.unwrap();
    (status, serde_json::from_slice(&body).unwrap_or_default())
}

#[tokio::test]
async fn what_the_router_does_not_serve_goes_to_the_modules() {
    let modules = Scene::new().module("demo", json!({})).load().await;
    let router = axum::Router::new()
        .route("/_matrix/client/versions", get(|| async { "{\"versions\":[]}" }))
        .fallback_service(modules.web().into_axum());
    let ask = |uri: &str| Request::get(uri).body(Body::empty()).unwrap();
    assert_eq!(
        answer_to(&router, ask("/_matrix/client/versions")).await,
        (200, json!({"versions": []}))
    );
    assert_eq!(
        answer_to(&router, ask("/_synapse/client/demo/hello?name=bob")).await,
        (200, json!({"hello": "bob"}))
    );
    assert_eq!(
        answer_to(&router, ask("/nobody")).await,
        (404, json!({"errcode": "M_UNRECOGNIZED", "error": "Unrecognized request"}))
    );
    let too_large = Body::from(vec![b' '; 9 * 1024 * 1024]);
    let (status, body) = answer(&router, "/_synapse/client/demo/hello", too_large).await;
    assert_eq!((status, &body["errcode"]), (413, &json!("M_TOO_LARGE")));
}

/// A body that never ends; counts how often it was read.
struct Endless(Arc<AtomicUsize>);

impl Stream for Endless {
    type Item = Result<&'static str, Infallible>;

    fn poll_next(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.0.fetch_add(1, Ordering::Relaxed);
        Poll::Ready(Some(Ok("chunk...")))
    }
}

#[tokio::test]
async fn no_more_of_a_body_is_read_than_a_module_may_get() {
    let host = Host::new("example.com").max_request_body_size(20);
    let modules = Scene::new().host(host).module("demo", json!({})).load().await;
    let router = axum::Router::new().fallback_service(modules.web().into_axum());
    for (path, status, chunks) in [("/nobody", 404, 0), ("/_synapse/client/demo/hello", 413, 3)] {
        let read = Arc::new(AtomicUsize::new(0));
        let body = Body::from_stream(Endless(Arc::clone(&read)));
        assert_eq!(answer(&router, path, body).await.0, status, "{path}");
        assert_eq!(read.load(Ordering::Relaxed), chunks, "{path}");
    }
}
