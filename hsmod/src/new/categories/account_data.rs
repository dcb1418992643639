use super::Category;

pub(super) const CATEGORY: Category = Category {
    name: "account_data",
    callback: "on_account_data_updated",
    about: "Warns of large account data",
    key: "bytes_max",
    key_about: "The size in bytes above which account data causes a warning",
    key_type: "usize",
    example: "10",
    login_types: "",
    callbacks: r#"
    async fn on_account_data_updated(
        &self,
        user_id: &UserId,
        _room_id: Option<&str>,
        account_data_type: &str,
        content: &JsonStr,
    ) -> Result<(), ModuleError> {
        let bytes = content.as_str().len();
        if bytes > self.config.bytes_max {
            tracing::warn!(%user_id, account_data_type, bytes, "large account data");
        }
        Ok(())
    }
"#,
    test_name: "updates_of_account_data_arrive",
    test: r#"
    assert_eq!(module.callbacks(), ["account_data.on_account_data_updated"]);
    let content = json!({"@bob:localhost": ["!room:localhost"]});
    let update = module.account_data().on_account_data_updated(
        "@alice:localhost",
        None,
        "m.direct",
        Ser(&content),
    );
    assert_eq!(block_on(update), Ok(()));
"#,
    args: r#"
{
  "user_id": "@alice:localhost",
  "room_id": null,
  "account_data_type": "m.direct",
  "content": { "@bob:localhost": ["!room:localhost"] }
}
"#,
    answer: "nothing, but a warning is logged",
};
