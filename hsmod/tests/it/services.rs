//! Tests that modules can use the loader's services in `hsmod call` and `hsmod replay`, and what
//! `hsmod check` reports about services that are missing or not available in a trial.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::thread;

use hsmod_tests::scene::Scene;
use serde_json::{Value, json};

use crate::call::call;
use crate::check::check;
use crate::command::values;
use crate::replay::{event, lines, replay};

/// Starts a service that rewrites the content of events from `@loud:localhost`. Returns its URL.
fn service() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}/", listener.local_addr().unwrap());
    thread::spawn(move || listener.incoming().for_each(|stream| serve(&stream.unwrap())));
    url
}

fn serve(mut stream: &TcpStream) {
    let mut reader = BufReader::new(stream);
    let mut length = 0;
    loop {
        let mut header = String::new();
        reader.read_line(&mut header).unwrap();
        let header = header.trim().to_ascii_lowercase();
        match header.strip_prefix("content-length:") {
            Some(value) => length = value.trim().parse().unwrap(),
            None if header.is_empty() => break,
            None => {}
        }
    }
    let mut body = vec![0; length];
    reader.read_exact(&mut body).unwrap();
    let event: Value = serde_json::from_slice(&body).unwrap();
    let answer = if event["sender"] == "@loud:localhost" { r#"{"body": "hush"}"# } else { "null" };
    let head = format!("Connection: close\r\nContent-Length: {}\r\n\r\n", answer.len());
    write!(stream, "HTTP/1.1 200 OK\r\n{head}{answer}").unwrap();
}

fn censored() -> Scene {
    Scene::new()
        .key("http", json!({"allow": ["127.0.0.0/8"]}))
        .module("event_censor", json!({"endpoint": service(), "timeout_ms": 60_000}))
}

#[test]
fn a_module_that_asks_another_server_is_called() {
    let arguments = json!({"event": event("$1", "@loud:localhost"), "state_events": []});
    let callback = "third_party_rules.check_event_allowed";
    let scene = censored();
    let mut command = call(&scene, callback, &arguments.to_string(), &["--json", "--live=http"]);
    let (answers, code) = values(&mut command);
    let answer = &answers[0];
    assert_eq!(answer["result"]["replacement"]["content"], json!({"body": "hush"}));
    assert_eq!((&answer["decided_by"], code), (&json!("event_censor"), 0));
}

#[test]
fn events_are_replayed_through_such_a_module() {
    let senders = ["@loud:localhost", "@soft:localhost", "@loud:localhost"];
    let events: Vec<Value> =
        (1..).zip(senders).map(|(n, sender)| event(&format!("${n}"), sender)).collect();
    let (mut shown, code) =
        values(&mut replay(&censored(), &lines(&events), &["--json", "--live"]));
    let summary = shown.pop().unwrap();
    let outcomes: Vec<_> = shown.iter().map(|one| (&one["outcome"], &one["replaced"])).collect();
    let allowed = json!("allowed");
    let [yes, no] = [json!(true), json!(false)];
    assert_eq!(outcomes, [(&allowed, &yes), (&allowed, &no), (&allowed, &yes)]);
    assert_eq!((&summary["summary"]["failed"], code), (&json!(0), 0));
}

/// The module `good_keeper`, which takes this step at its start.
fn keeper(step: &Value) -> Scene {
    Scene::new().module("good_keeper", json!({"at_start": [step]}))
}

#[test]
fn a_start_that_needs_a_service_is_checked_with_what_a_trial_has() {
    let steps = [
        json!({"begin": "x"}),
        json!({"get": "http://127.0.0.1:1/"}),
        json!({"read": ["a.txt"], "values": {"a.txt": ""}}),
        json!({"mail": "ann@example.com"}),
        json!({"sleep": 1}),
    ];
    let said: Vec<String> = steps.iter().map(|step| check(&keeper(step), &[])).collect();
    insta::assert_snapshot!(said.join("\n\n"), @"
    exit code: 1
    --- stdout
    failed  good_keeper (good_keeper 0.9.0 for ABI <abi>, spam_checker.check_event_for_spam, web /_synapse/client/keeper)
      requires: spam_checker.check_event_for_spam
    error: module `good_keeper`: start: `run_db_interaction` is not answered: no storage is configured: set `data_dir` in the config
      fix: fix what the message says, or remove the module
    1 module: 1 error, 0 warnings

    exit code: 0
    --- stdout
    ok  good_keeper (good_keeper 0.9.0 for ABI <abi>, spam_checker.check_event_for_spam, web /_synapse/client/keeper)
      requires: spam_checker.check_event_for_spam
    warning: module `good_keeper`: start: `http_request` is not answered in a trial
      fix: simulate a homeserver with `--world FILE`, or start the real one to see whether the module starts
    1 module: 0 errors, 1 warning

    exit code: 0
    --- stdout
    ok  good_keeper (good_keeper 0.9.0 for ABI <abi>, spam_checker.check_event_for_spam, web /_synapse/client/keeper)
      requires: spam_checker.check_event_for_spam
    1 module: 0 errors, 0 warnings

    exit code: 1
    --- stdout
    failed  good_keeper (good_keeper 0.9.0 for ABI <abi>, spam_checker.check_event_for_spam, web /_synapse/client/keeper)
      requires: spam_checker.check_event_for_spam
    error: module `good_keeper`: start: `send_mail` is not answered: no mail is configured: set `mail` in the config
      fix: fix what the message says, or remove the module
    1 module: 1 error, 0 warnings

    exit code: 0
    --- stdout
    ok  good_keeper (good_keeper 0.9.0 for ABI <abi>, spam_checker.check_event_for_spam, web /_synapse/client/keeper)
      requires: spam_checker.check_event_for_spam
    1 module: 0 errors, 0 warnings
    ");
    let configured = keeper(&steps[0]).key("data_dir", json!("data"));
    assert!(check(&configured, &[]).starts_with("exit code: 0"));
    assert!(!configured.folder().join("data").exists());
}
