//! Every callback, asked with arguments from JSON.

use hsmod_loader::values::{
    DirectoryVisibility, FederatedEventAction, ReadableFile, RegistrationBehaviour, RequestInfo,
    Threepid,
};
use hsmod_loader::{CallError, CallErrorKind, Json, Modules, Replacement};
use serde_json::Value;

use super::answer::{Answer, Outcome, allow, reason, told, value};
use super::arguments::{
    Arguments, ClientForm, FileForm, ProfileForm, RequesterForm, ThreepidForm, UserProfileForm,
};
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
    let outcome = match arguments.category() {
        "spam_checker" => spam_checker(modules, arguments).await?,
        "third_party_rules" => third_party_rules(modules, arguments, server_name).await?,
        "account_validity" => account_validity(modules, arguments).await?,
        _ => return Err(uncallable(arguments)),
    };
    match &outcome.answer {
        Answer::Error(error) if error.kind() == CallErrorKind::Input => {
            Err(unusable(arguments, error))
        }
        _ => Ok(outcome),
    }
}

async fn spam_checker(modules: &Modules, a: &Arguments) -> Result<Outcome> {
    let all = modules.spam_checker();
    let text = |name| a.text(name);
    Ok(match a.callback() {
        "check_event_for_spam" => allow(all.check_event_for_spam(&a.event()?.as_event())).await,
        "should_drop_federated_event" => {
            let event = a.event()?;
            value(all.should_drop_federated_event(&event.as_event()), |action| {
                yes_or_no(action == FederatedEventAction::Drop)
            })
            .await
        }
        "user_may_join_room" => {
            let (user, room, invited) = (text("user_id")?, text("room_id")?, a.read("is_invited")?);
            allow(all.user_may_join_room::<_, _, bool>(&user, &room, invited)).await
        }
        "user_may_invite" => {
            let (inviter, invitee) = (text("inviter")?, text("invitee")?);
            allow(all.user_may_invite(&inviter, &invitee, &text("room_id")?)).await
        }
        "federated_user_may_invite" => {
            allow(all.federated_user_may_invite(&a.event()?.as_event())).await
        }
        "user_may_send_3pid_invite" => {
            let (inviter, room) = (text("inviter")?, text("room_id")?);
            let (medium, address) = (text("medium")?, text("address")?);
            allow(all.user_may_send_3pid_invite(&inviter, &medium, &address, &room)).await
        }
        "user_may_create_room" => {
            let config = a.json("room_config")?;
            allow(all.user_may_create_room(&text("user_id")?, Json(&config))).await
        }
        "user_may_create_room_alias" => {
            allow(all.user_may_create_room_alias(&text("user_id")?, &text("room_alias")?)).await
        }
        "user_may_publish_room" => {
            allow(all.user_may_publish_room(&text("user_id")?, &text("room_id")?)).await
        }
        "user_may_send_state_event" => {
            let (user, room, content) = (text("user_id")?, text("room_id")?, a.json("content")?);
            let (event_type, key) = (text("event_type")?, text("state_key")?);
            let content = Json(&content);
            allow(all.user_may_send_state_event(&user, &room, &event_type, &key, content)).await
        }
        "accept_make_join" => {
            allow(all.accept_make_join(&text("user_id")?, &text("room_id")?)).await
        }
        _ => return spam_checker_of_users(modules, a).await,
    })
}

