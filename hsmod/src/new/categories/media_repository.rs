use super::Category;

pub(super) const CATEGORY: Category = Category {
    name: "media_repository",
    callback: "is_user_allowed_to_upload_media_of_size",
    about: "Uploads above a certain size are refused",
    key: "bytes_max",
    key_about: "The largest size allowed, in bytes",
    key_type: "u64",
    example: "1000000",
    login_types: "",
    callbacks: r#"
    async fn is_user_allowed_to_upload_media_of_size(
        &self,
        _user_id: &UserId,
        size: u64,
    ) -> Result<Permission, ModuleError> {
        if size > self.config.bytes_max {
            return Ok(Permission::Deny);
        }
        Ok(Permission::Allow)
    }
"#,
    test_name: "large_files_are_refused",
    test: r#"
    let permission = |size| {
        let repository = module.media_repository();
        let asked = repository.is_user_allowed_to_upload_media_of_size("@alice:localhost", size);
        block_on(asked).unwrap()
    };
    assert_eq!(permission(1_000_000), Permission::Allow);
    assert_eq!(permission(1_000_001), Permission::Deny);
"#,
    args: r#"
{
  "user_id": "@alice:localhost",
  "size": 5000000
}
"#,
    answer: "denied",
};
