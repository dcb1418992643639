use super::Category;

pub(super) const CATEGORY: Category = Category {
    name: "add_extra_fields_to_unsigned_client_event",
    callback: "add_field_to_unsigned_callback",
    about: "Marks events from the staff for clients",
    key: "staff",
    key_about: "The members of the staff, as full user IDs",
    key_type: "Vec<String>",
    example: r#"["@carol:localhost"]"#,
    login_types: "",
    callbacks: r#"
    async fn add_field_to_unsigned_callback(
        &self,
        event: &Event<'_>,
    ) -> Result<JsonObject, ModuleError> {
        let mut fields = JsonObject::new();
        if self.config.staff.iter().any(|user| event.sender() == user) {
            fields.insert("org.example.staff".to_owned(), true.into());
        }
        Ok(fields)
    }
"#,
    test_name: "events_from_the_staff_are_marked",
    test: r#"
    let fields = |sender: &str| {
        let event = event("m.room.message").sender(sender).build();
        let category = module.add_extra_fields_to_unsigned_client_event();
        serde_json::Value::from(block_on(category.add_field_to_unsigned_callback(&event)).unwrap())
    };
    let marked = json!({"org.example.staff": true});
    assert_eq!(fields("@carol:localhost"), marked);
    assert_eq!(fields("@bob:localhost"), json!({}));
"#,
    args: r#"
{
  "event": {
    "event_id": "$hello",
    "room_id": "!room:localhost",
    "sender": "@carol:localhost",
    "type": "m.room.message",
    "origin_server_ts": 1750000000000,
    "content": { "msgtype": "m.text", "body": "hello" }
  }
}
"#,
    answer: "the field that clients see",
};
