use super::Category;

pub(super) const CATEGORY: Category = Category {
    name: "background_update_controller",
    callback: "on_update",
    about: "Database updates run in batches of a certain duration",
    key: "batch_ms",
    key_about: "The duration of a batch, in milliseconds",
    key_type: "i64",
    example: "50",
    login_types: "",
    callbacks: r#"
    async fn on_update(
        &self,
        _update_name: &str,
        _database_name: &str,
        _oneshot: bool,
    ) -> Result<UpdateGuard, ModuleError> {
        Ok(UpdateGuard::from_millis(self.config.batch_ms))
    }
"#,
    test_name: "batches_have_this_duration",
    test: r#"
    let controller = module.background_update_controller();
    let guard = block_on(controller.on_update("populate_stats", "main", false)).unwrap();
    assert_eq!(guard.desired_duration_ms(), 50);
"#,
    args: r#"
{
  "update_name": "populate_stats",
  "database_name": "main",
  "oneshot": false
}
"#,
    answer: "the desired duration of the batch",
};
