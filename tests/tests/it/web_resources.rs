//! Tests which module answers which path, and what the client sees.

use hsmod_loader::problem::Severity;
use hsmod_loader::{Host, Modules};
use hsmod_tests::scene::Scene;
use insta::assert_snapshot;
use serde_json::{Value, json};
use tracing::level_filters::LevelFilter;

use crate::log::Log;
use crate::support::{recorder, web};

fn serving(name: &str, web: Value) -> Value {
    json!({"name": name, "web": web})
}

#[tokio::test]
async fn an_exact_path_comes_before_a_subtree_and_a_longer_subtree_before_a_shorter_one() {
    let first = serving("first", json!({"/_x/*": "allow", "/_x/a/b/*": "allow"}));
    let second = serving("second", json!({"/_x/a/*": "allow", "/_x/a/b/c": "allow"}));
    let scene = Scene::new().module("good_recorder", first).module("good_recorder", second);
    let modules = scene.load().await;
    for (path, registered) in [
        ("/_x", Some("/_x/*")),
        ("/_x/", Some("/_x/*")),
        ("/_x/z", Some("/_x/*")),
        ("/_x/a", Some("/_x/a/*")),
        ("/_x/ab", Some("/_x/*")),
        ("/_x/a/z", Some("/_x/a/*")),
        ("/_x/a/b", Some("/_x/a/b/*")),
        ("/_x/a/b/c", Some("/_x/a/b/c")),
        ("/_x/a/b/c?d=e", Some("/_x/a/b/c")),
        ("/_x/a/b/c/d", Some("/_x/a/b/*")),
        ("/_xy", None),
        ("/", None),
        ("/_synapse/client/first/seen/", None),
    ] {
        let answer = web(&modules, "GET", path).await;
        let answer = answer.map(|(status, body)| {
            assert_eq!(status, 200);
            assert_eq!(body["path"], path.split('?').next().unwrap());
            body["registered"].as_str().unwrap().to_owned()
        });
        assert_eq!(answer.as_deref(), registered, "{path}");
        let path = path.split('?').next().unwrap();
        assert_eq!(modules.web().serves(path), registered.is_some(), "{path}");
    }
    let paths = modules.web().paths();
    for path in ["/_x/*", "/_x/a/b/*", "/_x/a/*", "/_x/a/b/c", "/_synapse/client/second/seen"] {
        assert!(paths.iter().any(|known| known == path), "{path} is not among {paths:?}");
    }
    assert!(modules.info()[1].web.contains(&"/_x/a/b/c".to_owned()));
}

#[tokio::test]
async fn head_is_get_without_a_body_and_other_methods_are_refused() {
    let modules =
        Scene::new().module("good_recorder", serving("a", json!({"/_x": "allow"}))).load().await;
    let head = http::Request::head("/_x").body(bytes::Bytes::new()).unwrap();
    let head = modules.web().handle(head).await.unwrap();
    assert_eq!((head.status().as_u16(), head.body().len()), (200, 0));
    assert_eq!(head.headers()["content-type"], "application/json");
    for method in ["POST", "PUT", "PATCH", "DELETE", "BREW"] {
        let (status, body) = web(&modules, method, "/_x").await.unwrap();
        assert_eq!((status, &body["errcode"]), (405, &json!("M_UNRECOGNIZED")), "{method}");
    }
    assert_eq!(web(&modules, "OPTIONS", "/_x").await.unwrap().0, 204);
    assert_eq!(web(&modules, "DELETE", "/_synapse/client/a/seen").await.unwrap().0, 204);
}

