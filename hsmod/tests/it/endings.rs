//! Tests that `hsmod call` and `hsmod replay`, which run modules in a child process, name a plugin
//! that ends the process, and do not mistake its output for answers.

use std::io::{BufRead as _, BufReader};
use std::process::{Command, Stdio};

use hsmod_tests::scene::Scene;
use serde_json::{Value, json};

use crate::call::call;
use crate::command::{shown, values};
use crate::replay::{event, lines, replay};

/// A module that ends the process in this way at this place, after a module that behaves.
fn scene(place: &str, how: &str) -> Scene {
    let config = json!({"where": place, "how": how});
    Scene::new().module("demo", json!({})).module("bad_aborts", config)
}

fn events() -> String {
    lines(&[event("$1", "@alice:localhost"), event("$2", "@alice:localhost")])
}

/// `call` and `replay` with the same event.
fn both(scene: &Scene, more: &[&str]) -> [Command; 2] {
    let arguments = json!({"event": event("$1", "@alice:localhost")}).to_string();
    [
        call(scene, "spam_checker.check_event_for_spam", &arguments, more),
        replay(scene, &events(), more),
    ]
}

/// The output of both for such a module.
fn said(place: &str, how: &str) -> String {
    let scene = scene(place, how);
    let said = both(&scene, &[]).map(|mut command| {
        let said = shown(&mut command, scene.folder());
        // Leave out what a crash prints, which contains code locations that change.
        let own = |line: &&str| !line.contains("ERROR panic") && !line.contains(" at ");
        said.lines().filter(own).collect::<Vec<_>>().join("\n")
    });
    said.join("\n")
}

#[cfg(target_os = "linux")]
#[test]
fn a_plugin_that_ends_the_process_is_named_with_the_place() {
    insta::assert_snapshot!(said("callback", "exit_well"), @"
    exit code: 2
    --- stderr
    error: module `bad_aborts`: it took the process down in check_event_for_spam: exit status: 0
      fix: do not use it in your homeserver, where it would do the same, and report it to its author
    exit code: 2
    --- stderr
    error: module `bad_aborts`: it took the process down in check_event_for_spam: exit status: 0
      fix: do not use it in your homeserver, where it would do the same, and report it to its author
    ");
    insta::assert_snapshot!(said("callback", "abort"), @"
    exit code: 2
    --- stderr
    error: module `bad_aborts`: it took the process down in check_event_for_spam: signal: 6 (SIGABRT)
      fix: do not use it in your homeserver, where it would do the same, and report it to its author
    exit code: 2
    --- stderr
    error: module `bad_aborts`: it took the process down in check_event_for_spam: signal: 6 (SIGABRT)
      fix: do not use it in your homeserver, where it would do the same, and report it to its author
    ");
    insta::assert_snapshot!(said("callback", "segfault"), @"
    exit code: 2
    --- stderr
    error: module `bad_aborts`: it took the process down in check_event_for_spam: signal: 11 (SIGSEGV)
      fix: do not use it in your homeserver, where it would do the same, and report it to its author
    exit code: 2
    --- stderr
    error: module `bad_aborts`: it took the process down in check_event_for_spam: signal: 11 (SIGSEGV)
      fix: do not use it in your homeserver, where it would do the same, and report it to its author
    ");
    insta::assert_snapshot!(said("new", "exit"), @"
    exit code: 2
    --- stderr
    error: module `bad_aborts`: new: it took the process down: exit status: 7
      fix: do not use it in your homeserver, where it would do the same, and report it to its author
    exit code: 2
    --- stderr
    error: module `bad_aborts`: new: it took the process down: exit status: 7
      fix: do not use it in your homeserver, where it would do the same, and report it to its author
    ");
    insta::assert_snapshot!(said("shutdown", "exit_well"), @"
    exit code: 2
    --- stderr
    error: module `bad_aborts`: shutdown: it took the process down: exit status: 0
      fix: do not use it in your homeserver, where it would do the same, and report it to its author
    exit code: 2
    --- stderr
    error: module `bad_aborts`: shutdown: it took the process down: exit status: 0
      fix: do not use it in your homeserver, where it would do the same, and report it to its author
    ");
}

#[test]
fn output_of_a_plugin_does_not_mix_with_answers() {
    for place in ["new", "callback", "shutdown"] {
        let scene = scene(place, "print");
        for mut command in both(&scene, &["--json"]) {
            let output = command.output().unwrap();
            let printed = String::from_utf8_lossy(&output.stderr).matches("by the plugin").count();
            assert!(printed > 0, "{place}");
            let (values, code) = values(&mut command);
            assert_eq!(code, 0, "{place}");
            assert!(values.iter().all(|value| value["printed"].is_null()), "{values:?}");
        }
    }
}

/// Answers from before the end are shown, each of them complete.
#[test]
fn answers_before_the_end_are_whole() {
    let scene = scene("callback", "exit_well");
    let no_event = "no event\n".repeat(3000);
    let mut command = replay(&scene, &format!("{no_event}{}", events()), &["--json"]);
    let (values, code) = values(&mut command);
    assert_eq!(code, 2);
    assert!(values.len() >= 2048, "{}", values.len());
    assert!(values.iter().all(|value| value["outcome"] == "failed"), "{values:?}");
}

#[cfg(target_os = "linux")]
#[test]
fn nothing_is_left_behind_when_a_run_is_killed() {
    let scene = scene("callback", "hang");
    let mut replay = replay(&scene, &events(), &["-v"]);
    let mut running = replay.stderr(Stdio::piped()).stdout(Stdio::null()).spawn().unwrap();
    let mut stderr = BufReader::new(running.stderr.take().unwrap());
    let mut line = String::new();
    while !line.starts_with("note: ") {
        line.clear();
        assert_ne!(stderr.read_line(&mut line).unwrap(), 0);
    }
    running.kill().unwrap();
    running.wait().unwrap();
    // The child keeps the other end open until it has ended.
    for line in stderr.lines() {
        assert!(line.is_ok());
    }
}

#[test]
fn nothing_is_answered_for_a_module_that_is_gone() {
    let scene = scene("callback", "exit_well");
    for mut command in both(&scene, &["--json"]) {
        let (values, code) = values(&mut command);
        assert_eq!((values, code), (Vec::<Value>::new(), 2));
    }
}
