//! Where the loader differs from Synapse on purpose: `decided.json` has all such answers, each with
//! its reason. Rows without an answer of the loader are about what happens inside Synapse only.
//!
//! A row that agrees with Synapse, or that nothing shows, fails the tests.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use serde::Deserialize;
use serde_json::Value;

/// What was decided.
pub(super) static DECIDED: LazyLock<Decided> = LazyLock::new(|| {
    let mut decided: Decided = serde_json::from_str(&super::data("decided.json")).unwrap();
    decided.scenarios.retain(|row| row.loader.is_some());
    decided.vectors.retain(|row| row.loader.is_some());
    decided
});

/// The table.
#[derive(Deserialize)]
pub(super) struct Decided {
    reasons: BTreeMap<String, String>,
    pub(super) scenarios: Vec<Scenario>,
    pub(super) vectors: Vec<Vector>,
}

#[derive(Deserialize)]
pub(super) struct Scenario {
    id: Value,
    reason: String,
    /// What the loader answers; what comes of it inside Synapse is for the tests there.
    loader: Option<Value>,
}

#[derive(Deserialize)]
pub(super) struct Vector {
    /// Callback and label.
    of: String,
    reason: String,
    /// The answer as the vectors write it.
    loader: Option<Value>,
}

/// The answer to a scenario that was decided, and why.
pub(super) fn scenario(id: &Value) -> Option<(&'static Value, &'static str)> {
    let row = DECIDED.scenarios.iter().find(|row| row.id == *id)?;
    Some((row.loader.as_ref()?, &DECIDED.reasons[&row.reason]))
}

/// The answer to a vector that was decided, and why.
pub(super) fn vector(callback: &str, label: &str) -> Option<(&'static Value, &'static str)> {
    let of = format!("{callback} {label}");
    let row = DECIDED.vectors.iter().find(|row| row.of == of)?;
    Some((row.loader.as_ref()?, &DECIDED.reasons[&row.reason]))
}
