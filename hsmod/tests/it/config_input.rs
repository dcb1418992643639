//! Tests that a config may come from a file, standard input or a pipe, and is read once.

use std::io::Write;
use std::path::Path;
use std::process::{Command, Stdio};

use hsmod_tests::scene::Scene;
use serde_json::json;

use crate::command::{hsmod, shown};

/// The output of the command with the scene's config on its standard input.
fn shown_with_stdin(scene: &Scene, command: &mut Command) -> String {
    let config = std::fs::File::open(scene.write()).unwrap();
    shown(command.current_dir(scene.folder()).stdin(config), scene.folder())
}

#[test]
fn standard_input_is_relative_to_the_working_directory() {
    let scene = Scene::new().module("demo", json!({}));
    for name in ["-", "/dev/stdin"] {
        let said = shown_with_stdin(&scene, &mut hsmod(&["check", "--no-load", "-c", name]));
        assert_eq!(
            said,
            "exit code: 0\n--- stdout\nok  demo (demo 0.9.0 for ABI <abi>)\n  requires: \
             spam_checker.user_may_create_room\n1 module: 0 errors, 0 warnings"
        );
    }
}

#[test]
fn a_pipe_is_read_once() {
    let scene = Scene::new().module("demo", json!({}));
    scene.write();
    let script = "$0 call -c <(cat modules.yaml) spam_checker.user_may_create_room \
                  <(echo '{\"user_id\": \"@a:x\", \"room_config\": {}}')";
    let mut bash = Command::new("bash");
    bash.args(["-c", script, env!("CARGO_BIN_EXE_hsmod")]).current_dir(scene.folder());
    insta::assert_snapshot!(shown(&mut bash, scene.folder()), @"
    exit code: 0
    --- stdout
    allowed
    asked: demo; # µs
    ");
}

/// A homeserver with bundled plugins passes their folder, but the operator's config takes
/// precedence.
#[test]
fn plugins_lie_where_the_command_line_says_unless_the_config_does() {
    let scene = Scene::new().module("demo", json!({}));
    let folder = scene.folder();
    std::fs::create_dir(folder.join("config")).unwrap();
    let arguments = r#"{"user_id": "@a:x", "room_config": {}}"#;
    std::fs::write(folder.join("args.json"), arguments).unwrap();
    let call = ["spam_checker.user_may_create_room", "args.json"];
    for (text, is_found) in [("", true), ("plugins_dir: elsewhere\n", false)] {
        let config = format!("{text}modules: [{{module: demo}}]\n");
        std::fs::write(folder.join("config/modules.yaml"), config).unwrap();
        for (command, more) in [("check", &[][..]), ("call", &call)] {
            let options = [command, "-c", "config/modules.yaml", "--plugins-dir", "plugins"];
            let said = shown(hsmod(&options).args(more).current_dir(folder), folder);
            assert_eq!(said.starts_with("exit code: 0"), is_found, "{command} {text}: {said}");
            assert_eq!(said.contains("<folder>/config/elsewhere"), !is_found, "{command}: {said}");
        }
    }
}

#[test]
fn standard_input_cannot_be_two_things() {
    for (config, arguments) in [("-", "-"), ("/dev/stdin", "-")] {
        let callback = "spam_checker.user_may_create_room";
        let mut command = hsmod(&["call", "-c", config, callback, arguments]);
        insta::allow_duplicates! {
            insta::assert_snapshot!(shown(&mut command, Path::new("<none>")), @"
            exit code: 2
            --- stderr
            error: the config and the arguments cannot both come from standard input
              fix: put one of them into a file
            ");
        }
    }
}

#[test]
fn errors_in_the_text_are_findings_that_name_its_source() {
    let mut child =
        hsmod(&["check", "-c", "-"]).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    child.stdin.take().unwrap().write_all(b"modules: [").unwrap();
    let output = child.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(1));
    insta::assert_snapshot!(String::from_utf8(output.stdout).unwrap(), @"
    error: config: `standard input`: this is not YAML: a value is missing here
      at line 2, column 1
      fix: check that the file was written completely: it ends too early
    0 modules: 1 error, 0 warnings
    ");
    let mut empty = hsmod(&["check", "-c", "-"]);
    insta::assert_snapshot!(shown(&mut empty, Path::new("<none>")), @"
    exit code: 1
    --- stdout
    error: config: `standard input`: the config is empty
      fix: write `modules: []` for a server without modules
    0 modules: 1 error, 0 warnings
    ");
}
