//! `spam_checker`, as `synapse/module_api/callbacks/spamchecker_callbacks.py` calls it.
//!
//! Synapse changes one membership of a room at a time, and asks some questions while it holds that
//! lock (see `member_linearizer` in `synapse/handlers/room_member.py`): their rows say `in
//! room_id`.

use std::sync::Arc;

use pyo3::exceptions::PyRuntimeError;
use pyo3::prelude::*;
use pyo3::types::PyTuple;

use super::{rows, take};
use crate::convert::answers::{dropped, hidden, registration};
use crate::convert::arguments::{Argument, Event, Flag, Object, OptionalText, Text};
use crate::convert::media::{AboutFile, StoredFile};
use crate::convert::people::{OptionalThreepid, Profile, RequestInfos};
use crate::convert::verdict::{code_only, verdict};
use crate::home::Home;
use crate::runtime;
use crate::task::Asking;

rows! { spam_checker {
    check_event_for_spam(event: Event) => verdict;
    should_drop_federated_event(event: Event) => dropped;
    user_may_join_room(user_id: Text, room_id: Text, is_invited: Flag) in room_id => verdict;
    user_may_invite(inviter: Text, invitee: Text, room_id: Text) in room_id => verdict;
    federated_user_may_invite(event: Event) [.without_user_may_invite()] => verdict;
    user_may_send_3pid_invite(inviter: Text, medium: Text, address: Text, room_id: Text) => verdict;
    user_may_create_room(user_id: Text, room_config: Object) => verdict;
    user_may_create_room_alias(user_id: Text, room_alias: Text) => verdict;
    user_may_publish_room(user_id: Text, room_id: Text) => verdict;
    user_may_send_state_event(
        user_id: Text, room_id: Text, event_type: Text, state_key: Text, content: Object
    ) => code_only;
    check_username_for_spam(user_profile: Profile, requester_id: Text) => hidden;
    check_registration_for_spam(
        email_threepid: OptionalThreepid, username: OptionalText, request_info: RequestInfos,
        auth_provider_id: OptionalText
    ) => registration;
    check_media_file_for_spam(file_wrapper, file_info) by check_media_file_for_spam;
    check_login_for_spam(
        user_id: Text, device_id: OptionalText, initial_display_name: OptionalText,
        request_info: RequestInfos, auth_provider_id: OptionalText
    ) => verdict;
} }

/// Asks on a separate thread: modules may read and compute for a long time if a file is large, and
/// the reactor must not wait for them.
fn check_media_file_for_spam(home: &Arc<Home>, arguments: &Bound<'_, PyTuple>) -> PyResult<Asking> {
    let mut arguments = arguments.iter();
    let file: StoredFile = take(home, &mut arguments)?;
    let info: AboutFile = take(home, &mut arguments)?;
    let home = Arc::clone(home);
    Ok(Box::pin(async move {
        let modules = home.modules().await?.clone();
        let runtime = runtime::handle()?;
        let check = runtime.spawn_blocking(move || {
            let (file, info) = (file.view(), info.view());
            runtime.block_on(modules.spam_checker().check_media_file_for_spam(&file, &info))
        });
        let answer = check.await.map_err(|error| {
            PyRuntimeError::new_err(format!("the check of a media file failed: {error}"))
        })?;
        Python::attach(|py| verdict(py, answer))
    }))
}
