//! Tests the plugin `http_antispam` with a real server that answers, is slow, hangs, resets
//! connections, sends invalid data, redirects or is down.

mod failing;

use std::io::{BufRead as _, BufReader, Write as _};
use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::thread;
use std::time::Duration;

use hsmod_loader::{CallError, Config, Host, Json, Modules};
use hsmod_tests::scene::{Scene, private_folder};
use insta::assert_snapshot;
use serde_json::{Value, json};
use tokio::sync::mpsc::{UnboundedReceiver, unbounded_channel};
use tracing::level_filters::LevelFilter;

use crate::log::Log;
use crate::server::{Server, response};
use crate::support::message;

const ALICE: &str = "@alice:example.com";
const EVE: &str = "@eve:example.org";
const ROOM: &str = "!r:example.com";

/// A service whose answers the test gives, with one connection per request.
struct Service {
    server: Server,
    asked: UnboundedReceiver<(String, TcpStream)>,
}

impl Service {
    fn start() -> Self {
        let (ask, asked) = unbounded_channel();
        let server = Server::start(move |path, stream| {
            ask.send((path.to_owned(), stream)).ok();
            None
        });
        Self { server, asked }
    }

    /// The connection of the next request, which must be for this callback.
    async fn asked(&mut self, callback: &str) -> TcpStream {
        let (path, stream) = self.asked.recv().await.unwrap();
        assert_eq!(path, format!("/api/{callback}"));
        stream
    }

    /// The outcome of a callback if the service gives this answer.
    async fn answer(&mut self, modules: &Modules, callback: &str, answer: &[u8]) -> Value {
        let answered = async {
            let mut stream = self.asked(callback).await;
            // The client may have closed the connection.
            stream.write_all(answer).ok();
        };
        tokio::join!(outcome(modules, callback), answered).0
    }
}

/// The module with its URL and these keys.
fn scene(service: &Service, more: Value) -> Scene {
    let mut config = json!({"base_url": service.server.url("/api")});
    config.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    Scene::new().key("http", json!({"allow": ["127.0.0.0/8"]})).module("http_antispam", config)
}

/// Four callbacks, one for each way of handling a failing service.
const WAYS: [(&str, bool, bool); 4] = [
    ("user_may_join_room", false, false),
    ("user_may_invite", true, false),
    ("user_may_create_room_alias", false, true),
    ("user_may_publish_room", true, true),
];

/// The `fail_open` and `async` of these callbacks.
fn ways() -> Value {
    let with = |open: bool, background: bool| {
        let way = |(name, is_open, is_background): &(&str, bool, bool)| {
            let value = if open { *is_open } else { background && *is_background };
            ((*name).to_owned(), Value::from(value))
        };
        Value::Object(WAYS.iter().map(way).collect())
    };
    json!({"fail_open": with(true, false), "async": with(false, true)})
}

async fn ask(modules: &Modules, callback: &str) -> Result<(), CallError> {
    let spam_checker = modules.spam_checker();
    match callback {
        "user_may_join_room" => spam_checker.user_may_join_room(ALICE, ROOM, false).await,
        "user_may_invite" => spam_checker.user_may_invite(ALICE, EVE, ROOM).await,
        "user_may_create_room_alias" => {
            spam_checker.user_may_create_room_alias(ALICE, "#a:example.com").await
        }
        "user_may_publish_room" => spam_checker.user_may_publish_room(ALICE, ROOM).await,
        "check_event_for_spam" => {
            spam_checker.check_event_for_spam(Json(&message(ALICE, "hi"))).await
        }
        _ => unreachable!("{callback}"),
    }
}

/// `allow`, or what the client sees, without the callback's usual text.
async fn outcome(modules: &Modules, callback: &str) -> Value {
    let Err(error) = ask(modules, callback).await else { return "allow".into() };
    assert_eq!((error.status(), error.module()), (403, Some("http_antispam")));
    let mut body = error.body();
    if body["error"] == usual(callback) {
        body.remove("error");
    }
    Value::Object(body)
}

fn usual(callback: &str) -> &'static str {
    match callback {
        "user_may_invite" => "Invites have been disabled on this server",
        "user_may_join_room" => "Not allowed to join this room",
        _ => "This message has been rejected as probable spam",
    }
}

