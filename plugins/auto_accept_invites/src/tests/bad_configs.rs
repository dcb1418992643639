//! Tests the errors for invalid configs.

use super::*;

fn error(config: Value) -> String {
    AutoAcceptInvites::parse_config(config).err().unwrap().to_string()
}

#[test]
fn keys_and_types() {
    assert_eq!(
        error(json!({"only_for_direct": true})),
        "only_for_direct: unknown field `only_for_direct`, expected one of \
         `only_for_direct_messages`, `only_from_local_users`, `worker_to_run_on`, \
         `exclude_senders`, `max_retries`, `accept_invites_only_for_direct_messages`, \
         `accept_invites_only_from_local_users`"
    );
    assert_eq!(
        error(json!({"only_from_local_users": "yes"})),
        "only_from_local_users: invalid type: string \"yes\", expected a boolean"
    );
    assert_eq!(
        error(json!({"worker_to_run_on": 1})),
        "worker_to_run_on: invalid type: integer `1`, expected a string"
    );
}

#[test]
fn both_names_of_a_key() {
    for name in ["only_for_direct_messages", "only_from_local_users"] {
        let old = format!("accept_invites_{name}");
        for (value, old_value) in [(true, true), (false, true), (true, false)] {
            assert_eq!(
                error(json!({name: value, old.clone(): old_value})),
                format!("{old}: it is another name of `{name}`: leave one of them out")
            );
        }
    }
}

#[test]
fn attempts() {
    for (number, said) in [(0, "0 is not between 1 and 10"), (11, "11 is not between 1 and 10")] {
        assert_eq!(error(json!({"max_retries": number})), format!("max_retries: {said}"));
    }
    assert!(AutoAcceptInvites::parse_config(json!({"max_retries": 10})).is_ok());
    let said = error(json!({"max_retries": -1}));
    assert!(said.starts_with("max_retries: invalid value: integer `-1`"), "{said}");
}

#[test]
fn invalid_regular_expressions() {
    assert_eq!(
        error(json!({"exclude_senders": ["@.*", "*spam*"]})),
        "exclude_senders.<item 1>: `*spam*` is not a regular expression: nothing to repeat at \
         position 0"
    );
}
