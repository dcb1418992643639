//! Tests which templates a module renders, and where its mail goes.

use std::io::{BufRead as _, BufReader, Write as _};
use std::net::{TcpListener, TcpStream};
use std::sync::mpsc::{self, Receiver};
use std::thread;
use std::time::Duration;

use hsmod_loader::Host;
use hsmod_tests::scene::Scene;
use insta::assert_snapshot;
use serde_json::{Value, json};

use crate::support::{steps, web};

/// The answers or errors of the steps, one per line.
fn said(done: &Value) -> String {
    let text = |one: &Value| one["error"].as_str().map_or_else(|| one.to_string(), str::to_owned);
    done.as_array().unwrap().iter().map(text).collect::<Vec<_>>().join("\n")
}

#[tokio::test]
async fn the_operators_templates_go_before_the_modules() {
    let scene = Scene::new().key("templates_dir", json!("ours")).module("good_keeper", json!({}));
    let ours = scene.folder().join("ours");
    std::fs::create_dir(&ours).unwrap();
    std::fs::write(ours.join("a.html"), "{% include 'b.html' %} by us, {{ name }}").unwrap();
    let modules = scene.load().await;
    let done = steps(
        &modules,
        "keeper",
        json!([
            {"read": ["a.html", "b.html"], "values": {"a.html": "theirs", "b.html": "<p>"}},
            {"render": "a.html", "values": {"name": "<b>"}}, {"render": "b.html", "values": {}},
            {"render": "c.html", "values": {}},
            {"read": ["c.html"], "values": {}},
            {"read": ["d.html"], "values": {"d.html": "{% if %}"}},
            {"read": [], "values": {"../a.html": ""}},
            {"render": "b.html", "values": {}},
        ]),
    );
    assert_snapshot!(said(&done.await), @r#"
    null
    "<p> by us, &lt;b&gt;"
    "<p>"
    there is no template `c.html`, neither in `templates_dir` nor in the module
    there is no template `c.html`, neither in `templates_dir` nor in the module
    template `d.html`, line 1: syntax error: unexpected end of block
    `../a.html` cannot be the name of a template: names are like `mail.html` or `mails/notice.html`
    "<p>"
    "#);
    modules.shutdown(Duration::from_secs(60)).await;
}

#[tokio::test]
async fn a_trial_reads_templates_and_sends_no_mail() {
    let at_start = json!([
        {"read": ["a.txt"], "values": {"a.txt": "{{ n }}"}},
        {"render": "a.txt", "values": {"n": 1}}, {"mail": "ann@example.com"},
    ]);
    let scene = Scene::new()
        .key("mail", json!({"notif_from": "Matrix <noreply@example.com>"}))
        .module("good_keeper", json!({"at_start": at_start}));
    let findings = hsmod_loader::check::trial(scene.config(), Host::new("example.com")).await;
    let messages: Vec<&str> =
        findings.problems.iter().map(|problem| problem.message.as_str()).collect();
    assert_eq!(messages, ["`send_mail` is not answered in a trial"]);
}

/// A mail server for one mail. Returns its port and a channel for what the client sent.
fn mail_server() -> (u16, Receiver<String>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    let (sender, receiver) = mpsc::channel();
    thread::spawn(move || {
        let (stream, _) = listener.accept().unwrap();
        sender.send(converse(stream)).unwrap();
    });
    (port, receiver)
}

fn converse(mut stream: TcpStream) -> String {
    let mut told = String::new();
    let mut lines = BufReader::new(stream.try_clone().unwrap()).lines();
    stream.write_all(b"220 here\r\n").unwrap();
    let mut in_data = false;
    while let Some(Ok(line)) = lines.next() {
        told += &line;
        told.push('\n');
        let answer = match (in_data, line.as_str()) {
            (true, ".") => {
                in_data = false;
                "250 taken\r\n"
            }
            (true, _) => continue,
            (false, "DATA") => {
                in_data = true;
                "354 go on\r\n"
            }
            (false, "QUIT") => break,
            (false, _) => "250 ok\r\n",
        };
        stream.write_all(answer.as_bytes()).unwrap();
        if told.ends_with("\n.\n") {
            break;
        }
    }
    told
}

#[tokio::test]
async fn mail_goes_out_by_the_operators_server_from_the_operators_address() {
    let (port, mails) = mail_server();
    let mail = json!({
        "smtp_host": "127.0.0.1", "smtp_port": port, "enable_tls": false, "app_name": "Homely",
        "notif_from": "%(app)s <noreply@example.com>",
    });
    let modules = Scene::new().key("mail", mail).module("good_keeper", json!({})).load().await;
    let list = json!([
        {"mail": "ann", "values": ["Hello", "<p>Hi</p>", "Hi"]},
        {"mail": "ann@example.com", "values": ["Hello", "<p>Hi</p>", "Hi"]},
    ]);
    let done = steps(&modules, "keeper", list).await;
    assert_snapshot!(said(&done), @"
    `ann` is not a mail address: give one like `ann@example.com`, without a name
    null
    ");
    let mail = tokio::task::spawn_blocking(move || mails.recv().unwrap()).await.unwrap();
    for line in ["From: Homely <noreply@example.com>", "To: ann@example.com", "Subject: Hello"] {
        assert!(mail.contains(line), "no `{line}` in:\n{mail}");
    }
    let (_, state) = web(&modules, "GET", "/_synapse/client/keeper").await.unwrap();
    assert_eq!(state["app_name"], "Homely");
}

#[tokio::test]
async fn without_a_server_the_message_says_what_to_configure() {
    let modules = Scene::new().module("good_keeper", json!({})).load().await;
    let done = steps(&modules, "keeper", json!([{"mail": "ann@example.com"}])).await;
    assert_eq!(done[0]["unanswered"], "Unsupported");
    assert_snapshot!(said(&done), @"`send_mail` is not answered: no mail is configured: set `mail` in the config");
    let (_, state) = web(&modules, "GET", "/_synapse/client/keeper").await.unwrap();
    assert_eq!(state["supported"], json!(["http_request", "read_templates"]));
    assert_eq!(state["app_name"], "Matrix");
}
