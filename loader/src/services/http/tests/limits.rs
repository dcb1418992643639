//! Shows that requests are limited in time, size and number.

use std::pin::{Pin, pin};
use std::task::{Context, Poll, Waker};

use super::*;

/// A body of ten bytes, with its length given or in chunks.
fn ten(chunked: bool) -> String {
    match chunked {
        false => server::answer("200 OK", "0123456789"),
        true => "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n\
                 6\r\n012345\r\n4\r\n6789\r\n0\r\n\r\n"
            .to_owned(),
    }
}

#[tokio::test]
async fn a_body_too_large_is_an_error() {
    for chunked in [false, true] {
        let server = Server::start(move |_| ten(chunked));
        let sized = async |limit| {
            let mut request = HttpRequest::new("GET", server.url("/"));
            request.max_response_bytes = limit;
            local().request(request).await
        };
        assert_eq!(&sized(10).await.unwrap().body[..], b"0123456789");
        for limit in [0, 5, 9] {
            let error = sized(limit).await.unwrap_err();
            assert!(matches!(error, HttpError::TooLarge { limit: l, .. } if l == limit), "{error}");
        }
    }
}

#[tokio::test]
async fn an_endless_body_is_an_error() {
    let endless = "x".repeat(1 << 20);
    let server = Server::start(move |_| format!("HTTP/1.1 200 OK\r\n\r\n{}", endless.repeat(11)));
    let error = local().request(HttpRequest::new("GET", server.url("/"))).await.unwrap_err();
    assert!(matches!(error, HttpError::TooLarge { limit: 10_485_760, .. }), "{error}");
}

#[tokio::test(start_paused = true)]
async fn a_server_that_does_not_answer_is_a_timeout() {
    let server = Server::start(|_| String::new());
    for (timeout, after) in [(60, 60), (1_000_000, 600)] {
        let mut request = HttpRequest::new("GET", server.url("/"));
        request.timeout = Duration::from_secs(timeout);
        let error = local().request(request).await.unwrap_err();
        let expected = Duration::from_secs(after);
        assert!(matches!(error, HttpError::TimedOut { after, .. } if after == expected), "{error}");
    }
}

#[tokio::test]
async fn a_storm_of_requests_is_refused() {
    let server = Server::start(|_| String::new());
    let client = local();
    let mut context = Context::from_waker(Waker::noop());
    let mut storm: Vec<Pin<Box<dyn Future<Output = _>>>> = Vec::new();
    for _ in 0..RUNNING_MAX + WAITING_MAX {
        let mut one = Box::pin(client.request(HttpRequest::new("GET", server.url("/"))));
        assert!(one.as_mut().poll(&mut context).is_pending());
        storm.push(one);
    }
    let one_more = pin!(client.request(HttpRequest::new("GET", server.url("/"))));
    let refused = one_more.poll(&mut context);
    assert!(matches!(refused, Poll::Ready(Err(HttpError::Crowded { waiting: WAITING_MAX }))));
    // Other modules are not affected.
    let others = local();
    let mut other = pin!(others.request(HttpRequest::new("GET", server.url("/"))));
    assert!(other.as_mut().poll(&mut context).is_pending());
    drop(storm);
    let mut after = pin!(client.request(HttpRequest::new("GET", server.url("/"))));
    assert!(after.as_mut().poll(&mut context).is_pending());
}
