//! Answers that a test provides as JSON.

use std::marker::PhantomData;

use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::script::{self, Reply};
use crate::module::http_response::HttpResponse;
use crate::requests;
use crate::values::{OwnedEvent, SqlRows, by_name};

/// Searches all groups for the request.
macro_rules! of_all_groups {
    ($( $group:ident: $trait:ident $written:ident $table:ident $erased:ident; )*) => {
        /// Converts JSON into the answer of a request.
        ///
        /// # Errors
        /// The JSON does not fit the answer, or there is no such request.
        pub(super) fn reply(request: &str, answer: &Value) -> Result<Reply, String> {
            None
                $( .or_else(|| requests::$group::reply(request, answer)) )*
                .unwrap_or_else(|| Err("there is no such request".to_owned()))
        }
    };
}

crate::__request_groups!(of_all_groups []);

/// Reads the answers of a type.
///
/// Rationale: there are two methods with one name, and the compiler prefers the inherent one to
/// that of the trait; so types that implement `Deserialize` need no line here.
pub(crate) struct Reading<A>(PhantomData<A>);

impl<A> Default for Reading<A> {
    fn default() -> Self {
        Self(PhantomData)
    }
}

/// Reads an answer with serde.
pub(crate) trait Read {
    fn read(&self, answer: &Value) -> Result<Reply, String>;
}

impl<A: DeserializeOwned + Serialize + Clone + Send + Sync + 'static> Read for Reading<A> {
    fn read(&self, answer: &Value) -> Result<Reply, String> {
        let read: A = by_name::from_str(&answer.to_string()).map_err(|error| unlike(&error))?;
        let known = serde_json::to_value(&read).map_err(|error| error.to_string())?;
        no_other_fields(answer, &known)?;
        Ok(script::reply(move |_| Ok(read.clone())))
    }
}

/// Reads the answer of requests without a value.
impl Reading<()> {
    pub(crate) fn read(&self, answer: &Value) -> Result<Reply, String> {
        match answer {
            Value::Null => Ok(script::reply(|_| Ok(()))),
            _ => Err("it answers nothing, which is written `null`".to_owned()),
        }
    }
}

impl Reading<OwnedEvent> {
    pub(crate) fn read(&self, answer: &Value) -> Result<Reply, String> {
        let event = event(answer)?;
        Ok(script::reply(move |_| Ok(event.clone())))
    }
}

impl Reading<Vec<OwnedEvent>> {
    pub(crate) fn read(&self, answer: &Value) -> Result<Reply, String> {
        let Value::Array(items) = answer else { return Err("it is a list of events".to_owned()) };
        let events = items.iter().map(event).collect::<Result<Vec<_>, _>>()?;
        Ok(script::reply(move |_| Ok(events.clone())))
    }
}

/// Types that have no form in JSON.
macro_rules! not_data {
    ($( $type:ty; )*) => { $(
        impl Reading<$type> {
            pub(crate) fn read(&self, _: &Value) -> Result<Reply, String> {
                Err("it cannot be written as JSON: use `answer`".to_owned())
            }
        }
    )* };
}

not_data! {
    HttpResponse;
    SqlRows;
}

fn event(json: &Value) -> Result<OwnedEvent, String> {
    OwnedEvent::from_json(json.to_string())
        .map_err(|error| format!("not an event: {}", unlike(&error)))
}

/// The error without its position, which means nothing to the test.
fn unlike(error: &serde_json::Error) -> String {
    error.to_string().split(" at line ").next().unwrap_or_default().to_owned()
}

/// Refuses fields that the struct does not have, which would otherwise be ignored silently.
fn no_other_fields(given: &Value, known: &Value) -> Result<(), String> {
    match (given, known) {
        (Value::Object(given), Value::Object(known)) => {
            let Some(other) = given.keys().find(|key| !known.contains_key(*key)) else {
                return Ok(());
            };
            let fields: Vec<String> = known.keys().map(|field| format!("`{field}`")).collect();
            Err(format!("it has no field `{other}`: its fields are {}", fields.join(", ")))
        }
        (Value::Array(given), Value::Array(known)) => {
            given.iter().zip(known).try_for_each(|(given, known)| no_other_fields(given, known))
        }
        _ => Ok(()),
    }
}
