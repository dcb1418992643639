//! Loaded modules that play the modules of scenarios.

use std::collections::HashMap;
use std::path::{Path, PathBuf};

use bytes::Bytes;
use hsmod_loader::problem::{Problem, Stage};
use hsmod_loader::{Config, Host, LoadError, Modules};
use http::Request;
use serde_json::{Map, Value, json};

use super::callbacks::ROWS;
use super::scenario::{Part, Registers};

/// What each module in a set registers.
type Shape = Vec<Registers>;

/// The modules cannot start together, or one cannot start at all.
#[derive(Clone, Debug)]
pub(super) struct Refused {
    /// The index of the first module with a problem.
    pub(super) module: usize,
    /// The problem.
    pub(super) message: String,
}

/// Why there are no modules for a scenario.
pub(super) enum NoCast {
    Refused(Refused),
    /// The scenario cannot be read, or the plugin is gone.
    Error(String),
}

impl From<String> for NoCast {
    fn from(message: String) -> Self {
        Self::Error(message)
    }
}

/// Modules that have been loaded and can be reused.
#[derive(Debug)]
pub(super) struct Pool {
    plugin: PathBuf,
    /// Whether every callback waits once before it answers.
    suspend: bool,
    sets: HashMap<Shape, Result<Modules, Refused>>,
}

impl Pool {
    pub(super) async fn new(plugin: &Path, suspend: bool) -> Result<Self, LoadError> {
        let plugin = std::path::absolute(plugin).unwrap_or_else(|_| plugin.to_owned());
        let mut pool = Self { plugin, suspend, sets: HashMap::new() };
        // Load a set now, so that an invalid plugin is found before the first scenario.
        let shape = vec![Registers::Usual];
        let modules = pool.load(&shape).await?;
        pool.sets.insert(shape, Ok(modules));
        Ok(pool)
    }

    /// Returns modules that behave as the scenario says. Modules that register nothing are left
    /// out, since they are never called.
    pub(super) async fn cast(&mut self, parts: &[Part]) -> Result<Cast<'_>, NoCast> {
        let there = parts.iter().enumerate().filter(|(_, part)| part.registers.is_some());
        let places: Vec<usize> = there.clone().map(|(place, _)| place).collect();
        let shape: Shape = there.clone().filter_map(|(_, part)| part.registers.clone()).collect();
        if !self.sets.contains_key(&shape) {
            let modules = match self.load(&shape).await {
                Ok(modules) => Ok(modules),
                Err(error) => Err(refused(&error).ok_or_else(|| error.to_string())?),
            };
            self.sets.insert(shape.clone(), modules);
        }
        let modules = self.sets[&shape].as_ref().map_err(|Refused { module, message }| {
            let place = places.get(*module).copied().unwrap_or_default();
            NoCast::Refused(Refused { module: place, message: message.clone() })
        })?;
        let cast = Cast { modules, places };
        for (index, (_, Part { outcomes, .. })) in there.enumerate() {
            if !outcomes.is_empty() {
                cast.oracle("POST", index, json!(outcomes).to_string()).await?;
            }
        }
        Ok(cast)
    }

    async fn load(&self, shape: &Shape) -> Result<Modules, LoadError> {
        let module = |(index, registers): (usize, &Registers)| {
            let mut config = config(registers);
            config.insert("oracle".to_owned(), oracle(index).into());
            config.insert("suspend".to_owned(), self.suspend.into());
            let plugin = self.plugin.to_string_lossy();
            json!({"module": plugin, "name": index.to_string(), "config": config})
        };
        let modules: Vec<Value> = shape.iter().enumerate().map(module).collect();
        // Permissions of the target directory are not under test.
        let config = json!({"modules": modules, "verify": {"permissions": "warn"}});
        let config = Config::from_value(config, &[], Path::new("."))?;
        Modules::load(config, Host::new("example.com")).await.map_err(|mut error| {
            error.problems.retain(Problem::is_error);
            error
        })
    }
}

/// The module that prevented the start, if its registrations are the only problem.
fn refused(error: &LoadError) -> Option<Refused> {
    let blamed = |problem: &Problem| {
        let module = problem.module.as_deref()?.parse().ok()?;
        let message = problem.message.clone();
        (problem.stage == Stage::New).then_some(Refused { module, message })
    };
    let all: Option<Vec<Refused>> = error.problems.iter().map(blamed).collect();
    all?.into_iter().min_by_key(|refused| refused.module)
}

/// The `config` of a module: the callbacks to register, which do nothing yet.
fn config(registers: &Registers) -> Map<String, Value> {
    let silent = |callbacks: &mut dyn Iterator<Item = &str>| -> Value {
        callbacks.map(|name| (name.to_owned(), json!({"return": null}))).collect()
    };
    let usual = || ROWS.iter().filter(|row| row.apart.is_none()).map(|row| row.callback);
    let mut config = Map::new();
    let outcomes = match registers {
        Registers::Usual => silent(&mut usual()),
        Registers::Apart(callbacks, auth_checkers) => {
            config.extend(auth_checkers.clone().map(|types| ("auth_checkers".to_owned(), types)));
            silent(&mut callbacks.iter().map(String::as_str))
        }
    };
    config.insert("outcomes".to_owned(), outcomes);
    config
}

fn oracle(index: usize) -> String {
    format!("/_synapse/client/oracle/{index}")
}

/// The modules that play a scenario.
pub(super) struct Cast<'a> {
    modules: &'a Modules,
    /// The index of each module in the scenario.
    places: Vec<usize>,
}

impl Cast<'_> {
    pub(super) const fn modules(&self) -> &Modules {
        self.modules
    }

    /// The modules that were called since the last time, in order.
    pub(super) async fn called(&self) -> Result<Vec<usize>, String> {
        let mut calls = Vec::new();
        for (index, place) in self.places.iter().enumerate() {
            let seen = self.oracle("GET", index, String::new()).await?;
            let seen: Vec<Value> = serde_json::from_slice(&seen)
                .map_err(|error| format!("the oracle does not say what was called: {error}"))?;
            calls.extend(seen.iter().map(|call| (call[0].as_u64(), *place)));
        }
        calls.sort_unstable();
        Ok(calls.into_iter().map(|(_, place)| place).collect())
    }

    /// Sends a request to a module's web resource.
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
