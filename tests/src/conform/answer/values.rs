//! Encodes answers that are more than yes or no.

use std::future::Future;

use hsmod_loader::dispatch::{Login, Update};
use hsmod_loader::values::{
    InterestedUsers, JsonObject, LegacyRenewal, MediaUploadLimit, RatelimitOverride, UsersForStates,
};
use hsmod_loader::{Cause, Ser};
use serde_json::{Value, json};

use super::super::homeserver::BATCH_DURATION_MS;
use super::{CODES, Encoded, Outcome, code, failed, set, text, tuple, value};

/// For each user, the users whose presence they receive.
pub(in super::super) async fn users_for_states(
    call: impl Future<Output = Outcome<UsersForStates>>,
) -> Encoded {
    let answer = call.await;
    value(answer.map(|users| {
        let users = users.iter().map(|(user_id, states)| {
            let state = |user_id: &String| json!({"$": "presence", "v": user_id});
            (user_id.to_owned(), set(states.iter().map(|told| state(&told.user_id))))
        });
        Value::Object(users.collect())
    }))
}

/// The constant, or users.
pub(in super::super) async fn interested_users(
    call: impl Future<Output = Outcome<InterestedUsers>>,
) -> Encoded {
    let answer = call.await;
    value(answer.map(|users| match users {
        InterestedUsers::Users(users) => set(users.iter().map(|user| text(user))),
        _ => text("ALL"),
    }))
}

/// The user, and the callback for after the login, which is called here. For a login type that no
/// module registered, Synapse fails with a missing key.
pub(in super::super) async fn login(call: impl Future<Output = Outcome<Option<Login>>>) -> Encoded {
    let login = match call.await {
        Ok(Some(login)) => login,
        Ok(None) => return Ok(Value::Null),
        Err(error) => {
            return match error.cause() {
                Cause::Input(message) => Ok(failed("KeyError", message)),
                _ => value(Err(error)),
            };
        }
    };
    // A user ID is never a code. If it looks like one, a member of `Codes` was returned, which is a
    // `str`.
    let is_code = |name: &str| CODES.iter().find(|(_, code)| code.as_str() == name);
    let user_id = login.user_id().to_owned();
    let user = is_code(&user_id).map_or_else(|| text(&user_id), |(_, errcode)| code(errcode));
    let callback = if login.wants_response() { json!({"$": "callable"}) } else { Value::Null };
    let told = login.on_login(Ser(&json!({"user_id": user_id}))).await;
    value(told.map(|()| tuple(&[user, callback])))
}

/// A string.
pub(in super::super) async fn name(call: impl Future<Output = Outcome<Option<String>>>) -> Encoded {
    let answer = call.await;
    value(answer.map(|name| name.as_deref().map_or(Value::Null, text)))
}

/// The desired duration of a batch, which ends here; without a controller, the homeserver's
/// default.
pub(in super::super) async fn update(
    call: impl Future<Output = Outcome<Option<Update>>>,
) -> Encoded {
    let ended = async {
        let Some(update) = call.await? else { return Ok(BATCH_DURATION_MS) };
        let desired_duration_ms = update.desired_duration_ms();
        update.exit().await?;
        Ok(desired_duration_ms)
    };
    value(ended.await.map(Value::from))
}

/// Fields, encoded by `whole`.
pub(in super::super) async fn fields<F: Into<Option<JsonObject>>>(
    call: impl Future<Output = Outcome<F>>,
    whole: impl FnOnce(JsonObject) -> Value,
) -> Encoded {
    let answer = call.await;
    value(answer.map(|fields| fields.into().map_or(Value::Null, whole)))
}

/// Upload limits, in order of precedence.
pub(in super::super) async fn limits(
    call: impl Future<Output = Outcome<Option<Vec<MediaUploadLimit>>>>,
) -> Encoded {
    let limit = |limit: MediaUploadLimit| {
        json!({
            "$": "MediaUploadLimit",
            "max_bytes": limit.max_bytes,
            "time_period_ms": limit.time_period_ms,
            "info_uri": limit.info_uri,
            "can_upgrade": limit.can_upgrade,
        })
    };
    let answer = call.await;
    value(answer.map(|limits| match limits {
        Some(limits) => limits.into_iter().map(limit).collect(),
        None => Value::Null,
    }))
}

/// The rate limit of a user.
pub(in super::super) async fn ratelimit(
    call: impl Future<Output = Outcome<Option<RatelimitOverride>>>,
) -> Encoded {
    let answer = call.await;
    value(answer.map(|given| match given {
        Some(RatelimitOverride { per_second, burst_count, .. }) => json!({
            "$": "RatelimitOverride",
            "per_second": shortest(per_second),
            "burst_count": burst_count,
        }),
        None => Value::Null,
    }))
}

/// Encodes a whole number without a decimal point.
fn shortest(number: f64) -> Value {
    serde_json::from_str(&number.to_string()).unwrap_or_default()
}

/// Nothing, even if no module sends mail.
pub(in super::super) async fn mail(call: impl Future<Output = Outcome<Option<()>>>) -> Encoded {
    let answer = call.await;
    value(answer.map(|_| Value::Null))
}

/// Whether the token was valid, whether it was used before, and the account's expiration time.
pub(in super::super) async fn renewal(
    call: impl Future<Output = Outcome<Option<LegacyRenewal>>>,
) -> Encoded {
    let answer = call.await;
    value(answer.map(|renewal| match renewal {
        Some(LegacyRenewal { valid, stale, expiration_ts, .. }) => {
            tuple(&[json!(valid), json!(stale), json!(expiration_ts)])
        }
        None => Value::Null,
    }))
}

/// The expiration time of an account.
pub(in super::super) async fn expiration(
    call: impl Future<Output = Outcome<Option<i64>>>,
) -> Encoded {
    let answer = call.await;
    value(answer.map(Value::from))
}
