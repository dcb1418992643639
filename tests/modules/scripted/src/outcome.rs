//! The outcome of a call: changes an argument, then returns or raises.

use hsmod_plugin_api::prelude::*;
use serde_json::{Map, Value};

use crate::exception::Exception;
use crate::grammar::Meant;
use crate::python::Python;

/// One callback's part of the script.
#[derive(Clone, Debug, Deserialize)]
#[serde(try_from = "Map<String, Value>")]
pub(crate) struct Outcome {
    /// The callback is not even registered.
    pub(crate) absent: bool,
    pub(crate) mutate: Option<Mutation>,
    pub(crate) answer: Answer,
}

/// How a call ends.
#[derive(Clone, Debug)]
pub(crate) enum Answer {
    Return(Python),
    Raise(Exception),
}

impl Answer {
    /// Converts the outcome to the callback's type.
    pub(crate) fn give<A: Meant>(&self, callback: &str) -> Result<A, ModuleError> {
        match self {
            Self::Return(value) => A::meant(callback, value),
            Self::Raise(exception) => Err(exception.error()),
        }
    }
}

/// A change of a positional argument that is a JSON object. Arguments that cannot be changed here
/// are copies in Synapse, so that changing them has no effect there either.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Mutation {
    pub(crate) arg: usize,
    #[serde(default)]
    set: Map<String, Value>,
    #[serde(default)]
    del: Vec<String>,
}

impl Mutation {
    pub(crate) fn apply(&self, value: &mut Value) {
        let Value::Object(object) = value else { return };
        object.extend(self.set.clone());
        for key in &self.del {
            object.remove(key);
        }
    }
}

impl TryFrom<Map<String, Value>> for Outcome {
    type Error = String;

    fn try_from(mut outcome: Map<String, Value>) -> Result<Self, String> {
        let absent = outcome.remove("absent") == Some(Value::Bool(true));
        let mutate = match outcome.remove("mutate") {
            Some(mutate) => Some(serde_json::from_value(mutate).map_err(|e| e.to_string())?),
            None => None,
        };
        let answer = match (outcome.remove("return"), outcome.contains_key("raise")) {
            (Some(value), false) => Answer::Return(Python::read(&value)?),
            (None, true) => Answer::Raise(Exception::read(outcome)?),
            (None, false) if absent => Answer::Return(Python::None),
            _ => return Err("an outcome has either `return` or `raise`".to_owned()),
        };
        Ok(Self { absent, mutate, answer })
    }
}
