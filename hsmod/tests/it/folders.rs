//! Tests that unusable folders are reported before a homeserver starts, whether or not a module
//! needs them at once, and that checking them leaves nothing behind.

use hsmod_tests::scene::Scene;
use serde_json::json;

use crate::call::human;
use crate::check::check;

fn with_folders(data_dir: &str, templates_dir: &str) -> Scene {
    Scene::new()
        .key("data_dir", json!(data_dir))
        .key("templates_dir", json!(templates_dir))
        .module("demo", json!({}))
}

#[test]
fn folders_that_no_module_could_use_are_found_at_once() {
    let scene = with_folders("/dev/null/data", "nope");
    let checked = check(&scene, &[]);
    insta::assert_snapshot!(checked, @"
    exit code: 1
    --- stdout
    ok  demo (demo 0.9.0 for ABI <abi>, spam_checker.user_may_create_room, web /_synapse/client/demo/hello/*)
      requires: spam_checker.user_may_create_room
    error: config: `/dev/null/data` does not exist and cannot be created: `/dev/null` is not a folder
      at data_dir, line 2, column 3
      fix: give the path of a folder, or remove what is there
    error: config: `<folder>/nope` does not exist
      at templates_dir, line 9, column 3
      fix: create the folder and put your templates there, or remove `templates_dir`: modules then use their own
    1 module: 2 errors, 0 warnings
    ");
    let unloaded = check(&scene, &["--no-load"]);
    let rest = |text: &str| text[text.find("error").unwrap()..].to_owned();
    assert_eq!(rest(&unloaded), rest(&checked));
}

#[test]
fn modules_are_not_started_with_them() {
    let scene = with_folders("data", "nope");
    let arguments = json!({"user_id": "@a:localhost", "room_config": {}});
    insta::assert_snapshot!(human(&scene, "spam_checker.user_may_create_room", arguments), @r"
    exit code: 1
    --- stderr
    error: config: `<folder>/nope` does not exist
      at templates_dir, line 9, column 3
      fix: create the folder and put your templates there, or remove `templates_dir`: modules then use their own
    ");
}

#[test]
fn a_folder_that_can_be_made_is_left_to_the_module_that_needs_it() {
    let scene = with_folders("var/data", ".");
    insta::assert_snapshot!(check(&scene, &[]), @"
    exit code: 0
    --- stdout
    ok  demo (demo 0.9.0 for ABI <abi>, spam_checker.user_may_create_room, web /_synapse/client/demo/hello/*)
      requires: spam_checker.user_may_create_room
    1 module: 0 errors, 0 warnings
    ");
    assert!(!scene.folder().join("var").exists());
}
