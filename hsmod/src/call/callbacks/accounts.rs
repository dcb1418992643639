//! The categories that deal with accounts: `account_validity`, `password_auth_provider`,
//! `account_data`, `presence_router`, `ratelimit`.

use hsmod_loader::dispatch::Login;
use hsmod_loader::policy::policy;
use hsmod_loader::values::{InterestedUsers, OwnedPresenceState, UserPresenceState};
use hsmod_loader::{Json, Modules};
use serde_json::{Value, json};

use super::super::answer::{Answer, Outcome, allow, told, value};
use super::super::arguments::Arguments;
use super::super::forms::{Object, RequestForm};
use super::{decided, uncallable};
use crate::exit::Result;

pub(super) async fn account_validity(modules: &Modules, a: &Arguments) -> Result<Outcome> {
    let all = modules.account_validity();
    let nothing = |()| Answer::Value(Value::Null, false);
    Ok(match a.callback() {
        "is_user_expired" => {
            let opinion = |expired: Option<bool>| Answer::Value(expired.into(), expired.is_some());
            value(all.is_user_expired(&a.text("user_id")?), opinion).await
        }
        "on_user_registration" => {
            value(all.on_user_registration(&a.text("user_id")?), nothing).await
        }
        "on_user_login" => {
            let (user, kind) = (a.text("user_id")?, a.optional("auth_provider_type")?);
            let provider = a.optional("auth_provider_id")?;
            let question = all.on_user_login(&user, kind.as_deref(), provider.as_deref());
            value(question, nothing).await
        }
        "on_legacy_send_mail" => {
            value(all.on_legacy_send_mail(&a.text("user_id")?), |_| nothing(())).await
        }
        "on_legacy_renew" => {
            let renewal = all.on_legacy_renew(&a.text("token")?).await;
            value(async { renewal }, |renewal| {
                decided(renewal.map(|renewal| {
                    json!({
                        "valid": renewal.valid,
                        "stale": renewal.stale,
                        "expiration_ts": renewal.expiration_ts,
                    })
                }))
            })
            .await
        }
        "on_legacy_admin_request" => {
            let RequestForm { method, path, body } = a.read("request")?;
            let body = Value::Object(body).to_string();
            let request = http::Request::builder().method(method.as_str()).uri(&path);
            let request = request.body(bytes::Bytes::from(body));
            let request = request.map_err(|error| a.unreadable("request", &error.to_string()))?;
            let request = hsmod_loader::web::parts(&request);
            value(all.on_legacy_admin_request(&request.view()), decided).await
        }
        _ => return Err(uncallable(a)),
    })
}

pub(super) async fn password_auth_provider(modules: &Modules, a: &Arguments) -> Result<Outcome> {
    let all = modules.password_auth_provider();
    let text = |name| a.text(name);
    Ok(match a.callback() {
        "check_auth" => {
            let (username, login_type) = (text("username")?, text("login_type")?);
            let login_dict = a.json("login_dict")?;
            let question = all.check_auth(&username, &login_type, Json(&login_dict));
            value(question, |answer| login(a, answer)).await
        }
        "check_3pid_auth" => {
            let (medium, address) = (text("medium")?, text("address")?);
            let password = text("password")?;
            let question = all.check_3pid_auth(&medium, &address, &password);
            value(question, |answer| login(a, answer)).await
        }
        "on_logged_out" => {
            let (user, device) = (text("user_id")?, a.optional("device_id")?);
            told(all.on_logged_out(&user, device.as_deref(), &text("access_token")?)).await
        }
        "get_username_for_registration" => {
            let (results, params) = (a.json("uia_results")?, a.json("params")?);
            let question = all.get_username_for_registration(Json(&results), Json(&params));
            value(question, decided).await
        }
        "get_displayname_for_registration" => {
            let (results, params) = (a.json("uia_results")?, a.json("params")?);
            let question = all.get_displayname_for_registration(Json(&results), Json(&params));
            value(question, decided).await
        }
        "is_3pid_allowed" => {
            let (medium, address) = (text("medium")?, text("address")?);
            let registration = a.read::<bool>("registration")?;
            allow(all.is_3pid_allowed(&medium, &address, registration)).await
        }
        _ => return Err(uncallable(a)),
    })
}

/// The user who is logged in, and whether the module wants to be notified of it. If no module
/// accepts the login, the homeserver refuses it, unless it knows the password itself.
fn login(a: &Arguments, login: Option<Login>) -> Answer {
    let full_name = format!("password_auth_provider.{}", a.callback());
    match (login, policy(&full_name)) {
        (None, Some(policy)) => Answer::Refused {
            error: policy.refuse(),
            why: "no module accepts the login; it is refused unless the homeserver itself accepts \
                  the password"
                .to_owned(),
        },
        (login, _) => {
            decided(login.map(
                |login| json!({"user_id": login.user_id(), "on_login": login.wants_response()}),
            ))
        }
    }
}

pub(super) async fn account_data(modules: &Modules, a: &Arguments) -> Result<Outcome> {
    let all = modules.account_data();
    let (user, room) = (a.text("user_id")?, a.optional("room_id")?);
    let (kind, content) = (a.text("account_data_type")?, a.json("content")?);
    Ok(match a.callback() {
        "on_account_data_updated" => {
            told(all.on_account_data_updated(&user, room.as_deref(), &kind, Json(&content))).await
        }
        _ => return Err(uncallable(a)),
    })
}

pub(super) async fn presence_router(modules: &Modules, a: &Arguments) -> Result<Outcome> {
    let all = modules.presence_router();
    Ok(match a.callback() {
        "get_users_for_states" => {
            let states = a.read::<Vec<Object<OwnedPresenceState>>>("state_updates")?;
            let states: Vec<UserPresenceState<'_>> =
                states.iter().map(|Object(state)| state.as_state()).collect();
            value(all.get_users_for_states(states.as_slice()), |users| {
                let (nobody, users) = (users.is_empty(), json!(users.into_map()));
                Answer::Value(users, !nobody)
            })
            .await
        }
        "get_interested_users" => {
            value(all.get_interested_users(&a.text("user_id")?), |users| match users {
                InterestedUsers::Users(users) => Answer::Value(json!(users), !users.is_empty()),
                _ => Answer::Value("ALL".into(), true),
            })
            .await
        }
        _ => return Err(uncallable(a)),
    })
}

pub(super) async fn ratelimit(modules: &Modules, a: &Arguments) -> Result<Outcome> {
    let (user, limiter) = (a.text("user_id")?, a.text("limiter_name")?);
    Ok(match a.callback() {
        "get_ratelimit_override_for_user" => {
            let question = modules.ratelimit().get_ratelimit_override_for_user(&user, &limiter);
            value(question, |limit| {
                decided(limit.map(|limit| {
                    json!({"per_second": limit.per_second, "burst_count": limit.burst_count})
                }))
            })
            .await
        }
        _ => return Err(uncallable(a)),
    })
}
