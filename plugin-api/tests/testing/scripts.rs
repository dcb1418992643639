//! Shows that a test decides what the homeserver answers, when, and whether at all.

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
fn what_was_asked_for_is_noted_with_its_arguments() {
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
    // Whoever makes time pass while it waits is seen when the gate opens.
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
fn what_the_host_lacks_is_not_supported() {
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
    assert!(error.contains("the test's answer to `is_user_admin` is no `bool`"), "{error}");
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