#[tokio::test]
async fn paths_that_the_homeserver_serves_are_refused() {
    let paths = json!({
        "/_matrix/client/v3/login": "allow", "/_matrix/media/*": "allow", "/_synapse/admin": "allow",
        "/_own/thing": "allow", "/_matrix/clientele": "allow", "no/slash": "allow",
    });
    let host = Host::new("example.com").reserve("/_own");
    let scene = Scene::new().host(host).module("good_recorder", serving("a", paths));
    assert_snapshot!(scene.refusal().await, @"
    error: module `good_recorder`: new: it registers the web resource `/_matrix/client/v3/login`, but the homeserver itself serves `/_matrix/client`
      fix: ask the module's author: use a path below `/_synapse/client/<module>/`
    error: module `good_recorder`: new: it registers the web resource `/_matrix/media`, but the homeserver itself serves `/_matrix/media`
      fix: ask the module's author: use a path below `/_synapse/client/<module>/`
    error: module `good_recorder`: new: it registers the web resource `/_own/thing`, but the homeserver itself serves `/_own`
      fix: ask the module's author: use a path below `/_synapse/client/<module>/`
    error: module `good_recorder`: new: it registers the web resource `/_synapse/admin`, but the homeserver itself serves `/_synapse/admin`
      fix: ask the module's author: use a path below `/_synapse/client/<module>/`
    error: module `good_recorder`: new: it registers the web resource `no/slash`, which does not begin with `/`
      fix: ask the module's author: use a path below `/_synapse/client/<module>/`
    ");
}

#[tokio::test]
async fn the_first_of_two_modules_gets_a_path() {
    let paths = json!({"/_x": "allow"});
    let first = serving("first", paths);
    let second = serving("second", json!({"/_x": {"fail": "never asked"}, "/_x/*": "allow"}));
    let scene = Scene::new().module("good_recorder", first).module("good_recorder", second);
    let modules = scene.load().await;
    assert_eq!(modules.warnings().len(), 1);
    assert_eq!(modules.warnings()[0].severity, Severity::Warning);
    assert_snapshot!(modules.warnings()[0].to_string(), @"
    warning: module `good_recorder-2`: new: it registers the web resource `/_x`, which module `good_recorder` has registered before it: requests go to `good_recorder`
      fix: remove one of the two modules
    ");
    assert_eq!(web(&modules, "GET", "/_x").await.unwrap().0, 200);
    assert_eq!(web(&modules, "GET", "/_x/y").await.unwrap().1["registered"], "/_x/*");
}

#[tokio::test]
async fn a_failure_is_a_500_and_a_line_in_the_log() {
    let refuse = json!({"refuse": {"status": 418, "errcode": "TEAPOT", "message": "short",
        "fields": {"handle": 1}}});
    let paths = json!({"/_fail": {"fail": "secret"}, "/_refuse": refuse, "/_cancel": "cancelled"});
    let modules = Scene::new().module("good_recorder", serving("a", paths)).load().await;
    let (log, _listening) = Log::listen(LevelFilter::DEBUG);
    let internal = json!({"errcode": "M_UNKNOWN", "error": "Internal server error"});
    assert_eq!(web(&modules, "GET", "/_fail").await, Some((500, internal.clone())));
    assert_eq!(web(&modules, "GET", "/_cancel").await, Some((500, internal)));
    let body = json!({"errcode": "TEAPOT", "error": "short", "handle": 1});
    assert_eq!(web(&modules, "GET", "/_refuse").await, Some((418, body)));
    let mut lines = log.take();
    lines.retain(|line| line.target == "hsmod_loader");
    let shown = lines.iter().map(|line| {
        let field = |name| line.fields.get(name).and_then(Value::as_str).unwrap_or("-");
        let [path, kind, errcode] = ["path", "kind", "errcode"].map(field);
        format!("{} {path} {kind} {errcode}: {}", line.level, field("message"))
    });
    assert_snapshot!(shown.collect::<Vec<_>>().join("\n"), @"
    ERROR /_fail error -: module `good_recorder`: web resource `/_fail`: secret
    DEBUG /_cancel cancelled -: module `good_recorder`: web resource `/_cancel`: cancelled
    DEBUG /_refuse - TEAPOT: module `good_recorder`: web resource `/_refuse`: 418 TEAPOT: short
    ");
}

/// Status, headers and body of an answer.
async fn whole(modules: &Modules, request: http::request::Builder, body: &str) -> Whole {
    let request = request.body(bytes::Bytes::copy_from_slice(body.as_bytes())).unwrap();
    let response = modules.web().handle(request).await.unwrap();
    let header = |name: &str| response.headers().get(name).map(|value| value.to_str().unwrap());
    let headers = ["content-type", "access-control-allow-origin", "x-frame-options", "location"];
    let headers = headers.map(|name| header(name).unwrap_or("-").to_owned()).to_vec();
    (response.status().as_u16(), headers, String::from_utf8(response.body().to_vec()).unwrap())
}

type Whole = (u16, Vec<String>, String);

#[tokio::test]
async fn people_see_pages_and_programs_see_json_that_other_sites_may_read() {
    let refuse = json!({"refuse": {"status": 403, "errcode": "M_FORBIDDEN", "message": "<you>"}});
    let failing = json!({"fail": "secret"});
    let config = json!({
        "name": "a", "web": {"/_json": "allow"},
        "pages": {"/_page": "allow", "/_refuse": refuse, "/_fail": failing}
    });
    let modules = Scene::new().module("good_recorder", config).load().await;
    let get = async |path: &str| whole(&modules, http::Request::get(path), "").await;
    let (status, headers, _) = get("/_json").await;
    assert_eq!((status, headers.join(" ")), (200, "application/json * - -".to_owned()));
    let (status, headers, page) = get("/_page").await;
    assert_eq!((status, &*page), (200, "<h1>Hello</h1>"));
    assert_eq!(headers.join(" "), "text/html; charset=utf-8 - DENY -");
    let (status, headers, page) = get("/_refuse").await;
    assert_eq!((status, headers.join(" ")), (403, "text/html; charset=utf-8 - DENY -".to_owned()));
    assert_snapshot!(page, @r#"
    <!DOCTYPE html>
    <html lang="en">
    <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <title>Error</title>
    </head>
    <body>
    <h1>That did not work</h1>
    <p>&lt;you&gt;</p>
    </body>
    </html>
    "#);
    let (status, _, page) = get("/_fail").await;
    assert!(status == 500 && page.contains("<p>Internal server error</p>"), "{page}");
    assert!(!page.contains("secret"), "{page}");
    let options = async |path: &str| whole(&modules, http::Request::options(path), "").await;
    let (status, headers, _) = options("/_json").await;
    assert_eq!((status, headers.join(" ")), (204, "- * - -".to_owned()));
    assert_eq!(options("/_page").await.1.join(" "), "- - - -");
    let put = whole(&modules, http::Request::put("/_page"), "").await;
    assert!(put.0 == 405 && put.2.contains("<p>Unrecognized request</p>"), "{put:?}");

    let post = async |body: &str| whole(&modules, http::Request::post("/_page"), body).await;
    let (status, headers, _) = post(r#"{"a": 1}"#).await;
    assert_eq!((status, &*headers[3]), (302, "/?fields=1"));
    for body in ["", "{", "[]", "\u{0}"] {
        assert_eq!(post(body).await.0, 400, "{body}");
    }
}

#[tokio::test]
async fn head_says_how_long_the_answer_to_get_is() {
    let refuse = json!({"refuse": {"status": 403, "errcode": "M_FORBIDDEN", "message": "no"}});
    let config = json!({
        "name": "a",
        "web": {"/_json": "allow", "/_refuse": refuse, "/_fail": {"fail": "secret"}},
        "pages": {"/_page": "allow", "/_refused_page": refuse, "/_failed_page": {"fail": "secret"}},
    });
    let modules = Scene::new().module("good_recorder", config).load().await;
    let ask = async |method: &str, path: &str| {
        let request = http::Request::builder().method(method).uri(path);
        let response = modules.web().handle(request.body(bytes::Bytes::new()).unwrap()).await;
        let (parts, body) = response.unwrap().into_parts();
        let length = parts.headers.get("content-length").map(|length| length.to_str().unwrap());
        let length = length.map(|length| length.parse::<usize>().unwrap());
        (parts.status.as_u16(), length, body.len(), parts.headers)
    };
    for (path, status) in [
        ("/_json", 200),
        ("/_refuse", 403),
        ("/_fail", 500),
        ("/_page", 200),
        ("/_refused_page", 403),
        ("/_failed_page", 500),
    ] {
        let (get_status, get_length, body, get_headers) = ask("GET", path).await;
        assert_eq!((get_status, get_length), (status, Some(body)), "{path}");
        assert!(body > 0, "{path}");
        let (head_status, head_length, body, head_headers) = ask("HEAD", path).await;
        assert_eq!((head_status, head_length, body), (status, get_length, 0), "{path}");
        assert_eq!(head_headers, get_headers, "{path}");
    }
    assert_eq!(ask("OPTIONS", "/_json").await.1, None);
    let (status, length, body, _) = ask("DELETE", "/_synapse/client/a/seen").await;
    assert_eq!((status, length, body), (204, None, 0));
}

#[tokio::test]
async fn a_body_that_is_too_large_never_reaches_a_module() {
    let host = Host::new("example.com").max_request_body_size(8);
    let config = json!({"name": "a", "pages": {"/_page": "allow"}, "web": {"/_json": "allow"}});
    let modules = Scene::new().host(host).module("good_recorder", config).load().await;
    let post = async |path, body: &str| whole(&modules, http::Request::post(path), body).await;
    assert_eq!(post("/_page", r#"{"a": 1}"#).await.0, 302);
    let (status, _, page) = post("/_page", r#"{"a": 10}"#).await;
    assert!(status == 413 && page.contains("<p>Request body is too large</p>"), "{page}");
    let (status, _, body) = post("/_json", "123456789").await;
    let expected = json!({"errcode": "M_TOO_LARGE", "error": "Request body is too large"});
    assert_eq!((status, serde_json::from_str(&body).ok()), (413, Some(expected)));
    let web = modules.web();
    assert_eq!([web.body_max("/_json"), web.body_max("/_other")], [Some(8), None]);
}

#[tokio::test]
async fn a_resource_that_is_registered_too_late_is_ignored() {
    let modules = Scene::new().module("good_recorder", json!({})).load().await;
    let (log, _listening) = Log::listen(LevelFilter::WARN);
    recorder(&modules, "recorder", "api?register=/_late").await;
    assert_snapshot!(log.text(), @"ERROR hsmod_loader::registration [good_recorder]: /_late was registered after `start`, which is too late: it is ignored");
    assert_eq!(web(&modules, "GET", "/_late").await, None);
}

#[tokio::test]
async fn after_a_shutdown_no_web_resource_answers() {
    let modules = Scene::new().module("good_recorder", json!({})).load().await;
    modules.shutdown(std::time::Duration::from_secs(60)).await;
    assert_eq!(web(&modules, "GET", "/_synapse/client/recorder/seen").await, None);
}
