//! The arguments of a call, read from JSON.

use std::collections::BTreeMap;
use std::fs::File;
use std::sync::Arc;

use hsmod_loader::suggestion::closest;
use hsmod_loader::values::{OwnedEvent, by_name};
use hsmod_loader::{CallbackInfo, EditableText, State};
use serde::de::DeserializeOwned;
use serde_json::value::RawValue;
use serde_json::{Map, Value};

use super::form::Form;
use crate::exit::{Result, Stop};
use crate::identifiers;
use crate::state::RoomState;
use crate::world::World;

/// The checked arguments of a callback: every required one is present.
pub(super) struct Arguments {
    callback: &'static CallbackInfo,
    given: Map<String, Value>,
    /// The exact text of each argument, because a [`Value`] cannot hold every number.
    written: BTreeMap<String, Box<RawValue>>,
}

impl Arguments {
    /// `server_name` completes user IDs that name no server. The state of a room that is in `world`
    /// may be left out.
    ///
    /// # Errors
    /// `given` is not an object; an argument is unknown, missing or has the wrong form; an
    /// identifier is invalid.
    pub(super) fn new(
        callback: &'static CallbackInfo,
        given: Value,
        server_name: &str,
        world: Option<&World>,
    ) -> Result<Self> {
        let given = match given {
            Value::Object(given) => state_from(world, callback, given),
            other => {
                let what = format!("the arguments are {}, not an object", Form::found(&other));
                return Err(wrong(callback, &what));
            }
        };
        let names = || callback.arguments.iter().map(|(name, _)| *name);
        if let Some(unknown) = given.keys().find(|key| !names().any(|name| name == *key)) {
            let meant = closest(unknown, names()).map(|name| format!("; did you mean `{name}`?"));
            let meant = meant.unwrap_or_default();
            return Err(wrong(callback, &format!("there is no argument `{unknown}`{meant}")));
        }
        let required = callback.arguments.iter().filter(|(_, rust)| !rust.starts_with("Option"));
        let mut missing = required.filter(|(name, _)| !given.contains_key(*name));
        match missing.next() {
            Some((name, _)) => Err(wrong(callback, &format!("the argument `{name}` is missing"))),
            None => Self { callback, given, written: BTreeMap::new() }.checked(server_name),
        }
    }

    /// Keeps the exact text of each argument, taken from this JSON object.
    pub(super) fn written_as(self, text: &str) -> Self {
        Self { written: serde_json::from_str(text).unwrap_or_default(), ..self }
    }

    fn checked(self, server_name: &str) -> Result<Self> {
        let arguments = self.callback.arguments.iter();
        for (name, rust) in arguments.filter(|(name, _)| self.has(name)) {
            let (form, value) = (Form::of(rust), self.value(name));
            if !form.fits(value) {
                let found = Form::found(value);
                let what = format!("the argument `{name}` is {found}, not {}", form.shown);
                return Err(wrong(self.callback, &what));
            }
            let checked = identifiers::check(name, rust, value, server_name);
            checked.map_err(|(what, fix)| {
                let what = format!("the argument `{name}` cannot be read: {what}\n  fix: {fix}");
                wrong(self.callback, &what)
            })?;
        }
        Ok(self)
    }

