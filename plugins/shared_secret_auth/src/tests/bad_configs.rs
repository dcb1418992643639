//! Tests the errors for invalid configs, which never show the secret.

use super::*;

fn error(config: Value) -> String {
    SharedSecretAuth::parse_config(config).err().unwrap().to_string()
}

#[test]
fn keys_and_types() {
    assert_eq!(error(json!({})), "missing field `shared_secret`");
    assert_eq!(
        error(json!({"shared_secret": "x", "secret": "y"})),
        "secret: unknown field `secret`, expected one of `shared_secret`, \
         `com_devture_shared_secret_auth_support_enabled`, `m_login_password_support_enabled`, \
         `allow_deactivated_users`"
    );
    assert_eq!(
        error(json!({"shared_secret": "x", "allow_deactivated_users": "no"})),
        "allow_deactivated_users: invalid type: string \"no\", expected a boolean"
    );
}

#[test]
fn secrets() {
    let no_string = "shared_secret: the secret is not a string: put it in quotes";
    for secret in [json!(5318), json!(null), json!(["5318"]), json!({"a": "5318"}), json!(true)] {
        assert_eq!(error(json!({"shared_secret": secret})), no_string);
    }
    assert_eq!(
        error(json!({"shared_secret": ""})),
        "shared_secret: the secret is empty: anybody could log in as anybody"
    );
}

#[test]
fn types_of_login() {
    let neither = json!({
        "shared_secret": "5318", "com_devture_shared_secret_auth_support_enabled": false,
    });
    assert_eq!(
        error(neither),
        "nobody can log in: set `com_devture_shared_secret_auth_support_enabled` or \
         `m_login_password_support_enabled` to true"
    );
}
