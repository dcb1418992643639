//! Synapse's events: the most used fields are read at once, JSON is created when a module asks for
//! it.

use std::borrow::Cow;

use hsmod_loader::{EventError, EventParts, Parts};
use pyo3::intern;
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyString};

use super::arguments::Argument;
use super::json::{self as written, write_into};
use crate::home::Home;

/// An event of Synapse.
///
/// Rationale: a Python string can be read only while Python's lock is held, but modules are asked
/// on any thread. The strings of the head are copied into one Rust string; the rest is not copied.
pub(crate) struct Event {
    event: Py<PyAny>,
    /// The strings of the head, one after the other.
    head: String,
    /// The end of each of them, in the order of [`Part`].
    ends: [usize; 6],
    is_state: bool,
    origin_server_ts: i64,
}

/// A string of the head, by its position.
#[derive(Clone, Copy)]
enum Part {
    EventId,
    RoomId,
    Sender,
    Type,
    RoomVersion,
    StateKey,
}

impl Argument for Event {
    type View<'a> = &'a Self;
    type Input<'v> = Parts<'v, Self>;

    fn take(_: &Home, value: &Bound<'_, PyAny>) -> PyResult<Self> {
        Self::of(value)
    }

    fn view(&self) -> &Self {
        self
    }

    fn input<'v>(view: &'v &Self) -> Parts<'v, Self> {
        Parts(view)
    }
}

impl Event {
    /// Reads the head.
    ///
    /// # Errors
    /// It is not an event.
    pub(super) fn of(event: &Bound<'_, PyAny>) -> PyResult<Self> {
        let py = event.py();
        let mut head = String::with_capacity(192);
        let mut ends = [0; 6];
        let state_key = event.call_method0(intern!(py, "get_state_key"))?;
        let is_state = !state_key.is_none();
        let texts = [
            event.getattr(intern!(py, "event_id"))?,
            event.getattr(intern!(py, "room_id"))?,
            event.getattr(intern!(py, "sender"))?,
            event.getattr(intern!(py, "type"))?,
            event.getattr(intern!(py, "room_version"))?.getattr(intern!(py, "identifier"))?,
            state_key,
        ];
        for (text, end) in texts.iter().take(if is_state { 6 } else { 5 }).zip(&mut ends) {
            let text = text.cast::<PyString>()?;
            head.push_str(&text.to_cow().unwrap_or_else(|_| text.to_string_lossy()));
            *end = head.len();
        }
        let origin_server_ts = event.getattr(intern!(py, "origin_server_ts"))?.extract()?;
        Ok(Self { event: event.clone().unbind(), head, ends, is_state, origin_server_ts })
    }

    fn part(&self, part: Part) -> &str {
        let at = part as usize;
        let start = if at == 0 { 0 } else { self.ends[at - 1] };
        &self.head[start..self.ends[at]]
    }

    /// Calls `write` with the event, on whatever thread a module asks for it.
    fn written(
        &self,
        write: impl FnOnce(&Bound<'_, PyAny>) -> PyResult<String>,
    ) -> Result<Cow<'_, str>, EventError> {
        let written =
            Python::try_attach(|py| write(self.event.bind(py)).map_err(|error| error.to_string()));
        Ok(written.unwrap_or_else(|| Err("the homeserver has ended".to_owned()))?.into())
    }
}

impl EventParts for Event {
    fn event_id(&self) -> &str {
        self.part(Part::EventId)
    }

    fn room_id(&self) -> &str {
        self.part(Part::RoomId)
    }

    fn sender(&self) -> &str {
        self.part(Part::Sender)
    }

    fn event_type(&self) -> &str {
        self.part(Part::Type)
    }

    fn state_key(&self) -> Option<&str> {
        self.is_state.then(|| self.part(Part::StateKey))
    }

    fn origin_server_ts(&self) -> i64 {
        self.origin_server_ts
    }

    fn room_version(&self) -> Option<&str> {
        Some(self.part(Part::RoomVersion))
    }

    fn content_json(&self) -> Result<Option<Cow<'_, str>>, EventError> {
        self.written(|event| written::write(&event.getattr(intern!(event.py(), "content"))?))
            .map(Some)
    }

    fn json(&self) -> Result<Cow<'_, str>, EventError> {
        self.written(json)
    }
}

/// The JSON of an event: the form that Synapse sends to other servers, plus `event_id` and
/// `room_id`, which newer room versions leave out.
///
/// # Errors
/// It is not an event, or contains something that is not JSON.
pub(crate) fn json(event: &Bound<'_, PyAny>) -> PyResult<String> {
    let py = event.py();
    // This returns a new dictionary, which may be changed.
    let members = event.call_method0(intern!(py, "get_dict"))?.cast_into::<PyDict>()?;
    let event_id = event.getattr(intern!(py, "event_id"))?;
    // In rooms where the key has no meaning, another server may have set it to anything.
    if let Some(named) = members.get_item(intern!(py, "event_id"))?
        && !named.eq(&event_id)?
    {
        members.set_item(intern!(py, "event_id"), &event_id)?;
    }
    let mut json = String::with_capacity(1024);
    for name in [intern!(py, "event_id"), intern!(py, "room_id")] {
        if !members.contains(name)? {
            json.push(if json.is_empty() { '{' } else { ',' });
            write_into(&mut json, name)?;
            json.push(':');
            write_into(&mut json, &event.getattr(name)?)?;
        }
    }
    let start = json.len();
    write_into(&mut json, &members)?;
    if start > 0 {
        // Joins the two objects into one: an event always has members.
        json.replace_range(start..=start, ",");
    }
    Ok(json)
}
