//! Tests that in `call`, `replay` and `check`, the requests of modules are answered from `--world`.

use std::io::Write;
use std::path::Path;
use std::process::{Command, Stdio};

use hsmod_tests::scene::Scene;
use serde_json::{Value, json};

use crate::call::{INVITE, call, invite};
use crate::command::{hsmod, shown, values};
use crate::replay::{lines, replay};

/// Writes a world to a file in the scene's folder and returns its path.
fn world(scene: &Scene, text: &str) -> String {
    let file = scene.folder().join("world.yaml");
    std::fs::write(&file, text).unwrap();
    file.to_str().unwrap().to_owned()
}

const WORLD: &str = "
users: {alice: {admin: true, display_name: Alice, access_token: secret}, bob: }
rooms: {'!lobby:localhost': {members: [alice], aliases: lobby, published: true}}
";

fn ask(request: &str, args: &Value, expect: &Value) -> Value {
    json!({"request": request, "args": args, "expect": expect})
}

/// A module that makes these requests in these callbacks.
fn asker(during: Value) -> Scene {
    Scene::new().module("good_asker", json!({"during": during}))
}

/// Requests with the answers that WORLD gives, including the effects of changes.
fn asked() -> Value {
    let alice = json!({"user_id": "@alice:localhost"});
    let room = json!({"room_id": "!lobby:localhost"});
    json!([
        ask("is_user_admin", &alice, &json!(true)),
        ask("is_user_admin", &json!({"user_id": "@bob:localhost"}), &json!(false)),
        ask("check_user_exists", &json!({"user_id": "@eve:localhost"}), &Value::Null),
        ask(
            "get_profile_for_user",
            &json!({"localpart": "alice"}),
            &json!({"display_name": "Alice", "avatar_url": null}),
        ),
        ask("get_canonical_room_alias", &room, &json!("#lobby:localhost")),
        ask("room_is_in_public_room_list", &room, &json!(true)),
        ask(
            "register_user",
            &json!({"localpart": "eve", "displayname": null, "emails": [], "admin": false}),
            &json!("@eve:localhost"),
        ),
        ask("check_user_exists", &json!({"user_id": "@eve:localhost"}), &json!("@eve:localhost"),),
        ask(
            "update_room_membership",
            &json!({
                "sender": "@bob:localhost", "target": "@bob:localhost",
                "room_id": "!lobby:localhost", "new_membership": "join", "content": null,
                "remote_room_hosts": null,
            }),
            &Value::Null,
        ),
    ])
}

