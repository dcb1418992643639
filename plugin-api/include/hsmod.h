// The boundary between hsmod plugins and Matrix homeservers, for plugins in C and C++.
//
// Written by `cargo xtask header` from the code; `docs/abi.md` says what everything means, and
// `docs/plugins-in-c.md` how to write a plugin. C99 and C++17.
#ifndef HSMOD_H
#define HSMOD_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

#if defined(_WIN32)
#define HSMOD_EXPORT __declspec(dllexport)
#else
#define HSMOD_EXPORT __attribute__((visibility("default")))
#endif

#if defined(__APPLE__)
#define HSMOD_SECTION __attribute__((section("__DATA,__hsmod")))
#elif defined(_MSC_VER)
#define HSMOD_SECTION
#else
#define HSMOD_SECTION __attribute__((section(".hsmod")))
#endif

#if defined(_MSC_VER)
#define HSMOD_ALIGNED __declspec(align(16))
#else
#define HSMOD_ALIGNED __attribute__((aligned(16)))
#endif

#if defined(__cplusplus)
#define HSMOD_ASSERT(what, name) static_assert(what, #name)
#elif defined(__STDC_VERSION__) && __STDC_VERSION__ >= 201112L
#define HSMOD_ASSERT(what, name) _Static_assert(what, #name)
#else
#define HSMOD_ASSERT(what, name) typedef char hsmod_assert_##name[(what) ? 1 : -1]
#endif

#if defined(__BYTE_ORDER__) && __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
#define HSMOD_ENDIAN HSMOD_ENTRY_BIG
#else
#define HSMOD_ENDIAN HSMOD_ENTRY_LITTLE
#endif

