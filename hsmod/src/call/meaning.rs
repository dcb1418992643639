//! Explains the answers that a person would misread: a bare boolean, or `null`.

use serde_json::Value;

/// Names of callbacks, the answers that the row is about, and their meaning.
type Row = (&'static [&'static str], fn(&Value) -> bool, &'static str);

const ROWS: [Row; 10] = [
    (&["check_username_for_spam"], is_true, "hidden from search results"),
    (&["check_username_for_spam"], is_false, "shown in search results"),
    (&["should_drop_federated_event"], is_true, "dropped, as if it had never arrived"),
    (&["should_drop_federated_event"], is_false, "taken in"),
    (&["is_user_expired"], is_true, "expired: the user's requests are refused"),
    (&["is_user_expired"], is_false, "not expired"),
    (&["is_user_expired"], Value::is_null, "no module has an opinion: the homeserver decides"),
    (&["check_registration_for_spam"], is_text, "registered, and nobody else sees what they send"),
    (&["get_ratelimit_override_for_user"], is_unlimited, "not limited"),
    (DEFAULTS, Value::is_null, "no module has an opinion: the usual limit applies"),
];

/// Callbacks where `null` leaves the homeserver's own setting in force.
const DEFAULTS: &[&str] = &[
    "get_ratelimit_override_for_user",
    "get_media_config_for_user",
    "get_media_upload_limits_for_user",
    "get_username_for_registration",
    "get_displayname_for_registration",
    "default_batch_size",
    "min_batch_size",
];

/// The meaning of a callback's answer, if it needs an explanation.
pub(super) fn meaning(callback: &str, answer: &Value) -> Option<&'static str> {
    let fits = |(callbacks, is, _): &&Row| callbacks.contains(&callback) && is(answer);
    ROWS.iter().find(fits).map(|(.., meaning)| *meaning)
}

fn is_true(value: &Value) -> bool {
    *value == Value::Bool(true)
}

fn is_false(value: &Value) -> bool {
    *value == Value::Bool(false)
}

fn is_text(value: &Value) -> bool {
    value.is_string()
}

/// A rate of zero turns the limiter off.
fn is_unlimited(value: &Value) -> bool {
    value["per_second"].as_f64() == Some(0.0)
}

#[cfg(test)]
mod tests {
    use hsmod_loader::rows::CATEGORIES;

    use super::*;

    #[test]
    fn the_callbacks_are_there() {
        let all = || CATEGORIES.iter().flat_map(|category| category.callbacks);
        for name in ROWS.iter().flat_map(|(callbacks, ..)| *callbacks) {
            assert!(all().any(|callback| callback.name == *name), "{name}");
        }
    }
}
