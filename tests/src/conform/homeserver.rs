//! The homeserver's own part in the scenarios.

use serde_json::{Map, Value, json};

/// The desired duration of a batch without a controller, in milliseconds.
pub(super) const BATCH_DURATION_MS: i64 = 100;

/// The initial batch size without a controller.
pub(super) const DEFAULT_BATCH_SIZE: i64 = 100;

/// The minimum batch size without a controller.
pub(super) const MIN_BATCH_SIZE: i64 = 1;

/// The time at which events are sent to clients.
const NOW: i64 = 1000;

/// The `unsigned` of an event in the client format: the modules' fields and the homeserver's own,
/// which take precedence.
pub(super) fn unsigned(mut fields: Map<String, Value>, event: &Value, membership: &Value) -> Value {
    let there = event["unsigned"].as_object();
    let own = |key: &str| there.and_then(|unsigned| unsigned.get(key)).cloned();
    let age = own("age_ts").and_then(|then| then.as_i64()).map(|then| json!(NOW - then));
    let membership = Some(membership).filter(|membership| !membership.is_null()).cloned();
    for (key, value) in [
        ("age", age),
        ("prev_sender", own("prev_sender")),
        ("replaces_state", own("replaces_state")),
        ("membership", membership),
    ] {
        fields.extend(value.map(|value| (key.to_owned(), value)));
    }
    json!({"unsigned": fields})
}