/// Those whose arguments are more than names and events.
async fn spam_checker_of_users(modules: &Modules, a: &Arguments) -> Result<Outcome> {
    let all = modules.spam_checker();
    let clients = || a.read::<Vec<ClientForm>>("request_info");
    Ok(match a.callback() {
        "check_username_for_spam" => {
            let profile = a.read::<UserProfileForm>("user_profile")?;
            let requester = a.text("requester_id")?;
            value(all.check_username_for_spam(&profile.view(), &requester), |visibility| {
                yes_or_no(visibility == DirectoryVisibility::Hidden)
            })
            .await
        }
        "check_registration_for_spam" => {
            let email = a.read::<Option<ThreepidForm>>("email_threepid")?;
            let email = email.as_ref().map(|email| Threepid::new(&email.medium, &email.address));
            let (username, provider) = (a.optional("username")?, a.optional("auth_provider_id")?);
            let clients = clients()?;
            let clients: Vec<RequestInfo<'_>> = clients.iter().map(ClientForm::view).collect();
            let (email, provider) = (email.as_ref(), provider.as_deref());
            let question = all.check_registration_for_spam(
                email,
                username.as_deref(),
                clients.as_slice(),
                provider,
            );
            value(question, registration).await
        }
        "check_media_file_for_spam" => {
            let (path, file, length) = a.file("file_wrapper")?;
            let info = a.read::<FileForm>("file_info")?;
            let file = ReadableFile::from_source(&file, length, Some(&path));
            allow(all.check_media_file_for_spam(&file, &info.view())).await
        }
        "check_login_for_spam" => {
            let (user, device) = (a.text("user_id")?, a.optional("device_id")?);
            let display_name = a.optional("initial_display_name")?;
            let provider = a.optional("auth_provider_id")?;
            let clients = clients()?;
            let clients: Vec<RequestInfo<'_>> = clients.iter().map(ClientForm::view).collect();
            let question = all.check_login_for_spam(
                &user,
                device.as_deref(),
                display_name.as_deref(),
                clients.as_slice(),
                provider.as_deref(),
            );
            allow(question).await
        }
        _ => return Err(uncallable(a)),
    })
}

async fn third_party_rules(modules: &Modules, a: &Arguments, server_name: &str) -> Result<Outcome> {
    let all = modules.third_party_rules();
    let (text, truth) = (|name| a.text(name), |name| a.read::<bool>(name));
    Ok(match a.callback() {
        "check_event_allowed" => check_event_allowed(modules, a, server_name).await?,
        "on_create_room" => {
            let requester = a.read::<RequesterForm>("requester")?;
            let mut content = a.editable("request_content")?;
            let admin = truth("is_requester_admin")?;
            let outcome = allow(all.on_create_room(&requester.view(), &mut content, admin)).await;
            outcome.with_value(content.as_str())
        }
        "check_threepid_can_be_invited" => {
            let (medium, address) = (text("medium")?, text("address")?);
            allow(all.check_threepid_can_be_invited(&medium, &address, &a.state()?)).await
        }
        "check_visibility_can_be_modified" => {
            let (room, visibility) = (text("room_id")?, text("new_visibility")?);
            allow(all.check_visibility_can_be_modified(&room, &a.state()?, &visibility)).await
        }
        "on_new_event" => told(all.on_new_event(&a.event()?.as_event(), &a.state()?)).await,
        "check_can_shutdown_room" => {
            let user = a.optional("user_id")?;
            allow(all.check_can_shutdown_room(user.as_deref(), &text("room_id")?)).await
        }
        "check_can_deactivate_user" => {
            allow(all.check_can_deactivate_user(&text("user_id")?, truth("by_admin")?)).await
        }
        "on_profile_update" => {
            let (user, profile) = (text("user_id")?, a.read::<ProfileForm>("new_profile")?);
            let (by_admin, deactivation) = (truth("by_admin")?, truth("deactivation")?);
            told(all.on_profile_update(&user, &profile.view(), by_admin, deactivation)).await
        }
        "on_user_deactivation_status_changed" => {
            let (user, deactivated) = (text("user_id")?, truth("deactivated")?);
            let by_admin = truth("by_admin")?;
            told(all.on_user_deactivation_status_changed(&user, deactivated, by_admin)).await
        }
        "on_threepid_bind" => {
            let (user, medium, address) = (text("user_id")?, text("medium")?, text("address")?);
            told(all.on_threepid_bind(&user, &medium, &address)).await
        }
        "on_add_user_third_party_identifier" => {
            let (user, medium, address) = (text("user_id")?, text("medium")?, text("address")?);
            told(all.on_add_user_third_party_identifier(&user, &medium, &address)).await
        }
        "on_remove_user_third_party_identifier" => {
            let (user, medium, address) = (text("user_id")?, text("medium")?, text("address")?);
            told(all.on_remove_user_third_party_identifier(&user, &medium, &address)).await
        }
        "on_user_search" => {
            let mut results = a.editable("results")?;
            let outcome = allow(all.on_user_search(&mut results)).await;
            outcome.with_value(results.as_str())
        }
        _ => return Err(uncallable(a)),
    })
}

