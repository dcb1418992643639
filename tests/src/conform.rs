//! Runs scenarios with several modules in the real loader, with real plugins, and encodes the
//! results like the scenarios in `tests/data/conformance`, so that they can be compared with
//! Synapse's.
//!
//! It only encodes and decodes. The plugin `scripted` defines the meaning of values in a callback,
//! and the loader how answers are combined.

mod answer;
mod args;
mod callbacks;
mod codes;
mod homeserver;
mod pool;
mod scenario;
mod untyped;

use std::path::Path;

use hsmod_loader::LoadError;
use serde_json::{Value, json};

use pool::{NoCast, Pool, Refused};
use scenario::Scenario;

/// Runs scenarios.
///
/// Keeps its loaded modules, one set for each combination of registered callbacks. Their answers
/// are set again for each scenario.
#[derive(Debug)]
pub struct Conform {
    pool: Pool,
}

impl Conform {
    /// Maps the plugin `scripted`.
    ///
    /// # Errors
    /// If the file is no plugin, or not this one.
    ///
    /// # Panics
    /// Outside a tokio runtime.
    pub async fn new(plugin: &Path) -> Result<Self, LoadError> {
        Ok(Self { pool: Pool::new(plugin, false).await? })
    }

    /// Like [`Self::new`], but every callback suspends once before it answers.
    ///
    /// # Errors
    /// As for [`Self::new`].
    ///
    /// # Panics
    /// As for [`Self::new`].
    pub async fn suspending(plugin: &Path) -> Result<Self, LoadError> {
        Ok(Self { pool: Pool::new(plugin, true).await? })
    }

    /// Answers one line: a scenario, or an object with the key `scenario`. Any other line is
    /// answered with an `error`.
    pub async fn answer(&mut self, line: &[u8]) -> Value {
        let (id, scenario) = Scenario::read(line);
        let answer = match scenario {
            Ok(scenario) => self.run(scenario).await,
            Err(unanswered) => Err(unanswered),
        };
        match answer {
            Ok(Answer { result, called, after: None }) => {
                json!({"id": id, "result": result, "called": called})
            }
            Ok(Answer { result, called, after: Some(after) }) => {
                json!({"id": id, "result": result, "called": called, "after": after})
            }
            Err(Unanswered::Skipped(reason)) => json!({"id": id, "skipped": reason}),
            Err(Unanswered::Error(message)) => json!({"id": id, "error": message}),
        }
    }

    async fn run(&mut self, scenario: Scenario) -> Result<Answer, Unanswered> {
        let Scenario { row, mut args, modules, registering, mutates } = scenario;
        let cast = match self.pool.cast(&modules).await {
            Ok(cast) => cast,
            Err(NoCast::Refused(Refused { module, message })) => {
                let result = answer::failed("LoadError", &message);
                let mut called = registering.unwrap_or_default();
                called.retain(|index| *index <= module);
                return Ok(Answer { result, called, after: None });
            }
            Err(NoCast::Error(message)) => return Err(message.into()),
        };
        let result = (row.ask)(cast.modules(), &mut args).await;
        // Read the calls even without a result, so that the next scenario does not see them.
        let called = cast.called().await?;
        let (result, called) = (result?, registering.unwrap_or(called));
        let after = row.lent.filter(|_| mutates).map(|name| args.value(name).clone());
        Ok(Answer { result, called, after })
    }
}

/// The names of Synapse's `Codes` and their error codes.
pub fn codes() -> impl Iterator<Item = (&'static str, &'static str)> {
    codes::CODES.iter().map(|(name, code)| (&**name, code.as_str()))
}

/// The result of a scenario.
struct Answer {
    result: Value,
    /// The modules that were asked, in order.
    called: Vec<usize>,
    /// The argument that modules could change, after the call.
    after: Option<Value>,
}

/// Why a scenario has no result.
enum Unanswered {
    /// It uses something that exists only in Python.
    Skipped(&'static str),
    /// It cannot be read.
    Error(String),
}

impl From<String> for Unanswered {
    fn from(message: String) -> Self {
        Self::Error(message)
    }
}
