//! Tests that `hsmod call` and `hsmod replay` have no outside effects without `--live`, and list
//! what the modules would have done.

use std::io::{self, BufRead as _, BufReader, Write as _};
use std::net::{TcpListener, TcpStream};
use std::process::Command;
use std::sync::{Arc, Mutex};
use std::thread;

use hsmod_tests::scene::Scene;
use serde_json::{Value, json};

use crate::call::{INVITE, call, invite};
use crate::command::{shown, values};
use crate::replay::{lines, replay};

/// A local mail server that accepts every mail.
struct Sink {
    port: u16,
    heard: Arc<Mutex<String>>,
}

impl Sink {
    fn new() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let sink = Self { port: listener.local_addr().unwrap().port(), heard: Arc::default() };
        let heard = Arc::clone(&sink.heard);
        thread::spawn(move || {
            for stream in listener.incoming() {
                // A client may disconnect at any time.
                let _ = take(&stream.unwrap(), &heard);
            }
        });
        sink
    }

    fn config(&self) -> Value {
        json!({
            "smtp_host": "127.0.0.1", "smtp_port": self.port, "enable_tls": false,
            "notif_from": "x <noreply@example.com>",
        })
    }

    /// What clients sent; empty if none connected.
    fn heard(&self) -> String {
        self.heard.lock().unwrap().clone()
    }
}

fn take(mut stream: &TcpStream, heard: &Mutex<String>) -> io::Result<()> {
    heard.lock().unwrap().push_str("somebody came\n");
    stream.write_all(b"220 here\r\n")?;
    let mut in_data = false;
    for line in BufReader::new(stream).lines() {
        let line = line?;
        heard.lock().unwrap().push_str(&format!("{line}\n"));
        in_data = line == "DATA" || in_data && line != ".";
        match line.as_str() {
            "DATA" => stream.write_all(b"354 go on\r\n")?,
            _ if in_data => {}
            _ => stream.write_all(b"250 ok\r\n")?,
        }
    }
    Ok(())
}

/// A message that makes the module `good_keeper` take these steps.
fn message(steps: &Value) -> Value {
    json!({
        "event_id": "$e", "room_id": "!r:localhost", "sender": "@a:localhost",
        "type": "m.room.message", "origin_server_ts": 1, "content": {"steps": steps},
    })
}

fn mail() -> Value {
    message(&json!([{"mail": "ann@example.com", "values": ["Hello", "text", "<p>Hi</p>"]}]))
}

fn table() -> Value {
    message(&json!([
        {"begin": "open"}, {"execute": "CREATE TABLE t(x)"},
        {"execute": "INSERT INTO t VALUES (1)"}, {"commit": null},
    ]))
}

fn get() -> Value {
    message(&json!([{"get": "http://127.0.0.1:1"}]))
}

fn keeper(sink: &Sink) -> Scene {
    Scene::new()
        .key("mail", sink.config())
        .key("data_dir", json!("data"))
        .key("http", json!({"allow": ["127.0.0.0/8"]}))
        .module("good_keeper", json!({}))
}

/// `replay` and `call` with these events and options.
fn both(scene: &Scene, events: &[Value], more: &[&str]) -> Vec<Command> {
    let check = "spam_checker.check_event_for_spam";
    let call = |event: &Value| call(scene, check, &json!({"event": event}).to_string(), more);
    let mut commands: Vec<Command> = events.iter().map(call).collect();
    commands.push(replay(scene, &lines(events), more));
    commands
}

/// All output of a run, including the note on stderr.
fn everything(command: &mut Command, scene: &Scene) -> String {
    let output = command.output().unwrap();
    let stderr = String::from_utf8(output.stderr).unwrap();
    format!("{}\nnoted: {stderr}", shown(command, scene.folder()))
}

#[test]
fn without_live_nothing_arrives_anywhere() {
    let sink = Sink::new();
    let scene = keeper(&sink);
    for event in [mail(), table()] {
        for mut command in both(&scene, &[event], &["--json"]) {
            let (values, code) = values(&mut command);
            assert_eq!(code, 0, "{values:?}");
        }
    }
    assert_eq!(sink.heard(), "");
    assert!(!scene.folder().join("data").exists());
}

