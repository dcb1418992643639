//! Intentional differences from Synapse: `decided.json` lists all such answers with their reasons.
//! Rows without an answer of the loader only matter inside Synapse.
//!
//! A row that agrees with Synapse, or that no scenario covers, fails the tests.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use serde::Deserialize;
use serde_json::Value;

/// The table of differences.
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
    /// The loader's answer. Tests in Synapse check what happens there.
    loader: Option<Value>,
}

#[derive(Deserialize)]
pub(super) struct Vector {
    /// Callback and label.
    of: String,
    reason: String,
    /// The answer in the vectors' format.
    loader: Option<Value>,
}

/// The intended answer to a scenario, and the reason.
pub(super) fn scenario(id: &Value) -> Option<(&'static Value, &'static str)> {
    let row = DECIDED.scenarios.iter().find(|row| row.id == *id)?;
    Some((row.loader.as_ref()?, &DECIDED.reasons[&row.reason]))
}

/// The intended answer to a vector, and the reason.
pub(super) fn vector(callback: &str, label: &str) -> Option<(&'static Value, &'static str)> {
    let of = format!("{callback} {label}");
    let row = DECIDED.vectors.iter().find(|row| row.of == of)?;
    Some((row.loader.as_ref()?, &DECIDED.reasons[&row.reason]))
}
