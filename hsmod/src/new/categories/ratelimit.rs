use super::Category;

pub(super) const CATEGORY: Category = Category {
    name: "ratelimit",
    callback: "get_ratelimit_override_for_user",
    about: "Certain users invite as often as they like",
    key: "users",
    key_about: "Who: whole user IDs",
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
        // For everybody else the homeserver's own limits hold.
        Ok(unlimited.then_some(RatelimitOverride::UNLIMITED))
    }
"#,
    test_name: "they_invite_as_often_as_they_like",
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
