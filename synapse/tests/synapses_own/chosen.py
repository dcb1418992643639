"""Which of Synapse's own tests are run, and which of them fail with any such module."""

from __future__ import annotations

#: The shortest selection of tests in which modules matter.
CHOSEN = [
    "tests.api.test_ratelimiting",
    "tests.events.test_auto_accept_invites",
    "tests.events.test_presence_router",
    "tests.handlers.test_deactivate_account",
    "tests.handlers.test_directory",
    "tests.handlers.test_password_providers",
    "tests.handlers.test_profile",
    "tests.handlers.test_register",
    "tests.handlers.test_user_directory",
    "tests.http.test_additional_resource",
    "tests.media.test_media_storage.MediaRepoSizeModuleCallbackTestCase",
    "tests.media.test_media_storage.SpamCheckerTestCase",
    "tests.media.test_media_storage.SpamCheckerTestCaseLegacy",
    "tests.module_api",
    "tests.rest.admin.test_room.DeleteRoomTestCase",
    "tests.rest.admin.test_user.DeactivateAccountTestCase",
    "tests.rest.client.test_account.AccountStatusTestCase",
    "tests.rest.client.test_account.DeactivateTestCase",
    "tests.rest.client.test_account.ThreepidEmailRestTestCase",
    "tests.rest.client.test_account_data",
    "tests.rest.client.test_directory",
    "tests.rest.client.test_login.LoginRestServletTestCase",
    "tests.rest.client.test_media.MediaConfigModuleCallbackTestCase",
    "tests.rest.client.test_media.MediaConfigTest",
    "tests.rest.client.test_media.MediaUploadLimits",
    "tests.rest.client.test_media.MediaUploadLimitsModuleOverrides",
    "tests.rest.client.test_notifications",
    "tests.rest.client.test_presence",
    "tests.rest.client.test_register",
    "tests.rest.client.test_rooms.RoomAliasListTestCase",
    "tests.rest.client.test_rooms.RoomInviteRatelimitTestCase",
    "tests.rest.client.test_rooms.RoomJoinTestCase",
    "tests.rest.client.test_rooms.RoomMemberStateTestCase",
    "tests.rest.client.test_rooms.RoomMessagesTestCase",
    "tests.rest.client.test_rooms.RoomStateTestCase",
    "tests.rest.client.test_rooms.RoomsCreateTestCase",
    "tests.rest.client.test_rooms.ThreepidInviteTestCase",
    "tests.rest.client.test_third_party_rules",
    "tests.rest.client.test_upgrade_room",
    "tests.storage.test_background_update",
]

#: A longer selection: all tests of these and related areas.
FULL = [
    "tests.api",
    "tests.events",
    "tests.federation",
    "tests.handlers.test_deactivate_account",
    "tests.handlers.test_directory",
    "tests.handlers.test_password_providers",
    "tests.handlers.test_presence",
    "tests.handlers.test_profile",
    "tests.handlers.test_register",
    "tests.handlers.test_room_member",
    "tests.handlers.test_user_directory",
    "tests.http.test_additional_resource",
    "tests.media.test_media_storage",
    "tests.module_api",
    "tests.replication.test_module_cache_invalidation",
    "tests.rest.admin.test_background_updates",
    "tests.rest.admin.test_room",
    "tests.rest.admin.test_user",
    "tests.rest.client.test_account",
    "tests.rest.client.test_account_data",
    "tests.rest.client.test_directory",
    "tests.rest.client.test_events",
    "tests.rest.client.test_identity",
    "tests.rest.client.test_login",
    "tests.rest.client.test_media",
    "tests.rest.client.test_notifications",
    "tests.rest.client.test_presence",
    "tests.rest.client.test_profile",
    "tests.rest.client.test_register",
    "tests.rest.client.test_rooms",
    "tests.rest.client.test_sync",
    "tests.rest.client.test_third_party_rules",
    "tests.rest.client.test_upgrade_room",
    "tests.storage.test_background_update",
]

#: The tests that fail if any module registers all callbacks, by reason.
FAIL_WITH_ANY_MODULE = {
    "counts the transactions of making a room: for a module its state is read": [
        "tests.rest.client.test_rooms.RoomsCreateTestCase.test_post_room_initial_state",
        "tests.rest.client.test_rooms.RoomsCreateTestCase.test_post_room_no_keys",
    ],
    "lists the types of login: the module has one more": [
        "tests.handlers.test_password_providers.PasswordAuthProviderTests"
        ".test_custom_auth_no_local_user_fallback_legacy",
    ],
    "controls background updates itself, or by its config: the first controller has it": [
        f"tests.storage.test_background_update.{test}"
        for test in [
            "BackgroundUpdateControllerTestCase.test_controller",
            "BackgroundUpdateTestCase.test_background_update_default_batch_set_by_config",
            "BackgroundUpdateTestCase.test_background_update_default_sleep_behavior",
            "BackgroundUpdateTestCase.test_background_update_duration_set_in_config",
            "BackgroundUpdateTestCase.test_background_update_min_batch_set_in_config",
            "BackgroundUpdateTestCase.test_background_update_sleep_set_in_config",
        ]
    ],
    "looks at background updates under way: the controller has none of them wait": [
        f"tests.rest.admin.test_background_updates.BackgroundUpdatesTestCase.{test}"
        for test in [
            "test_enabled",
            "test_start_backround_job_0_populate_stats_process_rooms",
            "test_start_backround_job_1_regenerate_directory",
            "test_status_bg_update",
        ]
    ],
    "renews accounts in Synapse's own way, which the legacy callbacks replace": [
        f"tests.rest.client.test_register.{test}"
        for test in [
            "AccountValidityRenewalByEmailTestCase.test_manual_email_send",
            "AccountValidityRenewalByEmailTestCase.test_manual_email_send_expired_account",
            "AccountValidityRenewalByEmailTestCase.test_renewal_email",
            "AccountValidityTestCase.test_manual_expire",
            "AccountValidityTestCase.test_manual_renewal",
        ]
    ],
}

#: Callbacks that no test of Synapse reaches: no test logs in with a third-party identifier.
ASKED_BY_NONE = {"check_3pid_auth"}

#: A callback, and tests that cannot pass while it is answered with a denial.
DENIED = "user_may_create_room"
FAIL_WHEN_DENIED = "tests.rest.client.test_rooms.RoomsCreateTestCase"