/// Bodies of answers, whether they are JSON, and what a client sees of them if the status is not
/// 2xx, which is nothing unless the body is a JSON object.
fn bodies() -> Vec<(&'static [u8], bool, Option<Value>)> {
    let known = json!({"errcode": "M_USER_LOCKED", "error": "no", "soft": true});
    let unknown = json!({"errcode": "ORG.EXAMPLE.NO"});
    vec![
        (b"{}", true, Some(json!({"errcode": "M_FORBIDDEN"}))),
        (br#"{"errcode": "M_USER_LOCKED", "error": "no", "soft": true}"#, true, Some(known)),
        (br#"{"errcode": "ORG.EXAMPLE.NO"}"#, true, Some(unknown)),
        (b"[1, {}]", true, None),
        (b"3", true, None),
        (b"null", true, None),
        (b"\"M_FORBIDDEN\"", true, None),
        (b"", false, None),
        (b"<html>", false, None),
        (b"{\"errcode\": ", false, None),
        (b"{\"a\": \"\xff\"}", false, None),
    ]
}

const STATUSES: [&str; 9] = [
    "200 OK",
    "202 Accepted",
    "302 Found\r\nLocation: /elsewhere",
    "308 Permanent Redirect\r\nLocation: /elsewhere",
    "400 Bad Request",
    "403 Forbidden",
    "404 Not Found",
    "429 Too Many Requests",
    "502 Bad Gateway",
];

fn failed(told: &str) -> Value {
    json!({"errcode": "M_UNKNOWN", "error": told})
}

/// A whole response, whatever its body is.
fn whole(status: &str, body: &[u8]) -> Vec<u8> {
    let length = body.len();
    let head =
        format!("HTTP/1.1 {status}\r\nContent-Length: {length}\r\nConnection: close\r\n\r\n");
    [head.as_bytes(), body].concat()
}

#[tokio::test]
async fn each_status_with_each_body_means_what_it_should() {
    let mut service = Service::start();
    let modules = scene(&service, ways()).load().await;
    for status in STATUSES {
        for (body, is_json, object) in bodies() {
            let (seen, fails) = match (status.starts_with('2'), is_json, object) {
                (true, true, _) => ("allow".into(), false),
                (true, false, _) => (failed("Failed to connect to antispam server"), true),
                (false, _, Some(seen)) => (seen, false),
                (false, _, None) => (failed("Unexpected response from antispam server"), true),
            };
            for (callback, open, background) in WAYS {
                let passes = background || (open && fails);
                let expected = if passes { "allow".into() } else { seen.clone() };
                let found = service.answer(&modules, callback, &whole(status, body)).await;
                let body = String::from_utf8_lossy(body);
                assert_eq!(found, expected, "{status} {body} {callback}");
            }
        }
    }
    let asked = service.server.seen();
    assert_eq!(asked.len(), STATUSES.len() * bodies().len() * WAYS.len());
    // Redirects were not followed.
    assert!(asked.iter().all(|(path, _)| path.starts_with("/api/")));
    modules.shutdown(Duration::from_secs(60)).await;
}

#[tokio::test]
async fn the_error_of_a_denied_event_reaches_the_client() {
    let mut service = Service::start();
    let modules = scene(&service, json!({})).load().await;
    let denied = response("403 Forbidden", r#"{"error": "Go away", "org.example": [1]}"#);
    let seen = service.answer(&modules, "check_event_for_spam", denied.as_bytes()).await;
    let expected = json!({"errcode": "M_FORBIDDEN", "error": "Go away", "org.example": [1]});
    assert_eq!(seen, expected);
    let sent: Value = serde_json::from_str(&service.server.seen()[0].1).unwrap();
    assert_eq!(
        sent,
        json!({"event": {
            "event_id": "$1", "room_id": ROOM, "sender": ALICE, "type": "m.room.message",
            "origin_server_ts": 1, "content": {"msgtype": "m.text", "body": "hi"}, "unsigned": {},
        }})
    );
}

#[tokio::test]
async fn the_token_is_in_the_header_of_each_request() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}/api", listener.local_addr().unwrap());
    let heads = thread::spawn(move || {
        let answer_one = |_| {
            let (mut stream, _) = listener.accept().unwrap();
            let lines = BufReader::new(&stream).lines().map(Result::unwrap);
            let head: Vec<String> = lines.take_while(|line| !line.is_empty()).collect();
            stream.write_all(response("200 OK", "{}").as_bytes()).unwrap();
            head.into_iter().find(|line| line.to_ascii_lowercase().starts_with("authorization:"))
        };
        (0..2).map(answer_one).collect::<Vec<_>>()
    });
    let folder = private_folder();
    let file = folder.path().join("token");
    std::fs::write(&file, "hush-hush\n").unwrap();
    let config = json!({"base_url": url, "authorization_path": file});
    let modules = Scene::new()
        .key("http", json!({"allow": ["127.0.0.0/8"]}))
        .module("http_antispam", config)
        .load()
        .await;
    // The file is read only once.
    std::fs::remove_file(&file).unwrap();
    for _ in 0..2 {
        ask(&modules, "user_may_invite").await.unwrap();
    }
    for header in heads.join().unwrap() {
        let header = header.unwrap();
        assert_eq!(header.split_once(": ").unwrap().1, "Bearer hush-hush");
    }
}

#[tokio::test]
async fn the_config_to_copy_loads() {
    let readme = Path::new(env!("CARGO_MANIFEST_DIR")).join("../plugins/http_antispam/README.md");
    let readme = std::fs::read_to_string(readme).unwrap();
    let block = readme.split("```yaml\n").nth(1).and_then(|rest| rest.split("```").next());
    let copied = block.unwrap();
    let scene = Scene::new().module("http_antispam", json!(null));
    let token = scene.folder().join("token");
    std::fs::write(&token, "hush-hush").unwrap();
    let copied = copied.replace("/etc/matrix/antispam-token", token.to_str().unwrap());
    let service = Service::start();
    let copied = copied.replace("http://127.0.0.1:8080", &service.server.url(""));
    let file = scene.write();
    std::fs::write(&file, format!("plugins_dir: plugins\n{copied}")).unwrap();
    let modules = Modules::load(Config::from_file(&file).unwrap(), Host::new("example.com")).await;
    let modules = modules.unwrap();
    let callbacks = &modules.info()[0].callbacks;
    assert_eq!(
        json!(callbacks),
        json!({"spam_checker": ["check_event_for_spam", "user_may_invite"]})
    );
}

#[tokio::test]
async fn questions_do_not_wait_for_each_other() {
    const MANY: usize = 16;
    let mut service = Service::start();
    let modules = scene(&service, json!({})).load().await;
    let questions: Vec<_> = (0..MANY)
        .map(|_| {
            let modules = modules.clone();
            tokio::spawn(async move { outcome(&modules, "user_may_invite").await })
        })
        .collect();
    let mut waiting = Vec::new();
    for _ in 0..MANY {
        waiting.push(service.asked("user_may_invite").await);
    }
    for mut stream in waiting {
        stream.write_all(response("200 OK", "{}").as_bytes()).unwrap();
    }
    for question in questions {
        assert_eq!(question.await.unwrap(), "allow");
    }
}

#[tokio::test]
async fn a_callback_that_the_homeserver_lacks_is_left_out_or_missed() {
    let service = Service::start();
    let lacking = || Host::new("example.com").calls(["spam_checker.user_may_invite"]);
    let registered = |modules: &Modules| {
        let info = modules.info().iter().next().unwrap();
        json!(info.callbacks)
    };
    let only = json!({"spam_checker": ["user_may_invite"]});
    let modules = scene(&service, json!({})).host(lacking()).load().await;
    assert_eq!(registered(&modules), only);
    let (log, _listening) = Log::listen(LevelFilter::WARN);
    let listed = json!({"enabled_callbacks": ["accept_make_join", "user_may_invite"]});
    let modules = scene(&service, listed).host(lacking()).load().await;
    assert_eq!(registered(&modules), only);
    assert_snapshot!(log.text(), @"WARN http_antispam [http_antispam]: `accept_make_join` is listed under `enabled_callbacks`, but this homeserver never calls it: the service is not asked about joins from other servers");
    let listed = json!({"enabled_callbacks": ["user_may_join_room"]});
    assert_snapshot!(scene(&service, listed).host(lacking()).refusal().await, @"
    error: module `http_antispam`: new: `user_may_join_room` is listed under `enabled_callbacks`, but this homeserver never calls it: remove it from the list
      fix: fix what the message says, or remove the module
    ");
}

#[tokio::test]
async fn the_service_is_pinged_until_it_answers() {
    let mut service = Service::start();
    let modules = scene(&service, json!({"do_ping": true})).load().await;
    let mut stream = service.asked("ping").await;
    let (_, body) = service.server.seen().pop().unwrap();
    let id = serde_json::from_str::<Value>(&body).unwrap()["id"].clone();
    let pong = json!({"id": id, "status": "ok"}).to_string();
    let (log, _listening) = Log::listen(LevelFilter::INFO);
    stream.write_all(response("200 OK", &pong).as_bytes()).unwrap();
    drop(stream);
    while !log.text().contains("INFO http_antispam::ping [http_antispam]: the antispam service") {
        tokio::task::yield_now().await;
    }
    modules.shutdown(Duration::from_secs(60)).await;
    assert_eq!(service.server.seen(), []);
}
