use super::Category;

pub(super) const CATEGORY: Category = Category {
    name: "background_update_controller",
    callback: "on_update",
    about: "Updates of the database run in batches of a certain length",
    key: "batch_ms",
    key_about: "How long a batch takes, in milliseconds",
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
    test_name: "batches_are_of_that_length",
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
    answer: "how long the batch should take",
};
