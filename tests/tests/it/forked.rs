//! Tests that a daemon may parse its modules' configs before it forks, and start them after.
#![cfg(target_os = "linux")]

use std::process::Command;

use hsmod_tests::scene::Scene;
use insta::assert_snapshot;
use serde_json::json;

/// The exit code and output of such a homeserver.
fn daemon(scene: &Scene, how: &str) -> String {
    let mut command = Command::new(env!("CARGO_BIN_EXE_daemon"));
    let output = command.arg(scene.write()).arg(how).output().unwrap();
    let folder = scene.folder().to_string_lossy().into_owned();
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).replace(&folder, "<folder>");
    format!("{}\n{}{}", output.status, text(&output.stdout), text(&output.stderr))
}

#[test]
fn a_daemon_reads_configs_before_it_forks_and_starts_no_thread() {
    let scene = Scene::new()
        .module("list_spam_checker", json!({"evil_users": ["@evil:example.com"]}))
        .module("list_spam_checker", json!({"evil_users": []}));
    assert_snapshot!(daemon(&scene, "alone"), @r#"
    exit status: 0
    1 threads: parsed
    registered: {"callbacks":{"spam_checker":["check_event_for_spam"]},"login_types":[],"web":["/_synapse/client/list_spam_checker/is_evil"]}
    asked: Some("M_FORBIDDEN")
    asked: Some("M_FORBIDDEN")
    1 images
    Shutdown { calls_left: false, notifications_left: 0, failures: [] }
    Shutdown { calls_left: false, notifications_left: 0, failures: [] }
    "#);
}

#[test]
fn the_threads_of_the_loader_are_started_again_after_a_fork() {
    let scene =
        Scene::new().module("list_spam_checker", json!({"evil_users": ["@evil:example.com"]}));
    assert_snapshot!(daemon(&scene, "within_timeouts"), @r#"
    exit status: 0
    2 threads: parsed
    registered: {"callbacks":{"spam_checker":["check_event_for_spam"]},"login_types":[],"web":["/_synapse/client/list_spam_checker/is_evil"]}
    asked: Some("M_FORBIDDEN")
    asked: Some("M_FORBIDDEN")
    1 images
    Shutdown { calls_left: false, notifications_left: 0, failures: [] }
    Shutdown { calls_left: false, notifications_left: 0, failures: [] }
    "#);
}

#[test]
fn a_daemon_that_is_refused_never_forks() {
    let scene = Scene::new()
        .module("list_spam_checker", json!({"evil_users": 3}))
        .module("demo", json!({"nope": 1}));
    assert_snapshot!(daemon(&scene, "alone"), @"
    exit status: 3
    error: module `list_spam_checker`: parse_config: invalid type: integer `3`, expected a sequence
      at modules.<item 0>.config.evil_users, line 5, column 9
      fix: see the module's documentation for what its `config` takes
    error: module `demo`: parse_config: unknown field `nope`, expected `denied_user`
      at modules.<item 1>.config.nope, line 11, column 9
      fix: see the module's documentation for what its `config` takes
    ");
}

#[test]
fn nothing_is_begun_behind_a_plugin_that_hangs() {
    let entry = json!({"module": "bad_constructor_hangs", "timeout": "200ms"});
    let scene = Scene::new().entry("bad_constructor_hangs", entry);
    assert_snapshot!(daemon(&scene, "twice"), @"
    exit status: 0
    error: module `bad_constructor_hangs`: loading: `<folder>/plugins/libbad_constructor_hangs.so` was not mapped within 200ms: code that it runs while it is being mapped (a constructor) hangs
      at modules.<item 0>.module, line 4, column 7
      fix: remove the module and report it to its author; if it needs that long, raise its `timeout`
    error: module `bad_constructor_hangs`: loading: `<folder>/plugins/libbad_constructor_hangs.so` was not mapped: `<folder>/plugins/libbad_constructor_hangs.so` of module `bad_constructor_hangs` hangs while it is being mapped, and until it ends this process cannot map other plugins
      at modules.<item 0>.module, line 4, column 7
      fix: fix or remove module `bad_constructor_hangs`, then restart the process
    ");
}