#[test]
fn with_live_effects_are_real() {
    let sink = Sink::new();
    for live in ["--live", "--live=storage,mail"] {
        let scene = keeper(&sink);
        let before = sink.heard().len();
        let (shown, code) =
            values(&mut replay(&scene, &lines(&[mail(), table()]), &["--json", live]));
        assert_eq!(code, 0, "{shown:?}");
        let heard = sink.heard()[before..].to_owned();
        assert!(heard.contains("RCPT TO:<ann@example.com>\n"), "{heard}");
        assert!(scene.folder().join("data/good_keeper.sqlite3").exists());
        let summary = &shown[2]["summary"];
        assert_eq!((&summary["mails"], &summary["mails_recorded"]), (&Value::Null, &Value::Null));
    }
    let scene = keeper(&sink);
    let check = "spam_checker.check_event_for_spam";
    let before = sink.heard().len();
    for event in [mail(), table()] {
        let arguments = json!({"event": event}).to_string();
        let (answer, code) = values(&mut call(&scene, check, &arguments, &["--json", "--live"]));
        assert_eq!(code, 0, "{answer:?}");
    }
    assert!(sink.heard()[before..].contains("Subject: Hello\n"));
    assert!(scene.folder().join("data/good_keeper.sqlite3").exists());
}

