//! Category `spam_checker`.

use hsmod_loader::values::{
    DirectoryVisibility, FederatedEventAction, ReadableFile, RegistrationBehaviour, RequestInfo,
    Threepid,
};
use hsmod_loader::{Json, Modules};

use super::super::answer::{Answer, Outcome, allow, value};
use super::super::arguments::Arguments;
use super::super::forms::{ClientForm, FileForm, ThreepidForm, UserProfileForm};
use super::{uncallable, yes_or_no};
use crate::exit::Result;

pub(super) async fn spam_checker(modules: &Modules, a: &Arguments) -> Result<Outcome> {
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

/// The callbacks whose arguments are more than identifiers and events.
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

fn registration(behaviour: RegistrationBehaviour) -> Answer {
    match behaviour {
        RegistrationBehaviour::ShadowBan => Answer::Value("SHADOW_BAN".into(), true),
        _ => Answer::Allowed,
    }
}
