//! Rooms, their members and their events.

use std::time::Duration;

use hsmod_plugin_api::prelude::*;
use hsmod_plugin_api::testing::FakeRoom;
use hsmod_plugin_api::testing::prelude::*;

use super::{ALICE, BOB, LOBBY, STRANGER, refused};

pub(super) async fn whole(host: &FakeHost, api: &ModuleApi) {
    let config = json!({
        "name": "Kitchen", "topic": "Food", "room_alias_name": "kitchen", "visibility": "public",
        "invite": ["@bob:example.com"],
        "initial_state": [{"type": "m.room.guest_access", "content": {"guest_access": "can_join"}}],
    });
    let (none, named) = (&json!(null), &json!({"displayname": "Cook"}));
    let create = async |user_id, profile| api.create_room(user_id, &config, true, profile).await;
    let created = create(ALICE, named).await.unwrap();
    assert_eq!(created.room_alias.as_deref(), Some("#kitchen:example.com"));
    assert_eq!(refused(create(ALICE, none).await), "409 M_ROOM_IN_USE");
    create(STRANGER, none).await.unwrap_err();
    let wrong = json!({"invite": "@bob:example.com"});
    assert_eq!(refused(api.create_room(ALICE, &wrong, true, none).await), "400 M_BAD_JSON");
    let kitchen = host.find_room(&created.room_id).unwrap();
    assert!(kitchen.is_public());
    for state in ["create", "name", "topic", "guest_access", "canonical_alias"] {
        assert!(kitchen.find_state(&format!("m.room.{state}"), "").is_some(), "{state}");
    }
    assert_eq!(kitchen.membership("@alice:example.com").as_deref(), Some("join"));
    let joined = |room: &FakeRoom, user_id: &str| {
        let member = room.find_state("m.room.member", user_id).unwrap();
        member.as_event().content::<serde_json::Value>().unwrap()
    };
    assert_eq!(
        joined(&kitchen, "@alice:example.com"),
        json!({"membership": "join", "displayname": "Cook"})
    );
    let carol = UserId::new("@carol:example.com");
    let other = api.create_room(carol, &json!({}), false, none).await.unwrap();
    let other = host.find_room(&other.room_id).unwrap();
    let carols = json!({"membership": "join", "displayname": "Carol"});
    assert_eq!(joined(&other, "@carol:example.com"), carols);
    assert_eq!(kitchen.membership("@bob:example.com").as_deref(), Some("invite"));

    let version = async |version: &str| {
        api.create_room(ALICE, &json!({"room_version": version}), false, none).await
    };
    // The room's ID is derived from the event that creates it, which has no `room_id`.
    let hydra = host.find_room(&version("12").await.unwrap().room_id).unwrap();
    let create = hydra.find_state("m.room.create", "").unwrap().as_event();
    assert_eq!((create.room_id().as_str(), create.names_room()), (hydra.room_id(), true));
    assert!(create.json().parse::<JsonObject>().unwrap().get("room_id").is_none());
    assert_eq!(hydra.membership("@alice:example.com").as_deref(), Some("join"));
    version("11").await.unwrap();
    assert_eq!(refused(version("13").await), "400 M_UNSUPPORTED_ROOM_VERSION");

    let lobby = api.lookup_room_alias(RoomAlias::new("#lobby:example.com")).await.unwrap();
    assert_eq!((&*lobby.room_id, &*lobby.servers[0]), (LOBBY.as_str(), "example.com"));
    let nowhere = api.lookup_room_alias(RoomAlias::new("#nowhere:example.com")).await;
    assert_eq!(refused(nowhere), "404 M_NOT_FOUND");
    let alias = api.get_canonical_room_alias(LOBBY).await.unwrap();
    assert_eq!(alias.as_deref(), Some("#lobby:example.com"));

    let list = api.public_room_list_manager();
    assert_eq!(list.room_is_in_public_room_list(LOBBY).await, Ok(false));
    list.add_room_to_public_room_list(LOBBY).await.unwrap();
    assert_eq!(list.room_is_in_public_room_list(LOBBY).await, Ok(true));
    let nowhere = RoomId::new("!nowhere:example.com");
    assert_eq!(list.room_is_in_public_room_list(nowhere).await, Ok(false));
    list.remove_room_from_public_room_list(LOBBY).await.unwrap();
    assert!(!host.find_room("!lobby:example.com").unwrap().is_public());
}

