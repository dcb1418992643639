//! Presence, and who receives it.

use std::collections::BTreeMap;

use hsmod_loader::CallError;
use hsmod_loader::values::{
    InterestedUsers, OwnedPresenceState, UserPresenceState, UsersForStates,
};
use pyo3::prelude::*;
use pyo3::sync::PyOnceLock;
use pyo3::types::{PyDict, PySet, PyString};

use super::arguments::{Argument, optional_text, text};
use super::error::raised;
use crate::home::Home;

/// Presences: `UserPresenceState`s.
pub(crate) struct Presences(Vec<OwnedPresenceState>);

impl Argument for Presences {
    type View<'a> = Vec<UserPresenceState<'a>>;
    type Input<'v> = &'v [UserPresenceState<'v>];

    fn take(_: &Home, value: &Bound<'_, PyAny>) -> PyResult<Self> {
        value.try_iter()?.map(|state| owned(&state?)).collect::<PyResult<_>>().map(Self)
    }

    fn view(&self) -> Vec<UserPresenceState<'_>> {
        self.0.iter().map(OwnedPresenceState::as_state).collect()
    }

    fn input<'v>(view: &'v Vec<UserPresenceState<'_>>) -> &'v [UserPresenceState<'v>] {
        view
    }
}

fn owned(state: &Bound<'_, PyAny>) -> PyResult<OwnedPresenceState> {
    let number = |name: &str| state.getattr(name)?.extract::<i64>();
    let user_id = text(&state.getattr("user_id")?)?;
    let mut owned = OwnedPresenceState::new(user_id, text(&state.getattr("state")?)?);
    owned.status_msg = optional_text(&state.getattr("status_msg")?)?;
    owned.last_active_ts = number("last_active_ts")?;
    owned.last_federation_update_ts = number("last_federation_update_ts")?;
    owned.last_user_sync_ts = number("last_user_sync_ts")?;
    owned.currently_active = state.getattr("currently_active")?.is_truthy()?;
    Ok(owned)
}

/// A dictionary of users, with the set of presence states that each receives.
pub(crate) fn users_for_states(
    py: Python<'_>,
    answer: Result<UsersForStates, CallError>,
) -> PyResult<Py<PyAny>> {
    let users = answer.map_err(|error| raised(py, &error))?.into_map();
    // Many users receive the same few states.
    let mut made: BTreeMap<OwnedPresenceState, Py<PyAny>> = BTreeMap::new();
    let told = PyDict::new(py);
    for (user_id, states) in users {
        let set = PySet::empty(py)?;
        for state in states {
            match made.get(&state) {
                Some(known) => set.add(known)?,
                None => {
                    let new = presence(py, &state)?;
                    set.add(&new)?;
                    made.insert(state, new);
                }
            }
        }
        told.set_item(user_id, set)?;
    }
    Ok(told.into_any().unbind())
}

fn presence(py: Python<'_>, state: &OwnedPresenceState) -> PyResult<Py<PyAny>> {
    static CLASS: PyOnceLock<Py<PyAny>> = PyOnceLock::new();
    let class = CLASS.import(py, "synapse.module_api", "UserPresenceState")?;
    let members = PyDict::new(py);
    members.set_item("user_id", &state.user_id)?;
    members.set_item("state", &state.state)?;
    members.set_item("status_msg", state.status_msg.as_deref())?;
    members.set_item("last_active_ts", state.last_active_ts)?;
    members.set_item("last_federation_update_ts", state.last_federation_update_ts)?;
    members.set_item("last_user_sync_ts", state.last_user_sync_ts)?;
    members.set_item("currently_active", state.currently_active)?;
    Ok(class.call((), Some(&members))?.unbind())
}

/// A set of user IDs, or the constant for all users.
pub(crate) fn interested_users(
    py: Python<'_>,
    answer: Result<InterestedUsers, CallError>,
) -> PyResult<Py<PyAny>> {
    static ALL: PyOnceLock<Py<PyAny>> = PyOnceLock::new();
    match answer.map_err(|error| raised(py, &error))? {
        InterestedUsers::Users(users) => {
            let users = users.iter().map(|user_id| PyString::new(py, user_id));
            Ok(PySet::new(py, users)?.into_any().unbind())
        }
        _ => Ok(ALL.import(py, "synapse.module_api", "PRESENCE_ALL_USERS")?.clone().unbind()),
    }
}
