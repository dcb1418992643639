//! Shows that redirects are returned by default and followed on demand, within limits.

use super::*;

async fn follow(client: &HttpClient, url: &str) -> Result<HttpResponse, HttpError> {
    let mut request = HttpRequest::new("GET", url);
    request.headers = pairs(&[("authorization", "Bearer t")]);
    request.follow_redirects = true;
    client.request(request).await
}

#[tokio::test]
async fn a_redirect_is_returned_by_default() {
    let server = Server::start(|_| server::redirect("/there"));
    let answer = local().request(HttpRequest::new("GET", server.url("/"))).await.unwrap();
    assert_eq!(answer.status, 302);
    assert!(answer.headers.contains(&("location".to_owned(), "/there".to_owned())));
    assert_eq!(server.seen().len(), 1);
}

#[tokio::test]
async fn a_redirect_is_followed_on_demand() {
    let there = Server::start(|_| server::answer("200 OK", "there"));
    let location = there.url("/there");
    let here = Server::start(move |_| server::redirect(&location));
    let answer = follow(&local(), &here.url("/here")).await.unwrap();
    assert_eq!((answer.status, &answer.body[..]), (200, &b"there"[..]));
    // Credentials for one server are not sent to another one.
    assert!(here.seen()[0].contains("Bearer t") && !there.seen()[0].contains("Bearer"));
    assert!(!there.seen()[0].contains("referer"));
}

#[tokio::test]
async fn five_redirects_are_followed() {
    let server = Server::start(|request| {
        let left = request.split(['/', ' ']).nth(2).and_then(|n| n.parse::<usize>().ok()).unwrap();
        match left {
            0 => server::answer("200 OK", ""),
            _ => server::redirect(&format!("/{}", left - 1)),
        }
    });
    assert_eq!(follow(&local(), &server.url("/5")).await.unwrap().status, 200);
    let error = follow(&local(), &server.url("/6")).await.unwrap_err();
    assert!(matches!(error, HttpError::Redirects { limit: 5, .. }), "{error:?}");
}

#[tokio::test]
async fn a_redirect_to_a_forbidden_address_is_refused() {
    let (_, secret) = Server::start_two("", "secret");
    let port = secret.port();
    let client = client(&allowing(&["127.0.0.1"]), lookup(&["127.0.0.2"]));
    for host in ["127.0.0.2", "[::ffff:127.0.0.2]", "2130706434", "evil.example"] {
        let location = format!("http://{host}:{port}/");
        let server = Server::start(move |_| server::redirect(&location));
        let error = follow(&client, &server.url("/")).await.unwrap_err();
        assert!(matches!(error, HttpError::Refused { .. }), "{host}: {error:?}");
        assert_eq!(server.seen().len(), 1);
    }
    assert_eq!(secret.seen(), [""; 0]);
}

#[tokio::test]
async fn a_redirect_to_another_scheme_is_refused() {
    for location in ["file:///etc/passwd", "ftp://127.0.0.1/"] {
        let server = Server::start(move |_| server::redirect(location));
        let answer = follow(&local(), &server.url("/")).await;
        let stayed = match &answer {
            Ok(response) => response.status == 302,
            Err(error) => matches!(error, HttpError::Failed { .. } | HttpError::Request { .. }),
        };
        assert!(stayed, "{location}: {answer:?}");
    }
}
