use super::Category;

pub(super) const CATEGORY: Category = Category {
    name: "spam_checker",
    callback: "check_event_for_spam",
    about: "Messages that contain certain words are spam",
    key: "words",
    key_about: "What a message must not contain",
    key_type: "Vec<String>",
    example: r#"["cheap followers"]"#,
    login_types: "",
    callbacks: r#"
    async fn check_event_for_spam(&self, event: &Event<'_>) -> Result<Verdict, ModuleError> {
        let content: serde_json::Value = event.content()?;
        let body = content["body"].as_str().unwrap_or_default();
        if self.config.words.iter().any(|word| body.contains(word)) {
            return Ok(Verdict::deny(ErrorCode::Forbidden));
        }
        Ok(Verdict::Allow)
    }
"#,
    test_name: "messages_with_such_words_are_spam",
    test: r#"
    let verdict = |body: &str| {
        let message = event("m.room.message").content(json!({"body": body}));
        block_on(module.spam_checker().check_event_for_spam(&message.build())).unwrap()
    };
    let denied = Verdict::deny(ErrorCode::Forbidden);
    assert_eq!(verdict("cheap followers, dm me"), denied);
    assert_eq!(verdict("lunch at noon?"), Verdict::Allow);
"#,
    args: r#"
{
  "event": {
    "event_id": "$spam",
    "room_id": "!room:localhost",
    "sender": "@spammer:localhost",
    "type": "m.room.message",
    "origin_server_ts": 1750000000000,
    "content": { "msgtype": "m.text", "body": "cheap followers, dm me" }
  }
}
"#,
    answer: "denied",
};