pub(super) async fn memberships(host: &FakeHost, api: &ModuleApi) {
    host.user(user("@bob:example.com").display_name("Bob").pusher("phone"));
    let change = async |sender, target, membership| {
        api.update_room_membership(sender, target, LOBBY, membership, &(), &()).await
    };
    let joined = change(BOB, BOB, "join").await.unwrap();
    let content: serde_json::Value = joined.as_event().content().unwrap();
    assert_eq!(content, json!({"membership": "join", "displayname": "Bob"}));
    change(ALICE, STRANGER, "invite").await.unwrap();
    change(ALICE, BOB, "ban").await.unwrap();
    let lobby = host.find_room("!lobby:example.com").unwrap();
    assert_eq!(lobby.membership("@bob:example.com").as_deref(), Some("ban"));
    assert_eq!(lobby.membership("@eve:example.org").as_deref(), Some("invite"));
    assert_eq!(lobby.sent().len(), 3);
    assert_eq!(refused(change(ALICE, BOB, "join").await), "403 M_FORBIDDEN");
    assert_eq!(refused(change(ALICE, BOB, "sleep").await), "400 M_INVALID_PARAM");
    change(STRANGER, STRANGER, "join").await.unwrap_err();
    // By now BOB is banned, and may do nothing in the room.
    for (target, membership) in [(STRANGER, "invite"), (ALICE, "leave"), (BOB, "leave")] {
        let refusal = change(BOB, target, membership).await.unwrap_err().to_string();
        let message = "403 M_FORBIDDEN: @bob:example.com not in room !lobby:example.com.";
        assert_eq!(refusal, message, "{membership}");
    }
    change(ALICE, BOB, "leave").await.unwrap();
    change(ALICE, BOB, "invite").await.unwrap();
    change(BOB, BOB, "leave").await.unwrap();
}

pub(super) async fn events(host: &FakeHost, api: &ModuleApi) {
    let now = host.now() + 1000;
    host.advance(Duration::from_secs(1));
    let send =
        async |event: serde_json::Value| api.create_and_send_event_into_room(LOBBY, &event).await;
    let event = |event_type| json!({"type": event_type, "sender": ALICE, "content": {"body": "x"}});
    let mut of_bob = event("m.room.message");
    of_bob["sender"] = json!(BOB);
    let refusal = send(of_bob).await.unwrap_err().to_string();
    let message = "403 M_FORBIDDEN: User @bob:example.com not in room !lobby:example.com (";
    assert!(refusal.starts_with(message), "{refusal}");
    let sent = send(event("m.room.message")).await.unwrap();
    assert_eq!(sent.as_event().origin_server_ts(), now);
    let second = send(event("m.room.message")).await.unwrap();
    assert_ne!(sent.as_event().event_id(), second.as_event().event_id());
    let mut topic = event("m.room.topic");
    topic["state_key"] = "".into();
    send(topic).await.unwrap();
    let lobby = host.find_room("!lobby:example.com").unwrap();
    assert!(lobby.find_state("m.room.topic", "").is_some());
    assert_eq!(lobby.sent()[6], sent);
    assert_eq!(refused(send(event("m.room.member")).await), "400 M_INVALID_PARAM");
    assert_eq!(refused(send(event("m.room.create")).await), "400 M_INVALID_PARAM");
    assert_eq!(refused(send(json!({"type": "x"})).await), "400 M_INVALID_PARAM");
    // A list of the fields is not an event.
    let listed = send(json!(["m.room.message", ALICE, {"body": "x"}, null])).await.unwrap_err();
    let message = "`create_and_send_event_into_room`: `event` must be an object, but is a list";
    assert_eq!(listed.to_string(), message);

    let state =
        async |filter: serde_json::Value| api.get_room_state(LOBBY, &filter).await.unwrap().len();
    assert_eq!(state(json!(null)).await, 6);
    assert_eq!(state(json!([["m.room.member", null]])).await, 3);
    assert_eq!(state(json!([["m.room.member", ALICE], ["x", null]])).await, 1);
    let names = api.get_state_events_in_room(LOBBY, &[("m.room.name", "")]).await.unwrap();
    assert_eq!(names[0].as_event().event_type(), "m.room.name");
    let nowhere = RoomId::new("!nowhere:x");
    assert_eq!(api.get_room_state(nowhere, &()).await, Ok(vec![]));
    let any = [("m.room.name", ())];
    assert_eq!(api.get_state_events_in_room(nowhere, &any).await, Ok(vec![]));
}

pub(super) async fn ends(host: &FakeHost, api: &ModuleApi) {
    api.delete_room(LOBBY).await.unwrap();
    assert!(host.find_room("!lobby:example.com").is_none());
    assert_eq!(refused(api.delete_room(LOBBY).await), "404 M_NOT_FOUND");
    host.room(room("!cellar:example.com"));
    let cellar = RoomId::new("!cellar:example.com");
    api.shutdown_room(cellar, &json!({"block": true})).await.unwrap();
    assert!(host.find_room("!cellar:example.com").is_none());
}
