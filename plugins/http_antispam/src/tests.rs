//! Tests the requests to the service and the effect of each answer.

mod bad_configs;
mod documented;
mod pings;

use std::time::Duration;

use hsmod_plugin_api::testing::prelude::*;
use serde_json::Value;

use super::*;

const URL: &str = "https://antispam.example.com/api";
const ALICE: &str = "@alice:example.com";
const EVE: &str = "@eve:example.org";
const ROOM: &str = "!r:example.com";

fn host() -> FakeHost {
    FakeHost::new("example.com")
}

fn answering(status: u16, body: &str) -> FakeHost {
    let host = host();
    host.answer("http_request", HttpResponse::new(WebResponse::new(status, body)));
    host
}

/// The started module, with its URL and these keys.
fn module(host: &FakeHost, more: Value) -> TestModule {
    let mut config = json!({"base_url": URL});
    config.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    let module = TestModule::new(&MODULE, config, host).unwrap();
    block_on(module.start()).unwrap()
}

async fn invite(module: &TestModule) -> Verdict {
    module.spam_checker().user_may_invite(ALICE, EVE, ROOM).await.unwrap()
}

/// The path and body of each request so far. Checks that they are otherwise alike.
fn asked(host: &FakeHost) -> Vec<(String, Value)> {
    let requests = host.take_requests();
    let requests = requests.iter().filter(|request| request[0] == "http_request");
    let asked = requests.map(|request| {
        assert_eq!(request[1]["method"], "POST");
        let path = request[1]["url"].as_str().unwrap().strip_prefix(URL).unwrap();
        (path.to_owned(), serde_json::from_str(request[2].as_str().unwrap()).unwrap())
    });
    asked.collect()
}

#[test]
fn each_callback_asks_with_its_arguments() {
    let host = answering(200, "{}");
    let module = module(&host, json!({}));
    let ask = module.spam_checker();
    let alias = "#a:example.com";
    block_on(async {
        ask.user_may_join_room(ALICE, ROOM, true).await.unwrap();
        ask.user_may_invite(ALICE, EVE, ROOM).await.unwrap();
        ask.user_may_send_3pid_invite(ALICE, "email", "eve@example.org", ROOM).await.unwrap();
        ask.user_may_create_room(ALICE, Json("{}")).await.unwrap();
        ask.user_may_create_room_alias(ALICE, alias).await.unwrap();
        ask.user_may_publish_room(ALICE, ROOM).await.unwrap();
        let eve = UserProfile::new(EVE, Some("Eve"), None);
        ask.check_username_for_spam(&eve, ALICE).await.unwrap();
        let seen = [RequestInfo::new(Some("Element"), "::1"), RequestInfo::new(None, "127.0.0.1")];
        ask.check_login_for_spam(ALICE, Some("PHONE"), None, &seen[..], None).await.unwrap();
        ask.accept_make_join(EVE, ROOM).await.unwrap();
    });
    let expected = json!([
        ["/user_may_join_room", {"user": ALICE, "room": ROOM, "is_invited": true}],
        ["/user_may_invite", {"inviter": ALICE, "invitee": EVE, "room_id": ROOM}],
        ["/user_may_send_3pid_invite", {
            "inviter": ALICE, "medium": "email", "address": "eve@example.org", "room_id": ROOM,
        }],
        ["/user_may_create_room", {"user_id": ALICE}],
        ["/user_may_create_room_alias", {"user_id": ALICE, "room_alias": alias}],
        ["/user_may_publish_room", {"user_id": ALICE, "room_id": ROOM}],
        ["/check_username_for_spam", {
            "user_profile": {"user_id": EVE, "display_name": "Eve", "avatar_url": null},
            "requester_id": ALICE,
        }],
        ["/check_login_for_spam", {
            "user_id": ALICE, "device_id": "PHONE", "initial_display_name": null,
            "request_info": [["Element", "::1"], [null, "127.0.0.1"]], "auth_provider_id": null,
        }],
        ["/accept_make_join", {"user": EVE, "room": ROOM}],
    ]);
    assert_eq!(json!(asked(&host)), expected);
}

#[test]
fn the_service_sees_events_as_clients_do() {
    let host = answering(200, "{}");
    let module = module(&host, json!({}));
    let whole = event("m.room.member")
        .sender(ALICE)
        .room(ROOM)
        .state_key(EVE)
        .content(json!({"membership": "invite"}))
        .field("unsigned", json!({"age": 1}))
        .field("redacts", "$x")
        .field("depth", 7)
        .field("hashes", json!({"sha256": "x"}))
        .field("signatures", json!({"example.com": {}}))
        .field("auth_events", json!(["$c"]))
        .field("prev_events", json!(["$d"]))
        .build();
    let message = event("m.room.message").room(ROOM).without("unsigned").build();
    block_on(async {
        module.spam_checker().federated_user_may_invite(&whole).await.unwrap();
        module.spam_checker().check_event_for_spam(&message).await.unwrap();
    });
    let [(first, invite), (second, message)] = &asked(&host)[..] else { panic!("not two") };
    assert_eq!((&**first, &**second), ("/federated_user_may_invite", "/check_event_for_spam"));
    let keys = |event: &Value| {
        let keys: Vec<_> = event["event"].as_object().unwrap().keys().cloned().collect();
        keys.join(" ")
    };
    assert_eq!(
        keys(invite),
        "content event_id origin_server_ts redacts room_id sender state_key type unsigned"
    );
    assert_eq!(invite["event"]["unsigned"], json!({"age": 1}));
    assert_eq!(keys(message), "content event_id origin_server_ts room_id sender type unsigned");
    assert_eq!(message["event"]["unsigned"], json!({}));
}

