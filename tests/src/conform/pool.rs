//! The modules that take the parts of a scenario's.

use std::collections::HashMap;
use std::path::{Path, PathBuf};

use bytes::Bytes;
use hsmod_loader::problem::Severity;
use hsmod_loader::{Config, Host, LoadError, Modules};
use http::Request;
use serde_json::{Map, Value, json};

use super::callbacks::ROWS;

/// What each module of a set registers.
type Shape = Vec<Vec<String>>;

/// What a module does when it is asked, by callback; nothing if it does not register any.
type Outcomes = Map<String, Value>;

/// Modules that were loaded before and may be asked again.
#[derive(Debug)]
pub(super) struct Pool {
    plugin: PathBuf,
    /// Whether every callback waits once before it answers.
    suspend: bool,
    sets: HashMap<Shape, Modules>,
}

impl Pool {
    pub(super) async fn new(plugin: &Path, suspend: bool) -> Result<Self, LoadError> {
        let plugin = std::path::absolute(plugin).unwrap_or_else(|_| plugin.to_owned());
        let mut pool = Self { plugin, suspend, sets: HashMap::new() };
        // A file that is no plugin is to be found out before the first scenario.
        let shape = vec![standard()];
        let modules = pool.load(&shape).await?;
        pool.sets.insert(shape, modules);
        Ok(pool)
    }

    /// Modules that do what a scenario says of its own. A callback that is asked `apart` is
    /// registered with nothing but what the scenario names.
    pub(super) async fn cast(
        &mut self,
        apart: bool,
        outcomes: &[Outcomes],
    ) -> Result<Cast<'_>, String> {
        let registers = |outcomes: &Outcomes| match (outcomes.is_empty(), apart) {
            (true, _) => Vec::new(),
            (false, true) => outcomes.keys().cloned().collect(),
            (false, false) => standard(),
        };
        let shape: Shape = outcomes.iter().map(registers).collect();
        if !self.sets.contains_key(&shape) {
            let modules = self.load(&shape).await.map_err(|error| error.to_string())?;
            self.sets.insert(shape.clone(), modules);
        }
        let cast = Cast { modules: &self.sets[&shape], number: shape.len() };
        for (index, outcomes) in outcomes.iter().enumerate() {
            if !outcomes.is_empty() {
                cast.oracle("POST", index, json!(outcomes).to_string()).await?;
            }
        }
        Ok(cast)
    }

    async fn load(&self, shape: &Shape) -> Result<Modules, LoadError> {
        let module = |(index, callbacks): (usize, &Vec<String>)| {
            let outcomes: Outcomes =
                callbacks.iter().map(|name| (name.clone(), json!({"return": null}))).collect();
            let config =
                json!({"outcomes": outcomes, "oracle": oracle(index), "suspend": self.suspend});
            json!({"module": self.plugin.to_string_lossy(), "config": config})
        };
        let modules: Vec<Value> = shape.iter().enumerate().map(module).collect();
        // Who may write to a target directory is not what is tested.
        let config = json!({"modules": modules, "verify": {"permissions": "warn"}});
        let config = Config::from_value(config, &[], Path::new("."))?;
        Modules::load(config, Host::new("example.com")).await.map_err(|mut error| {
            error.problems.retain(|problem| problem.severity == Severity::Error);
            error
        })
    }
}

/// What a module registers unless it matters what else it registers.
fn standard() -> Vec<String> {
    ROWS.iter().filter(|row| !row.apart).map(|row| row.callback.to_owned()).collect()
}

fn oracle(index: usize) -> String {
    format!("/_synapse/client/oracle/{index}")
}

/// The modules that play a scenario.
pub(super) struct Cast<'a> {
    modules: &'a Modules,
    number: usize,
}

impl Cast<'_> {
    pub(super) const fn modules(&self) -> &Modules {
        self.modules
    }

    /// Which modules were asked since the last time, in order.
    pub(super) async fn called(&self) -> Result<Vec<usize>, String> {
        let mut calls = Vec::new();
        for index in 0..self.number {
            let seen = self.oracle("GET", index, String::new()).await?;
            let seen: Vec<Value> = serde_json::from_slice(&seen)
                .map_err(|error| format!("the oracle does not say what was called: {error}"))?;
            calls.extend(seen.iter().map(|call| (call[0].as_u64(), index)));
        }
        calls.sort_unstable();
        Ok(calls.into_iter().map(|(_, index)| index).collect())
    }

    /// Asks a module's web resource.
    async fn oracle(&self, method: &str, index: usize, body: String) -> Result<Bytes, String> {
        let request = Request::builder().method(method).uri(oracle(index)).body(Bytes::from(body));
        let request = request.map_err(|error| error.to_string())?;
        let response = self.modules.web().handle(request).await;
        let response = response.ok_or("the plugin has no oracle: is it `scripted`?")?;
        if response.status().is_success() {
            return Ok(response.into_body());
        }
        let body = String::from_utf8_lossy(response.body()).into_owned();
        let body: Value = serde_json::from_str(&body).unwrap_or_default();
        Err(body["error"].as_str().unwrap_or("the oracle failed").to_owned())
    }
}
