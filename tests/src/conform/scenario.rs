//! A scenario: a callback, its arguments, and what each module does.

use serde_json::{Map, Value};

use super::Unanswered;
use super::args::Args;
use super::callbacks::{ROWS, Row};

/// A scenario that can be run.
pub(super) struct Scenario {
    pub(super) row: &'static Row,
    pub(super) args: Args,
    /// By module: what it does when it is asked, by callback.
    pub(super) modules: Vec<Map<String, Value>>,
    /// Whether a module is to change an argument.
    pub(super) mutates: bool,
}

impl Scenario {
    /// Reads a line; its `id` even if the rest cannot be read.
    pub(super) fn read(line: &[u8]) -> (Value, Result<Self, Unanswered>) {
        let mut scenario: Value = match serde_json::from_slice(line) {
            Ok(scenario) => scenario,
            Err(error) => return (Value::Null, Err(format!("no JSON: {error}").into())),
        };
        if let Some(inner) = scenario.get_mut("scenario") {
            scenario = inner.take();
        }
        let id = scenario.get("id").cloned().unwrap_or_default();
        (id, Self::parse(scenario))
    }

    fn parse(mut scenario: Value) -> Result<Self, Unanswered> {
        let text = |key: &str| {
            let value = scenario.get(key).and_then(Value::as_str);
            value.ok_or_else(|| format!("a scenario has a text `{key}`"))
        };
        let (category, callback) = (text("category")?, text("callback")?);
        let same = |row: &&Row| row.category == category && row.callback == callback;
        let row = ROWS.iter().find(same);
        let row = row.ok_or_else(|| format!("there is no callback `{category}.{callback}`"))?;
        let modules = match scenario["modules"].take() {
            Value::Array(modules) => modules.into_iter().map(object).collect::<Result<Vec<_>, _>>(),
            _ => Err("a scenario has a list `modules`".to_owned()),
        }?;
        if let Some(reason) = modules.iter().find_map(only_in_python) {
            return Err(Unanswered::Skipped(reason));
        }
        let args = match scenario["args"].take() {
            Value::Null => Map::new(),
            args => object(args)?,
        };
        let mutates = modules.iter().any(|outcome| outcome.contains_key("mutate"));
        let modules = modules.into_iter().map(|outcome| by_callback(row.callback, outcome));
        let modules = modules.collect::<Result<_, _>>()?;
        Ok(Self { row, args: Args::new(args)?, modules, mutates })
    }
}

fn object(value: Value) -> Result<Map<String, Value>, String> {
    match value {
        Value::Object(object) => Ok(object),
        other => Err(format!("this is no object: {other}")),
    }
}

/// What an outcome says that nothing but Python can do, also of the callbacks that are asked next.
fn only_in_python(outcome: &Map<String, Value>) -> Option<&'static str> {
    if outcome.keys().any(|key| key.starts_with("sync_")) {
        return Some("a callback that is not async exists only in Python");
    }
    match outcome.get("raise").and_then(Value::as_str) {
        Some("BaseException") => return Some("BaseException exists only in Python"),
        Some("AsyncioCancelledError") => {
            return Some("asyncio's cancellation exists only in Python");
        }
        _ => {}
    }
    let also = outcome.get("also").and_then(Value::as_object).into_iter().flatten();
    also.filter_map(|(_, outcome)| outcome.as_object()).find_map(only_in_python)
}

/// The callbacks of one module: the one that is asked, and those that are asked `also`. A callback
/// that is absent is left out.
fn by_callback(
    callback: &str,
    mut outcome: Map<String, Value>,
) -> Result<Map<String, Value>, String> {
    let mut outcomes = outcome.remove("also").map_or_else(|| Ok(Map::new()), object)?;
    outcomes.insert(callback.to_owned(), Value::Object(outcome));
    outcomes.retain(|_, outcome| outcome.get("absent") != Some(&Value::Bool(true)));
    Ok(outcomes)
}
