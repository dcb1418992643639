//! Tests the errors for invalid configs.

use std::time::Duration;

use super::*;

fn error(config: Value) -> String {
    PolicyListAntispam::parse_config(config).err().unwrap().to_string()
}

#[test]
fn keys_and_types() {
    assert_eq!(
        error(json!({"ban_list": []})),
        "ban_list: unknown field `ban_list`, expected one of `ban_lists`, `block_invites`, \
         `block_messages`, `block_usernames`, `message_max_length`, `first_match`, `refresh_interval`"
    );
    assert_eq!(
        error(json!({"message_max_length": {"max": 3}})),
        "message_max_length.max: unknown field `max`, expected one of `threshold`, `rooms`, \
         `remote_servers`"
    );
    assert_eq!(
        error(json!({"message_max_length": {"threshold": -1}})),
        "message_max_length.threshold: invalid value: integer `-1`, expected u64"
    );
    assert!(error(json!({"block_invites": "yes"})).starts_with("block_invites: invalid type"));
}

#[test]
fn rooms() {
    for config in [
        json!({"ban_lists": ["!a:b.c", "#list:example.com"]}),
        json!({"message_max_length": {"rooms": ["!a:b.c", "#list:example.com"]}}),
    ] {
        let error = error(config);
        assert!(error.contains("<item 1>: `#list:example.com` is not a room ID"), "{error}");
    }
}

#[test]
fn intervals() {
    let bounds = "is not between `1s` and `1d`";
    for (interval, said) in [
        (json!("0s"), format!("0 (milliseconds) {bounds}")),
        (json!(300), format!("300 (milliseconds) {bounds}")),
        (json!("25h"), format!("`25h` {bounds}")),
    ] {
        let error = error(json!({"refresh_interval": interval}));
        assert_eq!(error, format!("refresh_interval: {said}"));
    }
    assert!(
        error(json!({"refresh_interval": "5"})).starts_with("refresh_interval: invalid value:")
    );
    for (text, seconds) in [("1s", 1), ("5m", 300), ("24h", 86_400), ("86400s", 86_400)] {
        let config = PolicyListAntispam::parse_config(json!({"refresh_interval": text}));
        let interval: Duration = config.ok().unwrap().refresh_interval.into();
        assert_eq!(interval.as_secs(), seconds);
    }
}