#[test]
fn suppressed_effects_are_listed() {
    let sink = Sink::new();
    let scene = keeper(&sink);
    let said: Vec<String> = both(&scene, &[mail()], &[])
        .iter_mut()
        .map(|command| everything(command, &scene))
        .collect();
    insta::assert_snapshot!(said.join("\n"), @"
    exit code: 0
    --- stdout
    allowed
    asked: good_keeper; # µs
    not sent: mail from good_keeper to ann@example.com: Hello
    noted: note: nothing real is touched: HTTP requests are refused, storage is empty and in memory, mail is listed and not sent, background work is not run; use `--live` for real effects

    exit code: 0
    --- stdout
    1 event: 1 allowed (0 replaced), 0 denied, 0 failed
    # s: # events per second; the calls alone: # per second
    good_keeper: called 1 time, denied 0, failed 0; half of the answers within # µs, 99 % within # µs
    asked: spam_checker.check_event_for_spam 1 time
    not sent: mail from good_keeper to ann@example.com: Hello
    noted: note: nothing real is touched: HTTP requests are refused, storage is empty and in memory, mail is listed and not sent, background work is not run; use `--live` for real effects
    ");
    let mails = json!([{"module": "good_keeper", "to": "ann@example.com", "subject": "Hello"}]);
    let mut commands = both(&scene, &[mail(), mail()], &["--json"]);
    let (replayed, _) = values(&mut commands.pop().unwrap());
    let summary = &replayed[2]["summary"];
    assert_eq!((&summary["mails"][1], &summary["mails_recorded"]), (&mails[0], &json!(2)));
    let (called, _) = values(&mut commands.pop().unwrap());
    assert_eq!((&called[0]["mails"], &called[0]["mails_recorded"]), (&mails, &json!(1)));
    assert_eq!(called[0]["not_run"], Value::Null);
}

#[test]
fn refused_requests_name_the_missing_option() {
    let sink = Sink::new();
    let scene = keeper(&sink);
    let said: Vec<String> = both(&scene, &[get()], &["--live=mail"])
        .iter_mut()
        .map(|command| shown(command, scene.folder()))
        .collect();
    insta::assert_snapshot!(said.join("\n\n"), @r#"
    exit code: 1
    --- stdout
    failed by good_keeper (error): `http_request` is not answered: `hsmod call` makes no HTTP requests unless `--live=http` is given, or `--world FILE` has the responses
    asked: good_keeper; # µs
    --- stderr
    note: not everything is real: HTTP requests are refused, storage is empty and in memory, background work is not run; use `--live` for real effects
    ERROR hsmod_loader: module `good_keeper`: spam_checker.check_event_for_spam: `http_request` is not answered: `hsmod call` makes no HTTP requests unless `--live=http` is given, or `--world FILE` has the responses module="good_keeper" callback="spam_checker.check_event_for_spam" kind="error" event_id="$e" room_id="!r:localhost" user_id="@a:localhost"

    exit code: 1
    --- stdout
    failed  $e  module `good_keeper`: spam_checker.check_event_for_spam: `http_request` is not answered: `hsmod replay` makes no HTTP requests unless `--live=http` is given, or `--world FILE` has the responses
    1 event: 0 allowed (0 replaced), 0 denied, 1 failed
    # s: # events per second; the calls alone: # per second
    good_keeper: called 1 time, denied 0, failed 1; half of the answers within # µs, 99 % within # µs
    asked: spam_checker.check_event_for_spam 1 time
    --- stderr
    note: not everything is real: HTTP requests are refused, storage is empty and in memory, background work is not run; use `--live` for real effects
    ERROR hsmod_loader: module `good_keeper`: spam_checker.check_event_for_spam: `http_request` is not answered: `hsmod replay` makes no HTTP requests unless `--live=http` is given, or `--world FILE` has the responses module="good_keeper" callback="spam_checker.check_event_for_spam" kind="error" event_id="$e" room_id="!r:localhost" user_id="@a:localhost"
    "#);
    let at_start = json!({"at_start": [{"get": "http://127.0.0.1:1"}]});
    let start = Scene::new().module("good_keeper", at_start);
    insta::assert_snapshot!(shown(&mut replay(&start, "", &[]), start.folder()), @"
    exit code: 1
    --- stderr
    error: module `good_keeper`: start: `http_request` is not answered: `hsmod replay` makes no HTTP requests unless `--live=http` is given, or `--world FILE` has the responses
      fix: do what the message says, or start the homeserver to see whether the module starts
    ");
}

#[test]
fn requests_without_a_homeserver_are_not_the_modules_fault() {
    let asks = json!([{"request": "is_user_admin", "args": {"user_id": "@a:localhost"}}]);
    let asker = |place: &str| Scene::new().module("good_asker", json!({"during": {place: asks}}));
    let start = asker("start");
    let called = asker("user_may_invite");
    let arguments = invite().to_string();
    let said = [
        shown(&mut replay(&start, "", &[]), start.folder()),
        shown(&mut call(&called, INVITE, &arguments, &["--live"]), called.folder()),
    ];
    insta::assert_snapshot!(said.join("\n\n"), @r#"
    exit code: 1
    --- stderr
    error: module `good_asker`: start: `is_user_admin` is not answered: there is no homeserver behind `hsmod replay`, which is not the module's fault: simulate one with `--world FILE`
      fix: do what the message says, or start the homeserver to see whether the module starts

    exit code: 1
    --- stdout
    failed by good_asker (error): `is_user_admin` is not answered: there is no homeserver behind `hsmod call`, which is not the module's fault: simulate one with `--world FILE`
    asked: good_asker; # µs
    --- stderr
    ERROR hsmod_loader: module `good_asker`: spam_checker.user_may_invite: `is_user_admin` is not answered: there is no homeserver behind `hsmod call`, which is not the module's fault: simulate one with `--world FILE` module="good_asker" callback="spam_checker.user_may_invite" kind="error" room_id="!r:x" user_id="@a:x"
    "#);
}

#[test]
fn background_work_is_not_run() {
    let begin = json!([
        {"what": "looping", "how": "tick", "seconds": 1},
        {"what": "delayed", "how": "tick", "seconds": 1},
        {"what": "delayed", "how": "tick", "seconds": 1},
    ]);
    let scene = Scene::new().module("good_worker", json!({"begin": begin}));
    insta::assert_snapshot!(shown(&mut replay(&scene, "", &[]), scene.folder()), @"
    exit code: 0
    --- stdout
    0 events: 0 allowed (0 replaced), 0 denied, 0 failed
    # s: # events per second; the calls alone: # per second
    good_worker: called 0 times, denied 0, failed 0
    not run: background work `loop` of good_worker, 1 time
    not run: background work `delayed` of good_worker, 2 times
    --- stderr
    warning: there is no event in `<folder>/events.ndjson`
    ");
    let (values, _) = values(&mut replay(&scene, "", &["--json"]));
    insta::assert_snapshot!(values[0]["summary"]["not_run"], @r#"[{"desc":"loop","module":"good_worker","times":1},{"desc":"delayed","module":"good_worker","times":2}]"#);
}

#[test]
fn unknown_services_are_refused() {
    let scene = Scene::new().module("demo", json!({}));
    let said = |live: &str| shown(&mut replay(&scene, "", &[live]), scene.folder());
    insta::assert_snapshot!([said("--live=smtp"), said("--live=")].join("\n\n"), @"
    exit code: 2
    --- stderr
    error: invalid value 'smtp' for '--live[=<SERVICES>]'
      [possible values: http, storage, mail]

    For more information, try '--help'.

    exit code: 2
    --- stderr
    error: a value is required for '--live[=<SERVICES>]' but none was supplied
      [possible values: http, storage, mail]

    For more information, try '--help'.
    ");
}
