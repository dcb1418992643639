//! Tests that real plugins in the real loader give the same results as modules in Synapse.

mod decided;
mod executable;
mod same;
mod vectors;

use std::collections::BTreeMap;
use std::path::PathBuf;

use hsmod_tests::build;
use hsmod_tests::conform::{Conform, codes};
use serde_json::Value;

/// A file of `tests/data/conformance`.
fn data(name: &str) -> String {
    let file: PathBuf = [env!("CARGO_MANIFEST_DIR"), "data/conformance", name].iter().collect();
    std::fs::read_to_string(file).unwrap()
}

async fn conform() -> Conform {
    Conform::new(&build::plugin("scripted")).await.unwrap()
}

/// Counts by name.
type Counts = BTreeMap<String, usize>;

fn counted<'a>(names: impl IntoIterator<Item = &'a str>) -> Counts {
    let mut counts = Counts::new();
    names.into_iter().for_each(|name| *counts.entry(name.to_owned()).or_default() += 1);
    counts
}

/// Compares all scenarios. Returns the number of equal ones, and of skipped ones by reason.
async fn compare_scenarios(mut conform: Conform) -> (usize, Counts) {
    let (mut same, mut decided, mut skipped) = (0, 0, Vec::new());
    for line in data("aggregation.jsonl").lines() {
        let answer = conform.answer(line.as_bytes()).await;
        let line: Value = serde_json::from_str(line).unwrap();
        let (scenario, synapse) = (&line["scenario"], &line["answer"]);
        if let Some(reason) = answer["skipped"].as_str() {
            skipped.push(reason.to_owned());
            continue;
        }
        assert!(answer.get("error").is_none(), "{answer}, of this scenario:\n{scenario}");
        let (ours, theirs) = (same::answer(scenario, &answer), same::answer(scenario, synapse));
        if let Some((expected, why)) = decided::scenario(&scenario["id"]) {
            let expected = same::answer(scenario, expected);
            assert_ne!(theirs, expected, "{why}: Synapse agrees on this scenario:\n{scenario}");
            assert_eq!(ours, expected, "{why}: ours, what was decided, of:\n{scenario}");
            decided += 1;
        } else {
            assert_eq!(ours, theirs, "ours, Synapse's, of this scenario:\n{scenario}");
            same += 1;
        }
    }
    assert_eq!(decided, decided::DECIDED.scenarios.len(), "decisions that no scenario shows");
    (same, counted(skipped.iter().map(String::as_str)))
}

#[tokio::test]
async fn scenarios_end_as_in_synapse() {
    let (same, skipped) = compare_scenarios(conform().await).await;
    assert_eq!(same, 1866);
    insta::assert_debug_snapshot!(skipped, @r#"
    {
        "BaseException exists only in Python": 21,
        "a callback that is not async exists only in Python": 60,
        "asyncio's cancellation exists only in Python": 25,
    }
    "#);
    assert_eq!(same + skipped.values().sum::<usize>() + decided::DECIDED.scenarios.len(), 2000);
}

#[tokio::test]
async fn scenarios_end_as_in_synapse_if_modules_do_not_answer_at_once() {
    let conform = Conform::suspending(&build::plugin("scripted")).await.unwrap();
    let (same, _) = compare_scenarios(conform).await;
    assert_eq!(same, 1866);
}

#[test]
fn error_codes_have_synapses_names() {
    let synapse: BTreeMap<String, String> =
        serde_json::from_str(&data("error-codes.json")).unwrap();
    assert_eq!(synapse.len(), 76);
    let ours: BTreeMap<_, _> = codes().collect();
    for (name, code) in &synapse {
        assert_eq!(ours.get(&**name), Some(&&**code), "{name}");
    }
}
