//! Category `third_party_rules`: local rules on top of the protocol's own.

use crate::table::callbacks;
use crate::values::{
    EditableJson, Event, EventDecision, Permission, ProfileInfo, Requester, RoomId, State, UserId,
};

callbacks! {
    /// Local rules on top of the protocol's own, and news of what happened.
    ///
    /// Override those you need; `#[callbacks]` above the `impl` registers just these. Modules are
    /// asked in the order of the config. All callbacks may be called from any thread, several at
    /// once, from the end of `start` until `shutdown`. Notifications come one at a time and in
    /// order to each module.
    ///
    /// Mirrors `synapse/module_api/callbacks/third_party_event_rules_callbacks.py`.
    pub trait ThirdPartyRules = "third_party_rules",
        written ThirdPartyRulesCallbacks, table ThirdPartyRulesTable ThirdPartyRulesTableRef,
        all ThirdPartyRulesAll, lists ThirdPartyRulesLists
    {
        /// Whether an event may be created, or which event replaces it.
        ///
        /// Called for each event that this server creates, including membership events and the
        /// first events of a room, with the state before it; not for events of other servers. A
        /// denial is a 403. A replacement must keep `room_id`, `type`, `state_key` and a local
        /// sender; it is hashed and signed again, and not checked again.
        ///
        /// Combined: the first denial or replacement decides. On failure: the request fails.
        /// Since Synapse 1.39.
        async fn check_event_allowed(
            &self,
            event: &Event<'_>,
            state_events: &State<'_>,
        ) -> EventDecision, since 0, denies {
            //! if event.event_type() == "m.room.message" && self.listed.contains(event.room_id()) {
            //!     let member = state_events.membership(event.sender()).await?;
            //!     if member.as_deref() != Some("join") {
            //!         return Ok(EventDecision::Deny);
            //!     }
            //! }
            //! Ok(EventDecision::Allow)
        }

        /// A room is about to be created; the request may be changed.
        ///
        /// Called for each room creation before the request is validated, not for upgrades. Answer
        /// an error to refuse it.
        ///
        /// Combined: all are asked, each sees what the ones before it changed; the first failure
        /// ends it. On failure: the room is not created (403).
        /// Since Synapse 1.39.
        async fn on_create_room(
            &self,
            requester: &Requester<'_>,
            request_content: &mut EditableJson<'_>,
            is_requester_admin: bool,
        ) -> (), since 0, denies {
            //! let mut config: JsonObject = request_content.parse()?;
            //! if !is_requester_admin && !config.contains_key("preset") {
            //!     config.insert("preset".to_owned(), "private_chat".into());
            //!     request_content.set(&config)?;
            //! }
            //! Ok(())
        }

        /// Whether an e-mail address or telephone number may be invited to a room.
        ///
        /// Called for each such invite before the address is looked up, with the current state.
        /// A denial is a 403.
        ///
        /// Combined: the first denial decides. On failure: logged, and the next module is asked.
        /// Since Synapse 1.39.
        async fn check_threepid_can_be_invited(
            &self,
            medium: &str,
            address: &str,
            state_events: &State<'_>,
        ) -> Permission, since 0, denies {
            //! let full = state_events.members("join").await?.len() >= 100;
            //! Ok(if full { Permission::Deny } else { Permission::Allow })
        }

        /// Whether a room may be added to or removed from the public room list.
        ///
        /// Called when a room is published, and for each new room (with empty state).
        /// `new_visibility` is `public` or `private`. A denial is a 403.
        ///
        /// Combined: the first denial decides. On failure: logged, and the next module is asked.
        /// Since Synapse 1.39.
        async fn check_visibility_can_be_modified(
            &self,
            room_id: &RoomId,
            state_events: &State<'_>,
            new_visibility: &str,
        ) -> Permission, since 0, denies {
            //! if new_visibility != "public" {
            //!     return Ok(Permission::Allow);
            //! }
            //! let named = state_events.get("m.room.name", "").await?.is_some();
            //! Ok(if named { Permission::Allow } else { Permission::Deny })
        }

        /// An event has been stored.
        ///
        /// Called for each event of a room that was accepted, local or not, with the state after
        /// it; soft-failed events included.
        ///
        /// Combined: all are told. On failure: logged.
        /// Over federation, a failure changes nothing: the event has been accepted already.
        /// Since Synapse 1.47.
        async fn on_new_event(&self, event: &Event<'_>, state_events: &State<'_>) -> (), since 0 {
            //! if event.membership()?.as_deref() == Some("join") {
            //!     let members = state_events.members("join").await?.len();
            //!     tracing::info!(room = %event.room_id(), members, "somebody joined");
            //! }
            //! Ok(())
        }

        /// Whether a room may be shut down.
        ///
        /// Called when an admin (`user_id`) or a module (`None`) deletes a room; twice per
        /// deletion. A denial is a 403.
        ///
        /// Combined: the first denial decides. On failure: logged, and the next module is asked.
        /// Since Synapse 1.55.
        async fn check_can_shutdown_room(
            &self,
            user_id: Option<&UserId>,
            room_id: &RoomId,
        ) -> Permission, since 0, denies {
            //! let kept = self.listed.contains(room_id);
            //! Ok(if kept { Permission::Deny } else { Permission::Allow })
        }

        /// Whether a user may be deactivated.
        ///
        /// Called when a user deactivates the account, or an admin does. A denial is a 403.
        ///
        /// Combined: the first denial decides. On failure: logged, and the next module is asked.
        /// Since Synapse 1.55.
        async fn check_can_deactivate_user(&self, user_id: &UserId, by_admin: bool) -> Permission, since 0, denies {
            //! let kept = self.listed.contains(user_id) && !by_admin;
            //! Ok(if kept { Permission::Deny } else { Permission::Allow })
        }

        /// A user's profile has changed.
        ///
        /// Called after a display name, an avatar or another field was set or removed, and on
        /// deactivation (with an empty profile).
        ///
        /// Combined: all are told. On failure: logged.
        /// Since Synapse 1.54.
        async fn on_profile_update(
            &self,
            user_id: &UserId,
            new_profile: &ProfileInfo<'_>,
            by_admin: bool,
            deactivation: bool,
        ) -> (), since 0 {
            //! if !deactivation {
            //!     let name = new_profile.display_name().unwrap_or("nobody");
            //!     tracing::info!(user = %user_id, name, "is called something else now");
            //! }
            //! Ok(())
        }

        /// A user was deactivated, or reactivated.
        ///
        /// Called after the change.
        ///
        /// Combined: all are told. On failure: logged.
        /// Since Synapse 1.54.
        async fn on_user_deactivation_status_changed(
            &self,
            user_id: &UserId,
            deactivated: bool,
            by_admin: bool,
        ) -> (), since 0 {
            //! if deactivated && self.listed.contains(user_id) {
            //!     tracing::warn!(user = %user_id, by_admin, "a user whom we watch is gone");
            //! }
            //! Ok(())
        }

        /// A user has a new e-mail address or telephone number; the former name of
        /// `on_add_user_third_party_identifier`.
        ///
        /// Called right after `on_add_user_third_party_identifier`, with the same arguments.
        ///
        /// Combined: all are told. On failure: logged.
        /// Since Synapse 1.56; deprecated since 1.79.
        async fn on_threepid_bind(&self, user_id: &UserId, medium: &str, address: &str) -> (), since 0 {
            //! tracing::info!(user = %user_id, medium, "has a new address");
            //! Ok(())
        }

        /// A user has a new e-mail address or telephone number.
        ///
        /// Called when it has been added to a local account. `medium` is `email` or `msisdn`.
        ///
        /// Combined: all are told. On failure: logged.
        /// Since Synapse 1.79.
        async fn on_add_user_third_party_identifier(
            &self,
            user_id: &UserId,
            medium: &str,
            address: &str,
        ) -> (), since 0 {
            //! if medium == "email" && !address.ends_with("@example.com") {
            //!     tracing::warn!(user = %user_id, address, "is not one of ours");
            //! }
            //! Ok(())
        }

        /// A user's e-mail address or telephone number was removed.
        ///
        /// Called when it has been removed from a local account, also on deactivation.
        ///
        /// Combined: all are told. On failure: logged.
        /// Since Synapse 1.79.
        async fn on_remove_user_third_party_identifier(
            &self,
            user_id: &UserId,
            medium: &str,
            address: &str,
        ) -> (), since 0 {
            //! tracing::info!(user = %user_id, medium, address, "has no longer this address");
            //! Ok(())
        }

        /// The user directory was searched; the results may be changed.
        ///
        /// Called after each search with the body of the client's response. Answer an error to
        /// refuse it.
        ///
        /// Combined: all are asked, each sees what the ones before it changed; the first failure
        /// ends it. On failure: the request fails.
        /// In no released Synapse.
        #[cfg(not(hsmod_abi_test = "older_minor"))]
        async fn on_user_search(&self, results: &mut EditableJson<'_>) -> (), since 0, denies {
            //! let mut body: JsonObject = results.parse()?;
            //! if let Some(found) = body.get_mut("results").and_then(|found| found.as_array_mut()) {
            //!     found.retain(|user| user["user_id"].as_str().is_none_or(|id| !self.listed.contains(id)));
            //! }
            //! results.set(&body)?;
            //! Ok(())
        }
    }
}
