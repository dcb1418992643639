//! Tests that `conform` answers every line, starts only with the right plugin, and detects wrong
//! rules.

use std::collections::BTreeSet;
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
    // It answers while its input is still written, and may end early.
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
{"id": 20, "category": "account_validity", "callback": "on_legacy_renew", "modules": [{"return": {"$": "tuple", "v": [true, false, 5]}}, {"return": null}]}
{"id": 21, "category": "account_validity", "callback": "on_legacy_renew", "modules": [{"absent": true}, {"return": {"$": "tuple", "v": [true, false, "soon"]}}]}
{"id": 22, "category": "account_validity", "callback": "on_legacy_admin_request", "modules": [{"return": 7}]}
{"id": 23, "category": "presence_router", "callback": "get_interested_users", "modules": [{"absent": true, "unpaired": true}, {"return": "ALL"}]}
{"id": 24, "category": "presence_router", "callback": "get_interested_users", "modules": [{"return": "ALL"}, {"return": "ALL", "unpaired": true}]}
{"id": 25, "category": "password_auth_provider", "callback": "check_auth", "args": {"login_type": "org.x"}, "modules": [{"return": null}]}
{"id": 26, "category": "password_auth_provider", "callback": "check_auth", "args": {"login_type": "org.x"}, "modules": [{"return": {"$": "tuple", "v": [{"$": "Codes", "v": "FORBIDDEN"}, {"$": "callable"}]}, "login_type": "org.x"}]}
{"id": 27, "category": "password_auth_provider", "callback": "register_auth_checkers", "modules": [{"register": []}, {"absent": true}, {"register": [["a", ["b"]]]}, {"register": [["a", []]]}, {}]}
{"id": 28, "category": "background_updates", "callback": "on_update", "modules": [{"return": true}, {"raise": "X"}]}
{"id": 29, "category": "unsigned", "callback": "add_field_to_unsigned_callback", "args": {"event": {}, "membership": "join"}, "modules": [{"return": [["age", 1], "xy"]}]}
{"id": 30, "category": "federation", "callback": "on_event_delivered_over_federation", "modules": [{"return": null}]}
{"scenario": {"id": 13, "category": "spam_checker", "callback": "user_may_invite", "modules": [{"absent": true}, {"return": true}, {"raise": "KeyError", "msg": "k"}]}}"#;
    let output = conform(&build::plugin("scripted"), lines);
    assert_eq!(answers(&output).len(), 25);
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
    {"error":"spam_checker.check_event_for_spam: an event cannot be read: invalid type: integer `9`, expected an event, which is an object at line 1 column 1","id":9}
    {"error":"`state` is a list, not {}","id":10}
    {"error":"there is no callback `no_callback`","id":11}
    {"id":12,"skipped":"BaseException exists only in Python"}
    {"called":[],"id":20,"result":{"raised":{"msg":"it registers `account_validity.on_legacy_renew`, which module `0` has registered before it: there can be only one","type":"LoadError"}}}
    {"called":[1],"id":21,"result":{"untyped":true}}
    {"called":[0],"id":22,"result":7}
    {"called":[1],"id":23,"result":{"$":"ALL_USERS"}}
    {"called":[],"id":24,"result":{"raised":{"msg":"it registers `presence_router.get_interested_users` without `get_users_for_states`: a module registers both or neither","type":"LoadError"}}}
    {"called":[],"id":25,"result":{"raised":{"msg":"no module knows the type of login `org.x`","type":"KeyError"}}}
    {"called":[0],"id":26,"result":{"$":"tuple","v":[{"$":"Codes","v":"FORBIDDEN"},{"$":"callable"}]}}
    {"called":[0,2,3],"id":27,"result":{"raised":{"msg":"it registers the type of login `a` with the fields [], which module `0` has registered before it with the fields ['b']","type":"LoadError"}}}
    {"called":[0],"id":28,"result":{"untyped":true}}
    {"called":[0],"id":29,"result":{"unsigned":{"age":1,"membership":"join","x":"y"}}}
    {"called":[],"id":30,"result":null}
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
    conform: error: module `0`: inspection: `<file>` is a text file, not a shared library
      at modules.<item 0>.module
      fix: name the `.so`, `.dylib` or `.dll` that `cargo build --release` makes from a crate with `crate-type = ["cdylib"]`
    "#);
    let refused = conform(&build::plugin("list_spam_checker"), "");
    assert_eq!(refused.status.code(), Some(1));
    insta::assert_snapshot!(String::from_utf8_lossy(&refused.stderr), @"
    conform: error: module `0`: parse_config: unknown field `oracle`, expected `evil_users`
      at modules.<item 0>.config.oracle
      fix: see the module's documentation for what its `config` takes
    ");
}

#[test]
fn rules_that_are_wrong_change_answers() {
    let (plugin, lines) = (build::plugin("scripted"), data("aggregation.jsonl"));
    let right = answers(&conform(&plugin, &lines));
    let wrong = answers(&run(&build::conform_with_wrong_rules(), &plugin, &lines));
    let scenarios = lines.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
    let changed =
        scenarios.zip(right.iter().zip(&wrong)).filter(|(_, (right, wrong))| right != wrong);
    let changed: BTreeSet<String> = changed
        .map(|(line, _)| line["scenario"]["callback"].as_str().unwrap().to_owned())
        .collect();
    let broken = ["check_can_deactivate_user", "is_3pid_allowed"].map(str::to_owned);
    assert_eq!(changed, BTreeSet::from(broken));
}
