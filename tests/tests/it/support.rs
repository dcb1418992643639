//! Small helps for the tests.

use bytes::Bytes;
use hsmod_loader::Modules;
use serde_json::{Value, json};

/// An event of `sender`.
pub(crate) fn message(sender: &str, body: &str) -> String {
    json!({
        "event_id": "$1", "room_id": "!r:example.com", "sender": sender, "type": "m.room.message",
        "origin_server_ts": 1, "content": {"msgtype": "m.text", "body": body},
    })
    .to_string()
}

/// Asks a web resource; the status and the body, `null` if it is not JSON.
pub(crate) async fn web(modules: &Modules, method: &str, uri: &str) -> Option<(u16, Value)> {
    let request = http::Request::builder().method(method).uri(uri).body(Bytes::new()).unwrap();
    let response = modules.web().handle(request).await?;
    let body = serde_json::from_slice(response.body()).unwrap_or_default();
    Some((response.status().as_u16(), body))
}
