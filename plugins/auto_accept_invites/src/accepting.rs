//! Accepts an invite in the background, with several attempts to join.

use std::time::Duration;

use hsmod_plugin_api::prelude::*;
use hsmod_plugin_api::values::ErrorKind;

use crate::direct;
use crate::invite::Invite;

/// Joins the room, unless the user's account is deactivated, suspended or locked. No caller waits
/// for the result, so every error is logged.
pub(crate) async fn accept(
    api: &ModuleApi,
    invite: &Invite,
    attempts: u32,
) -> Result<(), ModuleError> {
    let Invite { room, user, .. } = invite;
    for attempt in 0..attempts {
        if attempt > 0 {
            api.sleep(Duration::from_secs(1 << (attempt - 1))).await?;
            if is_over(api, invite).await {
                return Ok(());
            }
        }
        match join(api, invite).await {
            Ok(joined) => {
                if joined && invite.is_direct {
                    direct::mark(api, invite).await?;
                }
                return Ok(());
            }
            Err(error) if is_refusal(&error) => {
                tracing::debug!("the room {room} does not let {user} in: {error}");
            }
            Err(error) => tracing::warn!("{user} cannot join {room}: {error}"),
        }
    }
    tracing::info!(
        "{user} could not join {room} in {attempts} attempts: the invite stays as it is"
    );
    Ok(())
}

/// Tries to join. Returns `false` if this user's invites must not be accepted.
async fn join(api: &ModuleApi, invite: &Invite) -> Result<bool, ModuleError> {
    let Invite { room, sender, user, .. } = invite;
    let account = api.get_userinfo_by_id(user).await?;
    let in_order = account.is_some_and(|account| {
        !account.is_deactivated && !account.is_suspended && !account.is_locked
    });
    if !in_order {
        tracing::debug!("{user} has no account, or it is deactivated, suspended or locked");
        return Ok(false);
    }
    // A room ID need not name a server, but the inviter's server is in the room.
    let through = sender.server_name().filter(|_| !api.is_mine(sender));
    let through: Vec<&str> = through.into_iter().collect();
    if through.is_empty() {
        api.update_room_membership(user, user, room, "join", &(), &()).await?;
    } else {
        api.update_room_membership(user, user, room, "join", &(), &through).await?;
    }
    Ok(true)
}

/// Whether the user has joined or declined in the meantime, or the invite was withdrawn. If the
/// room's state is not known, because only other homeservers are in it, the invite still counts.
async fn is_over(api: &ModuleApi, invite: &Invite) -> bool {
    let member = [("m.room.member", Some(invite.user.as_str()))];
    let Ok(found) = api.get_room_state(&invite.room, &member).await else { return false };
    let is_other = |event: &OwnedEvent| {
        event.membership().is_ok_and(|membership| membership.as_deref() != Some("invite"))
    };
    found.iter().any(is_other)
}

fn is_refusal(error: &ModuleError) -> bool {
    matches!(error.kind(), ErrorKind::Http { status: 403, .. })
}
