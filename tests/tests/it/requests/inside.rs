//! Tests which requests are allowed inside a callback: not those that need the lock of a room that
//! the homeserver holds.

use std::sync::Arc;

use hsmod_loader::requests::REQUESTS;
use hsmod_loader::{Json, Modules, State};
use serde_json::{Value, json};

use super::asker::{ask, ask_during, both, told, unanswered};
use super::cases::{answers, arguments};
use super::host::{Behaviour, Homeserver, KNOWN, host};
use crate::support::message;

const HELD: &str = "!held:b";

/// The argument that names the room whose lock a request needs.
fn locks(name: &str) -> Option<&'static str> {
    let row = REQUESTS.iter().copied().flatten().find(|row| row.name == name).unwrap();
    row.locks
}

#[test]
fn requests_that_change_a_room_need_its_lock() {
    let locking: Vec<&str> =
        KNOWN.iter().map(|request| request.0).filter(|name| locks(name).is_some()).collect();
    assert_eq!(
        locking,
        [
            "delete_room",
            "shutdown_room",
            "create_and_send_event_into_room",
            "update_room_membership"
        ]
    );
}

#[tokio::test]
async fn a_request_that_needs_the_lock_that_is_held_is_refused() {
    let server = Homeserver::new(Behaviour::Panic);
    for (how, modules) in both(&host(&server), json!({})).await {
        for request in KNOWN {
            let name = request.0;
            let answer = answers(request).swap_remove(0);
            let answered = json!({"answer": answer});
            server.behave(Behaviour::Slowly(answer));
            let [_, mut arguments, _] = arguments(request);
            let elsewhere = ask(&modules, name, &arguments);
            let outcome = modules.in_room(HELD, elsewhere).await;
            assert!(outcome == answered, "{how}: {name} in another room: {outcome}");
            for (argument, _) in request.1.iter().filter(|(_, kind)| kind.contains("RoomId")) {
                arguments[*argument] = json!(HELD);
            }
            let outcome = ask(&modules, name, &arguments).await;
            assert!(outcome == answered, "{how}: {name} without a lock: {outcome}");
            let outcome = modules.in_room(HELD, ask(&modules, name, &arguments)).await;
            if locks(name).is_none() {
                assert!(outcome == answered, "{how}: {name} needs no lock: {outcome}");
                continue;
            }
            let message = format!(
                "`{name}` is not answered here: the homeserver holds the lock of {HELD} while it \
                 waits for this callback; ask in `api.run_as_background_process`, and do not await \
                 that in the callback"
            );
            assert_eq!(unanswered(&outcome), ("WouldDeadlock", &*message), "{how}");
            let spawned = {
                let modules = modules.clone();
                async move { ask(&modules, name, &arguments).await }
            };
            let outcome = modules.in_room(HELD, async { tokio::spawn(spawned).await }).await;
            assert!(outcome.unwrap() == answered, "{how}: {name} from a task of its own");
        }
    }
}

#[tokio::test]
async fn a_homeserver_says_which_requests_need_the_lock() {
    let server = Homeserver::new(Behaviour::Answer(Value::Null));
    let host = host(&server).locks(["delete_room"]);
    for (how, modules) in both(&host, json!({})).await {
        let delete = json!({"room_id": HELD});
        let outcome = modules.in_room(HELD, ask(&modules, "delete_room", &delete)).await;
        assert_eq!(unanswered(&outcome).0, "WouldDeadlock", "{how}");
        let shutdown = json!({"room_id": HELD, "options": {}});
        let outcome = modules.in_room(HELD, ask(&modules, "shutdown_room", &shutdown)).await;
        assert_eq!(outcome, json!({"answer": null}), "{how}");
    }
}

/// A request that needs no lock, and one that needs the room's.
fn read_and_delete() -> Value {
    let args = json!({"room_id": HELD});
    json!([
        {"request": "get_canonical_room_alias", "args": args},
        {"request": "delete_room", "args": args},
    ])
}

/// The outcomes of the two: answered, or the reason why not.
async fn outcomes(modules: &Modules) -> Vec<String> {
    let told: Vec<Value> = serde_json::from_value(told(modules).await).unwrap();
    let shown = |outcome: &Value| match outcome.get("answer") {
        Some(_) => "answered".to_owned(),
        None => unanswered(outcome).0.to_owned(),
    };
    told.iter().map(shown).collect()
}

#[tokio::test]
async fn callbacks_ask_while_the_homeserver_holds_the_lock() {
    let server = Homeserver::new(Behaviour::Slowly(Value::Null));
    for (how, modules) in both(&host(&server), json!({})).await {
        let (spam_checker, third_party_rules) =
            (modules.spam_checker(), modules.third_party_rules());
        let (state, event) = (State::new(Arc::new(())), message("@a:b", "meow"));
        let invite = async || spam_checker.user_may_invite("@a:b", "@b:b", HELD).await.map(drop);
        let check =
            async || third_party_rules.check_event_allowed(Json(&event), &state).await.map(drop);

        ask_during(&modules, "user_may_invite", read_and_delete()).await;
        let failed = modules.in_room(HELD, invite()).await.unwrap_err();
        assert!(failed.to_string().contains("holds the lock of !held:b"), "{how}: {failed}");
        assert_eq!(outcomes(&modules).await, ["answered", "WouldDeadlock"], "{how}");
        modules.in_room("!other:b", invite()).await.unwrap();
        assert_eq!(outcomes(&modules).await, ["answered", "answered"], "{how}");

        ask_during(&modules, "check_event_allowed", read_and_delete()).await;
        let both_held = modules.in_room("!other:b", modules.in_room(HELD, check()));
        both_held.await.unwrap_err();
        assert_eq!(outcomes(&modules).await, ["answered", "WouldDeadlock"], "{how}");
        check().await.unwrap();
        assert_eq!(outcomes(&modules).await, ["answered", "answered"], "{how}");
    }
}

#[tokio::test]
async fn a_notification_is_told_from_elsewhere_and_may_ask_for_everything() {
    let server = Homeserver::new(Behaviour::Slowly(Value::Null));
    for (how, modules) in both(&host(&server), json!({})).await {
        ask_during(&modules, "on_new_event", read_and_delete()).await;
        let third_party_rules = modules.third_party_rules();
        let (state, event) = (State::new(Arc::new(())), message("@a:b", "meow"));
        let told = async {
            third_party_rules.on_new_event(Json(&event), &state).await.unwrap().await.unwrap();
        };
        modules.in_room(HELD, told).await;
        assert_eq!(outcomes(&modules).await, ["answered", "answered"], "{how}");
    }
}
