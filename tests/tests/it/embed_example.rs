//! Tests that the example homeservers work, with modules and without.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::Path;
use std::process::{Child, Command, Output, Stdio};

use hsmod_tests::build;
use hsmod_tests::scene::Scene;
use serde_json::{Value, json};

fn output(config: Option<&Path>) -> Output {
    Command::new(build::example("embed")).args(config).output().unwrap()
}

/// The output, without the event IDs, which are hashes.
fn run(config: Option<&Path>) -> String {
    let output = output(config);
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{errors}");
    let text = String::from_utf8(output.stdout).unwrap();
    let mut parts = text.split(r#""event_id":"$"#);
    let mut masked = parts.next().unwrap().to_owned();
    for part in parts {
        masked += r#""event_id":"$hash"#;
        masked += part.trim_start_matches(|c: char| c.is_ascii_hexdigit());
    }
    masked
}

/// `list_spam_checker` and `demo`.
fn scene() -> Scene {
    Scene::new()
        .module("list_spam_checker", json!({"evil_users": ["@evil:localhost"]}))
        .module("demo", json!({}))
}

#[test]
fn modules_decide_what_its_clients_see() {
    insta::assert_snapshot!(run(Some(&scene().write())), @r#"
    POST /create_room/@alice:localhost
      200 {"room_id":"!new:localhost"}
    POST /create_room/@evilguy:localhost
      403 {"errcode":"M_FORBIDDEN","error":"You are not permitted to create rooms"}
    PUT /send/@alice:localhost/!r:localhost
      200 {"event_id":"$hash"}
    PUT /send/@evil:localhost/!r:localhost
      403 {"errcode":"M_FORBIDDEN","error":"This message has been rejected as probable spam"}
    PUT /invite/@alice:localhost/!r:localhost/@carol:localhost
      200 {"event_id":"$hash"}
    PUT /transaction/!r:localhost
      200 {"pdus":{"$from_evil":{},"$from_other":{}}}
    GET /messages/!r:localhost
      200 [["@alice:localhost",{"body":"hello"}],["@alice:localhost",{"membership":"invite"}],["@bob:other",{"body":"hello from afar"}]]
    PUT /profile/@alice:localhost
      200 {}
    GET /_synapse/client/demo/hello?name=world
      200 {"hello":"world"}
    GET /nobody
      404 {"errcode":"M_UNRECOGNIZED","error":"Unrecognized request"}
    modules ended: 0 failed
    "#);
}

#[test]
fn without_modules_everything_is_allowed() {
    let answers = run(None);
    assert_eq!(answers.matches("  200 ").count(), 8, "{answers}");
    assert_eq!(answers.matches("  404 ").count(), 2, "{answers}");
}

#[test]
fn modules_are_answered_what_it_can_answer() {
    let starts = |request: &str| {
        let args = json!({"user_id": "@alice:localhost", "admin": true});
        let config = json!({"during": {"start": [{"request": request, "args": args}]}});
        output(Some(&Scene::new().module("good_asker", config).write()))
    };
    assert!(starts("is_user_admin").status.success());
    let refused = starts("set_user_admin");
    let errors = String::from_utf8_lossy(&refused.stderr);
    assert!(!refused.status.success());
    assert!(errors.contains("this homeserver does not answer `set_user_admin`"), "{errors}");
}

/// An example that serves, until it is dropped.
struct Server {
    process: Child,
    output: BufReader<std::process::ChildStdout>,
    address: String,
}

impl Server {
    fn start(example: &str, config: &Path) -> Self {
        let mut command = Command::new(build::example(example));
        command.arg(config).arg("127.0.0.1:0").stdout(Stdio::piped());
        let mut process = command.spawn().unwrap();
        let mut output = BufReader::new(process.stdout.take().unwrap());
        let mut line = String::new();
        output.read_line(&mut line).unwrap();
        let address = line.trim().strip_prefix("listening on ").unwrap_or_else(|| {
            panic!("`{example}` does not say where it listens: {line:?}");
        });
        Self { address: address.to_owned(), process, output }
    }

    /// The status and the body of the answer.
    fn ask(&self, method: &str, path: &str, body: &str) -> (u16, String) {
        let mut stream = TcpStream::connect(&self.address).unwrap();
        let length = body.len();
        let head = format!(
            "{method} {path} HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\
             content-type: application/json\r\ncontent-length: {length}\r\n\r\n"
        );
        stream.write_all(head.as_bytes()).unwrap();
        // The server may have closed the connection because of the size.
        let _ = stream.write_all(body.as_bytes());
        let mut answer = Vec::new();
        let _ = stream.read_to_end(&mut answer);
        let answer = String::from_utf8(answer).unwrap();
        let (head, body) = answer.split_once("\r\n\r\n").unwrap_or_else(|| panic!("{answer:?}"));
        (head[9..12].parse().unwrap(), body.to_owned())
    }

    fn json(&self, method: &str, path: &str, body: &Value) -> Value {
        let (status, answer) = self.ask(method, path, &body.to_string());
        assert_eq!(status, 200, "{answer}");
        serde_json::from_str(&answer).unwrap()
    }

    /// Ends the server as an operator does, and returns the rest of its output.
    #[cfg(unix)]
    fn terminate(mut self) -> String {
        let id = self.process.id().to_string();
        assert!(Command::new("kill").args(["-s", "TERM", &id]).status().unwrap().success());
        let mut rest = String::new();
        self.output.read_to_string(&mut rest).unwrap();
        assert!(self.process.wait().unwrap().success());
        rest
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

#[cfg(unix)]
#[test]
fn a_module_sees_the_state_replaces_an_event_and_ends_with_the_homeserver() {
    let replacement = json!({
        "room_id": "!r:localhost", "sender": "@bot:localhost", "type": "m.room.message",
        "content": {"body": "replaced"},
    });
    let scene = |replacement: Value| {
        let config = json!({
            "callbacks": ["check_event_allowed", "on_new_event"],
            "answers": {"check_event_allowed": replacement},
        });
        Scene::new().module("good_recorder", config)
    };
    let server = Server::start("embed", &scene(json!("allow")).write());
    let created = json!({"room_version": "12"});
    server.json("PUT", "/state/@alice:localhost/!r:localhost/m.room.create", &created);
    server.json("PUT", "/send/@alice:localhost/!r:localhost", &json!({"body": "hello"}));
    let seen = server.json("GET", "/_synapse/client/recorder/seen", &Value::Null).to_string();
    // The second call got the state that the first event created.
    let creates = seen.matches(r#""room_version":"12""#).count();
    assert!(creates >= 3, "{creates} in {seen}");
    assert_eq!(server.terminate(), "modules ended: 0 failed\n");

    let server = Server::start("embed", &scene(json!({"replace": replacement})).write());
    let answer = server.json("PUT", "/send/@alice:localhost/!r:localhost", &json!({"body": "no"}));
    let messages = server.json("GET", "/messages/!r:localhost", &Value::Null);
    assert_eq!(messages, json!([["@bot:localhost", {"body": "replaced"}]]));
    assert!(answer["event_id"].as_str().unwrap().starts_with('$'), "{answer}");
    // A replacement that changes a protected field is the module's failure.
    let path = "/state/@alice:localhost/!r:localhost/m.room.topic";
    let (status, body) = server.ask("PUT", path, "{}");
    assert_eq!(status, 500, "{body}");
    assert_eq!(server.terminate(), "modules ended: 0 failed\n");
}

#[test]
fn a_homeserver_that_is_not_axums_serves_web_resources() {
    let server = Server::start("hyper", &scene().write());
    let hello = server.json("GET", "/_synapse/client/demo/hello?name=world", &Value::Null);
    assert_eq!(hello, json!({"hello": "world"}));
    let (status, body) = server.ask("GET", "/nobody", "");
    assert_eq!((status, body.contains("M_UNRECOGNIZED")), (404, true), "{body}");
    let (status, body) = server.ask("PUT", "/_synapse/client/demo/hello", &"x".repeat(9 << 20));
    assert_eq!((status, body.contains("M_TOO_LARGE")), (413, true), "{body}");
}
