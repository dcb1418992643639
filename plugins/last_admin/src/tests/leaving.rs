//! Tests which events are sent before the last admin leaves, in each mode.

use super::*;

fn frozen() -> Vec<(String, String, Value)> {
    one(FROZEN, ADMIN, json!({"frozen": true}))
}

fn opened() -> Vec<(String, String, Value)> {
    one(LEVELS, ADMIN, json!({"users": {ADMIN: 100}, "users_default": 100, "ban": 50}))
}

fn promoted(users: Value) -> Vec<(String, String, Value)> {
    one(LEVELS, ADMIN, listing(&users))
}

#[test]
fn in_each_mode() {
    let heirs = promoted(json!({ADMIN: 100, MOD: 100, OTHER_MOD: 100}));
    for (config, expected) in [
        (json!({}), frozen()),
        (json!({"mode": "freeze"}), frozen()),
        (json!({"mode": "open"}), opened()),
        (json!({"mode": "promote_only"}), heirs.clone()),
        (json!({"mode": "promote_only", "promote_moderators": true}), heirs.clone()),
        (json!({"mode": "freeze", "promote_moderators": true}), heirs.clone()),
        (json!({"mode": "open", "promote_moderators": true}), heirs.clone()),
    ] {
        assert_eq!(left(&config, lobby(), ADMIN), expected, "{config}");
    }
}

#[test]
fn rooms_without_a_user_to_promote() {
    let alone = lobby().member(MOD, "leave").member(OTHER_MOD, "ban");
    for (mode, expected) in [("freeze", frozen()), ("open", opened()), ("promote_only", vec![])] {
        let config = json!({"mode": mode, "promote_moderators": true});
        assert_eq!(left(&config, alone.clone(), ADMIN), expected, "{mode}");
    }
}

#[test]
fn the_highest_who_are_there_are_promoted() {
    let config = json!({"promote_moderators": true, "domains_forbidden": ["example.org"]});
    let case = |users: Value, room: FakeRoom| {
        left(&config, room.state(LEVELS, "", listing(&users)), ADMIN)
    };
    // Only the highest.
    assert_eq!(
        case(json!({ADMIN: 100, MOD: 60, USER: 50}), lobby()),
        promoted(json!({ADMIN: 100, MOD: 100, USER: 50}))
    );
    // An invited user is there, one who has left is not.
    assert_eq!(
        case(json!({ADMIN: 100, MOD: 60, USER: 50}), lobby().member(MOD, "invite")),
        promoted(json!({ADMIN: 100, MOD: 100, USER: 50}))
    );
    assert_eq!(
        case(json!({ADMIN: 100, MOD: 60, USER: 50}), lobby().member(MOD, "leave")),
        promoted(json!({ADMIN: 100, MOD: 60, USER: 100}))
    );
    // Users of forbidden homeservers are not promoted, whatever their level.
    assert_eq!(
        case(json!({ADMIN: 100, OTHER_MOD: 99, MOD: 1}), lobby()),
        promoted(json!({ADMIN: 100, OTHER_MOD: 99, MOD: 100}))
    );
    assert_eq!(case(json!({ADMIN: 100, OTHER_MOD: 99}), lobby()), frozen());
    // Users at or below the default level are not promoted.
    assert_eq!(case(json!({ADMIN: 100, MOD: 0, USER: -1}), lobby()), frozen());
    // They get the level of the leaving user. Strings are levels; invalid levels are ignored.
    assert_eq!(
        case(json!({ADMIN: "150", MOD: "50", USER: "x", OTHER_MOD: null}), lobby()),
        promoted(json!({ADMIN: "150", MOD: 150, USER: "x", OTHER_MOD: null}))
    );
}

#[test]
fn an_opened_room_keeps_levels_that_cannot_be_removed() {
    let users = json!({ADMIN: 100, MOD: 50, OTHER_MOD: 101, "@gone:example.com": 100, USER: "x"});
    let room = lobby().state(LEVELS, "", listing(&users)).member(OTHER_MOD, "leave");
    let kept = json!({ADMIN: 100, OTHER_MOD: 101, "@gone:example.com": 100});
    assert_eq!(
        left(&json!({"mode": "open"}), room, ADMIN),
        one(LEVELS, ADMIN, json!({"users": kept, "users_default": 100, "ban": 50}))
    );
}

#[test]
fn nothing_happens_if_the_leaving_user_is_not_the_last_admin() {
    let two = listing(&json!({ADMIN: 100, USER: 100}));
    for (user, room) in [
        (MOD, lobby()),
        (USER, lobby()),
        ("@nobody:example.com", lobby()),
        (ADMIN, lobby().state(LEVELS, "", two.clone())),
        (ADMIN, lobby().state(LEVELS, "", two.clone()).member(USER, "invite")),
        // The power levels cannot be read.
        (ADMIN, lobby().state(LEVELS, "", json!({}))),
        (ADMIN, lobby().state(LEVELS, "", json!({"users": [ADMIN]}))),
        (ADMIN, room(ROOM).member(ADMIN, "join")),
        // Everyone is an admin.
        (ADMIN, lobby().state(LEVELS, "", json!({"users": {ADMIN: 100}, "users_default": 100}))),
        // Declines an invite.
        (ADMIN, lobby().member(ADMIN, "invite")),
    ] {
        assert_eq!(left(&json!({}), room, user), []);
    }
    let gone = lobby().state(LEVELS, "", two).member(USER, "leave");
    assert_eq!(left(&json!({}), gone, ADMIN), frozen());
    let odd = lobby().state("m.room.member", USER, json!({"membership": 1}));
    assert_eq!(left(&json!({}), odd, ADMIN), frozen());
}

#[test]
fn other_events_than_a_leave_of_ones_own() {
    let host = host(lobby());
    let module = module(&host, json!({}));
    for event in [
        // The admin is kicked or banned, or kicks another user.
        member(ADMIN, "leave").sender(MOD),
        member(ADMIN, "ban"),
        member(USER, "leave").sender(ADMIN),
        member(ADMIN, "join"),
        member(ADMIN, "leave").without("state_key"),
        member(ADMIN, "leave").content(json!({"membership": ["leave"]})),
        event("m.room.message").sender(ADMIN),
    ] {
        let event = event.room(ROOM).build();
        assert_eq!(decide(&module, &host, &event), Ok(EventDecision::Allow), "{event:?}");
    }
    assert_eq!(sent(&host), []);
}

#[test]
fn nothing_can_be_sent_for_users_of_other_homeservers() {
    let users = listing(&json!({OTHER_MOD: 100}));
    assert_eq!(left(&json!({}), lobby().state(LEVELS, "", users), OTHER_MOD), []);
}

#[test]
fn an_admin_who_cannot_prepare_the_room_can_still_leave() {
    for config in [json!({}), json!({"mode": "open"}), json!({"mode": "promote_only"})] {
        for error in [
            ModuleError::http(403, ErrorCode::Forbidden, "You cannot"),
            ModuleError::not_answered(Unanswered::WouldDeadlock, "the room is locked"),
            ModuleError::new("the database is away"),
        ] {
            let host = host(lobby());
            host.fail(SEND, error);
            let module = module(&host, config.clone());
            assert_eq!(decide(&module, &host, &leave(ADMIN)), Ok(EventDecision::Allow));
            assert_eq!(sent(&host).len(), 1);
        }
    }
}
