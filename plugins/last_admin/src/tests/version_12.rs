//! Tests that the creators of a version 12 room are its admins, although they are not listed.

use super::*;

const CREATOR: &str = "@creator:example.com";

/// A room with a creator and an additional creator.
fn made(version: &str, users: Value) -> FakeRoom {
    lobby()
        .state(
            "m.room.create",
            "",
            json!({"room_version": version, "additional_creators": [USER, 1]}),
        )
        .member(CREATOR, "join")
        .member(USER, "leave")
        .state(LEVELS, "", listing(&users))
}

#[test]
fn creators_are_admins() {
    let users = json!({MOD: 50});
    for version in ["12", "13", "org.matrix.hydra.11"] {
        assert_eq!(
            left(&json!({}), made(version, users.clone()), CREATOR),
            one(FROZEN, CREATOR, json!({"frozen": true})),
            "{version}"
        );
    }
    for version in ["1", "11", "org.example.1"] {
        assert_eq!(left(&json!({}), made(version, users.clone()), CREATOR), [], "{version}");
    }
    // The list of users may be missing.
    let bare = made("12", json!({})).state(LEVELS, "", json!({"users_default": 0}));
    assert_eq!(
        left(&json!({"mode": "open"}), bare, CREATOR),
        one(LEVELS, CREATOR, json!({"users": {}, "users_default": 100}))
    );
}

#[test]
fn another_creator_is_another_admin() {
    let users = json!({MOD: 50, ADMIN: 100});
    let both = made("12", users.clone()).member(USER, "join").member(ADMIN, "leave");
    for user in [CREATOR, USER] {
        assert_eq!(left(&json!({}), both.clone(), user), []);
    }
    // A listed admin remains.
    assert_eq!(left(&json!({}), made("12", users.clone()), CREATOR), []);
    // A creator remains.
    assert_eq!(left(&json!({}), made("12", users), ADMIN), []);
}

#[test]
fn a_creator_has_no_level_to_give() {
    assert_eq!(
        left(&json!({"mode": "promote_only"}), made("12", json!({MOD: 50})), CREATOR),
        one(LEVELS, CREATOR, listing(&json!({MOD: 100})))
    );
}

#[test]
fn a_creator_takes_everybody_off_the_list() {
    let users = json!({MOD: 50, OTHER_MOD: 150});
    let room = made("12", users).member(OTHER_MOD, "leave");
    assert_eq!(
        left(&json!({"mode": "open"}), room, CREATOR),
        one(LEVELS, CREATOR, json!({"users": {}, "users_default": 100, "ban": 50}))
    );
}

#[test]
fn a_creator_who_unfreezes_a_room_is_not_listed() {
    let frozen = made("12", json!({}))
        .state(LEVELS, "", json!({"users": {MOD: 100}, "users_default": 100, "ban": 50}))
        .state(FROZEN, "", json!({"frozen": true}));
    let host = host(frozen);
    let module = module(&host, json!({}));
    let levels = listing(&json!({MOD: 100}));
    let unfreezes = event(FROZEN).room(ROOM).sender(CREATOR).state_key("");
    let unfreezes = unfreezes.content(json!({"frozen": false})).build();
    assert!(matches!(decide(&module, &host, &unfreezes), Ok(EventDecision::Replace(_))));
    assert_eq!(sent(&host), one(LEVELS, CREATOR, levels.clone()));
    // The module is then called for these power levels.
    let closes = event(LEVELS).room(ROOM).sender(CREATOR).state_key("").content(levels).build();
    host.room(made("12", json!({})).state(FROZEN, "", json!({"frozen": true})));
    assert_eq!(decide(&module, &host, &closes), Ok(EventDecision::Allow));
}
