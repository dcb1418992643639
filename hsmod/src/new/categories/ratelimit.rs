use super::Category;

pub(super) const CATEGORY: Category = Category {
    name: "ratelimit",
    callback: "get_ratelimit_override_for_user",
    about: "Certain users may invite without a rate limit",
    key: "users",
    key_about: "The users without a limit, as full user IDs",
    key_type: "Vec<String>",
    example: r#"["@carol:localhost"]"#,
    login_types: "",
    callbacks: r#"
    async fn get_ratelimit_override_for_user(
        &self,
        user_id: &UserId,
        _limiter_name: &str,
    ) -> Result<Option<RatelimitOverride>, ModuleError> {
        let unlimited = self.config.users.iter().any(|user| user_id == user);
        // For other users the homeserver's own limits apply.
        Ok(unlimited.then_some(RatelimitOverride::UNLIMITED))
    }
"#,
    test_name: "these_users_have_no_limit",
    test: r#"
    let limit = |user_id| {
        let ratelimit = module.ratelimit();
        let asked = ratelimit.get_ratelimit_override_for_user(user_id, "rc_invites.per_user");
        block_on(asked).unwrap()
    };
    let unlimited = Some(RatelimitOverride::UNLIMITED);
    assert_eq!(limit("@carol:localhost"), unlimited);
    assert_eq!(limit("@bob:localhost"), None);
"#,
    args: r#"
{
  "user_id": "@carol:localhost",
  "limiter_name": "rc_invites.per_user"
}
"#,
    answer: "no limit at all",
};
