//! Tests the errors for invalid configs.

use super::*;

fn error(config: Value) -> String {
    UserRestrictions::parse_config(config).err().unwrap().to_string()
}

const PERMISSIONS: &str = "expected one of `invite`, `receive_invites`, `send_3pid_invite`, \
    `create_room`, `join_room`, `create_alias`, `publish_room`, `upload_media`";

#[test]
fn rules() {
    assert_eq!(error(json!({})), "missing field `rules`");
    assert_eq!(
        error(json!({"rules": "x"})),
        "rules: invalid type: string \"x\", expected a sequence"
    );
    assert_eq!(error(json!({"rules": null})), "rules: invalid type: null, expected a sequence");
    assert_eq!(
        error(json!({"rules": [], "default": []})),
        "default: unknown field `default`, expected `rules` or `default_deny`"
    );
}

#[test]
fn each_rule_by_its_number() {
    let good = json!({"match": "x"});
    for (rule, said) in [
        (json!("x"), "rules.<item 1>: rule 2: invalid type: string \"x\", expected an object"),
        (json!(["x"]), "rules.<item 1>: rule 2: invalid type: sequence, expected an object"),
        (json!({}), "rules.<item 1>: rule 2: missing field `match`"),
        (
            json!({"match": 3}),
            "rules.<item 1>.match: rule 2: invalid type: integer `3`, expected a string",
        ),
        (
            json!({"match": "("}),
            "rules.<item 1>.match: rule 2: `(` is not a regular expression: missing ), \
             unterminated subpattern at position 0",
        ),
        (
            json!({"match": "x", "allow": "invite"}),
            "rules.<item 1>.allow: rule 2: invalid type: string \"invite\", expected a sequence",
        ),
        (
            json!({"match": "x", "deny": null}),
            "rules.<item 1>.deny: rule 2: invalid type: null, expected a sequence",
        ),
        (
            json!({"match": "x", "allow": ["invite", 3]}),
            &format!(
                "rules.<item 1>.allow.<item 1>: rule 2: invalid type: integer `3`, {PERMISSIONS}"
            ),
        ),
        (
            json!({"match": "x", "alow": []}),
            "rules.<item 1>.alow: rule 2: unknown field `alow`, expected one of `match`, `allow`, \
             `deny`",
        ),
    ] {
        assert_eq!(error(json!({"rules": [good, rule]})), said);
    }
    for key in ["allow", "deny"] {
        assert_eq!(
            error(json!({"rules": [{"match": "x", key: ["invites"]}]})),
            format!(
                "rules.<item 0>.{key}.<item 0>: rule 1: unknown permission `invites`, {PERMISSIONS}"
            )
        );
    }
}

#[test]
fn defaults() {
    assert_eq!(
        error(json!({"rules": [], "default_deny": "invite"})),
        "default_deny: invalid type: string \"invite\", expected a sequence"
    );
    assert_eq!(
        error(json!({"rules": [], "default_deny": ["invite", "rooms"]})),
        format!("default_deny.<item 1>: unknown permission `rooms`, {PERMISSIONS}")
    );
    assert_eq!(
        error(json!({"rules": [], "default_deny": [true]})),
        format!("default_deny.<item 0>: invalid type: boolean `true`, {PERMISSIONS}")
    );
}
