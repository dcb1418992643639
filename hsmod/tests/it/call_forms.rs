//! Shows that arguments of `hsmod call` which cannot be meant so are named, with what was meant.

use hsmod_tests::scene::Scene;
use serde_json::{Value, json};

use crate::call::{INVITE, call, human, invite, recorders};
use crate::command::shown;

fn said_of(callback: &str, arguments: Value) -> String {
    human(&Scene::new(), callback, arguments)
}

/// The arguments of an invite, one of them changed.
fn invite_with(name: &str, value: Value) -> Value {
    let mut arguments = invite();
    arguments[name] = value;
    arguments
}

#[test]
fn other_forms_are_named() {
    insta::assert_snapshot!(said_of(INVITE, invite_with("inviter", json!(5))), @"
    exit code: 2
    --- stderr
    error: spam_checker.user_may_invite: the argument `inviter` is a number, not text
      it takes `inviter` (text), `invitee` (text), `room_id` (text)
    ");
    insta::assert_snapshot!(said_of("spam_checker.check_event_for_spam", json!({"event": ["$1", "!r:x", "@a:x"]})), @"
    exit code: 2
    --- stderr
    error: spam_checker.check_event_for_spam: the argument `event` is a list, not an event
      it takes `event` (an event)
    ");
    let search = json!({"results": []});
    insta::assert_snapshot!(said_of("third_party_rules.on_user_search", search), @"
    exit code: 2
    --- stderr
    error: third_party_rules.on_user_search: the argument `results` is a list, not an object
      it takes `results` (an object)
    ");
    let thumbnail = json!([1, 2, "crop", "image/png", 3]);
    let file = json!({"file_id": "f", "thumbnail": thumbnail});
    let file = json!({"file_wrapper": "/dev/null", "file_info": file});
    insta::assert_snapshot!(human(&recorders(json!({})), "spam_checker.check_media_file_for_spam", file), @"
    exit code: 2
    --- stderr
    error: spam_checker.check_media_file_for_spam: the argument `file_info` cannot be read: it holds a list in place of an object
      it takes `file_wrapper` (the path of a file), `file_info` ({file_id, server_name?, url_cache?, thumbnail?})
    ");
    let states = json!({"state_updates": [["@a:x", "online"]]});
    insta::assert_snapshot!(human(&recorders(json!({})), "presence_router.get_users_for_states", states), @"
    exit code: 2
    --- stderr
    error: presence_router.get_users_for_states: the argument `state_updates` cannot be read: it holds a list in place of an object
      it takes `state_updates` (a list of {user_id, state, status_msg?, ..})
    ");
}

#[test]
fn what_is_not_json_is_explained() {
    let scene = Scene::new();
    let said_of = |text: &str| {
        let mut command = call(&scene, INVITE, text, &[]);
        let said = shown(&mut command, scene.folder());
        said.strip_prefix("exit code: 2\n--- stderr\n").unwrap_or(&said).to_owned()
    };
    insta::assert_snapshot!(said_of("{} {}"), @"
    error: the arguments in `<folder>/args.json` are not JSON: something follows the value, at line 1 column 4
      fix: give one object, with all arguments in it
    ");
    insta::assert_snapshot!(said_of("{\"inviter\": \"@a:x\""), @"
    error: the arguments in `<folder>/args.json` are not JSON: it ends too early, at line 1 column 18
      fix: close what is open: quotes, brackets, braces
    ");
    insta::assert_snapshot!(said_of("{\"inviter\": \"@a:x\",}"), @"
    error: the arguments in `<folder>/args.json` are not JSON: a comma has nothing behind it, at line 1 column 20
      fix: remove the comma
    ");
    insta::assert_snapshot!(said_of("{'inviter': '@a:x'}"), @r#"
    error: the arguments in `<folder>/args.json` are not JSON: a name is not in double quotes, at line 1 column 2
      fix: write "name": before each value
    "#);
    insta::assert_snapshot!(said_of("{\"inviter\" \"@a:x\"}"), @r#"
    error: the arguments in `<folder>/args.json` are not JSON: a name has no colon behind it, at line 1 column 12
      fix: write "name": before each value
    "#);
    insta::assert_snapshot!(said_of("{\"inviter\": \"@a:x\" \"invitee\": \"@b:x\"}"), @"
    error: the arguments in `<folder>/args.json` are not JSON: a value is not followed by a comma or by what closes it, at line 1 column 20
      fix: put commas between the values
    ");
    insta::assert_snapshot!(said_of("{\"inviter\": '@a:x'}"), @"
    error: the arguments in `<folder>/args.json` are not JSON: a value is none that JSON knows, at line 1 column 13
      fix: write texts in double quotes; true, false, null and numbers without any
    ");
    insta::assert_snapshot!(said_of("{\"inviter\": True}"), @"
    error: the arguments in `<folder>/args.json` are not JSON: a value is none that JSON knows, at line 1 column 13
      fix: write texts in double quotes; true, false, null and numbers without any
    ");
}
