//! Shows the messages about failed requests, which contain no more of a URL than its host.

use insta::assert_snapshot;

use super::*;
use crate::config::Secret;

async fn said_of(client: &HttpClient, request: HttpRequest) -> String {
    client.request(request).await.unwrap_err().to_string()
}

fn get(url: impl Into<String>) -> HttpRequest {
    HttpRequest::new("GET", url)
}

#[tokio::test]
async fn requests_that_cannot_be_made() {
    let client = local();
    assert_snapshot!(said_of(&client, get("example.com/path")).await, @"this is not a URL: relative URL without a base");
    assert_snapshot!(said_of(&client, get("file:///etc/passwd")).await, @"`file:` is not HTTP: URLs begin with `http://` or `https://`");
    assert_snapshot!(said_of(&client, get("http://")).await, @"this is not a URL: empty host");
    assert_snapshot!(said_of(&client, HttpRequest::new("G ET", "http://a.example")).await, @"`G ET` is not an HTTP method");
    let mut request = get("http://127.0.0.1:9/");
    request.headers = pairs(&[("X-A\r\nB", "c")]);
    assert_snapshot!(said_of(&client, request.clone()).await, @r"`X-A\r\nB` cannot be the name of a header");
    request.headers = pairs(&[("X-A", "b\r\nX-Injected: c")]);
    assert_snapshot!(said_of(&client, request).await, @"the value for the header `x-a` has control characters");
}

#[tokio::test]
async fn hosts_that_may_not_be_reached() {
    let literal = client(&Http::default(), no_lookup());
    assert_snapshot!(said_of(&literal, get("http://u:p@127.0.0.1/secret?secret")).await, @"`127.0.0.1` is a loopback address, which modules may not reach: if they should, list it under `http.allow` in the config");
    assert_snapshot!(said_of(&literal, get("http://[::ffff:10.0.0.1]:81/")).await, @"`[::ffff:a00:1]` is ::ffff:10.0.0.1, a private address, which modules may not reach: if they should, list it under `http.allow` in the config");
    let name = client(&Http::default(), lookup(&["192.168.0.5"]));
    assert_snapshot!(said_of(&name, get("http://u:p@Internal.example:81/secret?secret")).await, @"`internal.example` is 192.168.0.5, a private address, which modules may not reach: if they should, list it under `http.allow` in the config");
}

#[tokio::test]
async fn hosts_that_cannot_be_reached() {
    // Bound, so that nothing else listens there.
    let deaf = tokio::net::TcpSocket::new_v4().unwrap();
    deaf.bind("127.0.0.1:0".parse().unwrap()).unwrap();
    let closed = deaf.local_addr().unwrap();
    let said = said_of(&local(), get(format!("http://{closed}/secret"))).await;
    assert_snapshot!(said, @"cannot connect to `127.0.0.1`: Connection refused (os error 111)");
    let failing = Arc::new(|_: &str| Err(std::io::Error::other("no such name")));
    let nameless = client(&Http::default(), failing);
    assert_snapshot!(said_of(&nameless, get("http://nowhere.example/")).await, @"cannot connect to `nowhere.example`: no such name");
    let empty = client(&Http::default(), lookup(&[]));
    assert_snapshot!(said_of(&empty, get("http://nowhere.example/")).await, @"cannot connect to `nowhere.example`: the name has no address");
}

#[tokio::test]
async fn invalid_responses() {
    let server = Server::start(|_| "SSH-2.0-OpenSSH\r\n".into());
    let said = said_of(&local(), get(server.url("/secret"))).await;
    assert_snapshot!(said, @"the request to `127.0.0.1` failed: invalid HTTP version parsed");
    let tls = said_of(&local(), get(server.url("/").replace("http", "https"))).await;
    assert_snapshot!(tls, @"cannot connect to `127.0.0.1`: received corrupt message of type InvalidContentType");
    let cut = Server::start(|_| "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\ncut".into());
    assert_snapshot!(said_of(&local(), get(cut.url("/secret"))).await, @"the request to `127.0.0.1` failed: end of file before message length reached");
}

#[test]
fn limits() {
    let host = || "example.com".to_owned();
    let timed_out = HttpError::TimedOut { host: host(), after: Duration::from_secs(60) };
    assert_snapshot!(timed_out, @"`example.com` did not answer in full within 60s");
    assert_snapshot!(HttpError::TooLarge { host: host(), limit: 10 << 20 }, @"the response of `example.com` is larger than 10485760 bytes");
    assert_snapshot!(HttpError::Redirects { host: host(), limit: REDIRECTS_MAX }, @"`example.com` redirected more than 5 times");
    assert_snapshot!(HttpError::Crowded { waiting: WAITING_MAX }, @"256 HTTP requests of this module are already waiting: make fewer at once");
}

#[test]
fn setup() {
    let config = Http { proxy: Some(Secret::new("http://[")), ..Http::default() };
    assert_snapshot!(HttpClient::new(&config).unwrap_err(), @"the HTTP client cannot be set up: invalid IPv6 address");
}
