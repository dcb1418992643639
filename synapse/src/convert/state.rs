//! The state of a room: Synapse's own mapping, in which events are looked up when a module asks.

use std::sync::Arc;

use hsmod_loader::values::{ModuleError, Unanswered};
use hsmod_loader::{State, StateSource};
use pyo3::intern;
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyMapping, PyString, PyTuple};
use tokio::sync::oneshot;

use super::arguments::Argument;
use super::event;
use crate::home::Home;
use crate::reactor::Reactor;

/// Events by their type and state key.
pub(crate) struct StateMap(State);

impl Argument for StateMap {
    type View<'a> = &'a State;
    type Input<'v> = &'v State;

    fn take(home: &Home, value: &Bound<'_, PyAny>) -> PyResult<Self> {
        let events = Arc::new(value.clone().unbind());
        let reactor = Arc::clone(&home.reactor);
        Ok(Self(State::new(Arc::new(Mapping { events, reactor }))))
    }

    fn view(&self) -> &State {
        &self.0
    }

    fn input<'v>(view: &'v &State) -> &'v State {
        view
    }
}

/// The mapping itself. It is not copied; Synapse does not change it after passing it on.
struct Mapping {
    events: Arc<Py<PyAny>>,
    reactor: Arc<Reactor>,
}

impl StateSource for Mapping {
    async fn get(&self, event_type: &str, state_key: &str) -> Result<Option<String>, ModuleError> {
        let (event_type, state_key) = (event_type.to_owned(), state_key.to_owned());
        self.look(move |events| get(events, &event_type, &state_key)).await
    }

    async fn of_type(&self, event_type: &str) -> Result<Vec<String>, ModuleError> {
        let event_type = event_type.to_owned();
        self.look(move |events| of_type(events, &event_type)).await
    }

    async fn keys(&self, event_type: &str) -> Result<Vec<String>, ModuleError> {
        let event_type = event_type.to_owned();
        self.look(move |events| keys(events, &event_type, |key| Ok(key.to_cow()?.into_owned())))
            .await
    }

    async fn count(&self, event_type: &str) -> Result<usize, ModuleError> {
        let event_type = event_type.to_owned();
        self.look(move |events| keys(events, &event_type, |_| Ok(()))).await.map(|keys| keys.len())
    }

    async fn all(&self) -> Result<Vec<String>, ModuleError> {
        self.look(|events| entries(events, |_, event| event::json(event).map(Some))).await
    }

    async fn members(&self, membership: &str) -> Result<Vec<String>, ModuleError> {
        let membership = membership.to_owned();
        self.look(move |events| members(events, &membership)).await
    }
}

impl Mapping {
    /// Reads at once if this is the reactor's thread, on which questions are asked; in the tasks
    /// that notify modules, by a job on that thread.
    async fn look<T: Send + 'static>(
        &self,
        look: impl FnOnce(&Bound<'_, PyAny>) -> PyResult<T> + Send + 'static,
    ) -> Result<T, ModuleError> {
        if self.reactor.is_here() {
            return Python::attach(|py| look(self.events.bind(py)))
                .map_err(|error| unreadable(&error));
        }
        let (sender, receiver) = oneshot::channel();
        let events = Arc::clone(&self.events);
        self.reactor.run(move |py| {
            // The module has given up the request; the result is not needed.
            let _ = sender.send(look(events.bind(py)).map_err(|error| unreadable(&error)));
        });
        receiver.await.unwrap_or_else(|_| {
            let message = "the state of the room is gone: the homeserver has ended";
            Err(ModuleError::not_answered(Unanswered::ShuttingDown, message))
        })
    }
}

fn unreadable(error: &PyErr) -> ModuleError {
    ModuleError::new(format_args!("the state of the room cannot be read: {error}"))
}

fn get(events: &Bound<'_, PyAny>, event_type: &str, state_key: &str) -> PyResult<Option<String>> {
    let found = events.call_method1("get", ((event_type, state_key),))?;
    if found.is_none() { Ok(None) } else { event::json(&found).map(Some) }
}

fn of_type(events: &Bound<'_, PyAny>, event_type: &str) -> PyResult<Vec<String>> {
    entries(events, |key, event| of(key, event_type)?.map(|_| event::json(event)).transpose())
}

/// The state keys of a type; no event is read.
fn keys<T>(
    events: &Bound<'_, PyAny>,
    event_type: &str,
    mut take: impl FnMut(&Bound<'_, PyString>) -> PyResult<T>,
) -> PyResult<Vec<T>> {
    let mut found = Vec::new();
    for key in events.try_iter()? {
        if let Some(key) = of(key?.cast()?, event_type)? {
            found.push(take(&key)?);
        }
    }
    Ok(found)
}

/// The users with a membership; malformed events are ignored.
fn members(events: &Bound<'_, PyAny>, membership: &str) -> PyResult<Vec<String>> {
    entries(events, |key, event| {
        let Some(user_id) = of(key, "m.room.member")? else { return Ok(None) };
        let content = event.getattr(intern!(event.py(), "content"))?;
        let found = content.get_item(intern!(event.py(), "membership"));
        let is = found.is_ok_and(|found| found.eq(membership).unwrap_or_default());
        if is { Ok(Some(user_id.to_cow()?.into_owned())) } else { Ok(None) }
    })
}

/// The state key of an entry, if it has this type.
fn of<'py>(key: &Bound<'py, PyTuple>, event_type: &str) -> PyResult<Option<Bound<'py, PyString>>> {
    let its_type = key.get_item(0)?;
    if its_type.cast::<PyString>()?.to_cow()? != event_type {
        return Ok(None);
    }
    Ok(Some(key.get_item(1)?.cast_into()?))
}

/// Collects the results of `take` for each entry.
fn entries<T>(
    events: &Bound<'_, PyAny>,
    mut take: impl FnMut(&Bound<'_, PyTuple>, &Bound<'_, PyAny>) -> PyResult<Option<T>>,
) -> PyResult<Vec<T>> {
    let mut found = Vec::new();
    if let Ok(events) = events.cast::<PyDict>() {
        for (key, event) in events {
            found.extend(take(key.cast()?, &event)?);
        }
    } else {
        for item in events.cast::<PyMapping>()?.items()? {
            let (key, event) = item.extract::<(Bound<'_, PyTuple>, Bound<'_, PyAny>)>()?;
            found.extend(take(&key, &event)?);
        }
    }
    Ok(found)
}
