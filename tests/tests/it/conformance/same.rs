//! Defines when an answer counts as the same as Synapse's.

use serde_json::{Value, json};

/// Notifications, which have no order between modules.
const NOTIFICATIONS: [&str; 9] = [
    "on_new_event",
    "on_profile_update",
    "on_user_deactivation_status_changed",
    "on_threepid_bind",
    "on_add_user_third_party_identifier",
    "on_remove_user_third_party_identifier",
    "on_logged_out",
    "on_account_data_updated",
    "on_event_delivered_over_federation",
];

/// Callbacks that answer yes or no here, whereas Synapse passes on any value.
const TRUTH: [&str; 4] = [
    "should_drop_federated_event",
    "is_user_expired",
    "is_user_allowed_to_upload_media_of_size",
    "check_username_for_spam",
];

/// Callbacks whose caller continues with its own, possibly changed object.
const LENT: [&str; 4] = [
    "on_create_room",
    "user_may_create_room",
    "user_may_send_state_event",
    "check_username_for_spam",
];

/// The relevant parts of an answer, which are equal for equal answers.
pub(super) fn answer(scenario: &Value, answer: &Value) -> Value {
    let callback = scenario["callback"].as_str().unwrap();
    let mut called: Vec<u64> = serde_json::from_value(answer["called"].clone()).unwrap();
    if NOTIFICATIONS.contains(&callback) {
        called.sort_unstable();
    }
    let after = if LENT.contains(&callback) { &answer["after"] } else { &Value::Null };
    let result = match &answer["result"] {
        // Without an answer of a module, the result is the homeserver's own.
        own if called.is_empty() => own.clone(),
        result => typed(callback, result),
    };
    json!({"result": self::result(callback, &result), "called": called, "after": after})
}

/// Treats all values as equal that Synapse passes on but no typed callback can return.
pub(super) fn typed(callback: &str, result: &Value) -> Value {
    let special = result.get("$").and_then(Value::as_str);
    let can_be_returned = match callback {
        _ if result.get("raised").is_some() => true,
        "on_update" | "default_batch_size" | "min_batch_size" | "on_legacy_admin_request" => {
            result.is_i64()
        }
        "get_ratelimit_override_for_user" => {
            result.is_null() || special == Some("RatelimitOverride")
        }
        "get_media_config_for_user" => result.is_null() || result.is_object() && special.is_none(),
        "get_media_upload_limits_for_user" => result.is_null() || result.is_array(),
        "on_legacy_send_mail" => result.is_null(),
        "on_legacy_renew" => match result["v"].as_array().map(Vec::as_slice) {
            Some([valid, stale, time]) => {
                special == Some("tuple")
                    && valid.is_boolean()
                    && stale.is_boolean()
                    && time.is_i64()
            }
            _ => false,
        },
        _ => true,
    };
    if can_be_returned { result.clone() } else { json!({"untyped": true}) }
}

/// The relevant parts of a result.
pub(super) fn result(callback: &str, result: &Value) -> Value {
    match result.get("raised") {
        // An HTTP-shaped refusal, whatever its type. Everything else is a failure.
        Some(raised) if raised.get("code").is_some() => {
            let Value::Object(mut raised) = raised.clone() else { unreachable!() };
            raised.remove("type");
            json!({"refused": raised})
        }
        Some(_) => json!("failed"),
        None if TRUTH.contains(&callback) => json!(is_true(result)),
        None => result.clone(),
    }
}

/// Python's `bool(value)`.
fn is_true(value: &Value) -> bool {
    match value {
        Value::Null => false,
        Value::Bool(value) => *value,
        Value::Number(number) => number.as_f64() != Some(0.0),
        Value::String(text) => !text.is_empty(),
        Value::Array(items) => !items.is_empty(),
        Value::Object(object) => match object.get("$").and_then(Value::as_str) {
            Some("tuple" | "set" | "pairs" | "bytes") => is_true(&object["v"]),
            Some(_) => true,
            None => !object.is_empty(),
        },
    }
}
