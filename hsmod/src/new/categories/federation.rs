use super::Category;

pub(super) const CATEGORY: Category = Category {
    name: "federation",
    callback: "on_event_delivered_over_federation",
    about: "Warns of events that are delivered to certain servers",
    key: "servers",
    key_about: "The names of these servers",
    key_type: "Vec<String>",
    example: r#"["example.org"]"#,
    login_types: "",
    callbacks: r#"
    async fn on_event_delivered_over_federation(
        &self,
        delivery: &EventDelivery<'_>,
    ) -> Result<(), ModuleError> {
        let server_name = delivery.server_name();
        if self.config.servers.iter().any(|name| name == server_name) {
            for event in delivery.events() {
                tracing::warn!(server_name, event_id = event.event_id(), "delivered");
            }
        }
        Ok(())
    }
"#,
    test_name: "deliveries_arrive",
    test: r#"
    let callback = "federation.on_event_delivered_over_federation";
    assert_eq!(module.callbacks(), [callback]);
    let event = event("m.room.message").build();
    let delivery = Delivered {
        server_name: "example.org",
        method: "/send",
        events: vec![&event],
    };
    let federation = module.federation();
    let delivered = federation.on_event_delivered_over_federation(delivery);
    assert_eq!(block_on(delivered), Ok(()));
"#,
    args: r#"
{
  "delivery": {
    "server_name": "example.org",
    "method": "/send",
    "events": [
      {
        "event_id": "$hello",
        "room_id": "!room:localhost",
        "sender": "@alice:localhost",
        "type": "m.room.message",
        "origin_server_ts": 1750000000000,
        "content": { "msgtype": "m.text", "body": "hello" }
      }
    ]
  }
}
"#,
    answer: "nothing, but a warning is logged",
};
