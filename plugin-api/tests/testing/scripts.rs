//! Shows that a test decides what the homeserver answers, when, and whether it answers at all.

use std::panic::catch_unwind;
use std::pin::pin;

use hsmod_plugin_api::prelude::*;
use hsmod_plugin_api::testing::prelude::*;

const ALICE: &UserId = UserId::new("@alice:example.com");

fn is_admin(host: &FakeHost) -> Result<bool, ModuleError> {
    let api = host.api();
    block_on(api.is_user_admin(ALICE))
}

#[test]
fn an_answer_stands_until_another_is_scripted() {
    let host = FakeHost::new("example.com");
    assert_eq!(is_admin(&host), Ok(false));
    host.answer("is_user_admin", true);
    assert_eq!([is_admin(&host), is_admin(&host)], [Ok(true), Ok(true)]);
    host.fail("is_user_admin", ModuleError::new("no"));
    assert_eq!(is_admin(&host), Err(ModuleError::new("no")));
}

#[test]
fn the_next_answers_come_one_after_the_other_and_then_the_usual_one() {
    let host = FakeHost::new("example.com");
    host.answer_next("is_user_admin", true);
    host.fail_next("is_user_admin", ModuleError::cancelled());
    let answers = [is_admin(&host), is_admin(&host), is_admin(&host)];
    assert_eq!(answers, [Ok(true), Err(ModuleError::cancelled()), Ok(false)]);
}

#[test]
fn an_answer_may_depend_on_the_arguments() {
    let host = FakeHost::new("example.com");
    host.answer_by("is_user_admin", |args| Ok(args[0] == "@alice:example.com"));
    assert_eq!(is_admin(&host), Ok(true));
    assert_eq!(block_on(host.api().is_user_admin(UserId::new("@bob:example.com"))), Ok(false));
}

#[test]
fn requests_are_recorded_with_their_arguments() {
    let host = FakeHost::new("example.com");
    let api = host.api();
    block_on(async {
        let event = json!({"type": "x", "sender": "@a:b", "content": {}});
        api.create_and_send_event_into_room(RoomId::new("!r:b"), &event).await.unwrap_err();
        api.register_device(ALICE, None, Some("phone")).await.unwrap_err();
    });
    let event = json!({"type": "x", "sender": "@a:b", "content": {}});
    let requests = [
        json!(["create_and_send_event_into_room", "!r:b", event]),
        json!(["register_device", "@alice:example.com", null, "phone"]),
    ];
    assert_eq!(host.requests(), requests);
    assert_eq!(host.take_requests(), requests);
    assert!(host.requests().is_empty());
}

#[test]
fn a_request_waits_at_its_gate_and_a_dropped_one_does_not() {
    let host = FakeHost::new("example.com");
    let gate = host.hold("is_user_admin");
    let api = host.api();
    let mut first = pin!(api.is_user_admin(ALICE));
    {
        let mut dropped = Box::pin(api.is_user_admin(ALICE));
        assert_eq!(poll_once(first.as_mut()), None);
        assert_eq!(poll_once(dropped.as_mut()), None);
        assert_eq!(poll_once(dropped.as_mut()), None);
        assert_eq!(gate.waiting(), 2);
    }
    assert_eq!(gate.waiting(), 1);
    assert_eq!(poll_once(first.as_mut()), None);
    // The waiting request continues when another thread opens the gate.
    std::thread::scope(|scope| {
        scope.spawn(|| {
            host.answer("is_user_admin", true);
            gate.open();
        });
        assert_eq!(block_on(first), Ok(true));
    });
    assert_eq!(gate.waiting(), 0);
    assert_eq!(is_admin(&host), Ok(true));
}

#[test]
fn removed_requests_are_not_supported() {
    let host = FakeHost::new("example.com");
    let supports = |name| host.api().supports(name);
    let (request, callback) = ("is_user_admin", "spam_checker.user_may_invite");
    assert!(supports(request) && supports(callback) && supports("spam_checker"));
    assert!(!supports("is_user_happy") && !supports("spam_checker.user_may_sleep"));
    host.lack(request);
    host.lack(callback);
    host.lack("account_data");
    assert!(!supports(request) && !supports(callback) && supports("spam_checker"));
    assert!(!supports("account_data") && !supports("account_data.on_account_data_updated"));
    assert_eq!(is_admin(&host).unwrap_err().unanswered(), Some(Unanswered::Unsupported));
    assert!(host.requests().is_empty());
}

