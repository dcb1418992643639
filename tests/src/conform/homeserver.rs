//! What the homeserver does of its own accord around the modules' answers, in the scenarios.

use serde_json::{Map, Value, json};

/// How long a batch of a background update should take if nobody controls it, in milliseconds.
pub(super) const BATCH_DURATION_MS: i64 = 100;

/// How many items a batch has at first, if no controller says so.
pub(super) const DEFAULT_BATCH_SIZE: i64 = 100;

/// How many items a batch has at least, if no controller says so.
pub(super) const MIN_BATCH_SIZE: i64 = 1;

/// The time at which events are sent to clients.
const NOW: i64 = 1000;

/// `unsigned` of an event as a client gets it: the modules' fields, and the homeserver's own, which
/// win.
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
