//! Tests the messages about an invalid world.

use super::*;

/// The messages for each of these texts.
fn refused<'a>(texts: impl IntoIterator<Item = &'a str>) -> String {
    let said = |yaml: &str| match text(yaml).parse("localhost") {
        Ok(_) => format!("`{yaml}` is well"),
        Err(Stop::Wrong(message)) => format!("{yaml}\n-> {message}"),
        Err(Stop::Refused(error)) => format!("{error}"),
    };
    texts.into_iter().map(said).collect::<Vec<_>>().join("\n\n")
}

#[test]
fn files_that_are_no_worlds_are_refused() {
    insta::assert_snapshot!(refused(["", "# nothing", "[]", "alice", "users: {", "a: 1\na: 2"]), @"

    -> the world in `world.yaml`: it is empty
      fix: write `users:` and some names: `users: [alice, bob]`

    # nothing
    -> the world in `world.yaml`: it is empty
      fix: write `users:` and some names: `users: [alice, bob]`

    []
    -> the world in `world.yaml`: expected a mapping, found a list
      at line 1, column 1
      fix: begin with a key such as `users:`

    alice
    -> the world in `world.yaml`: expected a mapping, found a string
      at line 1, column 1
      fix: begin with a key such as `users:`

    users: {
    -> the world in `world.yaml`: this is not YAML: a value is missing here
      at line 2, column 1
      fix: check that the file was written completely: it ends too early

    a: 1
    a: 2
    -> the world in `world.yaml`: unknown key `a`
      at a, line 1, column 1
      fix: the keys here are `users`, `rooms`, `answers`, `http`, `registration_tokens`
    error: the world in `world.yaml`: the key `a` is given twice
      at a, line 2, column 1
      fix: keep one; the first is on line 1
    ");
}

#[test]
fn keys_and_values_of_the_wrong_kind() {
    insta::assert_snapshot!(refused([
        "user: [alice]",
        "users: alice",
        "users: [alice, 1]",
        "users: {alice: admin}",
        "users: {alice: {admn: true}}",
        "users: {alice: {admin: 'yes'}}",
        "users: {alice: {email: 1, creation_ts: then}}",
        "users: {alice: {account_data: {m.direct: 1}, external_ids: {oidc: 1}}}",
        "users: {alice: {seen: [1, {ipp: x}]}}",
        "rooms: [lobby]",
        "rooms: {'!r:x': [alice]}",
        "rooms: {'!r:x': {alias: r, version: [1]}}",
        "rooms: {'!r:x': {published: 1, power_levels: {'@a:x': high}}}",
        "rooms: {'!r:x': {state: x}}",
        "rooms: {'!r:x': {state: {m.room.name: x}}}",
        "rooms: {'!r:x': {state: [x, {typ: x}, {type: m.room.name, content: {}, state_key: 1}]}}",
        "registration_tokens: {x: 1, y: {uses: 1, completed: x}}",
    ]), @r#"
    user: [alice]
    -> the world in `world.yaml`: unknown key `user`
      at user, line 1, column 1
      fix: did you mean `users`?

    users: alice
    -> the world in `world.yaml`: expected a list or a mapping, found a string
      at users, line 1, column 1
      fix: write `users: [alice, bob]`, or a mapping

    users: [alice, 1]
    -> the world in `world.yaml`: expected a string, found a number
      at users.<item 1>, line 1, column 16
      fix: write a string, in quotes if it looks like another type

    users: {alice: admin}
    -> the world in `world.yaml`: expected a mapping, found a string
      at users.alice, line 1, column 9
      fix: describe the user, like `{admin: true}`, or write nothing

    users: {alice: {admn: true}}
    -> the world in `world.yaml`: unknown key `admn`
      at users.alice.admn, line 1, column 17
      fix: did you mean `admin`?

    users: {alice: {admin: 'yes'}}
    -> the world in `world.yaml`: expected a boolean, found a string
      at users.alice.admin, line 1, column 17
      fix: write `true`, without quotes

    users: {alice: {email: 1, creation_ts: then}}
    -> the world in `world.yaml`: expected a string or a list of strings, found a number
      at users.alice.email, line 1, column 17
      fix: write a string in quotes, or a list of them in `[..]`
    error: the world in `world.yaml`: expected a whole number, found a string
      at users.alice.creation_ts, line 1, column 27
      fix: write a whole number, without quotes

    users: {alice: {account_data: {m.direct: 1}, external_ids: {oidc: 1}}}
    -> the world in `world.yaml`: expected a mapping, found a number
      at users.alice.account_data.m.direct, line 1, column 32
      fix: write account data as `{key: value}`
    error: the world in `world.yaml`: expected a string, found a number
      at users.alice.external_ids.oidc, line 1, column 61
      fix: write the provider's name for the user, in quotes

    users: {alice: {seen: [1, {ipp: x}]}}
    -> the world in `world.yaml`: expected a mapping, found a number
      at users.alice.seen.<item 0>, line 1, column 24
      fix: write `{ip: 192.0.2.1}`
    error: the world in `world.yaml`: `ip` is missing
      at users.alice.seen.<item 1>, line 1, column 27
      fix: add the address, like `ip: 192.0.2.1`
    error: the world in `world.yaml`: unknown key `ipp`
      at users.alice.seen.<item 1>.ipp, line 1, column 28
      fix: did you mean `ip`?

    rooms: [lobby]
    -> the world in `world.yaml`: expected a mapping, found a list
      at rooms, line 1, column 1
      fix: write keys below it, not items: remove the dashes

    rooms: {'!r:x': [alice]}
    -> the world in `world.yaml`: expected a mapping, found a list
      at rooms.!r:x, line 1, column 9
      fix: describe the room, like `{members: [alice]}`, or write nothing

    rooms: {'!r:x': {alias: r, version: [1]}}
    -> the world in `world.yaml`: unknown key `alias`
      at rooms.!r:x.alias, line 1, column 18
      fix: the keys here are `creator`, `version`, `members`, `name`, `topic`, `join_rule`, `power_levels`, `aliases`, `published`, `state`
    error: the world in `world.yaml`: expected a string, found a list
      at rooms.!r:x.version, line 1, column 28
      fix: write it in quotes: `"11"`

    rooms: {'!r:x': {published: 1, power_levels: {'@a:x': high}}}
    -> the world in `world.yaml`: expected a boolean, found a number
      at rooms.!r:x.published, line 1, column 18
      fix: write `true`, without quotes
    error: the world in `world.yaml`: expected a whole number, found a string
      at rooms.!r:x.power_levels.@a:x, line 1, column 47
      fix: write a whole number, without quotes

    rooms: {'!r:x': {state: x}}
    -> the world in `world.yaml`: expected a mapping of types to contents or a list of events, found a string
      at rooms.!r:x.state, line 1, column 18
      fix: write `{m.room.topic: {topic: Tea}}`

    rooms: {'!r:x': {state: {m.room.name: x}}}
    -> the world in `world.yaml`: expected a mapping, found a string
      at rooms.!r:x.state.m.room.name, line 1, column 26
      fix: write the content, as `{topic: Tea}`

    rooms: {'!r:x': {state: [x, {typ: x}, {type: m.room.name, content: {}, state_key: 1}]}}
    -> the world in `world.yaml`: expected a mapping, found a string
      at rooms.!r:x.state.<item 0>, line 1, column 26
      fix: write an event as `{type: m.room.topic, content: {topic: Tea}}`
    error: the world in `world.yaml`: `type` is missing
      at rooms.!r:x.state.<item 1>, line 1, column 29
      fix: write an event as `{type: m.room.topic, content: {topic: Tea}}`
    error: the world in `world.yaml`: `content` is missing
      at rooms.!r:x.state.<item 1>, line 1, column 29
      fix: write an event as `{type: m.room.topic, content: {topic: Tea}}`
    error: the world in `world.yaml`: unknown key `typ`
      at rooms.!r:x.state.<item 1>.typ, line 1, column 30
      fix: did you mean `type`?
    error: the world in `world.yaml`: expected a string, found a number
      at rooms.!r:x.state.<item 2>.state_key, line 1, column 72
      fix: put it in quotes

    registration_tokens: {x: 1, y: {uses: 1, completed: x}}
    -> the world in `world.yaml`: expected a mapping, found a number
      at registration_tokens.x, line 1, column 23
      fix: write `{uses_allowed: 1}`, or write nothing
    error: the world in `world.yaml`: unknown key `uses`
      at registration_tokens.y.uses, line 1, column 33
      fix: the keys here are `uses_allowed`, `completed`, `expiry_time`
    error: the world in `world.yaml`: expected a whole number, found a string
      at registration_tokens.y.completed, line 1, column 42
      fix: write a whole number, without quotes
    "#);
}

#[test]
fn invalid_users_and_rooms_are_refused() {
    insta::assert_snapshot!(refused([
        "users: ['alice:x', '@alice', 'a b', '', '#r:x', alice, '@alice:localhost']",
        "rooms: {lobby: , '#lobby:x': }",
        "users: [alice]\nrooms: {'!r:x': {members: [alcie, '@bob:x', zoe]}}",
        "users: [alice]\nrooms: {'!r:x': {members: {alice: joined, '@b:x': 1}, creator: bob}}",
        "users: [alice]\nrooms: {'!r:x': {members: [alice, '@alice:localhost']}}",
        "rooms: {'!r:x': {join_rule: open, aliases: ['!r:x', '#']}}",
        "rooms: {'!r:x': {version: 12}, '!r': {version: 11}}",
        "rooms: {'!r:x': {power_levels: {zoe: 1}, state: [{type: a, content: {}, sender: zoe}]}}",
    ]), @"
    users: ['alice:x', '@alice', 'a b', '', '#r:x', alice, '@alice:localhost']
    -> the world in `world.yaml`: `alice:x` is not a user ID
      at users.<item 0>, line 1, column 9
      fix: did you mean `@alice:x`?
    error: the world in `world.yaml`: `@alice` is not a user ID
      at users.<item 1>, line 1, column 20
      fix: did you mean `@alice:localhost`?
    error: the world in `world.yaml`: `a b` is not a user ID
      at users.<item 2>, line 1, column 30
      fix: write it like `@name:server`
    error: the world in `world.yaml`: `` is not a user ID
      at users.<item 3>, line 1, column 37
      fix: write it like `@name:server`
    error: the world in `world.yaml`: `#r:x` is a room alias, not a user ID
      at users.<item 4>, line 1, column 41
      fix: write it like `@name:server`
    error: the world in `world.yaml`: `@alice:localhost` is given twice
      at users.<item 6>, line 1, column 56
      fix: keep one; a name alone is a user of this homeserver

    rooms: {lobby: , '#lobby:x': }
    -> the world in `world.yaml`: `lobby` is not a room ID
      at rooms.lobby, line 1, column 9
      fix: write it like `!room:server`, or `!hash`
    error: the world in `world.yaml`: `#lobby:x` is a room alias, not a room ID
      at rooms.#lobby:x, line 1, column 18
      fix: write it like `!room:server`, or `!hash`

    users: [alice]
    rooms: {'!r:x': {members: [alcie, '@bob:x', zoe]}}
    -> the world in `world.yaml`: there is no user `@alcie:localhost`
      at rooms.!r:x.members.<item 0>, line 2, column 28
      fix: did you mean `alice`?
    error: the world in `world.yaml`: there is no user `@zoe:localhost`
      at rooms.!r:x.members.<item 2>, line 2, column 45
      fix: add `zoe` below `users`

    users: [alice]
    rooms: {'!r:x': {members: {alice: joined, '@b:x': 1}, creator: bob}}
    -> the world in `world.yaml`: `joined` is not a membership
      at rooms.!r:x.members.alice, line 2, column 28
      fix: did you mean `join`?
    error: the world in `world.yaml`: expected a string, found a number
      at rooms.!r:x.members.@b:x, line 2, column 43
      fix: write one of `join`, `invite`, `leave`, `ban`, `knock`
    error: the world in `world.yaml`: there is no user `@bob:localhost`
      at rooms.!r:x.creator, line 2, column 55
      fix: add `bob` below `users`

    users: [alice]
    rooms: {'!r:x': {members: [alice, '@alice:localhost']}}
    -> the world in `world.yaml`: `@alice:localhost` is given twice
      at rooms.!r:x.members.<item 1>, line 2, column 35
      fix: keep one of them

    rooms: {'!r:x': {join_rule: open, aliases: ['!r:x', '#']}}
    -> the world in `world.yaml`: `open` is not a join rule
      at rooms.!r:x.join_rule, line 1, column 18
      fix: write one of `public`, `invite`, `knock`, `private`, `restricted`, `knock_restricted`
    error: the world in `world.yaml`: `!r:x` is a room ID, not a room alias
      at rooms.!r:x.aliases, line 1, column 35
      fix: write it like `#name:server`
    error: the world in `world.yaml`: `#` is not a room alias
      at rooms.!r:x.aliases, line 1, column 35
      fix: write it like `#name:server`

    rooms: {'!r:x': {version: 12}, '!r': {version: 11}}
    -> the world in `world.yaml`: `!r:x` cannot be of room version 12
      at rooms.!r:x.version, line 1, column 18
      fix: write the room's ID as `!hash`, without a server
    error: the world in `world.yaml`: `!r` cannot be of room version 11
      at rooms.!r.version, line 1, column 39
      fix: write the room's ID as `!room:server`

    rooms: {'!r:x': {power_levels: {zoe: 1}, state: [{type: a, content: {}, sender: zoe}]}}
    -> the world in `world.yaml`: there is no user `@zoe:localhost`
      at rooms.!r:x.power_levels.zoe, line 1, column 33
      fix: add `zoe` below `users`
    error: the world in `world.yaml`: there is no user `@zoe:localhost`
      at rooms.!r:x.state.<item 0>.sender, line 1, column 73
      fix: add `zoe` below `users`
    ");
}

#[test]
fn invalid_answers_are_refused() {
    insta::assert_snapshot!(refused([
        "answers: {is_user_amdin: {answer: true}, x: {answer: 1}}",
        "answers: {is_user_admin: true, check_username: {}, sleep: {answer: null}}",
        "answers: {is_user_admin: {answer: 1, error: x}}",
        "answers: {is_user_admin: {answer: 1}, check_username: [{answer: null}, {answer: 1}]}",
        "answers: {get_profile_for_user: {answer: {displayname: x}}}",
        "answers: {get_room_state: {answer: [{type: x}]}, get_userinfo_by_id: {answer: [1]}}",
        "answers: {is_user_admin: {error: 1}, check_username: {error: {status: 200, code: x}}}",
        "answers: {http_request: {answer: x}, send_mail: {answer: null}}",
    ]), @"
    answers: {is_user_amdin: {answer: true}, x: {answer: 1}}
    -> the world in `world.yaml`: there is no request `is_user_amdin`
      at answers.is_user_amdin, line 1, column 11
      fix: did you mean `is_user_admin`?
    error: the world in `world.yaml`: there is no request `x`
      at answers.x, line 1, column 42
      fix: `docs/requests.md` lists all requests

    answers: {is_user_admin: true, check_username: {}, sleep: {answer: null}}
    -> the world in `world.yaml`: expected a mapping, found a boolean
      at answers.is_user_admin, line 1, column 11
      fix: write `{answer: ..}`, or `{error: ..}`
    error: the world in `world.yaml`: there is no answer here
      at answers.check_username, line 1, column 32
      fix: write one of `answer`, `error` and `unsupported: true`
    error: the world in `world.yaml`: `sleep` is not a request that the homeserver answers
      at answers.sleep, line 1, column 52
      fix: remove it: the loader has timers itself

    answers: {is_user_admin: {answer: 1, error: x}}
    -> the world in `world.yaml`: more than one answer
      at answers.is_user_admin, line 1, column 11
      fix: write one of `answer`, `error` and `unsupported: true`

    answers: {is_user_admin: {answer: 1}, check_username: [{answer: null}, {answer: 1}]}
    -> the world in `world.yaml`: `is_user_admin` cannot answer this: invalid type: integer `1`, expected a boolean
      at answers.is_user_admin.answer, line 1, column 27
      fix: write a value of type `bool`: see `docs/requests.md`
    error: the world in `world.yaml`: `check_username` cannot answer this: it answers nothing, which is written `null`
      at answers.check_username.<item 1>.answer, line 1, column 73
      fix: write `null`

    answers: {get_profile_for_user: {answer: {displayname: x}}}
    -> the world in `world.yaml`: `get_profile_for_user` cannot answer this: it has no field `displayname`: its fields are `avatar_url`, `display_name`
      at answers.get_profile_for_user.answer, line 1, column 34
      fix: write a value of type `Profile`: see `docs/requests.md`

    answers: {get_room_state: {answer: [{type: x}]}, get_userinfo_by_id: {answer: [1]}}
    -> the world in `world.yaml`: `get_room_state` cannot answer this: not an event: missing field `event_id`
      at answers.get_room_state.answer, line 1, column 28
      fix: write a value of type `Vec<OwnedEvent>`: see `docs/requests.md`
    error: the world in `world.yaml`: `get_userinfo_by_id` cannot answer this: invalid type: sequence, expected an object
      at answers.get_userinfo_by_id.answer, line 1, column 71
      fix: write a value of type `Option<UserInfo>`: see `docs/requests.md`

    answers: {is_user_admin: {error: 1}, check_username: {error: {status: 200, code: x}}}
    -> the world in `world.yaml`: expected a string or a mapping, found a number
      at answers.is_user_admin.error, line 1, column 27
      fix: write the error's text, or `{status: 403, errcode: M_FORBIDDEN}`
    error: the world in `world.yaml`: 200 is not the status of an error
      at answers.check_username.error.status, line 1, column 63
      fix: write one from 300 to 599
    error: the world in `world.yaml`: unknown key `code`
      at answers.check_username.error.code, line 1, column 76
      fix: the keys here are `status`, `errcode`, `error`

    answers: {http_request: {answer: x}, send_mail: {answer: null}}
    -> the world in `world.yaml`: `http_request` is not a request that the homeserver answers
      at answers.http_request, line 1, column 11
      fix: write the responses of URLs below `http`
    error: the world in `world.yaml`: `send_mail` is not a request that the homeserver answers
      at answers.send_mail, line 1, column 38
      fix: remove it: mail is recorded, not sent
    ");
}

#[test]
fn invalid_http_rules_are_refused() {
    insta::assert_snapshot!(refused([
        "http: {example.com: {body: x}, 'https://x/': ok}",
        "http: {'https://x/': {boddy: x, status: 1000}}",
        "http: {'https://x/': {body: 1, headers: {a: 1}}}",
        "http: {'https://x/': {body: x, json: 1}}",
    ]), @"
    http: {example.com: {body: x}, 'https://x/': ok}
    -> the world in `world.yaml`: `example.com` is not a URL
      at http.example.com, line 1, column 8
      fix: write it in full, like `https://example.com/` or `GET https://example.com/`
    error: the world in `world.yaml`: expected a mapping, found a string
      at http.https://x/, line 1, column 32
      fix: write the response, like `{status: 200, body: ok}`

    http: {'https://x/': {boddy: x, status: 1000}}
    -> the world in `world.yaml`: unknown key `boddy`
      at http.https://x/.boddy, line 1, column 23
      fix: did you mean `body`?
    error: the world in `world.yaml`: this is not an HTTP status
      at http.https://x/.status, line 1, column 33
      fix: write one from 100 to 599

    http: {'https://x/': {body: 1, headers: {a: 1}}}
    -> the world in `world.yaml`: expected a string, found a number
      at http.https://x/.body, line 1, column 23
      fix: put it in quotes, or write it below `json`
    error: the world in `world.yaml`: expected a string, found a number
      at http.https://x/.headers.a, line 1, column 42
      fix: put it in quotes

    http: {'https://x/': {body: x, json: 1}}
    -> the world in `world.yaml`: `body` and `json` exclude each other
      at http.https://x/.json, line 1, column 32
      fix: keep one of them
    ");
}

#[test]
fn duplicates_are_refused() {
    insta::assert_snapshot!(refused([
        "users: {a: {access_token: [s, s]}, b: {access_token: s}}",
        "users: [a]\nrooms:\n  '!r:x': {aliases: lobby}\n  '!s:x': {aliases: ['#lobby:localhost']}",
        "rooms: {'!r:x': {aliases: [lobby, lobby]}}",
        "users: [a]\nrooms: {'!r:x': {members: [a, '@a:localhost']}}",
        "answers: {is_user_admin: []}",
    ]), @"
    users: {a: {access_token: [s, s]}, b: {access_token: s}}
    -> the world in `world.yaml`: `@a:localhost` also has this access token
      at users.b.access_token, line 1, column 40
      fix: write another one: a token belongs to one user

    users: [a]
    rooms:
      '!r:x': {aliases: lobby}
      '!s:x': {aliases: ['#lobby:localhost']}
    -> the world in `world.yaml`: `#lobby:localhost` already points to `!r:x`
      at rooms.!s:x.aliases, line 4, column 12
      fix: keep one of them: an alias points to one room

    rooms: {'!r:x': {aliases: [lobby, lobby]}}
    -> the world in `world.yaml`: `#lobby:localhost` already points to `!r:x`
      at rooms.!r:x.aliases, line 1, column 18
      fix: keep one of them: an alias points to one room

    users: [a]
    rooms: {'!r:x': {members: [a, '@a:localhost']}}
    -> the world in `world.yaml`: `@a:localhost` is given twice
      at rooms.!r:x.members.<item 1>, line 2, column 31
      fix: keep one of them

    answers: {is_user_admin: []}
    -> the world in `world.yaml`: there is no answer here
      at answers.is_user_admin, line 1, column 11
      fix: write one of `answer`, `error` and `unsupported: true`
    ");
}

#[test]
fn warnings_follow_the_errors_that_they_explain() {
    insta::assert_snapshot!(refused([
        "users: [“alice”]\nroom: {}",
        "users:\n  alice:{admin: true}",
    ]), @"
    users: [“alice”]
    room: {}
    -> the world in `world.yaml`: unknown key `room`
      at room, line 2, column 1
      fix: did you mean `rooms`?
    warning: the world in `world.yaml`: the typographic `“` (U+201C) does not quote: it is part of this string
      at users.<item 0>, line 1, column 9
      fix: use straight quotes: \" or '

    users:
      alice:{admin: true}
    -> the world in `world.yaml`: `alice:{admin` is not a user ID
      at users.alice:{admin, line 2, column 3
      fix: write it like `@name:server`
    ");
}
