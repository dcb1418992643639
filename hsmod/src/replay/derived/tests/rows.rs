//! Tests each row of the table with its own history.

use super::super::acts::{Kind, ROWS};
use super::*;

/// A history: events that only prepare it, and the events under test.
struct Case {
    kind: Kind,
    before: Vec<Value>,
    events: Vec<Value>,
    /// The expected calls for `events`, without their own callbacks.
    asked: Value,
}

fn case(kind: Kind, before: Vec<Value>, events: Vec<Value>, asked: Value) -> Case {
    Case { kind, before, events, asked }
}

fn create(number: i64, content: Value) -> Value {
    state(number, "@a:x", "m.room.create", "", content)
}

fn named(number: i64, room: &str, name: &str) -> Value {
    let content = json!({"membership": "join", "displayname": name});
    let mut event = state(number, "@a:x", "m.room.member", "@a:x", content);
    event["room_id"] = room.into();
    event
}

/// Cases of rooms that local users create.
fn creations() -> Vec<Case> {
    let first = at_once(vec![
        create(1, json!({"room_version": "10"})),
        member(2, "@a:x", "@a:x", "join"),
        state(3, "@a:x", "m.room.power_levels", "", json!({})),
        state(4, "@a:x", "m.room.canonical_alias", "", json!({"alias": "#alias:x"})),
        state(5, "@a:x", "m.room.join_rules", "", json!({"join_rule": "public"})),
        state(6, "@a:x", "m.room.name", "", json!({"name": "A name"})),
        member(7, "@a:x", "@b:y", "invite"),
    ]);
    let request = json!({
        "room_version": "10", "visibility": "public", "preset": "public_chat", "name": "A name",
        "room_alias_name": "alias", "invite": ["@b:y"],
    });
    let upgraded = json!({"room_version": "11", "predecessor": {"room_id": "!old:x"}});
    let upgrade = at_once(vec![
        create(1, upgraded.clone()),
        member(2, "@a:x", "@a:x", "join"),
        state(3, "@a:x", "m.room.topic", "", json!({"topic": "old"})),
        member(4, "@a:x", "@bad:x", "ban"),
    ]);
    let topic = json!({"type": "m.room.topic", "state_key": "", "content": {"topic": "old"}});
    let config = json!({"creation_content": upgraded, "initial_state": [topic]});
    vec![
        case(
            Kind::CreateRoom,
            Vec::new(),
            first[..6].to_vec(),
            json!([
                ["is_user_expired", "@a:x"],
                ["on_create_room", "@a:x", without(&request, "invite"), false],
                ["user_may_create_room", "@a:x", without(&request, "invite")],
                ["check_visibility_can_be_modified", "!r:x", "public"],
                ["user_may_create_room_alias", "@a:x", "#alias:x"],
            ]),
        ),
        case(
            Kind::InviteWithRoom,
            Vec::new(),
            first,
            json!([
                ["is_user_expired", "@a:x"],
                ["on_create_room", "@a:x", request.clone(), false],
                ["get_ratelimit_override_for_user", "@a:x", "rc_invites.per_room"],
                ["user_may_create_room", "@a:x", request],
                ["check_visibility_can_be_modified", "!r:x", "public"],
                ["user_may_create_room_alias", "@a:x", "#alias:x"],
                ["user_may_invite", "@a:x", "@b:y", "!r:x"],
            ]),
        ),
        case(
            Kind::UpgradeRoom,
            Vec::new(),
            upgrade,
            json!([["is_user_expired", "@a:x"], ["user_may_create_room", "@a:x", config]]),
        ),
    ]
}

fn without(request: &Value, key: &str) -> Value {
    let mut request = request.clone();
    request.as_object_mut().unwrap().remove(key);
    request
}

