//! Puts what several modules answer through the real loader, with real plugins, and says what
//! comes of it: in the words of the scenarios in `tests/data/conformance`, so that the answers can
//! be compared with Synapse's.
//!
//! It encodes and decodes. What a value means in a callback is the plugin's business (`scripted`),
//! how answers are combined the loader's.

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

/// Answers scenarios.
///
/// Keeps the modules it has loaded, one set for each way to register callbacks; what they answer
/// is set anew for each scenario.
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

    /// The same, but every callback waits once before it answers.
    ///
    /// # Errors
    /// As for [`Self::new`].
    ///
    /// # Panics
    /// As for [`Self::new`].
    pub async fn suspending(plugin: &Path) -> Result<Self, LoadError> {
        Ok(Self { pool: Pool::new(plugin, true).await? })
    }

    /// The answer to one line: a scenario, or an object with the key `scenario`. A line that is
    /// none is answered with an `error`.
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
        // Even without a result: what was called now is not to be found by the next scenario.
        let called = cast.called().await?;
        let (result, called) = (result?, registering.unwrap_or(called));
        let after = row.lent.filter(|_| mutates).map(|name| args.value(name).clone());
        Ok(Answer { result, called, after })
    }
}

/// The names that Synapse's `Codes` gives to error codes, and the codes.
pub fn codes() -> impl Iterator<Item = (&'static str, &'static str)> {
    codes::CODES.iter().map(|(name, code)| (&**name, code.as_str()))
}

/// What came of a scenario.
struct Answer {
    result: Value,
    /// The modules that were asked, in order.
    called: Vec<usize>,
    /// What a module could have changed, as the caller has it afterwards.
    after: Option<Value>,
}

/// Why a scenario has no result.
enum Unanswered {
    /// It says something that exists only in Python.
    Skipped(&'static str),
    /// It cannot be read.
    Error(String),
}

impl From<String> for Unanswered {
    fn from(message: String) -> Self {
        Self::Error(message)
    }
}