#[test]
fn requests_are_answered_in_calls_and_at_the_start() {
    let scene = asker(json!({"start": asked()}));
    let world = world(&scene, WORLD);
    let said = shown(
        &mut call(&scene, INVITE, &invite().to_string(), &["--world", &world]),
        scene.folder(),
    );
    insta::assert_snapshot!(said, @"
    exit code: 0
    --- stdout
    allowed
    asked: good_asker; # µs
    ");
    let during = asker(json!({"user_may_invite": asked()}));
    let (answers, code) =
        values(&mut call(&during, INVITE, &invite().to_string(), &["--json", "--world", &world]));
    assert_eq!((&answers[0]["result"], code), (&json!({"allow": true}), 0));
}

/// The converse: the module does compare answers with the expected ones.
#[test]
fn an_answer_that_the_module_does_not_expect_fails() {
    let wrong = ask("is_user_admin", &json!({"user_id": "@bob:localhost"}), &json!(true));
    let scene = asker(json!({"user_may_invite": [wrong]}));
    let world = world(&scene, WORLD);
    let mut call = call(&scene, INVITE, &invite().to_string(), &["--world", &world, "--json"]);
    let (answers, code) = values(&mut call);
    assert_eq!(answers[0]["failed"][0]["message"], "`is_user_admin` answered false");
    assert_eq!(code, 1);
}

#[test]
fn short_names_belong_to_the_homeserver() {
    let alice = ask("is_user_admin", &json!({"user_id": "@alice:example.com"}), &json!(true));
    let scene = asker(json!({"user_may_invite": [alice]}));
    let world = world(&scene, "users: {alice: {admin: true}}");
    let options = ["--world", &world, "--server-name", "example.com", "--json"];
    let (_, code) = values(&mut call(&scene, INVITE, &invite().to_string(), &options));
    assert_eq!(code, 0);
}

#[test]
fn answers_may_be_given_in_the_world() {
    let world_text = "
answers:
  is_user_admin: [{answer: true}, {error: the database is gone}, {answer: false}]
  check_username: {error: {status: 429, errcode: M_LIMIT_EXCEEDED, error: slowly}}
  create_login_token: {unsupported: true}
";
    let admin =
        |expect: bool| ask("is_user_admin", &json!({"user_id": "@a:localhost"}), &json!(expect));
    let failing = json!({"request": "is_user_admin", "args": {"user_id": "@a:localhost"}});
    let said = |during: Value| {
        let scene = asker(json!({"user_may_invite": during}));
        let world = world(&scene, world_text);
        let options = ["--world", &world, "--json"];
        let (answers, _) = values(&mut call(&scene, INVITE, &invite().to_string(), &options));
        answers[0]["failed"][0]["message"].as_str().unwrap_or("allowed").to_owned()
            + &answers[0]["result"]["deny"].to_string()
    };
    let name = json!({"request": "check_username", "args": {"username": "x"}});
    let token = json!({"request": "create_login_token", "args": {
        "user_id": "@a:localhost", "duration_in_ms": 1, "auth_provider_id": null,
        "auth_provider_session_id": null,
    }});
    let all = [
        said(json!([admin(true)])),
        said(json!([admin(true), failing])),
        said(json!([name])),
        said(json!([token])),
    ];
    insta::assert_snapshot!(all.join("\n"), @r#"
    allowednull
    the database is gonenull
    allowed{"body":{"errcode":"M_LIMIT_EXCEEDED","error":"slowly"},"errcode":"M_LIMIT_EXCEEDED","error":"slowly","status":429}
    this homeserver does not answer `create_login_token`null
    "#);
}

#[test]
fn http_comes_from_the_world() {
    let get = |url: &str| {
        let scene = Scene::new().module("good_keeper", json!({"at_start": [{"get": url}]}));
        let text = "http: {'https://example.com/list': {json: [1]}, 'https://example.com/x': \
                    {status: 503, body: later}}";
        let world = world(&scene, text);
        shown(&mut replay(&scene, "", &["--world", &world]), scene.folder())
    };
    assert!(get("https://example.com/list?page=2").starts_with("exit code: 0"));
    assert!(get("https://example.com/x").starts_with("exit code: 0"));
    insta::assert_snapshot!(get("https://example.com/other"), @"
    exit code: 1
    --- stderr
    error: module `good_keeper`: start: the world has no response to `GET https://example.com/other`: add one below `http`
      fix: fix what the message says, or remove the module
    ");
    let scene = asker(json!({}));
    let world = world(&scene, "http: {}");
    let output = replay(&scene, "", &["--world", &world]).output().unwrap();
    let noted = String::from_utf8(output.stderr).unwrap();
    assert!(noted.contains("HTTP requests are answered by the world, storage is empty"), "{noted}");
    let mut both = replay(&scene, "", &["--live", "--world", &world]);
    insta::assert_snapshot!(shown(&mut both, scene.folder()), @"
    exit code: 2
    --- stderr
    error: the world has `http`, and `--live` makes HTTP requests
      fix: remove `http` from the world, or make only the other services live: `--live=storage,mail`
    ");
}

/// A room of the history starts empty and gets its state from the history. Other rooms keep the
/// file's state.
#[test]
fn a_replay_keeps_the_state_of_the_rooms_that_it_shows() {
    let room = json!({"room_id": "!r:localhost", "types": [["m.room.name", ""]]});
    let name = json!({
        "event_id": "$1", "room_id": "!r:localhost", "sender": "@alice:localhost",
        "type": "m.room.name", "state_key": "", "origin_server_ts": 1, "content": {"name": "new"},
    });
    let other = ask(
        "get_canonical_room_alias",
        &json!({"room_id": "!lobby:localhost"}),
        &json!("#lobby:localhost"),
    );
    let scene = asker(json!({
        "check_event_allowed": [ask("get_state_events_in_room", &room, &json!([])), other],
        "on_new_event": [ask("get_state_events_in_room", &room, &json!([name.clone()]))],
    }));
    let text = "rooms: {'!lobby:localhost': {aliases: lobby}, '!r:localhost': {name: old}}";
    let world = world(&scene, text);
    let options = ["--world", &world, "--repeat", "2", "--json"];
    let (answers, code) = values(&mut replay(&scene, &lines(&[name]), &options));
    assert_eq!(code, 0, "{answers:?}");
    assert_eq!(answers[2]["summary"]["failed"], 0);
}

#[test]
fn a_check_really_starts_the_modules() {
    let scene = Scene::new().module("good_welcomer", json!({"welcomer": "@bob:localhost"}));
    let config = scene.write();
    let check = |options: &[&str]| {
        let config = config.to_str().unwrap();
        shown(&mut hsmod(&[&["check", "-c", config], options].concat()), scene.folder())
    };
    let (here, empty) = (world(&scene, WORLD), scene.folder().join("empty.yaml"));
    std::fs::write(&empty, "users: [alice]").unwrap();
    let said =
        [check(&[]), check(&["--world", &here]), check(&["--world", empty.to_str().unwrap()])];
    insta::assert_snapshot!(said.join("\n\n"), @"
    exit code: 0
    --- stdout
    ok  good_welcomer (good_welcomer 0.9.0 for ABI <abi>, third_party_rules.on_new_event, web /_synapse/client/welcomer/count)
    warning: module `good_welcomer`: start: `check_user_exists` is not answered in a trial
      fix: simulate a homeserver with `--world FILE`, or start the real one to see whether the module starts
    1 module: 0 errors, 1 warning

    exit code: 0
    --- stdout
    ok  good_welcomer (good_welcomer 0.9.0 for ABI <abi>, third_party_rules.on_new_event, web /_synapse/client/welcomer/count)
    1 module: 0 errors, 0 warnings

    exit code: 1
    --- stdout
    failed  good_welcomer (good_welcomer 0.9.0 for ABI <abi>, third_party_rules.on_new_event, web /_synapse/client/welcomer/count)
    error: module `good_welcomer`: start: there is no user @bob:localhost
      fix: fix what the message says, or remove the module
    1 module: 1 error, 0 warnings
    ");
}

#[test]
fn the_state_of_a_room_is_that_of_the_world_unless_it_is_given() {
    const ALLOWED: &str = "third_party_rules.check_event_allowed";
    let event = json!({
        "event_id": "$e", "room_id": "!lobby:localhost", "sender": "@alice:localhost",
        "type": "m.room.message", "origin_server_ts": 1, "content": {},
    });
    let topic = json!({
        "event_id": "$t", "room_id": "!lobby:localhost", "sender": "@alice:localhost",
        "type": "m.room.topic", "state_key": "", "origin_server_ts": 1, "content": {"topic": "x"},
    });
    let room = json!({"room_id": "!lobby:localhost", "event_filter": null});
    let scene = asker(json!({
        "check_event_allowed": [ask("get_room_state", &room, &json!([topic]))],
    }));
    let world = world(&scene, WORLD);
    let options = ["--world", &world, "--json"];
    let given = json!({"event": event, "state_events": [topic]}).to_string();
    let (_, code) = values(&mut call(&scene, ALLOWED, &given, &options));
    assert_eq!(code, 0);
    let silent = json!({"event": event}).to_string();
    let quiet = asker(json!({}));
    let (_, code) = values(&mut call(&quiet, ALLOWED, &silent, &options));
    assert_eq!(code, 0);
    let without = shown(&mut call(&quiet, ALLOWED, &silent, &[]), quiet.folder());
    assert!(without.contains("the argument `state_events` is missing"), "{without}");
}

#[test]
fn an_invalid_world_is_an_error() {
    let scene = asker(json!({}));
    let folder = scene.folder();
    let said = |text: &[u8]| {
        let file = folder.join("world.yaml");
        std::fs::write(&file, text).unwrap();
        let world = file.to_str().unwrap();
        shown(&mut replay(&scene, "", &["--world", world]), folder)
    };
    let of = |options: &[&str]| shown(&mut replay(&scene, "", options), folder);
    let all = [
        said(b""),
        said(b"users: [alice]\nromms: {}\nrooms: {lobby: }"),
        said(b"\x1f\x8b\x08\x00\x00\x00\x00"),
        said(b"users: [\xff]"),
        said(&vec![b'#'; (16 << 20) + 1]),
        of(&["--world", folder.join("none.yaml").to_str().unwrap()]),
        of(&["--world", folder.to_str().unwrap()]),
        of(&["--world", "a.yaml", "--world", "b.yaml"]),
        of(&["--world"]),
    ];
    insta::assert_snapshot!(all.join("\n\n"), @"
    exit code: 2
    --- stderr
    error: the world in `<folder>/world.yaml`: it is empty
      fix: write `users:` and some names: `users: [alice, bob]`

    exit code: 2
    --- stderr
    error: the world in `<folder>/world.yaml`: unknown key `romms`
      at romms, line 2, column 1
      fix: did you mean `rooms`?
    error: the world in `<folder>/world.yaml`: `lobby` is not a room ID
      at rooms.lobby, line 3, column 9
      fix: write it like `!room:server`, or `!hash`

    exit code: 2
    --- stderr
    error: cannot read the world from `<folder>/world.yaml`: it is compressed by gzip
      fix: zcat <folder>/world.yaml | hsmod .. --world -

    exit code: 2
    --- stderr
    error: the world in `<folder>/world.yaml` is not UTF-8
      fix: save it as UTF-8

    exit code: 2
    --- stderr
    error: the world in `<folder>/world.yaml` is larger than 16 MiB
      fix: check that it is the right file

    exit code: 2
    --- stderr
    error: cannot read the world from `<folder>/none.yaml`: No such file or directory (os error 2)
      fix: give the path of a file with YAML, or `-` for standard input

    exit code: 2
    --- stderr
    error: cannot read the world from `<folder>`: it is a folder
      fix: give the path of a file with YAML, or `-` for standard input

    exit code: 2
    --- stderr
    error: the argument '--world <FILE|->' cannot be used multiple times

    Usage: hsmod replay [OPTIONS] --config <FILE|-> <EVENTS.ndjson|->

    For more information, try '--help'.

    exit code: 2
    --- stderr
    error: a value is required for '--world <FILE|->' but none was supplied

    For more information, try '--help'.
    ");
}

#[test]
fn probable_mistakes_are_warnings() {
    let scene = asker(json!({}));
    let world = world(&scene, "users:\n  alice:\n    display_name: ${NAME}\n");
    let said = shown(&mut replay(&scene, "", &["--world", &world]), scene.folder());
    let warning = said.split("--- stderr\n").nth(1).unwrap_or_default();
    insta::assert_snapshot!(warning, @"
    warning: the world in `<folder>/world.yaml`: the environment variable `NAME` is not expanded here
      at users.alice.display_name, line 3, column 19
      fix: write the value itself, or make this file with `envsubst`
    warning: there is no event in `<folder>/events.ndjson`
    ");
}

#[test]
fn a_world_comes_through_a_pipe_too() {
    let alice = ask("is_user_admin", &json!({"user_id": "@alice:localhost"}), &json!(true));
    let scene = asker(json!({"user_may_invite": [alice]}));
    let with_stdin = |command: &mut Command, text: &str| {
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().unwrap();
        // The command may refuse its arguments without reading its input.
        let _ = child.stdin.take().unwrap().write_all(text.as_bytes());
        let output = child.wait_with_output().unwrap();
        let said = String::from_utf8([output.stdout, output.stderr].concat()).unwrap();
        (said, output.status.code())
    };
    let invite = invite().to_string();
    let (_, code) = with_stdin(&mut call(&scene, INVITE, &invite, &["--world", "-"]), WORLD);
    assert_eq!(code, Some(0));
    let config = scene.write();
    let config = config.to_str().unwrap();
    let mut events = hsmod(&["replay", "-c", config, "-", "--world", "-"]);
    let mut both = hsmod(&["replay", "-c", "-", "x.ndjson", "--world", "-"]);
    let here = Path::new("/nowhere");
    both.current_dir(scene.folder());
    std::fs::write(scene.folder().join("x.ndjson"), "").unwrap();
    let said = [shown(&mut events, here), shown(&mut both, here)];
    insta::assert_snapshot!(said.join("\n\n"), @"
    exit code: 2
    --- stderr
    error: the world and the events cannot both come from standard input
      fix: put one of them into a file

    exit code: 2
    --- stderr
    error: the config and the world cannot both come from standard input
      fix: put one of them into a file
    ");
}
