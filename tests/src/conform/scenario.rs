//! A scenario: a callback, its arguments, and what each module does.

use serde_json::{Map, Value, json};

use super::Unanswered;
use super::args::Args;
use super::callbacks::{REGISTER_AUTH_CHECKERS, ROWS, Row};

/// A scenario that can be run.
pub(super) struct Scenario {
    pub(super) row: &'static Row,
    pub(super) args: Args,
    pub(super) modules: Vec<Part>,
    /// The modules that register something, if that is what the scenario is about.
    pub(super) registering: Option<Vec<usize>>,
    /// Whether a module changes an argument.
    pub(super) mutates: bool,
}

/// A module of a scenario.
pub(super) struct Part {
    /// `None` if the module registers nothing.
    pub(super) registers: Option<Registers>,
    /// The outcomes by callback.
    pub(super) outcomes: Map<String, Value>,
}

/// What a module registers.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) enum Registers {
    /// All callbacks that are not registered apart.
    Usual,
    /// These callbacks, and these login types with their fields.
    Apart(Vec<String>, Option<Value>),
}

impl Scenario {
    /// Reads a line. Its `id` is returned even if the rest is invalid.
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
        let registering = (row.callback == REGISTER_AUTH_CHECKERS.callback).then(|| {
            let there = modules.iter().enumerate().filter(|(_, outcome)| !is_absent(outcome));
            there.map(|(index, _)| index).collect()
        });
        let modules = modules.into_iter().map(|outcome| part(row, outcome));
        let modules = modules.collect::<Result<_, _>>()?;
        Ok(Self { row, args: Args::new(args)?, modules, registering, mutates })
    }
}

fn object(value: Value) -> Result<Map<String, Value>, String> {
    match value {
        Value::Object(object) => Ok(object),
        other => Err(format!("this is no object: {other}")),
    }
}

/// Why an outcome, or one of the callbacks that follow, is only possible in Python.
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

/// Reads one module: its outcomes for the row's callback and those listed in `also`.
fn part(row: &Row, mut outcome: Map<String, Value>) -> Result<Part, String> {
    let mut outcomes = outcome.remove("also").map_or_else(|| Ok(Map::new()), object)?;
    if let Some(name) = outcomes.keys().find(|name| ROWS.iter().all(|row| row.callback != *name)) {
        return Err(format!("there is no callback `{name}`"));
    }
    outcomes.retain(|_, outcome| outcome.as_object().is_none_or(|outcome| !is_absent(outcome)));
    let auth_checkers = auth_checkers(row, &outcome);
    let mut apart: Vec<String> = outcomes.keys().cloned().collect();
    if !is_absent(&outcome) {
        let but = row.but.filter(|(flag, _)| outcome.get(*flag) == Some(&Value::Bool(true)));
        let callbacks = but.map(|(_, callbacks)| callbacks).or(row.apart).unwrap_or_default();
        apart.extend(callbacks.iter().map(|name| (*name).to_owned()));
        outcomes.insert(row.callback.to_owned(), Value::Object(outcome));
    }
    if outcomes.is_empty() || auth_checkers == Some(json!([])) {
        return Ok(Part { registers: None, outcomes: Map::new() });
    }
    let registers = if row.apart.is_some() {
        outcomes.retain(|name, _| apart.contains(name));
        Registers::Apart(apart, auth_checkers)
    } else {
        Registers::Usual
    };
    Ok(Part { registers: Some(registers), outcomes })
}

fn is_absent(outcome: &Map<String, Value>) -> bool {
    outcome.get("absent") == Some(&Value::Bool(true))
}

/// The login types that a module registers, with their fields.
fn auth_checkers(row: &Row, outcome: &Map<String, Value>) -> Option<Value> {
    let login_type = || outcome.get("login_type").and_then(Value::as_str);
    match row.callback {
        "check_auth" => Some(json!([[login_type().unwrap_or("m.login.password"), ["password"]]])),
        name if name == REGISTER_AUTH_CHECKERS.callback => {
            Some(outcome.get("register").cloned().unwrap_or_else(|| json!([])))
        }
        _ => None,
    }
}
