//! Category `third_party_rules`.

use hsmod_loader::{Modules, Replaced, Replacement};

use super::super::answer::{Answer, Outcome, allow, reason, told, value};
use super::super::arguments::Arguments;
use super::super::forms::{ProfileForm, RequesterForm};
use super::uncallable;
use crate::exit::Result;

pub(super) async fn third_party_rules(
    modules: &Modules,
    a: &Arguments,
    server_name: &str,
) -> Result<Outcome> {
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

/// A replacement is checked as a homeserver checks it before it creates the event.
async fn check_event_allowed(
    modules: &Modules,
    a: &Arguments,
    server_name: &str,
) -> Result<Outcome> {
    let (event, state) = (a.event()?, a.state()?);
    let view = event.as_event();
    let question = modules.third_party_rules().check_event_allowed(&view, &state);
    let replaced = |replacement: Replacement| match replacement.check(&view, server_name) {
        Ok(Replaced { event, .. }) => {
            Answer::Replaced(event.as_event().json().parse().unwrap_or_default())
        }
        // The client does not see the reason.
        Err(error) => Answer::Refused { why: reason(&error), error },
    };
    Ok(value(question, |replacement| replacement.map_or(Answer::Allowed, replaced)).await)
}
