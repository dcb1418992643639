//! Calls every callback with arguments from JSON.

mod accounts;
mod others;
mod spam_checker;
mod third_party_rules;

use hsmod_loader::{CallError, CallErrorKind, Modules};
use serde_json::Value;

use self::accounts::{
    account_data, account_validity, password_auth_provider, presence_router, ratelimit,
};
use self::others::{background_update_controller, federation, media_repository, unsigned};
use self::spam_checker::spam_checker;
use self::third_party_rules::third_party_rules;
use super::answer::{Answer, Outcome, reason};
use super::arguments::Arguments;
use super::meaning::meaning;
use crate::exit::{Result, Stop};

/// Asks the modules.
///
/// # Errors
/// An argument cannot be read.
pub(super) async fn ask(
    modules: &Modules,
    arguments: &Arguments,
    server_name: &str,
) -> Result<Outcome> {
    let mut outcome = match arguments.category() {
        "spam_checker" => spam_checker(modules, arguments).await?,
        "third_party_rules" => third_party_rules(modules, arguments, server_name).await?,
        "account_validity" => account_validity(modules, arguments).await?,
        "presence_router" => presence_router(modules, arguments).await?,
        "password_auth_provider" => password_auth_provider(modules, arguments).await?,
        "background_update_controller" => background_update_controller(modules, arguments).await?,
        "account_data" => account_data(modules, arguments).await?,
        "add_extra_fields_to_unsigned_client_event" => unsigned(modules, arguments).await?,
        "media_repository" => media_repository(modules, arguments).await?,
        "ratelimit" => ratelimit(modules, arguments).await?,
        "federation" => federation(modules, arguments).await?,
        _ => return Err(uncallable(arguments)),
    };
    if let Answer::Value(value, _) = &outcome.answer {
        outcome.meaning = meaning(arguments.callback(), value);
    }
    match &outcome.answer {
        Answer::Error(error) if error.kind() == CallErrorKind::Input => {
            Err(unusable(arguments, error))
        }
        _ => Ok(outcome),
    }
}

/// A boolean answer. `true` was decided by a module; `false` is the neutral answer.
fn yes_or_no(yes: bool) -> Answer {
    Answer::Value(yes.into(), yes)
}

/// A value that a module decided, or `null` if none did.
fn decided<T: Into<Value>>(value: Option<T>) -> Answer {
    let somebody = value.is_some();
    Answer::Value(value.map_or(Value::Null, Into::into), somebody)
}

fn unusable(a: &Arguments, error: &CallError) -> Stop {
    let name = ["event", "delivery", "login_type"].into_iter().find(|name| a.has(name));
    a.unreadable(name.unwrap_or(a.callback()), &reason(error))
}

/// The error for a callback of the plugin API without an arm here. The test below fails first.
fn uncallable(a: &Arguments) -> Stop {
    Stop::wrong(format!("this version of `hsmod` cannot call `{}`", a.callback()))
}

#[cfg(test)]
mod tests {
    use hsmod_loader::CallbackInfo;
    use hsmod_loader::rows::CATEGORIES;
    use serde_json::json;

    use super::*;

    /// An example value for an argument.
    fn example((name, rust): (&str, &str)) -> Value {
        let event = json!({
            "event_id": "$1", "room_id": "!r:x", "sender": "@a:x", "type": "m.room.member",
            "state_key": "@b:x", "content": {"membership": "invite"},
        });
        match rust {
            "&UserId" => "@a:x".into(),
            "&RoomId" => "!r:x".into(),
            "&RoomAlias" => "#r:x".into(),
            "&str" => name.into(),
            "Option<&UserId>" | "Option<&str>" | "Option<&Threepid<'_>>" => Value::Null,
            "bool" => true.into(),
            "u64" => 5.into(),
            "&Event<'_>" => event,
            "&State<'_>" => json!([event]),
            "&JsonStr" | "&mut EditableJson<'_>" | "&ProfileInfo<'_>" => json!({}),
            "&ReadableFile<'_>" => "Cargo.toml".into(),
            "&FileInfo<'_>" => json!({"file_id": "f", "thumbnail":
                {"width": 1, "height": 2, "method": "crop", "type": "image/png", "length": 3}}),
            "&UserProfile<'_>" => json!({"user_id": "@a:x"}),
            "&Requester<'_>" => json!({"user": "@a:x", "device_id": "D", "is_guest": true}),
            "&[RequestInfo<'_>]" => json!([["agent", "::1"], {"ip": "::2"}]),
            "&[UserPresenceState<'_>]" => json!([{"user_id": "@a:x", "state": "online"}]),
            "&EventDelivery<'_>" => json!({
                "server_name": "y", "method": "/send", "events": [event],
            }),
            "&WebRequest<'_>" => json!({"body": {"user_id": "@a:x"}}),
            "MediaUploadLimit" => json!({"max_bytes": 1, "time_period_ms": 2}),
            other => panic!("no example of `{other}`: does `call::form` know it?"),
        }
    }

    fn every_callback() -> impl Iterator<Item = &'static CallbackInfo> {
        CATEGORIES.iter().flat_map(|category| category.callbacks)
    }

    #[tokio::test]
    async fn every_callback_can_be_called() {
        let modules = Modules::default();
        for callback in every_callback() {
            let examples = callback
                .arguments
                .iter()
                .map(|argument| (argument.0.to_owned(), example(*argument)));
            let arguments =
                Arguments::new(callback, Value::Object(examples.collect()), "x", None).unwrap();
            let outcome = ask(&modules, &arguments, "x").await;
            if callback.name == "check_auth" {
                let stop = format!("{:?}", outcome.err());
                assert!(stop.contains("no module knows the type of login"), "{stop}");
                continue;
            }
            let outcome = outcome.unwrap_or_else(|stop| panic!("{}: {stop:?}", callback.name));
            match outcome.answer {
                Answer::Refused { why, .. } => {
                    assert_eq!(callback.name, "check_3pid_auth", "{why}");
                }
                answer => assert!(!matches!(answer, Answer::Error(_)), "{}", callback.name),
            }
        }
    }
}
