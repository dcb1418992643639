//! Tests that plugin code that runs during mapping does not take the homeserver down, neither by
//! leaving a thread behind nor by hanging.
//!
//! Each homeserver is a separate process, since after a plugin that hangs no other can be loaded.

use std::process::Command;

use hsmod_tests::scene::Scene;
use insta::assert_snapshot;
use serde_json::{Value, json};

/// Runs a homeserver that loads these modules `starts` times and ends by `end`. Returns its exit
/// code and output.
fn homeserver(scene: &Scene, starts: usize, end: &str) -> String {
    let mut command = Command::new(env!("CARGO_BIN_EXE_embedder"));
    command.arg(scene.write()).args([&*starts.to_string(), end]);
    let output = command.output().unwrap();
    let folder = scene.folder().to_string_lossy().into_owned();
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).replace(&folder, "<folder>");
    let mapped = text(&output.stderr).matches(": mapped\n").count();
    format!("{}\nmapped: {mapped}\n{}", output.status, text(&output.stdout))
}

fn impatient(package: &str) -> Value {
    json!({"module": package, "timeout": "200ms"})
}

#[test]
fn a_refused_plugin_stays_mapped_for_the_threads_it_has_started() {
    let scene = Scene::new().module("bad_constructor_thread", json!({}));
    assert_snapshot!(homeserver(&scene, 2, "return"), @"
    exit status: 3
    mapped: 1
    error: module `bad_constructor_thread`: loading: `<folder>/plugins/libbad_constructor_thread.so` has a damaged entry: it does not point to a root table
      at modules.<item 0>.module, line 5, column 7
      fix: rebuild the plugin with `export_module!` of hsmod-plugin-api (this loader speaks ABI 2.0)
    error: module `bad_constructor_thread`: loading: `<folder>/plugins/libbad_constructor_thread.so` has a damaged entry: it does not point to a root table
      at modules.<item 0>.module, line 5, column 7
      fix: rebuild the plugin with `export_module!` of hsmod-plugin-api (this loader speaks ABI 2.0)
    ");
}

#[test]
fn a_plugin_that_hangs_is_named_and_keeps_no_process_from_ending() {
    let scene = Scene::new()
        .module("demo", json!({}))
        .entry("bad_constructor_hangs", impatient("bad_constructor_hangs"))
        .module("list_spam_checker", json!({"evil_users": []}))
        .module("demo", json!({}));
    let said = homeserver(&scene, 1, "return");
    assert_snapshot!(said, @"
    exit status: 3
    mapped: 0
    error: module `bad_constructor_hangs`: loading: `<folder>/plugins/libbad_constructor_hangs.so` was not mapped within 200ms: code that it runs while it is being mapped (a constructor) hangs
      at modules.<item 1>.module, line 8, column 7
      fix: remove the module and report it to its author; if it needs that long, raise its `timeout`
    error: module `list_spam_checker`: loading: `<folder>/plugins/liblist_spam_checker.so` was not mapped: `<folder>/plugins/libbad_constructor_hangs.so` of module `bad_constructor_hangs` hangs while it is being mapped, and until it ends this process cannot map other plugins
      at modules.<item 2>.module, line 15, column 7
      fix: fix or remove module `bad_constructor_hangs`, then restart the process
    error: module `demo-2`: loading: `<folder>/plugins/libdemo.so` was not mapped: `<folder>/plugins/libbad_constructor_hangs.so` of module `bad_constructor_hangs` hangs while it is being mapped, and until it ends this process cannot map other plugins
      at modules.<item 3>.module, line 19, column 7
      fix: fix or remove module `bad_constructor_hangs`, then restart the process
    ");
    assert_eq!(homeserver(&scene, 1, "exit"), said);
}

#[test]
fn a_later_start_says_what_still_hangs() {
    let scene = Scene::new().entry("bad_constructor_hangs", impatient("bad_constructor_hangs"));
    assert_snapshot!(homeserver(&scene, 2, "return"), @"
    exit status: 3
    mapped: 0
    error: module `bad_constructor_hangs`: loading: `<folder>/plugins/libbad_constructor_hangs.so` was not mapped within 200ms: code that it runs while it is being mapped (a constructor) hangs
      at modules.<item 0>.module, line 4, column 7
      fix: remove the module and report it to its author; if it needs that long, raise its `timeout`
    error: module `bad_constructor_hangs`: loading: `<folder>/plugins/libbad_constructor_hangs.so` was not mapped: `<folder>/plugins/libbad_constructor_hangs.so` of module `bad_constructor_hangs` hangs while it is being mapped, and until it ends this process cannot map other plugins
      at modules.<item 0>.module, line 4, column 7
      fix: fix or remove module `bad_constructor_hangs`, then restart the process
    ");
}
