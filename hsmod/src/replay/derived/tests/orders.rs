//! Compares the order of calls with recordings from a real Synapse, one for each kind of request.

use hsmod_tests::build;

use super::*;

/// The derived callbacks that the recording module registered.
const RECORDED: &[&str] = &[
    "is_user_expired",
    "on_create_room",
    "get_ratelimit_override_for_user",
    "user_may_create_room",
    "check_visibility_can_be_modified",
    "user_may_create_room_alias",
    "user_may_join_room",
    "user_may_invite",
    "user_may_send_state_event",
];

/// The callbacks that Synapse called for a request, without the events' own, which a replay calls
/// for every event.
fn recorded(request: &str) -> Vec<String> {
    let file = build::workspace().join("tests/data/client-visible/orders.jsonl");
    let lines = std::fs::read_to_string(file).unwrap();
    let mut lines = lines.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
    let line = lines.find(|line| line["request"] == request).unwrap();
    let calls = line["calls"].as_array().unwrap().iter().map(|call| call.as_str().unwrap());
    let name = |call: &str| call.split('(').next().unwrap_or_default().to_owned();
    calls.map(name).filter(|name| RECORDED.contains(&&**name)).collect()
}

/// The callbacks that a replay calls for the events after the first `before`.
async fn asked(before: usize, events: &[Value]) -> Vec<String> {
    let after = |count: usize| {
        let events = &events[..count];
        async move {
            let modules = recorder(RECORDED, json!({}), json!({})).await;
            send(&modules, events).await;
            seen(&modules).await
        }
    };
    let already = after(before).await.len();
    let calls = after(events.len()).await;
    calls[already..].iter().map(|call| call[0].as_str().unwrap().to_owned()).collect()
}

#[tokio::test]
async fn a_request_is_asked_about_in_the_order_of_synapse() {
    let message = vec![event(1, "@a:x", "m.room.message", json!({}))];
    assert_eq!(asked(0, &message).await, recorded("PUT send"));

    let topic = vec![state(1, "@a:x", "m.room.topic", "", json!({"topic": "t"}))];
    assert_eq!(asked(0, &topic).await, recorded("PUT state topic"));

    let named = |number: i64, name: &str| {
        let content = json!({"membership": "join", "displayname": name});
        state(number, "@a:x", "m.room.member", "@a:x", content)
    };
    assert_eq!(asked(0, &[named(1, "A")]).await, recorded("POST join"));
    let renamed = [named(1, "A"), named(2, "B")];
    assert_eq!(asked(1, &renamed).await, recorded("PUT profile/displayname (user in N rooms)"));

    let first = at_once(vec![
        state(1, "@a:x", "m.room.create", "", json!({"room_version": "12"})),
        member(2, "@a:x", "@a:x", "join"),
        state(3, "@a:x", "m.room.power_levels", "", json!({})),
        state(4, "@a:x", "m.room.canonical_alias", "", json!({"alias": "#alias:x"})),
        state(5, "@a:x", "m.room.join_rules", "", json!({"join_rule": "public"})),
        state(6, "@a:x", "m.room.history_visibility", "", json!({"history_visibility": "shared"})),
        member(7, "@a:x", "@b:x", "invite"),
    ]);
    assert_eq!(asked(0, &first).await, recorded("POST createRoom(public, alias, invite)"));
}
