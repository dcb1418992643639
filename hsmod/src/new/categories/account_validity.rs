use super::Category;

pub(super) const CATEGORY: Category = Category {
    name: "account_validity",
    callback: "is_user_expired",
    about: "The accounts of certain users have expired",
    key: "users",
    key_about: "The users whose accounts have expired, as full user IDs",
    key_type: "Vec<String>",
    example: r#"["@bob:localhost"]"#,
    login_types: "",
    callbacks: r#"
    async fn is_user_expired(&self, user_id: &UserId) -> Result<Option<bool>, ModuleError> {
        let expired = self.config.users.iter().any(|user| user_id == user);
        // For other accounts this module does not decide.
        Ok(expired.then_some(true))
    }
"#,
    test_name: "their_accounts_have_expired",
    test: r#"
    let expired = |user_id| block_on(module.account_validity().is_user_expired(user_id)).unwrap();
    assert_eq!(expired("@bob:localhost"), Some(true));
    assert_eq!(expired("@alice:localhost"), None);
"#,
    args: r#"
{ "user_id": "@bob:localhost" }
"#,
    answer: "`true`, the account has expired",
};
