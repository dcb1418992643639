//! Shows that the small homeserver which embedders read first works, with modules and without.

use std::path::Path;
use std::process::{Command, Output};

use hsmod_tests::build;
use hsmod_tests::scene::Scene;
use serde_json::json;

fn output(config: Option<&Path>) -> Output {
    Command::new(build::embed_example()).args(config).output().unwrap()
}

fn run(config: Option<&Path>) -> String {
    let output = output(config);
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{errors}");
    String::from_utf8(output.stdout).unwrap()
}

#[test]
fn modules_decide_what_its_clients_see() {
    let scene = Scene::new()
        .module("list_spam_checker", json!({"evil_users": ["@evil:localhost"]}))
        .module("demo", json!({}));
    insta::assert_snapshot!(run(Some(&scene.write())), @r#"
    PUT /send/@alice:localhost/!r:localhost
      200 {"event_id":"$1"}
    PUT /send/@evil:localhost/!r:localhost
      403 {"errcode":"M_FORBIDDEN","error":"This message has been rejected as probable spam"}
    POST /create_room/@alice:localhost
      200 {"room_id":"!new:localhost"}
    POST /create_room/@evilguy:localhost
      403 {"errcode":"M_FORBIDDEN","error":"You are not permitted to create rooms"}
    GET /_synapse/client/demo/hello?name=world
      200 {"hello":"world"}
    GET /nobody
      404 {"errcode":"M_UNRECOGNIZED","error":"Unrecognized request"}
    "#);
}

#[test]
fn without_modules_everything_is_allowed() {
    let answers = run(None);
    assert_eq!(answers.matches("  200 ").count(), 4, "{answers}");
    assert_eq!(answers.matches("  404 ").count(), 2, "{answers}");
}

#[test]
fn modules_are_answered_what_it_can_answer() {
    let starts = |request: &str| {
        let args = json!({"user_id": "@alice:localhost", "admin": true});
        let config = json!({"during": {"start": [{"request": request, "args": args}]}});
        output(Some(&Scene::new().module("good_asker", config).write()))
    };
    assert!(starts("is_user_admin").status.success());
    let refused = starts("set_user_admin");
    let errors = String::from_utf8_lossy(&refused.stderr);
    assert!(!refused.status.success());
    assert!(errors.contains("this homeserver does not answer `set_user_admin`"), "{errors}");
}
