//! Adds the costs of modules in Synapse as rows to the others.

use serde::Deserialize;

use super::figures::Row;
use crate::command::Result;

/// The names in Synapse's benchmark of the questions that the other ways are asked.
const QUESTIONS: [(&str, &str); 2] =
    [("check_event_for_spam", "ready"), ("check_event_for_spam, a word in 1 KiB", "event")];

/// The part of a row of Synapse's benchmark that is used here.
#[derive(Deserialize)]
pub(super) struct Cost {
    name: String,
    modules: u32,
    python_ns: Times,
    native_ns: Times,
}

#[derive(Deserialize)]
struct Times {
    median: f64,
    spread: [f64; 2],
}

/// Measures what modules cost in Synapse, or says why that cannot be measured.
///
/// # Errors
/// The measurement failed although Synapse is installed.
pub(super) fn costs() -> Result<std::result::Result<Vec<Cost>, String>> {
    Ok(match crate::synapse::costs()? {
        Ok(json) => Ok(serde_json::from_str(&json)?),
        Err(reason) => Err(reason),
    })
}

/// Adds the costs after the rows of the same question and number of modules.
///
/// # Errors
/// Synapse's benchmark lacks one of the questions.
pub(super) fn add(rows: &mut Vec<Row>, costs: &[Cost]) -> Result<()> {
    for (theirs, _) in QUESTIONS {
        if costs.iter().all(|cost| cost.name != theirs) {
            return Err(format!("synapse/benchmarks/cost.py no longer measures `{theirs}`").into());
        }
    }
    for cost in costs {
        if let Some((_, question)) = QUESTIONS.iter().find(|(theirs, _)| cost.name == *theirs) {
            insert(rows, question, cost);
        }
    }
    Ok(())
}

fn insert(rows: &mut Vec<Row>, question: &str, cost: &Cost) {
    let is_same = |row: &Row| row.question == question && row.modules == cost.modules;
    let boxed = rows.iter().find(|row| is_same(row) && row.way == "boxed");
    let Some(boxed) = boxed.map(|row| row.ns_median) else { return };
    let Some(last) = rows.iter().rposition(is_same) else { return };
    let row = |way: &str, times: &Times| Row {
        question: question.to_owned(),
        way: way.to_owned(),
        modules: cost.modules,
        instructions: None,
        locked: None,
        allocations: None,
        ns_median: times.median,
        ns_spread: times.spread,
        ratio: (times.median / boxed * 1e3).round() / 1e3,
    };
    let new = [row("synapse_python", &cost.python_ns), row("synapse_native", &cost.native_ns)];
    rows.splice(last + 1..last + 1, new);
}

#[cfg(test)]
mod tests {
    use super::*;

    fn costs(names: &[&str]) -> Vec<Cost> {
        let times = |median| serde_json::json!({"median": median, "spread": [1.0, 2.0]});
        let cost = |name: &&str| {
            serde_json::json!({
                "name": name, "modules": 10, "python_ns": times(2700.0), "native_ns": times(540.0),
                "python_us": 2.7, "at_most": null,
            })
        };
        let costs = names.iter().map(cost).collect();
        serde_json::from_value(costs).unwrap()
    }

    #[test]
    fn results_of_synapse_are_placed_with_the_same_question() {
        let mut rows = super::super::fixture().rows;
        let count = rows.len();
        // The fixture has no figures for the other question.
        add(&mut rows, &costs(&QUESTIONS.map(|(theirs, _)| theirs))).unwrap();
        assert_eq!(rows.len(), count + 2);
        let native = rows.last().unwrap();
        assert_eq!((native.way.as_str(), native.modules), ("synapse_native", 10));
        assert!((native.ratio - 2.0).abs() < 1e-9, "{native:?}");
    }

    #[test]
    fn a_question_that_has_gone_is_named() {
        let error = add(&mut Vec::new(), &costs(&["another"])).unwrap_err().to_string();
        assert!(error.ends_with("no longer measures `check_event_for_spam`"), "{error}");
    }
}