/// A replacement is checked before the event is made, as in a homeserver.
async fn check_event_allowed(
    modules: &Modules,
    a: &Arguments,
    server_name: &str,
) -> Result<Outcome> {
    let (event, state) = (a.event()?, a.state()?);
    let view = event.as_event();
    let question = modules.third_party_rules().check_event_allowed(&view, &state);
    let replaced = |replacement: Replacement| match replacement.check(&view, server_name) {
        Ok(event) => Answer::Replaced(event.as_event().json().parse().unwrap_or_default()),
        Err(error) => {
            // The client is not told why.
            tracing::warn!("{error}");
            Answer::Error(error)
        }
    };
    Ok(value(question, |replacement| replacement.map_or(Answer::Allowed, replaced)).await)
}

async fn account_validity(modules: &Modules, a: &Arguments) -> Result<Outcome> {
    let all = modules.account_validity();
    let user = a.text("user_id")?;
    let nothing = |()| Answer::Value(Value::Null, false);
    Ok(match a.callback() {
        "is_user_expired" => {
            let opinion = |expired: Option<bool>| Answer::Value(expired.into(), expired.is_some());
            value(all.is_user_expired(&user), opinion).await
        }
        "on_user_registration" => value(all.on_user_registration(&user), nothing).await,
        "on_user_login" => {
            let kind = a.optional("auth_provider_type")?;
            let provider = a.optional("auth_provider_id")?;
            let question = all.on_user_login(&user, kind.as_deref(), provider.as_deref());
            value(question, nothing).await
        }
        _ => return Err(uncallable(a)),
    })
}

fn registration(behaviour: RegistrationBehaviour) -> Answer {
    match behaviour {
        RegistrationBehaviour::ShadowBan => Answer::Value("SHADOW_BAN".into(), true),
        _ => Answer::Allowed,
    }
}

/// Only the answer other than the neutral one was decided by somebody.
fn yes_or_no(yes: bool) -> Answer {
    Answer::Value(yes.into(), yes)
}

fn unusable(a: &Arguments, error: &CallError) -> Stop {
    let name = if a.has("event") { "event" } else { a.callback() };
    a.unreadable(name, &reason(error))
}

/// A callback of the plugin API that has no arm here; the test below finds it first.
fn uncallable(a: &Arguments) -> Stop {
    Stop::wrong(format!("this version of `hsmod` cannot call `{}`", a.callback()))
}

#[cfg(test)]
mod tests {
    use hsmod_loader::CallbackInfo;
    use hsmod_loader::rows::CATEGORIES;
    use serde_json::json;

    use super::*;

    /// Something that fits an argument.
    fn example((name, rust): (&str, &str)) -> Value {
        let event = json!({
            "event_id": "$1", "room_id": "!r:x", "sender": "@a:x", "type": "m.room.member",
            "state_key": "@b:x", "content": {"membership": "invite"},
        });
        match rust {
            "&UserId" | "&RoomId" | "&RoomAlias" | "&str" => name.into(),
            "Option<&UserId>" | "Option<&str>" | "Option<&Threepid<'_>>" => Value::Null,
            "bool" => true.into(),
            "&Event<'_>" => event,
            "&State<'_>" => json!([event]),
            "&JsonStr" | "&mut EditableJson<'_>" | "&ProfileInfo<'_>" => json!({}),
            "&ReadableFile<'_>" => "Cargo.toml".into(),
            "&FileInfo<'_>" => json!({"file_id": "f", "thumbnail":
                {"width": 1, "height": 2, "method": "crop", "type": "image/png", "length": 3}}),
            "&UserProfile<'_>" => json!({"user_id": "@a:x"}),
            "&Requester<'_>" => json!({"user": "@a:x", "device_id": "D", "is_guest": true}),
            "&[RequestInfo<'_>]" => json!([["agent", "::1"], {"ip": "::2"}]),
            other => panic!("no example of `{other}`: does `arguments::form` know it?"),
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
            let arguments = Arguments::new(callback, Value::Object(examples.collect())).unwrap();
            let outcome = ask(&modules, &arguments, "x").await;
            let outcome = outcome.unwrap_or_else(|stop| panic!("{}: {stop:?}", callback.name));
            assert!(!matches!(outcome.answer, Answer::Error(_)), "{}", callback.name);
        }
    }
}
