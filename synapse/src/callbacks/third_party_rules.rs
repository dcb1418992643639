//! `third_party_rules`, as Synapse calls it in
//! `synapse/module_api/callbacks/third_party_event_rules_callbacks.py`.

use std::sync::Arc;

use hsmod_loader::EditableText;
use pyo3::intern;
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyTuple};

use super::{rows, take};
use crate::convert::answers::{event_allowed, nothing, permission};
use crate::convert::arguments::{Argument, Event, Flag, OptionalText, Text};
use crate::convert::json;
use crate::convert::people::{NewProfile, Who};
use crate::convert::state::StateMap;
use crate::home::Home;
use crate::notice::Notice;
use crate::task::Asking;

rows! { third_party_rules {
    check_event_allowed(event, state_events) by check_event_allowed;
    on_create_room(requester, request_content, is_requester_admin) by on_create_room;
    check_threepid_can_be_invited(medium: Text, address: Text, state_events: StateMap)
        => permission;
    check_visibility_can_be_modified(room_id: Text, state_events: StateMap, new_visibility: Text)
        => permission;
    on_new_event(event: Event, state_events: StateMap) [.told()] => nothing;
    check_can_shutdown_room(user_id: OptionalText, room_id: Text) => permission;
    check_can_deactivate_user(user_id: Text, by_admin: Flag) => permission;
    on_profile_update(user_id: Text, new_profile: NewProfile, by_admin: Flag, deactivation: Flag)
        [.told()] => nothing;
    on_user_deactivation_status_changed(user_id: Text, deactivated: Flag, by_admin: Flag)
        [.told()] => nothing;
    on_threepid_bind(user_id: Text, medium: Text, address: Text) [.told()] => nothing;
    on_add_user_third_party_identifier(user_id: Text, medium: Text, address: Text)
        [.told()] => nothing;
    on_remove_user_third_party_identifier(user_id: Text, medium: Text, address: Text)
        [.told()] => nothing;
} }

/// A question about a membership event is asked as holding the lock of the room, which Synapse then
/// holds; other events are created without it.
fn check_event_allowed(home: &Arc<Home>, arguments: &Bound<'_, PyTuple>) -> PyResult<Asking> {
    let py = arguments.py();
    let event = arguments.get_item(0)?;
    let membership = event.getattr(intern!(py, "type"))?.eq(intern!(py, "m.room.member"))?;
    let room_id: Option<String> =
        if membership { Some(event.getattr(intern!(py, "room_id"))?.extract()?) } else { None };
    let mut arguments = arguments.iter();
    let event: Event = take(home, &mut arguments)?;
    let state: StateMap = take(home, &mut arguments)?;
    let home = Arc::clone(home);
    Ok(Box::pin(async move {
        let modules = home.modules().await?;
        let (event, state) = (event.view(), state.view());
        let question = modules.third_party_rules().check_event_allowed(Event::input(&event), state);
        let answer = match &room_id {
            Some(room_id) => modules.in_room(room_id, question).await,
            None => question.await,
        };
        Python::attach(|py| event_allowed(py, answer))
    }))
}

/// Asks, and writes the modules' changes to the request into the dictionary that Synapse goes on to
/// use.
fn on_create_room(home: &Arc<Home>, arguments: &Bound<'_, PyTuple>) -> PyResult<Asking> {
    let config = arguments.get_item(1)?.cast_into::<PyDict>()?;
    let mut content = EditableText::new(json::write(&config)?);
    let requester = Who::take(home, &arguments.get_item(0)?)?;
    let admin = arguments.get_item(2)?.is_truthy()?;
    let (home, config) = (Arc::clone(home), config.unbind());
    Ok(Box::pin(async move {
        let modules = home.modules().await?;
        let requester = requester.view();
        let question = modules.third_party_rules().on_create_room(&requester, &mut content, admin);
        let answer = question.await;
        Python::attach(|py| {
            // Also if one of them refused in the end: a Python module, too, would have changed the
            // dictionary by then.
            if content.changed() {
                replace(config.bind(py), content.as_str())?;
            }
            nothing(py, answer)
        })
    }))
}

/// Replaces the contents of a dictionary by `content`.
fn replace(config: &Bound<'_, PyDict>, content: &str) -> PyResult<()> {
    let content = json::parse(config.py(), content)?.cast_into::<PyDict>()?;
    config.clear();
    config.update(content.as_mapping())
}
