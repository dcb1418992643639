//! Where this system differs from Synapse on purpose: all such answers, each with its reason.
//!
//! A row that agrees with Synapse, or that nothing shows, fails the tests.

use serde_json::Value;

/// Synapse's type says that a pair may be returned, its code throws code and fields away. Here the
/// type is kept.
const STATE_EVENT_PAIR: &str = "user_may_send_state_event honours the code and fields of a pair";

/// An answer that is not Synapse's.
pub(super) struct Decided {
    /// What tells it apart: the `id` of a scenario, callback and label of a vector.
    of: &'static str,
    why: &'static str,
    /// The exact answer.
    answer: &'static str,
}

/// Scenarios.
pub(super) const SCENARIOS: &[Decided] = &[
    Decided {
        of: "321",
        why: STATE_EVENT_PAIR,
        answer: r#"{"id": 321, "called": [0],
            "result": {"$": "tuple", "v": [{"$": "Codes", "v": "UNKNOWN"}, {}]}}"#,
    },
    Decided {
        of: "633",
        why: STATE_EVENT_PAIR,
        answer: r#"{"id": 633, "called": [0], "result": {"$": "tuple", "v":
            [{"$": "Codes", "v": "RESOURCE_LIMIT_EXCEEDED"}, {"org.x": 1}]}}"#,
    },
    Decided {
        of: "2609",
        why: STATE_EVENT_PAIR,
        answer: r#"{"id": 2609, "called": [0], "after": {"name": "x"}, "result": {"$": "tuple", "v":
            [{"$": "Codes", "v": "USER_ACCOUNT_SUSPENDED"}, {"org.x": "a"}]}}"#,
    },
    Decided {
        of: "3077",
        why: STATE_EVENT_PAIR,
        answer: r#"{"id": 3077, "called": [0, 1], "after": {"name": "x"}, "result": {"$": "tuple",
            "v": [{"$": "Codes", "v": "THREEPID_DENIED"}, {}]}}"#,
    },
];

/// Vectors; the answer as the vectors write it.
pub(super) const VECTORS: &[Decided] = &[Decided {
    of: "user_may_send_state_event (Codes,dict)",
    why: STATE_EVENT_PAIR,
    answer: r#"[["M_LIMIT_EXCEEDED", {"a": 1}], false]"#,
}];

/// The answer to a scenario that was decided, and why.
pub(super) fn scenario(id: &Value) -> Option<(Value, &'static str)> {
    find(SCENARIOS, &id.to_string())
}

/// The answer to a vector that was decided, and why.
pub(super) fn vector(callback: &str, label: &str) -> Option<(Value, &'static str)> {
    find(VECTORS, &format!("{callback} {label}"))
}

fn find(table: &[Decided], of: &str) -> Option<(Value, &'static str)> {
    let decided = table.iter().find(|decided| decided.of == of)?;
    Some((serde_json::from_str(decided.answer).unwrap(), decided.why))
}
