//! Tests the errors for invalid configs.

use super::*;

fn error(config: Value) -> String {
    RegistrationGuard::parse_config(config).err().unwrap().to_string()
}

#[test]
fn keys_and_types() {
    assert!(
        error(json!({"block": []})).starts_with("block: unknown field `block`, expected one of ")
    );
    assert_eq!(
        error(json!({"notify": {"room": "!r:x", "sender": "@a:x", "mention": true}})),
        "notify.mention: unknown field `mention`, expected one of `room`, `sender`, `mention_room`, \
         `mention_user_ids`"
    );
    assert_eq!(error(json!({"notify": {"room": "!r:x"}})), "notify: missing field `sender`");
    assert_eq!(
        error(json!({"action": "kick"})),
        "action: unknown variant `kick`, expected `deny` or `shadow_ban`"
    );
    assert_eq!(
        error(json!({"min_username_length": -1})),
        "min_username_length: invalid value: integer `-1`, expected u64"
    );
    // Derived values are not keys.
    for key in ["username_regexes", "email_domains"] {
        assert!(error(json!({key: []})).contains("unknown field"), "{key}");
    }
}

#[test]
fn values() {
    for (interval, message) in [
        (json!(0), "0 (milliseconds) is not between 10 (milliseconds) and `1y`"),
        (json!("53w"), "`53w` is not between 10 (milliseconds) and `1y`"),
    ] {
        let error = error(json!({"reload_interval": interval}));
        assert_eq!(error, format!("reload_interval: {message}"));
    }
    assert!(error(json!({"reload_interval": "60"})).starts_with("reload_interval: invalid value:"));
    assert_eq!(
        error(json!({"min_username_length": 5, "max_username_length": 4})),
        "min_username_length: no username has this length: at most 4 characters are allowed"
    );
    assert!(
        error(json!({"deny_username_regexes": ["a", "("]}))
            .starts_with("deny_username_regexes.<item 1>: ")
    );
    assert_eq!(
        error(json!({"apply_to_auth_providers": [" "]})),
        "apply_to_auth_providers.<item 0>: the name of a provider is empty"
    );
    for domain in ["", "*.example.com", "a@example.com", ".", "exa mple.com", ".example.com"] {
        for key in ["blocked_email_domains", "allow_email_domains"] {
            assert_eq!(
                error(json!({key: ["x.example", domain]})),
                format!(
                    "{key}.<item 1>: `{domain}` is not a domain: write it like \"example.com\""
                )
            );
        }
    }
    assert_eq!(
        error(json!({"blocked_email_domains_file": "/does/not/exist"})),
        "blocked_email_domains_file: `/does/not/exist` cannot be read: No such file or directory (os \
         error 2)"
    );
}

#[test]
fn notices() {
    let notify = |room, sender, mentioned| json!({"notify": {"room": room, "sender": sender, "mention_user_ids": [mentioned]}});
    assert_eq!(
        error(notify("#new:example.com", "@bot:example.com", "@a:b")),
        "notify.room: `#new:example.com` is not a room ID: write it like \"!id:server\""
    );
    assert_eq!(
        error(notify("!r:example.com", "bot", "@a:b")),
        "notify.sender: `bot` is not a user ID: write it like \"@name:server\""
    );
    assert_eq!(
        error(notify("!r:example.com", "@bot:example.com", "a")),
        "notify.mention_user_ids: `a` is not a user ID: write it like \"@name:server\""
    );
    let elsewhere = notify("!r:example.com", "@bot:example.org", "@a:b");
    assert_eq!(
        TestModule::new(&MODULE, elsewhere, &host()).unwrap_err().to_string(),
        "notify.sender: `@bot:example.org` is not a user of example.com"
    );
}
