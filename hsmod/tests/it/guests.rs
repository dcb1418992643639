//! Tests that a trial reports what a module did to its process, and reports nothing for modules
//! that behave.
#![cfg(target_os = "linux")]

use hsmod_tests::scene::Scene;
use serde_json::json;

use crate::check::check;
use crate::children::eventually;
use crate::command::{hsmod, values};

/// The output of a check of a module that does all this.
fn guest(does: &[&str]) -> String {
    check(&Scene::new().module("bad_guest", json!({"does": does})), &[])
}

#[test]
fn changes_to_the_process_are_reported() {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let umask = status.lines().find_map(|line| line.strip_prefix("Umask:\t")).unwrap();
    let said = guest(&["directory", "environment", "umask", "limit"]);
    insta::assert_snapshot!(said.replace(&format!("from {umask} "), "from <umask> "), @"
    exit code: 0
    --- stdout
    ok  bad_guest (bad_guest 0.9.0 for ABI <abi>, account_validity.is_user_expired)
      requires: account_validity.is_user_expired
    warning: module `bad_guest`: trial: it changed the working directory to `/`: the homeserver's relative paths lead elsewhere from then on
      at modules.<item 0>.module, line 12, column 7
      fix: report it to its author: modules should use absolute paths
    warning: module `bad_guest`: trial: it changed the environment (`TZ`, `PATH`): a thread that reads the environment at the same moment crashes, and the whole process gets the new values
      at modules.<item 0>.module, line 12, column 7
      fix: report it to its author: modules should read their `config`, and give programs that they start an environment of their own
    warning: module `bad_guest`: trial: it changed the umask from <umask> to 0007: files that the homeserver writes get other permissions from then on
      at modules.<item 0>.module, line 12, column 7
      fix: report it to its author: modules should set the modes of their own files
    warning: module `bad_guest`: trial: it changed limits of the process (`open files`): these apply to the homeserver too
      at modules.<item 0>.module, line 12, column 7
      fix: report it to its author: modules should leave these to whoever starts the homeserver
    1 module: 0 errors, 4 warnings
    ");
}

#[test]
fn signals_that_a_module_takes_are_named() {
    insta::assert_snapshot!(guest(&["handler", "ignores"]), @"
    exit code: 0
    --- stdout
    ok  bad_guest (bad_guest 0.9.0 for ABI <abi>, account_validity.is_user_expired)
      requires: account_validity.is_user_expired
    warning: module `bad_guest`: trial: it handles the signal SIGTERM: the homeserver's handler is no longer called
      at modules.<item 0>.module, line 10, column 7
      fix: report it to its author: modules should leave signals to the homeserver; `shutdown` tells them when it ends
    warning: module `bad_guest`: trial: it makes the process ignore the signal SIGUSR1: the homeserver is not told
      at modules.<item 0>.module, line 10, column 7
      fix: report it to its author: modules should leave signals to the homeserver; `shutdown` tells them when it ends
    1 module: 0 errors, 2 warnings
    ");
}

#[test]
fn threads_and_processes_left_behind_are_named() {
    insta::assert_snapshot!(guest(&["opens", "closes", "threads", "process"]), @"
    exit code: 0
    --- stdout
    ok  bad_guest (bad_guest 0.9.0 for ABI <abi>, account_validity.is_user_expired)
      requires: account_validity.is_user_expired
    warning: module `bad_guest`: trial: it left 1 descriptor open after its end (`/dev/zero`): each time the modules are reloaded fewer descriptors are left, until there are none
      at modules.<item 0>.module, line 12, column 7
      fix: report it to its author: modules should close in `shutdown` what they have opened
    warning: module `bad_guest`: trial: it closed or replaced a descriptor of the homeserver: 0 (`/dev/null`): what the homeserver writes there is lost, or goes into another file
      at modules.<item 0>.module, line 12, column 7
      fix: report it to its author: modules should close only what they have opened, and only once
    warning: module `bad_guest`: trial: it left 2 threads running after its end (`poller`, `unnamed`): after a reload of the modules it runs on, with the old config
      at modules.<item 0>.module, line 12, column 7
      fix: report it to its author: modules should end their threads in `shutdown`; `looping_background_call` and `defer_to_thread` end by themselves
    warning: module `bad_guest`: trial: it left a process running after its end (`sleep`): it would outlive the homeserver (this trial has ended it)
      at modules.<item 0>.module, line 12, column 7
      fix: report it to its author: modules should end the processes that they have started in `shutdown`, and wait for them
    1 module: 0 errors, 4 warnings
    ");
}

#[test]
fn a_process_that_was_started_does_not_outlive_a_start_that_failed() {
    let scene = Scene::new().module("bad_guest", json!({"does": ["process", "fails"]}));
    let config = scene.write();
    let mut check = hsmod(&["check", "-c", config.to_str().unwrap()]);
    let mark = format!("HSMOD_TEST_OF={}", scene.folder().display());
    let (name, value) = mark.split_once('=').unwrap();
    assert_eq!(check.env(name, value).output().unwrap().status.code(), Some(1));
    // Processes started by the check inherit this mark in their environment.
    let is_marked = |process: &std::fs::DirEntry| {
        let variables = std::fs::read(process.path().join("environ")).unwrap_or_default();
        variables.split(|byte| *byte == 0).any(|variable| variable == mark.as_bytes())
    };
    let any_marked = || std::fs::read_dir("/proc").unwrap().flatten().any(|it| is_marked(&it));
    eventually(|| (!any_marked()).then_some(()));
}

#[test]
fn output_of_a_module_does_not_mix_with_answers() {
    let scene = Scene::new().module("bad_guest", json!({"does": ["prints"]}));
    insta::assert_snapshot!(check(&scene, &[]), @"
    exit code: 0
    --- stdout
    ok  bad_guest (bad_guest 0.9.0 for ABI <abi>, account_validity.is_user_expired)
      requires: account_validity.is_user_expired
    1 module: 0 errors, 0 warnings
    ");
    let config = scene.write();
    let (lines, code) = values(&mut hsmod(&["check", "--json", "-c", config.to_str().unwrap()]));
    assert_eq!((lines.len(), code), (2, 0));
}

#[test]
fn modules_that_behave_are_not_blamed() {
    let steps = json!([
        {"begin": "x"}, {"execute": "CREATE TABLE a (b)", "values": []}, {"commit": null},
        {"read": ["a.txt"], "values": {"a.txt": ""}}, {"sleep": 1},
        {"mail": "ann@example.com", "values": ["subject", "<p>", "text"]},
    ]);
    let endpoint = "https://service.example.com/";
    let scene = Scene::new()
        .key("data_dir", json!("."))
        .key("mail", json!({"notif_from": "hs@example.com", "smtp_host": "mail.example.com"}))
        .module("demo", json!({}))
        .module("list_spam_checker", json!({"evil_users": []}))
        .module("event_censor", json!({"endpoint": endpoint}))
        .module("http_antispam", json!({"base_url": endpoint, "do_ping": true}))
        .module("good_asker", json!({}))
        .module("good_keeper", json!({"at_start": steps}))
        .module("good_recorder", json!({"callbacks": ["user_may_invite"]}))
        .module("good_welcomer", json!({"welcomer": "@a:localhost"}))
        .module("good_worker", json!({}))
        .module("scripted", json!({}));
    let said = check(&scene, &[]);
    assert!(said.starts_with("exit code: 0") && said.contains("10 modules: 0 errors"), "{said}");
    assert!(!said.contains(": trial: "), "{said}");
}
