//! Tests how long a room counts as new, so that its creator may invite.

use hsmod_plugin_api::testing::FakeRoom;

use super::*;

const CREATOR: &str = "@creator:example.com";
const OTHER: &str = "@other:example.com";
const THIRD: &str = "@third:example.com";

fn new_room() -> FakeRoom {
    room(ROOM).state("m.room.create", "", json!({"room_version": "10"})).member(CREATOR, "join")
}

/// Whether `inviter` may invite to this room.
fn invites_in(made: FakeRoom, inviter: &str, more: Value) -> bool {
    let room_id = made.room_id().to_owned();
    let mut config = json!({"can_only_invite_during_room_creation": true});
    config.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    let module = module(&host().room(made), true, config);
    let invited = invites_to(&module, inviter, "@new:example.com", &room_id);
    assert_eq!(invites_by_email(&module, inviter, &room_id), invited);
    invited
}

fn membership(of: &str, by: &str, membership: &str) -> OwnedEvent {
    member(of, membership).room(ROOM).sender(by).build()
}

#[test]
fn the_creator_may_invite_while_no_one_else_has_been_in_the_room() {
    assert!(invites_in(new_room(), CREATOR, json!({})));
    // Invites by anyone, and the creator's own actions, do not count.
    for event in [
        membership(OTHER, CREATOR, "invite"),
        membership(OTHER, THIRD, "invite"),
        membership(OTHER, CREATOR, "leave"),
        membership(OTHER, CREATOR, "ban"),
        membership(CREATOR, CREATOR, "leave"),
    ] {
        assert!(invites_in(new_room().state_event(&event), CREATOR, json!({})), "{event:?}");
    }
}

#[test]
fn a_room_with_memberships_of_others_is_not_new() {
    for event in [
        membership(OTHER, OTHER, "join"),
        membership(OTHER, OTHER, "leave"),
        membership(OTHER, OTHER, "knock"),
        membership(OTHER, THIRD, "ban"),
        member(OTHER, "join").room(ROOM).sender(OTHER).content(json!({"membership": 3})).build(),
    ] {
        for inviter in [CREATOR, OTHER] {
            let made = new_room().state_event(&event);
            assert!(!invites_in(made, inviter, json!({})), "{event:?}");
        }
    }
}

#[test]
fn a_room_that_is_not_known_is_not_new() {
    assert!(!invites_in(room(ROOM), CREATOR, json!({})));
    assert!(!invites_in(room(ROOM).member(CREATOR, "join"), CREATOR, json!({})));
}

#[test]
fn users_of_other_servers_invite_at_any_time() {
    let joined = new_room().state_event(&membership(OTHER, OTHER, "join"));
    assert!(invites_in(joined, "@remote:example.org", json!({})));
    assert!(invites_in(room(ROOM), "@remote:example.org", json!({})));
}

#[test]
fn the_list_still_counts_while_a_room_is_new() {
    let config = json!({
        "can_only_invite_during_room_creation": true,
        "domain_mapping": {"example.com": ["example.com"]},
    });
    let module = module(&host().room(new_room()), true, config);
    assert!(invites(&module, CREATOR, OTHER));
    assert!(!invites(&module, CREATOR, "@eve:example.org"));
}

#[test]
fn additional_creators_of_version_12_count_if_configured() {
    let newest = "!31hneApxJ_1o-63DmFrpeqnkFfWppnzWso1JvH3ogLM";
    let made = || {
        let content = json!({"room_version": "12", "additional_creators": [OTHER]});
        room(newest).version("12").state("m.room.create", "", content).member(CREATOR, "join")
    };
    let joined = || made().member(OTHER, "join");
    assert!(invites_in(made(), CREATOR, json!({})));
    assert!(!invites_in(joined(), CREATOR, json!({})));
    let counts = json!({"additional_creators_count": true});
    assert!(invites_in(joined(), CREATOR, counts.clone()));
    assert!(invites_in(joined(), OTHER, counts.clone()));
    assert!(!invites_in(joined().member(THIRD, "join"), CREATOR, counts));
}
