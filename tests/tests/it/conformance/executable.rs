//! Shows that `conform` answers every line, starts with the right plugin only, and notices a rule
//! that is wrong.

use std::io::Write;
use std::path::Path;
use std::process::{Command, Output, Stdio};

use hsmod_tests::build;
use serde_json::Value;

use super::data;

/// Runs an executable with a plugin and lines.
fn run(executable: &Path, plugin: &Path, lines: &str) -> Output {
    let mut command = Command::new(executable);
    command.arg("--plugin").arg(plugin);
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().unwrap();
    let mut input = child.stdin.take().unwrap();
    let lines = lines.to_owned();
    // It answers while it is still told, and may end before.
    let writer = std::thread::spawn(move || input.write_all(lines.as_bytes()));
    let output = child.wait_with_output().unwrap();
    let _ = writer.join().unwrap();
    output
}

fn conform(plugin: &Path, lines: &str) -> Output {
    run(Path::new(env!("CARGO_BIN_EXE_conform")), plugin, lines)
}

fn answers(output: &Output) -> Vec<Value> {
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let text = std::str::from_utf8(&output.stdout).unwrap();
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

#[test]
fn every_line_has_its_answer() {
    let lines = r#"
{"id": 1, "category": "spam_checker", "callback": "user_may_invite", "modules": []}
{"id": 2
[3]
{"id": 4, "category": "spam_checker", "callback": "nothing", "modules": []}
{"id": 5, "category": "spam_checker", "callback": "user_may_invite"}
{"id": 6, "category": "spam_checker", "callback": "user_may_invite", "modules": [7]}
{"id": 7, "category": "spam_checker", "callback": "user_may_invite", "modules": [{}]}
{"id": 8, "category": "spam_checker", "callback": "user_may_invite", "modules": [{"return": {"$": "Codes", "v": "NOPE"}}]}
{"id": 9, "category": "spam_checker", "callback": "check_event_for_spam", "args": {"event": 9}, "modules": [{"return": true}]}
{"id": 10, "category": "third_party_rules", "callback": "on_new_event", "args": {"state": {}}, "modules": []}
{"id": 11, "category": "spam_checker", "callback": "federated_user_may_invite", "modules": [{"return": true, "also": {"no_callback": {"return": true}}}]}
{"id": 12, "category": "spam_checker", "callback": "user_may_invite", "modules": [{"absent": true}, {"return": true}, {"raise": "BaseException"}]}
{"scenario": {"id": 13, "category": "spam_checker", "callback": "user_may_invite", "modules": [{"absent": true}, {"return": true}, {"raise": "KeyError", "msg": "k"}]}}"#;
    let output = conform(&build::plugin("scripted"), lines);
    assert_eq!(answers(&output).len(), 14);
    insta::assert_snapshot!(String::from_utf8_lossy(&output.stdout), @r#"
    {"error":"no JSON: EOF while parsing a value at line 1 column 0","id":null}
    {"called":[],"id":1,"result":{"$":"NOT_SPAM"}}
    {"error":"no JSON: EOF while parsing an object at line 1 column 8","id":null}
    {"error":"a scenario has a text `category`","id":null}
    {"error":"there is no callback `spam_checker.nothing`","id":4}
    {"error":"a scenario has a list `modules`","id":5}
    {"error":"this is no object: 7","id":6}
    {"error":"an outcome has either `return` or `raise` at line 1 column 22","id":7}
    {"error":"there is no code `NOPE` at line 1 column 55","id":8}
    {"error":"spam_checker.check_event_for_spam: an event cannot be read: invalid type: integer `9`, expected struct Head at line 1 column 1","id":9}
    {"error":"`state` is a list, not {}","id":10}
    {"error":"error: module `scripted`: new: there is no callback `no_callback`\n  fix: mend what the message says, or remove the module","id":11}
    {"id":12,"skipped":"BaseException exists only in Python"}
    {"called":[1,2],"id":13,"result":{"raised":{"msg":"KeyError: k","type":"Exception"}}}
    "#);
}

#[test]
fn another_file_than_the_plugin_is_refused() {
    let text = Path::new(env!("CARGO_MANIFEST_DIR")).join("Cargo.toml");
    let refused = conform(&text, "");
    assert_eq!(refused.status.code(), Some(1));
    let message =
        String::from_utf8_lossy(&refused.stderr).replace(text.to_str().unwrap(), "<file>");
    insta::assert_snapshot!(message, @r#"
    conform: error: module `Cargo`: inspection: `<file>` is a text file, not a shared library
      at modules.<item 0>.module
      fix: a plugin is what `cargo build --release` makes of a crate with `crate-type = ["cdylib"]`: a `.so`, `.dylib` or `.dll`; name that file
    "#);
    let refused = conform(&build::plugin("list_spam_checker"), "");
    assert_eq!(refused.status.code(), Some(1));
    insta::assert_snapshot!(String::from_utf8_lossy(&refused.stderr), @"
    conform: error: module `list_spam_checker`: parse_config: unknown field `oracle`, expected `evil_users`
      at modules.<item 0>.config.oracle
      fix: see the module's documentation for what its `config` takes
    ");
}

#[test]
fn a_rule_that_is_wrong_changes_answers() {
    let (plugin, lines) = (build::plugin("scripted"), data("aggregation.jsonl"));
    let right = answers(&conform(&plugin, &lines));
    let wrong = answers(&run(&build::conform_with_a_wrong_rule(), &plugin, &lines));
    let scenarios = lines.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
    let changed =
        scenarios.zip(right.iter().zip(&wrong)).filter(|(_, (right, wrong))| right != wrong);
    let changed: Vec<Value> =
        changed.map(|(mut line, _)| line["scenario"]["callback"].take()).collect();
    assert!(!changed.is_empty(), "nothing has changed");
    assert!(changed.iter().all(|callback| callback == "check_can_deactivate_user"), "{changed:?}");
}