#[test]
fn numbers_of_events_stay_as_they_are() {
    let host = answering(200, "{}");
    let module = module(&host, json!({}));
    let text = r#"{"event_id":"$e","room_id":"!r:x","sender":"@a:x","type":"t","origin_server_ts":1,"content":{"n":123456789012345678901234567890,"f":1.50}}"#;
    let event = OwnedEvent::from_json(text).unwrap();
    block_on(module.spam_checker().check_event_for_spam(&event)).unwrap();
    let body = host.requests()[0][2].as_str().unwrap().to_owned();
    assert!(body.contains(r#"{"n":123456789012345678901234567890,"f":1.50}"#), "{body}");
}

#[test]
fn the_token_is_sent_and_shown_nowhere_else() {
    let file = std::env::temp_dir().join(format!("http_antispam-{}", std::process::id()));
    std::fs::write(&file, " from a file\n").unwrap();
    let path = file.to_str().unwrap();
    for (keys, expected) in [
        (json!({}), None),
        (json!({"authorization": null, "authorization_path": null}), None),
        (json!({"authorization": "itself"}), Some("Bearer itself")),
        (json!({"authorization_path": path}), Some("Bearer from a file")),
        (json!({"authorization": "itself", "authorization_path": path}), Some("Bearer itself")),
        (
            json!({"authorization": "itself", "authorization_path": "/nowhere"}),
            Some("Bearer itself"),
        ),
    ] {
        let host = answering(200, "{}");
        block_on(invite(&module(&host, keys.clone())));
        let requests = host.requests();
        let headers = requests[0][1]["headers"].as_array().unwrap();
        let found: Vec<_> = headers.iter().filter(|header| header[0] == "Authorization").collect();
        let expected: Vec<_> =
            expected.map(|value| json!(["Authorization", value])).into_iter().collect();
        assert_eq!(found, expected.iter().collect::<Vec<_>>(), "{keys}");
    }
    std::fs::remove_file(&file).unwrap();
}

#[test]
fn success_with_json_allows() {
    for status in [200, 201, 299] {
        for body in ["{}", "null", "[1]", "3", r#"{"errcode": "M_FORBIDDEN"}"#] {
            let host = answering(status, body);
            assert_eq!(
                block_on(invite(&module(&host, json!({})))),
                Verdict::Allow,
                "{status} {body}"
            );
        }
    }
}

#[test]
fn an_object_with_another_status_is_what_the_client_sees() {
    let forbidden = || Verdict::deny(ErrorCode::Forbidden);
    for (body, expected) in [
        ("{}", forbidden()),
        (r#"{"errcode": "M_USER_LOCKED"}"#, Verdict::deny(ErrorCode::UserLocked)),
        (
            r#"{"errcode": "M_LIMIT_EXCEEDED", "error": "slow down", "retry_after_ms": 5}"#,
            Verdict::deny(ErrorCode::LimitExceeded)
                .field("error", "slow down")
                .field("retry_after_ms", 5),
        ),
        (r#"{"errcode": "ORG.EXAMPLE"}"#, forbidden().field("errcode", "ORG.EXAMPLE")),
        (r#"{"errcode": 3}"#, forbidden().field("errcode", 3)),
        (r#"{"error": "no"}"#, forbidden().field("error", "no")),
    ] {
        for status in [302, 400, 403, 404, 500, 502] {
            let host = answering(status, body);
            let fail_open = json!({"fail_open": {"user_may_invite": true}});
            assert_eq!(block_on(invite(&module(&host, fail_open))), expected, "{status} {body}");
        }
    }
}

/// The verdicts on a message and on an invite.
fn both(host: &FakeHost, fail_open: Value) -> (Verdict, Verdict) {
    let module = module(host, json!({"fail_open": fail_open}));
    let message = event("m.room.message").build();
    let event = block_on(module.spam_checker().check_event_for_spam(&message)).unwrap();
    (event, block_on(invite(&module)))
}

#[test]
fn invalid_answers_allow_events_unless_configured_otherwise() {
    let failed = "Failed to connect to antispam server";
    let unexpected = "Unexpected response from antispam server";
    let down = host();
    down.fail("http_request", ModuleError::new("it is down"));
    let mut cases = vec![(down, failed)];
    for (status, told) in [(200, failed), (204, failed), (302, unexpected), (500, unexpected)] {
        for body in ["", "<html>", "{", "{} {}", "\u{feff}{}"] {
            cases.push((answering(status, body), told));
        }
    }
    for body in ["[]", "3", "null", r#""M_FORBIDDEN""#] {
        cases.push((answering(403, body), unexpected));
    }
    for (host, told) in cases {
        let denied = Verdict::deny(ErrorCode::Unknown).message(told);
        let (yes, no) = (&Verdict::Allow, &denied);
        for (fail_open, (event, invite)) in [
            (json!({}), (yes, no)),
            (json!({"user_may_invite": true}), (yes, yes)),
            (json!({"check_event_for_spam": false}), (no, no)),
            (json!({"check_event_for_spam": false, "user_may_invite": true}), (no, yes)),
        ] {
            let (found_event, found_invite) = both(&host, fail_open.clone());
            assert_eq!((&found_event, &found_invite), (event, invite), "{fail_open} {told}");
        }
    }
}

#[test]
fn a_user_is_hidden_by_a_denial_alone() {
    let ask = |host: &FakeHost, fail_open: bool| {
        let module = module(host, json!({"fail_open": {"check_username_for_spam": fail_open}}));
        let eve = UserProfile::new(EVE, None, None);
        block_on(module.spam_checker().check_username_for_spam(&eve, ALICE)).unwrap()
    };
    for (status, body, open, closed) in [
        (200, "{}", DirectoryVisibility::Visible, DirectoryVisibility::Visible),
        (403, "{}", DirectoryVisibility::Hidden, DirectoryVisibility::Hidden),
        (403, "", DirectoryVisibility::Visible, DirectoryVisibility::Hidden),
    ] {
        let host = answering(status, body);
        assert_eq!((ask(&host, true), ask(&host, false)), (open, closed), "{status} {body}");
    }
}

#[test]
fn async_callbacks_allow_at_once_and_notify_the_service() {
    for host in [answering(403, "{}"), answering(500, ""), answering(200, "{}")] {
        let module = module(&host, json!({"async": {"user_may_invite": true}}));
        let gate = host.hold("http_request");
        assert_eq!(block_on(invite(&module)), Verdict::Allow);
        block_on(module.advance(Duration::ZERO));
        assert_eq!(gate.waiting(), 1);
        gate.open();
        block_on(module.advance(Duration::ZERO));
        let told = json!({"inviter": ALICE, "invitee": EVE, "room_id": ROOM});
        assert_eq!(asked(&host), [("/user_may_invite".to_owned(), told)]);
        assert_eq!(module.take_failures(), []);
    }
    let host = answering(403, "{}");
    let not = module(&host, json!({"async": {"user_may_invite": false}}));
    assert_eq!(block_on(invite(&not)), Verdict::deny(ErrorCode::Forbidden));
}

#[test]
fn it_registers_what_is_enabled_and_what_there_is() {
    let all: Vec<String> =
        HttpAntispam::WRITTEN.iter().map(|name| format!("spam_checker.{name}")).collect();
    assert_eq!(all.len(), 11);
    let rare = "spam_checker.accept_make_join";
    assert_eq!(module(&host(), json!({})).callbacks(), all);
    for names in [json!(["user_may_invite"]), json!(["user_may_invite", "user_may_invite"])] {
        let one = module(&host(), json!({"enabled_callbacks": names}));
        assert_eq!(one.callbacks(), ["spam_checker.user_may_invite"]);
    }
    assert_eq!(module(&host(), json!({"enabled_callbacks": []})).callbacks(), [] as [&str; 0]);

    let without = host();
    without.lack(rare);
    without.lack("spam_checker.check_login_for_spam");
    let found = module(&without, json!({}));
    assert_eq!(found.callbacks().len(), 9);
    assert!(!found.callbacks().iter().any(|name| name == rare));
    let listed = json!({"enabled_callbacks": ["user_may_invite", "accept_make_join"]});
    assert_eq!(module(&without, listed.clone()).callbacks(), ["spam_checker.user_may_invite"]);
    assert_eq!(module(&host(), listed).callbacks(), ["spam_checker.user_may_invite", rare]);
    let listed = json!({"base_url": URL, "enabled_callbacks": ["check_login_for_spam"]});
    assert_eq!(
        TestModule::new(&MODULE, listed, &without).unwrap_err().to_string(),
        "`check_login_for_spam` is listed under `enabled_callbacks`, but this homeserver never \
         calls it: remove it from the list"
    );
}

#[test]
fn the_limits_are_those_of_the_config() {
    for (keys, timeout, bytes) in
        [(json!({}), 9_000, 65_536), (json!({"timeout_ms": 1, "max_response_bytes": 2}), 1, 2)]
    {
        let host = answering(200, "{}");
        block_on(invite(&module(&host, keys)));
        let head = &host.requests()[0][1];
        let found = (&head["timeout_ms"], &head["max_response_bytes"], &head["follow_redirects"]);
        assert_eq!(found, (&json!(timeout), &json!(bytes), &json!(false)));
    }
}
