//! Shows that only public addresses are reached, in whatever notation, and that changing a name's
//! address gains nothing.

use std::sync::atomic::{AtomicUsize, Ordering};

use super::*;

async fn get(client: &HttpClient, url: &str) -> Result<HttpResponse, HttpError> {
    client.request(HttpRequest::new("GET", url)).await
}

#[tokio::test]
async fn addresses_in_urls_are_recognised_in_any_notation() {
    let server = Server::start(|_| server::answer("200 OK", ""));
    let client = client(&Http::default(), no_lookup());
    for host in [
        "127.0.0.1",
        "127.0.0.1.",
        "127.1",
        "2130706433",
        "0x7f000001",
        "0177.0.0.1",
        "%31%32%37.0.0.1",
        "１２７.0.0.1",
        "0",
        "10.0.0.1",
        "169.254.169.254",
        "user:pass@192.168.0.1",
        "[::1]",
        "[::]",
        "[::ffff:127.0.0.1]",
        "[::ffff:7f00:1]",
        "[64:ff9b::7f00:1]",
        "[fe80::1]",
        "[fd00::1]",
    ] {
        for following in [false, true] {
            let mut request = HttpRequest::new("GET", format!("http://{host}:{}/", server.port()));
            request.follow_redirects = following;
            let answer = client.request(request).await;
            assert!(matches!(answer, Err(HttpError::Refused { .. })), "{host}: {answer:?}");
        }
    }
    assert_eq!(server.seen(), [""; 0]);
}

#[tokio::test]
async fn names_are_refused_by_their_addresses() {
    let server = Server::start(|_| server::answer("200 OK", ""));
    let url = format!("http://evil.example:{}/", server.port());
    for address in ["127.0.0.1", "::1", "10.0.0.1", "::ffff:127.0.0.1", "64:ff9b::7f00:1"] {
        let client = client(&Http::default(), lookup(&[address]));
        let answer = get(&client, &url).await;
        assert!(matches!(answer, Err(HttpError::Refused { .. })), "{address}: {answer:?}");
    }
    let system = HttpClient::new(&Http::default()).unwrap();
    let answer = get(&system, &format!("http://localhost:{}/", server.port())).await;
    assert!(matches!(answer, Err(HttpError::Refused { .. })), "{answer:?}");
    assert_eq!(server.seen(), [""; 0]);
}

#[tokio::test]
async fn allowed_addresses_are_reached() {
    let server = Server::start(|_| server::answer("200 OK", "here"));
    let allowed = allowing(&["127.0.0.1"]);
    let system = HttpClient::new(&allowing(&["127.0.0.0/8", "::1"])).unwrap();
    let by_name = format!("http://localhost:{}/", server.port());
    assert_eq!(&get(&system, &by_name).await.unwrap().body[..], b"here");
    assert_eq!(get(&client(&allowed, no_lookup()), &server.url("/")).await.unwrap().status, 200);
    let other = format!("http://127.0.0.2:{}/", server.port());
    let refused = get(&client(&allowed, no_lookup()), &other).await;
    assert!(matches!(refused, Err(HttpError::Refused { .. })), "{refused:?}");
}

#[tokio::test]
async fn forbidden_addresses_of_a_name_are_left_out() {
    let (server, wrong) = Server::start_two("right", "wrong");
    let client = client(&allowing(&["127.0.0.1"]), lookup(&["127.0.0.2", "10.0.0.1", "127.0.0.1"]));
    let answer = get(&client, &format!("http://mixed.example:{}/", server.port())).await.unwrap();
    assert_eq!(&answer.body[..], b"right");
    assert_eq!(wrong.seen(), [""; 0]);
}

#[tokio::test]
async fn a_name_that_changes_its_address_gains_nothing() {
    let (server, secret) = Server::start_two("", "secret");
    let asked = AtomicUsize::new(0);
    let rebinding: Lookup = Arc::new(move |_| {
        let first = asked.fetch_add(1, Ordering::Relaxed) == 0;
        Ok(vec![if first { [127, 0, 0, 1] } else { [127, 0, 0, 2] }.into()])
    });
    let client = client(&allowing(&["127.0.0.1"]), rebinding);
    let url = format!("http://rebinding.example:{}/", server.port());
    assert_eq!(get(&client, &url).await.unwrap().status, 200);
    let second = get(&client, &url).await;
    assert!(matches!(second, Err(HttpError::Refused { .. })), "{second:?}");
    assert_eq!(secret.seen(), [""; 0]);
}