    /// `user_may_invite`
    pub(super) fn callback(&self) -> &'static str {
        self.callback.name
    }

    /// `spam_checker`
    pub(super) fn category(&self) -> &'static str {
        self.callback.category
    }

    /// Whether this argument was given.
    pub(super) fn has(&self, name: &str) -> bool {
        self.given.contains_key(name)
    }

    /// Reads an argument as a string, a boolean or one of the types in `forms`; `Option` if it may
    /// be left out.
    pub(super) fn read<T: DeserializeOwned>(&self, name: &str) -> Result<T> {
        by_name::from_str(&self.source(name)).map_err(|error| self.unreadable(name, &what(&error)))
    }

    pub(super) fn text(&self, name: &str) -> Result<String> {
        self.read(name)
    }

    pub(super) fn optional(&self, name: &str) -> Result<Option<String>> {
        self.read(name)
    }

    /// `event`
    pub(super) fn event(&self) -> Result<OwnedEvent> {
        event(self.source("event")).map_err(|reason| self.unreadable("event", &reason))
    }

    /// `state_events`: a list of state events.
    pub(super) fn state(&self) -> Result<State> {
        let mut state = RoomState::default();
        for event in self.state_events()? {
            state.insert(&event.as_event());
        }
        Ok(State::new(Arc::new(state)))
    }

    fn state_events(&self) -> Result<Vec<OwnedEvent>> {
        let mut events = Vec::new();
        for (index, item) in self.read::<Vec<Box<RawValue>>>(STATE)?.iter().enumerate() {
            let unreadable =
                |reason: &str| self.unreadable(STATE, &format!("item {index}: {reason}"));
            let event = event(item.get().to_owned()).map_err(|reason| unreadable(&reason))?;
            if !event.as_event().is_state() {
                return Err(unreadable("`state_key` is missing"));
            }
            events.push(event);
        }
        Ok(events)
    }

    /// The ID of the room whose state was given, and that state.
    pub(super) fn room_state(&self) -> Result<Option<(String, Vec<OwnedEvent>)>> {
        let Some(room_id) = room_of(&self.given).filter(|_| self.has(STATE)) else {
            return Ok(None);
        };
        Ok(Some((room_id, self.state_events()?)))
    }

    /// An object, as JSON text.
    pub(super) fn json(&self, name: &str) -> Result<String> {
        self.read::<Map<String, Value>>(name).map(|_| self.source(name))
    }

    /// An object that the modules may change.
    pub(super) fn editable(&self, name: &str) -> Result<EditableText> {
        self.json(name).map(EditableText::new)
    }

    /// A file by its path: the path, the open file and its length.
    pub(super) fn file(&self, name: &str) -> Result<(String, File, u64)> {
        let path = self.text(name)?;
        let unreadable = |error| self.unreadable(name, &format!("cannot read `{path}`: {error}"));
        let file = File::open(&path).map_err(unreadable)?;
        let length = file.metadata().map_err(unreadable)?.len();
        Ok((path, file, length))
    }

    /// The error for an argument that cannot be passed to a module.
    pub(super) fn unreadable(&self, name: &str, reason: &str) -> Stop {
        wrong(self.callback, &format!("the argument `{name}` cannot be read: {reason}"))
    }

    fn source(&self, name: &str) -> String {
        let written = self.written.get(name).map(|written| written.get().to_owned());
        written.unwrap_or_else(|| self.value(name).to_string())
    }

    fn value(&self, name: &str) -> &Value {
        self.given.get(name).unwrap_or(&Value::Null)
    }
}

/// The name of the argument that holds a room's state.
const STATE: &str = "state_events";

/// Fills in a missing room state from the world.
fn state_from(
    world: Option<&World>,
    callback: &CallbackInfo,
    mut given: Map<String, Value>,
) -> Map<String, Value> {
    let takes_state = callback.arguments.iter().any(|(name, _)| *name == STATE);
    if takes_state && !given.contains_key(STATE) {
        let room_id = room_of(&given);
        let state = room_id.and_then(|room_id| world?.state(&room_id));
        given.extend(state.map(|state| (STATE.to_owned(), state.into())));
    }
    given
}

/// The ID of the room that the arguments are about.
fn room_of(given: &Map<String, Value>) -> Option<String> {
    let own = given.get("room_id").or_else(|| given.get("event")?.get("room_id"));
    own?.as_str().map(str::to_owned)
}

fn event(json: String) -> std::result::Result<OwnedEvent, String> {
    OwnedEvent::from_json(json).map_err(|error| what(&error))
}

/// The error's message without its position, which is relative to the argument and would mislead.
fn what(error: &serde_json::Error) -> String {
    error.to_string().split(" at line ").next().unwrap_or_default().to_owned()
}

/// The error for wrong arguments. It lists what the callback takes.
fn wrong(callback: &CallbackInfo, what: &str) -> Stop {
    let takes = callback
        .arguments
        .iter()
        .map(|(name, rust)| format!("`{name}` ({})", Form::of(rust).shown));
    let takes = takes.collect::<Vec<_>>().join(", ");
    let CallbackInfo { category, name, .. } = callback;
    Stop::wrong(format!("{category}.{name}: {what}\n  it takes {takes}"))
}
