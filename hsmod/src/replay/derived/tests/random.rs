//! Properties that hold for any history.

use proptest::prelude::*;

use super::super::acts::ROWS;
use super::*;

/// An event in one of two rooms, from a good or bad local user or from a user of another server.
fn any_event() -> impl Strategy<Value = Value> {
    let user = prop::sample::select(vec!["@a:x", "@bad:x", "@c:y"]);
    let membership = prop::sample::select(vec!["join", "invite", "leave", "knock", "ban"]);
    let name = prop::sample::select(vec!["A", "B"]);
    let members = (user.clone(), user.clone(), membership, name).prop_map(
        |(sender, user, membership, name)| {
            let content = json!({"membership": membership, "displayname": name});
            state(0, sender, "m.room.member", user, content)
        },
    );
    let create = json!({"room_version": "10"});
    let alias = json!({"alias": "#a:x"});
    let contents = vec![
        ("m.room.create", true, create),
        ("m.room.canonical_alias", true, alias),
        ("m.room.topic", true, json!({"topic": "bad"})),
        ("m.room.message", false, json!({"body": "bad"})),
        ("m.room.message", false, json!({"body": "good"})),
    ];
    let others = (user, prop::sample::select(contents)).prop_map(
        |(sender, (event_type, is_state, content))| match is_state {
            true => state(0, sender, event_type, "", content),
            false => event(0, sender, event_type, content),
        },
    );
    let room = prop::sample::select(vec!["!r:x", "!s:y"]);
    (prop_oneof![members, others], room, 0..3_i64).prop_map(|(mut event, room, apart)| {
        event["room_id"] = room.into();
        event["apart"] = (apart * 6_000).into();
        event
    })
}

fn numbered(mut events: Vec<Value>) -> Vec<Value> {
    let mut now = 0;
    for (number, event) in events.iter_mut().enumerate() {
        now += event["apart"].as_i64().unwrap();
        event["event_id"] = format!("${number}").into();
        event["origin_server_ts"] = now.into();
    }
    events
}

/// Whether the calls are those of a sequence of actions, the last of which may be incomplete.
fn are_of_acts(calls: &[&str]) -> bool {
    calls.is_empty()
        || ROWS.iter().any(|row| {
            let mut rest = calls;
            for callback in row.asks {
                let before = rest.len();
                while let [first, behind @ ..] = rest
                    && *first == callback.name()
                {
                    rest = behind;
                    // This callback is called once for each limiter.
                    if *first != "get_ratelimit_override_for_user" {
                        break;
                    }
                }
                if rest.is_empty() {
                    return true;
                }
                let may_lack = ["get_ratelimit_override_for_user", "user_may_create_room_alias"];
                if rest.len() == before && !may_lack.contains(&callback.name()) {
                    return false;
                }
            }
            are_of_acts(rest)
        })
}

/// The callback that refused the event, unless it is one of the event's own.
fn derived_refusal(outcome: &Outcome) -> Option<&'static str> {
    let (Outcome::Denied { refusal, .. } | Outcome::Failed { refusal, .. }) = outcome else {
        return None;
    };
    let full_name = refusal.error.callback();
    let own = Callback::OWN.iter().any(|callback| callback.full_name() == full_name);
    (!own).then_some(full_name)
}

async fn check(events: Vec<Value>) -> Result<(), TestCaseError> {
    let denied: serde_json::Map<String, Value> =
        asked_at_once().iter().map(|name| ((*name).to_owned(), json!({"bad": "deny"}))).collect();
    let callbacks = [asked_at_once(), vec!["on_new_event"]].concat();
    let modules = recorder(&callbacks, json!({}), denied.into()).await;
    let (rooms, outcomes) = send(&modules, &events).await;
    prop_assert_eq!(outcomes.len(), events.len());

    // The counted calls are those that the module received.
    let called: serde_json::Map<String, Value> = modules.counts()[0]
        .callbacks
        .iter()
        .map(|(policy, counts)| (policy.full_name.to_owned(), counts.called.into()))
        .collect();
    let mut asked = serde_json::to_value(rooms.reach()).unwrap()["asked"].take();
    let all = asked.as_object_mut().unwrap();
    prop_assert_eq!(all.len(), callbacks.len());
    all.retain(|_, times| *times != 0);
    prop_assert_eq!(asked, Value::Object(called));

    // The event's own callbacks come once, after those of its actions, unless one of these was
    // refused.
    let mut by_room: Vec<usize> = (0..events.len()).collect();
    let first = |at: &usize| events.iter().position(|e| e["room_id"] == events[*at]["room_id"]);
    by_room.sort_by_key(first);
    let seen = seen(&modules).await;
    let mut calls = seen.iter().filter(|call| call[0] != "on_new_event").peekable();
    for at in by_room {
        let refused = derived_refusal(&outcomes[at]);
        let mut before = Vec::new();
        while let Some(call) = calls.next_if(|call| call[0] != "check_event_allowed") {
            before.push(call[0].as_str().unwrap());
            if refused.is_some_and(|name| name.ends_with(before[before.len() - 1]))
                && is_denied(call)
            {
                break;
            }
        }
        prop_assert!(are_of_acts(&before), "{:?} of {}", before, events[at]);
        if let Some(refused) = refused {
            prop_assert!(before.last().is_some_and(|last| refused.ends_with(last)));
            continue;
        }
        let own = calls.next();
        prop_assert_eq!(own.map(|call| &call[1]["event_id"]), Some(&events[at]["event_id"]));
        if calls.peek().is_some_and(|call| call[0] == "check_event_for_spam") {
            calls.next();
        }
    }
    prop_assert_eq!(calls.next(), None);
    Ok(())
}

/// Decides as the module does.
fn is_denied(call: &[Value]) -> bool {
    call[1..].iter().any(|argument| argument.to_string().contains("bad"))
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn every_event_is_decided_once_and_what_is_asked_has_its_order(
        events in prop::collection::vec(any_event(), 0..24)
    ) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(check(numbered(events)))?;
    }
}
