//! The state of a room: Synapse's own mapping, looked up when a module asks for an event.

use std::sync::Arc;

use hsmod_loader::values::{ModuleError, Unanswered};
use hsmod_loader::{State, StateSource};
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

/// The mapping itself. Nothing of it is copied; Synapse does not change it once it is told.
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
}

impl Mapping {
    /// Looks at once on the reactor's thread, where questions are asked; from the tasks in which
    /// modules are told of something, by a job there.
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
            // A module that has been given up is not there to hear of it.
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
    let mut found = Vec::new();
    let mut look = |key: &Bound<'_, PyAny>, event: &Bound<'_, PyAny>| {
        let its_type = key.cast::<PyTuple>()?.get_item(0)?;
        if its_type.cast::<PyString>()?.to_cow()? == event_type {
            found.push(event::json(event)?);
        }
        PyResult::Ok(())
    };
    if let Ok(events) = events.cast::<PyDict>() {
        for (key, event) in events {
            look(&key, &event)?;
        }
    } else {
        for item in events.cast::<PyMapping>()?.items()? {
            let (key, event) = item.extract::<(Bound<'_, PyAny>, Bound<'_, PyAny>)>()?;
            look(&key, &event)?;
        }
    }
    Ok(found)
}
