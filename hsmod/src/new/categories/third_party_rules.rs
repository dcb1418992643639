use super::Category;

pub(super) const CATEGORY: Category = Category {
    name: "third_party_rules",
    callback: "check_event_allowed",
    about: "Events of certain types are refused",
    key: "types",
    key_about: "The types of events to refuse",
    key_type: "Vec<String>",
    example: r#"["m.room.topic"]"#,
    login_types: "",
    callbacks: r#"
    async fn check_event_allowed(
        &self,
        event: &Event<'_>,
        _state_events: &State<'_>,
    ) -> Result<EventDecision, ModuleError> {
        let event_type = event.event_type();
        if self.config.types.iter().any(|name| name == event_type) {
            return Ok(EventDecision::Deny);
        }
        Ok(EventDecision::Allow)
    }
"#,
    test_name: "events_of_these_types_are_refused",
    test: r#"
    let host = FakeHost::new("localhost").room(room("!room:example.com"));
    let state = host.state("!room:example.com");
    let decision = |event_type: &str| {
        let event = event(event_type).state_key("").build();
        let rules = module.third_party_rules();
        block_on(rules.check_event_allowed(&event, &state)).unwrap()
    };
    assert_eq!(decision("m.room.topic"), EventDecision::Deny);
    assert_eq!(decision("m.room.name"), EventDecision::Allow);
"#,
    args: r#"
{
  "event": {
    "event_id": "$topic",
    "room_id": "!room:localhost",
    "sender": "@alice:localhost",
    "type": "m.room.topic",
    "state_key": "",
    "origin_server_ts": 1750000000000,
    "content": { "topic": "Anything but this" }
  },
  "state_events": []
}
"#,
    answer: "denied",
};
