use super::Category;

pub(super) const CATEGORY: Category = Category {
    name: "password_auth_provider",
    callback: "check_auth",
    about: "Users log in with tokens",
    key: "tokens",
    key_about: "The user of each token, as full user IDs",
    key_type: "std::collections::BTreeMap<String, String>",
    example: r#"{"open sesame": "@alice:localhost"}"#,
    login_types: r#"
            .auth_checker("org.example.token", &["token"])"#,
    callbacks: r#"
    async fn check_auth(
        &self,
        _username: &str,
        _login_type: &str,
        login_dict: &JsonStr,
    ) -> Result<Option<AcceptedLogin>, ModuleError> {
        let fields: serde_json::Value = login_dict.parse()?;
        let token = fields["token"].as_str().unwrap_or_default();
        Ok(self.config.tokens.get(token).map(AcceptedLogin::new))
    }
"#,
    test_name: "a_token_logs_its_user_in",
    test: r#"
    let logged_in = |token: &str| {
        let fields = json!({"token": token});
        let provider = module.password_auth_provider();
        let login = provider.check_auth("alice", "org.example.token", Ser(&fields));
        let accepted = block_on(login).unwrap();
        accepted.map(|login| login.user_id().to_owned())
    };
    let alice = Some("@alice:localhost".to_owned());
    assert_eq!(logged_in("open sesame"), alice);
    assert_eq!(logged_in("open barley"), None);
"#,
    args: r#"
{
  "username": "alice",
  "login_type": "org.example.token",
  "login_dict": { "token": "open sesame" }
}
"#,
    answer: "the user who is logged in",
};
