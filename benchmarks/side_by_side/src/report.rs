//! The measurements as JSON.

use serde::Serialize;

use crate::case::{Case, Way};
use crate::count::Counts;
use crate::time::Times;

/// All measurements.
#[derive(Serialize)]
pub(crate) struct Report {
    pub(crate) rows: Vec<Row>,
    /// What is missing, and why.
    pub(crate) left_out: Vec<String>,
}

/// The measurements of one case in one way.
#[derive(Serialize)]
pub(crate) struct Row {
    question: String,
    way: &'static str,
    modules: usize,
    instructions: Option<f64>,
    locked: Option<f64>,
    allocations: Option<f64>,
    ns_median: f64,
    ns_spread: [f64; 2],
    ratio: f64,
}

impl Row {
    pub(crate) fn new(case: Case, way: Way, times: Times, counts: Option<Counts>) -> Self {
        let Times { ns_median, ns_spread, ratio } = times;
        Self {
            question: case.question.to_string(),
            way: way.name(),
            modules: case.modules,
            instructions: counts.map(|counts| counts.instructions.round()),
            locked: counts.map(|counts| counts.locked.round()),
            allocations: counts.map(|counts| rounded(counts.allocations, 2)),
            ns_median: rounded(ns_median, 1),
            ns_spread: ns_spread.map(|ns| rounded(ns, 1)),
            ratio: rounded(ratio, 3),
        }
    }
}

fn rounded(number: f64, digits: i32) -> f64 {
    let scale = 10_f64.powi(digits);
    (number * scale).round() / scale
}
