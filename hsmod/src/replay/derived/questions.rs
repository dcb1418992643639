//! Calls the callbacks that are derived from an event.

use std::sync::Arc;

use hsmod_loader::policy::{Refusal as Texts, policy};
use hsmod_loader::values::{Event, FederatedEventAction, ProfileInfo, Requester};
use hsmod_loader::{Json, State};

use super::acts::Act;
use super::asked::Asked;
use super::callback::Callback;
use super::{Answer, Refusal, creation, passed};
use crate::replay::room::Audience;

/// The rate limiters that Synapse consults for an invite, in its order.
const OF_INVITE: &[&str] = &["rc_invites.per_room", "rc_invites.per_user", "rc_invites.per_issuer"];
/// The rate limiters that Synapse consults for a room that is created with invites.
const OF_ROOM_WITH_INVITES: &[&str] = &["rc_invites.per_room"];

/// Asks the modules about an event.
pub(super) struct Questions<'a> {
    pub(super) audience: &'a Audience,
    pub(super) event: &'a Event<'a>,
    pub(super) asked: &'a mut Asked,
}

impl Questions<'_> {
    /// Calls one of the callbacks of an action, as often as Synapse does for it.
    pub(super) async fn ask(&mut self, callback: Callback, act: &mut Act) -> Answer {
        match (callback, act) {
            (Callback::IsUserExpired, _) => self.is_user_expired().await,
            (Callback::OnCreateRoom, Act::CreateRoom(request)) => {
                self.asked.add(callback);
                let requester = Requester::new(self.event.sender().as_str());
                let rules = self.audience.modules.third_party_rules();
                passed(rules.on_create_room(&requester, request, false).await)
            }
            (Callback::GetRatelimitOverrideForUser, act) => self.ratelimit(limiters(act)).await,
            (Callback::OnProfileUpdate, Act::SetProfile(profile)) => {
                let (name, avatar) =
                    (profile.display_name.as_deref(), profile.avatar_url.as_deref());
                self.on_profile_update(&ProfileInfo::new(name, avatar)).await
            }
            (Callback::CheckVisibilityCanBeModified, Act::CreateRoom(request)) => {
                let visibility = creation::key::<String>(request, "visibility");
                self.visibility(visibility.as_deref().unwrap_or("private")).await
            }
            (callback, act) => self.ask_spam_checkers(callback, act).await,
        }
    }

    /// Calls one of the callbacks of the category `spam_checker`.
    async fn ask_spam_checkers(&mut self, callback: Callback, act: &Act) -> Answer {
        let (all, event) = (self.audience.modules.spam_checker(), self.event);
        let (user, room) = (event.sender(), event.room_id());
        let state_key = event.state_key().unwrap_or_default();
        match (callback, act) {
            (Callback::UserMayCreateRoom, Act::CreateRoom(request) | Act::UpgradeRoom(request)) => {
                self.asked.add(callback);
                passed(all.user_may_create_room(user, Json(request.as_str())).await)
            }
            (Callback::UserMayCreateRoomAlias, act) => {
                let Some(alias) = self.alias(act) else { return Ok(()) };
                self.asked.add(callback);
                passed(all.user_may_create_room_alias(user, &alias).await)
            }
            (Callback::UserMayJoinRoom, act) => {
                self.asked.add(callback);
                let is_invited = matches!(act, Act::Join { is_invited: true });
                passed(all.user_may_join_room(user, room, is_invited).await)
            }
            (Callback::ShouldDropFederatedEvent, _) => self.should_drop().await,
            (Callback::FederatedUserMayInvite, _) => self.federated_invite().await,
            (Callback::UserMayInvite, act) => {
                self.asked.add(callback);
                let answer = all.user_may_invite(user, state_key, room).await;
                let is_federated = matches!(act, Act::ReceiveInvite);
                passed(answer.map_err(|error| {
                    // The refusal as the inviting server's client sees it.
                    let policy = policy(Callback::FederatedUserMayInvite.full_name());
                    match policy.filter(|_| is_federated) {
                        Some(policy) => error.with_refusal(policy.refusal),
                        None => error,
                    }
                }))
            }
            (Callback::UserMaySendStateEvent, _) => {
                self.asked.add(callback);
                let content = Json(event.content_json().as_str());
                let question = all.user_may_send_state_event(
                    user,
                    room,
                    event.event_type(),
                    state_key,
                    content,
                );
                passed(question.await)
            }
            // No row of the table combines another callback and action.
            _ => Ok(()),
        }
    }

    async fn is_user_expired(&mut self) -> Answer {
        self.asked.add(Callback::IsUserExpired);
        let all = self.audience.modules.account_validity();
        match all.is_user_expired(self.event.sender()).await? {
            Some(true) => self.refused(Callback::IsUserExpired),
            _ => Ok(()),
        }
    }

    async fn should_drop(&mut self) -> Answer {
        self.asked.add(Callback::ShouldDropFederatedEvent);
        let all = self.audience.modules.spam_checker();
        match all.should_drop_federated_event(self.event).await? {
            FederatedEventAction::Drop => self.refused(Callback::ShouldDropFederatedEvent),
            _ => Ok(()),
        }
    }

    async fn federated_invite(&mut self) -> Answer {
        self.asked.add(Callback::FederatedUserMayInvite);
        let all = self.audience.modules.spam_checker();
        // The row lists `user_may_invite` itself, as its next callback.
        passed(all.federated_user_may_invite(self.event).without_user_may_invite().await)
    }

    /// The answers are ignored: an event in the history was not rate-limited.
    async fn ratelimit(&mut self, limiters: &[&str]) -> Answer {
        let all = self.audience.modules.ratelimit();
        for limiter in limiters {
            self.asked.add(Callback::GetRatelimitOverrideForUser);
            all.get_ratelimit_override_for_user(self.event.sender(), limiter).await?;
        }
        Ok(())
    }

    /// Waits for the notification, as Synapse does.
    async fn on_profile_update(&mut self, profile: &ProfileInfo<'_>) -> Answer {
        self.asked.add(Callback::OnProfileUpdate);
        let rules = self.audience.modules.third_party_rules();
        let delivery = rules.on_profile_update(self.event.sender(), profile, false, false).await?;
        // A module that was not notified is recorded as a failure.
        let _ = delivery.await;
        Ok(())
    }

    async fn visibility(&mut self, visibility: &str) -> Answer {
        self.asked.add(Callback::CheckVisibilityCanBeModified);
        let rules = self.audience.modules.third_party_rules();
        // The room has no state yet.
        let state = State::new(Arc::new(()));
        let room = self.event.room_id();
        let answer = rules.check_visibility_can_be_modified(room, &state, visibility).await;
        passed(answer.map_err(|error| error.with_refusal(Texts::VISIBILITY_OF_NEW_ROOM)))
    }

    /// The alias that an action creates.
    fn alias(&self, act: &Act) -> Option<String> {
        match act {
            Act::CreateAlias(alias) => Some(alias.clone()),
            Act::CreateRoom(request) => {
                let name = creation::key::<String>(request, "room_alias_name")?;
                Some(format!("#{name}:{}", self.audience.server_name))
            }
            _ => None,
        }
    }

    /// The refusal for an answer that refuses the event but does not name the module.
    fn refused(&self, callback: Callback) -> Answer {
        let by = self.audience.listeners.only(callback).map(str::to_owned);
        match policy(callback.full_name()) {
            Some(policy) => Err(Refusal { error: policy.refuse(), by }),
            None => Ok(()),
        }
    }
}

/// The rate limiters that apply to an action.
fn limiters(act: &Act) -> &'static [&'static str] {
    match act {
        Act::Invite => OF_INVITE,
        Act::CreateRoom(request) => {
            let invited = creation::key::<Vec<String>>(request, "invite").unwrap_or_default();
            if invited.is_empty() { &[] } else { OF_ROOM_WITH_INVITES }
        }
        _ => &[],
    }
}
