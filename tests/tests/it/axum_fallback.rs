//! Tests that a router passes requests that it does not serve itself to the modules.

use std::convert::Infallible;
use std::net::SocketAddr;
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::{Context, Poll};
use std::time::Duration;

use axum::body::{Body, to_bytes};
use axum::routing::get;
use futures_core::Stream;
use hsmod_loader::{Host, Shutdown};
use hsmod_tests::scene::Scene;
use http::Request;
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::mpsc;
use tower::ServiceExt;

use crate::support::poll_once;

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
async fn paths_that_the_router_does_not_serve_go_to_the_modules() {
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

/// A body that never ends and counts how often it is read.
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

/// What a client receives over a new connection, without the date.
async fn over_the_wire(address: SocketAddr, method: &str, path: &str) -> (Vec<String>, String) {
    let mut stream = TcpStream::connect(address).await.unwrap();
    let request = format!("{method} {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut response = String::new();
    stream.read_to_string(&mut response).await.unwrap();
    let (head, body) = response.split_once("\r\n\r\n").unwrap();
    let mut head: Vec<_> = head.lines().map(str::to_owned).collect();
    head.retain(|line| !line.starts_with("date: "));
    head[1..].sort();
    (head, body.to_owned())
}

#[tokio::test]
async fn head_says_on_the_wire_how_long_the_answer_to_get_is() {
    let refuse = json!({"refuse": {"status": 403, "errcode": "M_FORBIDDEN", "message": "no"}});
    let config =
        json!({"web": {"/_json": "allow", "/_refuse": refuse}, "pages": {"/_page": "allow"}});
    let modules = Scene::new().module("good_recorder", config).load().await;
    let router = axum::Router::new().fallback_service(modules.web().into_axum());
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let server = tokio::spawn(async move { axum::serve(listener, router).await });
    for path in ["/_json", "/_refuse", "/_page", "/nobody"] {
        let (get, body) = over_the_wire(address, "GET", path).await;
        let length = format!("content-length: {}", body.len());
        assert!(get.contains(&length) && !body.is_empty(), "{path}: {get:?}");
        assert_eq!(over_the_wire(address, "HEAD", path).await, (get, String::new()), "{path}");
    }
    for (method, path) in [("OPTIONS", "/_json"), ("DELETE", "/_synapse/client/recorder/seen")] {
        let (head, body) = over_the_wire(address, method, path).await;
        assert_eq!((&*head[0], &*body), ("HTTP/1.1 204 No Content", ""));
        assert!(!head.iter().any(|line| line.starts_with("content-length")), "{head:?}");
    }
    server.abort();
}

/// A body that comes in pieces.
struct Pieces(mpsc::Receiver<&'static str>);

impl Stream for Pieces {
    type Item = Result<&'static str, Infallible>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.0.poll_recv(context).map(|piece| piece.map(Ok))
    }
}

#[tokio::test]
async fn the_module_of_the_path_at_arrival_gets_the_request_when_its_body_is_read() {
    let config = json!({"pages": {"/_page": "allow"}});
    let modules = Scene::new().module("good_recorder", config).load().await;
    let router = axum::Router::new().fallback_service(modules.web().into_axum());
    let (pieces, body) = mpsc::channel(1);
    let request = Request::post("/_page").body(Body::from_stream(Pieces(body))).unwrap();
    let mut answer = pin!(router.clone().oneshot(request));
    assert!(poll_once(answer.as_mut()).await.is_none());
    // In the meantime the modules are shut down.
    let mut shutdown = pin!(modules.shutdown(Duration::from_secs(60)));
    assert!(poll_once(shutdown.as_mut()).await.is_none(), "it waits for the request");
    assert_eq!(modules.web().paths(), [""; 0]);
    pieces.send(r#"{"a": 1}"#).await.unwrap();
    drop(pieces);
    assert_eq!(answer.await.unwrap().status(), 302);
    assert_eq!(shutdown.await, Shutdown::default());
}
