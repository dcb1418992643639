//! Where this system differs from Synapse on purpose: all such answers, each with its reason.
//!
//! A row that agrees with Synapse, or that nothing shows, fails the tests.

use serde_json::Value;

/// Synapse's type says that a pair may be returned, its code throws code and fields away. Here the
/// type is kept.
const STATE_EVENT_PAIR: &str = "user_may_send_state_event honours the code and fields of a pair";

/// Synapse's documentation says that only `None` leaves it to others, its code that what is not
/// true does. Here the documentation is kept: a module can say that a user gets no config.
const EMPTY_CONFIG: &str = "an empty dict from get_media_config_for_user is an answer";

/// Synapse's documentation says that this refuses the start, its code lets the last module
/// overwrite what others rely on. Here the documentation is kept; the modules up to the first one
/// that conflicts have registered something.
const OTHER_FIELDS: &str = "a type of login with other fields than before refuses the start";

/// What tells it apart (the `id` of a scenario, callback and label of a vector), the reason, and
/// the exact answer.
type Decided = (&'static str, &'static str, &'static str);

/// Scenarios.
#[rustfmt::skip]
pub(super) const SCENARIOS: &[Decided] = &[
    ("321", STATE_EVENT_PAIR, r#"{"called": [0], "result": {"$": "tuple", "v": [{"$": "Codes", "v": "UNKNOWN"}, {}]}}"#),
    ("633", STATE_EVENT_PAIR, r#"{"called": [0], "result": {"$": "tuple", "v": [{"$": "Codes", "v": "RESOURCE_LIMIT_EXCEEDED"}, {"org.x": 1}]}}"#),
    ("2609", STATE_EVENT_PAIR, r#"{"called": [0], "result": {"$": "tuple", "v": [{"$": "Codes", "v": "USER_ACCOUNT_SUSPENDED"}, {"org.x": "a"}]}, "after": {"name": "x"}}"#),
    ("3077", STATE_EVENT_PAIR, r#"{"called": [0, 1], "result": {"$": "tuple", "v": [{"$": "Codes", "v": "THREEPID_DENIED"}, {}]}, "after": {"name": "x"}}"#),
    ("198", EMPTY_CONFIG, r#"{"called": [0], "result": {}}"#),
    ("406", EMPTY_CONFIG, r#"{"called": [0], "result": {}}"#),
    ("1238", EMPTY_CONFIG, r#"{"called": [0], "result": {}}"#),
    ("1810", EMPTY_CONFIG, r#"{"called": [0], "result": {}}"#),
    ("2382", EMPTY_CONFIG, r#"{"called": [0], "result": {}}"#),
    ("2590", EMPTY_CONFIG, r#"{"called": [0, 1, 2], "result": {}}"#),
    ("2694", EMPTY_CONFIG, r#"{"called": [0, 1], "result": {}}"#),
    ("2954", EMPTY_CONFIG, r#"{"called": [0], "result": {}}"#),
    ("3370", EMPTY_CONFIG, r#"{"called": [0], "result": {}}"#),
    ("3526", EMPTY_CONFIG, r#"{"called": [0], "result": {}}"#),
    ("3578", EMPTY_CONFIG, r#"{"called": [1], "result": {}}"#),
    ("3890", EMPTY_CONFIG, r#"{"called": [0, 1], "result": {}}"#),
    ("4462", EMPTY_CONFIG, r#"{"called": [0], "result": {}}"#),
    ("4878", EMPTY_CONFIG, r#"{"called": [0], "result": {}}"#),
    ("4982", EMPTY_CONFIG, r#"{"called": [0], "result": {}}"#),
    ("612", OTHER_FIELDS, r#"{"called": [0, 1], "result": {"raised": {}}}"#),
    ("664", OTHER_FIELDS, r#"{"called": [0, 1], "result": {"raised": {}}}"#),
    ("924", OTHER_FIELDS, r#"{"called": [0, 1], "result": {"raised": {}}}"#),
    ("1288", OTHER_FIELDS, r#"{"called": [0, 1], "result": {"raised": {}}}"#),
    ("1392", OTHER_FIELDS, r#"{"called": [0, 1], "result": {"raised": {}}}"#),
    ("1652", OTHER_FIELDS, r#"{"called": [0, 1], "result": {"raised": {}}}"#),
    ("2536", OTHER_FIELDS, r#"{"called": [0, 1], "result": {"raised": {}}}"#),
    ("2588", OTHER_FIELDS, r#"{"called": [0, 1], "result": {"raised": {}}}"#),
    ("3212", OTHER_FIELDS, r#"{"called": [0, 1], "result": {"raised": {}}}"#),
];

/// Vectors; the answer as the vectors write it.
#[rustfmt::skip]
pub(super) const VECTORS: &[Decided] = &[
    (
        "user_may_send_state_event (Codes,dict)", STATE_EVENT_PAIR,
        r#"[["M_LIMIT_EXCEEDED", {"a": 1}], false]"#,
    ),
    ("get_media_config_for_user {}", EMPTY_CONFIG, "[{}, false]"),
];

/// The answer to a scenario that was decided, and why.
pub(super) fn scenario(id: &Value) -> Option<(Value, &'static str)> {
    find(SCENARIOS, &id.to_string())
}

/// The answer to a vector that was decided, and why.
pub(super) fn vector(callback: &str, label: &str) -> Option<(Value, &'static str)> {
    find(VECTORS, &format!("{callback} {label}"))
}

fn find(table: &[Decided], of: &str) -> Option<(Value, &'static str)> {
    let (_, why, answer) = table.iter().find(|(row, ..)| *row == of)?;
    Some((serde_json::from_str(answer).unwrap(), why))
}
