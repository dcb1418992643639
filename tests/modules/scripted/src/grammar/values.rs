//! Translates returned values of callbacks that answer more than yes or no.

use std::collections::BTreeSet;

use hsmod_plugin_api::prelude::*;
use serde_json::{Map, Value};

use super::Meaning;
use crate::python::Python;
use crate::untyped::UNTYPED;

/// The failure for a value that Synapse passes on but that cannot be returned here.
fn untyped<A>() -> Meaning<A> {
    Err(ModuleError::new(UNTYPED))
}

/// `get_users_for_states`: a dict of sets. Items from the first value that is not a set on are
/// ignored.
pub(super) fn users_for_states(value: &Python) -> Meaning<UsersForStates> {
    let mut users = UsersForStates::default();
    let Python::Dict(dict) = value else { return Ok(users) };
    for (user_id, value) in dict {
        let Some(states) = presence_states(value)? else { break };
        users.mention(user_id);
        for state in states {
            users.tell(user_id, &state.as_state());
        }
    }
    Ok(users)
}

/// A set of states; `None` if it is anything else.
fn presence_states(value: &Value) -> Meaning<Option<Vec<OwnedPresenceState>>> {
    let Python::Set(items) = Python::read(value).map_err(ModuleError::new)? else {
        return Ok(None);
    };
    let state = |item: &Python| {
        let user_id = item.object("presence")?.get("v")?.as_str()?;
        Some(OwnedPresenceState::new(user_id, "offline"))
    };
    Ok(items.iter().map(state).collect())
}

/// `get_interested_users`: a set of users, or the constant; anything else is ignored.
pub(super) fn interested_users(value: &Python) -> Meaning<InterestedUsers> {
    let user = |item: &Python| item.as_str().map(str::to_owned);
    Ok(match value {
        Python::Set(items) => {
            let users = items.iter().map(user).collect::<Option<BTreeSet<String>>>();
            InterestedUsers::Users(users.unwrap_or_default())
        }
        other if other.as_str() == Some("ALL") => InterestedUsers::All,
        _ => InterestedUsers::default(),
    })
}

/// `check_auth` and `check_3pid_auth`: a tuple of a user and a callback or none; anything else is
/// ignored.
pub(super) fn login(value: &Python) -> Meaning<Option<AcceptedLogin>> {
    let Python::Tuple(items) = value else { return Ok(None) };
    let [user_id, callback] = &items[..] else { return Ok(None) };
    let Some(login) = user_id.as_str().map(AcceptedLogin::new) else { return Ok(None) };
    Ok(match callback {
        Python::None => Some(login),
        other if other.object("callable").is_some() => Some(login.on_login(|_| async { Ok(()) })),
        _ => None,
    })
}

/// `get_username_for_registration` and `get_displayname_for_registration`: anything but a string is
/// ignored.
pub(super) fn name(value: &Python) -> Meaning<Option<String>> {
    Ok(value.as_str().map(str::to_owned))
}

/// `on_update`: what the context manager yields when it is entered.
pub(super) fn update(value: &Python) -> Meaning<UpdateGuard> {
    let guard = |ms| UpdateGuard::from_millis(ms).on_exit(|| async { Ok(()) });
    value.as_int().map(guard).map_or_else(untyped, Ok)
}

/// `default_batch_size` and `min_batch_size`
pub(super) fn batch_size(value: &Python) -> Meaning<Option<i64>> {
    value.as_int().map_or_else(untyped, |size| Ok(Some(size)))
}

/// `add_field_to_unsigned_callback`: what a dict can be updated with.
pub(super) fn fields(value: &Python) -> Meaning<Map<String, Value>> {
    let wrong = || ModuleError::new("a dict cannot be updated with the value returned");
    value.to_dict().ok_or_else(wrong)
}

/// `get_media_config_for_user`: falsy values are ignored, except that here an empty dict is an
/// answer.
pub(super) fn media_config(value: &Python) -> Meaning<Option<Map<String, Value>>> {
    match value {
        Python::Dict(config) => Ok(Some(config.clone())),
        other if other.is_true() => untyped(),
        _ => Ok(None),
    }
}

/// `get_media_upload_limits_for_user`: must be a list of limits.
pub(super) fn upload_limits(value: &Python) -> Meaning<Option<Vec<MediaUploadLimit>>> {
    let no_attribute = || ModuleError::new("AttributeError: only a list of limits can be sorted");
    match value {
        Python::None => Ok(None),
        Python::List(items) => {
            let limits = items.iter().map(|item| item.object("MediaUploadLimit"));
            let limits = limits.collect::<Option<Vec<_>>>().ok_or_else(no_attribute)?;
            limits
                .into_iter()
                .map(limit)
                .collect::<Option<_>>()
                .map_or_else(untyped, |all| Ok(Some(all)))
        }
        _ => Err(no_attribute()),
    }
}

fn limit(object: &Map<String, Value>) -> Option<MediaUploadLimit> {
    let number = |key: &str| object.get(key)?.as_u64();
    let limit = MediaUploadLimit::new(number("max_bytes")?, number("time_period_ms")?)
        .can_upgrade(object.get("can_upgrade").is_some_and(|value| *value == true));
    Some(match object.get("info_uri") {
        None | Some(Value::Null) => limit,
        Some(uri) => limit.info_uri(uri.as_str()?),
    })
}

/// `get_ratelimit_override_for_user`: falsy values are ignored.
pub(super) fn ratelimit(value: &Python) -> Meaning<Option<RatelimitOverride>> {
    let given = |object: &Map<String, Value>| {
        let (per_second, burst_count) = (object.get("per_second")?, object.get("burst_count")?);
        Some(RatelimitOverride::new(per_second.as_f64()?, burst_count.as_i64()?))
    };
    match value.object("RatelimitOverride").and_then(given) {
        None if value.is_true() => untyped(),
        given => Ok(given),
    }
}

/// `on_legacy_send_mail`: should return nothing.
pub(super) fn mail(value: &Python) -> Meaning<()> {
    match value {
        Python::None => Ok(()),
        _ => untyped(),
    }
}

/// `on_legacy_renew`: a tuple of valid, stale, and the time.
pub(super) fn renewal(value: &Python) -> Meaning<LegacyRenewal> {
    let Python::Tuple(items) = value else { return untyped() };
    let [Python::Bool(valid), Python::Bool(stale), time] = &items[..] else { return untyped() };
    let Some(expiration_ts) = time.as_int() else { return untyped() };
    let mut renewal = LegacyRenewal::UNKNOWN;
    (renewal.valid, renewal.stale, renewal.expiration_ts) = (*valid, *stale, expiration_ts);
    Ok(renewal)
}

/// `on_legacy_admin_request`: the new expiration time of the account.
pub(super) fn expiration(value: &Python) -> Meaning<i64> {
    value.as_int().map_or_else(untyped, Ok)
}
