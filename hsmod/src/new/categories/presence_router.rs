use super::Category;

pub(super) const CATEGORY: Category = Category {
    name: "presence_router",
    callback: "get_users_for_states",
    about: "Certain users see everyone's presence",
    key: "watchers",
    key_about: "The users who see it, as full user IDs",
    key_type: "Vec<String>",
    example: r#"["@carol:localhost"]"#,
    login_types: "",
    callbacks: r#"
    async fn get_users_for_states(
        &self,
        state_updates: &[UserPresenceState<'_>],
    ) -> Result<UsersForStates, ModuleError> {
        let mut users = UsersForStates::default();
        for state in state_updates {
            for watcher in &self.config.watchers {
                users.tell(watcher, state);
            }
        }
        Ok(users)
    }

    async fn get_interested_users(&self, user_id: &UserId) -> Result<InterestedUsers, ModuleError> {
        if self.config.watchers.iter().any(|user| user_id == user) {
            return Ok(InterestedUsers::All);
        }
        // For other users this module adds nothing.
        Ok(InterestedUsers::default())
    }
"#,
    test_name: "watchers_see_everyone",
    test: r#"
    let alice = OwnedPresenceState::new("@alice:localhost", "online");
    let online = [alice.as_state()];
    let users = block_on(module.presence_router().get_users_for_states(&online[..])).unwrap();
    let told: Vec<String> = users.into_map().into_keys().collect();
    assert_eq!(told, ["@carol:localhost"]);
    let seen = |user_id| block_on(module.presence_router().get_interested_users(user_id)).unwrap();
    assert_eq!(seen("@carol:localhost"), InterestedUsers::All);
    assert_eq!(seen("@bob:localhost"), InterestedUsers::default());
"#,
    args: r#"
{
  "state_updates": [{ "user_id": "@alice:localhost", "state": "online" }]
}
"#,
    answer: "the users who receive this presence",
};
