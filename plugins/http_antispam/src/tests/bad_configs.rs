//! Tests the errors for invalid configs.

use super::*;

fn error(more: Value) -> String {
    let mut config = json!({"base_url": URL});
    config.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    HttpAntispam::parse_config(config).err().unwrap().to_string()
}

#[test]
fn keys_and_types() {
    assert_eq!(
        HttpAntispam::parse_config(json!({})).err().unwrap().to_string(),
        "missing field `base_url`"
    );
    assert_eq!(
        error(json!({"url": 1})),
        "url: unknown field `url`, expected one of `base_url`, `authorization`, \
         `authorization_path`, `enabled_callbacks`, `fail_open`, `async`, `do_ping`, `timeout_ms`, \
         `max_response_bytes`"
    );
    assert_eq!(
        error(json!({"fail_open": {"user_may_invite": "yes"}})),
        "fail_open.user_may_invite: invalid type: string \"yes\", expected a boolean"
    );
    assert!(error(json!({"bearer": "x"})).starts_with("bearer: unknown field"));
}

#[test]
fn urls() {
    let no_url = |url: &str| {
        format!(
            "base_url: `{url}` is not a URL: write it like \"https://antispam.example.com/api\""
        )
    };
    for url in [
        "",
        "antispam.example.com",
        "ftp://x",
        "https://",
        "http:///x",
        "http:// x",
        "http://x/ y",
        "http://x/\n",
        "http://x:99999",
        "http://x:y/",
        "http://::1/",
        "http://[::1",
        "http://:80",
    ] {
        assert_eq!(error(json!({"base_url": url})), no_url(url));
    }
    for url in ["http://x/?a=b", "http://x/#a", "http://x?"] {
        assert_eq!(
            error(json!({"base_url": url})),
            "base_url: `?` and `#` are not allowed, because `/` and the name of a callback are \
             appended"
        );
    }
    for url in ["http://me:secret@x/", "http://secret@x", "me:secret@x", "ftp://me:secret@x/"] {
        assert_eq!(
            error(json!({"base_url": url})),
            "base_url: a URL here cannot have a user and a password: put a token into the file of \
             `authorization_path`"
        );
    }
    for url in [
        "http://x",
        "https://x:8080/a/@b",
        "http://[::1]",
        "http://[::1]:80/",
        "http://127.0.0.1:1/",
    ] {
        assert!(HttpAntispam::parse_config(json!({"base_url": url})).is_ok(), "{url}");
    }
}

#[test]
fn callbacks() {
    let all = "`check_event_for_spam`, `user_may_join_room`, `user_may_invite`, \
        `federated_user_may_invite`, `user_may_send_3pid_invite`, `user_may_create_room`, \
        `user_may_create_room_alias`, `user_may_publish_room`, `check_username_for_spam`, \
        `check_login_for_spam`, `accept_make_join`";
    let wrong = "should_drop_federated_event";
    let said = format!("`{wrong}` is not a callback of this module: write one of {all}");
    assert_eq!(
        error(json!({"enabled_callbacks": ["user_may_invite", wrong]})),
        format!("enabled_callbacks.<item 1>: {said}")
    );
    for key in ["fail_open", "async"] {
        assert_eq!(error(json!({key: {wrong: true}})), format!("{key}.{wrong}: {said}"));
    }
}

#[test]
fn limits() {
    for (value, key, max) in [
        (0, "timeout_ms", 600_000),
        (600_001, "timeout_ms", 600_000),
        (0, "max_response_bytes", 64 << 20),
        ((64 << 20) + 1, "max_response_bytes", 64 << 20),
    ] {
        let said = format!("{key}: {value} is not between 1 and {max}");
        assert_eq!(error(json!({key: value})), said);
    }
}

#[test]
fn tokens_are_never_shown() {
    let none = "the token is empty: leave the key out if the service needs no token";
    let line = "the token does not fit into a header: it must be one line of printable ASCII";
    for (token, said) in [
        (json!(""), none),
        (json!("secret\nsecret"), line),
        (json!("secr\u{e9}t"), line),
        (json!(5_3_1_8), "the token is not a string: put it in quotes"),
        (json!(["secret"]), "the token is not a string: put it in quotes"),
    ] {
        assert_eq!(error(json!({"authorization": token})), format!("authorization: {said}"));
    }
    let folder = std::env::temp_dir().join(format!("http_antispam-bad-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    let file = folder.join("token");
    let path = file.to_str().unwrap();
    let of_file = |bytes: &[u8]| {
        std::fs::write(&file, bytes).unwrap();
        error(json!({"authorization_path": path}))
    };
    assert_eq!(of_file(b" \n"), format!("authorization_path: {none}"));
    assert_eq!(of_file(b"secret\nsecret"), format!("authorization_path: {line}"));
    assert_eq!(
        of_file(&[b'x'; (16 << 10) + 1]),
        format!("authorization_path: `{path}` cannot be read: it is too large for a token")
    );
    assert_eq!(
        of_file(b"\xff"),
        format!("authorization_path: `{path}` cannot be read: stream did not contain valid UTF-8")
    );
    std::fs::remove_file(&file).unwrap();
    let said = error(json!({"authorization_path": path}));
    let expected = format!("authorization_path: `{path}` cannot be read: No such file");
    assert!(!cfg!(unix) || said.starts_with(&expected), "{said}");
    std::fs::remove_dir(&folder).unwrap();
}
