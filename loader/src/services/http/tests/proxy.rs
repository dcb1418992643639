//! Shows that the operator's proxy gets all requests, whatever its address.

use super::*;
use crate::config::Secret;

fn through(proxy: &str, lookup: Lookup) -> HttpClient {
    client(&Http { proxy: Some(Secret::new(proxy)), ..Http::default() }, lookup)
}

#[tokio::test]
async fn the_proxy_looks_names_up() {
    let proxy = Server::start(|_| server::answer("200 OK", "by proxy"));
    let client = through(&proxy.url(""), no_lookup());
    let url = "http://public.example/path";
    let answer = client.request(HttpRequest::new("GET", url)).await.unwrap();
    assert_eq!(&answer.body[..], b"by proxy");
    assert!(proxy.seen()[0].starts_with("GET http://public.example/path HTTP/1.1\r\n"));
    let url = "https://public.example/path";
    let tunnel = client.request(HttpRequest::new("GET", url)).await;
    assert!(tunnel.is_err());
    assert!(proxy.seen()[1].starts_with("CONNECT public.example:443 HTTP/1.1\r\n"));
}

#[tokio::test]
async fn the_proxy_may_have_a_name_and_want_a_password() {
    let proxy = Server::start(|_| server::answer("200 OK", ""));
    let url = format!("http://me:pass@Proxy.internal:{}", proxy.port());
    let client = through(&url, lookup(&["127.0.0.1"]));
    client.request(HttpRequest::new("GET", "http://public.example/")).await.unwrap();
    let shown = format!("{client:?}");
    assert!(!shown.contains("pass") && !shown.contains("bWU6"), "{shown}");
    assert!(proxy.seen()[0].contains("proxy-authorization: Basic bWU6cGFzcw==\r\n"));
}

#[tokio::test]
async fn addresses_are_checked_before_the_proxy() {
    let proxy = Server::start(|_| server::answer("200 OK", ""));
    let client = through(&proxy.url(""), no_lookup());
    let answer = client.request(HttpRequest::new("GET", "http://169.254.169.254/")).await;
    assert!(matches!(answer, Err(HttpError::Refused { .. })), "{answer:?}");
    assert_eq!(proxy.seen(), [""; 0]);
}