#ifdef __cplusplus
extern "C" {
#endif

/// A boolean: 0 is false, everything else true.
typedef uint8_t hsmod_flag;

/// The outcome of a call: HSMOD_STATUS_*.
typedef int32_t hsmod_status;

// The version of the boundary that this header describes.
#define HSMOD_ABI_MAJOR 2 // different majors are incompatible
#define HSMOD_ABI_MINOR 0 // counts the additions since the major began

// Numbers of an entry.
#define HSMOD_ENTRY_LITTLE 1 // `endian`: little-endian
#define HSMOD_ENTRY_BIG 2 // `endian`: big-endian
#define HSMOD_ENTRY_UNWINDS 1 // `unwind`: panics are caught where they happen
#define HSMOD_ENTRY_ABORTS 2 // `unwind`: panics end the process; such plugins are refused
#define HSMOD_ENTRY_HAS_NO_PANICS 3 // `unwind`: the plugin cannot panic
#define HSMOD_ENTRY_RUST 1 // `language`: Rust
#define HSMOD_ENTRY_C 2 // `language`: C

// The outcome of a call of a slot, of `poll` or of `drop`.
#define HSMOD_STATUS_NEUTRAL 0 // the neutral answer; `out` was not written
#define HSMOD_STATUS_READY 1 // ready; `out` was written
#define HSMOD_STATUS_PENDING 2 // not ready: `poll`, `drop` and `data` were written

// Kinds of answers: what follows the head.
#define HSMOD_KIND_NEUTRAL 0 // the neutral answer: nothing follows
#define HSMOD_KIND_OK 1 // the answer of the row
#define HSMOD_KIND_ERROR 2 // a `hsmod_error`
#define HSMOD_KIND_PANICKED 3 // a `hsmod_panic`

// Flags and promises of a frame.
#define HSMOD_FRAME_VOUCHED 1 // `flags`: all that is lent was made by Rust; never set by C
#define HSMOD_FRAME_ROOM_MIN 192 // bytes of room that every caller provides
#define HSMOD_FRAME_ROOM_ALIGN 16 // alignment of the room

// Values of an error's `code`; from `STATUS` on it is an HTTP status.
#define HSMOD_ERROR_FAILED 0 // a plain failure
#define HSMOD_ERROR_CANCELLED 1 // a request was cancelled
#define HSMOD_ERROR_CONSTRAINT_VIOLATION 2 // a constraint of a table was violated
#define HSMOD_ERROR_UNSUPPORTED 16 // not answered: this homeserver does not answer it
#define HSMOD_ERROR_TRIAL 17 // not answered: this is a trial
#define HSMOD_ERROR_WOULD_DEADLOCK 18 // not answered: it would wait for itself
#define HSMOD_ERROR_SHUTTING_DOWN 19 // not answered: the homeserver is shutting down
#define HSMOD_ERROR_TOO_MANY 20 // not answered: too many at once, or nested
#define HSMOD_ERROR_STATUS 100 // the lowest possible HTTP status

// The texts of an event.
#define HSMOD_TEXT_JSON 0 // the whole event
#define HSMOD_TEXT_CONTENT 1 // its content

// Levels of the log.
#define HSMOD_LOG_ERROR 1
#define HSMOD_LOG_WARN 2
#define HSMOD_LOG_INFO 3
#define HSMOD_LOG_DEBUG 4
#define HSMOD_LOG_TRACE 5

// Kinds of fields of a log record.
#define HSMOD_FIELD_DEBUG 0 // text for people
#define HSMOD_FIELD_TEXT 1 // text
#define HSMOD_FIELD_I64 2 // a signed number, in `bits`
#define HSMOD_FIELD_U64 3 // an unsigned number, in `bits`
#define HSMOD_FIELD_F64 4 // the bits of a double
#define HSMOD_FIELD_BOOL 5 // 0 or 1 in `bits`
#define HSMOD_FIELD_EMPTY 6 // the value comes later

// Flags of a log record, or of a span.
#define HSMOD_RECORD_ROOT 1 // it has no parent span

// Flags of the context of a call.
#define HSMOD_CONTEXT_SAMPLED 1 // the trace is recorded

// First bytes of SQL values.
#define HSMOD_SQL_NULL 0 // nothing follows
#define HSMOD_SQL_INTEGER 1 // eight bytes follow, little-endian
#define HSMOD_SQL_REAL 2 // the eight bytes of a double follow
#define HSMOD_SQL_TEXT 3 // four bytes of a length and that many bytes of UTF-8 follow
#define HSMOD_SQL_BLOB 4 // four bytes of a length and that many bytes follow

// The values of `Permission`.
#define HSMOD_PERMISSION_ALLOW 0
#define HSMOD_PERMISSION_DENY 1

// The values of `FederatedEventAction`.
#define HSMOD_FEDERATED_EVENT_ACTION_KEEP 0
#define HSMOD_FEDERATED_EVENT_ACTION_DROP 1

// The values of `DirectoryVisibility`.
#define HSMOD_DIRECTORY_VISIBILITY_VISIBLE 0
#define HSMOD_DIRECTORY_VISIBILITY_HIDDEN 1

// The values of `RegistrationBehaviour`.
#define HSMOD_REGISTRATION_BEHAVIOUR_ALLOW 0
#define HSMOD_REGISTRATION_BEHAVIOUR_SHADOW_BAN 1
#define HSMOD_REGISTRATION_BEHAVIOUR_DENY 2

// Categories of callbacks, by which a module registers its tables.
#define HSMOD_CATEGORY_SPAM_CHECKER "spam_checker/1" // hsmod_spam_checker_table
#define HSMOD_CATEGORY_THIRD_PARTY_RULES "third_party_rules/1" // hsmod_third_party_rules_table
#define HSMOD_CATEGORY_ACCOUNT_VALIDITY "account_validity/1" // hsmod_account_validity_table
#define HSMOD_CATEGORY_PRESENCE_ROUTER "presence_router/1" // hsmod_presence_router_table
#define HSMOD_CATEGORY_PASSWORD_AUTH_PROVIDER "password_auth_provider/1" // hsmod_password_auth_provider_table
#define HSMOD_CATEGORY_BACKGROUND_UPDATE_CONTROLLER "background_update_controller/1" // hsmod_background_update_controller_table
#define HSMOD_CATEGORY_ACCOUNT_DATA "account_data/1" // hsmod_account_data_table
#define HSMOD_CATEGORY_ADD_EXTRA_FIELDS_TO_UNSIGNED_CLIENT_EVENT "add_extra_fields_to_unsigned_client_event/1" // hsmod_add_extra_fields_to_unsigned_client_event_table
#define HSMOD_CATEGORY_MEDIA_REPOSITORY "media_repository/1" // hsmod_media_repository_table
#define HSMOD_CATEGORY_RATELIMIT "ratelimit/1" // hsmod_ratelimit_table
#define HSMOD_CATEGORY_FEDERATION "federation/1" // hsmod_federation_table

// Groups of requests, for `extension` of the host's table.
#define HSMOD_GROUP_USERS "users/1" // hsmod_users_table
#define HSMOD_GROUP_LOGINS "logins/1" // hsmod_logins_table
#define HSMOD_GROUP_ROOMS "rooms/1" // hsmod_rooms_table
#define HSMOD_GROUP_EVENTS "events/1" // hsmod_events_table
#define HSMOD_GROUP_MEMBERSHIP "membership/1" // hsmod_membership_table
#define HSMOD_GROUP_ACCOUNT_DATA "account_data/1" // hsmod_user_account_data_table
#define HSMOD_GROUP_THREEPIDS "threepids/1" // hsmod_threepids_table
#define HSMOD_GROUP_PRESENCE "presence/1" // hsmod_presence_table
#define HSMOD_GROUP_PUSH "push/1" // hsmod_push_table
#define HSMOD_GROUP_PUBLIC_ROOMS "public_rooms/1" // hsmod_public_rooms_table
#define HSMOD_GROUP_TIME "time/1" // hsmod_time_table
#define HSMOD_GROUP_CACHES "caches/1" // hsmod_caches_table
#define HSMOD_GROUP_STORAGE "storage/1" // hsmod_storage_table
#define HSMOD_GROUP_HTTP "http/1" // hsmod_http_table
#define HSMOD_GROUP_TEMPLATES "templates/1" // hsmod_templates_table
#define HSMOD_GROUP_MAIL "mail/1" // hsmod_mail_table

// Where the log goes, for the same.
#define HSMOD_EXTENSION_LOG "log/1" // hsmod_log_table

// Everything that crosses.

typedef struct hsmod_plugin_entry hsmod_plugin_entry;
typedef struct hsmod_context hsmod_context;
typedef struct hsmod_waker_table hsmod_waker_table;
typedef struct hsmod_waker hsmod_waker;
typedef struct hsmod_answer hsmod_answer;
typedef struct hsmod_frame hsmod_frame;
typedef struct hsmod_owned_str hsmod_owned_str;
typedef struct hsmod_error hsmod_error;
typedef struct hsmod_panic hsmod_panic;
typedef struct hsmod_str hsmod_str;
typedef struct hsmod_field hsmod_field;
typedef struct hsmod_slice_of_field hsmod_slice_of_field;
typedef struct hsmod_record hsmod_record;
typedef struct hsmod_log_table hsmod_log_table;
typedef struct hsmod_parse_config_args hsmod_parse_config_args;
typedef struct hsmod_object hsmod_object;
typedef struct hsmod_registration hsmod_registration;
typedef struct hsmod_bytes hsmod_bytes;
typedef struct hsmod_header hsmod_header;
typedef struct hsmod_slice_of_header hsmod_slice_of_header;
typedef struct hsmod_web_request hsmod_web_request;
typedef struct hsmod_web_handle_args hsmod_web_handle_args;
typedef struct hsmod_web_table hsmod_web_table;
typedef struct hsmod_routine hsmod_routine;
typedef struct hsmod_continuation_args hsmod_continuation_args;
typedef struct hsmod_continuation hsmod_continuation;
typedef struct hsmod_errand hsmod_errand;
typedef struct hsmod_outcome hsmod_outcome;
typedef struct hsmod_cache hsmod_cache;
typedef struct hsmod_host_table hsmod_host_table;
typedef struct hsmod_api hsmod_api;
typedef struct hsmod_construct_args hsmod_construct_args;
typedef struct hsmod_root hsmod_root;
typedef struct hsmod_state_get_args hsmod_state_get_args;
typedef struct hsmod_state_of_type_args hsmod_state_of_type_args;
typedef struct hsmod_state_keys_args hsmod_state_keys_args;
typedef struct hsmod_state_count_args hsmod_state_count_args;
typedef struct hsmod_state_all_args hsmod_state_all_args;
typedef struct hsmod_state_members_args hsmod_state_members_args;
typedef struct hsmod_state_table hsmod_state_table;
typedef struct hsmod_owned_array_of_owned_str hsmod_owned_array_of_owned_str;
typedef struct hsmod_file_read_at_args hsmod_file_read_at_args;
typedef struct hsmod_file_table hsmod_file_table;
typedef struct hsmod_owned_bytes hsmod_owned_bytes;
typedef struct hsmod_response_header hsmod_response_header;
typedef struct hsmod_owned_array_of_response_header hsmod_owned_array_of_response_header;
typedef struct hsmod_web_response hsmod_web_response;
typedef struct hsmod_texts hsmod_texts;
typedef struct hsmod_number hsmod_number;
typedef struct hsmod_event hsmod_event;
typedef struct hsmod_spam_checker_check_event_for_spam_args hsmod_spam_checker_check_event_for_spam_args;
typedef struct hsmod_spam_checker_should_drop_federated_event_args hsmod_spam_checker_should_drop_federated_event_args;
typedef struct hsmod_spam_checker_user_may_join_room_args hsmod_spam_checker_user_may_join_room_args;
typedef struct hsmod_spam_checker_user_may_invite_args hsmod_spam_checker_user_may_invite_args;
typedef struct hsmod_spam_checker_federated_user_may_invite_args hsmod_spam_checker_federated_user_may_invite_args;
typedef struct hsmod_spam_checker_user_may_send_3pid_invite_args hsmod_spam_checker_user_may_send_3pid_invite_args;
typedef struct hsmod_spam_checker_user_may_create_room_args hsmod_spam_checker_user_may_create_room_args;
typedef struct hsmod_spam_checker_user_may_create_room_alias_args hsmod_spam_checker_user_may_create_room_alias_args;
typedef struct hsmod_spam_checker_user_may_publish_room_args hsmod_spam_checker_user_may_publish_room_args;
typedef struct hsmod_spam_checker_user_may_send_state_event_args hsmod_spam_checker_user_may_send_state_event_args;
typedef struct hsmod_user_profile hsmod_user_profile;
typedef struct hsmod_slice_of_user_profile hsmod_slice_of_user_profile;
typedef struct hsmod_spam_checker_check_username_for_spam_args hsmod_spam_checker_check_username_for_spam_args;
typedef struct hsmod_threepid hsmod_threepid;
typedef struct hsmod_request_info hsmod_request_info;
typedef struct hsmod_slice_of_request_info hsmod_slice_of_request_info;
typedef struct hsmod_spam_checker_check_registration_for_spam_args hsmod_spam_checker_check_registration_for_spam_args;
typedef struct hsmod_readable_file hsmod_readable_file;
typedef struct hsmod_file_info hsmod_file_info;
typedef struct hsmod_spam_checker_check_media_file_for_spam_args hsmod_spam_checker_check_media_file_for_spam_args;
typedef struct hsmod_spam_checker_check_login_for_spam_args hsmod_spam_checker_check_login_for_spam_args;
typedef struct hsmod_spam_checker_accept_make_join_args hsmod_spam_checker_accept_make_join_args;
typedef struct hsmod_spam_checker_table hsmod_spam_checker_table;
typedef struct hsmod_verdict hsmod_verdict;
typedef struct hsmod_each_of_uint32 hsmod_each_of_uint32;
typedef struct hsmod_owned_array_of_each_of_uint32 hsmod_owned_array_of_each_of_uint32;
typedef struct hsmod_state hsmod_state;
typedef struct hsmod_third_party_rules_check_event_allowed_args hsmod_third_party_rules_check_event_allowed_args;
typedef struct hsmod_requester hsmod_requester;
typedef struct hsmod_editable hsmod_editable;
typedef struct hsmod_editable_json hsmod_editable_json;
typedef struct hsmod_third_party_rules_on_create_room_args hsmod_third_party_rules_on_create_room_args;
typedef struct hsmod_third_party_rules_check_threepid_can_be_invited_args hsmod_third_party_rules_check_threepid_can_be_invited_args;
typedef struct hsmod_third_party_rules_check_visibility_can_be_modified_args hsmod_third_party_rules_check_visibility_can_be_modified_args;
typedef struct hsmod_third_party_rules_on_new_event_args hsmod_third_party_rules_on_new_event_args;
typedef struct hsmod_third_party_rules_check_can_shutdown_room_args hsmod_third_party_rules_check_can_shutdown_room_args;
typedef struct hsmod_third_party_rules_check_can_deactivate_user_args hsmod_third_party_rules_check_can_deactivate_user_args;
typedef struct hsmod_profile_info hsmod_profile_info;
typedef struct hsmod_third_party_rules_on_profile_update_args hsmod_third_party_rules_on_profile_update_args;
typedef struct hsmod_third_party_rules_on_user_deactivation_status_changed_args hsmod_third_party_rules_on_user_deactivation_status_changed_args;
typedef struct hsmod_third_party_rules_on_threepid_bind_args hsmod_third_party_rules_on_threepid_bind_args;
typedef struct hsmod_third_party_rules_on_add_user_third_party_identifier_args hsmod_third_party_rules_on_add_user_third_party_identifier_args;
typedef struct hsmod_third_party_rules_on_remove_user_third_party_identifier_args hsmod_third_party_rules_on_remove_user_third_party_identifier_args;
typedef struct hsmod_third_party_rules_on_user_search_args hsmod_third_party_rules_on_user_search_args;
typedef struct hsmod_third_party_rules_table hsmod_third_party_rules_table;
typedef struct hsmod_decision hsmod_decision;
typedef struct hsmod_account_validity_is_user_expired_args hsmod_account_validity_is_user_expired_args;
typedef struct hsmod_account_validity_on_user_registration_args hsmod_account_validity_on_user_registration_args;
typedef struct hsmod_account_validity_on_user_login_args hsmod_account_validity_on_user_login_args;
typedef struct hsmod_account_validity_on_legacy_send_mail_args hsmod_account_validity_on_legacy_send_mail_args;
typedef struct hsmod_account_validity_on_legacy_renew_args hsmod_account_validity_on_legacy_renew_args;
typedef struct hsmod_account_validity_on_legacy_admin_request_args hsmod_account_validity_on_legacy_admin_request_args;
typedef struct hsmod_account_validity_table hsmod_account_validity_table;
typedef struct hsmod_legacy_renewal hsmod_legacy_renewal;
typedef struct hsmod_user_presence_state hsmod_user_presence_state;
typedef struct hsmod_slice_of_user_presence_state hsmod_slice_of_user_presence_state;
typedef struct hsmod_presence_router_get_users_for_states_args hsmod_presence_router_get_users_for_states_args;
typedef struct hsmod_presence_router_get_interested_users_args hsmod_presence_router_get_interested_users_args;
typedef struct hsmod_presence_router_table hsmod_presence_router_table;
typedef struct hsmod_password_auth_provider_check_auth_args hsmod_password_auth_provider_check_auth_args;
typedef struct hsmod_password_auth_provider_check_3pid_auth_args hsmod_password_auth_provider_check_3pid_auth_args;
typedef struct hsmod_password_auth_provider_on_logged_out_args hsmod_password_auth_provider_on_logged_out_args;
typedef struct hsmod_password_auth_provider_get_username_for_registration_args hsmod_password_auth_provider_get_username_for_registration_args;
typedef struct hsmod_password_auth_provider_get_displayname_for_registration_args hsmod_password_auth_provider_get_displayname_for_registration_args;
typedef struct hsmod_password_auth_provider_is_3pid_allowed_args hsmod_password_auth_provider_is_3pid_allowed_args;
typedef struct hsmod_password_auth_provider_table hsmod_password_auth_provider_table;
typedef struct hsmod_accepted_login hsmod_accepted_login;
typedef struct hsmod_background_update_controller_on_update_args hsmod_background_update_controller_on_update_args;
typedef struct hsmod_background_update_controller_default_batch_size_args hsmod_background_update_controller_default_batch_size_args;
typedef struct hsmod_background_update_controller_min_batch_size_args hsmod_background_update_controller_min_batch_size_args;
typedef struct hsmod_background_update_controller_table hsmod_background_update_controller_table;
typedef struct hsmod_update_guard hsmod_update_guard;
typedef struct hsmod_account_data_on_account_data_updated_args hsmod_account_data_on_account_data_updated_args;
typedef struct hsmod_account_data_table hsmod_account_data_table;
typedef struct hsmod_slice_of_event hsmod_slice_of_event;
typedef struct hsmod_add_extra_fields_to_unsigned_client_event_add_field_to_unsigned_callback_args hsmod_add_extra_fields_to_unsigned_client_event_add_field_to_unsigned_callback_args;
typedef struct hsmod_add_extra_fields_to_unsigned_client_event_table hsmod_add_extra_fields_to_unsigned_client_event_table;
typedef struct hsmod_each_of_owned_str hsmod_each_of_owned_str;
typedef struct hsmod_owned_array_of_each_of_owned_str hsmod_owned_array_of_each_of_owned_str;
typedef struct hsmod_media_repository_get_media_config_for_user_args hsmod_media_repository_get_media_config_for_user_args;
typedef struct hsmod_media_repository_is_user_allowed_to_upload_media_of_size_args hsmod_media_repository_is_user_allowed_to_upload_media_of_size_args;
typedef struct hsmod_media_repository_get_media_upload_limits_for_user_args hsmod_media_repository_get_media_upload_limits_for_user_args;
typedef struct hsmod_lent_media_upload_limit hsmod_lent_media_upload_limit;
typedef struct hsmod_media_repository_on_media_upload_limit_exceeded_args hsmod_media_repository_on_media_upload_limit_exceeded_args;
typedef struct hsmod_media_repository_table hsmod_media_repository_table;
typedef struct hsmod_media_upload_limit hsmod_media_upload_limit;
typedef struct hsmod_owned_array_of_media_upload_limit hsmod_owned_array_of_media_upload_limit;
typedef struct hsmod_ratelimit_get_ratelimit_override_for_user_args hsmod_ratelimit_get_ratelimit_override_for_user_args;
typedef struct hsmod_ratelimit_table hsmod_ratelimit_table;
typedef struct hsmod_ratelimit_override hsmod_ratelimit_override;
typedef struct hsmod_event_delivery hsmod_event_delivery;
typedef struct hsmod_federation_on_event_delivered_over_federation_args hsmod_federation_on_event_delivered_over_federation_args;
typedef struct hsmod_federation_table hsmod_federation_table;
typedef struct hsmod_users_get_userinfo_by_id_args hsmod_users_get_userinfo_by_id_args;
typedef struct hsmod_users_get_user_by_req_args hsmod_users_get_user_by_req_args;
typedef struct hsmod_users_is_user_admin_args hsmod_users_is_user_admin_args;
typedef struct hsmod_users_set_user_admin_args hsmod_users_set_user_admin_args;
typedef struct hsmod_users_get_profile_for_user_args hsmod_users_get_profile_for_user_args;
typedef struct hsmod_users_check_user_exists_args hsmod_users_check_user_exists_args;
typedef struct hsmod_users_check_username_args hsmod_users_check_username_args;
typedef struct hsmod_users_register_user_args hsmod_users_register_user_args;
typedef struct hsmod_users_set_displayname_args hsmod_users_set_displayname_args;
typedef struct hsmod_users_record_user_external_id_args hsmod_users_record_user_external_id_args;
typedef struct hsmod_users_get_user_ip_and_agents_args hsmod_users_get_user_ip_and_agents_args;
typedef struct hsmod_users_get_monthly_active_users_by_service_args hsmod_users_get_monthly_active_users_by_service_args;
typedef struct hsmod_users_deactivate_user_args hsmod_users_deactivate_user_args;
typedef struct hsmod_users_set_user_locked_args hsmod_users_set_user_locked_args;
typedef struct hsmod_users_table hsmod_users_table;
typedef struct hsmod_logins_register_device_args hsmod_logins_register_device_args;
typedef struct hsmod_logins_create_login_token_args hsmod_logins_create_login_token_args;
typedef struct hsmod_logins_invalidate_access_token_args hsmod_logins_invalidate_access_token_args;
typedef struct hsmod_logins_complete_sso_login_async_args hsmod_logins_complete_sso_login_async_args;
typedef struct hsmod_logins_create_registration_token_args hsmod_logins_create_registration_token_args;
typedef struct hsmod_logins_get_registration_tokens_args hsmod_logins_get_registration_tokens_args;
typedef struct hsmod_logins_delete_registration_token_args hsmod_logins_delete_registration_token_args;
typedef struct hsmod_logins_table hsmod_logins_table;
typedef struct hsmod_rooms_create_room_args hsmod_rooms_create_room_args;
typedef struct hsmod_rooms_delete_room_args hsmod_rooms_delete_room_args;
typedef struct hsmod_rooms_shutdown_room_args hsmod_rooms_shutdown_room_args;
typedef struct hsmod_rooms_lookup_room_alias_args hsmod_rooms_lookup_room_alias_args;
typedef struct hsmod_rooms_get_canonical_room_alias_args hsmod_rooms_get_canonical_room_alias_args;
typedef struct hsmod_rooms_table hsmod_rooms_table;
typedef struct hsmod_events_create_and_send_event_into_room_args hsmod_events_create_and_send_event_into_room_args;
typedef struct hsmod_events_get_state_events_in_room_args hsmod_events_get_state_events_in_room_args;
typedef struct hsmod_events_get_room_state_args hsmod_events_get_room_state_args;
typedef struct hsmod_events_table hsmod_events_table;
typedef struct hsmod_membership_update_room_membership_args hsmod_membership_update_room_membership_args;
typedef struct hsmod_membership_table hsmod_membership_table;
typedef struct hsmod_user_account_data_get_global_args hsmod_user_account_data_get_global_args;
typedef struct hsmod_user_account_data_put_global_args hsmod_user_account_data_put_global_args;
typedef struct hsmod_user_account_data_compare_and_set_global_args hsmod_user_account_data_compare_and_set_global_args;
typedef struct hsmod_user_account_data_table hsmod_user_account_data_table;
typedef struct hsmod_threepids_get_threepids_for_user_args hsmod_threepids_get_threepids_for_user_args;
typedef struct hsmod_threepids_store_remote_3pid_association_args hsmod_threepids_store_remote_3pid_association_args;
typedef struct hsmod_threepids_add_threepid_args hsmod_threepids_add_threepid_args;
typedef struct hsmod_threepids_delete_threepid_args hsmod_threepids_delete_threepid_args;
typedef struct hsmod_threepids_table hsmod_threepids_table;
typedef struct hsmod_presence_send_local_online_presence_to_args hsmod_presence_send_local_online_presence_to_args;
typedef struct hsmod_presence_set_presence_for_users_args hsmod_presence_set_presence_for_users_args;
typedef struct hsmod_presence_table hsmod_presence_table;
typedef struct hsmod_push_send_http_push_notification_args hsmod_push_send_http_push_notification_args;
typedef struct hsmod_push_check_push_rule_actions_args hsmod_push_check_push_rule_actions_args;
typedef struct hsmod_push_set_push_rule_action_args hsmod_push_set_push_rule_action_args;
typedef struct hsmod_push_table hsmod_push_table;
typedef struct hsmod_public_rooms_room_is_in_public_room_list_args hsmod_public_rooms_room_is_in_public_room_list_args;
typedef struct hsmod_public_rooms_add_room_to_public_room_list_args hsmod_public_rooms_add_room_to_public_room_list_args;
typedef struct hsmod_public_rooms_remove_room_from_public_room_list_args hsmod_public_rooms_remove_room_from_public_room_list_args;
typedef struct hsmod_public_rooms_table hsmod_public_rooms_table;
typedef struct hsmod_time_sleep_args hsmod_time_sleep_args;
typedef struct hsmod_time_table hsmod_time_table;
typedef struct hsmod_caches_invalidate_cache_args hsmod_caches_invalidate_cache_args;
typedef struct hsmod_caches_table hsmod_caches_table;
typedef struct hsmod_storage_run_db_interaction_args hsmod_storage_run_db_interaction_args;
typedef struct hsmod_storage_db_query_args hsmod_storage_db_query_args;
typedef struct hsmod_storage_db_execute_args hsmod_storage_db_execute_args;
typedef struct hsmod_storage_db_commit_args hsmod_storage_db_commit_args;
typedef struct hsmod_storage_migrate_db_args hsmod_storage_migrate_db_args;
typedef struct hsmod_storage_table hsmod_storage_table;
typedef struct hsmod_http_http_request_args hsmod_http_http_request_args;
typedef struct hsmod_http_table hsmod_http_table;
typedef struct hsmod_templates_read_templates_args hsmod_templates_read_templates_args;
typedef struct hsmod_templates_render_template_args hsmod_templates_render_template_args;
typedef struct hsmod_templates_table hsmod_templates_table;
typedef struct hsmod_mail_send_mail_args hsmod_mail_send_mail_args;
typedef struct hsmod_mail_table hsmod_mail_table;

/// The symbol `hsmod_entry` of a plugin.
///
/// All numbers are in the byte order of the plugin. Those before `root` can be read from the
/// file; the pointers are valid once the plugin is mapped.
struct hsmod_plugin_entry {
    /// `Entry::MAGIC`.
    uint8_t magic[8];
    /// The size in bytes.
    uint32_t size;
    /// The version of the boundary: different majors are incompatible.
    uint16_t major;
    /// Counts the additions since the major version began.
    uint16_t minor;
    /// The size of a pointer in bits: 64 or 32.
    uint8_t pointer_bits;
    /// `Entry::LITTLE` or `Entry::BIG`.
    uint8_t endian;
    /// `Entry::UNWINDS`, `Entry::ABORTS` or `Entry::HAS_NO_PANICS`.
    uint8_t unwind;
    /// `Entry::RUST`, `Entry::C`, or another number.
    uint8_t language;
    /// Must be 0.
    uint32_t reserved;
    /// The plugin's root table.
    const void *root;
    /// A description of all that crosses, in the form of `abi_stable`; null if there is none.
    const void *layouts;
};

/// The context of the call that a thread is running, as reported by the homeserver on request.
struct hsmod_context {
    /// The size of this structure in its creator's version, in bytes. No more may be filled in.
    uint32_t size;
    /// `Context::SAMPLED`, or nothing.
    uint32_t flags;
    /// The nanoseconds that are left of the call's time, at least 1; 0 for no limit.
    uint64_t timeout_ns;
    /// The trace that the call belongs to, as in W3C Trace Context; 0 for none.
    uint8_t trace_id[16];
    /// The span around the call, as in W3C Trace Context, or the homeserver's own number for
    /// it; 0 for none.
    uint64_t span_id;
};

/// The functions for the data and the kind of an `FfiWaker`. None of these functions unwinds.
struct hsmod_waker_table {
    /// The size in bytes.
    uint32_t size;
    /// The version of the boundary of its creator.
    uint32_t minor;
    hsmod_waker (*clone)(const void *, const void *);
    void (*wake_by_ref)(const void *, const void *);
    void (*drop)(const void *, const void *);
};

/// A waker in C form: lent for the duration of a call, or a clone, which has to be dropped.
struct hsmod_waker {
    const void *data;
    /// A value of its creator, which means nothing to others. All wakers of one kind have the
    /// same functions.
    const void *kind;
    /// Its creator's functions, which are never unmapped. Null: the waker wakes nothing.
    const hsmod_waker_table *table;
};

/// The head of every answer; its kind determines what follows. Uninitialised until the status
/// is `Status::READY`; then the caller owns it.
struct hsmod_answer {
    /// The number of bytes that were written, including this head.
    uint32_t size;
    /// One of the constants of this type, or one that the row defines.
    uint32_t kind;
};

/// What the caller lends for one call of a slot, of `poll` or of `drop`: the module, the waker,
/// room for a future, and space for the answer.
///
/// The callee writes `poll`, `drop` and `data` before it returns `Status::PENDING`; the
/// caller passes them on in the frame of the next poll, which may be this one.
struct hsmod_frame {
    /// The size of this structure in the caller's version, in bytes.
    uint32_t size;
    /// The size of `out`, in bytes.
    uint32_t out_size;
    /// The number of the module that is called, as in its log records; 0 if it has none yet,
    /// and in calls by a module.
    uint32_t module;
    /// `Frame::VOUCHED`, or nothing.
    uint32_t flags;
    /// Reserved: null. A callee asks the homeserver for the context of a call (`Context`).
    ///
    /// Rationale: if each poll carried the context, the callee would have to store it with each
    /// poll where its code finds it; this way only the code that asks for it pays.
    const hsmod_context *context;
    hsmod_waker waker;
    hsmod_status (*poll)(void *args, hsmod_frame *frame);
    hsmod_status (*drop)(void *args, hsmod_frame *frame);
    void *data;
    /// At least `ROOM_MIN` bytes, aligned to `ROOM_ALIGN`. It must stay in place until the
    /// future has ended.
    void *room;
    size_t capacity;
    /// Aligned to 8; not initialised.
    hsmod_answer *out;
};

/// A text that its holder owns, or none (null). It is given back to the side that made it when
/// it is dropped.
struct hsmod_owned_str {
    const uint8_t *pointer;
    size_t length;
    /// A value of its creator, for `release`.
    void *owner;
    /// Null: it is static.
    void (*release)(void *, const uint8_t *, size_t);
};

/// An error in C form, owned by its holder. The two sides define the meaning of its numbers.
struct hsmod_error {
    /// The kind of error, or an HTTP status.
    uint32_t code;
    /// Reserved: 0.
    uint32_t flags;
    /// `errcode` of the body that a client sees.
    hsmod_owned_str errcode;
    /// What went wrong.
    hsmod_owned_str message;
    /// JSON text of an object with further fields of that body, if there are any.
    hsmod_owned_str fields;
};

/// The message of a panic, and where it happened.
struct hsmod_panic {
    hsmod_owned_str message;
    /// None if it is not known.
    hsmod_owned_str file;
    /// 0 if it is not known.
    uint32_t line;
    /// Reserved: 0.
    uint32_t flags;
};

/// A borrowed text, or none. Its creator owns the bytes, which live as long as the call that
/// carries them.
///
/// In C a null pointer means none; an empty text has any other pointer. The length is in bytes
/// of UTF-8.
struct hsmod_str {
    const uint8_t *pointer;
    size_t length;
};

/// One field of an event; the message is the field `message`.
struct hsmod_field {
    uint32_t size;
    uint32_t flags;
    hsmod_str name;
    /// One of the constants of this type.
    uint8_t kind;
    /// The bits of a number or boolean.
    uint64_t bits;
    /// The string, or the text of a value shown with `Debug`.
    hsmod_str text;
};

/// An array of structures. It carries its step, because the other side's structures may be
/// longer.
struct hsmod_slice_of_field {
    const hsmod_field *pointer;
    size_t length;
    /// The distance from one item to the next, in bytes.
    size_t stride;
};

/// One event of a module's log, or a span that begins.
struct hsmod_record {
    uint32_t size;
    uint32_t flags;
    /// 1 error, ... 5 trace.
    uint8_t level;
    /// 0 if it is not known.
    uint32_t line;
    /// The name of a span; none for an event.
    hsmod_str name;
    hsmod_str target;
    /// None if it is not known.
    hsmod_str file;
    hsmod_slice_of_field fields;
    /// Its parent, as returned by `begin_span`. Null: the current span of this thread, or none
    /// if the flags contain `RawRecord::ROOT`.
    const void *parent;
    /// The number of the module, for threads whose module the homeserver does not know; 0 if it
    /// is not known.
    uint32_t module;
};

/// Receives an image's log. Append-only; none of these functions unwinds.
struct hsmod_log_table {
    /// The size in bytes.
    uint32_t size;
    /// The version of the boundary of the side that made it.
    uint32_t minor;
    /// The most verbose level that is recorded: 0 none, 1 error, ... 5 trace.
    uint8_t (*max_level)(void);
    /// Whether this level of this target is recorded.
    hsmod_flag (*enabled)(uint8_t, hsmod_str);
    /// Records an event.
    void (*event)(const hsmod_record *);
    /// Begins a span, which must have a name. Null: it is not recorded. Fields that get their
    /// values later are of the kind `RawField::EMPTY`.
    const void *(*begin_span)(const hsmod_record *);
    /// Records values for fields of the span.
    void (*record)(const void *, hsmod_slice_of_field);
    /// Records that the first span follows from the second.
    void (*follows_from)(const void *, const void *);
    /// This thread enters the span: it is the parent of what the thread begins and logs from
    /// now on.
    void (*enter)(const void *);
    /// This thread exits the span.
    void (*exit)(const void *);
    /// Ends the span, which must not be used afterwards.
    void (*end_span)(const void *);
};

/// The arguments of `parse_config`.
struct hsmod_parse_config_args {
    uint32_t args_size;
    uint32_t args_flags;
    /// JSON text of an object.
    hsmod_str config;
};

/// An object of one side, held by the other. It is given back when it is dropped; a panic of
/// that is contained.
struct hsmod_object {
    /// Null: there is none, or it was taken.
    const void *object;
    /// Null: nothing needs to be done.
    void (*release)(const void *);
};

/// A registration of callbacks of one category.
struct hsmod_registration {
    uint32_t size;
    uint32_t flags;
    /// `spam_checker/1`.
    hsmod_str category;
    /// The table of that category.
    const void *table;
    /// Whether `only` applies.
    hsmod_flag selective;
    /// The callbacks that are registered, separated by spaces; the others of the table are not.
    hsmod_str only;
    /// The registered callbacks that the module can do without, separated by spaces.
    hsmod_str optional;
    /// For password providers: JSON text of a list of pairs, each a type of login and the list
    /// of its fields.
    hsmod_str auth_checkers;
};

/// Borrowed bytes. Null is allowed where the length is 0.
struct hsmod_bytes {
    const uint8_t *pointer;
    size_t length;
};

/// A header of a request.
struct hsmod_header {
    uint32_t size;
    uint32_t flags;
    hsmod_str name;
    hsmod_bytes value;
};

/// An array of structures. It carries its step, because the other side's structures may be
/// longer.
struct hsmod_slice_of_header {
    const hsmod_header *pointer;
    size_t length;
    /// The distance from one item to the next, in bytes.
    size_t stride;
};

/// An HTTP request, borrowed for the duration of the call.
struct hsmod_web_request {
    uint32_t size;
    uint32_t flags;
    hsmod_str method;
    hsmod_str path;
    hsmod_str query;
    hsmod_slice_of_header headers;
    hsmod_bytes body;
    /// The client's IP address; none if the homeserver does not report it.
    hsmod_str client_ip;
    /// The number by which the homeserver finds its own request again; 0 if it needs none.
    uint64_t token;
};

struct hsmod_web_handle_args {
    uint32_t args_size;
    uint32_t args_flags;
    const hsmod_web_request *request;
};

struct hsmod_web_table {
    /// The size in bytes.
    uint32_t size;
    /// The version of the boundary of the side that made it.
    uint32_t minor;
    /// Answers `hsmod_web_response_answer`.
    hsmod_status (*handle)(
        const void *object, const hsmod_web_handle_args *args, hsmod_frame *frame);
};

/// A call that a module wants to be made several times, one after the other.
///
/// Its holder owns it; if it is dropped, it is given back to the module.
struct hsmod_routine {
    hsmod_object object;
    /// Takes no arguments: the pointer to them is ignored.
    hsmod_status (*run)(const void *object, const void *args, hsmod_frame *frame);
};

/// The argument of a `Continuation`.
struct hsmod_continuation_args {
    uint32_t args_size;
    uint32_t args_flags;
    /// JSON text that the homeserver provides.
    hsmod_str input;
};

/// A call that a module wants to be made later, at most once, with JSON text that its
/// homeserver provides.
///
/// Its holder owns it; if it is dropped, it is given back to the module without being made.
struct hsmod_continuation {
    hsmod_object object;
    /// Takes the object. Null: there is nothing to call.
    hsmod_status (*run)(
        const void *object, const hsmod_continuation_args *args, hsmod_frame *frame);
};

/// A call that blocks its thread, made at most once.
///
/// Its holder owns it; if it is dropped, it is given back to the module without being made. The
/// result of the call, or its panic, stays in the module.
struct hsmod_errand {
    hsmod_object object;
    /// Takes the object.
    void (*run)(const void *);
};

/// The outcome of a plain function. The caller determines how much of it is written.
struct hsmod_outcome {
    /// The size of this structure in the caller's version, in bytes.
    uint32_t size;
    hsmod_flag failed;
    /// Empty if the function has succeeded.
    hsmod_error error;
};

/// A module's cache, held by its homeserver.
struct hsmod_cache {
    hsmod_object object;
    /// Removes the entry for a key, which is JSON text.
    void (*invalidate)(const void *, hsmod_str);
};

/// The functions of a homeserver that all modules may call. Append-only; none of them unwinds.
struct hsmod_host_table {
    /// The size in bytes.
    uint32_t size;
    /// The version of the boundary of the side that made it.
    uint32_t minor;
    /// Adds a reference.
    void (*retain)(const void *);
    /// Releases a reference.
    void (*release)(const void *);
    /// The table with this name: `users/1`. Null if there is none.
    const void *(*extension)(const void *, hsmod_str);
    /// The name of the homeserver software: `synapse`.
    hsmod_str (*homeserver_name)(const void *);
    /// Its version.
    hsmod_str (*homeserver_version)(const void *);
    hsmod_str (*server_name)(const void *);
    /// None if the operator did not configure it.
    hsmod_str (*public_baseurl)(const void *);
    /// None in the main process.
    hsmod_str (*worker_name)(const void *);
    /// None in the main process.
    hsmod_str (*worker_app)(const void *);
    /// None if the operator did not configure it.
    hsmod_str (*email_app_name)(const void *);
    hsmod_flag (*is_trial)(const void *);
    hsmod_flag (*should_run_background_tasks)(const void *);
    /// Milliseconds since 1970.
    uint64_t (*get_current_time_msec)(const void *);
    /// Takes the name of a callback, a category, a request or a feature.
    hsmod_flag (*supports)(const void *, hsmod_str);
    /// Takes the object.
    void (*register_callbacks)(const void *, hsmod_object, const hsmod_registration *);
    /// Takes a path, whether it includes everything below, whether errors are pages; takes the
    /// object.
    void (*register_web_resource)(
        const void *, hsmod_str, hsmod_flag, hsmod_flag, hsmod_object, const hsmod_web_table *);
    /// Takes a description, the period in nanoseconds, and whether to run on every worker.
    void (*looping_background_call)(const void *, hsmod_str, uint64_t, hsmod_flag, hsmod_routine);
    /// Takes a description and the delay in nanoseconds; returns the number of the call, 0 if
    /// it will not be made.
    uint64_t (*background_call)(const void *, hsmod_str, uint64_t, hsmod_continuation);
    void (*cancel_background_call)(const void *, uint64_t);
    /// Writes to `outcome` whether the work is accepted.
    void (*defer_to_thread)(const void *, hsmod_errand, hsmod_outcome *);
    void (*register_cached_function)(const void *, hsmod_str, hsmod_cache);
    /// Takes the name and the key as JSON; invalidates in this process only.
    void (*invalidate_cache)(const void *, hsmod_str, hsmod_str);
    /// Takes the name of the table of a group of requests, and a number that the group has
    /// assigned.
    void (*give_up)(const void *, hsmod_str, int64_t);
    /// Fills in the context of the call that this thread is running.
    void (*context)(const void *, hsmod_context *);
};

/// A reference to the homeserver's side of a `ModuleApi`.
struct hsmod_api {
    const void *host;
    const hsmod_host_table *table;
};

/// The arguments of `construct`.
struct hsmod_construct_args {
    uint32_t args_size;
    uint32_t args_flags;
    /// A reference to the homeserver, counted for the module.
    hsmod_api api;
    /// The config again, for plugins that do not parse it before.
    hsmod_str config;
};

/// The root table of a plugin. Append-only; none of these functions unwinds.
struct hsmod_root {
    /// The size in bytes.
    uint32_t size;
    /// The version of the boundary of the side that made it.
    uint32_t minor;
    /// Connects the log for panics and `tracing` events; once per image.
    void (*connect)(const hsmod_log_table *);
    /// `Module::parse_config`; its answer is passed to `construct`. Without it every config is
    /// accepted.
    /// Answers `hsmod_object_answer`.
    hsmod_status (*parse_config)(
        const void *object, const hsmod_parse_config_args *args, hsmod_frame *frame);
    /// `Module::new`; takes the object that `parse_config` answered, and answers the module.
    /// Answers `hsmod_object_answer`.
    hsmod_status (*construct)(
        const void *object, const hsmod_construct_args *args, hsmod_frame *frame);
    /// `Module::start`. Does nothing if it is missing.
    /// Answers `hsmod_done_answer`.
    hsmod_status (*start)(const void *object, const void *args, hsmod_frame *frame);
    /// `Module::shutdown`. Does nothing if it is missing.
    /// Answers `hsmod_done_answer`.
    hsmod_status (*shutdown)(const void *object, const void *args, hsmod_frame *frame);
    /// The plugin's table with this name. Null if there is none.
    const void *(*extension)(hsmod_str);
};

struct hsmod_state_get_args {
    uint32_t args_size;
    uint32_t args_flags;
    hsmod_str event_type;
    hsmod_str state_key;
};

struct hsmod_state_of_type_args {
    uint32_t args_size;
    uint32_t args_flags;
    hsmod_str event_type;
};

struct hsmod_state_keys_args {
    uint32_t args_size;
    uint32_t args_flags;
    hsmod_str event_type;
};

struct hsmod_state_count_args {
    uint32_t args_size;
    uint32_t args_flags;
    hsmod_str event_type;
};

struct hsmod_state_all_args {
    uint32_t args_size;
    uint32_t args_flags;
};

struct hsmod_state_members_args {
    uint32_t args_size;
    uint32_t args_flags;
    hsmod_str membership;
};

struct hsmod_state_table {
    /// The size in bytes.
    uint32_t size;
    /// The version of the boundary of the side that made it.
    uint32_t minor;
    /// Answers `hsmod_owned_str_answer`.
    hsmod_status (*get)(const void *object, const hsmod_state_get_args *args, hsmod_frame *frame);
    /// Answers `hsmod_owned_array_of_owned_str_answer`.
    hsmod_status (*of_type)(
        const void *object, const hsmod_state_of_type_args *args, hsmod_frame *frame);
    /// Answers `hsmod_owned_array_of_owned_str_answer`.
    hsmod_status (*keys)(const void *object, const hsmod_state_keys_args *args, hsmod_frame *frame);
    /// Answers `hsmod_int64_answer`.
    hsmod_status (*count)(
        const void *object, const hsmod_state_count_args *args, hsmod_frame *frame);
    /// Answers `hsmod_owned_array_of_owned_str_answer`.
    hsmod_status (*all)(const void *object, const hsmod_state_all_args *args, hsmod_frame *frame);
    /// Answers `hsmod_owned_array_of_owned_str_answer`.
    hsmod_status (*members)(
        const void *object, const hsmod_state_members_args *args, hsmod_frame *frame);
};

/// Several answers that their holder owns. They carry their step, as `Slice`s
/// do.
struct hsmod_owned_array_of_owned_str {
    hsmod_owned_str *pointer;
    size_t length;
    size_t stride;
    /// A value of its creator, for `release`.
    void *owner;
    /// Frees the array alone, after its items have been taken. Null: it is static.
    void (*release)(void *, const uint8_t *, size_t);
};

struct hsmod_file_read_at_args {
    uint32_t args_size;
    uint32_t args_flags;
    uint64_t offset;
    uint64_t length;
};

struct hsmod_file_table {
    /// The size in bytes.
    uint32_t size;
    /// The version of the boundary of the side that made it.
    uint32_t minor;
    /// Answers `hsmod_owned_bytes_answer`.
    hsmod_status (*read_at)(
        const void *object, const hsmod_file_read_at_args *args, hsmod_frame *frame);
};

/// Bytes that their holder owns.
struct hsmod_owned_bytes {
    const uint8_t *pointer;
    size_t length;
    void *owner;
    void (*release)(void *, const uint8_t *, size_t);
};

/// A header of a response, in C form.
struct hsmod_response_header {
    hsmod_owned_str name;
    hsmod_owned_bytes value;
};

/// Several answers that their holder owns. They carry their step, as `Slice`s
/// do.
struct hsmod_owned_array_of_response_header {
    hsmod_response_header *pointer;
    size_t length;
    size_t stride;
    /// A value of its creator, for `release`.
    void *owner;
    /// Frees the array alone, after its items have been taken. Null: it is static.
    void (*release)(void *, const uint8_t *, size_t);
};

/// C form of `WebResponse`.
struct hsmod_web_response {
    uint16_t status;
    hsmod_owned_array_of_response_header headers;
    hsmod_owned_bytes body;
};

/// Texts that are created on demand.
struct hsmod_texts {
    const void *source;
    /// The text lives as long as the source is lent. Null: there are none.
    hsmod_str (*text)(const void *, uint32_t);
    /// Whether the source guarantees that its texts are UTF-8.
    uint64_t vouched;
};

/// A number that may be missing.
struct hsmod_number {
    hsmod_flag is_some;
    int64_t number;
};

/// A room event, borrowed from the homeserver for the duration of the call.
///
/// Reading a field is free; `Event::content` parses. Copy an event that must outlive the call
/// with `Event::to_owned`.
///
/// Mirrors `synapse.events.EventBase`.
struct hsmod_event {
    uint32_t size;
    uint32_t flags;
    hsmod_str event_id;
    hsmod_str room_id;
    hsmod_str sender;
    hsmod_str event_type;
    /// None if it is not a state event.
    hsmod_str state_key;
    int64_t origin_server_ts;
    /// JSON text of the content; none if it is not at hand.
    hsmod_str content;
    /// The texts that are created on demand: `part`.
    hsmod_texts texts;
    /// None if it is not known.
    hsmod_str room_version;
    /// Reserved for the server that sent it: none.
    hsmod_str origin;
    /// Reserved for how long it is sticky, in milliseconds: none.
    hsmod_number sticky_duration_ms;
    /// Reserved for whether it is soft-failed: no.
    hsmod_flag soft_failed;
};

struct hsmod_spam_checker_check_event_for_spam_args {
    uint32_t args_size;
    uint32_t args_flags;
    const hsmod_event *event;
};

struct hsmod_spam_checker_should_drop_federated_event_args {
    uint32_t args_size;
    uint32_t args_flags;
    const hsmod_event *event;
};

struct hsmod_spam_checker_user_may_join_room_args {
    uint32_t args_size;
    uint32_t args_flags;
    hsmod_str user_id;
    hsmod_str room_id;
    hsmod_flag is_invited;
};

struct hsmod_spam_checker_user_may_invite_args {
    uint32_t args_size;
    uint32_t args_flags;
    hsmod_str inviter;
    hsmod_str invitee;
    hsmod_str room_id;
};

struct hsmod_spam_checker_federated_user_may_invite_args {
    uint32_t args_size;
    uint32_t args_flags;
    const hsmod_event *event;
};

struct hsmod_spam_checker_user_may_send_3pid_invite_args {
    uint32_t args_size;
    uint32_t args_flags;
    hsmod_str inviter;
    hsmod_str medium;
    hsmod_str address;
    hsmod_str room_id;
};

struct hsmod_spam_checker_user_may_create_room_args {
    uint32_t args_size;
    uint32_t args_flags;
    hsmod_str user_id;
    /// JSON text.
    hsmod_str room_config;
};

struct hsmod_spam_checker_user_may_create_room_alias_args {
    uint32_t args_size;
    uint32_t args_flags;
    hsmod_str user_id;
    hsmod_str room_alias;
};

struct hsmod_spam_checker_user_may_publish_room_args {
    uint32_t args_size;
    uint32_t args_flags;
    hsmod_str user_id;
    hsmod_str room_id;
};

struct hsmod_spam_checker_user_may_send_state_event_args {
    uint32_t args_size;
    uint32_t args_flags;
    hsmod_str user_id;
    hsmod_str room_id;
    hsmod_str event_type;
    hsmod_str state_key;
    /// JSON text.
    hsmod_str content;
};

/// A user as the user directory shows them.
///
/// Mirrors `synapse.module_api.UserProfile`.
struct hsmod_user_profile {
    uint32_t size;
    uint32_t flags;
    hsmod_str user_id;
    hsmod_str display_name;
    hsmod_str avatar_url;
    /// Reserved for the fields of extensible profiles, as JSON text: none.
    hsmod_str fields;
};

/// An array of structures. It carries its step, because the other side's structures may be
/// longer.
struct hsmod_slice_of_user_profile {
    const hsmod_user_profile *pointer;
    size_t length;
    /// The distance from one item to the next, in bytes.
    size_t stride;
};

struct hsmod_spam_checker_check_username_for_spam_args {
    uint32_t args_size;
    uint32_t args_flags;
    hsmod_slice_of_user_profile user_profile;
    hsmod_str requester_id;
};

/// A verified e-mail address or telephone number of a user.
struct hsmod_threepid {
    uint32_t size;
    uint32_t flags;
    hsmod_str medium;
    hsmod_str address;
};

/// A client as seen in one of its requests: one item of `request_info`.
struct hsmod_request_info {
    uint32_t size;
    uint32_t flags;
    hsmod_str user_agent;
    hsmod_str ip;
};

/// An array of structures. It carries its step, because the other side's structures may be
/// longer.
struct hsmod_slice_of_request_info {
    const hsmod_request_info *pointer;
    size_t length;
    /// The distance from one item to the next, in bytes.
    size_t stride;
};

struct hsmod_spam_checker_check_registration_for_spam_args {
    uint32_t args_size;
    uint32_t args_flags;
    /// Null: none.
    const hsmod_threepid *email_threepid;
    /// Null: none.
    hsmod_str username;
    hsmod_slice_of_request_info request_info;
    /// Null: none.
    hsmod_str auth_provider_id;
};

/// A media file that can be read in pieces.
///
/// Mirrors `synapse.media.media_storage.ReadableFileWrapper`.
struct hsmod_readable_file {
    uint32_t size;
    uint32_t flags;
    const void *source;
    const hsmod_file_table *table;
    /// The path on this machine; none if it is not stored in a file.
    hsmod_str path;
    /// The whole file; null if it is not in memory.
    hsmod_bytes bytes;
    /// In bytes.
    uint64_t length;
};

/// The properties of a media file.
///
/// Mirrors `synapse.media._base.FileInfo`.
struct hsmod_file_info {
    uint32_t size;
    uint32_t flags;
    /// None for this server.
    hsmod_str server_name;
    hsmod_str file_id;
    hsmod_flag url_cache;
    hsmod_flag is_thumbnail;
    /// In pixels.
    uint32_t width;
    /// In pixels.
    uint32_t height;
    /// In bytes.
    uint64_t thumbnail_length;
    hsmod_str method;
    hsmod_str media_type;
};

struct hsmod_spam_checker_check_media_file_for_spam_args {
    uint32_t args_size;
    uint32_t args_flags;
    const hsmod_readable_file *file_wrapper;
    const hsmod_file_info *file_info;
};

struct hsmod_spam_checker_check_login_for_spam_args {
    uint32_t args_size;
    uint32_t args_flags;
    hsmod_str user_id;
    /// Null: none.
    hsmod_str device_id;
    /// Null: none.
    hsmod_str initial_display_name;
    hsmod_slice_of_request_info request_info;
    /// Null: none.
    hsmod_str auth_provider_id;
};

struct hsmod_spam_checker_accept_make_join_args {
    uint32_t args_size;
    uint32_t args_flags;
    hsmod_str user_id;
    hsmod_str room_id;
};

struct hsmod_spam_checker_table {
    /// The size in bytes.
    uint32_t size;
    /// The version of the boundary of the side that made it.
    uint32_t minor;
    /// Whether an event is spam.
    /// Answers `hsmod_verdict_answer`.
    hsmod_status (*check_event_for_spam)(
        const void *object, const hsmod_spam_checker_check_event_for_spam_args *args, hsmod_frame *frame);
    /// Whether an event of another server is dropped silently.
    /// Answers `hsmod_uint32_answer`.
    hsmod_status (*should_drop_federated_event)(
        const void *object, const hsmod_spam_checker_should_drop_federated_event_args *args, hsmod_frame *frame);
    /// Whether a user may join a room.
    /// Answers `hsmod_verdict_answer`.
    hsmod_status (*user_may_join_room)(
        const void *object, const hsmod_spam_checker_user_may_join_room_args *args, hsmod_frame *frame);
    /// Whether one user may invite another.
    /// Answers `hsmod_verdict_answer`.
    hsmod_status (*user_may_invite)(
        const void *object, const hsmod_spam_checker_user_may_invite_args *args, hsmod_frame *frame);
    /// Whether a user of another server may invite a user of this one.
    /// Answers `hsmod_verdict_answer`.
    hsmod_status (*federated_user_may_invite)(
        const void *object, const hsmod_spam_checker_federated_user_may_invite_args *args, hsmod_frame *frame);
    /// Whether a user may invite another person by e-mail address or telephone number.
    /// Answers `hsmod_verdict_answer`.
    hsmod_status (*user_may_send_3pid_invite)(
        const void *object, const hsmod_spam_checker_user_may_send_3pid_invite_args *args, hsmod_frame *frame);
    /// Whether a user may create a room.
    /// Answers `hsmod_verdict_answer`.
    hsmod_status (*user_may_create_room)(
        const void *object, const hsmod_spam_checker_user_may_create_room_args *args, hsmod_frame *frame);
    /// Whether a user may create an alias for a room.
    /// Answers `hsmod_verdict_answer`.
    hsmod_status (*user_may_create_room_alias)(
        const void *object, const hsmod_spam_checker_user_may_create_room_alias_args *args, hsmod_frame *frame);
    /// Whether a user may change a room's entry in the public room list.
    /// Answers `hsmod_verdict_answer`.
    hsmod_status (*user_may_publish_room)(
        const void *object, const hsmod_spam_checker_user_may_publish_room_args *args, hsmod_frame *frame);
    /// Whether a user may send a state event.
    /// Answers `hsmod_verdict_answer`.
    hsmod_status (*user_may_send_state_event)(
        const void *object, const hsmod_spam_checker_user_may_send_state_event_args *args, hsmod_frame *frame);
    /// Whether a user is hidden from another user's search in the user directory.
    /// Answers `hsmod_owned_array_of_each_of_uint32_answer`.
    hsmod_status (*check_username_for_spam)(
        const void *object, const hsmod_spam_checker_check_username_for_spam_args *args, hsmod_frame *frame);
    /// Whether a user may register.
    /// Answers `hsmod_uint32_answer`.
    hsmod_status (*check_registration_for_spam)(
        const void *object, const hsmod_spam_checker_check_registration_for_spam_args *args, hsmod_frame *frame);
    /// Whether a media file is acceptable.
    /// Answers `hsmod_verdict_answer`.
    hsmod_status (*check_media_file_for_spam)(
        const void *object, const hsmod_spam_checker_check_media_file_for_spam_args *args, hsmod_frame *frame);
    /// Whether a user may log in.
    /// Answers `hsmod_verdict_answer`.
    hsmod_status (*check_login_for_spam)(
        const void *object, const hsmod_spam_checker_check_login_for_spam_args *args, hsmod_frame *frame);
    /// Whether a user of another server may begin to join a room through this server.
    /// Answers `hsmod_verdict_answer`.
    hsmod_status (*accept_make_join)(
        const void *object, const hsmod_spam_checker_accept_make_join_args *args, hsmod_frame *frame);
};

/// C form of a `Verdict::Deny`; to allow is the neutral answer and needs no C form.
struct hsmod_verdict {
    hsmod_owned_str errcode;
    /// None: the callback's usual text.
    hsmod_owned_str message;
    /// JSON text of an object; none if there are no fields.
    hsmod_owned_str fields;
};

/// One answer of several, in C form.
struct hsmod_each_of_uint32 {
    /// The index of the item, in the order in which the items were given.
    size_t place;
    uint32_t answer;
};

/// Several answers that their holder owns. They carry their step, as `Slice`s
/// do.
struct hsmod_owned_array_of_each_of_uint32 {
    hsmod_each_of_uint32 *pointer;
    size_t length;
    size_t stride;
    /// A value of its creator, for `release`.
    void *owner;
    /// Frees the array alone, after its items have been taken. Null: it is static.
    void (*release)(void *, const uint8_t *, size_t);
};

/// The state of the event's room at the time that the row of the callback specifies.
///
/// Each read is a call to the homeserver: a module that reads only the power levels does not
/// pay for a room with 100,000 members.
///
/// Mirrors the `StateMap` that Synapse passes.
struct hsmod_state {
    uint32_t size;
    uint32_t flags;
    const void *source;
    const hsmod_state_table *table;
};

struct hsmod_third_party_rules_check_event_allowed_args {
    uint32_t args_size;
    uint32_t args_flags;
    const hsmod_event *event;
    const hsmod_state *state_events;
};

/// The user who makes a request, and in which role.
///
/// Mirrors `synapse.module_api.Requester`.
struct hsmod_requester {
    uint32_t size;
    uint32_t flags;
    hsmod_str user;
    hsmod_str device_id;
    hsmod_str app_service_id;
    hsmod_str authenticated_entity;
    hsmod_str scope;
    hsmod_number access_token_id;
    hsmod_flag is_guest;
    hsmod_flag shadow_banned;
};

/// A text that its current holder may set.
struct hsmod_editable {
    void *owner;
    /// Returns the current text, which lives until the next one is set.
    hsmod_str (*text)(void *);
    /// Copies the text.
    void (*set)(void *, hsmod_str);
};

/// JSON that a module may change, and that the homeserver then uses: each module sees the
/// changes of the previous ones, whatever the callback answers.
struct hsmod_editable_json {
    uint32_t size;
    uint32_t flags;
    hsmod_editable text;
};

struct hsmod_third_party_rules_on_create_room_args {
    uint32_t args_size;
    uint32_t args_flags;
    const hsmod_requester *requester;
    hsmod_editable_json *request_content;
    hsmod_flag is_requester_admin;
};

struct hsmod_third_party_rules_check_threepid_can_be_invited_args {
    uint32_t args_size;
    uint32_t args_flags;
    hsmod_str medium;
    hsmod_str address;
    const hsmod_state *state_events;
};

struct hsmod_third_party_rules_check_visibility_can_be_modified_args {
    uint32_t args_size;
    uint32_t args_flags;
    hsmod_str room_id;
    const hsmod_state *state_events;
    hsmod_str new_visibility;
};

struct hsmod_third_party_rules_on_new_event_args {
    uint32_t args_size;
    uint32_t args_flags;
    const hsmod_event *event;
    const hsmod_state *state_events;
};

struct hsmod_third_party_rules_check_can_shutdown_room_args {
    uint32_t args_size;
    uint32_t args_flags;
    /// Null: none.
    hsmod_str user_id;
    hsmod_str room_id;
};

struct hsmod_third_party_rules_check_can_deactivate_user_args {
    uint32_t args_size;
    uint32_t args_flags;
    hsmod_str user_id;
    hsmod_flag by_admin;
};

/// A user's display name and avatar.
///
/// Mirrors `synapse.module_api.ProfileInfo`.
struct hsmod_profile_info {
    uint32_t size;
    uint32_t flags;
    hsmod_str display_name;
    hsmod_str avatar_url;
    /// Reserved for the fields of extensible profiles, as JSON text: none.
    hsmod_str fields;
};

struct hsmod_third_party_rules_on_profile_update_args {
    uint32_t args_size;
    uint32_t args_flags;
    hsmod_str user_id;
    const hsmod_profile_info *new_profile;
    hsmod_flag by_admin;
    hsmod_flag deactivation;
};

struct hsmod_third_party_rules_on_user_deactivation_status_changed_args {
    uint32_t args_size;
    uint32_t args_flags;
    hsmod_str user_id;
    hsmod_flag deactivated;
    hsmod_flag by_admin;
};

struct hsmod_third_party_rules_on_threepid_bind_args {
    uint32_t args_size;
    uint32_t args_flags;
    hsmod_str user_id;
    hsmod_str medium;
    hsmod_str address;
};

struct hsmod_third_party_rules_on_add_user_third_party_identifier_args {
    uint32_t args_size;
    uint32_t args_flags;
    hsmod_str user_id;
    hsmod_str medium;
    hsmod_str address;
};

struct hsmod_third_party_rules_on_remove_user_third_party_identifier_args {
    uint32_t args_size;
    uint32_t args_flags;
    hsmod_str user_id;
    hsmod_str medium;
    hsmod_str address;
};

struct hsmod_third_party_rules_on_user_search_args {
    uint32_t args_size;
    uint32_t args_flags;
    hsmod_editable_json *results;
};

struct hsmod_third_party_rules_table {
    /// The size in bytes.
    uint32_t size;
    /// The version of the boundary of the side that made it.
    uint32_t minor;
    /// Whether an event may be created, or which event replaces it.
    /// Answers `hsmod_decision_answer`.
    hsmod_status (*check_event_allowed)(
        const void *object, const hsmod_third_party_rules_check_event_allowed_args *args, hsmod_frame *frame);
    /// A room is about to be created; the request may be changed.
    /// Answers `hsmod_done_answer`.
    hsmod_status (*on_create_room)(
        const void *object, const hsmod_third_party_rules_on_create_room_args *args, hsmod_frame *frame);
    /// Whether an e-mail address or telephone number may be invited to a room.
    /// Answers `hsmod_uint32_answer`.
    hsmod_status (*check_threepid_can_be_invited)(
        const void *object, const hsmod_third_party_rules_check_threepid_can_be_invited_args *args, hsmod_frame *frame);
    /// Whether a room may be added to or removed from the public room list.
    /// Answers `hsmod_uint32_answer`.
    hsmod_status (*check_visibility_can_be_modified)(
        const void *object, const hsmod_third_party_rules_check_visibility_can_be_modified_args *args, hsmod_frame *frame);
    /// An event has been stored.
    /// Answers `hsmod_done_answer`.
    hsmod_status (*on_new_event)(
        const void *object, const hsmod_third_party_rules_on_new_event_args *args, hsmod_frame *frame);
    /// Whether a room may be shut down.
    /// Answers `hsmod_uint32_answer`.
    hsmod_status (*check_can_shutdown_room)(
        const void *object, const hsmod_third_party_rules_check_can_shutdown_room_args *args, hsmod_frame *frame);
    /// Whether a user may be deactivated.
    /// Answers `hsmod_uint32_answer`.
    hsmod_status (*check_can_deactivate_user)(
        const void *object, const hsmod_third_party_rules_check_can_deactivate_user_args *args, hsmod_frame *frame);
    /// A user's profile has changed.
    /// Answers `hsmod_done_answer`.
    hsmod_status (*on_profile_update)(
        const void *object, const hsmod_third_party_rules_on_profile_update_args *args, hsmod_frame *frame);
    /// A user was deactivated, or reactivated.
    /// Answers `hsmod_done_answer`.
    hsmod_status (*on_user_deactivation_status_changed)(
        const void *object, const hsmod_third_party_rules_on_user_deactivation_status_changed_args *args, hsmod_frame *frame);
    /// A user has a new e-mail address or telephone number; the former name of
    /// `on_add_user_third_party_identifier`.
    /// Answers `hsmod_done_answer`.
    hsmod_status (*on_threepid_bind)(
        const void *object, const hsmod_third_party_rules_on_threepid_bind_args *args, hsmod_frame *frame);
    /// A user has a new e-mail address or telephone number.
    /// Answers `hsmod_done_answer`.
    hsmod_status (*on_add_user_third_party_identifier)(
        const void *object, const hsmod_third_party_rules_on_add_user_third_party_identifier_args *args, hsmod_frame *frame);
    /// A user's e-mail address or telephone number was removed.
    /// Answers `hsmod_done_answer`.
    hsmod_status (*on_remove_user_third_party_identifier)(
        const void *object, const hsmod_third_party_rules_on_remove_user_third_party_identifier_args *args, hsmod_frame *frame);
    /// The user directory was searched; the results may be changed.
    /// Answers `hsmod_done_answer`.
    hsmod_status (*on_user_search)(
        const void *object, const hsmod_third_party_rules_on_user_search_args *args, hsmod_frame *frame);
};

/// C form of an `EventDecision` other than to allow, which is the neutral answer.
struct hsmod_decision {
    /// JSON text of the event that replaces it; none: it is refused.
    hsmod_owned_str replacement;
};

struct hsmod_account_validity_is_user_expired_args {
    uint32_t args_size;
    uint32_t args_flags;
    hsmod_str user_id;
};

struct hsmod_account_validity_on_user_registration_args {
    uint32_t args_size;
    uint32_t args_flags;
    hsmod_str user_id;
};

struct hsmod_account_validity_on_user_login_args {
    uint32_t args_size;
    uint32_t args_flags;
    hsmod_str user_id;
    /// Null: none.
    hsmod_str auth_provider_type;
    /// Null: none.
    hsmod_str auth_provider_id;
};

struct hsmod_account_validity_on_legacy_send_mail_args {
    uint32_t args_size;
    uint32_t args_flags;
    hsmod_str user_id;
};

struct hsmod_account_validity_on_legacy_renew_args {
    uint32_t args_size;
    uint32_t args_flags;
    hsmod_str token;
};

struct hsmod_account_validity_on_legacy_admin_request_args {
    uint32_t args_size;
    uint32_t args_flags;
    const hsmod_web_request *request;
};

struct hsmod_account_validity_table {
    /// The size in bytes.
    uint32_t size;
    /// The version of the boundary of the side that made it.
    uint32_t minor;
    /// Whether a user's account has expired: yes, no, or no opinion (`None`).
    /// Answers `hsmod_flag_answer`.
    hsmod_status (*is_user_expired)(
        const void *object, const hsmod_account_validity_is_user_expired_args *args, hsmod_frame *frame);
    /// A user has registered.
    /// Answers `hsmod_done_answer`.
    hsmod_status (*on_user_registration)(
        const void *object, const hsmod_account_validity_on_user_registration_args *args, hsmod_frame *frame);
    /// A user has logged in.
    /// Answers `hsmod_done_answer`.
    hsmod_status (*on_user_login)(
        const void *object, const hsmod_account_validity_on_user_login_args *args, hsmod_frame *frame);
    /// Sends a user the mail with which they can renew their account.
    /// Answers `hsmod_done_answer`.
    hsmod_status (*on_legacy_send_mail)(
        const void *object, const hsmod_account_validity_on_legacy_send_mail_args *args, hsmod_frame *frame);
    /// Renews an account with the token from a mail.
    /// Answers `hsmod_legacy_renewal_answer`.
    hsmod_status (*on_legacy_renew)(
        const void *object, const hsmod_account_validity_on_legacy_renew_args *args, hsmod_frame *frame);
    /// Renews an account for a server admin, and answers until when it is now valid:
    /// milliseconds since 1970.
    /// Answers `hsmod_int64_answer`.
    hsmod_status (*on_legacy_admin_request)(
        const void *object, const hsmod_account_validity_on_legacy_admin_request_args *args, hsmod_frame *frame);
};

/// C form of `LegacyRenewal`.
struct hsmod_legacy_renewal {
    hsmod_flag valid;
    hsmod_flag stale;
    int64_t expiration_ts;
};

/// The presence of a user, borrowed from the homeserver for the duration of the call.
///
/// Mirrors `synapse.module_api.UserPresenceState`.
struct hsmod_user_presence_state {
    uint32_t size;
    uint32_t flags;
    hsmod_str user_id;
    hsmod_str state;
    hsmod_str status_msg;
    int64_t last_active_ts;
    int64_t last_federation_update_ts;
    int64_t last_user_sync_ts;
    hsmod_flag currently_active;
};

/// An array of structures. It carries its step, because the other side's structures may be
/// longer.
struct hsmod_slice_of_user_presence_state {
    const hsmod_user_presence_state *pointer;
    size_t length;
    /// The distance from one item to the next, in bytes.
    size_t stride;
};

struct hsmod_presence_router_get_users_for_states_args {
    uint32_t args_size;
    uint32_t args_flags;
    hsmod_slice_of_user_presence_state state_updates;
};

struct hsmod_presence_router_get_interested_users_args {
    uint32_t args_size;
    uint32_t args_flags;
    hsmod_str user_id;
};

struct hsmod_presence_router_table {
    /// The size in bytes.
    uint32_t size;
    /// The version of the boundary of the side that made it.
    uint32_t minor;
    /// The users who are to receive these changes of presence, in addition to those who share a
    /// room with the user.
    /// Answers `hsmod_owned_str_answer`.
    hsmod_status (*get_users_for_states)(
        const void *object, const hsmod_presence_router_get_users_for_states_args *args, hsmod_frame *frame);
    /// The users whose presence a local user receives, in addition to those who share a room
    /// with them.
    /// Answers `hsmod_owned_str_answer`.
    hsmod_status (*get_interested_users)(
        const void *object, const hsmod_presence_router_get_interested_users_args *args, hsmod_frame *frame);
};

struct hsmod_password_auth_provider_check_auth_args {
    uint32_t args_size;
    uint32_t args_flags;
    hsmod_str username;
    hsmod_str login_type;
    /// JSON text.
    hsmod_str login_dict;
};

struct hsmod_password_auth_provider_check_3pid_auth_args {
    uint32_t args_size;
    uint32_t args_flags;
    hsmod_str medium;
    hsmod_str address;
    hsmod_str password;
};

struct hsmod_password_auth_provider_on_logged_out_args {
    uint32_t args_size;
    uint32_t args_flags;
    hsmod_str user_id;
    /// Null: none.
    hsmod_str device_id;
    hsmod_str access_token;
};

struct hsmod_password_auth_provider_get_username_for_registration_args {
    uint32_t args_size;
    uint32_t args_flags;
    /// JSON text.
    hsmod_str uia_results;
    /// JSON text.
    hsmod_str params;
};

struct hsmod_password_auth_provider_get_displayname_for_registration_args {
    uint32_t args_size;
    uint32_t args_flags;
    /// JSON text.
    hsmod_str uia_results;
    /// JSON text.
    hsmod_str params;
};

struct hsmod_password_auth_provider_is_3pid_allowed_args {
    uint32_t args_size;
    uint32_t args_flags;
    hsmod_str medium;
    hsmod_str address;
    hsmod_flag registration;
};

struct hsmod_password_auth_provider_table {
    /// The size in bytes.
    uint32_t size;
    /// The version of the boundary of the side that made it.
    uint32_t minor;
    /// Whether these credentials are valid, and the user that they belong to.
    /// Answers `hsmod_accepted_login_answer`.
    hsmod_status (*check_auth)(
        const void *object, const hsmod_password_auth_provider_check_auth_args *args, hsmod_frame *frame);
    /// Whether the password is that of the user with this e-mail address or telephone number.
    /// Answers `hsmod_accepted_login_answer`.
    hsmod_status (*check_3pid_auth)(
        const void *object, const hsmod_password_auth_provider_check_3pid_auth_args *args, hsmod_frame *frame);
    /// A user's access token was invalidated: they logged out, or their device was deleted.
    /// Answers `hsmod_done_answer`.
    hsmod_status (*on_logged_out)(
        const void *object, const hsmod_password_auth_provider_on_logged_out_args *args, hsmod_frame *frame);
    /// The local part of the user ID of a new user; `None` leaves it to others.
    /// Answers `hsmod_owned_str_answer`.
    hsmod_status (*get_username_for_registration)(
        const void *object, const hsmod_password_auth_provider_get_username_for_registration_args *args, hsmod_frame *frame);
    /// The display name of a new user; `None` leaves it to others.
    /// Answers `hsmod_owned_str_answer`.
    hsmod_status (*get_displayname_for_registration)(
        const void *object, const hsmod_password_auth_provider_get_displayname_for_registration_args *args, hsmod_frame *frame);
    /// Whether an e-mail address or telephone number may be used on this homeserver.
    /// Answers `hsmod_uint32_answer`.
    hsmod_status (*is_3pid_allowed)(
        const void *object, const hsmod_password_auth_provider_is_3pid_allowed_args *args, hsmod_frame *frame);
};

/// C form of `AcceptedLogin`.
struct hsmod_accepted_login {
    hsmod_owned_str user_id;
    /// Null: there is nothing to call.
    hsmod_continuation on_login;
};

struct hsmod_background_update_controller_on_update_args {
    uint32_t args_size;
    uint32_t args_flags;
    hsmod_str update_name;
    hsmod_str database_name;
    hsmod_flag oneshot;
};

struct hsmod_background_update_controller_default_batch_size_args {
    uint32_t args_size;
    uint32_t args_flags;
    hsmod_str update_name;
    hsmod_str database_name;
};

struct hsmod_background_update_controller_min_batch_size_args {
    uint32_t args_size;
    uint32_t args_flags;
    hsmod_str update_name;
    hsmod_str database_name;
};

struct hsmod_background_update_controller_table {
    /// The size in bytes.
    uint32_t size;
    /// The version of the boundary of the side that made it.
    uint32_t minor;
    /// A batch of an update is about to run: how long it should take, and what to do after it.
    /// Answers `hsmod_update_guard_answer`.
    hsmod_status (*on_update)(
        const void *object, const hsmod_background_update_controller_on_update_args *args, hsmod_frame *frame);
    /// The number of items in the first batch of an update; `None` leaves it to the homeserver
    /// (100 by default).
    /// Answers `hsmod_int64_answer`.
    hsmod_status (*default_batch_size)(
        const void *object, const hsmod_background_update_controller_default_batch_size_args *args, hsmod_frame *frame);
    /// The minimum number of items in a batch, at least 1; `None` leaves it to the homeserver
    /// (1 by default).
    /// Answers `hsmod_int64_answer`.
    hsmod_status (*min_batch_size)(
        const void *object, const hsmod_background_update_controller_min_batch_size_args *args, hsmod_frame *frame);
};

/// C form of `UpdateGuard`.
struct hsmod_update_guard {
    int64_t desired_duration_ms;
    /// Null: there is nothing to call.
    hsmod_continuation on_exit;
};

struct hsmod_account_data_on_account_data_updated_args {
    uint32_t args_size;
    uint32_t args_flags;
    hsmod_str user_id;
    /// Null: none.
    hsmod_str room_id;
    hsmod_str account_data_type;
    /// JSON text.
    hsmod_str content;
};

struct hsmod_account_data_table {
    /// The size in bytes.
    uint32_t size;
    /// The version of the boundary of the side that made it.
    uint32_t minor;
    /// The account data of a user has changed: in the room `room_id`, or globally (`None`).
    /// Answers `hsmod_done_answer`.
    hsmod_status (*on_account_data_updated)(
        const void *object, const hsmod_account_data_on_account_data_updated_args *args, hsmod_frame *frame);
};

/// An array of structures. It carries its step, because the other side's structures may be
/// longer.
struct hsmod_slice_of_event {
    const hsmod_event *pointer;
    size_t length;
    /// The distance from one item to the next, in bytes.
    size_t stride;
};

struct hsmod_add_extra_fields_to_unsigned_client_event_add_field_to_unsigned_callback_args {
    uint32_t args_size;
    uint32_t args_flags;
    hsmod_slice_of_event event;
};

struct hsmod_add_extra_fields_to_unsigned_client_event_table {
    /// The size in bytes.
    uint32_t size;
    /// The version of the boundary of the side that made it.
    uint32_t minor;
    /// Fields for the `unsigned` of an event; an empty map for none.
    /// Answers `hsmod_owned_array_of_each_of_owned_str_answer`.
    hsmod_status (*add_field_to_unsigned_callback)(
        const void *object, const hsmod_add_extra_fields_to_unsigned_client_event_add_field_to_unsigned_callback_args *args, hsmod_frame *frame);
};

/// One answer of several, in C form.
struct hsmod_each_of_owned_str {
    /// The index of the item, in the order in which the items were given.
    size_t place;
    hsmod_owned_str answer;
};

/// Several answers that their holder owns. They carry their step, as `Slice`s
/// do.
struct hsmod_owned_array_of_each_of_owned_str {
    hsmod_each_of_owned_str *pointer;
    size_t length;
    size_t stride;
    /// A value of its creator, for `release`.
    void *owner;
    /// Frees the array alone, after its items have been taken. Null: it is static.
    void (*release)(void *, const uint8_t *, size_t);
};

struct hsmod_media_repository_get_media_config_for_user_args {
    uint32_t args_size;
    uint32_t args_flags;
    hsmod_str user_id;
};

struct hsmod_media_repository_is_user_allowed_to_upload_media_of_size_args {
    uint32_t args_size;
    uint32_t args_flags;
    hsmod_str user_id;
    uint64_t size;
};

struct hsmod_media_repository_get_media_upload_limits_for_user_args {
    uint32_t args_size;
    uint32_t args_flags;
    hsmod_str user_id;
};

/// C form of a `MediaUploadLimit` that is an argument.
struct hsmod_lent_media_upload_limit {
    uint32_t size;
    uint32_t flags;
    uint64_t max_bytes;
    uint64_t time_period_ms;
    hsmod_str info_uri;
    hsmod_flag can_upgrade;
};

struct hsmod_media_repository_on_media_upload_limit_exceeded_args {
    uint32_t args_size;
    uint32_t args_flags;
    hsmod_str user_id;
    const hsmod_lent_media_upload_limit *limit;
    uint64_t sent_bytes;
    uint64_t attempted_bytes;
};

struct hsmod_media_repository_table {
    /// The size in bytes.
    uint32_t size;
    /// The version of the boundary of the side that made it.
    uint32_t minor;
    /// The limits of the media repository that are reported to a user, in place of the
    /// homeserver's: the whole body of `GET /_matrix/client/v1/media/config`.
    /// Answers `hsmod_owned_str_answer`.
    hsmod_status (*get_media_config_for_user)(
        const void *object, const hsmod_media_repository_get_media_config_for_user_args *args, hsmod_frame *frame);
    /// Whether a user may upload a file of `size` bytes.
    /// Answers `hsmod_uint32_answer`.
    hsmod_status (*is_user_allowed_to_upload_media_of_size)(
        const void *object, const hsmod_media_repository_is_user_allowed_to_upload_media_of_size_args *args, hsmod_frame *frame);
    /// How much a user may upload in a period, in place of the homeserver's limits; an empty
    /// list means no limit.
    /// Answers `hsmod_owned_array_of_media_upload_limit_answer`.
    hsmod_status (*get_media_upload_limits_for_user)(
        const void *object, const hsmod_media_repository_get_media_upload_limits_for_user_args *args, hsmod_frame *frame);
    /// A user's upload was refused because of a limit: they had uploaded `sent_bytes` in its
    /// period, and tried to upload `attempted_bytes` more.
    /// Answers `hsmod_done_answer`.
    hsmod_status (*on_media_upload_limit_exceeded)(
        const void *object, const hsmod_media_repository_on_media_upload_limit_exceeded_args *args, hsmod_frame *frame);
};

/// C form of a `MediaUploadLimit` that is answered.
struct hsmod_media_upload_limit {
    uint64_t max_bytes;
    uint64_t time_period_ms;
    hsmod_owned_str info_uri;
    hsmod_flag can_upgrade;
};

/// Several answers that their holder owns. They carry their step, as `Slice`s
/// do.
struct hsmod_owned_array_of_media_upload_limit {
    hsmod_media_upload_limit *pointer;
    size_t length;
    size_t stride;
    /// A value of its creator, for `release`.
    void *owner;
    /// Frees the array alone, after its items have been taken. Null: it is static.
    void (*release)(void *, const uint8_t *, size_t);
};

struct hsmod_ratelimit_get_ratelimit_override_for_user_args {
    uint32_t args_size;
    uint32_t args_flags;
    hsmod_str user_id;
    hsmod_str limiter_name;
};

struct hsmod_ratelimit_table {
    /// The size in bytes.
    uint32_t size;
    /// The version of the boundary of the side that made it.
    uint32_t minor;
    /// How often a user may do something, instead of what the homeserver would allow.
    /// Answers `hsmod_ratelimit_override_answer`.
    hsmod_status (*get_ratelimit_override_for_user)(
        const void *object, const hsmod_ratelimit_get_ratelimit_override_for_user_args *args, hsmod_frame *frame);
};

/// A limit on how often a user may do something.
///
/// Mirrors `synapse.module_api.RatelimitOverride`.
struct hsmod_ratelimit_override {
    /// How often per second in the long run; 0 for no limit.
    double per_second;
    /// How often at once.
    int64_t burst_count;
};

/// Events of this homeserver that were delivered to another server.
///
/// Mirrors the `delivery` of `on_event_delivered_over_federation` in Synapse.
struct hsmod_event_delivery {
    uint32_t size;
    uint32_t flags;
    hsmod_str server_name;
    hsmod_str method;
    hsmod_slice_of_event events;
};

struct hsmod_federation_on_event_delivered_over_federation_args {
    uint32_t args_size;
    uint32_t args_flags;
    const hsmod_event_delivery *delivery;
};

struct hsmod_federation_table {
    /// The size in bytes.
    uint32_t size;
    /// The version of the boundary of the side that made it.
    uint32_t minor;
    /// Events were delivered to another server: it accepted them, or requested them.
    /// Answers `hsmod_done_answer`.
    hsmod_status (*on_event_delivered_over_federation)(
        const void *object, const hsmod_federation_on_event_delivered_over_federation_args *args, hsmod_frame *frame);
};

struct hsmod_users_get_userinfo_by_id_args {
    uint32_t args_size;
    uint32_t args_flags;
    hsmod_str user_id;
};

struct hsmod_users_get_user_by_req_args {
    uint32_t args_size;
    uint32_t args_flags;
    const hsmod_web_request *request;
    hsmod_flag allow_guest;
    hsmod_flag allow_expired;
};

struct hsmod_users_is_user_admin_args {
    uint32_t args_size;
    uint32_t args_flags;
    hsmod_str user_id;
};

struct hsmod_users_set_user_admin_args {
    uint32_t args_size;
    uint32_t args_flags;
    hsmod_str user_id;
    hsmod_flag admin;
};

struct hsmod_users_get_profile_for_user_args {
    uint32_t args_size;
    uint32_t args_flags;
    hsmod_str localpart;
};

struct hsmod_users_check_user_exists_args {
    uint32_t args_size;
    uint32_t args_flags;
    hsmod_str user_id;
};

struct hsmod_users_check_username_args {
    uint32_t args_size;
    uint32_t args_flags;
    hsmod_str username;
};

struct hsmod_users_register_user_args {
    uint32_t args_size;
    uint32_t args_flags;
    hsmod_str localpart;
    /// Null: none.
    hsmod_str displayname;
    /// JSON text.
    hsmod_str emails;
    hsmod_flag admin;
};

struct hsmod_users_set_displayname_args {
    uint32_t args_size;
    uint32_t args_flags;
    hsmod_str user_id;
    /// Null: none.
    hsmod_str new_displayname;
};

struct hsmod_users_record_user_external_id_args {
    uint32_t args_size;
    uint32_t args_flags;
    hsmod_str auth_provider_id;
    hsmod_str external_id;
    hsmod_str registered_user_id;
};

struct hsmod_users_get_user_ip_and_agents_args {
    uint32_t args_size;
    uint32_t args_flags;
    hsmod_str user_id;
    int64_t since_ts;
};

struct hsmod_users_get_monthly_active_users_by_service_args {
    uint32_t args_size;
    uint32_t args_flags;
    hsmod_number start_timestamp;
    hsmod_number end_timestamp;
};

struct hsmod_users_deactivate_user_args {
    uint32_t args_size;
    uint32_t args_flags;
    hsmod_str user_id;
    hsmod_flag erase;
};

struct hsmod_users_set_user_locked_args {
    uint32_t args_size;
    uint32_t args_flags;
    hsmod_str user_id;
    hsmod_flag locked;
};

struct hsmod_users_table {
    /// The size in bytes.
    uint32_t size;
    /// The version of the boundary of the side that made it.
    uint32_t minor;
    /// The homeserver's information about an account; `None` if there is none. Since Synapse
    /// 1.41.
    /// Answers `hsmod_owned_str_answer`.
    hsmod_status (*get_userinfo_by_id)(
        const void *object, const hsmod_users_get_userinfo_by_id_args *args, hsmod_frame *frame);
    /// The user who makes a request to a web resource, by its access token. Calls
    /// `is_user_expired` unless `allow_expired`; refuses guests unless `allow_guest`. An error
    /// is an HTTP refusal (401 `M_MISSING_TOKEN` or `M_UNKNOWN_TOKEN`, 403), which the resource
    /// passes on with `?`. Since Synapse 1.39.
    /// Answers `hsmod_owned_str_answer`.
    hsmod_status (*get_user_by_req)(
        const void *object, const hsmod_users_get_user_by_req_args *args, hsmod_frame *frame);
    /// Whether a user is a server admin; false for a user without an account. Since Synapse
    /// 1.39.
    /// Answers `hsmod_flag_answer`.
    hsmod_status (*is_user_admin)(
        const void *object, const hsmod_users_is_user_admin_args *args, hsmod_frame *frame);
    /// Makes a user of this homeserver a server admin, or revokes that. Since Synapse 1.56.
    /// Answers `hsmod_done_answer`.
    hsmod_status (*set_user_admin)(
        const void *object, const hsmod_users_set_user_admin_args *args, hsmod_frame *frame);
    /// The profile of a user of this homeserver, by the local part of the user ID. Since
    /// Synapse 1.39.
    /// Answers `hsmod_owned_str_answer`.
    hsmod_status (*get_profile_for_user)(
        const void *object, const hsmod_users_get_profile_for_user_args *args, hsmod_frame *frame);
    /// The user ID in the homeserver's notation, if the account exists. Since Synapse 0.25.
    /// Answers `hsmod_owned_str_answer`.
    hsmod_status (*check_user_exists)(
        const void *object, const hsmod_users_check_user_exists_args *args, hsmod_frame *frame);
    /// Checks that a local part may be registered; the error says why not (400 `M_USER_IN_USE`,
    /// `M_INVALID_USERNAME`). Since Synapse 1.52.
    /// Answers `hsmod_done_answer`.
    hsmod_status (*check_username)(
        const void *object, const hsmod_users_check_username_args *args, hsmod_frame *frame);
    /// Creates an account, and answers its user ID. `displayname`: `None` for the local part.
    /// `emails` is a list of addresses to bind to it. Errors as for `check_username`. Calls
    /// `check_registration_for_spam`, and triggers `on_user_registration`, also of this module.
    /// Since Synapse 1.2.
    /// Answers `hsmod_owned_str_answer`.
    hsmod_status (*register_user)(
        const void *object, const hsmod_users_register_user_args *args, hsmod_frame *frame);
    /// Sets the display name of a user of this homeserver, as an admin would; `None` removes
    /// it. Triggers `on_profile_update`. Since Synapse 1.76.
    /// Answers `hsmod_done_answer`.
    hsmod_status (*set_displayname)(
        const void *object, const hsmod_users_set_displayname_args *args, hsmod_frame *frame);
    /// Records that the SSO provider `auth_provider_id` knows a user by `external_id`. An error
    /// if it belongs to another user. Since Synapse 1.9.
    /// Answers `hsmod_done_answer`.
    hsmod_status (*record_user_external_id)(
        const void *object, const hsmod_users_record_user_external_id_args *args, hsmod_frame *frame);
    /// The addresses and clients from which a user of this homeserver was active since this
    /// time, in milliseconds since 1970 (0 for all time); empty for a user of another homeserver.
    /// Since Synapse 1.44.
    /// Answers `hsmod_owned_str_answer`.
    hsmod_status (*get_user_ip_and_agents)(
        const void *object, const hsmod_users_get_user_ip_and_agents_args *args, hsmod_frame *frame);
    /// The application service and user ID of each user who was active in a period, in
    /// milliseconds since 1970; `None` leaves that end open. Since Synapse 1.61.
    /// Answers `hsmod_owned_str_answer`.
    hsmod_status (*get_monthly_active_users_by_service)(
        const void *object, const hsmod_users_get_monthly_active_users_by_service_args *args, hsmod_frame *frame);
    /// Deactivates an account for good, and with `erase` forgets as much as possible of the
    /// user. An error if a module forbids it (403). Calls `check_can_deactivate_user`. Not in
    /// Synapse, whose modules reach into it for this.
    /// Answers `hsmod_done_answer`.
    hsmod_status (*deactivate_user)(
        const void *object, const hsmod_users_deactivate_user_args *args, hsmod_frame *frame);
    /// Locks or unlocks an account: its access tokens do not work while it is locked, and work
    /// again afterwards. Not in Synapse, whose modules reach into it for this.
    /// Answers `hsmod_done_answer`.
    hsmod_status (*set_user_locked)(
        const void *object, const hsmod_users_set_user_locked_args *args, hsmod_frame *frame);
};

struct hsmod_logins_register_device_args {
    uint32_t args_size;
    uint32_t args_flags;
    hsmod_str user_id;
    /// Null: none.
    hsmod_str device_id;
    /// Null: none.
    hsmod_str initial_display_name;
};

struct hsmod_logins_create_login_token_args {
    uint32_t args_size;
    uint32_t args_flags;
    hsmod_str user_id;
    uint64_t duration_in_ms;
    /// Null: none.
    hsmod_str auth_provider_id;
    /// Null: none.
    hsmod_str auth_provider_session_id;
};

struct hsmod_logins_invalidate_access_token_args {
    uint32_t args_size;
    uint32_t args_flags;
    hsmod_str access_token;
};

struct hsmod_logins_complete_sso_login_async_args {
    uint32_t args_size;
    uint32_t args_flags;
    hsmod_str registered_user_id;
    hsmod_str client_redirect_url;
    hsmod_flag new_user;
    /// Null: none.
    hsmod_str auth_provider_id;
};

struct hsmod_logins_create_registration_token_args {
    uint32_t args_size;
    uint32_t args_flags;
    /// Null: none.
    hsmod_str token;
    hsmod_number uses_allowed;
    hsmod_number expiry_time;
};

struct hsmod_logins_get_registration_tokens_args {
    uint32_t args_size;
    uint32_t args_flags;
};

struct hsmod_logins_delete_registration_token_args {
    uint32_t args_size;
    uint32_t args_flags;
    hsmod_str token;
};

struct hsmod_logins_table {
    /// The size in bytes.
    uint32_t size;
    /// The version of the boundary of the side that made it.
    uint32_t minor;
    /// Creates a device for a user, or a new access token for the device `device_id`; `None`
    /// lets the homeserver choose the ID. The name applies only to a new device. Since Synapse
    /// 1.2.
    /// Answers `hsmod_owned_str_answer`.
    hsmod_status (*register_device)(
        const void *object, const hsmod_logins_register_device_args *args, hsmod_frame *frame);
    /// A token with which a client may log in once as a user (`m.login.token`), valid for this
    /// number of milliseconds. `auth_provider_id` and `auth_provider_session_id` name the
    /// session of the SSO provider that has authenticated the user, if any. Since Synapse 1.69.
    /// Answers `hsmod_owned_str_answer`.
    hsmod_status (*create_login_token)(
        const void *object, const hsmod_logins_create_login_token_args *args, hsmod_frame *frame);
    /// Invalidates an access token, and deletes its device. An error for an unknown token
    /// (401). Since Synapse 0.25.
    /// Answers `hsmod_done_answer`.
    hsmod_status (*invalidate_access_token)(
        const void *object, const hsmod_logins_invalidate_access_token_args *args, hsmod_frame *frame);
    /// The address to which a browser is to be redirected after another service has
    /// authenticated the user: it logs the user in and leads to `client_redirect_url`.
    /// `new_user`: the account was created for this login. `auth_provider_id` names the SSO
    /// provider. Synapse itself answers the browser. Since Synapse 1.13.
    /// Answers `hsmod_owned_str_answer`.
    hsmod_status (*complete_sso_login_async)(
        const void *object, const hsmod_logins_complete_sso_login_async_args *args, hsmod_frame *frame);
    /// Creates a registration token; `None` lets the homeserver choose it. `uses_allowed`: how
    /// often it may be used, `None` for any number of times; `expiry_time`: milliseconds since
    /// 1970, `None` for ever. An error if the token exists, or has invalid characters (400).
    /// Not in Synapse, whose modules reach into it for this.
    /// Answers `hsmod_owned_str_answer`.
    hsmod_status (*create_registration_token)(
        const void *object, const hsmod_logins_create_registration_token_args *args, hsmod_frame *frame);
    /// The registration tokens, including those that are used up or expired. Not in Synapse,
    /// whose modules reach into it for this.
    /// Answers `hsmod_owned_str_answer`.
    hsmod_status (*get_registration_tokens)(
        const void *object, const hsmod_logins_get_registration_tokens_args *args, hsmod_frame *frame);
    /// Deletes a registration token, and answers whether it existed. Not in Synapse, whose
    /// modules reach into it for this.
    /// Answers `hsmod_flag_answer`.
    hsmod_status (*delete_registration_token)(
        const void *object, const hsmod_logins_delete_registration_token_args *args, hsmod_frame *frame);
};

struct hsmod_rooms_create_room_args {
    uint32_t args_size;
    uint32_t args_flags;
    hsmod_str user_id;
    /// JSON text.
    hsmod_str config;
    hsmod_flag ratelimit;
    /// JSON text.
    hsmod_str creator_join_profile;
};

struct hsmod_rooms_delete_room_args {
    uint32_t args_size;
    uint32_t args_flags;
    hsmod_str room_id;
};

struct hsmod_rooms_shutdown_room_args {
    uint32_t args_size;
    uint32_t args_flags;
    hsmod_str room_id;
    /// JSON text.
    hsmod_str options;
};

struct hsmod_rooms_lookup_room_alias_args {
    uint32_t args_size;
    uint32_t args_flags;
    hsmod_str room_alias;
};

struct hsmod_rooms_get_canonical_room_alias_args {
    uint32_t args_size;
    uint32_t args_flags;
    hsmod_str room_id;
};

struct hsmod_rooms_table {
    /// The size in bytes.
    uint32_t size;
    /// The version of the boundary of the side that made it.
    uint32_t minor;
    /// Creates a room for a user of this homeserver; `config` is the body of `POST
    /// /createRoom`. With `ratelimit` it counts towards the limits of the user.
    /// `creator_join_profile` is an object with the profile in the user's own membership event
    /// (`displayname`, `avatar_url`), or `null` for the user's profile. An error for a user of
    /// another homeserver, and the errors of `POST /createRoom`. Calls the callbacks for new
    /// rooms, also of this module. Since Synapse 1.65.
    /// Answers `hsmod_owned_str_answer`.
    hsmod_status (*create_room)(
        const void *object, const hsmod_rooms_create_room_args *args, hsmod_frame *frame);
    /// Removes a room from this homeserver: all local users leave, and its history is deleted.
    /// Only begins this, without waiting for the end. An error if a module forbids it (403).
    /// Calls `check_can_shutdown_room`. Since Synapse 1.89.
    /// Answers `hsmod_done_answer`.
    hsmod_status (*delete_room)(
        const void *object, const hsmod_rooms_delete_room_args *args, hsmod_frame *frame);
    /// `delete_room` with `options`, the body of the request in Synapse's admin API
    /// (`new_room_user_id`, `message`, `block`, `purge`, ..). Not in Synapse, whose modules
    /// reach into it for this.
    /// Answers `hsmod_done_answer`.
    hsmod_status (*shutdown_room)(
        const void *object, const hsmod_rooms_shutdown_room_args *args, hsmod_frame *frame);
    /// The target of an alias; for another homeserver's alias, that homeserver's answer. An
    /// error if there is no such alias (404 `M_NOT_FOUND`). Since Synapse 1.65.
    /// Answers `hsmod_owned_str_answer`.
    hsmod_status (*lookup_room_alias)(
        const void *object, const hsmod_rooms_lookup_room_alias_args *args, hsmod_frame *frame);
    /// The canonical alias of a room; `None` if it has none. Since Synapse 1.86.
    /// Answers `hsmod_owned_str_answer`.
    hsmod_status (*get_canonical_room_alias)(
        const void *object, const hsmod_rooms_get_canonical_room_alias_args *args, hsmod_frame *frame);
};

struct hsmod_events_create_and_send_event_into_room_args {
    uint32_t args_size;
    uint32_t args_flags;
    hsmod_str room_id;
    /// JSON text.
    hsmod_str event;
};

struct hsmod_events_get_state_events_in_room_args {
    uint32_t args_size;
    uint32_t args_flags;
    hsmod_str room_id;
    /// JSON text.
    hsmod_str types;
};

struct hsmod_events_get_room_state_args {
    uint32_t args_size;
    uint32_t args_flags;
    hsmod_str room_id;
    /// JSON text.
    hsmod_str event_filter;
};

struct hsmod_events_table {
    /// The size in bytes.
    uint32_t size;
    /// The version of the boundary of the side that made it.
    uint32_t minor;
    /// Sends an event, and answers it as it was sent. `event` is an object with `type`,
    /// `sender` (a user of this homeserver), `content`, and `state_key` for a state event; the
    /// room is `room_id`, whatever the object says. Membership events are not supported. An
    /// error if the room does not allow it (403). Calls `check_event_allowed` and
    /// `check_event_for_spam`, also of this module. Since Synapse 1.22.
    /// Answers `hsmod_owned_str_answer`.
    hsmod_status (*create_and_send_event_into_room)(
        const void *object, const hsmod_events_create_and_send_event_into_room_args *args, hsmod_frame *frame);
    /// State events of a room, in no particular order. `types` is a list of pairs: a type, and
    /// a state key or `null` for all of them. Empty for a room that the homeserver does not
    /// know. Since Synapse 1.22.
    /// Answers `hsmod_owned_array_of_owned_str_answer`.
    hsmod_status (*get_state_events_in_room)(
        const void *object, const hsmod_events_get_state_events_in_room_args *args, hsmod_frame *frame);
    /// The current state of a room, in no particular order. `event_filter` is a list of pairs
    /// (a type, and a state key or `null` for all of them), or `null` for everything. Empty for
    /// a room that the homeserver does not know. Since Synapse 1.47.
    /// Answers `hsmod_owned_array_of_owned_str_answer`.
    hsmod_status (*get_room_state)(
        const void *object, const hsmod_events_get_room_state_args *args, hsmod_frame *frame);
};

struct hsmod_membership_update_room_membership_args {
    uint32_t args_size;
    uint32_t args_flags;
    hsmod_str sender;
    hsmod_str target;
    hsmod_str room_id;
    hsmod_str new_membership;
    /// JSON text.
    hsmod_str content;
    /// JSON text.
    hsmod_str remote_room_hosts;
};

struct hsmod_membership_table {
    /// The size in bytes.
    uint32_t size;
    /// The version of the boundary of the side that made it.
    uint32_t minor;
    /// Changes the membership of `target` to `new_membership` (`join`, `invite`, `leave`,
    /// `ban`, `knock`) on behalf of `sender`, a user of this homeserver, and answers the event.
    /// `content` is an object with further fields of the event, `remote_room_hosts` a list of
    /// servers to join through; either may be `null`. An error for a sender of another
    /// homeserver, and if the room does not allow it (403). Since Synapse 1.46.
    /// Answers `hsmod_owned_str_answer`.
    hsmod_status (*update_room_membership)(
        const void *object, const hsmod_membership_update_room_membership_args *args, hsmod_frame *frame);
};

struct hsmod_user_account_data_get_global_args {
    uint32_t args_size;
    uint32_t args_flags;
    hsmod_str user_id;
    hsmod_str data_type;
};

struct hsmod_user_account_data_put_global_args {
    uint32_t args_size;
    uint32_t args_flags;
    hsmod_str user_id;
    hsmod_str data_type;
    /// JSON text.
    hsmod_str new_data;
};

struct hsmod_user_account_data_compare_and_set_global_args {
    uint32_t args_size;
    uint32_t args_flags;
    hsmod_str user_id;
    hsmod_str data_type;
    /// JSON text.
    hsmod_str expected;
    /// JSON text.
    hsmod_str new_data;
};

struct hsmod_user_account_data_table {
    /// The size in bytes.
    uint32_t size;
    /// The version of the boundary of the side that made it.
    uint32_t minor;
    /// The account data of a user of this homeserver, by its type (`m.direct`); `None` if there
    /// is none of this type. An error for a user of another homeserver. Since Synapse 1.57.
    /// Answers `hsmod_owned_str_answer`.
    hsmod_status (*get_global)(
        const void *object, const hsmod_user_account_data_get_global_args *args, hsmod_frame *frame);
    /// Replaces account data of a user of this homeserver; `new_data` is an object. An error
    /// for a user of another homeserver, and for one without an account. Triggers
    /// `on_account_data_updated`. Since Synapse 1.57.
    /// Answers `hsmod_done_answer`.
    hsmod_status (*put_global)(
        const void *object, const hsmod_user_account_data_put_global_args *args, hsmod_frame *frame);
    /// Replaces account data if it still equals `expected` (an object, or `null` for none), and
    /// answers whether it did: for data that others may change at the same time. `new_data` is
    /// an object. Errors as for `put_global`. Not in Synapse.
    /// Answers `hsmod_flag_answer`.
    hsmod_status (*compare_and_set_global)(
        const void *object, const hsmod_user_account_data_compare_and_set_global_args *args, hsmod_frame *frame);
};

struct hsmod_threepids_get_threepids_for_user_args {
    uint32_t args_size;
    uint32_t args_flags;
    hsmod_str user_id;
};

struct hsmod_threepids_store_remote_3pid_association_args {
    uint32_t args_size;
    uint32_t args_flags;
    hsmod_str user_id;
    hsmod_str medium;
    hsmod_str address;
    hsmod_str id_server;
};

struct hsmod_threepids_add_threepid_args {
    uint32_t args_size;
    uint32_t args_flags;
    hsmod_str user_id;
    hsmod_str medium;
    hsmod_str address;
    int64_t validated_at;
};

struct hsmod_threepids_delete_threepid_args {
    uint32_t args_size;
    uint32_t args_flags;
    hsmod_str user_id;
    hsmod_str medium;
    hsmod_str address;
};

struct hsmod_threepids_table {
    /// The size in bytes.
    uint32_t size;
    /// The version of the boundary of the side that made it.
    uint32_t minor;
    /// The e-mail addresses and telephone numbers of an account. Since Synapse 1.39.
    /// Answers `hsmod_owned_str_answer`.
    hsmod_status (*get_threepids_for_user)(
        const void *object, const hsmod_threepids_get_threepids_for_user_args *args, hsmod_frame *frame);
    /// Records that an identity server (`id_server`, its name) knows a user by an address;
    /// `medium` is `email` or `msisdn`. Since Synapse 1.56.
    /// Answers `hsmod_done_answer`.
    hsmod_status (*store_remote_3pid_association)(
        const void *object, const hsmod_threepids_store_remote_3pid_association_args *args, hsmod_frame *frame);
    /// Adds an address to an account of this homeserver, verified at `validated_at`, in
    /// milliseconds since 1970. `medium` is `email`, whose addresses are converted to lower
    /// case, or `msisdn`. An account that had the address before loses it. An error for another
    /// medium (400), and for a user without an account. Triggers
    /// `on_add_user_third_party_identifier` and `on_threepid_bind`, also of this module. Not in
    /// Synapse, whose modules reach into it for this.
    /// Answers `hsmod_done_answer`.
    hsmod_status (*add_threepid)(
        const void *object, const hsmod_threepids_add_threepid_args *args, hsmod_frame *frame);
    /// Removes an address from an account, with the notifications sent to it, and answers
    /// whether the account had it; e-mail addresses are compared in lower case. If it had,
    /// triggers `on_remove_user_third_party_identifier` first, also of this module. Not in
    /// Synapse, whose modules reach into it for this.
    /// Answers `hsmod_flag_answer`.
    hsmod_status (*delete_threepid)(
        const void *object, const hsmod_threepids_delete_threepid_args *args, hsmod_frame *frame);
};

struct hsmod_presence_send_local_online_presence_to_args {
    uint32_t args_size;
    uint32_t args_flags;
    /// JSON text.
    hsmod_str users;
};

struct hsmod_presence_set_presence_for_users_args {
    uint32_t args_size;
    uint32_t args_flags;
    /// JSON text.
    hsmod_str users;
};

struct hsmod_presence_table {
    /// The size in bytes.
    uint32_t size;
    /// The version of the boundary of the side that made it.
    uint32_t minor;
    /// Sends the presence of all users of this homeserver, once, to each user in `users`: a
    /// list of user IDs, also of other homeservers. Since Synapse 1.32.
    /// Answers `hsmod_done_answer`.
    hsmod_status (*send_local_online_presence_to)(
        const void *object, const hsmod_presence_send_local_online_presence_to_args *args, hsmod_frame *frame);
    /// Sets the presence of users of this homeserver. `users` is an object whose keys are user
    /// IDs and whose values are pairs: `online`, `unavailable`, `busy` or `offline`, and a
    /// status message or `null`. Since Synapse 1.96.
    /// Answers `hsmod_done_answer`.
    hsmod_status (*set_presence_for_users)(
        const void *object, const hsmod_presence_set_presence_for_users_args *args, hsmod_frame *frame);
};

struct hsmod_push_send_http_push_notification_args {
    uint32_t args_size;
    uint32_t args_flags;
    hsmod_str user_id;
    /// Null: none.
    hsmod_str device_id;
    /// JSON text.
    hsmod_str content;
    /// JSON text.
    hsmod_str tweaks;
    /// JSON text.
    hsmod_str default_payload;
};

struct hsmod_push_check_push_rule_actions_args {
    uint32_t args_size;
    uint32_t args_flags;
    /// JSON text.
    hsmod_str actions;
};

struct hsmod_push_set_push_rule_action_args {
    uint32_t args_size;
    uint32_t args_flags;
    hsmod_str user_id;
    hsmod_str scope;
    hsmod_str kind;
    hsmod_str rule_id;
    /// JSON text.
    hsmod_str actions;
};

struct hsmod_push_table {
    /// The size in bytes.
    uint32_t size;
    /// The version of the boundary of the side that made it.
    uint32_t minor;
    /// Sends a notification to the HTTP pushers of a user, or of one device (`None` for all),
    /// and answers for each device whether its gateway accepted it. `content`, `tweaks` and
    /// `default_payload` are objects as in the push gateway API; `null` for no tweaks, and for
    /// the payload of each pusher. Since Synapse 1.82.
    /// Answers `hsmod_owned_str_answer`.
    hsmod_status (*send_http_push_notification)(
        const void *object, const hsmod_push_send_http_push_notification_args *args, hsmod_frame *frame);
    /// Checks that these are valid actions of a push rule: a list of strings and objects. The
    /// error says what is wrong with them. Since Synapse 1.58.
    /// Answers `hsmod_done_answer`.
    hsmod_status (*check_push_rule_actions)(
        const void *object, const hsmod_push_check_push_rule_actions_args *args, hsmod_frame *frame);
    /// Changes the actions of a user's push rule. `scope` is `global`, `kind` one of
    /// `override`, `underride`, `room`, `sender`, `content`, and `actions` a list as above. An
    /// error for another scope, for an unknown rule (404), and for invalid actions. Since
    /// Synapse 1.58.
    /// Answers `hsmod_done_answer`.
    hsmod_status (*set_push_rule_action)(
        const void *object, const hsmod_push_set_push_rule_action_args *args, hsmod_frame *frame);
};

struct hsmod_public_rooms_room_is_in_public_room_list_args {
    uint32_t args_size;
    uint32_t args_flags;
    hsmod_str room_id;
};

struct hsmod_public_rooms_add_room_to_public_room_list_args {
    uint32_t args_size;
    uint32_t args_flags;
    hsmod_str room_id;
};

struct hsmod_public_rooms_remove_room_from_public_room_list_args {
    uint32_t args_size;
    uint32_t args_flags;
    hsmod_str room_id;
};

struct hsmod_public_rooms_table {
    /// The size in bytes.
    uint32_t size;
    /// The version of the boundary of the side that made it.
    uint32_t minor;
    /// Whether a room is on the list; false for a room that the homeserver does not know. Since
    /// Synapse 1.22.
    /// Answers `hsmod_flag_answer`.
    hsmod_status (*room_is_in_public_room_list)(
        const void *object, const hsmod_public_rooms_room_is_in_public_room_list_args *args, hsmod_frame *frame);
    /// Puts a room on the list, even if it is there already; calls no callback. Since Synapse
    /// 1.22.
    /// Answers `hsmod_done_answer`.
    hsmod_status (*add_room_to_public_room_list)(
        const void *object, const hsmod_public_rooms_add_room_to_public_room_list_args *args, hsmod_frame *frame);
    /// Removes a room from the list, even if it is not there; calls no callback. Since Synapse
    /// 1.22.
    /// Answers `hsmod_done_answer`.
    hsmod_status (*remove_room_from_public_room_list)(
        const void *object, const hsmod_public_rooms_remove_room_from_public_room_list_args *args, hsmod_frame *frame);
};

struct hsmod_time_sleep_args {
    uint32_t args_size;
    uint32_t args_flags;
    uint64_t duration;
};

struct hsmod_time_table {
    /// The size in bytes.
    uint32_t size;
    /// The version of the boundary of the side that made it.
    uint32_t minor;
    /// Waits. Works without a runtime, also in trials, and does not count towards the limit of
    /// open requests. Since Synapse 1.49.
    /// Answers `hsmod_done_answer`.
    hsmod_status (*sleep)(
        const void *object, const hsmod_time_sleep_args *args, hsmod_frame *frame);
};

struct hsmod_caches_invalidate_cache_args {
    uint32_t args_size;
    uint32_t args_flags;
    hsmod_str cache;
    /// JSON text.
    hsmod_str key;
};

struct hsmod_caches_table {
    /// The size in bytes.
    uint32_t size;
    /// The version of the boundary of the side that made it.
    uint32_t minor;
    /// A module has removed a key from the cache with this name: notify the other worker
    /// processes, which must call `Modules::invalidate_cache` of the loader. A homeserver with
    /// a single process need not answer this. Since Synapse 1.69.
    /// Answers `hsmod_done_answer`.
    hsmod_status (*invalidate_cache)(
        const void *object, const hsmod_caches_invalidate_cache_args *args, hsmod_frame *frame);
};

struct hsmod_storage_run_db_interaction_args {
    uint32_t args_size;
    uint32_t args_flags;
    hsmod_str desc;
};

struct hsmod_storage_db_query_args {
    uint32_t args_size;
    uint32_t args_flags;
    int64_t transaction;
    hsmod_str sql;
    hsmod_bytes parameters;
};

struct hsmod_storage_db_execute_args {
    uint32_t args_size;
    uint32_t args_flags;
    int64_t transaction;
    hsmod_str sql;
    hsmod_bytes parameters;
};

struct hsmod_storage_db_commit_args {
    uint32_t args_size;
    uint32_t args_flags;
    int64_t transaction;
};

struct hsmod_storage_migrate_db_args {
    uint32_t args_size;
    uint32_t args_flags;
    /// JSON text.
    hsmod_str migrations;
};

struct hsmod_storage_table {
    /// The size in bytes.
    uint32_t size;
    /// The version of the boundary of the side that made it.
    uint32_t minor;
    /// Begins a transaction; the answer is its number, never 0. The module releases the number
    /// when it no longer needs the transaction. Since Synapse 0.25.
    /// Answers `hsmod_int64_answer`.
    hsmod_status (*run_db_interaction)(
        const void *object, const hsmod_storage_run_db_interaction_args *args, hsmod_frame *frame);
    /// Runs a statement in a transaction; if that is 0, in a new one, which is then committed.
    /// `parameters` are [encoded](crate::values::SqlValue::encode).
    /// Answers `hsmod_owned_bytes_answer`.
    hsmod_status (*db_query)(
        const void *object, const hsmod_storage_db_query_args *args, hsmod_frame *frame);
    /// Runs a statement in a transaction, 0 as above, and answers how many rows it has changed.
    /// Answers `hsmod_int64_answer`.
    hsmod_status (*db_execute)(
        const void *object, const hsmod_storage_db_execute_args *args, hsmod_frame *frame);
    /// Commits a transaction.
    /// Answers `hsmod_done_answer`.
    hsmod_status (*db_commit)(
        const void *object, const hsmod_storage_db_commit_args *args, hsmod_frame *frame);
    /// Brings the tables up to date. `migrations` is a list of pairs: a version and its SQL.
    /// Answers `hsmod_done_answer`.
    hsmod_status (*migrate_db)(
        const void *object, const hsmod_storage_migrate_db_args *args, hsmod_frame *frame);
};

struct hsmod_http_http_request_args {
    uint32_t args_size;
    uint32_t args_flags;
    /// JSON text.
    hsmod_str head;
    hsmod_bytes body;
};

struct hsmod_http_table {
    /// The size in bytes.
    uint32_t size;
    /// The version of the boundary of the side that made it.
    uint32_t minor;
    /// Makes a request. `head` is an `HttpHead`. The answer is the response, whatever its
    /// status. Since Synapse 1.22.
    /// Answers `hsmod_web_response_answer`.
    hsmod_status (*http_request)(
        const void *object, const hsmod_http_http_request_args *args, hsmod_frame *frame);
};

struct hsmod_templates_read_templates_args {
    uint32_t args_size;
    uint32_t args_flags;
    /// JSON text.
    hsmod_str filenames;
    /// JSON text.
    hsmod_str builtin;
};

struct hsmod_templates_render_template_args {
    uint32_t args_size;
    uint32_t args_flags;
    int64_t templates;
    hsmod_str name;
    /// JSON text.
    hsmod_str context;
};

struct hsmod_templates_table {
    /// The size in bytes.
    uint32_t size;
    /// The version of the boundary of the side that made it.
    uint32_t minor;
    /// Reads templates; the answer is their number, never 0, which the module releases when it
    /// no longer needs them. `filenames` is a list of names, `builtin` an object of names and
    /// sources. Since Synapse 1.39.
    /// Answers `hsmod_int64_answer`.
    hsmod_status (*read_templates)(
        const void *object, const hsmod_templates_read_templates_args *args, hsmod_frame *frame);
    /// Renders one of them. `context` is an object.
    /// Answers `hsmod_owned_str_answer`.
    hsmod_status (*render_template)(
        const void *object, const hsmod_templates_render_template_args *args, hsmod_frame *frame);
};

struct hsmod_mail_send_mail_args {
    uint32_t args_size;
    uint32_t args_flags;
    hsmod_str recipient;
    hsmod_str subject;
    hsmod_str html;
    hsmod_str text;
};

struct hsmod_mail_table {
    /// The size in bytes.
    uint32_t size;
    /// The version of the boundary of the side that made it.
    uint32_t minor;
    /// Sends a mail to an address like `ann@example.com`: the same text as HTML and as plain
    /// text. When this returns, the server has accepted it. An error if the address is invalid,
    /// the server refuses the mail or takes more than two minutes, or 256 mails are waiting
    /// already. Works until `Module::shutdown` returns; not in a
    /// trial. Since Synapse 1.39.
    /// Answers `hsmod_done_answer`.
    hsmod_status (*send_mail)(
        const void *object, const hsmod_mail_send_mail_args *args, hsmod_frame *frame);
};

// The answers of rows: a head, followed by the body of its kind. The caller provides room for a whole
// answer and owns it; the callee writes at most `out_size` bytes.

typedef struct hsmod_done_answer {
    HSMOD_ALIGNED uint32_t size;
    uint32_t kind;
    union {
        hsmod_error error;
        hsmod_panic panic;
    } as;
} hsmod_done_answer;

typedef struct hsmod_accepted_login_answer {
    HSMOD_ALIGNED uint32_t size;
    uint32_t kind;
    union {
        hsmod_accepted_login ok;
        hsmod_error error;
        hsmod_panic panic;
    } as;
} hsmod_accepted_login_answer;

typedef struct hsmod_decision_answer {
    HSMOD_ALIGNED uint32_t size;
    uint32_t kind;
    union {
        hsmod_decision ok;
        hsmod_error error;
        hsmod_panic panic;
    } as;
} hsmod_decision_answer;

typedef struct hsmod_flag_answer {
    HSMOD_ALIGNED uint32_t size;
    uint32_t kind;
    union {
        hsmod_flag ok;
        hsmod_error error;
        hsmod_panic panic;
    } as;
} hsmod_flag_answer;

typedef struct hsmod_legacy_renewal_answer {
    HSMOD_ALIGNED uint32_t size;
    uint32_t kind;
    union {
        hsmod_legacy_renewal ok;
        hsmod_error error;
        hsmod_panic panic;
    } as;
} hsmod_legacy_renewal_answer;

typedef struct hsmod_object_answer {
    HSMOD_ALIGNED uint32_t size;
    uint32_t kind;
    union {
        hsmod_object ok;
        hsmod_error error;
        hsmod_panic panic;
    } as;
} hsmod_object_answer;

typedef struct hsmod_owned_array_of_each_of_owned_str_answer {
    HSMOD_ALIGNED uint32_t size;
    uint32_t kind;
    union {
        hsmod_owned_array_of_each_of_owned_str ok;
        hsmod_error error;
        hsmod_panic panic;
    } as;
} hsmod_owned_array_of_each_of_owned_str_answer;

typedef struct hsmod_owned_array_of_each_of_uint32_answer {
    HSMOD_ALIGNED uint32_t size;
    uint32_t kind;
    union {
        hsmod_owned_array_of_each_of_uint32 ok;
        hsmod_error error;
        hsmod_panic panic;
    } as;
} hsmod_owned_array_of_each_of_uint32_answer;

typedef struct hsmod_owned_array_of_media_upload_limit_answer {
    HSMOD_ALIGNED uint32_t size;
    uint32_t kind;
    union {
        hsmod_owned_array_of_media_upload_limit ok;
        hsmod_error error;
        hsmod_panic panic;
    } as;
} hsmod_owned_array_of_media_upload_limit_answer;

typedef struct hsmod_owned_array_of_owned_str_answer {
    HSMOD_ALIGNED uint32_t size;
    uint32_t kind;
    union {
        hsmod_owned_array_of_owned_str ok;
        hsmod_error error;
        hsmod_panic panic;
    } as;
} hsmod_owned_array_of_owned_str_answer;

typedef struct hsmod_owned_bytes_answer {
    HSMOD_ALIGNED uint32_t size;
    uint32_t kind;
    union {
        hsmod_owned_bytes ok;
        hsmod_error error;
        hsmod_panic panic;
    } as;
} hsmod_owned_bytes_answer;

typedef struct hsmod_owned_str_answer {
    HSMOD_ALIGNED uint32_t size;
    uint32_t kind;
    union {
        hsmod_owned_str ok;
        hsmod_error error;
        hsmod_panic panic;
    } as;
} hsmod_owned_str_answer;

typedef struct hsmod_ratelimit_override_answer {
    HSMOD_ALIGNED uint32_t size;
    uint32_t kind;
    union {
        hsmod_ratelimit_override ok;
        hsmod_error error;
        hsmod_panic panic;
    } as;
} hsmod_ratelimit_override_answer;

typedef struct hsmod_update_guard_answer {
    HSMOD_ALIGNED uint32_t size;
    uint32_t kind;
    union {
        hsmod_update_guard ok;
        hsmod_error error;
        hsmod_panic panic;
    } as;
} hsmod_update_guard_answer;

typedef struct hsmod_verdict_answer {
    HSMOD_ALIGNED uint32_t size;
    uint32_t kind;
    union {
        hsmod_verdict ok;
        hsmod_error error;
        hsmod_panic panic;
    } as;
} hsmod_verdict_answer;

typedef struct hsmod_web_response_answer {
    HSMOD_ALIGNED uint32_t size;
    uint32_t kind;
    union {
        hsmod_web_response ok;
        hsmod_error error;
        hsmod_panic panic;
    } as;
} hsmod_web_response_answer;

typedef struct hsmod_int64_answer {
    HSMOD_ALIGNED uint32_t size;
    uint32_t kind;
    union {
        int64_t ok;
        hsmod_error error;
        hsmod_panic panic;
    } as;
} hsmod_int64_answer;

typedef struct hsmod_uint32_answer {
    HSMOD_ALIGNED uint32_t size;
    uint32_t kind;
    union {
        uint32_t ok;
        hsmod_error error;
        hsmod_panic panic;
    } as;
} hsmod_uint32_answer;

// Sizes and places of everything, where pointers have 64 bits.
#if UINTPTR_MAX == 0xffffffffffffffff
HSMOD_ASSERT(sizeof(hsmod_plugin_entry) == 40, hsmod_plugin_entry_is_whole);
HSMOD_ASSERT(offsetof(hsmod_plugin_entry, magic) == 0, hsmod_plugin_entry_magic);
HSMOD_ASSERT(offsetof(hsmod_plugin_entry, size) == 8, hsmod_plugin_entry_size);
HSMOD_ASSERT(offsetof(hsmod_plugin_entry, major) == 12, hsmod_plugin_entry_major);
HSMOD_ASSERT(offsetof(hsmod_plugin_entry, minor) == 14, hsmod_plugin_entry_minor);
HSMOD_ASSERT(offsetof(hsmod_plugin_entry, pointer_bits) == 16, hsmod_plugin_entry_pointer_bits);
HSMOD_ASSERT(offsetof(hsmod_plugin_entry, endian) == 17, hsmod_plugin_entry_endian);
HSMOD_ASSERT(offsetof(hsmod_plugin_entry, unwind) == 18, hsmod_plugin_entry_unwind);
HSMOD_ASSERT(offsetof(hsmod_plugin_entry, language) == 19, hsmod_plugin_entry_language);
HSMOD_ASSERT(offsetof(hsmod_plugin_entry, reserved) == 20, hsmod_plugin_entry_reserved);
HSMOD_ASSERT(offsetof(hsmod_plugin_entry, root) == 24, hsmod_plugin_entry_root);
HSMOD_ASSERT(offsetof(hsmod_plugin_entry, layouts) == 32, hsmod_plugin_entry_layouts);
HSMOD_ASSERT(sizeof(hsmod_context) == 40, hsmod_context_is_whole);
HSMOD_ASSERT(offsetof(hsmod_context, size) == 0, hsmod_context_size);
HSMOD_ASSERT(offsetof(hsmod_context, flags) == 4, hsmod_context_flags);
HSMOD_ASSERT(offsetof(hsmod_context, timeout_ns) == 8, hsmod_context_timeout_ns);
HSMOD_ASSERT(offsetof(hsmod_context, trace_id) == 16, hsmod_context_trace_id);
HSMOD_ASSERT(offsetof(hsmod_context, span_id) == 32, hsmod_context_span_id);
HSMOD_ASSERT(sizeof(hsmod_waker_table) == 32, hsmod_waker_table_is_whole);
HSMOD_ASSERT(offsetof(hsmod_waker_table, size) == 0, hsmod_waker_table_size);
HSMOD_ASSERT(offsetof(hsmod_waker_table, minor) == 4, hsmod_waker_table_minor);
HSMOD_ASSERT(offsetof(hsmod_waker_table, clone) == 8, hsmod_waker_table_clone);
HSMOD_ASSERT(offsetof(hsmod_waker_table, wake_by_ref) == 16, hsmod_waker_table_wake_by_ref);
HSMOD_ASSERT(offsetof(hsmod_waker_table, drop) == 24, hsmod_waker_table_drop);
HSMOD_ASSERT(sizeof(hsmod_waker) == 24, hsmod_waker_is_whole);
HSMOD_ASSERT(offsetof(hsmod_waker, data) == 0, hsmod_waker_data);
HSMOD_ASSERT(offsetof(hsmod_waker, kind) == 8, hsmod_waker_kind);
HSMOD_ASSERT(offsetof(hsmod_waker, table) == 16, hsmod_waker_table);
HSMOD_ASSERT(sizeof(hsmod_answer) == 8, hsmod_answer_is_whole);
HSMOD_ASSERT(offsetof(hsmod_answer, size) == 0, hsmod_answer_size);
HSMOD_ASSERT(offsetof(hsmod_answer, kind) == 4, hsmod_answer_kind);
HSMOD_ASSERT(sizeof(hsmod_frame) == 96, hsmod_frame_is_whole);
HSMOD_ASSERT(offsetof(hsmod_frame, size) == 0, hsmod_frame_size);
HSMOD_ASSERT(offsetof(hsmod_frame, out_size) == 4, hsmod_frame_out_size);
HSMOD_ASSERT(offsetof(hsmod_frame, module) == 8, hsmod_frame_module);
HSMOD_ASSERT(offsetof(hsmod_frame, flags) == 12, hsmod_frame_flags);
HSMOD_ASSERT(offsetof(hsmod_frame, context) == 16, hsmod_frame_context);
HSMOD_ASSERT(offsetof(hsmod_frame, waker) == 24, hsmod_frame_waker);
HSMOD_ASSERT(offsetof(hsmod_frame, poll) == 48, hsmod_frame_poll);
HSMOD_ASSERT(offsetof(hsmod_frame, drop) == 56, hsmod_frame_drop);
HSMOD_ASSERT(offsetof(hsmod_frame, data) == 64, hsmod_frame_data);
HSMOD_ASSERT(offsetof(hsmod_frame, room) == 72, hsmod_frame_room);
HSMOD_ASSERT(offsetof(hsmod_frame, capacity) == 80, hsmod_frame_capacity);
HSMOD_ASSERT(offsetof(hsmod_frame, out) == 88, hsmod_frame_out);
HSMOD_ASSERT(sizeof(hsmod_owned_str) == 32, hsmod_owned_str_is_whole);
HSMOD_ASSERT(offsetof(hsmod_owned_str, pointer) == 0, hsmod_owned_str_pointer);
HSMOD_ASSERT(offsetof(hsmod_owned_str, length) == 8, hsmod_owned_str_length);
HSMOD_ASSERT(offsetof(hsmod_owned_str, owner) == 16, hsmod_owned_str_owner);
HSMOD_ASSERT(offsetof(hsmod_owned_str, release) == 24, hsmod_owned_str_release);
HSMOD_ASSERT(sizeof(hsmod_error) == 104, hsmod_error_is_whole);
HSMOD_ASSERT(offsetof(hsmod_error, code) == 0, hsmod_error_code);
HSMOD_ASSERT(offsetof(hsmod_error, flags) == 4, hsmod_error_flags);
HSMOD_ASSERT(offsetof(hsmod_error, errcode) == 8, hsmod_error_errcode);
HSMOD_ASSERT(offsetof(hsmod_error, message) == 40, hsmod_error_message);
HSMOD_ASSERT(offsetof(hsmod_error, fields) == 72, hsmod_error_fields);
HSMOD_ASSERT(sizeof(hsmod_panic) == 72, hsmod_panic_is_whole);
HSMOD_ASSERT(offsetof(hsmod_panic, message) == 0, hsmod_panic_message);
HSMOD_ASSERT(offsetof(hsmod_panic, file) == 32, hsmod_panic_file);
HSMOD_ASSERT(offsetof(hsmod_panic, line) == 64, hsmod_panic_line);
HSMOD_ASSERT(offsetof(hsmod_panic, flags) == 68, hsmod_panic_flags);
HSMOD_ASSERT(sizeof(hsmod_str) == 16, hsmod_str_is_whole);
HSMOD_ASSERT(offsetof(hsmod_str, pointer) == 0, hsmod_str_pointer);
HSMOD_ASSERT(offsetof(hsmod_str, length) == 8, hsmod_str_length);
HSMOD_ASSERT(sizeof(hsmod_field) == 56, hsmod_field_is_whole);
HSMOD_ASSERT(offsetof(hsmod_field, size) == 0, hsmod_field_size);
HSMOD_ASSERT(offsetof(hsmod_field, flags) == 4, hsmod_field_flags);
HSMOD_ASSERT(offsetof(hsmod_field, name) == 8, hsmod_field_name);
HSMOD_ASSERT(offsetof(hsmod_field, kind) == 24, hsmod_field_kind);
HSMOD_ASSERT(offsetof(hsmod_field, bits) == 32, hsmod_field_bits);
HSMOD_ASSERT(offsetof(hsmod_field, text) == 40, hsmod_field_text);
HSMOD_ASSERT(sizeof(hsmod_slice_of_field) == 24, hsmod_slice_of_field_is_whole);
HSMOD_ASSERT(offsetof(hsmod_slice_of_field, pointer) == 0, hsmod_slice_of_field_pointer);
HSMOD_ASSERT(offsetof(hsmod_slice_of_field, length) == 8, hsmod_slice_of_field_length);
HSMOD_ASSERT(offsetof(hsmod_slice_of_field, stride) == 16, hsmod_slice_of_field_stride);
HSMOD_ASSERT(sizeof(hsmod_record) == 104, hsmod_record_is_whole);
HSMOD_ASSERT(offsetof(hsmod_record, size) == 0, hsmod_record_size);
HSMOD_ASSERT(offsetof(hsmod_record, flags) == 4, hsmod_record_flags);
HSMOD_ASSERT(offsetof(hsmod_record, level) == 8, hsmod_record_level);
HSMOD_ASSERT(offsetof(hsmod_record, line) == 12, hsmod_record_line);
HSMOD_ASSERT(offsetof(hsmod_record, name) == 16, hsmod_record_name);
HSMOD_ASSERT(offsetof(hsmod_record, target) == 32, hsmod_record_target);
HSMOD_ASSERT(offsetof(hsmod_record, file) == 48, hsmod_record_file);
HSMOD_ASSERT(offsetof(hsmod_record, fields) == 64, hsmod_record_fields);
HSMOD_ASSERT(offsetof(hsmod_record, parent) == 88, hsmod_record_parent);
HSMOD_ASSERT(offsetof(hsmod_record, module) == 96, hsmod_record_module);
HSMOD_ASSERT(sizeof(hsmod_log_table) == 80, hsmod_log_table_is_whole);
HSMOD_ASSERT(offsetof(hsmod_log_table, size) == 0, hsmod_log_table_size);
HSMOD_ASSERT(offsetof(hsmod_log_table, minor) == 4, hsmod_log_table_minor);
HSMOD_ASSERT(offsetof(hsmod_log_table, max_level) == 8, hsmod_log_table_max_level);
HSMOD_ASSERT(offsetof(hsmod_log_table, enabled) == 16, hsmod_log_table_enabled);
HSMOD_ASSERT(offsetof(hsmod_log_table, event) == 24, hsmod_log_table_event);
HSMOD_ASSERT(offsetof(hsmod_log_table, begin_span) == 32, hsmod_log_table_begin_span);
HSMOD_ASSERT(offsetof(hsmod_log_table, record) == 40, hsmod_log_table_record);
HSMOD_ASSERT(offsetof(hsmod_log_table, follows_from) == 48, hsmod_log_table_follows_from);
HSMOD_ASSERT(offsetof(hsmod_log_table, enter) == 56, hsmod_log_table_enter);
HSMOD_ASSERT(offsetof(hsmod_log_table, exit) == 64, hsmod_log_table_exit);
HSMOD_ASSERT(offsetof(hsmod_log_table, end_span) == 72, hsmod_log_table_end_span);
HSMOD_ASSERT(sizeof(hsmod_parse_config_args) == 24, hsmod_parse_config_args_is_whole);
HSMOD_ASSERT(offsetof(hsmod_parse_config_args, args_size) == 0, hsmod_parse_config_args_args_size);
HSMOD_ASSERT(offsetof(hsmod_parse_config_args, args_flags) == 4, hsmod_parse_config_args_args_flags);
HSMOD_ASSERT(offsetof(hsmod_parse_config_args, config) == 8, hsmod_parse_config_args_config);
HSMOD_ASSERT(sizeof(hsmod_object) == 16, hsmod_object_is_whole);
HSMOD_ASSERT(offsetof(hsmod_object, object) == 0, hsmod_object_object);
HSMOD_ASSERT(offsetof(hsmod_object, release) == 8, hsmod_object_release);
HSMOD_ASSERT(sizeof(hsmod_registration) == 88, hsmod_registration_is_whole);
HSMOD_ASSERT(offsetof(hsmod_registration, size) == 0, hsmod_registration_size);
HSMOD_ASSERT(offsetof(hsmod_registration, flags) == 4, hsmod_registration_flags);
HSMOD_ASSERT(offsetof(hsmod_registration, category) == 8, hsmod_registration_category);
HSMOD_ASSERT(offsetof(hsmod_registration, table) == 24, hsmod_registration_table);
HSMOD_ASSERT(offsetof(hsmod_registration, selective) == 32, hsmod_registration_selective);
HSMOD_ASSERT(offsetof(hsmod_registration, only) == 40, hsmod_registration_only);
HSMOD_ASSERT(offsetof(hsmod_registration, optional) == 56, hsmod_registration_optional);
HSMOD_ASSERT(offsetof(hsmod_registration, auth_checkers) == 72, hsmod_registration_auth_checkers);
HSMOD_ASSERT(sizeof(hsmod_bytes) == 16, hsmod_bytes_is_whole);
HSMOD_ASSERT(offsetof(hsmod_bytes, pointer) == 0, hsmod_bytes_pointer);
HSMOD_ASSERT(offsetof(hsmod_bytes, length) == 8, hsmod_bytes_length);
HSMOD_ASSERT(sizeof(hsmod_header) == 40, hsmod_header_is_whole);
HSMOD_ASSERT(offsetof(hsmod_header, size) == 0, hsmod_header_size);
HSMOD_ASSERT(offsetof(hsmod_header, flags) == 4, hsmod_header_flags);
HSMOD_ASSERT(offsetof(hsmod_header, name) == 8, hsmod_header_name);
HSMOD_ASSERT(offsetof(hsmod_header, value) == 24, hsmod_header_value);
HSMOD_ASSERT(sizeof(hsmod_slice_of_header) == 24, hsmod_slice_of_header_is_whole);
HSMOD_ASSERT(offsetof(hsmod_slice_of_header, pointer) == 0, hsmod_slice_of_header_pointer);
HSMOD_ASSERT(offsetof(hsmod_slice_of_header, length) == 8, hsmod_slice_of_header_length);
HSMOD_ASSERT(offsetof(hsmod_slice_of_header, stride) == 16, hsmod_slice_of_header_stride);
HSMOD_ASSERT(sizeof(hsmod_web_request) == 120, hsmod_web_request_is_whole);
HSMOD_ASSERT(offsetof(hsmod_web_request, size) == 0, hsmod_web_request_size);
HSMOD_ASSERT(offsetof(hsmod_web_request, flags) == 4, hsmod_web_request_flags);
HSMOD_ASSERT(offsetof(hsmod_web_request, method) == 8, hsmod_web_request_method);
HSMOD_ASSERT(offsetof(hsmod_web_request, path) == 24, hsmod_web_request_path);
HSMOD_ASSERT(offsetof(hsmod_web_request, query) == 40, hsmod_web_request_query);
HSMOD_ASSERT(offsetof(hsmod_web_request, headers) == 56, hsmod_web_request_headers);
HSMOD_ASSERT(offsetof(hsmod_web_request, body) == 80, hsmod_web_request_body);
HSMOD_ASSERT(offsetof(hsmod_web_request, client_ip) == 96, hsmod_web_request_client_ip);
HSMOD_ASSERT(offsetof(hsmod_web_request, token) == 112, hsmod_web_request_token);
HSMOD_ASSERT(sizeof(hsmod_web_handle_args) == 16, hsmod_web_handle_args_is_whole);
HSMOD_ASSERT(offsetof(hsmod_web_handle_args, args_size) == 0, hsmod_web_handle_args_args_size);
HSMOD_ASSERT(offsetof(hsmod_web_handle_args, args_flags) == 4, hsmod_web_handle_args_args_flags);
HSMOD_ASSERT(offsetof(hsmod_web_handle_args, request) == 8, hsmod_web_handle_args_request);
HSMOD_ASSERT(sizeof(hsmod_web_table) == 16, hsmod_web_table_is_whole);
HSMOD_ASSERT(offsetof(hsmod_web_table, size) == 0, hsmod_web_table_size);
HSMOD_ASSERT(offsetof(hsmod_web_table, minor) == 4, hsmod_web_table_minor);
HSMOD_ASSERT(offsetof(hsmod_web_table, handle) == 8, hsmod_web_table_handle);
HSMOD_ASSERT(sizeof(hsmod_routine) == 24, hsmod_routine_is_whole);
HSMOD_ASSERT(offsetof(hsmod_routine, object) == 0, hsmod_routine_object);
HSMOD_ASSERT(offsetof(hsmod_routine, run) == 16, hsmod_routine_run);
HSMOD_ASSERT(sizeof(hsmod_continuation_args) == 24, hsmod_continuation_args_is_whole);
HSMOD_ASSERT(offsetof(hsmod_continuation_args, args_size) == 0, hsmod_continuation_args_args_size);
HSMOD_ASSERT(offsetof(hsmod_continuation_args, args_flags) == 4, hsmod_continuation_args_args_flags);
HSMOD_ASSERT(offsetof(hsmod_continuation_args, input) == 8, hsmod_continuation_args_input);
HSMOD_ASSERT(sizeof(hsmod_continuation) == 24, hsmod_continuation_is_whole);
HSMOD_ASSERT(offsetof(hsmod_continuation, object) == 0, hsmod_continuation_object);
HSMOD_ASSERT(offsetof(hsmod_continuation, run) == 16, hsmod_continuation_run);
HSMOD_ASSERT(sizeof(hsmod_errand) == 24, hsmod_errand_is_whole);
HSMOD_ASSERT(offsetof(hsmod_errand, object) == 0, hsmod_errand_object);
HSMOD_ASSERT(offsetof(hsmod_errand, run) == 16, hsmod_errand_run);
HSMOD_ASSERT(sizeof(hsmod_outcome) == 112, hsmod_outcome_is_whole);
HSMOD_ASSERT(offsetof(hsmod_outcome, size) == 0, hsmod_outcome_size);
HSMOD_ASSERT(offsetof(hsmod_outcome, failed) == 4, hsmod_outcome_failed);
HSMOD_ASSERT(offsetof(hsmod_outcome, error) == 8, hsmod_outcome_error);
HSMOD_ASSERT(sizeof(hsmod_cache) == 24, hsmod_cache_is_whole);
HSMOD_ASSERT(offsetof(hsmod_cache, object) == 0, hsmod_cache_object);
HSMOD_ASSERT(offsetof(hsmod_cache, invalidate) == 16, hsmod_cache_invalidate);
HSMOD_ASSERT(sizeof(hsmod_host_table) == 200, hsmod_host_table_is_whole);
HSMOD_ASSERT(offsetof(hsmod_host_table, size) == 0, hsmod_host_table_size);
HSMOD_ASSERT(offsetof(hsmod_host_table, minor) == 4, hsmod_host_table_minor);
HSMOD_ASSERT(offsetof(hsmod_host_table, retain) == 8, hsmod_host_table_retain);
HSMOD_ASSERT(offsetof(hsmod_host_table, release) == 16, hsmod_host_table_release);
HSMOD_ASSERT(offsetof(hsmod_host_table, extension) == 24, hsmod_host_table_extension);
HSMOD_ASSERT(offsetof(hsmod_host_table, homeserver_name) == 32, hsmod_host_table_homeserver_name);
HSMOD_ASSERT(offsetof(hsmod_host_table, homeserver_version) == 40, hsmod_host_table_homeserver_version);
HSMOD_ASSERT(offsetof(hsmod_host_table, server_name) == 48, hsmod_host_table_server_name);
HSMOD_ASSERT(offsetof(hsmod_host_table, public_baseurl) == 56, hsmod_host_table_public_baseurl);
HSMOD_ASSERT(offsetof(hsmod_host_table, worker_name) == 64, hsmod_host_table_worker_name);
HSMOD_ASSERT(offsetof(hsmod_host_table, worker_app) == 72, hsmod_host_table_worker_app);
HSMOD_ASSERT(offsetof(hsmod_host_table, email_app_name) == 80, hsmod_host_table_email_app_name);
HSMOD_ASSERT(offsetof(hsmod_host_table, is_trial) == 88, hsmod_host_table_is_trial);
HSMOD_ASSERT(offsetof(hsmod_host_table, should_run_background_tasks) == 96, hsmod_host_table_should_run_background_tasks);
HSMOD_ASSERT(offsetof(hsmod_host_table, get_current_time_msec) == 104, hsmod_host_table_get_current_time_msec);
HSMOD_ASSERT(offsetof(hsmod_host_table, supports) == 112, hsmod_host_table_supports);
HSMOD_ASSERT(offsetof(hsmod_host_table, register_callbacks) == 120, hsmod_host_table_register_callbacks);
HSMOD_ASSERT(offsetof(hsmod_host_table, register_web_resource) == 128, hsmod_host_table_register_web_resource);
HSMOD_ASSERT(offsetof(hsmod_host_table, looping_background_call) == 136, hsmod_host_table_looping_background_call);
HSMOD_ASSERT(offsetof(hsmod_host_table, background_call) == 144, hsmod_host_table_background_call);
HSMOD_ASSERT(offsetof(hsmod_host_table, cancel_background_call) == 152, hsmod_host_table_cancel_background_call);
HSMOD_ASSERT(offsetof(hsmod_host_table, defer_to_thread) == 160, hsmod_host_table_defer_to_thread);
HSMOD_ASSERT(offsetof(hsmod_host_table, register_cached_function) == 168, hsmod_host_table_register_cached_function);
HSMOD_ASSERT(offsetof(hsmod_host_table, invalidate_cache) == 176, hsmod_host_table_invalidate_cache);
HSMOD_ASSERT(offsetof(hsmod_host_table, give_up) == 184, hsmod_host_table_give_up);
HSMOD_ASSERT(offsetof(hsmod_host_table, context) == 192, hsmod_host_table_context);
HSMOD_ASSERT(sizeof(hsmod_api) == 16, hsmod_api_is_whole);
HSMOD_ASSERT(offsetof(hsmod_api, host) == 0, hsmod_api_host);
HSMOD_ASSERT(offsetof(hsmod_api, table) == 8, hsmod_api_table);
HSMOD_ASSERT(sizeof(hsmod_construct_args) == 40, hsmod_construct_args_is_whole);
HSMOD_ASSERT(offsetof(hsmod_construct_args, args_size) == 0, hsmod_construct_args_args_size);
HSMOD_ASSERT(offsetof(hsmod_construct_args, args_flags) == 4, hsmod_construct_args_args_flags);
HSMOD_ASSERT(offsetof(hsmod_construct_args, api) == 8, hsmod_construct_args_api);
HSMOD_ASSERT(offsetof(hsmod_construct_args, config) == 24, hsmod_construct_args_config);
HSMOD_ASSERT(sizeof(hsmod_root) == 56, hsmod_root_is_whole);
HSMOD_ASSERT(offsetof(hsmod_root, size) == 0, hsmod_root_size);
HSMOD_ASSERT(offsetof(hsmod_root, minor) == 4, hsmod_root_minor);
HSMOD_ASSERT(offsetof(hsmod_root, connect) == 8, hsmod_root_connect);
HSMOD_ASSERT(offsetof(hsmod_root, parse_config) == 16, hsmod_root_parse_config);
HSMOD_ASSERT(offsetof(hsmod_root, construct) == 24, hsmod_root_construct);
HSMOD_ASSERT(offsetof(hsmod_root, start) == 32, hsmod_root_start);
HSMOD_ASSERT(offsetof(hsmod_root, shutdown) == 40, hsmod_root_shutdown);
HSMOD_ASSERT(offsetof(hsmod_root, extension) == 48, hsmod_root_extension);
HSMOD_ASSERT(sizeof(hsmod_state_get_args) == 40, hsmod_state_get_args_is_whole);
HSMOD_ASSERT(offsetof(hsmod_state_get_args, args_size) == 0, hsmod_state_get_args_args_size);
HSMOD_ASSERT(offsetof(hsmod_state_get_args, args_flags) == 4, hsmod_state_get_args_args_flags);
HSMOD_ASSERT(offsetof(hsmod_state_get_args, event_type) == 8, hsmod_state_get_args_event_type);
HSMOD_ASSERT(offsetof(hsmod_state_get_args, state_key) == 24, hsmod_state_get_args_state_key);
HSMOD_ASSERT(sizeof(hsmod_state_of_type_args) == 24, hsmod_state_of_type_args_is_whole);
HSMOD_ASSERT(offsetof(hsmod_state_of_type_args, args_size) == 0, hsmod_state_of_type_args_args_size);
HSMOD_ASSERT(offsetof(hsmod_state_of_type_args, args_flags) == 4, hsmod_state_of_type_args_args_flags);
HSMOD_ASSERT(offsetof(hsmod_state_of_type_args, event_type) == 8, hsmod_state_of_type_args_event_type);
HSMOD_ASSERT(sizeof(hsmod_state_keys_args) == 24, hsmod_state_keys_args_is_whole);
HSMOD_ASSERT(offsetof(hsmod_state_keys_args, args_size) == 0, hsmod_state_keys_args_args_size);
HSMOD_ASSERT(offsetof(hsmod_state_keys_args, args_flags) == 4, hsmod_state_keys_args_args_flags);
HSMOD_ASSERT(offsetof(hsmod_state_keys_args, event_type) == 8, hsmod_state_keys_args_event_type);
HSMOD_ASSERT(sizeof(hsmod_state_count_args) == 24, hsmod_state_count_args_is_whole);
HSMOD_ASSERT(offsetof(hsmod_state_count_args, args_size) == 0, hsmod_state_count_args_args_size);
HSMOD_ASSERT(offsetof(hsmod_state_count_args, args_flags) == 4, hsmod_state_count_args_args_flags);
HSMOD_ASSERT(offsetof(hsmod_state_count_args, event_type) == 8, hsmod_state_count_args_event_type);
HSMOD_ASSERT(sizeof(hsmod_state_all_args) == 8, hsmod_state_all_args_is_whole);
HSMOD_ASSERT(offsetof(hsmod_state_all_args, args_size) == 0, hsmod_state_all_args_args_size);
HSMOD_ASSERT(offsetof(hsmod_state_all_args, args_flags) == 4, hsmod_state_all_args_args_flags);
HSMOD_ASSERT(sizeof(hsmod_state_members_args) == 24, hsmod_state_members_args_is_whole);
HSMOD_ASSERT(offsetof(hsmod_state_members_args, args_size) == 0, hsmod_state_members_args_args_size);
HSMOD_ASSERT(offsetof(hsmod_state_members_args, args_flags) == 4, hsmod_state_members_args_args_flags);
HSMOD_ASSERT(offsetof(hsmod_state_members_args, membership) == 8, hsmod_state_members_args_membership);
HSMOD_ASSERT(sizeof(hsmod_state_table) == 56, hsmod_state_table_is_whole);
HSMOD_ASSERT(offsetof(hsmod_state_table, size) == 0, hsmod_state_table_size);
HSMOD_ASSERT(offsetof(hsmod_state_table, minor) == 4, hsmod_state_table_minor);
HSMOD_ASSERT(offsetof(hsmod_state_table, get) == 8, hsmod_state_table_get);
HSMOD_ASSERT(offsetof(hsmod_state_table, of_type) == 16, hsmod_state_table_of_type);
HSMOD_ASSERT(offsetof(hsmod_state_table, keys) == 24, hsmod_state_table_keys);
HSMOD_ASSERT(offsetof(hsmod_state_table, count) == 32, hsmod_state_table_count);
HSMOD_ASSERT(offsetof(hsmod_state_table, all) == 40, hsmod_state_table_all);
HSMOD_ASSERT(offsetof(hsmod_state_table, members) == 48, hsmod_state_table_members);
HSMOD_ASSERT(sizeof(hsmod_owned_array_of_owned_str) == 40, hsmod_owned_array_of_owned_str_is_whole);
HSMOD_ASSERT(offsetof(hsmod_owned_array_of_owned_str, pointer) == 0, hsmod_owned_array_of_owned_str_pointer);
HSMOD_ASSERT(offsetof(hsmod_owned_array_of_owned_str, length) == 8, hsmod_owned_array_of_owned_str_length);
HSMOD_ASSERT(offsetof(hsmod_owned_array_of_owned_str, stride) == 16, hsmod_owned_array_of_owned_str_stride);
HSMOD_ASSERT(offsetof(hsmod_owned_array_of_owned_str, owner) == 24, hsmod_owned_array_of_owned_str_owner);
HSMOD_ASSERT(offsetof(hsmod_owned_array_of_owned_str, release) == 32, hsmod_owned_array_of_owned_str_release);
HSMOD_ASSERT(sizeof(hsmod_file_read_at_args) == 24, hsmod_file_read_at_args_is_whole);
HSMOD_ASSERT(offsetof(hsmod_file_read_at_args, args_size) == 0, hsmod_file_read_at_args_args_size);
HSMOD_ASSERT(offsetof(hsmod_file_read_at_args, args_flags) == 4, hsmod_file_read_at_args_args_flags);
HSMOD_ASSERT(offsetof(hsmod_file_read_at_args, offset) == 8, hsmod_file_read_at_args_offset);
HSMOD_ASSERT(offsetof(hsmod_file_read_at_args, length) == 16, hsmod_file_read_at_args_length);
HSMOD_ASSERT(sizeof(hsmod_file_table) == 16, hsmod_file_table_is_whole);
HSMOD_ASSERT(offsetof(hsmod_file_table, size) == 0, hsmod_file_table_size);
HSMOD_ASSERT(offsetof(hsmod_file_table, minor) == 4, hsmod_file_table_minor);
HSMOD_ASSERT(offsetof(hsmod_file_table, read_at) == 8, hsmod_file_table_read_at);
HSMOD_ASSERT(sizeof(hsmod_owned_bytes) == 32, hsmod_owned_bytes_is_whole);
HSMOD_ASSERT(offsetof(hsmod_owned_bytes, pointer) == 0, hsmod_owned_bytes_pointer);
HSMOD_ASSERT(offsetof(hsmod_owned_bytes, length) == 8, hsmod_owned_bytes_length);
HSMOD_ASSERT(offsetof(hsmod_owned_bytes, owner) == 16, hsmod_owned_bytes_owner);
HSMOD_ASSERT(offsetof(hsmod_owned_bytes, release) == 24, hsmod_owned_bytes_release);
HSMOD_ASSERT(sizeof(hsmod_response_header) == 64, hsmod_response_header_is_whole);
HSMOD_ASSERT(offsetof(hsmod_response_header, name) == 0, hsmod_response_header_name);
HSMOD_ASSERT(offsetof(hsmod_response_header, value) == 32, hsmod_response_header_value);
HSMOD_ASSERT(sizeof(hsmod_owned_array_of_response_header) == 40, hsmod_owned_array_of_response_header_is_whole);
HSMOD_ASSERT(offsetof(hsmod_owned_array_of_response_header, pointer) == 0, hsmod_owned_array_of_response_header_pointer);
HSMOD_ASSERT(offsetof(hsmod_owned_array_of_response_header, length) == 8, hsmod_owned_array_of_response_header_length);
HSMOD_ASSERT(offsetof(hsmod_owned_array_of_response_header, stride) == 16, hsmod_owned_array_of_response_header_stride);
HSMOD_ASSERT(offsetof(hsmod_owned_array_of_response_header, owner) == 24, hsmod_owned_array_of_response_header_owner);
HSMOD_ASSERT(offsetof(hsmod_owned_array_of_response_header, release) == 32, hsmod_owned_array_of_response_header_release);
HSMOD_ASSERT(sizeof(hsmod_web_response) == 80, hsmod_web_response_is_whole);
HSMOD_ASSERT(offsetof(hsmod_web_response, status) == 0, hsmod_web_response_status);
HSMOD_ASSERT(offsetof(hsmod_web_response, headers) == 8, hsmod_web_response_headers);
HSMOD_ASSERT(offsetof(hsmod_web_response, body) == 48, hsmod_web_response_body);
HSMOD_ASSERT(sizeof(hsmod_texts) == 24, hsmod_texts_is_whole);
HSMOD_ASSERT(offsetof(hsmod_texts, source) == 0, hsmod_texts_source);
HSMOD_ASSERT(offsetof(hsmod_texts, text) == 8, hsmod_texts_text);
HSMOD_ASSERT(offsetof(hsmod_texts, vouched) == 16, hsmod_texts_vouched);
HSMOD_ASSERT(sizeof(hsmod_number) == 16, hsmod_number_is_whole);
HSMOD_ASSERT(offsetof(hsmod_number, is_some) == 0, hsmod_number_is_some);
HSMOD_ASSERT(offsetof(hsmod_number, number) == 8, hsmod_number_number);
HSMOD_ASSERT(sizeof(hsmod_event) == 192, hsmod_event_is_whole);
HSMOD_ASSERT(offsetof(hsmod_event, size) == 0, hsmod_event_size);
HSMOD_ASSERT(offsetof(hsmod_event, flags) == 4, hsmod_event_flags);
HSMOD_ASSERT(offsetof(hsmod_event, event_id) == 8, hsmod_event_event_id);
HSMOD_ASSERT(offsetof(hsmod_event, room_id) == 24, hsmod_event_room_id);
HSMOD_ASSERT(offsetof(hsmod_event, sender) == 40, hsmod_event_sender);
HSMOD_ASSERT(offsetof(hsmod_event, event_type) == 56, hsmod_event_event_type);
HSMOD_ASSERT(offsetof(hsmod_event, state_key) == 72, hsmod_event_state_key);
HSMOD_ASSERT(offsetof(hsmod_event, origin_server_ts) == 88, hsmod_event_origin_server_ts);
HSMOD_ASSERT(offsetof(hsmod_event, content) == 96, hsmod_event_content);
HSMOD_ASSERT(offsetof(hsmod_event, texts) == 112, hsmod_event_texts);
HSMOD_ASSERT(offsetof(hsmod_event, room_version) == 136, hsmod_event_room_version);
HSMOD_ASSERT(offsetof(hsmod_event, origin) == 152, hsmod_event_origin);
HSMOD_ASSERT(offsetof(hsmod_event, sticky_duration_ms) == 168, hsmod_event_sticky_duration_ms);
HSMOD_ASSERT(offsetof(hsmod_event, soft_failed) == 184, hsmod_event_soft_failed);
HSMOD_ASSERT(sizeof(hsmod_spam_checker_check_event_for_spam_args) == 16, hsmod_spam_checker_check_event_for_spam_args_is_whole);
HSMOD_ASSERT(offsetof(hsmod_spam_checker_check_event_for_spam_args, args_size) == 0, hsmod_spam_checker_check_event_for_spam_args_args_size);
HSMOD_ASSERT(offsetof(hsmod_spam_checker_check_event_for_spam_args, args_flags) == 4, hsmod_spam_checker_check_event_for_spam_args_args_flags);
HSMOD_ASSERT(offsetof(hsmod_spam_checker_check_event_for_spam_args, event) == 8, hsmod_spam_checker_check_event_for_spam_args_event);
HSMOD_ASSERT(sizeof(hsmod_spam_checker_should_drop_federated_event_args) == 16, hsmod_spam_checker_should_drop_federated_event_args_is_whole);
HSMOD_ASSERT(offsetof(hsmod_spam_checker_should_drop_federated_event_args, args_size) == 0, hsmod_spam_checker_should_drop_federated_event_args_args_size);
HSMOD_ASSERT(offsetof(hsmod_spam_checker_should_drop_federated_event_args, args_flags) == 4, hsmod_spam_checker_should_drop_federated_event_args_args_flags);
HSMOD_ASSERT(offsetof(hsmod_spam_checker_should_drop_federated_event_args, event) == 8, hsmod_spam_checker_should_drop_federated_event_args_event);
HSMOD_ASSERT(sizeof(hsmod_spam_checker_user_may_join_room_args) == 48, hsmod_spam_checker_user_may_join_room_args_is_whole);
HSMOD_ASSERT(offsetof(hsmod_spam_checker_user_may_join_room_args, args_size) == 0, hsmod_spam_checker_user_may_join_room_args_args_size);
HSMOD_ASSERT(offsetof(hsmod_spam_checker_user_may_join_room_args, args_flags) == 4, hsmod_spam_checker_user_may_join_room_args_args_flags);
HSMOD_ASSERT(offsetof(hsmod_spam_checker_user_may_join_room_args, user_id) == 8, hsmod_spam_checker_user_may_join_room_args_user_id);
HSMOD_ASSERT(offsetof(hsmod_spam_checker_user_may_join_room_args, room_id) == 24, hsmod_spam_checker_user_may_join_room_args_room_id);
HSMOD_ASSERT(offsetof(hsmod_spam_checker_user_may_join_room_args, is_invited) == 40, hsmod_spam_checker_user_may_join_room_args_is_invited);
HSMOD_ASSERT(sizeof(hsmod_spam_checker_user_may_invite_args) == 56, hsmod_spam_checker_user_may_invite_args_is_whole);
HSMOD_ASSERT(offsetof(hsmod_spam_checker_user_may_invite_args, args_size) == 0, hsmod_spam_checker_user_may_invite_args_args_size);
HSMOD_ASSERT(offsetof(hsmod_spam_checker_user_may_invite_args, args_flags) == 4, hsmod_spam_checker_user_may_invite_args_args_flags);
HSMOD_ASSERT(offsetof(hsmod_spam_checker_user_may_invite_args, inviter) == 8, hsmod_spam_checker_user_may_invite_args_inviter);
HSMOD_ASSERT(offsetof(hsmod_spam_checker_user_may_invite_args, invitee) == 24, hsmod_spam_checker_user_may_invite_args_invitee);
HSMOD_ASSERT(offsetof(hsmod_spam_checker_user_may_invite_args, room_id) == 40, hsmod_spam_checker_user_may_invite_args_room_id);
HSMOD_ASSERT(sizeof(hsmod_spam_checker_federated_user_may_invite_args) == 16, hsmod_spam_checker_federated_user_may_invite_args_is_whole);
HSMOD_ASSERT(offsetof(hsmod_spam_checker_federated_user_may_invite_args, args_size) == 0, hsmod_spam_checker_federated_user_may_invite_args_args_size);
HSMOD_ASSERT(offsetof(hsmod_spam_checker_federated_user_may_invite_args, args_flags) == 4, hsmod_spam_checker_federated_user_may_invite_args_args_flags);
HSMOD_ASSERT(offsetof(hsmod_spam_checker_federated_user_may_invite_args, event) == 8, hsmod_spam_checker_federated_user_may_invite_args_event);
HSMOD_ASSERT(sizeof(hsmod_spam_checker_user_may_send_3pid_invite_args) == 72, hsmod_spam_checker_user_may_send_3pid_invite_args_is_whole);
HSMOD_ASSERT(offsetof(hsmod_spam_checker_user_may_send_3pid_invite_args, args_size) == 0, hsmod_spam_checker_user_may_send_3pid_invite_args_args_size);
HSMOD_ASSERT(offsetof(hsmod_spam_checker_user_may_send_3pid_invite_args, args_flags) == 4, hsmod_spam_checker_user_may_send_3pid_invite_args_args_flags);
HSMOD_ASSERT(offsetof(hsmod_spam_checker_user_may_send_3pid_invite_args, inviter) == 8, hsmod_spam_checker_user_may_send_3pid_invite_args_inviter);
HSMOD_ASSERT(offsetof(hsmod_spam_checker_user_may_send_3pid_invite_args, medium) == 24, hsmod_spam_checker_user_may_send_3pid_invite_args_medium);
HSMOD_ASSERT(offsetof(hsmod_spam_checker_user_may_send_3pid_invite_args, address) == 40, hsmod_spam_checker_user_may_send_3pid_invite_args_address);
HSMOD_ASSERT(offsetof(hsmod_spam_checker_user_may_send_3pid_invite_args, room_id) == 56, hsmod_spam_checker_user_may_send_3pid_invite_args_room_id);
HSMOD_ASSERT(sizeof(hsmod_spam_checker_user_may_create_room_args) == 40, hsmod_spam_checker_user_may_create_room_args_is_whole);
HSMOD_ASSERT(offsetof(hsmod_spam_checker_user_may_create_room_args, args_size) == 0, hsmod_spam_checker_user_may_create_room_args_args_size);
HSMOD_ASSERT(offsetof(hsmod_spam_checker_user_may_create_room_args, args_flags) == 4, hsmod_spam_checker_user_may_create_room_args_args_flags);
HSMOD_ASSERT(offsetof(hsmod_spam_checker_user_may_create_room_args, user_id) == 8, hsmod_spam_checker_user_may_create_room_args_user_id);
HSMOD_ASSERT(offsetof(hsmod_spam_checker_user_may_create_room_args, room_config) == 24, hsmod_spam_checker_user_may_create_room_args_room_config);
HSMOD_ASSERT(sizeof(hsmod_spam_checker_user_may_create_room_alias_args) == 40, hsmod_spam_checker_user_may_create_room_alias_args_is_whole);
HSMOD_ASSERT(offsetof(hsmod_spam_checker_user_may_create_room_alias_args, args_size) == 0, hsmod_spam_checker_user_may_create_room_alias_args_args_size);
HSMOD_ASSERT(offsetof(hsmod_spam_checker_user_may_create_room_alias_args, args_flags) == 4, hsmod_spam_checker_user_may_create_room_alias_args_args_flags);
HSMOD_ASSERT(offsetof(hsmod_spam_checker_user_may_create_room_alias_args, user_id) == 8, hsmod_spam_checker_user_may_create_room_alias_args_user_id);
HSMOD_ASSERT(offsetof(hsmod_spam_checker_user_may_create_room_alias_args, room_alias) == 24, hsmod_spam_checker_user_may_create_room_alias_args_room_alias);
HSMOD_ASSERT(sizeof(hsmod_spam_checker_user_may_publish_room_args) == 40, hsmod_spam_checker_user_may_publish_room_args_is_whole);
HSMOD_ASSERT(offsetof(hsmod_spam_checker_user_may_publish_room_args, args_size) == 0, hsmod_spam_checker_user_may_publish_room_args_args_size);
HSMOD_ASSERT(offsetof(hsmod_spam_checker_user_may_publish_room_args, args_flags) == 4, hsmod_spam_checker_user_may_publish_room_args_args_flags);
HSMOD_ASSERT(offsetof(hsmod_spam_checker_user_may_publish_room_args, user_id) == 8, hsmod_spam_checker_user_may_publish_room_args_user_id);
HSMOD_ASSERT(offsetof(hsmod_spam_checker_user_may_publish_room_args, room_id) == 24, hsmod_spam_checker_user_may_publish_room_args_room_id);
HSMOD_ASSERT(sizeof(hsmod_spam_checker_user_may_send_state_event_args) == 88, hsmod_spam_checker_user_may_send_state_event_args_is_whole);
HSMOD_ASSERT(offsetof(hsmod_spam_checker_user_may_send_state_event_args, args_size) == 0, hsmod_spam_checker_user_may_send_state_event_args_args_size);
HSMOD_ASSERT(offsetof(hsmod_spam_checker_user_may_send_state_event_args, args_flags) == 4, hsmod_spam_checker_user_may_send_state_event_args_args_flags);
HSMOD_ASSERT(offsetof(hsmod_spam_checker_user_may_send_state_event_args, user_id) == 8, hsmod_spam_checker_user_may_send_state_event_args_user_id);
HSMOD_ASSERT(offsetof(hsmod_spam_checker_user_may_send_state_event_args, room_id) == 24, hsmod_spam_checker_user_may_send_state_event_args_room_id);
HSMOD_ASSERT(offsetof(hsmod_spam_checker_user_may_send_state_event_args, event_type) == 40, hsmod_spam_checker_user_may_send_state_event_args_event_type);
HSMOD_ASSERT(offsetof(hsmod_spam_checker_user_may_send_state_event_args, state_key) == 56, hsmod_spam_checker_user_may_send_state_event_args_state_key);
HSMOD_ASSERT(offsetof(hsmod_spam_checker_user_may_send_state_event_args, content) == 72, hsmod_spam_checker_user_may_send_state_event_args_content);
HSMOD_ASSERT(sizeof(hsmod_user_profile) == 72, hsmod_user_profile_is_whole);
HSMOD_ASSERT(offsetof(hsmod_user_profile, size) == 0, hsmod_user_profile_size);
HSMOD_ASSERT(offsetof(hsmod_user_profile, flags) == 4, hsmod_user_profile_flags);
HSMOD_ASSERT(offsetof(hsmod_user_profile, user_id) == 8, hsmod_user_profile_user_id);
HSMOD_ASSERT(offsetof(hsmod_user_profile, display_name) == 24, hsmod_user_profile_display_name);
HSMOD_ASSERT(offsetof(hsmod_user_profile, avatar_url) == 40, hsmod_user_profile_avatar_url);
HSMOD_ASSERT(offsetof(hsmod_user_profile, fields) == 56, hsmod_user_profile_fields);
HSMOD_ASSERT(sizeof(hsmod_slice_of_user_profile) == 24, hsmod_slice_of_user_profile_is_whole);
HSMOD_ASSERT(offsetof(hsmod_slice_of_user_profile, pointer) == 0, hsmod_slice_of_user_profile_pointer);
HSMOD_ASSERT(offsetof(hsmod_slice_of_user_profile, length) == 8, hsmod_slice_of_user_profile_length);
HSMOD_ASSERT(offsetof(hsmod_slice_of_user_profile, stride) == 16, hsmod_slice_of_user_profile_stride);
HSMOD_ASSERT(sizeof(hsmod_spam_checker_check_username_for_spam_args) == 48, hsmod_spam_checker_check_username_for_spam_args_is_whole);
HSMOD_ASSERT(offsetof(hsmod_spam_checker_check_username_for_spam_args, args_size) == 0, hsmod_spam_checker_check_username_for_spam_args_args_size);
HSMOD_ASSERT(offsetof(hsmod_spam_checker_check_username_for_spam_args, args_flags) == 4, hsmod_spam_checker_check_username_for_spam_args_args_flags);
HSMOD_ASSERT(offsetof(hsmod_spam_checker_check_username_for_spam_args, user_profile) == 8, hsmod_spam_checker_check_username_for_spam_args_user_profile);
HSMOD_ASSERT(offsetof(hsmod_spam_checker_check_username_for_spam_args, requester_id) == 32, hsmod_spam_checker_check_username_for_spam_args_requester_id);
HSMOD_ASSERT(sizeof(hsmod_threepid) == 40, hsmod_threepid_is_whole);
HSMOD_ASSERT(offsetof(hsmod_threepid, size) == 0, hsmod_threepid_size);
HSMOD_ASSERT(offsetof(hsmod_threepid, flags) == 4, hsmod_threepid_flags);
HSMOD_ASSERT(offsetof(hsmod_threepid, medium) == 8, hsmod_threepid_medium);
HSMOD_ASSERT(offsetof(hsmod_threepid, address) == 24, hsmod_threepid_address);
HSMOD_ASSERT(sizeof(hsmod_request_info) == 40, hsmod_request_info_is_whole);
HSMOD_ASSERT(offsetof(hsmod_request_info, size) == 0, hsmod_request_info_size);
HSMOD_ASSERT(offsetof(hsmod_request_info, flags) == 4, hsmod_request_info_flags);
HSMOD_ASSERT(offsetof(hsmod_request_info, user_agent) == 8, hsmod_request_info_user_agent);
HSMOD_ASSERT(offsetof(hsmod_request_info, ip) == 24, hsmod_request_info_ip);
HSMOD_ASSERT(sizeof(hsmod_slice_of_request_info) == 24, hsmod_slice_of_request_info_is_whole);
HSMOD_ASSERT(offsetof(hsmod_slice_of_request_info, pointer) == 0, hsmod_slice_of_request_info_pointer);
HSMOD_ASSERT(offsetof(hsmod_slice_of_request_info, length) == 8, hsmod_slice_of_request_info_length);
HSMOD_ASSERT(offsetof(hsmod_slice_of_request_info, stride) == 16, hsmod_slice_of_request_info_stride);
HSMOD_ASSERT(sizeof(hsmod_spam_checker_check_registration_for_spam_args) == 72, hsmod_spam_checker_check_registration_for_spam_args_is_whole);
HSMOD_ASSERT(offsetof(hsmod_spam_checker_check_registration_for_spam_args, args_size) == 0, hsmod_spam_checker_check_registration_for_spam_args_args_size);
HSMOD_ASSERT(offsetof(hsmod_spam_checker_check_registration_for_spam_args, args_flags) == 4, hsmod_spam_checker_check_registration_for_spam_args_args_flags);
HSMOD_ASSERT(offsetof(hsmod_spam_checker_check_registration_for_spam_args, email_threepid) == 8, hsmod_spam_checker_check_registration_for_spam_args_email_threepid);
HSMOD_ASSERT(offsetof(hsmod_spam_checker_check_registration_for_spam_args, username) == 16, hsmod_spam_checker_check_registration_for_spam_args_username);
HSMOD_ASSERT(offsetof(hsmod_spam_checker_check_registration_for_spam_args, request_info) == 32, hsmod_spam_checker_check_registration_for_spam_args_request_info);
HSMOD_ASSERT(offsetof(hsmod_spam_checker_check_registration_for_spam_args, auth_provider_id) == 56, hsmod_spam_checker_check_registration_for_spam_args_auth_provider_id);
HSMOD_ASSERT(sizeof(hsmod_readable_file) == 64, hsmod_readable_file_is_whole);
HSMOD_ASSERT(offsetof(hsmod_readable_file, size) == 0, hsmod_readable_file_size);
HSMOD_ASSERT(offsetof(hsmod_readable_file, flags) == 4, hsmod_readable_file_flags);
HSMOD_ASSERT(offsetof(hsmod_readable_file, source) == 8, hsmod_readable_file_source);
HSMOD_ASSERT(offsetof(hsmod_readable_file, table) == 16, hsmod_readable_file_table);
HSMOD_ASSERT(offsetof(hsmod_readable_file, path) == 24, hsmod_readable_file_path);
HSMOD_ASSERT(offsetof(hsmod_readable_file, bytes) == 40, hsmod_readable_file_bytes);
HSMOD_ASSERT(offsetof(hsmod_readable_file, length) == 56, hsmod_readable_file_length);
HSMOD_ASSERT(sizeof(hsmod_file_info) == 96, hsmod_file_info_is_whole);
HSMOD_ASSERT(offsetof(hsmod_file_info, size) == 0, hsmod_file_info_size);
HSMOD_ASSERT(offsetof(hsmod_file_info, flags) == 4, hsmod_file_info_flags);
HSMOD_ASSERT(offsetof(hsmod_file_info, server_name) == 8, hsmod_file_info_server_name);
HSMOD_ASSERT(offsetof(hsmod_file_info, file_id) == 24, hsmod_file_info_file_id);
HSMOD_ASSERT(offsetof(hsmod_file_info, url_cache) == 40, hsmod_file_info_url_cache);
HSMOD_ASSERT(offsetof(hsmod_file_info, is_thumbnail) == 41, hsmod_file_info_is_thumbnail);
HSMOD_ASSERT(offsetof(hsmod_file_info, width) == 44, hsmod_file_info_width);
HSMOD_ASSERT(offsetof(hsmod_file_info, height) == 48, hsmod_file_info_height);
HSMOD_ASSERT(offsetof(hsmod_file_info, thumbnail_length) == 56, hsmod_file_info_thumbnail_length);
HSMOD_ASSERT(offsetof(hsmod_file_info, method) == 64, hsmod_file_info_method);
HSMOD_ASSERT(offsetof(hsmod_file_info, media_type) == 80, hsmod_file_info_media_type);
HSMOD_ASSERT(sizeof(hsmod_spam_checker_check_media_file_for_spam_args) == 24, hsmod_spam_checker_check_media_file_for_spam_args_is_whole);
HSMOD_ASSERT(offsetof(hsmod_spam_checker_check_media_file_for_spam_args, args_size) == 0, hsmod_spam_checker_check_media_file_for_spam_args_args_size);
HSMOD_ASSERT(offsetof(hsmod_spam_checker_check_media_file_for_spam_args, args_flags) == 4, hsmod_spam_checker_check_media_file_for_spam_args_args_flags);
HSMOD_ASSERT(offsetof(hsmod_spam_checker_check_media_file_for_spam_args, file_wrapper) == 8, hsmod_spam_checker_check_media_file_for_spam_args_file_wrapper);
HSMOD_ASSERT(offsetof(hsmod_spam_checker_check_media_file_for_spam_args, file_info) == 16, hsmod_spam_checker_check_media_file_for_spam_args_file_info);
HSMOD_ASSERT(sizeof(hsmod_spam_checker_check_login_for_spam_args) == 96, hsmod_spam_checker_check_login_for_spam_args_is_whole);
HSMOD_ASSERT(offsetof(hsmod_spam_checker_check_login_for_spam_args, args_size) == 0, hsmod_spam_checker_check_login_for_spam_args_args_size);
HSMOD_ASSERT(offsetof(hsmod_spam_checker_check_login_for_spam_args, args_flags) == 4, hsmod_spam_checker_check_login_for_spam_args_args_flags);
HSMOD_ASSERT(offsetof(hsmod_spam_checker_check_login_for_spam_args, user_id) == 8, hsmod_spam_checker_check_login_for_spam_args_user_id);
HSMOD_ASSERT(offsetof(hsmod_spam_checker_check_login_for_spam_args, device_id) == 24, hsmod_spam_checker_check_login_for_spam_args_device_id);
HSMOD_ASSERT(offsetof(hsmod_spam_checker_check_login_for_spam_args, initial_display_name) == 40, hsmod_spam_checker_check_login_for_spam_args_initial_display_name);
HSMOD_ASSERT(offsetof(hsmod_spam_checker_check_login_for_spam_args, request_info) == 56, hsmod_spam_checker_check_login_for_spam_args_request_info);
HSMOD_ASSERT(offsetof(hsmod_spam_checker_check_login_for_spam_args, auth_provider_id) == 80, hsmod_spam_checker_check_login_for_spam_args_auth_provider_id);
HSMOD_ASSERT(sizeof(hsmod_spam_checker_accept_make_join_args) == 40, hsmod_spam_checker_accept_make_join_args_is_whole);
HSMOD_ASSERT(offsetof(hsmod_spam_checker_accept_make_join_args, args_size) == 0, hsmod_spam_checker_accept_make_join_args_args_size);
HSMOD_ASSERT(offsetof(hsmod_spam_checker_accept_make_join_args, args_flags) == 4, hsmod_spam_checker_accept_make_join_args_args_flags);
HSMOD_ASSERT(offsetof(hsmod_spam_checker_accept_make_join_args, user_id) == 8, hsmod_spam_checker_accept_make_join_args_user_id);
HSMOD_ASSERT(offsetof(hsmod_spam_checker_accept_make_join_args, room_id) == 24, hsmod_spam_checker_accept_make_join_args_room_id);
HSMOD_ASSERT(sizeof(hsmod_spam_checker_table) == 128, hsmod_spam_checker_table_is_whole);
HSMOD_ASSERT(offsetof(hsmod_spam_checker_table, size) == 0, hsmod_spam_checker_table_size);
HSMOD_ASSERT(offsetof(hsmod_spam_checker_table, minor) == 4, hsmod_spam_checker_table_minor);
HSMOD_ASSERT(offsetof(hsmod_spam_checker_table, check_event_for_spam) == 8, hsmod_spam_checker_table_check_event_for_spam);
HSMOD_ASSERT(offsetof(hsmod_spam_checker_table, should_drop_federated_event) == 16, hsmod_spam_checker_table_should_drop_federated_event);
HSMOD_ASSERT(offsetof(hsmod_spam_checker_table, user_may_join_room) == 24, hsmod_spam_checker_table_user_may_join_room);
HSMOD_ASSERT(offsetof(hsmod_spam_checker_table, user_may_invite) == 32, hsmod_spam_checker_table_user_may_invite);
HSMOD_ASSERT(offsetof(hsmod_spam_checker_table, federated_user_may_invite) == 40, hsmod_spam_checker_table_federated_user_may_invite);
HSMOD_ASSERT(offsetof(hsmod_spam_checker_table, user_may_send_3pid_invite) == 48, hsmod_spam_checker_table_user_may_send_3pid_invite);
HSMOD_ASSERT(offsetof(hsmod_spam_checker_table, user_may_create_room) == 56, hsmod_spam_checker_table_user_may_create_room);
HSMOD_ASSERT(offsetof(hsmod_spam_checker_table, user_may_create_room_alias) == 64, hsmod_spam_checker_table_user_may_create_room_alias);
HSMOD_ASSERT(offsetof(hsmod_spam_checker_table, user_may_publish_room) == 72, hsmod_spam_checker_table_user_may_publish_room);
HSMOD_ASSERT(offsetof(hsmod_spam_checker_table, user_may_send_state_event) == 80, hsmod_spam_checker_table_user_may_send_state_event);
HSMOD_ASSERT(offsetof(hsmod_spam_checker_table, check_username_for_spam) == 88, hsmod_spam_checker_table_check_username_for_spam);
HSMOD_ASSERT(offsetof(hsmod_spam_checker_table, check_registration_for_spam) == 96, hsmod_spam_checker_table_check_registration_for_spam);
HSMOD_ASSERT(offsetof(hsmod_spam_checker_table, check_media_file_for_spam) == 104, hsmod_spam_checker_table_check_media_file_for_spam);
HSMOD_ASSERT(offsetof(hsmod_spam_checker_table, check_login_for_spam) == 112, hsmod_spam_checker_table_check_login_for_spam);
HSMOD_ASSERT(offsetof(hsmod_spam_checker_table, accept_make_join) == 120, hsmod_spam_checker_table_accept_make_join);
HSMOD_ASSERT(sizeof(hsmod_verdict) == 96, hsmod_verdict_is_whole);
HSMOD_ASSERT(offsetof(hsmod_verdict, errcode) == 0, hsmod_verdict_errcode);
HSMOD_ASSERT(offsetof(hsmod_verdict, message) == 32, hsmod_verdict_message);
HSMOD_ASSERT(offsetof(hsmod_verdict, fields) == 64, hsmod_verdict_fields);
HSMOD_ASSERT(sizeof(hsmod_each_of_uint32) == 16, hsmod_each_of_uint32_is_whole);
HSMOD_ASSERT(offsetof(hsmod_each_of_uint32, place) == 0, hsmod_each_of_uint32_place);
HSMOD_ASSERT(offsetof(hsmod_each_of_uint32, answer) == 8, hsmod_each_of_uint32_answer);
HSMOD_ASSERT(sizeof(hsmod_owned_array_of_each_of_uint32) == 40, hsmod_owned_array_of_each_of_uint32_is_whole);
HSMOD_ASSERT(offsetof(hsmod_owned_array_of_each_of_uint32, pointer) == 0, hsmod_owned_array_of_each_of_uint32_pointer);
HSMOD_ASSERT(offsetof(hsmod_owned_array_of_each_of_uint32, length) == 8, hsmod_owned_array_of_each_of_uint32_length);
HSMOD_ASSERT(offsetof(hsmod_owned_array_of_each_of_uint32, stride) == 16, hsmod_owned_array_of_each_of_uint32_stride);
HSMOD_ASSERT(offsetof(hsmod_owned_array_of_each_of_uint32, owner) == 24, hsmod_owned_array_of_each_of_uint32_owner);
HSMOD_ASSERT(offsetof(hsmod_owned_array_of_each_of_uint32, release) == 32, hsmod_owned_array_of_each_of_uint32_release);
HSMOD_ASSERT(sizeof(hsmod_state) == 24, hsmod_state_is_whole);
HSMOD_ASSERT(offsetof(hsmod_state, size) == 0, hsmod_state_size);
HSMOD_ASSERT(offsetof(hsmod_state, flags) == 4, hsmod_state_flags);
HSMOD_ASSERT(offsetof(hsmod_state, source) == 8, hsmod_state_source);
HSMOD_ASSERT(offsetof(hsmod_state, table) == 16, hsmod_state_table);
HSMOD_ASSERT(sizeof(hsmod_third_party_rules_check_event_allowed_args) == 24, hsmod_third_party_rules_check_event_allowed_args_is_whole);
HSMOD_ASSERT(offsetof(hsmod_third_party_rules_check_event_allowed_args, args_size) == 0, hsmod_third_party_rules_check_event_allowed_args_args_size);
HSMOD_ASSERT(offsetof(hsmod_third_party_rules_check_event_allowed_args, args_flags) == 4, hsmod_third_party_rules_check_event_allowed_args_args_flags);
HSMOD_ASSERT(offsetof(hsmod_third_party_rules_check_event_allowed_args, event) == 8, hsmod_third_party_rules_check_event_allowed_args_event);
HSMOD_ASSERT(offsetof(hsmod_third_party_rules_check_event_allowed_args, state_events) == 16, hsmod_third_party_rules_check_event_allowed_args_state_events);
HSMOD_ASSERT(sizeof(hsmod_requester) == 112, hsmod_requester_is_whole);
HSMOD_ASSERT(offsetof(hsmod_requester, size) == 0, hsmod_requester_size);
HSMOD_ASSERT(offsetof(hsmod_requester, flags) == 4, hsmod_requester_flags);
HSMOD_ASSERT(offsetof(hsmod_requester, user) == 8, hsmod_requester_user);
HSMOD_ASSERT(offsetof(hsmod_requester, device_id) == 24, hsmod_requester_device_id);
HSMOD_ASSERT(offsetof(hsmod_requester, app_service_id) == 40, hsmod_requester_app_service_id);
HSMOD_ASSERT(offsetof(hsmod_requester, authenticated_entity) == 56, hsmod_requester_authenticated_entity);
HSMOD_ASSERT(offsetof(hsmod_requester, scope) == 72, hsmod_requester_scope);
HSMOD_ASSERT(offsetof(hsmod_requester, access_token_id) == 88, hsmod_requester_access_token_id);
HSMOD_ASSERT(offsetof(hsmod_requester, is_guest) == 104, hsmod_requester_is_guest);
HSMOD_ASSERT(offsetof(hsmod_requester, shadow_banned) == 105, hsmod_requester_shadow_banned);
HSMOD_ASSERT(sizeof(hsmod_editable) == 24, hsmod_editable_is_whole);
HSMOD_ASSERT(offsetof(hsmod_editable, owner) == 0, hsmod_editable_owner);
HSMOD_ASSERT(offsetof(hsmod_editable, text) == 8, hsmod_editable_text);
HSMOD_ASSERT(offsetof(hsmod_editable, set) == 16, hsmod_editable_set);
HSMOD_ASSERT(sizeof(hsmod_editable_json) == 32, hsmod_editable_json_is_whole);
HSMOD_ASSERT(offsetof(hsmod_editable_json, size) == 0, hsmod_editable_json_size);
HSMOD_ASSERT(offsetof(hsmod_editable_json, flags) == 4, hsmod_editable_json_flags);
HSMOD_ASSERT(offsetof(hsmod_editable_json, text) == 8, hsmod_editable_json_text);
HSMOD_ASSERT(sizeof(hsmod_third_party_rules_on_create_room_args) == 32, hsmod_third_party_rules_on_create_room_args_is_whole);
HSMOD_ASSERT(offsetof(hsmod_third_party_rules_on_create_room_args, args_size) == 0, hsmod_third_party_rules_on_create_room_args_args_size);
HSMOD_ASSERT(offsetof(hsmod_third_party_rules_on_create_room_args, args_flags) == 4, hsmod_third_party_rules_on_create_room_args_args_flags);
HSMOD_ASSERT(offsetof(hsmod_third_party_rules_on_create_room_args, requester) == 8, hsmod_third_party_rules_on_create_room_args_requester);
HSMOD_ASSERT(offsetof(hsmod_third_party_rules_on_create_room_args, request_content) == 16, hsmod_third_party_rules_on_create_room_args_request_content);
HSMOD_ASSERT(offsetof(hsmod_third_party_rules_on_create_room_args, is_requester_admin) == 24, hsmod_third_party_rules_on_create_room_args_is_requester_admin);
HSMOD_ASSERT(sizeof(hsmod_third_party_rules_check_threepid_can_be_invited_args) == 48, hsmod_third_party_rules_check_threepid_can_be_invited_args_is_whole);
HSMOD_ASSERT(offsetof(hsmod_third_party_rules_check_threepid_can_be_invited_args, args_size) == 0, hsmod_third_party_rules_check_threepid_can_be_invited_args_args_size);
HSMOD_ASSERT(offsetof(hsmod_third_party_rules_check_threepid_can_be_invited_args, args_flags) == 4, hsmod_third_party_rules_check_threepid_can_be_invited_args_args_flags);
HSMOD_ASSERT(offsetof(hsmod_third_party_rules_check_threepid_can_be_invited_args, medium) == 8, hsmod_third_party_rules_check_threepid_can_be_invited_args_medium);
HSMOD_ASSERT(offsetof(hsmod_third_party_rules_check_threepid_can_be_invited_args, address) == 24, hsmod_third_party_rules_check_threepid_can_be_invited_args_address);
HSMOD_ASSERT(offsetof(hsmod_third_party_rules_check_threepid_can_be_invited_args, state_events) == 40, hsmod_third_party_rules_check_threepid_can_be_invited_args_state_events);
HSMOD_ASSERT(sizeof(hsmod_third_party_rules_check_visibility_can_be_modified_args) == 48, hsmod_third_party_rules_check_visibility_can_be_modified_args_is_whole);
HSMOD_ASSERT(offsetof(hsmod_third_party_rules_check_visibility_can_be_modified_args, args_size) == 0, hsmod_third_party_rules_check_visibility_can_be_modified_args_args_size);
HSMOD_ASSERT(offsetof(hsmod_third_party_rules_check_visibility_can_be_modified_args, args_flags) == 4, hsmod_third_party_rules_check_visibility_can_be_modified_args_args_flags);
HSMOD_ASSERT(offsetof(hsmod_third_party_rules_check_visibility_can_be_modified_args, room_id) == 8, hsmod_third_party_rules_check_visibility_can_be_modified_args_room_id);
HSMOD_ASSERT(offsetof(hsmod_third_party_rules_check_visibility_can_be_modified_args, state_events) == 24, hsmod_third_party_rules_check_visibility_can_be_modified_args_state_events);
HSMOD_ASSERT(offsetof(hsmod_third_party_rules_check_visibility_can_be_modified_args, new_visibility) == 32, hsmod_third_party_rules_check_visibility_can_be_modified_args_new_visibility);
HSMOD_ASSERT(sizeof(hsmod_third_party_rules_on_new_event_args) == 24, hsmod_third_party_rules_on_new_event_args_is_whole);
HSMOD_ASSERT(offsetof(hsmod_third_party_rules_on_new_event_args, args_size) == 0, hsmod_third_party_rules_on_new_event_args_args_size);
HSMOD_ASSERT(offsetof(hsmod_third_party_rules_on_new_event_args, args_flags) == 4, hsmod_third_party_rules_on_new_event_args_args_flags);
HSMOD_ASSERT(offsetof(hsmod_third_party_rules_on_new_event_args, event) == 8, hsmod_third_party_rules_on_new_event_args_event);
HSMOD_ASSERT(offsetof(hsmod_third_party_rules_on_new_event_args, state_events) == 16, hsmod_third_party_rules_on_new_event_args_state_events);
HSMOD_ASSERT(sizeof(hsmod_third_party_rules_check_can_shutdown_room_args) == 40, hsmod_third_party_rules_check_can_shutdown_room_args_is_whole);
HSMOD_ASSERT(offsetof(hsmod_third_party_rules_check_can_shutdown_room_args, args_size) == 0, hsmod_third_party_rules_check_can_shutdown_room_args_args_size);
HSMOD_ASSERT(offsetof(hsmod_third_party_rules_check_can_shutdown_room_args, args_flags) == 4, hsmod_third_party_rules_check_can_shutdown_room_args_args_flags);
HSMOD_ASSERT(offsetof(hsmod_third_party_rules_check_can_shutdown_room_args, user_id) == 8, hsmod_third_party_rules_check_can_shutdown_room_args_user_id);
HSMOD_ASSERT(offsetof(hsmod_third_party_rules_check_can_shutdown_room_args, room_id) == 24, hsmod_third_party_rules_check_can_shutdown_room_args_room_id);
HSMOD_ASSERT(sizeof(hsmod_third_party_rules_check_can_deactivate_user_args) == 32, hsmod_third_party_rules_check_can_deactivate_user_args_is_whole);
HSMOD_ASSERT(offsetof(hsmod_third_party_rules_check_can_deactivate_user_args, args_size) == 0, hsmod_third_party_rules_check_can_deactivate_user_args_args_size);
HSMOD_ASSERT(offsetof(hsmod_third_party_rules_check_can_deactivate_user_args, args_flags) == 4, hsmod_third_party_rules_check_can_deactivate_user_args_args_flags);
HSMOD_ASSERT(offsetof(hsmod_third_party_rules_check_can_deactivate_user_args, user_id) == 8, hsmod_third_party_rules_check_can_deactivate_user_args_user_id);
HSMOD_ASSERT(offsetof(hsmod_third_party_rules_check_can_deactivate_user_args, by_admin) == 24, hsmod_third_party_rules_check_can_deactivate_user_args_by_admin);
HSMOD_ASSERT(sizeof(hsmod_profile_info) == 56, hsmod_profile_info_is_whole);
HSMOD_ASSERT(offsetof(hsmod_profile_info, size) == 0, hsmod_profile_info_size);
HSMOD_ASSERT(offsetof(hsmod_profile_info, flags) == 4, hsmod_profile_info_flags);
HSMOD_ASSERT(offsetof(hsmod_profile_info, display_name) == 8, hsmod_profile_info_display_name);
HSMOD_ASSERT(offsetof(hsmod_profile_info, avatar_url) == 24, hsmod_profile_info_avatar_url);
HSMOD_ASSERT(offsetof(hsmod_profile_info, fields) == 40, hsmod_profile_info_fields);
HSMOD_ASSERT(sizeof(hsmod_third_party_rules_on_profile_update_args) == 40, hsmod_third_party_rules_on_profile_update_args_is_whole);
HSMOD_ASSERT(offsetof(hsmod_third_party_rules_on_profile_update_args, args_size) == 0, hsmod_third_party_rules_on_profile_update_args_args_size);
HSMOD_ASSERT(offsetof(hsmod_third_party_rules_on_profile_update_args, args_flags) == 4, hsmod_third_party_rules_on_profile_update_args_args_flags);
HSMOD_ASSERT(offsetof(hsmod_third_party_rules_on_profile_update_args, user_id) == 8, hsmod_third_party_rules_on_profile_update_args_user_id);
HSMOD_ASSERT(offsetof(hsmod_third_party_rules_on_profile_update_args, new_profile) == 24, hsmod_third_party_rules_on_profile_update_args_new_profile);
HSMOD_ASSERT(offsetof(hsmod_third_party_rules_on_profile_update_args, by_admin) == 32, hsmod_third_party_rules_on_profile_update_args_by_admin);
HSMOD_ASSERT(offsetof(hsmod_third_party_rules_on_profile_update_args, deactivation) == 33, hsmod_third_party_rules_on_profile_update_args_deactivation);
HSMOD_ASSERT(sizeof(hsmod_third_party_rules_on_user_deactivation_status_changed_args) == 32, hsmod_third_party_rules_on_user_deactivation_status_changed_args_is_whole);
HSMOD_ASSERT(offsetof(hsmod_third_party_rules_on_user_deactivation_status_changed_args, args_size) == 0, hsmod_third_party_rules_on_user_deactivation_status_changed_args_args_size);
HSMOD_ASSERT(offsetof(hsmod_third_party_rules_on_user_deactivation_status_changed_args, args_flags) == 4, hsmod_third_party_rules_on_user_deactivation_status_changed_args_args_flags);
HSMOD_ASSERT(offsetof(hsmod_third_party_rules_on_user_deactivation_status_changed_args, user_id) == 8, hsmod_third_party_rules_on_user_deactivation_status_changed_args_user_id);
HSMOD_ASSERT(offsetof(hsmod_third_party_rules_on_user_deactivation_status_changed_args, deactivated) == 24, hsmod_third_party_rules_on_user_deactivation_status_changed_args_deactivated);
HSMOD_ASSERT(offsetof(hsmod_third_party_rules_on_user_deactivation_status_changed_args, by_admin) == 25, hsmod_third_party_rules_on_user_deactivation_status_changed_args_by_admin);
HSMOD_ASSERT(sizeof(hsmod_third_party_rules_on_threepid_bind_args) == 56, hsmod_third_party_rules_on_threepid_bind_args_is_whole);
HSMOD_ASSERT(offsetof(hsmod_third_party_rules_on_threepid_bind_args, args_size) == 0, hsmod_third_party_rules_on_threepid_bind_args_args_size);
HSMOD_ASSERT(offsetof(hsmod_third_party_rules_on_threepid_bind_args, args_flags) == 4, hsmod_third_party_rules_on_threepid_bind_args_args_flags);
HSMOD_ASSERT(offsetof(hsmod_third_party_rules_on_threepid_bind_args, user_id) == 8, hsmod_third_party_rules_on_threepid_bind_args_user_id);
HSMOD_ASSERT(offsetof(hsmod_third_party_rules_on_threepid_bind_args, medium) == 24, hsmod_third_party_rules_on_threepid_bind_args_medium);
HSMOD_ASSERT(offsetof(hsmod_third_party_rules_on_threepid_bind_args, address) == 40, hsmod_third_party_rules_on_threepid_bind_args_address);
HSMOD_ASSERT(sizeof(hsmod_third_party_rules_on_add_user_third_party_identifier_args) == 56, hsmod_third_party_rules_on_add_user_third_party_identifier_args_is_whole);
HSMOD_ASSERT(offsetof(hsmod_third_party_rules_on_add_user_third_party_identifier_args, args_size) == 0, hsmod_third_party_rules_on_add_user_third_party_identifier_args_args_size);
HSMOD_ASSERT(offsetof(hsmod_third_party_rules_on_add_user_third_party_identifier_args, args_flags) == 4, hsmod_third_party_rules_on_add_user_third_party_identifier_args_args_flags);
HSMOD_ASSERT(offsetof(hsmod_third_party_rules_on_add_user_third_party_identifier_args, user_id) == 8, hsmod_third_party_rules_on_add_user_third_party_identifier_args_user_id);
HSMOD_ASSERT(offsetof(hsmod_third_party_rules_on_add_user_third_party_identifier_args, medium) == 24, hsmod_third_party_rules_on_add_user_third_party_identifier_args_medium);
HSMOD_ASSERT(offsetof(hsmod_third_party_rules_on_add_user_third_party_identifier_args, address) == 40, hsmod_third_party_rules_on_add_user_third_party_identifier_args_address);
HSMOD_ASSERT(sizeof(hsmod_third_party_rules_on_remove_user_third_party_identifier_args) == 56, hsmod_third_party_rules_on_remove_user_third_party_identifier_args_is_whole);
HSMOD_ASSERT(offsetof(hsmod_third_party_rules_on_remove_user_third_party_identifier_args, args_size) == 0, hsmod_third_party_rules_on_remove_user_third_party_identifier_args_args_size);
HSMOD_ASSERT(offsetof(hsmod_third_party_rules_on_remove_user_third_party_identifier_args, args_flags) == 4, hsmod_third_party_rules_on_remove_user_third_party_identifier_args_args_flags);
HSMOD_ASSERT(offsetof(hsmod_third_party_rules_on_remove_user_third_party_identifier_args, user_id) == 8, hsmod_third_party_rules_on_remove_user_third_party_identifier_args_user_id);
HSMOD_ASSERT(offsetof(hsmod_third_party_rules_on_remove_user_third_party_identifier_args, medium) == 24, hsmod_third_party_rules_on_remove_user_third_party_identifier_args_medium);
HSMOD_ASSERT(offsetof(hsmod_third_party_rules_on_remove_user_third_party_identifier_args, address) == 40, hsmod_third_party_rules_on_remove_user_third_party_identifier_args_address);
HSMOD_ASSERT(sizeof(hsmod_third_party_rules_on_user_search_args) == 16, hsmod_third_party_rules_on_user_search_args_is_whole);
HSMOD_ASSERT(offsetof(hsmod_third_party_rules_on_user_search_args, args_size) == 0, hsmod_third_party_rules_on_user_search_args_args_size);
HSMOD_ASSERT(offsetof(hsmod_third_party_rules_on_user_search_args, args_flags) == 4, hsmod_third_party_rules_on_user_search_args_args_flags);
HSMOD_ASSERT(offsetof(hsmod_third_party_rules_on_user_search_args, results) == 8, hsmod_third_party_rules_on_user_search_args_results);
HSMOD_ASSERT(sizeof(hsmod_third_party_rules_table) == 112, hsmod_third_party_rules_table_is_whole);
HSMOD_ASSERT(offsetof(hsmod_third_party_rules_table, size) == 0, hsmod_third_party_rules_table_size);
HSMOD_ASSERT(offsetof(hsmod_third_party_rules_table, minor) == 4, hsmod_third_party_rules_table_minor);
HSMOD_ASSERT(offsetof(hsmod_third_party_rules_table, check_event_allowed) == 8, hsmod_third_party_rules_table_check_event_allowed);
HSMOD_ASSERT(offsetof(hsmod_third_party_rules_table, on_create_room) == 16, hsmod_third_party_rules_table_on_create_room);
HSMOD_ASSERT(offsetof(hsmod_third_party_rules_table, check_threepid_can_be_invited) == 24, hsmod_third_party_rules_table_check_threepid_can_be_invited);
HSMOD_ASSERT(offsetof(hsmod_third_party_rules_table, check_visibility_can_be_modified) == 32, hsmod_third_party_rules_table_check_visibility_can_be_modified);
HSMOD_ASSERT(offsetof(hsmod_third_party_rules_table, on_new_event) == 40, hsmod_third_party_rules_table_on_new_event);
HSMOD_ASSERT(offsetof(hsmod_third_party_rules_table, check_can_shutdown_room) == 48, hsmod_third_party_rules_table_check_can_shutdown_room);
HSMOD_ASSERT(offsetof(hsmod_third_party_rules_table, check_can_deactivate_user) == 56, hsmod_third_party_rules_table_check_can_deactivate_user);
HSMOD_ASSERT(offsetof(hsmod_third_party_rules_table, on_profile_update) == 64, hsmod_third_party_rules_table_on_profile_update);
HSMOD_ASSERT(offsetof(hsmod_third_party_rules_table, on_user_deactivation_status_changed) == 72, hsmod_third_party_rules_table_on_user_deactivation_status_changed);
HSMOD_ASSERT(offsetof(hsmod_third_party_rules_table, on_threepid_bind) == 80, hsmod_third_party_rules_table_on_threepid_bind);
HSMOD_ASSERT(offsetof(hsmod_third_party_rules_table, on_add_user_third_party_identifier) == 88, hsmod_third_party_rules_table_on_add_user_third_party_identifier);
HSMOD_ASSERT(offsetof(hsmod_third_party_rules_table, on_remove_user_third_party_identifier) == 96, hsmod_third_party_rules_table_on_remove_user_third_party_identifier);
HSMOD_ASSERT(offsetof(hsmod_third_party_rules_table, on_user_search) == 104, hsmod_third_party_rules_table_on_user_search);
HSMOD_ASSERT(sizeof(hsmod_decision) == 32, hsmod_decision_is_whole);
HSMOD_ASSERT(offsetof(hsmod_decision, replacement) == 0, hsmod_decision_replacement);
HSMOD_ASSERT(sizeof(hsmod_account_validity_is_user_expired_args) == 24, hsmod_account_validity_is_user_expired_args_is_whole);
HSMOD_ASSERT(offsetof(hsmod_account_validity_is_user_expired_args, args_size) == 0, hsmod_account_validity_is_user_expired_args_args_size);
HSMOD_ASSERT(offsetof(hsmod_account_validity_is_user_expired_args, args_flags) == 4, hsmod_account_validity_is_user_expired_args_args_flags);
HSMOD_ASSERT(offsetof(hsmod_account_validity_is_user_expired_args, user_id) == 8, hsmod_account_validity_is_user_expired_args_user_id);
HSMOD_ASSERT(sizeof(hsmod_account_validity_on_user_registration_args) == 24, hsmod_account_validity_on_user_registration_args_is_whole);
HSMOD_ASSERT(offsetof(hsmod_account_validity_on_user_registration_args, args_size) == 0, hsmod_account_validity_on_user_registration_args_args_size);
HSMOD_ASSERT(offsetof(hsmod_account_validity_on_user_registration_args, args_flags) == 4, hsmod_account_validity_on_user_registration_args_args_flags);
HSMOD_ASSERT(offsetof(hsmod_account_validity_on_user_registration_args, user_id) == 8, hsmod_account_validity_on_user_registration_args_user_id);
HSMOD_ASSERT(sizeof(hsmod_account_validity_on_user_login_args) == 56, hsmod_account_validity_on_user_login_args_is_whole);
HSMOD_ASSERT(offsetof(hsmod_account_validity_on_user_login_args, args_size) == 0, hsmod_account_validity_on_user_login_args_args_size);
HSMOD_ASSERT(offsetof(hsmod_account_validity_on_user_login_args, args_flags) == 4, hsmod_account_validity_on_user_login_args_args_flags);
HSMOD_ASSERT(offsetof(hsmod_account_validity_on_user_login_args, user_id) == 8, hsmod_account_validity_on_user_login_args_user_id);
HSMOD_ASSERT(offsetof(hsmod_account_validity_on_user_login_args, auth_provider_type) == 24, hsmod_account_validity_on_user_login_args_auth_provider_type);
HSMOD_ASSERT(offsetof(hsmod_account_validity_on_user_login_args, auth_provider_id) == 40, hsmod_account_validity_on_user_login_args_auth_provider_id);
HSMOD_ASSERT(sizeof(hsmod_account_validity_on_legacy_send_mail_args) == 24, hsmod_account_validity_on_legacy_send_mail_args_is_whole);
HSMOD_ASSERT(offsetof(hsmod_account_validity_on_legacy_send_mail_args, args_size) == 0, hsmod_account_validity_on_legacy_send_mail_args_args_size);
HSMOD_ASSERT(offsetof(hsmod_account_validity_on_legacy_send_mail_args, args_flags) == 4, hsmod_account_validity_on_legacy_send_mail_args_args_flags);
HSMOD_ASSERT(offsetof(hsmod_account_validity_on_legacy_send_mail_args, user_id) == 8, hsmod_account_validity_on_legacy_send_mail_args_user_id);
HSMOD_ASSERT(sizeof(hsmod_account_validity_on_legacy_renew_args) == 24, hsmod_account_validity_on_legacy_renew_args_is_whole);
HSMOD_ASSERT(offsetof(hsmod_account_validity_on_legacy_renew_args, args_size) == 0, hsmod_account_validity_on_legacy_renew_args_args_size);
HSMOD_ASSERT(offsetof(hsmod_account_validity_on_legacy_renew_args, args_flags) == 4, hsmod_account_validity_on_legacy_renew_args_args_flags);
HSMOD_ASSERT(offsetof(hsmod_account_validity_on_legacy_renew_args, token) == 8, hsmod_account_validity_on_legacy_renew_args_token);
HSMOD_ASSERT(sizeof(hsmod_account_validity_on_legacy_admin_request_args) == 16, hsmod_account_validity_on_legacy_admin_request_args_is_whole);
HSMOD_ASSERT(offsetof(hsmod_account_validity_on_legacy_admin_request_args, args_size) == 0, hsmod_account_validity_on_legacy_admin_request_args_args_size);
HSMOD_ASSERT(offsetof(hsmod_account_validity_on_legacy_admin_request_args, args_flags) == 4, hsmod_account_validity_on_legacy_admin_request_args_args_flags);
HSMOD_ASSERT(offsetof(hsmod_account_validity_on_legacy_admin_request_args, request) == 8, hsmod_account_validity_on_legacy_admin_request_args_request);
HSMOD_ASSERT(sizeof(hsmod_account_validity_table) == 56, hsmod_account_validity_table_is_whole);
HSMOD_ASSERT(offsetof(hsmod_account_validity_table, size) == 0, hsmod_account_validity_table_size);
HSMOD_ASSERT(offsetof(hsmod_account_validity_table, minor) == 4, hsmod_account_validity_table_minor);
HSMOD_ASSERT(offsetof(hsmod_account_validity_table, is_user_expired) == 8, hsmod_account_validity_table_is_user_expired);
HSMOD_ASSERT(offsetof(hsmod_account_validity_table, on_user_registration) == 16, hsmod_account_validity_table_on_user_registration);
HSMOD_ASSERT(offsetof(hsmod_account_validity_table, on_user_login) == 24, hsmod_account_validity_table_on_user_login);
HSMOD_ASSERT(offsetof(hsmod_account_validity_table, on_legacy_send_mail) == 32, hsmod_account_validity_table_on_legacy_send_mail);
HSMOD_ASSERT(offsetof(hsmod_account_validity_table, on_legacy_renew) == 40, hsmod_account_validity_table_on_legacy_renew);
HSMOD_ASSERT(offsetof(hsmod_account_validity_table, on_legacy_admin_request) == 48, hsmod_account_validity_table_on_legacy_admin_request);
HSMOD_ASSERT(sizeof(hsmod_legacy_renewal) == 16, hsmod_legacy_renewal_is_whole);
HSMOD_ASSERT(offsetof(hsmod_legacy_renewal, valid) == 0, hsmod_legacy_renewal_valid);
HSMOD_ASSERT(offsetof(hsmod_legacy_renewal, stale) == 1, hsmod_legacy_renewal_stale);
HSMOD_ASSERT(offsetof(hsmod_legacy_renewal, expiration_ts) == 8, hsmod_legacy_renewal_expiration_ts);
HSMOD_ASSERT(sizeof(hsmod_user_presence_state) == 88, hsmod_user_presence_state_is_whole);
HSMOD_ASSERT(offsetof(hsmod_user_presence_state, size) == 0, hsmod_user_presence_state_size);
HSMOD_ASSERT(offsetof(hsmod_user_presence_state, flags) == 4, hsmod_user_presence_state_flags);
HSMOD_ASSERT(offsetof(hsmod_user_presence_state, user_id) == 8, hsmod_user_presence_state_user_id);
HSMOD_ASSERT(offsetof(hsmod_user_presence_state, state) == 24, hsmod_user_presence_state_state);
HSMOD_ASSERT(offsetof(hsmod_user_presence_state, status_msg) == 40, hsmod_user_presence_state_status_msg);
HSMOD_ASSERT(offsetof(hsmod_user_presence_state, last_active_ts) == 56, hsmod_user_presence_state_last_active_ts);
HSMOD_ASSERT(offsetof(hsmod_user_presence_state, last_federation_update_ts) == 64, hsmod_user_presence_state_last_federation_update_ts);
HSMOD_ASSERT(offsetof(hsmod_user_presence_state, last_user_sync_ts) == 72, hsmod_user_presence_state_last_user_sync_ts);
HSMOD_ASSERT(offsetof(hsmod_user_presence_state, currently_active) == 80, hsmod_user_presence_state_currently_active);
HSMOD_ASSERT(sizeof(hsmod_slice_of_user_presence_state) == 24, hsmod_slice_of_user_presence_state_is_whole);
HSMOD_ASSERT(offsetof(hsmod_slice_of_user_presence_state, pointer) == 0, hsmod_slice_of_user_presence_state_pointer);
HSMOD_ASSERT(offsetof(hsmod_slice_of_user_presence_state, length) == 8, hsmod_slice_of_user_presence_state_length);
HSMOD_ASSERT(offsetof(hsmod_slice_of_user_presence_state, stride) == 16, hsmod_slice_of_user_presence_state_stride);
HSMOD_ASSERT(sizeof(hsmod_presence_router_get_users_for_states_args) == 32, hsmod_presence_router_get_users_for_states_args_is_whole);
HSMOD_ASSERT(offsetof(hsmod_presence_router_get_users_for_states_args, args_size) == 0, hsmod_presence_router_get_users_for_states_args_args_size);
HSMOD_ASSERT(offsetof(hsmod_presence_router_get_users_for_states_args, args_flags) == 4, hsmod_presence_router_get_users_for_states_args_args_flags);
HSMOD_ASSERT(offsetof(hsmod_presence_router_get_users_for_states_args, state_updates) == 8, hsmod_presence_router_get_users_for_states_args_state_updates);
HSMOD_ASSERT(sizeof(hsmod_presence_router_get_interested_users_args) == 24, hsmod_presence_router_get_interested_users_args_is_whole);
HSMOD_ASSERT(offsetof(hsmod_presence_router_get_interested_users_args, args_size) == 0, hsmod_presence_router_get_interested_users_args_args_size);
HSMOD_ASSERT(offsetof(hsmod_presence_router_get_interested_users_args, args_flags) == 4, hsmod_presence_router_get_interested_users_args_args_flags);
HSMOD_ASSERT(offsetof(hsmod_presence_router_get_interested_users_args, user_id) == 8, hsmod_presence_router_get_interested_users_args_user_id);
HSMOD_ASSERT(sizeof(hsmod_presence_router_table) == 24, hsmod_presence_router_table_is_whole);
HSMOD_ASSERT(offsetof(hsmod_presence_router_table, size) == 0, hsmod_presence_router_table_size);
HSMOD_ASSERT(offsetof(hsmod_presence_router_table, minor) == 4, hsmod_presence_router_table_minor);
HSMOD_ASSERT(offsetof(hsmod_presence_router_table, get_users_for_states) == 8, hsmod_presence_router_table_get_users_for_states);
HSMOD_ASSERT(offsetof(hsmod_presence_router_table, get_interested_users) == 16, hsmod_presence_router_table_get_interested_users);
HSMOD_ASSERT(sizeof(hsmod_password_auth_provider_check_auth_args) == 56, hsmod_password_auth_provider_check_auth_args_is_whole);
HSMOD_ASSERT(offsetof(hsmod_password_auth_provider_check_auth_args, args_size) == 0, hsmod_password_auth_provider_check_auth_args_args_size);
HSMOD_ASSERT(offsetof(hsmod_password_auth_provider_check_auth_args, args_flags) == 4, hsmod_password_auth_provider_check_auth_args_args_flags);
HSMOD_ASSERT(offsetof(hsmod_password_auth_provider_check_auth_args, username) == 8, hsmod_password_auth_provider_check_auth_args_username);
HSMOD_ASSERT(offsetof(hsmod_password_auth_provider_check_auth_args, login_type) == 24, hsmod_password_auth_provider_check_auth_args_login_type);
HSMOD_ASSERT(offsetof(hsmod_password_auth_provider_check_auth_args, login_dict) == 40, hsmod_password_auth_provider_check_auth_args_login_dict);
HSMOD_ASSERT(sizeof(hsmod_password_auth_provider_check_3pid_auth_args) == 56, hsmod_password_auth_provider_check_3pid_auth_args_is_whole);
HSMOD_ASSERT(offsetof(hsmod_password_auth_provider_check_3pid_auth_args, args_size) == 0, hsmod_password_auth_provider_check_3pid_auth_args_args_size);
HSMOD_ASSERT(offsetof(hsmod_password_auth_provider_check_3pid_auth_args, args_flags) == 4, hsmod_password_auth_provider_check_3pid_auth_args_args_flags);
HSMOD_ASSERT(offsetof(hsmod_password_auth_provider_check_3pid_auth_args, medium) == 8, hsmod_password_auth_provider_check_3pid_auth_args_medium);
HSMOD_ASSERT(offsetof(hsmod_password_auth_provider_check_3pid_auth_args, address) == 24, hsmod_password_auth_provider_check_3pid_auth_args_address);
HSMOD_ASSERT(offsetof(hsmod_password_auth_provider_check_3pid_auth_args, password) == 40, hsmod_password_auth_provider_check_3pid_auth_args_password);
HSMOD_ASSERT(sizeof(hsmod_password_auth_provider_on_logged_out_args) == 56, hsmod_password_auth_provider_on_logged_out_args_is_whole);
HSMOD_ASSERT(offsetof(hsmod_password_auth_provider_on_logged_out_args, args_size) == 0, hsmod_password_auth_provider_on_logged_out_args_args_size);
HSMOD_ASSERT(offsetof(hsmod_password_auth_provider_on_logged_out_args, args_flags) == 4, hsmod_password_auth_provider_on_logged_out_args_args_flags);
HSMOD_ASSERT(offsetof(hsmod_password_auth_provider_on_logged_out_args, user_id) == 8, hsmod_password_auth_provider_on_logged_out_args_user_id);
HSMOD_ASSERT(offsetof(hsmod_password_auth_provider_on_logged_out_args, device_id) == 24, hsmod_password_auth_provider_on_logged_out_args_device_id);
HSMOD_ASSERT(offsetof(hsmod_password_auth_provider_on_logged_out_args, access_token) == 40, hsmod_password_auth_provider_on_logged_out_args_access_token);
HSMOD_ASSERT(sizeof(hsmod_password_auth_provider_get_username_for_registration_args) == 40, hsmod_password_auth_provider_get_username_for_registration_args_is_whole);
HSMOD_ASSERT(offsetof(hsmod_password_auth_provider_get_username_for_registration_args, args_size) == 0, hsmod_password_auth_provider_get_username_for_registration_args_args_size);
HSMOD_ASSERT(offsetof(hsmod_password_auth_provider_get_username_for_registration_args, args_flags) == 4, hsmod_password_auth_provider_get_username_for_registration_args_args_flags);
HSMOD_ASSERT(offsetof(hsmod_password_auth_provider_get_username_for_registration_args, uia_results) == 8, hsmod_password_auth_provider_get_username_for_registration_args_uia_results);
HSMOD_ASSERT(offsetof(hsmod_password_auth_provider_get_username_for_registration_args, params) == 24, hsmod_password_auth_provider_get_username_for_registration_args_params);
HSMOD_ASSERT(sizeof(hsmod_password_auth_provider_get_displayname_for_registration_args) == 40, hsmod_password_auth_provider_get_displayname_for_registration_args_is_whole);
HSMOD_ASSERT(offsetof(hsmod_password_auth_provider_get_displayname_for_registration_args, args_size) == 0, hsmod_password_auth_provider_get_displayname_for_registration_args_args_size);
HSMOD_ASSERT(offsetof(hsmod_password_auth_provider_get_displayname_for_registration_args, args_flags) == 4, hsmod_password_auth_provider_get_displayname_for_registration_args_args_flags);
HSMOD_ASSERT(offsetof(hsmod_password_auth_provider_get_displayname_for_registration_args, uia_results) == 8, hsmod_password_auth_provider_get_displayname_for_registration_args_uia_results);
HSMOD_ASSERT(offsetof(hsmod_password_auth_provider_get_displayname_for_registration_args, params) == 24, hsmod_password_auth_provider_get_displayname_for_registration_args_params);
HSMOD_ASSERT(sizeof(hsmod_password_auth_provider_is_3pid_allowed_args) == 48, hsmod_password_auth_provider_is_3pid_allowed_args_is_whole);
HSMOD_ASSERT(offsetof(hsmod_password_auth_provider_is_3pid_allowed_args, args_size) == 0, hsmod_password_auth_provider_is_3pid_allowed_args_args_size);
HSMOD_ASSERT(offsetof(hsmod_password_auth_provider_is_3pid_allowed_args, args_flags) == 4, hsmod_password_auth_provider_is_3pid_allowed_args_args_flags);
HSMOD_ASSERT(offsetof(hsmod_password_auth_provider_is_3pid_allowed_args, medium) == 8, hsmod_password_auth_provider_is_3pid_allowed_args_medium);
HSMOD_ASSERT(offsetof(hsmod_password_auth_provider_is_3pid_allowed_args, address) == 24, hsmod_password_auth_provider_is_3pid_allowed_args_address);
HSMOD_ASSERT(offsetof(hsmod_password_auth_provider_is_3pid_allowed_args, registration) == 40, hsmod_password_auth_provider_is_3pid_allowed_args_registration);
HSMOD_ASSERT(sizeof(hsmod_password_auth_provider_table) == 56, hsmod_password_auth_provider_table_is_whole);
HSMOD_ASSERT(offsetof(hsmod_password_auth_provider_table, size) == 0, hsmod_password_auth_provider_table_size);
HSMOD_ASSERT(offsetof(hsmod_password_auth_provider_table, minor) == 4, hsmod_password_auth_provider_table_minor);
HSMOD_ASSERT(offsetof(hsmod_password_auth_provider_table, check_auth) == 8, hsmod_password_auth_provider_table_check_auth);
HSMOD_ASSERT(offsetof(hsmod_password_auth_provider_table, check_3pid_auth) == 16, hsmod_password_auth_provider_table_check_3pid_auth);
HSMOD_ASSERT(offsetof(hsmod_password_auth_provider_table, on_logged_out) == 24, hsmod_password_auth_provider_table_on_logged_out);
HSMOD_ASSERT(offsetof(hsmod_password_auth_provider_table, get_username_for_registration) == 32, hsmod_password_auth_provider_table_get_username_for_registration);
HSMOD_ASSERT(offsetof(hsmod_password_auth_provider_table, get_displayname_for_registration) == 40, hsmod_password_auth_provider_table_get_displayname_for_registration);
HSMOD_ASSERT(offsetof(hsmod_password_auth_provider_table, is_3pid_allowed) == 48, hsmod_password_auth_provider_table_is_3pid_allowed);
HSMOD_ASSERT(sizeof(hsmod_accepted_login) == 56, hsmod_accepted_login_is_whole);
HSMOD_ASSERT(offsetof(hsmod_accepted_login, user_id) == 0, hsmod_accepted_login_user_id);
HSMOD_ASSERT(offsetof(hsmod_accepted_login, on_login) == 32, hsmod_accepted_login_on_login);
HSMOD_ASSERT(sizeof(hsmod_background_update_controller_on_update_args) == 48, hsmod_background_update_controller_on_update_args_is_whole);
HSMOD_ASSERT(offsetof(hsmod_background_update_controller_on_update_args, args_size) == 0, hsmod_background_update_controller_on_update_args_args_size);
HSMOD_ASSERT(offsetof(hsmod_background_update_controller_on_update_args, args_flags) == 4, hsmod_background_update_controller_on_update_args_args_flags);
HSMOD_ASSERT(offsetof(hsmod_background_update_controller_on_update_args, update_name) == 8, hsmod_background_update_controller_on_update_args_update_name);
HSMOD_ASSERT(offsetof(hsmod_background_update_controller_on_update_args, database_name) == 24, hsmod_background_update_controller_on_update_args_database_name);
HSMOD_ASSERT(offsetof(hsmod_background_update_controller_on_update_args, oneshot) == 40, hsmod_background_update_controller_on_update_args_oneshot);
HSMOD_ASSERT(sizeof(hsmod_background_update_controller_default_batch_size_args) == 40, hsmod_background_update_controller_default_batch_size_args_is_whole);
HSMOD_ASSERT(offsetof(hsmod_background_update_controller_default_batch_size_args, args_size) == 0, hsmod_background_update_controller_default_batch_size_args_args_size);
HSMOD_ASSERT(offsetof(hsmod_background_update_controller_default_batch_size_args, args_flags) == 4, hsmod_background_update_controller_default_batch_size_args_args_flags);
HSMOD_ASSERT(offsetof(hsmod_background_update_controller_default_batch_size_args, update_name) == 8, hsmod_background_update_controller_default_batch_size_args_update_name);
HSMOD_ASSERT(offsetof(hsmod_background_update_controller_default_batch_size_args, database_name) == 24, hsmod_background_update_controller_default_batch_size_args_database_name);
HSMOD_ASSERT(sizeof(hsmod_background_update_controller_min_batch_size_args) == 40, hsmod_background_update_controller_min_batch_size_args_is_whole);
HSMOD_ASSERT(offsetof(hsmod_background_update_controller_min_batch_size_args, args_size) == 0, hsmod_background_update_controller_min_batch_size_args_args_size);
HSMOD_ASSERT(offsetof(hsmod_background_update_controller_min_batch_size_args, args_flags) == 4, hsmod_background_update_controller_min_batch_size_args_args_flags);
HSMOD_ASSERT(offsetof(hsmod_background_update_controller_min_batch_size_args, update_name) == 8, hsmod_background_update_controller_min_batch_size_args_update_name);
HSMOD_ASSERT(offsetof(hsmod_background_update_controller_min_batch_size_args, database_name) == 24, hsmod_background_update_controller_min_batch_size_args_database_name);
HSMOD_ASSERT(sizeof(hsmod_background_update_controller_table) == 32, hsmod_background_update_controller_table_is_whole);
HSMOD_ASSERT(offsetof(hsmod_background_update_controller_table, size) == 0, hsmod_background_update_controller_table_size);
HSMOD_ASSERT(offsetof(hsmod_background_update_controller_table, minor) == 4, hsmod_background_update_controller_table_minor);
HSMOD_ASSERT(offsetof(hsmod_background_update_controller_table, on_update) == 8, hsmod_background_update_controller_table_on_update);
HSMOD_ASSERT(offsetof(hsmod_background_update_controller_table, default_batch_size) == 16, hsmod_background_update_controller_table_default_batch_size);
HSMOD_ASSERT(offsetof(hsmod_background_update_controller_table, min_batch_size) == 24, hsmod_background_update_controller_table_min_batch_size);
HSMOD_ASSERT(sizeof(hsmod_update_guard) == 32, hsmod_update_guard_is_whole);
HSMOD_ASSERT(offsetof(hsmod_update_guard, desired_duration_ms) == 0, hsmod_update_guard_desired_duration_ms);
HSMOD_ASSERT(offsetof(hsmod_update_guard, on_exit) == 8, hsmod_update_guard_on_exit);
HSMOD_ASSERT(sizeof(hsmod_account_data_on_account_data_updated_args) == 72, hsmod_account_data_on_account_data_updated_args_is_whole);
HSMOD_ASSERT(offsetof(hsmod_account_data_on_account_data_updated_args, args_size) == 0, hsmod_account_data_on_account_data_updated_args_args_size);
HSMOD_ASSERT(offsetof(hsmod_account_data_on_account_data_updated_args, args_flags) == 4, hsmod_account_data_on_account_data_updated_args_args_flags);
HSMOD_ASSERT(offsetof(hsmod_account_data_on_account_data_updated_args, user_id) == 8, hsmod_account_data_on_account_data_updated_args_user_id);
HSMOD_ASSERT(offsetof(hsmod_account_data_on_account_data_updated_args, room_id) == 24, hsmod_account_data_on_account_data_updated_args_room_id);
HSMOD_ASSERT(offsetof(hsmod_account_data_on_account_data_updated_args, account_data_type) == 40, hsmod_account_data_on_account_data_updated_args_account_data_type);
HSMOD_ASSERT(offsetof(hsmod_account_data_on_account_data_updated_args, content) == 56, hsmod_account_data_on_account_data_updated_args_content);
HSMOD_ASSERT(sizeof(hsmod_account_data_table) == 16, hsmod_account_data_table_is_whole);
HSMOD_ASSERT(offsetof(hsmod_account_data_table, size) == 0, hsmod_account_data_table_size);
HSMOD_ASSERT(offsetof(hsmod_account_data_table, minor) == 4, hsmod_account_data_table_minor);
HSMOD_ASSERT(offsetof(hsmod_account_data_table, on_account_data_updated) == 8, hsmod_account_data_table_on_account_data_updated);
HSMOD_ASSERT(sizeof(hsmod_slice_of_event) == 24, hsmod_slice_of_event_is_whole);
HSMOD_ASSERT(offsetof(hsmod_slice_of_event, pointer) == 0, hsmod_slice_of_event_pointer);
HSMOD_ASSERT(offsetof(hsmod_slice_of_event, length) == 8, hsmod_slice_of_event_length);
HSMOD_ASSERT(offsetof(hsmod_slice_of_event, stride) == 16, hsmod_slice_of_event_stride);
HSMOD_ASSERT(sizeof(hsmod_add_extra_fields_to_unsigned_client_event_add_field_to_unsigned_callback_args) == 32, hsmod_add_extra_fields_to_unsigned_client_event_add_field_to_unsigned_callback_args_is_whole);
HSMOD_ASSERT(offsetof(hsmod_add_extra_fields_to_unsigned_client_event_add_field_to_unsigned_callback_args, args_size) == 0, hsmod_add_extra_fields_to_unsigned_client_event_add_field_to_unsigned_callback_args_args_size);
HSMOD_ASSERT(offsetof(hsmod_add_extra_fields_to_unsigned_client_event_add_field_to_unsigned_callback_args, args_flags) == 4, hsmod_add_extra_fields_to_unsigned_client_event_add_field_to_unsigned_callback_args_args_flags);
HSMOD_ASSERT(offsetof(hsmod_add_extra_fields_to_unsigned_client_event_add_field_to_unsigned_callback_args, event) == 8, hsmod_add_extra_fields_to_unsigned_client_event_add_field_to_unsigned_callback_args_event);
HSMOD_ASSERT(sizeof(hsmod_add_extra_fields_to_unsigned_client_event_table) == 16, hsmod_add_extra_fields_to_unsigned_client_event_table_is_whole);
HSMOD_ASSERT(offsetof(hsmod_add_extra_fields_to_unsigned_client_event_table, size) == 0, hsmod_add_extra_fields_to_unsigned_client_event_table_size);
HSMOD_ASSERT(offsetof(hsmod_add_extra_fields_to_unsigned_client_event_table, minor) == 4, hsmod_add_extra_fields_to_unsigned_client_event_table_minor);
HSMOD_ASSERT(offsetof(hsmod_add_extra_fields_to_unsigned_client_event_table, add_field_to_unsigned_callback) == 8, hsmod_add_extra_fields_to_unsigned_client_event_table_add_field_to_unsigned_callback);
HSMOD_ASSERT(sizeof(hsmod_each_of_owned_str) == 40, hsmod_each_of_owned_str_is_whole);
HSMOD_ASSERT(offsetof(hsmod_each_of_owned_str, place) == 0, hsmod_each_of_owned_str_place);
HSMOD_ASSERT(offsetof(hsmod_each_of_owned_str, answer) == 8, hsmod_each_of_owned_str_answer);
HSMOD_ASSERT(sizeof(hsmod_owned_array_of_each_of_owned_str) == 40, hsmod_owned_array_of_each_of_owned_str_is_whole);
HSMOD_ASSERT(offsetof(hsmod_owned_array_of_each_of_owned_str, pointer) == 0, hsmod_owned_array_of_each_of_owned_str_pointer);
HSMOD_ASSERT(offsetof(hsmod_owned_array_of_each_of_owned_str, length) == 8, hsmod_owned_array_of_each_of_owned_str_length);
HSMOD_ASSERT(offsetof(hsmod_owned_array_of_each_of_owned_str, stride) == 16, hsmod_owned_array_of_each_of_owned_str_stride);
HSMOD_ASSERT(offsetof(hsmod_owned_array_of_each_of_owned_str, owner) == 24, hsmod_owned_array_of_each_of_owned_str_owner);
HSMOD_ASSERT(offsetof(hsmod_owned_array_of_each_of_owned_str, release) == 32, hsmod_owned_array_of_each_of_owned_str_release);
HSMOD_ASSERT(sizeof(hsmod_media_repository_get_media_config_for_user_args) == 24, hsmod_media_repository_get_media_config_for_user_args_is_whole);
HSMOD_ASSERT(offsetof(hsmod_media_repository_get_media_config_for_user_args, args_size) == 0, hsmod_media_repository_get_media_config_for_user_args_args_size);
HSMOD_ASSERT(offsetof(hsmod_media_repository_get_media_config_for_user_args, args_flags) == 4, hsmod_media_repository_get_media_config_for_user_args_args_flags);
HSMOD_ASSERT(offsetof(hsmod_media_repository_get_media_config_for_user_args, user_id) == 8, hsmod_media_repository_get_media_config_for_user_args_user_id);
HSMOD_ASSERT(sizeof(hsmod_media_repository_is_user_allowed_to_upload_media_of_size_args) == 32, hsmod_media_repository_is_user_allowed_to_upload_media_of_size_args_is_whole);
HSMOD_ASSERT(offsetof(hsmod_media_repository_is_user_allowed_to_upload_media_of_size_args, args_size) == 0, hsmod_media_repository_is_user_allowed_to_upload_media_of_size_args_args_size);
HSMOD_ASSERT(offsetof(hsmod_media_repository_is_user_allowed_to_upload_media_of_size_args, args_flags) == 4, hsmod_media_repository_is_user_allowed_to_upload_media_of_size_args_args_flags);
HSMOD_ASSERT(offsetof(hsmod_media_repository_is_user_allowed_to_upload_media_of_size_args, user_id) == 8, hsmod_media_repository_is_user_allowed_to_upload_media_of_size_args_user_id);
HSMOD_ASSERT(offsetof(hsmod_media_repository_is_user_allowed_to_upload_media_of_size_args, size) == 24, hsmod_media_repository_is_user_allowed_to_upload_media_of_size_args_size);
HSMOD_ASSERT(sizeof(hsmod_media_repository_get_media_upload_limits_for_user_args) == 24, hsmod_media_repository_get_media_upload_limits_for_user_args_is_whole);
HSMOD_ASSERT(offsetof(hsmod_media_repository_get_media_upload_limits_for_user_args, args_size) == 0, hsmod_media_repository_get_media_upload_limits_for_user_args_args_size);
HSMOD_ASSERT(offsetof(hsmod_media_repository_get_media_upload_limits_for_user_args, args_flags) == 4, hsmod_media_repository_get_media_upload_limits_for_user_args_args_flags);
HSMOD_ASSERT(offsetof(hsmod_media_repository_get_media_upload_limits_for_user_args, user_id) == 8, hsmod_media_repository_get_media_upload_limits_for_user_args_user_id);
HSMOD_ASSERT(sizeof(hsmod_lent_media_upload_limit) == 48, hsmod_lent_media_upload_limit_is_whole);
HSMOD_ASSERT(offsetof(hsmod_lent_media_upload_limit, size) == 0, hsmod_lent_media_upload_limit_size);
HSMOD_ASSERT(offsetof(hsmod_lent_media_upload_limit, flags) == 4, hsmod_lent_media_upload_limit_flags);
HSMOD_ASSERT(offsetof(hsmod_lent_media_upload_limit, max_bytes) == 8, hsmod_lent_media_upload_limit_max_bytes);
HSMOD_ASSERT(offsetof(hsmod_lent_media_upload_limit, time_period_ms) == 16, hsmod_lent_media_upload_limit_time_period_ms);
HSMOD_ASSERT(offsetof(hsmod_lent_media_upload_limit, info_uri) == 24, hsmod_lent_media_upload_limit_info_uri);
HSMOD_ASSERT(offsetof(hsmod_lent_media_upload_limit, can_upgrade) == 40, hsmod_lent_media_upload_limit_can_upgrade);
HSMOD_ASSERT(sizeof(hsmod_media_repository_on_media_upload_limit_exceeded_args) == 48, hsmod_media_repository_on_media_upload_limit_exceeded_args_is_whole);
HSMOD_ASSERT(offsetof(hsmod_media_repository_on_media_upload_limit_exceeded_args, args_size) == 0, hsmod_media_repository_on_media_upload_limit_exceeded_args_args_size);
HSMOD_ASSERT(offsetof(hsmod_media_repository_on_media_upload_limit_exceeded_args, args_flags) == 4, hsmod_media_repository_on_media_upload_limit_exceeded_args_args_flags);
HSMOD_ASSERT(offsetof(hsmod_media_repository_on_media_upload_limit_exceeded_args, user_id) == 8, hsmod_media_repository_on_media_upload_limit_exceeded_args_user_id);
HSMOD_ASSERT(offsetof(hsmod_media_repository_on_media_upload_limit_exceeded_args, limit) == 24, hsmod_media_repository_on_media_upload_limit_exceeded_args_limit);
HSMOD_ASSERT(offsetof(hsmod_media_repository_on_media_upload_limit_exceeded_args, sent_bytes) == 32, hsmod_media_repository_on_media_upload_limit_exceeded_args_sent_bytes);
HSMOD_ASSERT(offsetof(hsmod_media_repository_on_media_upload_limit_exceeded_args, attempted_bytes) == 40, hsmod_media_repository_on_media_upload_limit_exceeded_args_attempted_bytes);
HSMOD_ASSERT(sizeof(hsmod_media_repository_table) == 40, hsmod_media_repository_table_is_whole);
HSMOD_ASSERT(offsetof(hsmod_media_repository_table, size) == 0, hsmod_media_repository_table_size);
HSMOD_ASSERT(offsetof(hsmod_media_repository_table, minor) == 4, hsmod_media_repository_table_minor);
HSMOD_ASSERT(offsetof(hsmod_media_repository_table, get_media_config_for_user) == 8, hsmod_media_repository_table_get_media_config_for_user);
HSMOD_ASSERT(offsetof(hsmod_media_repository_table, is_user_allowed_to_upload_media_of_size) == 16, hsmod_media_repository_table_is_user_allowed_to_upload_media_of_size);
HSMOD_ASSERT(offsetof(hsmod_media_repository_table, get_media_upload_limits_for_user) == 24, hsmod_media_repository_table_get_media_upload_limits_for_user);
HSMOD_ASSERT(offsetof(hsmod_media_repository_table, on_media_upload_limit_exceeded) == 32, hsmod_media_repository_table_on_media_upload_limit_exceeded);
HSMOD_ASSERT(sizeof(hsmod_media_upload_limit) == 56, hsmod_media_upload_limit_is_whole);
HSMOD_ASSERT(offsetof(hsmod_media_upload_limit, max_bytes) == 0, hsmod_media_upload_limit_max_bytes);
HSMOD_ASSERT(offsetof(hsmod_media_upload_limit, time_period_ms) == 8, hsmod_media_upload_limit_time_period_ms);
HSMOD_ASSERT(offsetof(hsmod_media_upload_limit, info_uri) == 16, hsmod_media_upload_limit_info_uri);
HSMOD_ASSERT(offsetof(hsmod_media_upload_limit, can_upgrade) == 48, hsmod_media_upload_limit_can_upgrade);
HSMOD_ASSERT(sizeof(hsmod_owned_array_of_media_upload_limit) == 40, hsmod_owned_array_of_media_upload_limit_is_whole);
HSMOD_ASSERT(offsetof(hsmod_owned_array_of_media_upload_limit, pointer) == 0, hsmod_owned_array_of_media_upload_limit_pointer);
HSMOD_ASSERT(offsetof(hsmod_owned_array_of_media_upload_limit, length) == 8, hsmod_owned_array_of_media_upload_limit_length);
HSMOD_ASSERT(offsetof(hsmod_owned_array_of_media_upload_limit, stride) == 16, hsmod_owned_array_of_media_upload_limit_stride);
HSMOD_ASSERT(offsetof(hsmod_owned_array_of_media_upload_limit, owner) == 24, hsmod_owned_array_of_media_upload_limit_owner);
HSMOD_ASSERT(offsetof(hsmod_owned_array_of_media_upload_limit, release) == 32, hsmod_owned_array_of_media_upload_limit_release);
HSMOD_ASSERT(sizeof(hsmod_ratelimit_get_ratelimit_override_for_user_args) == 40, hsmod_ratelimit_get_ratelimit_override_for_user_args_is_whole);
HSMOD_ASSERT(offsetof(hsmod_ratelimit_get_ratelimit_override_for_user_args, args_size) == 0, hsmod_ratelimit_get_ratelimit_override_for_user_args_args_size);
HSMOD_ASSERT(offsetof(hsmod_ratelimit_get_ratelimit_override_for_user_args, args_flags) == 4, hsmod_ratelimit_get_ratelimit_override_for_user_args_args_flags);
HSMOD_ASSERT(offsetof(hsmod_ratelimit_get_ratelimit_override_for_user_args, user_id) == 8, hsmod_ratelimit_get_ratelimit_override_for_user_args_user_id);
HSMOD_ASSERT(offsetof(hsmod_ratelimit_get_ratelimit_override_for_user_args, limiter_name) == 24, hsmod_ratelimit_get_ratelimit_override_for_user_args_limiter_name);
HSMOD_ASSERT(sizeof(hsmod_ratelimit_table) == 16, hsmod_ratelimit_table_is_whole);
HSMOD_ASSERT(offsetof(hsmod_ratelimit_table, size) == 0, hsmod_ratelimit_table_size);
HSMOD_ASSERT(offsetof(hsmod_ratelimit_table, minor) == 4, hsmod_ratelimit_table_minor);
HSMOD_ASSERT(offsetof(hsmod_ratelimit_table, get_ratelimit_override_for_user) == 8, hsmod_ratelimit_table_get_ratelimit_override_for_user);
HSMOD_ASSERT(sizeof(hsmod_ratelimit_override) == 16, hsmod_ratelimit_override_is_whole);
HSMOD_ASSERT(offsetof(hsmod_ratelimit_override, per_second) == 0, hsmod_ratelimit_override_per_second);
HSMOD_ASSERT(offsetof(hsmod_ratelimit_override, burst_count) == 8, hsmod_ratelimit_override_burst_count);
HSMOD_ASSERT(sizeof(hsmod_event_delivery) == 64, hsmod_event_delivery_is_whole);
HSMOD_ASSERT(offsetof(hsmod_event_delivery, size) == 0, hsmod_event_delivery_size);
HSMOD_ASSERT(offsetof(hsmod_event_delivery, flags) == 4, hsmod_event_delivery_flags);
HSMOD_ASSERT(offsetof(hsmod_event_delivery, server_name) == 8, hsmod_event_delivery_server_name);
HSMOD_ASSERT(offsetof(hsmod_event_delivery, method) == 24, hsmod_event_delivery_method);
HSMOD_ASSERT(offsetof(hsmod_event_delivery, events) == 40, hsmod_event_delivery_events);
HSMOD_ASSERT(sizeof(hsmod_federation_on_event_delivered_over_federation_args) == 16, hsmod_federation_on_event_delivered_over_federation_args_is_whole);
HSMOD_ASSERT(offsetof(hsmod_federation_on_event_delivered_over_federation_args, args_size) == 0, hsmod_federation_on_event_delivered_over_federation_args_args_size);
HSMOD_ASSERT(offsetof(hsmod_federation_on_event_delivered_over_federation_args, args_flags) == 4, hsmod_federation_on_event_delivered_over_federation_args_args_flags);
HSMOD_ASSERT(offsetof(hsmod_federation_on_event_delivered_over_federation_args, delivery) == 8, hsmod_federation_on_event_delivered_over_federation_args_delivery);
HSMOD_ASSERT(sizeof(hsmod_federation_table) == 16, hsmod_federation_table_is_whole);
HSMOD_ASSERT(offsetof(hsmod_federation_table, size) == 0, hsmod_federation_table_size);
HSMOD_ASSERT(offsetof(hsmod_federation_table, minor) == 4, hsmod_federation_table_minor);
HSMOD_ASSERT(offsetof(hsmod_federation_table, on_event_delivered_over_federation) == 8, hsmod_federation_table_on_event_delivered_over_federation);
HSMOD_ASSERT(sizeof(hsmod_users_get_userinfo_by_id_args) == 24, hsmod_users_get_userinfo_by_id_args_is_whole);
HSMOD_ASSERT(offsetof(hsmod_users_get_userinfo_by_id_args, args_size) == 0, hsmod_users_get_userinfo_by_id_args_args_size);
HSMOD_ASSERT(offsetof(hsmod_users_get_userinfo_by_id_args, args_flags) == 4, hsmod_users_get_userinfo_by_id_args_args_flags);
HSMOD_ASSERT(offsetof(hsmod_users_get_userinfo_by_id_args, user_id) == 8, hsmod_users_get_userinfo_by_id_args_user_id);
HSMOD_ASSERT(sizeof(hsmod_users_get_user_by_req_args) == 24, hsmod_users_get_user_by_req_args_is_whole);
HSMOD_ASSERT(offsetof(hsmod_users_get_user_by_req_args, args_size) == 0, hsmod_users_get_user_by_req_args_args_size);
HSMOD_ASSERT(offsetof(hsmod_users_get_user_by_req_args, args_flags) == 4, hsmod_users_get_user_by_req_args_args_flags);
HSMOD_ASSERT(offsetof(hsmod_users_get_user_by_req_args, request) == 8, hsmod_users_get_user_by_req_args_request);
HSMOD_ASSERT(offsetof(hsmod_users_get_user_by_req_args, allow_guest) == 16, hsmod_users_get_user_by_req_args_allow_guest);
HSMOD_ASSERT(offsetof(hsmod_users_get_user_by_req_args, allow_expired) == 17, hsmod_users_get_user_by_req_args_allow_expired);
HSMOD_ASSERT(sizeof(hsmod_users_is_user_admin_args) == 24, hsmod_users_is_user_admin_args_is_whole);
HSMOD_ASSERT(offsetof(hsmod_users_is_user_admin_args, args_size) == 0, hsmod_users_is_user_admin_args_args_size);
HSMOD_ASSERT(offsetof(hsmod_users_is_user_admin_args, args_flags) == 4, hsmod_users_is_user_admin_args_args_flags);
HSMOD_ASSERT(offsetof(hsmod_users_is_user_admin_args, user_id) == 8, hsmod_users_is_user_admin_args_user_id);
HSMOD_ASSERT(sizeof(hsmod_users_set_user_admin_args) == 32, hsmod_users_set_user_admin_args_is_whole);
HSMOD_ASSERT(offsetof(hsmod_users_set_user_admin_args, args_size) == 0, hsmod_users_set_user_admin_args_args_size);
HSMOD_ASSERT(offsetof(hsmod_users_set_user_admin_args, args_flags) == 4, hsmod_users_set_user_admin_args_args_flags);
HSMOD_ASSERT(offsetof(hsmod_users_set_user_admin_args, user_id) == 8, hsmod_users_set_user_admin_args_user_id);
HSMOD_ASSERT(offsetof(hsmod_users_set_user_admin_args, admin) == 24, hsmod_users_set_user_admin_args_admin);
HSMOD_ASSERT(sizeof(hsmod_users_get_profile_for_user_args) == 24, hsmod_users_get_profile_for_user_args_is_whole);
HSMOD_ASSERT(offsetof(hsmod_users_get_profile_for_user_args, args_size) == 0, hsmod_users_get_profile_for_user_args_args_size);
HSMOD_ASSERT(offsetof(hsmod_users_get_profile_for_user_args, args_flags) == 4, hsmod_users_get_profile_for_user_args_args_flags);
HSMOD_ASSERT(offsetof(hsmod_users_get_profile_for_user_args, localpart) == 8, hsmod_users_get_profile_for_user_args_localpart);
HSMOD_ASSERT(sizeof(hsmod_users_check_user_exists_args) == 24, hsmod_users_check_user_exists_args_is_whole);
HSMOD_ASSERT(offsetof(hsmod_users_check_user_exists_args, args_size) == 0, hsmod_users_check_user_exists_args_args_size);
HSMOD_ASSERT(offsetof(hsmod_users_check_user_exists_args, args_flags) == 4, hsmod_users_check_user_exists_args_args_flags);
HSMOD_ASSERT(offsetof(hsmod_users_check_user_exists_args, user_id) == 8, hsmod_users_check_user_exists_args_user_id);
HSMOD_ASSERT(sizeof(hsmod_users_check_username_args) == 24, hsmod_users_check_username_args_is_whole);
HSMOD_ASSERT(offsetof(hsmod_users_check_username_args, args_size) == 0, hsmod_users_check_username_args_args_size);
HSMOD_ASSERT(offsetof(hsmod_users_check_username_args, args_flags) == 4, hsmod_users_check_username_args_args_flags);
HSMOD_ASSERT(offsetof(hsmod_users_check_username_args, username) == 8, hsmod_users_check_username_args_username);
HSMOD_ASSERT(sizeof(hsmod_users_register_user_args) == 64, hsmod_users_register_user_args_is_whole);
HSMOD_ASSERT(offsetof(hsmod_users_register_user_args, args_size) == 0, hsmod_users_register_user_args_args_size);
HSMOD_ASSERT(offsetof(hsmod_users_register_user_args, args_flags) == 4, hsmod_users_register_user_args_args_flags);
HSMOD_ASSERT(offsetof(hsmod_users_register_user_args, localpart) == 8, hsmod_users_register_user_args_localpart);
HSMOD_ASSERT(offsetof(hsmod_users_register_user_args, displayname) == 24, hsmod_users_register_user_args_displayname);
HSMOD_ASSERT(offsetof(hsmod_users_register_user_args, emails) == 40, hsmod_users_register_user_args_emails);
HSMOD_ASSERT(offsetof(hsmod_users_register_user_args, admin) == 56, hsmod_users_register_user_args_admin);
HSMOD_ASSERT(sizeof(hsmod_users_set_displayname_args) == 40, hsmod_users_set_displayname_args_is_whole);
HSMOD_ASSERT(offsetof(hsmod_users_set_displayname_args, args_size) == 0, hsmod_users_set_displayname_args_args_size);
HSMOD_ASSERT(offsetof(hsmod_users_set_displayname_args, args_flags) == 4, hsmod_users_set_displayname_args_args_flags);
HSMOD_ASSERT(offsetof(hsmod_users_set_displayname_args, user_id) == 8, hsmod_users_set_displayname_args_user_id);
HSMOD_ASSERT(offsetof(hsmod_users_set_displayname_args, new_displayname) == 24, hsmod_users_set_displayname_args_new_displayname);
HSMOD_ASSERT(sizeof(hsmod_users_record_user_external_id_args) == 56, hsmod_users_record_user_external_id_args_is_whole);
HSMOD_ASSERT(offsetof(hsmod_users_record_user_external_id_args, args_size) == 0, hsmod_users_record_user_external_id_args_args_size);
HSMOD_ASSERT(offsetof(hsmod_users_record_user_external_id_args, args_flags) == 4, hsmod_users_record_user_external_id_args_args_flags);
HSMOD_ASSERT(offsetof(hsmod_users_record_user_external_id_args, auth_provider_id) == 8, hsmod_users_record_user_external_id_args_auth_provider_id);
HSMOD_ASSERT(offsetof(hsmod_users_record_user_external_id_args, external_id) == 24, hsmod_users_record_user_external_id_args_external_id);
HSMOD_ASSERT(offsetof(hsmod_users_record_user_external_id_args, registered_user_id) == 40, hsmod_users_record_user_external_id_args_registered_user_id);
HSMOD_ASSERT(sizeof(hsmod_users_get_user_ip_and_agents_args) == 32, hsmod_users_get_user_ip_and_agents_args_is_whole);
HSMOD_ASSERT(offsetof(hsmod_users_get_user_ip_and_agents_args, args_size) == 0, hsmod_users_get_user_ip_and_agents_args_args_size);
HSMOD_ASSERT(offsetof(hsmod_users_get_user_ip_and_agents_args, args_flags) == 4, hsmod_users_get_user_ip_and_agents_args_args_flags);
HSMOD_ASSERT(offsetof(hsmod_users_get_user_ip_and_agents_args, user_id) == 8, hsmod_users_get_user_ip_and_agents_args_user_id);
HSMOD_ASSERT(offsetof(hsmod_users_get_user_ip_and_agents_args, since_ts) == 24, hsmod_users_get_user_ip_and_agents_args_since_ts);
HSMOD_ASSERT(sizeof(hsmod_users_get_monthly_active_users_by_service_args) == 40, hsmod_users_get_monthly_active_users_by_service_args_is_whole);
HSMOD_ASSERT(offsetof(hsmod_users_get_monthly_active_users_by_service_args, args_size) == 0, hsmod_users_get_monthly_active_users_by_service_args_args_size);
HSMOD_ASSERT(offsetof(hsmod_users_get_monthly_active_users_by_service_args, args_flags) == 4, hsmod_users_get_monthly_active_users_by_service_args_args_flags);
HSMOD_ASSERT(offsetof(hsmod_users_get_monthly_active_users_by_service_args, start_timestamp) == 8, hsmod_users_get_monthly_active_users_by_service_args_start_timestamp);
HSMOD_ASSERT(offsetof(hsmod_users_get_monthly_active_users_by_service_args, end_timestamp) == 24, hsmod_users_get_monthly_active_users_by_service_args_end_timestamp);
HSMOD_ASSERT(sizeof(hsmod_users_deactivate_user_args) == 32, hsmod_users_deactivate_user_args_is_whole);
HSMOD_ASSERT(offsetof(hsmod_users_deactivate_user_args, args_size) == 0, hsmod_users_deactivate_user_args_args_size);
HSMOD_ASSERT(offsetof(hsmod_users_deactivate_user_args, args_flags) == 4, hsmod_users_deactivate_user_args_args_flags);
HSMOD_ASSERT(offsetof(hsmod_users_deactivate_user_args, user_id) == 8, hsmod_users_deactivate_user_args_user_id);
HSMOD_ASSERT(offsetof(hsmod_users_deactivate_user_args, erase) == 24, hsmod_users_deactivate_user_args_erase);
HSMOD_ASSERT(sizeof(hsmod_users_set_user_locked_args) == 32, hsmod_users_set_user_locked_args_is_whole);
HSMOD_ASSERT(offsetof(hsmod_users_set_user_locked_args, args_size) == 0, hsmod_users_set_user_locked_args_args_size);
HSMOD_ASSERT(offsetof(hsmod_users_set_user_locked_args, args_flags) == 4, hsmod_users_set_user_locked_args_args_flags);
HSMOD_ASSERT(offsetof(hsmod_users_set_user_locked_args, user_id) == 8, hsmod_users_set_user_locked_args_user_id);
HSMOD_ASSERT(offsetof(hsmod_users_set_user_locked_args, locked) == 24, hsmod_users_set_user_locked_args_locked);
HSMOD_ASSERT(sizeof(hsmod_users_table) == 120, hsmod_users_table_is_whole);
HSMOD_ASSERT(offsetof(hsmod_users_table, size) == 0, hsmod_users_table_size);
HSMOD_ASSERT(offsetof(hsmod_users_table, minor) == 4, hsmod_users_table_minor);
HSMOD_ASSERT(offsetof(hsmod_users_table, get_userinfo_by_id) == 8, hsmod_users_table_get_userinfo_by_id);
HSMOD_ASSERT(offsetof(hsmod_users_table, get_user_by_req) == 16, hsmod_users_table_get_user_by_req);
HSMOD_ASSERT(offsetof(hsmod_users_table, is_user_admin) == 24, hsmod_users_table_is_user_admin);
HSMOD_ASSERT(offsetof(hsmod_users_table, set_user_admin) == 32, hsmod_users_table_set_user_admin);
HSMOD_ASSERT(offsetof(hsmod_users_table, get_profile_for_user) == 40, hsmod_users_table_get_profile_for_user);
HSMOD_ASSERT(offsetof(hsmod_users_table, check_user_exists) == 48, hsmod_users_table_check_user_exists);
HSMOD_ASSERT(offsetof(hsmod_users_table, check_username) == 56, hsmod_users_table_check_username);
HSMOD_ASSERT(offsetof(hsmod_users_table, register_user) == 64, hsmod_users_table_register_user);
HSMOD_ASSERT(offsetof(hsmod_users_table, set_displayname) == 72, hsmod_users_table_set_displayname);
HSMOD_ASSERT(offsetof(hsmod_users_table, record_user_external_id) == 80, hsmod_users_table_record_user_external_id);
HSMOD_ASSERT(offsetof(hsmod_users_table, get_user_ip_and_agents) == 88, hsmod_users_table_get_user_ip_and_agents);
HSMOD_ASSERT(offsetof(hsmod_users_table, get_monthly_active_users_by_service) == 96, hsmod_users_table_get_monthly_active_users_by_service);
HSMOD_ASSERT(offsetof(hsmod_users_table, deactivate_user) == 104, hsmod_users_table_deactivate_user);
HSMOD_ASSERT(offsetof(hsmod_users_table, set_user_locked) == 112, hsmod_users_table_set_user_locked);
HSMOD_ASSERT(sizeof(hsmod_logins_register_device_args) == 56, hsmod_logins_register_device_args_is_whole);
HSMOD_ASSERT(offsetof(hsmod_logins_register_device_args, args_size) == 0, hsmod_logins_register_device_args_args_size);
HSMOD_ASSERT(offsetof(hsmod_logins_register_device_args, args_flags) == 4, hsmod_logins_register_device_args_args_flags);
HSMOD_ASSERT(offsetof(hsmod_logins_register_device_args, user_id) == 8, hsmod_logins_register_device_args_user_id);
HSMOD_ASSERT(offsetof(hsmod_logins_register_device_args, device_id) == 24, hsmod_logins_register_device_args_device_id);
HSMOD_ASSERT(offsetof(hsmod_logins_register_device_args, initial_display_name) == 40, hsmod_logins_register_device_args_initial_display_name);
HSMOD_ASSERT(sizeof(hsmod_logins_create_login_token_args) == 64, hsmod_logins_create_login_token_args_is_whole);
HSMOD_ASSERT(offsetof(hsmod_logins_create_login_token_args, args_size) == 0, hsmod_logins_create_login_token_args_args_size);
HSMOD_ASSERT(offsetof(hsmod_logins_create_login_token_args, args_flags) == 4, hsmod_logins_create_login_token_args_args_flags);
HSMOD_ASSERT(offsetof(hsmod_logins_create_login_token_args, user_id) == 8, hsmod_logins_create_login_token_args_user_id);
HSMOD_ASSERT(offsetof(hsmod_logins_create_login_token_args, duration_in_ms) == 24, hsmod_logins_create_login_token_args_duration_in_ms);
HSMOD_ASSERT(offsetof(hsmod_logins_create_login_token_args, auth_provider_id) == 32, hsmod_logins_create_login_token_args_auth_provider_id);
HSMOD_ASSERT(offsetof(hsmod_logins_create_login_token_args, auth_provider_session_id) == 48, hsmod_logins_create_login_token_args_auth_provider_session_id);
HSMOD_ASSERT(sizeof(hsmod_logins_invalidate_access_token_args) == 24, hsmod_logins_invalidate_access_token_args_is_whole);
HSMOD_ASSERT(offsetof(hsmod_logins_invalidate_access_token_args, args_size) == 0, hsmod_logins_invalidate_access_token_args_args_size);
HSMOD_ASSERT(offsetof(hsmod_logins_invalidate_access_token_args, args_flags) == 4, hsmod_logins_invalidate_access_token_args_args_flags);
HSMOD_ASSERT(offsetof(hsmod_logins_invalidate_access_token_args, access_token) == 8, hsmod_logins_invalidate_access_token_args_access_token);
HSMOD_ASSERT(sizeof(hsmod_logins_complete_sso_login_async_args) == 64, hsmod_logins_complete_sso_login_async_args_is_whole);
HSMOD_ASSERT(offsetof(hsmod_logins_complete_sso_login_async_args, args_size) == 0, hsmod_logins_complete_sso_login_async_args_args_size);
HSMOD_ASSERT(offsetof(hsmod_logins_complete_sso_login_async_args, args_flags) == 4, hsmod_logins_complete_sso_login_async_args_args_flags);
HSMOD_ASSERT(offsetof(hsmod_logins_complete_sso_login_async_args, registered_user_id) == 8, hsmod_logins_complete_sso_login_async_args_registered_user_id);
HSMOD_ASSERT(offsetof(hsmod_logins_complete_sso_login_async_args, client_redirect_url) == 24, hsmod_logins_complete_sso_login_async_args_client_redirect_url);
HSMOD_ASSERT(offsetof(hsmod_logins_complete_sso_login_async_args, new_user) == 40, hsmod_logins_complete_sso_login_async_args_new_user);
HSMOD_ASSERT(offsetof(hsmod_logins_complete_sso_login_async_args, auth_provider_id) == 48, hsmod_logins_complete_sso_login_async_args_auth_provider_id);
HSMOD_ASSERT(sizeof(hsmod_logins_create_registration_token_args) == 56, hsmod_logins_create_registration_token_args_is_whole);
HSMOD_ASSERT(offsetof(hsmod_logins_create_registration_token_args, args_size) == 0, hsmod_logins_create_registration_token_args_args_size);
HSMOD_ASSERT(offsetof(hsmod_logins_create_registration_token_args, args_flags) == 4, hsmod_logins_create_registration_token_args_args_flags);
HSMOD_ASSERT(offsetof(hsmod_logins_create_registration_token_args, token) == 8, hsmod_logins_create_registration_token_args_token);
HSMOD_ASSERT(offsetof(hsmod_logins_create_registration_token_args, uses_allowed) == 24, hsmod_logins_create_registration_token_args_uses_allowed);
HSMOD_ASSERT(offsetof(hsmod_logins_create_registration_token_args, expiry_time) == 40, hsmod_logins_create_registration_token_args_expiry_time);
HSMOD_ASSERT(sizeof(hsmod_logins_get_registration_tokens_args) == 8, hsmod_logins_get_registration_tokens_args_is_whole);
HSMOD_ASSERT(offsetof(hsmod_logins_get_registration_tokens_args, args_size) == 0, hsmod_logins_get_registration_tokens_args_args_size);
HSMOD_ASSERT(offsetof(hsmod_logins_get_registration_tokens_args, args_flags) == 4, hsmod_logins_get_registration_tokens_args_args_flags);
HSMOD_ASSERT(sizeof(hsmod_logins_delete_registration_token_args) == 24, hsmod_logins_delete_registration_token_args_is_whole);
HSMOD_ASSERT(offsetof(hsmod_logins_delete_registration_token_args, args_size) == 0, hsmod_logins_delete_registration_token_args_args_size);
HSMOD_ASSERT(offsetof(hsmod_logins_delete_registration_token_args, args_flags) == 4, hsmod_logins_delete_registration_token_args_args_flags);
HSMOD_ASSERT(offsetof(hsmod_logins_delete_registration_token_args, token) == 8, hsmod_logins_delete_registration_token_args_token);
HSMOD_ASSERT(sizeof(hsmod_logins_table) == 64, hsmod_logins_table_is_whole);
HSMOD_ASSERT(offsetof(hsmod_logins_table, size) == 0, hsmod_logins_table_size);
HSMOD_ASSERT(offsetof(hsmod_logins_table, minor) == 4, hsmod_logins_table_minor);
HSMOD_ASSERT(offsetof(hsmod_logins_table, register_device) == 8, hsmod_logins_table_register_device);
HSMOD_ASSERT(offsetof(hsmod_logins_table, create_login_token) == 16, hsmod_logins_table_create_login_token);
HSMOD_ASSERT(offsetof(hsmod_logins_table, invalidate_access_token) == 24, hsmod_logins_table_invalidate_access_token);
HSMOD_ASSERT(offsetof(hsmod_logins_table, complete_sso_login_async) == 32, hsmod_logins_table_complete_sso_login_async);
HSMOD_ASSERT(offsetof(hsmod_logins_table, create_registration_token) == 40, hsmod_logins_table_create_registration_token);
HSMOD_ASSERT(offsetof(hsmod_logins_table, get_registration_tokens) == 48, hsmod_logins_table_get_registration_tokens);
HSMOD_ASSERT(offsetof(hsmod_logins_table, delete_registration_token) == 56, hsmod_logins_table_delete_registration_token);
HSMOD_ASSERT(sizeof(hsmod_rooms_create_room_args) == 64, hsmod_rooms_create_room_args_is_whole);
HSMOD_ASSERT(offsetof(hsmod_rooms_create_room_args, args_size) == 0, hsmod_rooms_create_room_args_args_size);
HSMOD_ASSERT(offsetof(hsmod_rooms_create_room_args, args_flags) == 4, hsmod_rooms_create_room_args_args_flags);
HSMOD_ASSERT(offsetof(hsmod_rooms_create_room_args, user_id) == 8, hsmod_rooms_create_room_args_user_id);
HSMOD_ASSERT(offsetof(hsmod_rooms_create_room_args, config) == 24, hsmod_rooms_create_room_args_config);
HSMOD_ASSERT(offsetof(hsmod_rooms_create_room_args, ratelimit) == 40, hsmod_rooms_create_room_args_ratelimit);
HSMOD_ASSERT(offsetof(hsmod_rooms_create_room_args, creator_join_profile) == 48, hsmod_rooms_create_room_args_creator_join_profile);
HSMOD_ASSERT(sizeof(hsmod_rooms_delete_room_args) == 24, hsmod_rooms_delete_room_args_is_whole);
HSMOD_ASSERT(offsetof(hsmod_rooms_delete_room_args, args_size) == 0, hsmod_rooms_delete_room_args_args_size);
HSMOD_ASSERT(offsetof(hsmod_rooms_delete_room_args, args_flags) == 4, hsmod_rooms_delete_room_args_args_flags);
HSMOD_ASSERT(offsetof(hsmod_rooms_delete_room_args, room_id) == 8, hsmod_rooms_delete_room_args_room_id);
HSMOD_ASSERT(sizeof(hsmod_rooms_shutdown_room_args) == 40, hsmod_rooms_shutdown_room_args_is_whole);
HSMOD_ASSERT(offsetof(hsmod_rooms_shutdown_room_args, args_size) == 0, hsmod_rooms_shutdown_room_args_args_size);
HSMOD_ASSERT(offsetof(hsmod_rooms_shutdown_room_args, args_flags) == 4, hsmod_rooms_shutdown_room_args_args_flags);
HSMOD_ASSERT(offsetof(hsmod_rooms_shutdown_room_args, room_id) == 8, hsmod_rooms_shutdown_room_args_room_id);
HSMOD_ASSERT(offsetof(hsmod_rooms_shutdown_room_args, options) == 24, hsmod_rooms_shutdown_room_args_options);
HSMOD_ASSERT(sizeof(hsmod_rooms_lookup_room_alias_args) == 24, hsmod_rooms_lookup_room_alias_args_is_whole);
HSMOD_ASSERT(offsetof(hsmod_rooms_lookup_room_alias_args, args_size) == 0, hsmod_rooms_lookup_room_alias_args_args_size);
HSMOD_ASSERT(offsetof(hsmod_rooms_lookup_room_alias_args, args_flags) == 4, hsmod_rooms_lookup_room_alias_args_args_flags);
HSMOD_ASSERT(offsetof(hsmod_rooms_lookup_room_alias_args, room_alias) == 8, hsmod_rooms_lookup_room_alias_args_room_alias);
HSMOD_ASSERT(sizeof(hsmod_rooms_get_canonical_room_alias_args) == 24, hsmod_rooms_get_canonical_room_alias_args_is_whole);
HSMOD_ASSERT(offsetof(hsmod_rooms_get_canonical_room_alias_args, args_size) == 0, hsmod_rooms_get_canonical_room_alias_args_args_size);
HSMOD_ASSERT(offsetof(hsmod_rooms_get_canonical_room_alias_args, args_flags) == 4, hsmod_rooms_get_canonical_room_alias_args_args_flags);
HSMOD_ASSERT(offsetof(hsmod_rooms_get_canonical_room_alias_args, room_id) == 8, hsmod_rooms_get_canonical_room_alias_args_room_id);
HSMOD_ASSERT(sizeof(hsmod_rooms_table) == 48, hsmod_rooms_table_is_whole);
HSMOD_ASSERT(offsetof(hsmod_rooms_table, size) == 0, hsmod_rooms_table_size);
HSMOD_ASSERT(offsetof(hsmod_rooms_table, minor) == 4, hsmod_rooms_table_minor);
HSMOD_ASSERT(offsetof(hsmod_rooms_table, create_room) == 8, hsmod_rooms_table_create_room);
HSMOD_ASSERT(offsetof(hsmod_rooms_table, delete_room) == 16, hsmod_rooms_table_delete_room);
HSMOD_ASSERT(offsetof(hsmod_rooms_table, shutdown_room) == 24, hsmod_rooms_table_shutdown_room);
HSMOD_ASSERT(offsetof(hsmod_rooms_table, lookup_room_alias) == 32, hsmod_rooms_table_lookup_room_alias);
HSMOD_ASSERT(offsetof(hsmod_rooms_table, get_canonical_room_alias) == 40, hsmod_rooms_table_get_canonical_room_alias);
HSMOD_ASSERT(sizeof(hsmod_events_create_and_send_event_into_room_args) == 40, hsmod_events_create_and_send_event_into_room_args_is_whole);
HSMOD_ASSERT(offsetof(hsmod_events_create_and_send_event_into_room_args, args_size) == 0, hsmod_events_create_and_send_event_into_room_args_args_size);
HSMOD_ASSERT(offsetof(hsmod_events_create_and_send_event_into_room_args, args_flags) == 4, hsmod_events_create_and_send_event_into_room_args_args_flags);
HSMOD_ASSERT(offsetof(hsmod_events_create_and_send_event_into_room_args, room_id) == 8, hsmod_events_create_and_send_event_into_room_args_room_id);
HSMOD_ASSERT(offsetof(hsmod_events_create_and_send_event_into_room_args, event) == 24, hsmod_events_create_and_send_event_into_room_args_event);
HSMOD_ASSERT(sizeof(hsmod_events_get_state_events_in_room_args) == 40, hsmod_events_get_state_events_in_room_args_is_whole);
HSMOD_ASSERT(offsetof(hsmod_events_get_state_events_in_room_args, args_size) == 0, hsmod_events_get_state_events_in_room_args_args_size);
HSMOD_ASSERT(offsetof(hsmod_events_get_state_events_in_room_args, args_flags) == 4, hsmod_events_get_state_events_in_room_args_args_flags);
HSMOD_ASSERT(offsetof(hsmod_events_get_state_events_in_room_args, room_id) == 8, hsmod_events_get_state_events_in_room_args_room_id);
HSMOD_ASSERT(offsetof(hsmod_events_get_state_events_in_room_args, types) == 24, hsmod_events_get_state_events_in_room_args_types);
HSMOD_ASSERT(sizeof(hsmod_events_get_room_state_args) == 40, hsmod_events_get_room_state_args_is_whole);
HSMOD_ASSERT(offsetof(hsmod_events_get_room_state_args, args_size) == 0, hsmod_events_get_room_state_args_args_size);
HSMOD_ASSERT(offsetof(hsmod_events_get_room_state_args, args_flags) == 4, hsmod_events_get_room_state_args_args_flags);
HSMOD_ASSERT(offsetof(hsmod_events_get_room_state_args, room_id) == 8, hsmod_events_get_room_state_args_room_id);
HSMOD_ASSERT(offsetof(hsmod_events_get_room_state_args, event_filter) == 24, hsmod_events_get_room_state_args_event_filter);
HSMOD_ASSERT(sizeof(hsmod_events_table) == 32, hsmod_events_table_is_whole);
HSMOD_ASSERT(offsetof(hsmod_events_table, size) == 0, hsmod_events_table_size);
HSMOD_ASSERT(offsetof(hsmod_events_table, minor) == 4, hsmod_events_table_minor);
HSMOD_ASSERT(offsetof(hsmod_events_table, create_and_send_event_into_room) == 8, hsmod_events_table_create_and_send_event_into_room);
HSMOD_ASSERT(offsetof(hsmod_events_table, get_state_events_in_room) == 16, hsmod_events_table_get_state_events_in_room);
HSMOD_ASSERT(offsetof(hsmod_events_table, get_room_state) == 24, hsmod_events_table_get_room_state);
HSMOD_ASSERT(sizeof(hsmod_membership_update_room_membership_args) == 104, hsmod_membership_update_room_membership_args_is_whole);
HSMOD_ASSERT(offsetof(hsmod_membership_update_room_membership_args, args_size) == 0, hsmod_membership_update_room_membership_args_args_size);
HSMOD_ASSERT(offsetof(hsmod_membership_update_room_membership_args, args_flags) == 4, hsmod_membership_update_room_membership_args_args_flags);
HSMOD_ASSERT(offsetof(hsmod_membership_update_room_membership_args, sender) == 8, hsmod_membership_update_room_membership_args_sender);
HSMOD_ASSERT(offsetof(hsmod_membership_update_room_membership_args, target) == 24, hsmod_membership_update_room_membership_args_target);
HSMOD_ASSERT(offsetof(hsmod_membership_update_room_membership_args, room_id) == 40, hsmod_membership_update_room_membership_args_room_id);
HSMOD_ASSERT(offsetof(hsmod_membership_update_room_membership_args, new_membership) == 56, hsmod_membership_update_room_membership_args_new_membership);
HSMOD_ASSERT(offsetof(hsmod_membership_update_room_membership_args, content) == 72, hsmod_membership_update_room_membership_args_content);
HSMOD_ASSERT(offsetof(hsmod_membership_update_room_membership_args, remote_room_hosts) == 88, hsmod_membership_update_room_membership_args_remote_room_hosts);
HSMOD_ASSERT(sizeof(hsmod_membership_table) == 16, hsmod_membership_table_is_whole);
HSMOD_ASSERT(offsetof(hsmod_membership_table, size) == 0, hsmod_membership_table_size);
HSMOD_ASSERT(offsetof(hsmod_membership_table, minor) == 4, hsmod_membership_table_minor);
HSMOD_ASSERT(offsetof(hsmod_membership_table, update_room_membership) == 8, hsmod_membership_table_update_room_membership);
HSMOD_ASSERT(sizeof(hsmod_user_account_data_get_global_args) == 40, hsmod_user_account_data_get_global_args_is_whole);
HSMOD_ASSERT(offsetof(hsmod_user_account_data_get_global_args, args_size) == 0, hsmod_user_account_data_get_global_args_args_size);
HSMOD_ASSERT(offsetof(hsmod_user_account_data_get_global_args, args_flags) == 4, hsmod_user_account_data_get_global_args_args_flags);
HSMOD_ASSERT(offsetof(hsmod_user_account_data_get_global_args, user_id) == 8, hsmod_user_account_data_get_global_args_user_id);
HSMOD_ASSERT(offsetof(hsmod_user_account_data_get_global_args, data_type) == 24, hsmod_user_account_data_get_global_args_data_type);
HSMOD_ASSERT(sizeof(hsmod_user_account_data_put_global_args) == 56, hsmod_user_account_data_put_global_args_is_whole);
HSMOD_ASSERT(offsetof(hsmod_user_account_data_put_global_args, args_size) == 0, hsmod_user_account_data_put_global_args_args_size);
HSMOD_ASSERT(offsetof(hsmod_user_account_data_put_global_args, args_flags) == 4, hsmod_user_account_data_put_global_args_args_flags);
HSMOD_ASSERT(offsetof(hsmod_user_account_data_put_global_args, user_id) == 8, hsmod_user_account_data_put_global_args_user_id);
HSMOD_ASSERT(offsetof(hsmod_user_account_data_put_global_args, data_type) == 24, hsmod_user_account_data_put_global_args_data_type);
HSMOD_ASSERT(offsetof(hsmod_user_account_data_put_global_args, new_data) == 40, hsmod_user_account_data_put_global_args_new_data);
HSMOD_ASSERT(sizeof(hsmod_user_account_data_compare_and_set_global_args) == 72, hsmod_user_account_data_compare_and_set_global_args_is_whole);
HSMOD_ASSERT(offsetof(hsmod_user_account_data_compare_and_set_global_args, args_size) == 0, hsmod_user_account_data_compare_and_set_global_args_args_size);
HSMOD_ASSERT(offsetof(hsmod_user_account_data_compare_and_set_global_args, args_flags) == 4, hsmod_user_account_data_compare_and_set_global_args_args_flags);
HSMOD_ASSERT(offsetof(hsmod_user_account_data_compare_and_set_global_args, user_id) == 8, hsmod_user_account_data_compare_and_set_global_args_user_id);
HSMOD_ASSERT(offsetof(hsmod_user_account_data_compare_and_set_global_args, data_type) == 24, hsmod_user_account_data_compare_and_set_global_args_data_type);
HSMOD_ASSERT(offsetof(hsmod_user_account_data_compare_and_set_global_args, expected) == 40, hsmod_user_account_data_compare_and_set_global_args_expected);
HSMOD_ASSERT(offsetof(hsmod_user_account_data_compare_and_set_global_args, new_data) == 56, hsmod_user_account_data_compare_and_set_global_args_new_data);
HSMOD_ASSERT(sizeof(hsmod_user_account_data_table) == 32, hsmod_user_account_data_table_is_whole);
HSMOD_ASSERT(offsetof(hsmod_user_account_data_table, size) == 0, hsmod_user_account_data_table_size);
HSMOD_ASSERT(offsetof(hsmod_user_account_data_table, minor) == 4, hsmod_user_account_data_table_minor);
HSMOD_ASSERT(offsetof(hsmod_user_account_data_table, get_global) == 8, hsmod_user_account_data_table_get_global);
HSMOD_ASSERT(offsetof(hsmod_user_account_data_table, put_global) == 16, hsmod_user_account_data_table_put_global);
HSMOD_ASSERT(offsetof(hsmod_user_account_data_table, compare_and_set_global) == 24, hsmod_user_account_data_table_compare_and_set_global);
HSMOD_ASSERT(sizeof(hsmod_threepids_get_threepids_for_user_args) == 24, hsmod_threepids_get_threepids_for_user_args_is_whole);
HSMOD_ASSERT(offsetof(hsmod_threepids_get_threepids_for_user_args, args_size) == 0, hsmod_threepids_get_threepids_for_user_args_args_size);
HSMOD_ASSERT(offsetof(hsmod_threepids_get_threepids_for_user_args, args_flags) == 4, hsmod_threepids_get_threepids_for_user_args_args_flags);
HSMOD_ASSERT(offsetof(hsmod_threepids_get_threepids_for_user_args, user_id) == 8, hsmod_threepids_get_threepids_for_user_args_user_id);
HSMOD_ASSERT(sizeof(hsmod_threepids_store_remote_3pid_association_args) == 72, hsmod_threepids_store_remote_3pid_association_args_is_whole);
HSMOD_ASSERT(offsetof(hsmod_threepids_store_remote_3pid_association_args, args_size) == 0, hsmod_threepids_store_remote_3pid_association_args_args_size);
HSMOD_ASSERT(offsetof(hsmod_threepids_store_remote_3pid_association_args, args_flags) == 4, hsmod_threepids_store_remote_3pid_association_args_args_flags);
HSMOD_ASSERT(offsetof(hsmod_threepids_store_remote_3pid_association_args, user_id) == 8, hsmod_threepids_store_remote_3pid_association_args_user_id);
HSMOD_ASSERT(offsetof(hsmod_threepids_store_remote_3pid_association_args, medium) == 24, hsmod_threepids_store_remote_3pid_association_args_medium);
HSMOD_ASSERT(offsetof(hsmod_threepids_store_remote_3pid_association_args, address) == 40, hsmod_threepids_store_remote_3pid_association_args_address);
HSMOD_ASSERT(offsetof(hsmod_threepids_store_remote_3pid_association_args, id_server) == 56, hsmod_threepids_store_remote_3pid_association_args_id_server);
HSMOD_ASSERT(sizeof(hsmod_threepids_add_threepid_args) == 64, hsmod_threepids_add_threepid_args_is_whole);
HSMOD_ASSERT(offsetof(hsmod_threepids_add_threepid_args, args_size) == 0, hsmod_threepids_add_threepid_args_args_size);
HSMOD_ASSERT(offsetof(hsmod_threepids_add_threepid_args, args_flags) == 4, hsmod_threepids_add_threepid_args_args_flags);
HSMOD_ASSERT(offsetof(hsmod_threepids_add_threepid_args, user_id) == 8, hsmod_threepids_add_threepid_args_user_id);
HSMOD_ASSERT(offsetof(hsmod_threepids_add_threepid_args, medium) == 24, hsmod_threepids_add_threepid_args_medium);
HSMOD_ASSERT(offsetof(hsmod_threepids_add_threepid_args, address) == 40, hsmod_threepids_add_threepid_args_address);
HSMOD_ASSERT(offsetof(hsmod_threepids_add_threepid_args, validated_at) == 56, hsmod_threepids_add_threepid_args_validated_at);
HSMOD_ASSERT(sizeof(hsmod_threepids_delete_threepid_args) == 56, hsmod_threepids_delete_threepid_args_is_whole);
HSMOD_ASSERT(offsetof(hsmod_threepids_delete_threepid_args, args_size) == 0, hsmod_threepids_delete_threepid_args_args_size);
HSMOD_ASSERT(offsetof(hsmod_threepids_delete_threepid_args, args_flags) == 4, hsmod_threepids_delete_threepid_args_args_flags);
HSMOD_ASSERT(offsetof(hsmod_threepids_delete_threepid_args, user_id) == 8, hsmod_threepids_delete_threepid_args_user_id);
HSMOD_ASSERT(offsetof(hsmod_threepids_delete_threepid_args, medium) == 24, hsmod_threepids_delete_threepid_args_medium);
HSMOD_ASSERT(offsetof(hsmod_threepids_delete_threepid_args, address) == 40, hsmod_threepids_delete_threepid_args_address);
HSMOD_ASSERT(sizeof(hsmod_threepids_table) == 40, hsmod_threepids_table_is_whole);
HSMOD_ASSERT(offsetof(hsmod_threepids_table, size) == 0, hsmod_threepids_table_size);
HSMOD_ASSERT(offsetof(hsmod_threepids_table, minor) == 4, hsmod_threepids_table_minor);
HSMOD_ASSERT(offsetof(hsmod_threepids_table, get_threepids_for_user) == 8, hsmod_threepids_table_get_threepids_for_user);
HSMOD_ASSERT(offsetof(hsmod_threepids_table, store_remote_3pid_association) == 16, hsmod_threepids_table_store_remote_3pid_association);
HSMOD_ASSERT(offsetof(hsmod_threepids_table, add_threepid) == 24, hsmod_threepids_table_add_threepid);
HSMOD_ASSERT(offsetof(hsmod_threepids_table, delete_threepid) == 32, hsmod_threepids_table_delete_threepid);
HSMOD_ASSERT(sizeof(hsmod_presence_send_local_online_presence_to_args) == 24, hsmod_presence_send_local_online_presence_to_args_is_whole);
HSMOD_ASSERT(offsetof(hsmod_presence_send_local_online_presence_to_args, args_size) == 0, hsmod_presence_send_local_online_presence_to_args_args_size);
HSMOD_ASSERT(offsetof(hsmod_presence_send_local_online_presence_to_args, args_flags) == 4, hsmod_presence_send_local_online_presence_to_args_args_flags);
HSMOD_ASSERT(offsetof(hsmod_presence_send_local_online_presence_to_args, users) == 8, hsmod_presence_send_local_online_presence_to_args_users);
HSMOD_ASSERT(sizeof(hsmod_presence_set_presence_for_users_args) == 24, hsmod_presence_set_presence_for_users_args_is_whole);
HSMOD_ASSERT(offsetof(hsmod_presence_set_presence_for_users_args, args_size) == 0, hsmod_presence_set_presence_for_users_args_args_size);
HSMOD_ASSERT(offsetof(hsmod_presence_set_presence_for_users_args, args_flags) == 4, hsmod_presence_set_presence_for_users_args_args_flags);
HSMOD_ASSERT(offsetof(hsmod_presence_set_presence_for_users_args, users) == 8, hsmod_presence_set_presence_for_users_args_users);
HSMOD_ASSERT(sizeof(hsmod_presence_table) == 24, hsmod_presence_table_is_whole);
HSMOD_ASSERT(offsetof(hsmod_presence_table, size) == 0, hsmod_presence_table_size);
HSMOD_ASSERT(offsetof(hsmod_presence_table, minor) == 4, hsmod_presence_table_minor);
HSMOD_ASSERT(offsetof(hsmod_presence_table, send_local_online_presence_to) == 8, hsmod_presence_table_send_local_online_presence_to);
HSMOD_ASSERT(offsetof(hsmod_presence_table, set_presence_for_users) == 16, hsmod_presence_table_set_presence_for_users);
HSMOD_ASSERT(sizeof(hsmod_push_send_http_push_notification_args) == 88, hsmod_push_send_http_push_notification_args_is_whole);
HSMOD_ASSERT(offsetof(hsmod_push_send_http_push_notification_args, args_size) == 0, hsmod_push_send_http_push_notification_args_args_size);
HSMOD_ASSERT(offsetof(hsmod_push_send_http_push_notification_args, args_flags) == 4, hsmod_push_send_http_push_notification_args_args_flags);
HSMOD_ASSERT(offsetof(hsmod_push_send_http_push_notification_args, user_id) == 8, hsmod_push_send_http_push_notification_args_user_id);
HSMOD_ASSERT(offsetof(hsmod_push_send_http_push_notification_args, device_id) == 24, hsmod_push_send_http_push_notification_args_device_id);
HSMOD_ASSERT(offsetof(hsmod_push_send_http_push_notification_args, content) == 40, hsmod_push_send_http_push_notification_args_content);
HSMOD_ASSERT(offsetof(hsmod_push_send_http_push_notification_args, tweaks) == 56, hsmod_push_send_http_push_notification_args_tweaks);
HSMOD_ASSERT(offsetof(hsmod_push_send_http_push_notification_args, default_payload) == 72, hsmod_push_send_http_push_notification_args_default_payload);
HSMOD_ASSERT(sizeof(hsmod_push_check_push_rule_actions_args) == 24, hsmod_push_check_push_rule_actions_args_is_whole);
HSMOD_ASSERT(offsetof(hsmod_push_check_push_rule_actions_args, args_size) == 0, hsmod_push_check_push_rule_actions_args_args_size);
HSMOD_ASSERT(offsetof(hsmod_push_check_push_rule_actions_args, args_flags) == 4, hsmod_push_check_push_rule_actions_args_args_flags);
HSMOD_ASSERT(offsetof(hsmod_push_check_push_rule_actions_args, actions) == 8, hsmod_push_check_push_rule_actions_args_actions);
HSMOD_ASSERT(sizeof(hsmod_push_set_push_rule_action_args) == 88, hsmod_push_set_push_rule_action_args_is_whole);
HSMOD_ASSERT(offsetof(hsmod_push_set_push_rule_action_args, args_size) == 0, hsmod_push_set_push_rule_action_args_args_size);
HSMOD_ASSERT(offsetof(hsmod_push_set_push_rule_action_args, args_flags) == 4, hsmod_push_set_push_rule_action_args_args_flags);
HSMOD_ASSERT(offsetof(hsmod_push_set_push_rule_action_args, user_id) == 8, hsmod_push_set_push_rule_action_args_user_id);
HSMOD_ASSERT(offsetof(hsmod_push_set_push_rule_action_args, scope) == 24, hsmod_push_set_push_rule_action_args_scope);
HSMOD_ASSERT(offsetof(hsmod_push_set_push_rule_action_args, kind) == 40, hsmod_push_set_push_rule_action_args_kind);
HSMOD_ASSERT(offsetof(hsmod_push_set_push_rule_action_args, rule_id) == 56, hsmod_push_set_push_rule_action_args_rule_id);
HSMOD_ASSERT(offsetof(hsmod_push_set_push_rule_action_args, actions) == 72, hsmod_push_set_push_rule_action_args_actions);
HSMOD_ASSERT(sizeof(hsmod_push_table) == 32, hsmod_push_table_is_whole);
HSMOD_ASSERT(offsetof(hsmod_push_table, size) == 0, hsmod_push_table_size);
HSMOD_ASSERT(offsetof(hsmod_push_table, minor) == 4, hsmod_push_table_minor);
HSMOD_ASSERT(offsetof(hsmod_push_table, send_http_push_notification) == 8, hsmod_push_table_send_http_push_notification);
HSMOD_ASSERT(offsetof(hsmod_push_table, check_push_rule_actions) == 16, hsmod_push_table_check_push_rule_actions);
HSMOD_ASSERT(offsetof(hsmod_push_table, set_push_rule_action) == 24, hsmod_push_table_set_push_rule_action);
HSMOD_ASSERT(sizeof(hsmod_public_rooms_room_is_in_public_room_list_args) == 24, hsmod_public_rooms_room_is_in_public_room_list_args_is_whole);
HSMOD_ASSERT(offsetof(hsmod_public_rooms_room_is_in_public_room_list_args, args_size) == 0, hsmod_public_rooms_room_is_in_public_room_list_args_args_size);
HSMOD_ASSERT(offsetof(hsmod_public_rooms_room_is_in_public_room_list_args, args_flags) == 4, hsmod_public_rooms_room_is_in_public_room_list_args_args_flags);
HSMOD_ASSERT(offsetof(hsmod_public_rooms_room_is_in_public_room_list_args, room_id) == 8, hsmod_public_rooms_room_is_in_public_room_list_args_room_id);
HSMOD_ASSERT(sizeof(hsmod_public_rooms_add_room_to_public_room_list_args) == 24, hsmod_public_rooms_add_room_to_public_room_list_args_is_whole);
HSMOD_ASSERT(offsetof(hsmod_public_rooms_add_room_to_public_room_list_args, args_size) == 0, hsmod_public_rooms_add_room_to_public_room_list_args_args_size);
HSMOD_ASSERT(offsetof(hsmod_public_rooms_add_room_to_public_room_list_args, args_flags) == 4, hsmod_public_rooms_add_room_to_public_room_list_args_args_flags);
HSMOD_ASSERT(offsetof(hsmod_public_rooms_add_room_to_public_room_list_args, room_id) == 8, hsmod_public_rooms_add_room_to_public_room_list_args_room_id);
HSMOD_ASSERT(sizeof(hsmod_public_rooms_remove_room_from_public_room_list_args) == 24, hsmod_public_rooms_remove_room_from_public_room_list_args_is_whole);
HSMOD_ASSERT(offsetof(hsmod_public_rooms_remove_room_from_public_room_list_args, args_size) == 0, hsmod_public_rooms_remove_room_from_public_room_list_args_args_size);
HSMOD_ASSERT(offsetof(hsmod_public_rooms_remove_room_from_public_room_list_args, args_flags) == 4, hsmod_public_rooms_remove_room_from_public_room_list_args_args_flags);
HSMOD_ASSERT(offsetof(hsmod_public_rooms_remove_room_from_public_room_list_args, room_id) == 8, hsmod_public_rooms_remove_room_from_public_room_list_args_room_id);
HSMOD_ASSERT(sizeof(hsmod_public_rooms_table) == 32, hsmod_public_rooms_table_is_whole);
HSMOD_ASSERT(offsetof(hsmod_public_rooms_table, size) == 0, hsmod_public_rooms_table_size);
HSMOD_ASSERT(offsetof(hsmod_public_rooms_table, minor) == 4, hsmod_public_rooms_table_minor);
HSMOD_ASSERT(offsetof(hsmod_public_rooms_table, room_is_in_public_room_list) == 8, hsmod_public_rooms_table_room_is_in_public_room_list);
HSMOD_ASSERT(offsetof(hsmod_public_rooms_table, add_room_to_public_room_list) == 16, hsmod_public_rooms_table_add_room_to_public_room_list);
HSMOD_ASSERT(offsetof(hsmod_public_rooms_table, remove_room_from_public_room_list) == 24, hsmod_public_rooms_table_remove_room_from_public_room_list);
HSMOD_ASSERT(sizeof(hsmod_time_sleep_args) == 16, hsmod_time_sleep_args_is_whole);
HSMOD_ASSERT(offsetof(hsmod_time_sleep_args, args_size) == 0, hsmod_time_sleep_args_args_size);
HSMOD_ASSERT(offsetof(hsmod_time_sleep_args, args_flags) == 4, hsmod_time_sleep_args_args_flags);
HSMOD_ASSERT(offsetof(hsmod_time_sleep_args, duration) == 8, hsmod_time_sleep_args_duration);
HSMOD_ASSERT(sizeof(hsmod_time_table) == 16, hsmod_time_table_is_whole);
HSMOD_ASSERT(offsetof(hsmod_time_table, size) == 0, hsmod_time_table_size);
HSMOD_ASSERT(offsetof(hsmod_time_table, minor) == 4, hsmod_time_table_minor);
HSMOD_ASSERT(offsetof(hsmod_time_table, sleep) == 8, hsmod_time_table_sleep);
HSMOD_ASSERT(sizeof(hsmod_caches_invalidate_cache_args) == 40, hsmod_caches_invalidate_cache_args_is_whole);
HSMOD_ASSERT(offsetof(hsmod_caches_invalidate_cache_args, args_size) == 0, hsmod_caches_invalidate_cache_args_args_size);
HSMOD_ASSERT(offsetof(hsmod_caches_invalidate_cache_args, args_flags) == 4, hsmod_caches_invalidate_cache_args_args_flags);
HSMOD_ASSERT(offsetof(hsmod_caches_invalidate_cache_args, cache) == 8, hsmod_caches_invalidate_cache_args_cache);
HSMOD_ASSERT(offsetof(hsmod_caches_invalidate_cache_args, key) == 24, hsmod_caches_invalidate_cache_args_key);
HSMOD_ASSERT(sizeof(hsmod_caches_table) == 16, hsmod_caches_table_is_whole);
HSMOD_ASSERT(offsetof(hsmod_caches_table, size) == 0, hsmod_caches_table_size);
HSMOD_ASSERT(offsetof(hsmod_caches_table, minor) == 4, hsmod_caches_table_minor);
HSMOD_ASSERT(offsetof(hsmod_caches_table, invalidate_cache) == 8, hsmod_caches_table_invalidate_cache);
HSMOD_ASSERT(sizeof(hsmod_storage_run_db_interaction_args) == 24, hsmod_storage_run_db_interaction_args_is_whole);
HSMOD_ASSERT(offsetof(hsmod_storage_run_db_interaction_args, args_size) == 0, hsmod_storage_run_db_interaction_args_args_size);
HSMOD_ASSERT(offsetof(hsmod_storage_run_db_interaction_args, args_flags) == 4, hsmod_storage_run_db_interaction_args_args_flags);
HSMOD_ASSERT(offsetof(hsmod_storage_run_db_interaction_args, desc) == 8, hsmod_storage_run_db_interaction_args_desc);
HSMOD_ASSERT(sizeof(hsmod_storage_db_query_args) == 48, hsmod_storage_db_query_args_is_whole);
HSMOD_ASSERT(offsetof(hsmod_storage_db_query_args, args_size) == 0, hsmod_storage_db_query_args_args_size);
HSMOD_ASSERT(offsetof(hsmod_storage_db_query_args, args_flags) == 4, hsmod_storage_db_query_args_args_flags);
HSMOD_ASSERT(offsetof(hsmod_storage_db_query_args, transaction) == 8, hsmod_storage_db_query_args_transaction);
HSMOD_ASSERT(offsetof(hsmod_storage_db_query_args, sql) == 16, hsmod_storage_db_query_args_sql);
HSMOD_ASSERT(offsetof(hsmod_storage_db_query_args, parameters) == 32, hsmod_storage_db_query_args_parameters);
HSMOD_ASSERT(sizeof(hsmod_storage_db_execute_args) == 48, hsmod_storage_db_execute_args_is_whole);
HSMOD_ASSERT(offsetof(hsmod_storage_db_execute_args, args_size) == 0, hsmod_storage_db_execute_args_args_size);
HSMOD_ASSERT(offsetof(hsmod_storage_db_execute_args, args_flags) == 4, hsmod_storage_db_execute_args_args_flags);
HSMOD_ASSERT(offsetof(hsmod_storage_db_execute_args, transaction) == 8, hsmod_storage_db_execute_args_transaction);
HSMOD_ASSERT(offsetof(hsmod_storage_db_execute_args, sql) == 16, hsmod_storage_db_execute_args_sql);
HSMOD_ASSERT(offsetof(hsmod_storage_db_execute_args, parameters) == 32, hsmod_storage_db_execute_args_parameters);
HSMOD_ASSERT(sizeof(hsmod_storage_db_commit_args) == 16, hsmod_storage_db_commit_args_is_whole);
HSMOD_ASSERT(offsetof(hsmod_storage_db_commit_args, args_size) == 0, hsmod_storage_db_commit_args_args_size);
HSMOD_ASSERT(offsetof(hsmod_storage_db_commit_args, args_flags) == 4, hsmod_storage_db_commit_args_args_flags);
HSMOD_ASSERT(offsetof(hsmod_storage_db_commit_args, transaction) == 8, hsmod_storage_db_commit_args_transaction);
HSMOD_ASSERT(sizeof(hsmod_storage_migrate_db_args) == 24, hsmod_storage_migrate_db_args_is_whole);
HSMOD_ASSERT(offsetof(hsmod_storage_migrate_db_args, args_size) == 0, hsmod_storage_migrate_db_args_args_size);
HSMOD_ASSERT(offsetof(hsmod_storage_migrate_db_args, args_flags) == 4, hsmod_storage_migrate_db_args_args_flags);
HSMOD_ASSERT(offsetof(hsmod_storage_migrate_db_args, migrations) == 8, hsmod_storage_migrate_db_args_migrations);
HSMOD_ASSERT(sizeof(hsmod_storage_table) == 48, hsmod_storage_table_is_whole);
HSMOD_ASSERT(offsetof(hsmod_storage_table, size) == 0, hsmod_storage_table_size);
HSMOD_ASSERT(offsetof(hsmod_storage_table, minor) == 4, hsmod_storage_table_minor);
HSMOD_ASSERT(offsetof(hsmod_storage_table, run_db_interaction) == 8, hsmod_storage_table_run_db_interaction);
HSMOD_ASSERT(offsetof(hsmod_storage_table, db_query) == 16, hsmod_storage_table_db_query);
HSMOD_ASSERT(offsetof(hsmod_storage_table, db_execute) == 24, hsmod_storage_table_db_execute);
HSMOD_ASSERT(offsetof(hsmod_storage_table, db_commit) == 32, hsmod_storage_table_db_commit);
HSMOD_ASSERT(offsetof(hsmod_storage_table, migrate_db) == 40, hsmod_storage_table_migrate_db);
HSMOD_ASSERT(sizeof(hsmod_http_http_request_args) == 40, hsmod_http_http_request_args_is_whole);
HSMOD_ASSERT(offsetof(hsmod_http_http_request_args, args_size) == 0, hsmod_http_http_request_args_args_size);
HSMOD_ASSERT(offsetof(hsmod_http_http_request_args, args_flags) == 4, hsmod_http_http_request_args_args_flags);
HSMOD_ASSERT(offsetof(hsmod_http_http_request_args, head) == 8, hsmod_http_http_request_args_head);
HSMOD_ASSERT(offsetof(hsmod_http_http_request_args, body) == 24, hsmod_http_http_request_args_body);
HSMOD_ASSERT(sizeof(hsmod_http_table) == 16, hsmod_http_table_is_whole);
HSMOD_ASSERT(offsetof(hsmod_http_table, size) == 0, hsmod_http_table_size);
HSMOD_ASSERT(offsetof(hsmod_http_table, minor) == 4, hsmod_http_table_minor);
HSMOD_ASSERT(offsetof(hsmod_http_table, http_request) == 8, hsmod_http_table_http_request);
HSMOD_ASSERT(sizeof(hsmod_templates_read_templates_args) == 40, hsmod_templates_read_templates_args_is_whole);
HSMOD_ASSERT(offsetof(hsmod_templates_read_templates_args, args_size) == 0, hsmod_templates_read_templates_args_args_size);
HSMOD_ASSERT(offsetof(hsmod_templates_read_templates_args, args_flags) == 4, hsmod_templates_read_templates_args_args_flags);
HSMOD_ASSERT(offsetof(hsmod_templates_read_templates_args, filenames) == 8, hsmod_templates_read_templates_args_filenames);
HSMOD_ASSERT(offsetof(hsmod_templates_read_templates_args, builtin) == 24, hsmod_templates_read_templates_args_builtin);
HSMOD_ASSERT(sizeof(hsmod_templates_render_template_args) == 48, hsmod_templates_render_template_args_is_whole);
HSMOD_ASSERT(offsetof(hsmod_templates_render_template_args, args_size) == 0, hsmod_templates_render_template_args_args_size);
HSMOD_ASSERT(offsetof(hsmod_templates_render_template_args, args_flags) == 4, hsmod_templates_render_template_args_args_flags);
HSMOD_ASSERT(offsetof(hsmod_templates_render_template_args, templates) == 8, hsmod_templates_render_template_args_templates);
HSMOD_ASSERT(offsetof(hsmod_templates_render_template_args, name) == 16, hsmod_templates_render_template_args_name);
HSMOD_ASSERT(offsetof(hsmod_templates_render_template_args, context) == 32, hsmod_templates_render_template_args_context);
HSMOD_ASSERT(sizeof(hsmod_templates_table) == 24, hsmod_templates_table_is_whole);
HSMOD_ASSERT(offsetof(hsmod_templates_table, size) == 0, hsmod_templates_table_size);
HSMOD_ASSERT(offsetof(hsmod_templates_table, minor) == 4, hsmod_templates_table_minor);
HSMOD_ASSERT(offsetof(hsmod_templates_table, read_templates) == 8, hsmod_templates_table_read_templates);
HSMOD_ASSERT(offsetof(hsmod_templates_table, render_template) == 16, hsmod_templates_table_render_template);
HSMOD_ASSERT(sizeof(hsmod_mail_send_mail_args) == 72, hsmod_mail_send_mail_args_is_whole);
HSMOD_ASSERT(offsetof(hsmod_mail_send_mail_args, args_size) == 0, hsmod_mail_send_mail_args_args_size);
HSMOD_ASSERT(offsetof(hsmod_mail_send_mail_args, args_flags) == 4, hsmod_mail_send_mail_args_args_flags);
HSMOD_ASSERT(offsetof(hsmod_mail_send_mail_args, recipient) == 8, hsmod_mail_send_mail_args_recipient);
HSMOD_ASSERT(offsetof(hsmod_mail_send_mail_args, subject) == 24, hsmod_mail_send_mail_args_subject);
HSMOD_ASSERT(offsetof(hsmod_mail_send_mail_args, html) == 40, hsmod_mail_send_mail_args_html);
HSMOD_ASSERT(offsetof(hsmod_mail_send_mail_args, text) == 56, hsmod_mail_send_mail_args_text);
HSMOD_ASSERT(sizeof(hsmod_mail_table) == 16, hsmod_mail_table_is_whole);
HSMOD_ASSERT(offsetof(hsmod_mail_table, size) == 0, hsmod_mail_table_size);
HSMOD_ASSERT(offsetof(hsmod_mail_table, minor) == 4, hsmod_mail_table_minor);
HSMOD_ASSERT(offsetof(hsmod_mail_table, send_mail) == 8, hsmod_mail_table_send_mail);
#endif

// The exports of a plugin. `HSMOD_MANIFEST` takes the fields of its manifest as JSON, without `abi`;
// `HSMOD_ENTRY` takes the address of its root table:
//
//     HSMOD_MANIFEST("name": "quiet", "version": "1.0.0", "description": "Denies nothing",
//                    "callbacks": {"spam_checker": ["user_may_invite"]})
//     HSMOD_ENTRY(&root)

extern HSMOD_EXPORT const hsmod_plugin_entry hsmod_entry;
extern HSMOD_EXPORT HSMOD_SECTION const char hsmod_manifest[];

#define HSMOD_QUOTED(what) HSMOD_AS_TEXT(what)
#define HSMOD_AS_TEXT(what) #what

#define HSMOD_MANIFEST(...)                                                                    \
    const char hsmod_manifest[] =                                                              \
        "{\"abi\":{\"major\":" HSMOD_QUOTED(HSMOD_ABI_MAJOR)                                   \
        ",\"minor\":" HSMOD_QUOTED(HSMOD_ABI_MINOR) "}," #__VA_ARGS__ "}";

#define HSMOD_ENTRY(root_table)                                                                \
    const hsmod_plugin_entry hsmod_entry = {                                                   \
        {'h', 's', 'm', 'o', 'd', 'A', 'B', 'I'}, sizeof(hsmod_plugin_entry), HSMOD_ABI_MAJOR, \
        HSMOD_ABI_MINOR, 8 * sizeof(void *), HSMOD_ENDIAN, HSMOD_ENTRY_HAS_NO_PANICS,          \
        HSMOD_ENTRY_C, 0, (root_table), NULL};

// Whether a table or structure of the other side is long enough to have this function or field.
#define HSMOD_REACHES(pointer, member)                                                         \
    ((size_t)((const char *)(&(pointer)->member + 1) - (const char *)(pointer)) <= (pointer)->size)
// Whether a table has a function.
#define HSMOD_HAS(table, function)                                                             \
    ((table) != NULL && HSMOD_REACHES(table, function) && (table)->function != NULL)

// --- Texts ---

/// Wraps a NUL-terminated string, without the NUL; none for NULL.
static inline hsmod_str hsmod_text(const char *text)
{
    hsmod_str lent;
    lent.pointer = (const uint8_t *)text;
    lent.length = text == NULL ? 0 : strlen(text);
    return lent;
}

/// Whether there is a text, and it equals `other`.
static inline int hsmod_str_equals(hsmod_str text, const char *other)
{
    return text.pointer != NULL && text.length == strlen(other) &&
           memcmp(text.pointer, other, text.length) == 0;
}

/// Whether the text contains `part`.
static inline int hsmod_str_contains(hsmod_str text, const char *part)
{
    size_t length = strlen(part), at;
    if (text.pointer == NULL) {
        return 0;
    }
    for (at = 0; at + length <= text.length; at++) {
        if (memcmp(text.pointer + at, part, length) == 0) {
            return 1;
        }
    }
    return 0;
}

/// A static string, given away without being freed; none for NULL.
static inline hsmod_owned_str hsmod_static_text(const char *text)
{
    hsmod_str lent = hsmod_text(text);
    hsmod_owned_str owned;
    owned.pointer = lent.pointer;
    owned.length = lent.length;
    owned.owner = NULL;
    owned.release = NULL;
    return owned;
}

/// Frees a text that we own.
static inline void hsmod_owned_str_drop(hsmod_owned_str text)
{
    if (text.release != NULL) {
        text.release(text.owner, text.pointer, text.length);
    }
}

/// The content of an event as JSON; the homeserver creates the text if it is not at hand.
static inline hsmod_str hsmod_event_content(const hsmod_event *event)
{
    if (event->content.pointer == NULL && event->texts.text != NULL) {
        return event->texts.text(event->texts.source, HSMOD_TEXT_CONTENT);
    }
    return event->content;
}

// --- Answers ---

/// Answers: writes the body after the head, as much of it as the caller has room for.
static inline hsmod_status hsmod_answer_with(hsmod_frame *frame, uint32_t kind, const void *body,
                                             size_t size)
{
    size_t head = sizeof(hsmod_answer);
    size_t room = frame->out_size - head;
    if (size > room) {
        size = room;
    }
    frame->out->size = (uint32_t)(head + size);
    frame->out->kind = kind;
    if (size > 0) {
        memcpy((char *)frame->out + head, body, size);
    }
    return HSMOD_STATUS_READY;
}

/// Denies, for rows that answer a `hsmod_verdict`. Both strings must be static; without a message
/// the client sees the callback's default message.
static inline hsmod_status hsmod_deny(hsmod_frame *frame, const char *errcode, const char *message)
{
    hsmod_verdict verdict;
    verdict.errcode = hsmod_static_text(errcode);
    verdict.message = hsmod_static_text(message);
    verdict.fields = hsmod_static_text(NULL);
    return hsmod_answer_with(frame, HSMOD_KIND_OK, &verdict, sizeof(verdict));
}

/// Fails with a static message.
static inline hsmod_status hsmod_fail(hsmod_frame *frame, const char *message)
{
    hsmod_error error;
    error.code = HSMOD_ERROR_FAILED;
    error.flags = 0;
    error.errcode = hsmod_static_text(NULL);
    error.message = hsmod_static_text(message);
    error.fields = hsmod_static_text(NULL);
    return hsmod_answer_with(frame, HSMOD_KIND_ERROR, &error, sizeof(error));
}

/// Answers an object, as `construct` does.
static inline hsmod_status hsmod_made(hsmod_frame *frame, const void *object,
                                      void (*release)(const void *))
{
    hsmod_object made;
    made.object = object;
    made.release = release;
    return hsmod_answer_with(frame, HSMOD_KIND_OK, &made, sizeof(made));
}

/// Suspends a call that is not ready: `poll` and `drop` get `data`, and one of them ends the call.
static inline hsmod_status hsmod_suspend(hsmod_frame *frame,
                                         hsmod_status (*poll)(void *, hsmod_frame *),
                                         hsmod_status (*drop)(void *, hsmod_frame *), void *data)
{
    frame->poll = poll;
    frame->drop = drop;
    frame->data = data;
    return HSMOD_STATUS_PENDING;
}

/// Frees what an error owns.
static inline void hsmod_error_drop(hsmod_error error)
{
    hsmod_owned_str_drop(error.errcode);
    hsmod_owned_str_drop(error.message);
    hsmod_owned_str_drop(error.fields);
}

/// Frees an answer that is an error or a panic; any other answer has to be freed by its type.
static inline void hsmod_failure_drop(const hsmod_done_answer *answer)
{
    if (answer->kind == HSMOD_KIND_ERROR) {
        hsmod_error_drop(answer->as.error);
    } else if (answer->kind == HSMOD_KIND_PANICKED) {
        hsmod_owned_str_drop(answer->as.panic.message);
        hsmod_owned_str_drop(answer->as.panic.file);
    }
}

/// Whether the answer of a request is an error or a panic. `answer` is any of the rows' answers.
static inline int hsmod_failed(hsmod_status status, const void *answer)
{
    uint32_t kind = ((const hsmod_done_answer *)answer)->kind;
    return status == HSMOD_STATUS_READY &&
           (kind == HSMOD_KIND_ERROR || kind == HSMOD_KIND_PANICKED);
}

/// Answers with the failure of a request, which is given away with all that it owns.
static inline hsmod_status hsmod_hand_on(hsmod_frame *frame, const void *answer)
{
    const hsmod_done_answer *failure = (const hsmod_done_answer *)answer;
    return hsmod_answer_with(frame, failure->kind, &failure->as,
                             failure->size - sizeof(hsmod_answer));
}

// --- Wakers ---

/// Clones a waker. The clone may be kept and used on any thread, and has to be dropped.
static inline hsmod_waker hsmod_waker_clone(const hsmod_waker *waker)
{
    return waker->table == NULL ? *waker : waker->table->clone(waker->data, waker->kind);
}

/// Wakes the caller: the call whose frame had this waker is polled again.
static inline void hsmod_wake(const hsmod_waker *waker)
{
    if (waker->table != NULL) {
        waker->table->wake_by_ref(waker->data, waker->kind);
    }
}

/// Drops a clone.
static inline void hsmod_waker_drop(const hsmod_waker *waker)
{
    if (waker->table != NULL) {
        waker->table->drop(waker->data, waker->kind);
    }
}

// --- Requests ---

/// A request that a module has made. It must stay in place until it has ended or was dropped.
typedef struct hsmod_request {
    hsmod_status (*poll)(void *, hsmod_frame *);
    hsmod_status (*drop)(void *, hsmod_frame *);
    void *data;
    HSMOD_ALIGNED unsigned char room[HSMOD_FRAME_ROOM_MIN];
} hsmod_request;

/// The frame for making or polling a request during the call of `within`, whose caller it wakes.
/// `out` is the answer of the row, of `out_size` bytes.
static inline hsmod_frame hsmod_request_frame(hsmod_request *request, const hsmod_frame *within,
                                              void *out, size_t out_size)
{
    hsmod_frame frame;
    memset(&frame, 0, sizeof(frame));
    frame.size = sizeof(frame);
    frame.out_size = (uint32_t)out_size;
    frame.waker = within->waker;
    frame.poll = request->poll;
    frame.drop = request->drop;
    frame.data = request->data;
    frame.room = request->room;
    frame.capacity = sizeof(request->room);
    frame.out = (hsmod_answer *)out;
    return frame;
}

/// Stores what a slot or a poll has written to the frame of a request; returns `status`.
static inline hsmod_status hsmod_request_keep(hsmod_request *request, const hsmod_frame *frame,
                                              hsmod_status status)
{
    int pending = status == HSMOD_STATUS_PENDING;
    request->poll = pending ? frame->poll : NULL;
    request->drop = pending ? frame->drop : NULL;
    request->data = pending ? frame->data : NULL;
    return status;
}

/// Polls a request that is not ready.
static inline hsmod_status hsmod_request_poll(hsmod_request *request, const hsmod_frame *within,
                                              void *out, size_t out_size)
{
    hsmod_frame frame = hsmod_request_frame(request, within, out, out_size);
    return hsmod_request_keep(request, &frame, request->poll(request->data, &frame));
}

/// Drops a request, if it has not ended.
static inline void hsmod_request_drop(hsmod_request *request, const hsmod_frame *within)
{
    hsmod_done_answer out;
    hsmod_frame frame = hsmod_request_frame(request, within, &out, sizeof(out));
    hsmod_status (*drop)(void *, hsmod_frame *) = request->drop;
    hsmod_request_keep(request, &frame, HSMOD_STATUS_NEUTRAL);
    if (drop != NULL && drop(frame.data, &frame) == HSMOD_STATUS_READY) {
        hsmod_failure_drop(&out);
    }
}

// --- The homeserver ---

/// The homeserver's table with this name (`HSMOD_GROUP_*` or `HSMOD_EXTENSION_LOG`); NULL if there is
/// none.
static inline const void *hsmod_extension(const hsmod_api *api, const char *name)
{
    return HSMOD_HAS(api->table, extension) ? api->table->extension(api->host, hsmod_text(name))
                                            : NULL;
}

/// Registers the callbacks in a table, for an object that lives until `release`.
static inline void hsmod_register(const hsmod_api *api, const char *category, const void *table,
                                  const void *object, void (*release)(const void *))
{
    hsmod_object shared;
    hsmod_registration registration;
    shared.object = object;
    shared.release = release;
    memset(&registration, 0, sizeof(registration));
    registration.size = sizeof(registration);
    registration.category = hsmod_text(category);
    registration.table = table;
    if (HSMOD_HAS(api->table, register_callbacks)) {
        api->table->register_callbacks(api->host, shared, &registration);
    }
}

/// Releases the reference to the homeserver that `construct` received.
static inline void hsmod_api_release(const hsmod_api *api)
{
    if (HSMOD_HAS(api->table, release)) {
        api->table->release(api->host);
    }
}

/// Logs a message, with a further text field if `name` is not NULL.
static inline void hsmod_log(const hsmod_log_table *log, uint8_t level, const char *target,
                             const char *message, const char *name, hsmod_str text)
{
    hsmod_field fields[2];
    hsmod_record record;
    if (!HSMOD_HAS(log, event)) {
        return;
    }
    memset(fields, 0, sizeof(fields));
    fields[0].size = fields[1].size = sizeof(hsmod_field);
    fields[0].kind = fields[1].kind = HSMOD_FIELD_TEXT;
    fields[0].name = hsmod_text("message");
    fields[0].text = hsmod_text(message);
    fields[1].name = hsmod_text(name);
    fields[1].text = text;
    memset(&record, 0, sizeof(record));
    record.size = sizeof(record);
    record.level = level;
    record.target = hsmod_text(target);
    record.fields.pointer = fields;
    record.fields.length = name == NULL ? 1 : 2;
    record.fields.stride = sizeof(hsmod_field);
    log->event(&record);
}

#ifdef __cplusplus
}
#endif

#endif
