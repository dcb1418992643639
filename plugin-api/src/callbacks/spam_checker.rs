//! Category `spam_checker`: decides what may enter.

use crate::table::callbacks;
use crate::values::{
    DirectoryVisibility, Event, FederatedEventAction, FileInfo, JsonStr, ReadableFile,
    RegistrationBehaviour, RequestInfo, RoomAlias, RoomId, Threepid, UserId, UserProfile, Verdict,
};

callbacks! {
    /// Decides what may enter: events, rooms, users, files.
    ///
    /// Override those you need; `#[callbacks]` above the `impl` registers just these. Modules are
    /// asked in the order of the config. All callbacks may be called from any thread, several at
    /// once, from the end of `start` until `shutdown`.
    ///
    /// Mirrors `synapse/module_api/callbacks/spamchecker_callbacks.py`.
    pub trait SpamChecker = "spam_checker",
        written SpamCheckerCallbacks, table SpamCheckerTable SpamCheckerTableRef,
        all SpamCheckers, lists SpamCheckerLists
    {
        /// Whether an event is spam.
        ///
        /// Called for each local event that is not a membership event, before it is stored, and
        /// for each event received or fetched from another server, at its signature check; the
        /// same event may come several times. A local event that is denied is refused with 403; a
        /// remote one is redacted and soft-failed.
        ///
        /// Combined: the first denial decides. On failure: the request fails.
        /// Over federation, a failure refuses only this event, until it is sent again: its server gets an
        /// error, and the other events of the transaction are accepted.
        /// Since Synapse 1.37.
        async fn check_event_for_spam(&self, event: &Event<'_>) -> Verdict, since 0, denies {
            //! let content: JsonObject = event.content()?;
            //! let body = content.get("body").and_then(|body| body.as_str()).unwrap_or_default();
            //! Ok(if body.contains("crypto giveaway") {
            //!     Verdict::deny(ErrorCode::Forbidden).message("No advertisements here")
            //! } else {
            //!     Verdict::Allow
            //! })
        }

        /// Whether an event of another server is dropped silently.
        ///
        /// Called for each invite and each event that another server sends, before it is stored;
        /// possibly more than once. A dropped invite is refused with 403; any other event is
        /// reported as accepted and forgotten.
        ///
        /// Combined: the first drop decides. On failure: the request fails.
        /// Over federation, a failure refuses only this event, until it is sent again: its server gets an
        /// error, whereas a drop is reported as accepted.
        /// Since Synapse 1.60.
        async fn should_drop_federated_event(&self, event: &Event<'_>) -> FederatedEventAction, since 0, denies {
            //! let server_name = event.sender().server_name().unwrap_or_default();
            //! let listed = self.listed.contains(server_name);
            //! Ok(if listed { FederatedEventAction::Drop } else { FederatedEventAction::Keep })
        }

        /// Whether a user may join a room.
        ///
        /// Called for each join of a local user, also one that accepts an invite (`is_invited`);
        /// not for server admins, nor for the creator's own first join. A denial is a 403.
        ///
        /// Combined: the first denial decides. On failure: the request fails.
        /// Since Synapse 1.37.
        async fn user_may_join_room(
            &self,
            user_id: &UserId,
            room_id: &RoomId,
            is_invited: bool,
        ) -> Verdict, since 0, denies {
            //! if is_invited || !self.listed.contains(room_id) {
            //!     return Ok(Verdict::Allow);
            //! }
            //! Ok(Verdict::deny(ErrorCode::Forbidden).message("This room takes invited users only"))
        }

        /// Whether one user may invite another.
        ///
        /// Called for each invite by a local user (not by server admins), and, after
        /// `federated_user_may_invite`, for each invite from another server. A denial is a 403.
        ///
        /// Combined: the first denial decides. On failure: the request fails.
        /// Over federation, a failure is a 500 for the server that invites, which may try again.
        /// Since Synapse 1.37.
        async fn user_may_invite(
            &self,
            inviter: &UserId,
            invitee: &UserId,
            room_id: &RoomId,
        ) -> Verdict, since 0, denies {
            //! let admin = self.api.is_user_admin(inviter).await?;
            //! Ok(if admin { Verdict::Allow } else { Verdict::deny(ErrorCode::Forbidden) })
        }

        /// Whether a user of another server may invite a user of this one.
        ///
        /// Called for each invite that another server sends, with the whole event; if no module
        /// denies it, `user_may_invite` is asked next. A denial is a 403.
        ///
        /// Combined: the first denial decides, then `user_may_invite`. On failure: the request fails.
        /// Over federation, a failure is a 500 for the server that invites, which may try again;
        /// `user_may_invite` is then not called.
        /// Since Synapse 1.133.
        async fn federated_user_may_invite(&self, event: &Event<'_>) -> Verdict, since 0, denies {
            //! let server_name = event.sender().server_name().unwrap_or_default();
            //! let listed = self.listed.contains(server_name);
            //! Ok(if listed { Verdict::deny(ErrorCode::Forbidden) } else { Verdict::Allow })
        }

        /// Whether a user may invite another person by e-mail address or telephone number.
        ///
        /// Called for each such invite whose address belongs to no known user, after
        /// `check_threepid_can_be_invited`. `medium` is `email` or `msisdn`. A denial is a 403.
        ///
        /// Combined: the first denial decides. On failure: the request fails.
        /// Since Synapse 1.45.
        async fn user_may_send_3pid_invite(
            &self,
            inviter: &UserId,
            medium: &str,
            address: &str,
            room_id: &RoomId,
        ) -> Verdict, since 0, denies {
            //! let ours = medium == "email" && address.ends_with("@example.com");
            //! Ok(if ours { Verdict::Allow } else { Verdict::deny(ErrorCode::ThreepidDenied) })
        }

        /// Whether a user may create a room.
        ///
        /// Called for each room creation (not by server admins) after `on_create_room`, and for
        /// each room upgrade. `room_config` is a copy of the request's body. A denial is a 403.
        ///
        /// Combined: the first denial decides. On failure: the request fails.
        /// Since Synapse 1.37; `room_config` since 1.132.
        async fn user_may_create_room(&self, user_id: &UserId, room_config: &JsonStr) -> Verdict, since 0, denies {
            //! let config: JsonObject = room_config.parse()?;
            //! let public = config.get("visibility").is_some_and(|visibility| visibility == "public");
            //! if public && !self.api.is_user_admin(user_id).await? {
            //!     return Ok(Verdict::deny(ErrorCode::Forbidden).message("Ask us for a public room"));
            //! }
            //! Ok(Verdict::Allow)
        }

        /// Whether a user may create an alias for a room.
        ///
        /// Called for each alias a local user creates, also while creating a room, also by server
        /// admins. A denial is a 403.
        ///
        /// Combined: the first denial decides. On failure: the request fails.
        /// Since Synapse 1.37.
        async fn user_may_create_room_alias(
            &self,
            user_id: &UserId,
            room_alias: &RoomAlias,
        ) -> Verdict, since 0, denies {
            //! let reserved = room_alias.localpart().starts_with("staff-");
            //! Ok(if reserved { Verdict::deny(ErrorCode::Exclusive) } else { Verdict::Allow })
        }

        /// Whether a user may change a room's entry in the public room list.
        ///
        /// Called when a local user publishes or hides a room that exists, also by server admins.
        /// A denial is a 403.
        ///
        /// Combined: the first denial decides. On failure: the request fails.
        /// Since Synapse 1.37.
        async fn user_may_publish_room(&self, user_id: &UserId, room_id: &RoomId) -> Verdict, since 0, denies {
            //! let admin = self.api.is_user_admin(user_id).await?;
            //! Ok(if admin { Verdict::Allow } else { Verdict::deny(ErrorCode::Forbidden) })
        }

        /// Whether a user may send a state event.
        ///
        /// Called when a client sets state directly (not by server admins, not while a room is
        /// created, not for joins and invites). `content` is a copy. A denial is a 403.
        ///
        /// Combined: the first denial decides. On failure: the request fails.
        /// Since Synapse 1.132.
        async fn user_may_send_state_event(
            &self,
            user_id: &UserId,
            room_id: &RoomId,
            event_type: &str,
            state_key: &str,
            content: &JsonStr,
        ) -> Verdict, since 0, denies {
            //! if event_type != "m.room.history_visibility" {
            //!     return Ok(Verdict::Allow);
            //! }
            //! let content: JsonObject = content.parse()?;
            //! let open = content.get("history_visibility").is_some_and(|who| who == "world_readable");
            //! Ok(if open { Verdict::deny(ErrorCode::Forbidden) } else { Verdict::Allow })
        }

        /// Whether a user is hidden from another user's search in the user directory.
        ///
        /// Called for each user that a search found. `requester_id` is the user who searches.
        ///
        /// Combined: the first that hides decides. On failure: the request fails.
        /// Since Synapse 1.37; `requester_id` since 1.122.
        async fn check_username_for_spam(
            &self,
            [each user_profile: UserProfile<'_>, many check_usernames_for_spam],
            requester_id: &UserId,
        ) -> DirectoryVisibility, since 0, denies {
            //! let hidden = self.listed.contains(user_profile.user_id());
            //! Ok(if hidden { DirectoryVisibility::Hidden } else { DirectoryVisibility::Visible })
        }

        /// Whether a user may register.
        ///
        /// Called for each registration, in any way, except by application services. `username` is
        /// the local part, if the client requested one; `request_info` describes the clients of the
        /// session; `auth_provider_id` names the SSO provider. A denial is a 429, disguised as a
        /// rate limit; a shadow ban lets the registration pass.
        ///
        /// Combined: the first denial or shadow ban decides. On failure: the request fails.
        /// Since Synapse 1.37.
        async fn check_registration_for_spam(
            &self,
            email_threepid: Option<&Threepid<'_>>,
            username: Option<&str>,
            request_info: &[RequestInfo<'_>],
            auth_provider_id: Option<&str>,
        ) -> RegistrationBehaviour, since 0, denies {
            //! let listed = request_info.iter().any(|request| self.listed.contains(request.ip()));
            //! let robot = username.is_some_and(|username| username.starts_with("robot"));
            //! Ok(if listed {
            //!     RegistrationBehaviour::Deny
            //! } else if robot {
            //!     RegistrationBehaviour::ShadowBan
            //! } else {
            //!     RegistrationBehaviour::Allow
            //! })
        }

        /// Whether a media file is acceptable.
        ///
        /// Called for each file that is uploaded by a local user, fetched from another server,
        /// created as a thumbnail or fetched for a preview, when its bytes are available and before
        /// it is stored. A denied file is deleted; an upload is refused with 400, other media is
        /// not found.
        ///
        /// Combined: the first denial decides. On failure: the request fails.
        /// Over federation, a failure discards the file, which is fetched again when somebody next asks
        /// for it.
        /// Since Synapse 1.37.
        async fn check_media_file_for_spam(
            &self,
            file_wrapper: &ReadableFile<'_>,
            file_info: &FileInfo<'_>,
        ) -> Verdict, since 0, denies {
            //! let mut chunks = file_wrapper.chunks();
            //! let first = chunks.next().await?.unwrap_or_default();
            //! let program = first.starts_with(b"MZ") || first.starts_with(b"\x7fELF");
            //! Ok(if program { Verdict::deny(ErrorCode::Forbidden) } else { Verdict::Allow })
        }

        /// Whether a user may log in.
        ///
        /// Called for each login that has otherwise succeeded, before the device is created.
        /// `request_info` contains one item; `auth_provider_id` names the SSO provider. A denial is
        /// a 403.
        ///
        /// Combined: the first denial decides. On failure: the request fails.
        /// Since Synapse 1.87.
        async fn check_login_for_spam(
            &self,
            user_id: &UserId,
            device_id: Option<&str>,
            initial_display_name: Option<&str>,
            request_info: &[RequestInfo<'_>],
            auth_provider_id: Option<&str>,
        ) -> Verdict, since 0, denies {
            //! if self.listed.contains(user_id) {
            //!     return Ok(Verdict::deny(ErrorCode::UserLocked).message("Talk to our staff first"));
            //! }
            //! Ok(Verdict::Allow)
        }

        /// Whether a user of another server may begin to join a room through this server.
        ///
        /// Called for each `make_join` request of another server; not in Synapse itself, but in
        /// servers that protect rooms with it. A denial is a 403.
        ///
        /// Combined: the first denial decides. On failure: the request fails.
        /// Over federation, a failure is a 500 for the server that joins, which may go on to another
        /// server of the room.
        /// In no released Synapse.
        #[cfg(not(hsmod_abi_test = "older_minor"))]
        async fn accept_make_join(&self, user_id: &UserId, room_id: &RoomId) -> Verdict, since 0, denies {
            //! let server_name = user_id.server_name().unwrap_or_default();
            //! let listed = self.listed.contains(server_name);
            //! Ok(if listed { Verdict::deny(ErrorCode::Forbidden) } else { Verdict::Allow })
        }

        /// A callback of a later version, which a plugin built for it has and this loader does not.
        #[cfg(hsmod_abi_test = "newer_minor")]
        async fn accept_make_knock(&self, user_id: &UserId, room_id: &RoomId) -> Verdict, since 1, denies {
            //! let listed = self.listed.contains(room_id);
            //! Ok(if listed { Verdict::deny(ErrorCode::Forbidden) } else { Verdict::Allow })
        }
    }
}