/// Cases of memberships.
fn memberships() -> Vec<Case> {
    vec![
        case(
            Kind::Join,
            vec![member(1, "@b:y", "@a:x", "invite")],
            vec![member(2, "@a:x", "@a:x", "join"), member(3, "@c:x", "@c:x", "join")],
            json!([
                ["is_user_expired", "@a:x"],
                ["user_may_join_room", "@a:x", "!r:x", true],
                ["is_user_expired", "@c:x"],
                ["user_may_join_room", "@c:x", "!r:x", false],
            ]),
        ),
        case(
            Kind::SetProfile,
            vec![named(1, "!r:x", "A"), named(2, "!s:x", "A")],
            vec![named(3, "!r:x", "B")],
            json!([
                ["is_user_expired", "@a:x"],
                ["on_profile_update", "@a:x", {"display_name": "B", "avatar_url": null}, false, false],
                ["user_may_join_room", "@a:x", "!r:x", false],
            ]),
        ),
        case(
            Kind::ShowProfile,
            vec![named(1, "!r:x", "A"), named(2, "!s:x", "A"), named(3, "!r:x", "B")],
            vec![named(4, "!s:x", "B")],
            json!([["user_may_join_room", "@a:x", "!s:x", false]]),
        ),
        case(
            Kind::Invite,
            vec![member(1, "@a:x", "@a:x", "join")],
            vec![member(2, "@a:x", "@b:y", "invite")],
            json!([
                ["is_user_expired", "@a:x"],
                ["get_ratelimit_override_for_user", "@a:x", "rc_invites.per_room"],
                ["get_ratelimit_override_for_user", "@a:x", "rc_invites.per_user"],
                ["get_ratelimit_override_for_user", "@a:x", "rc_invites.per_issuer"],
                ["user_may_invite", "@a:x", "@b:y", "!r:x"],
            ]),
        ),
        case(
            Kind::Send,
            Vec::new(),
            vec![
                member(1, "@a:x", "@a:x", "knock"),
                member(2, "@a:x", "@c:x", "ban"),
                event(3, "@a:x", "m.room.redaction", json!({})),
                state(4, "@a:x", "m.room.third_party_invite", "token", json!({})),
                state(5, "@a:x", "m.room.member", "@c:x", json!({})),
            ],
            json!(vec![["is_user_expired", "@a:x"]; 5]),
        ),
    ]
}

/// Cases of state events, and of events from other servers.
fn others() -> Vec<Case> {
    let alias = |number: i64, alias: &str, others: &[&str]| {
        let content = json!({"alias": alias, "alt_aliases": others});
        state(number, "@a:x", "m.room.canonical_alias", "", content)
    };
    let named = alias(2, "#new:x", &["#old:x", "#other:y", "#second:x"]);
    let sends = |event: &Value| {
        let content = event["content"].clone();
        json!(["user_may_send_state_event", "@a:x", "!r:x", event["type"], "", content])
    };
    let topic = state(1, "@a:x", "m.room.topic", "", json!({"topic": "t"}));
    let (remote, invite) =
        (event(1, "@b:y", "m.room.message", json!({})), member(2, "@b:y", "@a:x", "invite"));
    vec![
        case(
            Kind::CreateAlias,
            vec![alias(1, "#old:x", &[])],
            vec![named.clone()],
            json!([
                ["is_user_expired", "@a:x"],
                ["user_may_create_room_alias", "@a:x", "#new:x"],
                ["is_user_expired", "@a:x"],
                ["user_may_create_room_alias", "@a:x", "#second:x"],
                ["is_user_expired", "@a:x"],
                sends(&named),
            ]),
        ),
        case(
            Kind::SendState,
            Vec::new(),
            vec![topic.clone()],
            json!([["is_user_expired", "@a:x"], sends(&topic)]),
        ),
        case(
            Kind::Receive,
            Vec::new(),
            vec![remote, member(3, "@b:y", "@c:z", "invite")],
            json!([["should_drop_federated_event", "$1"], ["should_drop_federated_event", "$3"]]),
        ),
        case(
            Kind::ReceiveInvite,
            Vec::new(),
            vec![invite],
            json!([
                ["should_drop_federated_event", "$2"],
                ["federated_user_may_invite", "$2"],
                ["user_may_invite", "@b:y", "@a:x", "!r:x"],
            ]),
        ),
    ]
}

/// Shortens a call to the form of a case: an event is its ID, a requester its user, and states are
/// left out.
fn short(call: &[Value]) -> Value {
    let callback = call[0].as_str().unwrap();
    let argument = |argument: &Value| match callback {
        "should_drop_federated_event" | "federated_user_may_invite" => argument["event_id"].clone(),
        "on_create_room" if argument.get("user").is_some() => argument["user"].clone(),
        _ => argument.clone(),
    };
    let kept = call[1..].iter().enumerate().filter(|(at, _)| {
        // The state of a room that does not exist yet.
        callback != "check_visibility_can_be_modified" || *at != 1
    });
    let arguments = kept.map(|(_, value)| argument(value));
    std::iter::once(call[0].clone()).chain(arguments).collect()
}

