//! Tests whom a token logs in.

mod bad_configs;
mod documented;

use hsmod_plugin_api::testing::prelude::*;
use serde_json::Value;

use super::*;

const ALICE: &str = "@alice:example.com";
/// Alice's token for the secret `secret`.
const TOKEN: &str = "63cd27ec02e50c9a4f120189978d2c318beac6310bef6655fdd306d195765a06\
    96032ce1365e8da9c60efb47c82c75fb26e2a9ba17de566a00e6ae64b9a3944a";

fn host() -> FakeHost {
    FakeHost::new("example.com").user(user(ALICE))
}

fn module(host: &FakeHost, more: Value) -> TestModule {
    let mut config = json!({"shared_secret": "secret"});
    config.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    TestModule::new(&MODULE, config, host).unwrap()
}

/// The user who is logged in.
fn log_in(module: &TestModule, username: &str, login_type: &str, fields: Value) -> Option<String> {
    let fields = fields.to_string();
    let asked = module.password_auth_provider();
    let login = block_on(asked.check_auth(username, login_type, Json(&fields))).unwrap();
    login.map(|login| login.user_id().to_owned())
}

fn by_token(module: &TestModule, username: &str, token: &str) -> Option<String> {
    log_in(module, username, SHARED_SECRET.0, json!({"token": token}))
}

#[test]
fn users_log_in_with_their_token() {
    let module = module(&host(), json!({"m_login_password_support_enabled": true}));
    for username in ["alice", ALICE] {
        assert_eq!(by_token(&module, username, TOKEN).as_deref(), Some(ALICE));
        let by_password = log_in(&module, username, PASSWORD.0, json!({"password": TOKEN}));
        assert_eq!(by_password.as_deref(), Some(ALICE));
    }
}

#[test]
fn no_other_token_does() {
    let host = host().user(user("@bob:example.com"));
    let module = module(&host, json!({}));
    let last = TOKEN.strip_suffix('a').unwrap();
    for token in
        ["", "secret", last, &format!("{last}b"), &format!("{TOKEN}a"), &TOKEN.to_uppercase()]
    {
        assert_eq!(by_token(&module, "alice", token), None, "{token}");
    }
    assert_eq!(by_token(&module, "bob", TOKEN), None);
    assert_eq!(by_token(&module, "Alice", TOKEN), None);
    // The module makes no requests unless the token is right.
    assert_eq!(host.requests(), [] as [Value; 0]);
}

#[test]
fn logins_without_a_token_are_left_to_other_modules() {
    let module = module(&host(), json!({"m_login_password_support_enabled": true}));
    for (login_type, fields) in [
        (SHARED_SECRET.0, json!({})),
        (SHARED_SECRET.0, json!({"token": null})),
        (SHARED_SECRET.0, json!({"token": 5})),
        (SHARED_SECRET.0, json!({"token": [TOKEN]})),
        (SHARED_SECRET.0, json!({"password": TOKEN})),
        (PASSWORD.0, json!({"token": TOKEN})),
        ("org.example.other", json!({"token": TOKEN, "password": TOKEN})),
    ] {
        assert_eq!(log_in(&module, "alice", login_type, fields.clone()), None, "{fields}");
    }
}

#[test]
fn users_without_an_account_are_not_logged_in() {
    let nobody = FakeHost::new("example.com");
    assert_eq!(by_token(&module(&nobody, json!({})), "alice", TOKEN), None);
    // A user ID of another server is not changed.
    let elsewhere = FakeHost::new("example.org").user(user("@alice:example.org"));
    let module = module(&elsewhere, json!({}));
    assert_eq!(by_token(&module, ALICE, TOKEN), None);
    assert_eq!(by_token(&module, "alice", TOKEN), None);
}

#[test]
fn deactivated_users_are_logged_in_if_configured() {
    let gone = || {
        let gone = user(ALICE).with_info(|info| info.is_deactivated = true);
        FakeHost::new("example.com").user(gone)
    };
    assert_eq!(by_token(&module(&gone(), json!({})), "alice", TOKEN), None);
    let welcome = module(&gone(), json!({"allow_deactivated_users": true}));
    assert_eq!(by_token(&welcome, "alice", TOKEN).as_deref(), Some(ALICE));
}

#[test]
fn errors_of_the_homeserver_fail_the_login() {
    let host = host();
    host.fail("get_userinfo_by_id", ModuleError::new("the database is gone"));
    let module = module(&host, json!({}));
    let fields = json!({"token": TOKEN}).to_string();
    let asked = module.password_auth_provider();
    let failed = block_on(asked.check_auth("alice", SHARED_SECRET.0, Json(&fields))).unwrap_err();
    assert_eq!(failed.to_string(), "the database is gone");
}

#[test]
fn types_of_login_are_those_that_are_enabled() {
    for (more, expected) in [
        (json!({}), vec![SHARED_SECRET]),
        (json!({"m_login_password_support_enabled": true}), vec![SHARED_SECRET, PASSWORD]),
        (
            json!({
                "m_login_password_support_enabled": true,
                "com_devture_shared_secret_auth_support_enabled": false,
            }),
            vec![PASSWORD],
        ),
    ] {
        let module = module(&host(), more);
        assert_eq!(module.callbacks(), ["password_auth_provider.check_auth"]);
        let found = module.auth_checkers().iter();
        let found: Vec<_> =
            found.map(|checker| (&*checker.login_type, checker.fields.join(" "))).collect();
        let expected: Vec<_> = expected
            .into_iter()
            .map(|(login_type, field)| (login_type, field.to_owned()))
            .collect();
        assert_eq!(found, expected);
    }
}
