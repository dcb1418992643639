//! Tests the errors for invalid configs, and the warnings about probable mistakes.

use super::*;

fn error(config: Value) -> String {
    SimpleAntispam::parse_config(config).err().unwrap().to_string()
}

fn doubts(config: Value) -> Vec<String> {
    SimpleAntispam::parse_config(config).ok().unwrap().doubts()
}

#[test]
fn keys_and_types() {
    assert_eq!(
        error(json!({"blocked_servers": []})),
        "blocked_servers: unknown field `blocked_servers`, expected one of \
         `blocked_invite_servers`, `blocked_message_servers`, `blocked_texts`, `blocked_regexes`, \
         `soft_fail`, `AntiSpamInvites`, `AntiSpamHomeserverMessages`, `AntiSpamText`, \
         `AntiSpamRegex`"
    );
    assert_eq!(
        error(json!({"AntiSpamText": {"blocked_homeservers": []}})),
        "AntiSpamText.blocked_homeservers: unknown field `blocked_homeservers`, expected \
         `blocked_messages`"
    );
    assert_eq!(
        error(json!({"blocked_texts": ["x", 3]})),
        "blocked_texts.<item 1>: invalid type: integer `3`, expected a string"
    );
}

#[test]
fn soft_fail_is_not_there_yet() {
    assert_eq!(
        error(json!({"soft_fail": true})),
        "soft_fail: no homeserver lets a module soft-fail an event yet: leave it out; the \
         homeserver itself soft-fails spam from other servers"
    );
    assert!(SimpleAntispam::parse_config(json!({"soft_fail": false})).is_ok());
}

#[test]
fn invalid_regular_expressions() {
    for (config, key) in [
        (json!({"blocked_regexes": ["x", "*spam*"]}), "blocked_regexes"),
        (
            json!({"AntiSpamRegex": {"blocked_messages": ["*spam*"]}}),
            "AntiSpamRegex.blocked_messages",
        ),
    ] {
        let said = error(config);
        let why = ": `*spam*` is not a regular expression: nothing to repeat at position 0";
        assert!(said.starts_with(key) && said.ends_with(why), "{said}");
    }
}

#[test]
fn servers_that_are_hardly_meant() {
    for key in ["blocked_invite_servers", "blocked_message_servers"] {
        assert_eq!(
            doubts(json!({key: ["evil.example", "evil.example:8448", "8448", "[::1]:8448"]})),
            [
                "the blocked server `8448` is a port: it blocks every server whose name ends in `:8448`"
            ]
        );
        for server in [
            "",
            "*.evil.example",
            "@a:evil.example",
            "https://evil.example",
            ":8448",
            "evi?.example",
        ] {
            assert_eq!(
                doubts(json!({key: [server]})),
                [format!(
                    "the blocked server `{server}` is not a server name, so it blocks nobody: \
                     names are compared exactly, without wildcards"
                )]
            );
        }
    }
    assert_eq!(doubts(json!({"AntiSpamInvites": {"blocked_homeservers": ["443"]}})).len(), 1);
}

#[test]
fn rules_that_block_all_events_without_a_body_are_reported() {
    assert_eq!(
        doubts(json!({"blocked_texts": ["a", ""], "blocked_regexes": ["a", "a*"]})),
        [
            "the blocked text \"\" matches all events without a `body`: they are spam, names and \
             topics of rooms too",
            "the blocked regular expression `a*` matches \"\", so all events without a `body` are \
             spam, names and topics of rooms too"
        ]
    );
}