/// The calls for the events under test.
async fn asked(case: &Case) -> Value {
    let derived: Vec<&str> = Callback::ALL
        .iter()
        .filter(|callback| !Callback::OWN.contains(callback))
        .map(|callback| callback.name())
        .collect();
    let modules = recorder(&derived, json!({}), json!({})).await;
    let mut rooms = Rooms::new(&modules, "x", 1, None);
    let lines = |events: &[Value]| events.iter().map(|event| Ok(owned(event))).collect();
    rooms.run(lines(&case.before), &[]).await;
    let already = seen(&modules).await.len();
    rooms.run(lines(&case.events), &[]).await;
    seen(&modules).await[already..].iter().map(|call| short(call)).collect()
}

#[tokio::test]
async fn each_row_is_shown_by_a_history() {
    let cases: Vec<Case> = [creations(), memberships(), others()].into_iter().flatten().collect();
    for case in &cases {
        assert_eq!(asked(case).await, case.asked, "{:?}", case.kind);
    }
    for row in ROWS {
        assert!(cases.iter().any(|case| case.kind == row.kind), "no case of {:?}", row.kind);
    }
}

#[tokio::test]
async fn events_without_their_own_request_lead_to_no_calls() {
    let exchanged = json!({"membership": "invite", "third_party_invite": {"signed": {}}});
    let events = vec![
        state(1, "@a:x", "m.room.tombstone", "", json!({"replacement_room": "!new:x"})),
        event(2, "@a:x", "org.matrix.dummy_event", json!({})),
        state(3, "@a:x", "m.room.member", "@c:x", exchanged),
    ];
    let nothing = case(Kind::Send, Vec::new(), events, json!([]));
    assert_eq!(asked(&nothing).await, nothing.asked);
}

#[tokio::test]
async fn changes_to_a_request_reach_later_callbacks() {
    let changed = json!({"visibility": "public", "room_alias_name": "other"});
    let answers = json!({"on_create_room": {"replace": changed}});
    let modules = recorder(&asked_at_once(), answers, json!({})).await;
    send(&modules, &[create(1, json!({}))]).await;
    let seen = seen(&modules).await;
    let of = |callback: &str| seen.iter().find(|call| call[0] == callback).unwrap();
    assert_eq!(of("user_may_create_room")[2], changed);
    assert_eq!(of("check_visibility_can_be_modified")[3], "public");
    assert_eq!(of("user_may_create_room_alias")[2], "#other:x");
}

#[tokio::test]
async fn first_events_in_a_later_section_belong_to_the_creation() {
    let modules = recorder(&["user_may_create_room"], json!({}), json!({})).await;
    let events = at_once(vec![
        create(1, json!({})),
        state(2, "@a:x", "m.room.name", "", json!({"name": "A name"})),
    ]);
    let mut rooms = Rooms::new(&modules, "x", 1, None);
    assert!(rooms.look_ahead());
    let lines = || vec![Ok(owned(&events[0]))];
    rooms.run(lines(), &[Ok(owned(&events[1]))]).await;
    assert_eq!(seen(&modules).await[0][2], json!({"visibility": "private", "name": "A name"}));
    rooms.clear().await;
    rooms.run(lines(), &[]).await;
    assert_eq!(seen(&modules).await[1][2], json!({"visibility": "private"}));
}

#[tokio::test]
async fn a_denied_join_does_not_change_the_state() {
    let answers = json!({"user_may_join_room": "deny"});
    let modules = recorder(&asked_at_once(), answers, json!({})).await;
    let events = vec![member(1, "@a:x", "@a:x", "join"), member(2, "@a:x", "@a:x", "join")];
    let (_, outcomes) = send(&modules, &events).await;
    for outcome in outcomes {
        let Outcome::Denied { refusal, .. } = outcome else { panic!("it is let through") };
        assert_eq!(refusal.error.callback(), "spam_checker.user_may_join_room");
        assert_eq!(refusal.by.as_deref(), Some("good_recorder"));
    }
    let own = seen(&modules).await.iter().filter(|call| call[0] == "check_event_allowed").count();
    assert_eq!(own, 0);
}