#[test]
fn other_servers_are_what_the_test_scripts() {
    let host = FakeHost::new("example.com");
    let api = host.api();
    let post = || {
        let request = HttpRequest::new("POST", "https://example.org/check").body("spam?");
        block_on(api.http_client().request(request))
    };
    assert!(!api.supports("http_request"));
    assert_eq!(post().unwrap_err().unanswered(), Some(Unanswered::Unsupported));
    let yes = HttpResponse::new(WebResponse::json(200, &json!({"spam": true})));
    host.answer("http_request", yes);
    assert!(api.supports("http_request"));
    let answer = post().unwrap();
    assert_eq!((answer.status(), answer.body()), (200, &br#"{"spam":true}"#[..]));
    assert_eq!(answer.host(), "example.org");
    let asked = host.requests().pop().unwrap();
    assert_eq!(
        (&asked[1]["url"], &asked[2]),
        (&json!("https://example.org/check"), &json!("spam?"))
    );
}

#[test]
fn a_panic_of_the_host_is_an_error_for_the_module() {
    let host = FakeHost::new("example.com");
    host.answer_by::<bool>("is_user_admin", |_| panic!("out of order"));
    let error = is_admin(&host).unwrap_err().to_string();
    assert!(
        error.starts_with("the homeserver panicked in `is_user_admin`: out of order"),
        "{error}"
    );
}

#[test]
fn an_answer_of_the_wrong_type_says_which_one_is_right() {
    let host = FakeHost::new("example.com");
    host.answer("is_user_admin", 1);
    let error = is_admin(&host).unwrap_err().to_string();
    assert!(error.contains("the test's answer to `is_user_admin` is not a `bool`"), "{error}");
}

#[test]
fn a_misspelt_request_cannot_be_scripted() {
    let host = FakeHost::new("example.com");
    let panic = catch_unwind(|| host.answer("is_user_amdin", true)).unwrap_err();
    assert_eq!(
        panic.downcast_ref::<String>().unwrap(),
        "no request has the name `is_user_amdin`: see `hsmod_plugin_api::requests`"
    );
}

#[test]
fn answers_may_be_data() {
    let host = FakeHost::new("example.com");
    host.answer_json("is_user_admin", &json!(false)).unwrap();
    host.answer_json_next("is_user_admin", &json!(true)).unwrap();
    assert_eq!([is_admin(&host), is_admin(&host)], [Ok(true), Ok(false)]);
    let name = json!({"type": "m.room.name", "room_id": "!r:x", "sender": "@a:x", "event_id": "$n",
        "origin_server_ts": 1, "state_key": "", "content": {"name": "Lobby"}});
    host.answer_json("get_room_state", &json!([name])).unwrap();
    host.answer_json("check_username", &json!(null)).unwrap();
    host.answer_json("lookup_room_alias", &json!({"room_id": "!r:x", "servers": ["x"]})).unwrap();
    let api = host.api();
    block_on(async {
        let state = api.get_room_state(RoomId::new("!r:x"), JsonStr::new("null")).await.unwrap();
        assert_eq!(state[0].as_event().event_id(), "$n");
        api.check_username("").await.unwrap();
        let target = api.lookup_room_alias(RoomAlias::new("#r:x")).await.unwrap();
        assert_eq!(target.room_id, "!r:x");
    });
}

#[test]
fn data_of_another_form_is_refused() {
    let host = FakeHost::new("example.com");
    let said = |request: &str, answer| host.answer_json(request, &answer).unwrap_err();
    assert_eq!(said("is_user_admin", json!(1)), "invalid type: integer `1`, expected a boolean");
    assert_eq!(said("check_username", json!(true)), "it answers nothing, which is written `null`");
    let admin = json!({"user_id": "@a:x", "admin": true});
    let unknown = said("get_userinfo_by_id", admin);
    assert!(unknown.starts_with("it has no field `admin`: its fields are `approved`"), "{unknown}");
    assert_eq!(said("get_room_state", json!({})), "it is a list of events");
    assert!(said("get_room_state", json!([{}])).starts_with("not an event: missing field"));
    let http = said("http_request", json!({}));
    assert_eq!(http, "it cannot be written as JSON: use `answer`");
    assert_eq!(said("is_user_amdin", json!(true)), "there is no such request");
}

#[test]
fn a_host_that_stands_in_records_nothing_and_has_the_systems_time() {
    let host = FakeHost::new("example.com").user(user("@alice:example.com").admin()).standing_in();
    assert_eq!(is_admin(&host), Ok(true));
    assert_eq!(host.requests(), [] as [serde_json::Value; 0]);
    assert!(host.now() > hsmod_plugin_api::testing::START);
    // A loader lets modules sleep, and makes requests to other servers unless they are scripted.
    let services = host.services();
    assert!(services.answers("is_user_admin") && !services.answers("sleep"));
    assert!(!services.answers("http_request"));
    host.fail("http_request", ModuleError::new("no"));
    assert!(host.services().answers("http_request"));
}

#[test]
fn a_history_leaves_its_state_and_is_forgotten() {
    let before = FakeHost::new("example.com").room(room("!a:x").state("m.x", "", json!({})));
    let host = FakeHost::new("example.com");
    host.begin_as(&before);
    let topic = event("m.room.topic").room("!a:x").state_key("").content(json!({"topic": "T"}));
    let create = event("m.room.create").room("!a:x").state_key("");
    host.receive(&create.content(json!({"room_version": "9"})).build());
    host.receive(&topic.build());
    host.receive(&event("m.room.message").room("!b:x").build());
    let room = host.find_room("!a:x").unwrap();
    let topic = room.find_state("m.room.topic", "").unwrap();
    assert_eq!(topic.as_event().room_version(), Some("9"));
    assert!(room.find_state("m.x", "").is_some() && room.sent().is_empty());
    assert_eq!(host.find_room("!b:x").unwrap().all_state().count(), 0);
    host.forget_state("!a:x");
    assert_eq!(host.find_room("!a:x").unwrap().all_state().count(), 0);
    host.begin_as(&before);
    assert!(host.find_room("!b:x").is_none());
    assert!(host.find_room("!a:x").unwrap().find_state("m.x", "").is_some());
}
