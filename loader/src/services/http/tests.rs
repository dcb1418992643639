//! Shows that modules reach the servers they may reach, and the errors for all others.

mod addresses;
mod limits;
mod messages;
mod proxy;
mod redirects;
mod server;
mod tls;

use std::net::IpAddr;

use self::server::Server;
use super::*;

/// Fails the test if the system's resolver would be asked.
fn no_lookup() -> Lookup {
    Arc::new(|name| panic!("`{name}` was looked up"))
}

/// A lookup that always returns these addresses.
fn lookup(addresses: &[&str]) -> Lookup {
    let addresses: Vec<IpAddr> = addresses.iter().map(|one| one.parse().unwrap()).collect();
    Arc::new(move |_| Ok(addresses.clone()))
}

fn allowing(networks: &[&str]) -> Http {
    Http { allow: networks.iter().map(|one| one.parse().unwrap()).collect(), proxy: None }
}

fn client(config: &Http, lookup: Lookup) -> HttpClient {
    HttpClient::with(config, lookup, crate::services::http::tls::config().unwrap()).unwrap()
}

/// A client that may reach this machine.
fn local() -> HttpClient {
    client(&allowing(&["127.0.0.0/8"]), no_lookup())
}

fn pairs(given: &[(&str, &str)]) -> Vec<(String, String)> {
    given.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
}

#[tokio::test]
async fn status_headers_and_body_are_readable_whatever_the_status() {
    let server = Server::start(|_| {
        "HTTP/1.1 418 Teapot\r\nX-One: 1\r\nX-One: zw\u{f6}lf\r\nContent-Length: 5\r\n\r\nshort"
            .into()
    });
    let mut request = HttpRequest::new("BREW", server.url("/pot?q=1"));
    request.headers = pairs(&[("X-A", "b"), ("x-a", "c")]);
    request.body = "milk".into();
    let response = local().request(request).await.unwrap();
    assert_eq!((response.status, &response.body[..]), (418, &b"short"[..]));
    let ones = response.headers.iter().filter(|(name, _)| name == "x-one");
    assert_eq!(ones.map(|(_, value)| value.as_str()).collect::<Vec<_>>(), ["1", "zw\u{f6}lf"]);
    let seen = server.seen();
    assert!(seen[0].starts_with("BREW /pot?q=1 HTTP/1.1\r\nx-a: b\r\nx-a: c\r\n"), "{seen:?}");
    assert!(seen[0].ends_with("\r\n\r\nmilk"), "{seen:?}");
}
