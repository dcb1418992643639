//! Every request with its arguments and answer: the list that this module makes requests by and the
//! tests' homeserver answers by.

/// Calls `$then` with the groups: the trait of a homeserver, how a module reaches its methods, and
/// the requests, with those that other versions of the boundary lack or add. The types are those of
/// `hsmod_plugin_api::values` and `::requests`.
#[macro_export]
macro_rules! every_request {
    ($then:ident) => {
        $then! {
            Users [] {
                get_userinfo_by_id(user_id: &UserId) -> Option<UserInfo>;
                get_user_by_req(request: &WebRequest<'_>, allow_guest: bool, allow_expired: bool) -> AuthenticatedUser;
                is_user_admin(user_id: &UserId) -> bool;
                set_user_admin(user_id: &UserId, admin: bool) -> ();
                get_profile_for_user(localpart: &str) -> Profile;
                check_user_exists(user_id: &UserId) -> Option<String>;
                check_username(username: &str) -> ();
                register_user(localpart: &str, displayname: Option<&str>, emails: &JsonStr, admin: bool) -> String;
                set_displayname(user_id: &UserId, new_displayname: Option<&str>) -> ();
                record_user_external_id(auth_provider_id: &str, external_id: &str, registered_user_id: &UserId) -> ();
                get_user_ip_and_agents(user_id: &UserId, since_ts: i64) -> Vec<UserIpAndAgent>;
                get_monthly_active_users_by_service(start_timestamp: Option<i64>, end_timestamp: Option<i64>) -> Vec<(String, String)>;
                deactivate_user(user_id: &UserId, erase: bool) -> ();
                set_user_locked(user_id: &UserId, locked: bool) -> ();
            }
            Logins [] {
                register_device(user_id: &UserId, device_id: Option<&str>, initial_display_name: Option<&str>) -> RegisteredDevice;
                create_login_token(user_id: &UserId, duration_in_ms: u64, auth_provider_id: Option<&str>, auth_provider_session_id: Option<&str>) -> String;
                invalidate_access_token(access_token: &str) -> ();
                complete_sso_login_async(registered_user_id: &UserId, client_redirect_url: &str, new_user: bool, auth_provider_id: Option<&str>) -> String;
                create_registration_token(token: Option<&str>, uses_allowed: Option<i64>, expiry_time: Option<i64>) -> RegistrationToken;
                get_registration_tokens() -> Vec<RegistrationToken>;
                delete_registration_token(token: &str) -> bool;
            }
            Rooms [] {
                create_room(user_id: &UserId, config: &JsonStr, ratelimit: bool, creator_join_profile: &JsonStr) -> CreatedRoom;
                delete_room(room_id: &RoomId) -> ();
                shutdown_room(room_id: &RoomId, options: &JsonStr) -> ();
                lookup_room_alias(room_alias: &RoomAlias) -> AliasTarget;
                get_canonical_room_alias(room_id: &RoomId) -> Option<String>;
            }
            Events [] {
                create_and_send_event_into_room(room_id: &RoomId, event: &JsonStr) -> OwnedEvent;
                get_state_events_in_room(room_id: &RoomId, types: &JsonStr) -> Vec<OwnedEvent>;
                get_room_state(room_id: &RoomId, event_filter: &JsonStr) -> Vec<OwnedEvent>;
            }
            Membership [] {
                update_room_membership(sender: &UserId, target: &UserId, room_id: &RoomId, new_membership: &str, content: &JsonStr, remote_room_hosts: &JsonStr) -> OwnedEvent;
            }
            UserAccountData [.account_data_manager()] {
                get_global(user_id: &UserId, data_type: &str) -> Option<JsonObject>;
                put_global(user_id: &UserId, data_type: &str, new_data: &JsonStr) -> ();
                compare_and_set_global(user_id: &UserId, data_type: &str, expected: &JsonStr, new_data: &JsonStr) -> bool;
            }
            Threepids [] {
                get_threepids_for_user(user_id: &UserId) -> Vec<UserThreepid>;
                store_remote_3pid_association(user_id: &UserId, medium: &str, address: &str, id_server: &str) -> ();
                #[cfg(not(hsmod_abi_test = "older_minor"))]
                add_threepid(user_id: &UserId, medium: &str, address: &str, validated_at: i64) -> ();
                #[cfg(not(hsmod_abi_test = "older_minor"))]
                delete_threepid(user_id: &UserId, medium: &str, address: &str) -> bool;
                #[cfg(hsmod_abi_test = "newer_minor")]
                verify_threepid(user_id: &UserId, medium: &str, address: &str) -> bool;
            }
            Presence [] {
                send_local_online_presence_to(users: &JsonStr) -> ();
                set_presence_for_users(users: &JsonStr) -> ();
            }
            Push [] {
                send_http_push_notification(user_id: &UserId, device_id: Option<&str>, content: &JsonStr, tweaks: &JsonStr, default_payload: &JsonStr) -> BTreeMap<String, bool>;
                check_push_rule_actions(actions: &JsonStr) -> ();
                set_push_rule_action(user_id: &UserId, scope: &str, kind: &str, rule_id: &str, actions: &JsonStr) -> ();
            }
            PublicRooms [.public_room_list_manager()] {
                room_is_in_public_room_list(room_id: &RoomId) -> bool;
                add_room_to_public_room_list(room_id: &RoomId) -> ();
                remove_room_from_public_room_list(room_id: &RoomId) -> ();
            }
        }
    };
}
