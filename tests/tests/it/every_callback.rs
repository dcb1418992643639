//! Every callback, called with real arguments as a homeserver calls it.

use std::fmt::Debug;

use hsmod_loader::dispatch::Delivery;
use hsmod_loader::{CallError, Modules};
use serde_json::{Value, json};

use crate::support::message;

mod accounts;
mod others;
mod password_auth_provider;
mod spam_checker;
mod third_party_rules;

const USER: &str = "@user:example.com";
const OTHER: &str = "@other:example.org";
const ROOM: &str = "!room:example.com";

/// Calls a callback by its full name and returns the homeserver's result as `Debug` text. Waits
/// until all modules have handled a notification.
pub(crate) async fn call(modules: &Modules, full_name: &str) -> Result<String, CallError> {
    let (category, callback) = full_name.split_once('.').unwrap();
    match category {
        "spam_checker" => spam_checker::call(modules, callback).await,
        "third_party_rules" => third_party_rules::call(modules, callback).await,
        "account_validity" | "account_data" => accounts::call(modules, callback).await,
        "password_auth_provider" => password_auth_provider::call(modules, callback).await,
        _ => others::call(modules, callback).await,
    }
}

/// The arguments that [`call`] passes to modules, as `good_recorder` records them.
pub(crate) fn arguments(full_name: &str) -> Value {
    let (category, callback) = full_name.split_once('.').unwrap();
    match category {
        "spam_checker" => spam_checker::arguments(callback),
        "third_party_rules" => third_party_rules::arguments(callback),
        "account_validity" | "account_data" => accounts::arguments(callback),
        "password_auth_provider" => password_auth_provider::arguments(callback),
        _ => others::arguments(callback),
    }
}

fn shown<T: Debug>(answer: Result<T, CallError>) -> Result<String, CallError> {
    answer.map(|answer| format!("{answer:?}"))
}

/// Waits until all modules have handled the notification.
async fn told(delivery: Result<Delivery, CallError>) -> Result<String, CallError> {
    delivery?.await.unwrap();
    Ok("()".to_owned())
}

fn event() -> Value {
    serde_json::from_str(&message(USER, "meow")).unwrap()
}

fn invite() -> Value {
    json!({
        "event_id": "$2", "room_id": ROOM, "sender": OTHER, "type": "m.room.member",
        "state_key": USER, "origin_server_ts": 2, "content": {"membership": "invite"},
    })
}
