//! Tests the errors for invalid configs.

use super::*;

fn error(config: Value) -> String {
    LastAdmin::parse_config(config).err().unwrap().to_string()
}

#[test]
fn keys_and_types() {
    assert_eq!(
        error(json!({"promote": true})),
        "promote: unknown field `promote`, expected one of `mode`, `promote_moderators`, \
         `unfreeze_blacklist`, `domains_forbidden`, `frozen_event_type`"
    );
    assert_eq!(
        error(json!({"mode": "promote"})),
        "mode: unknown variant `promote`, expected one of `freeze`, `promote_only`, `open`"
    );
    assert_eq!(
        error(json!({"unfreeze_blacklist": "example.org"})),
        "unfreeze_blacklist: invalid type: string \"example.org\", expected a sequence"
    );
}

#[test]
fn a_mode_with_nothing_to_do() {
    assert_eq!(
        error(json!({"mode": "promote_only", "promote_moderators": false})),
        "promote_moderators: with `mode: promote_only`, false leaves nothing to do: remove one of \
         the two"
    );
}

#[test]
fn invalid_homeserver_names() {
    for key in ["unfreeze_blacklist", "domains_forbidden"] {
        for domain in ["", "@a:example.org", "*.example.org", "https://example.org"] {
            assert_eq!(
                error(json!({key: ["example.org:8448", domain]})),
                format!(
                    "{key}.<item 1>: `{domain}` is not a server name: write it like \"example.com\""
                )
            );
        }
    }
}

#[test]
fn types_that_mean_something_else() {
    for frozen in ["", "m.room.power_levels", "m.frozen"] {
        assert_eq!(
            error(json!({"frozen_event_type": frozen})),
            format!(
                "frozen_event_type: `{frozen}` is not a custom event type: write it like \
                 \"org.example.frozen\""
            )
        );
    }
}
