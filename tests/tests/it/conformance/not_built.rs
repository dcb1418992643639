//! Callbacks that modules cannot be asked yet: how much of the data is not compared for their sake.

use super::Counts;

/// Category and callback as the data names them, scenarios, vectors.
const NOT_BUILT: &[(&str, &str, usize, usize)] = &[
    ("account_data", "on_account_data_updated", 31, 5),
    ("account_validity", "on_legacy_admin_request", 31, 0),
    ("account_validity", "on_legacy_renew", 36, 0),
    ("account_validity", "on_legacy_send_mail", 33, 0),
    ("background_updates", "default_batch_size", 39, 0),
    ("background_updates", "min_batch_size", 33, 0),
    ("background_updates", "on_update", 33, 0),
    ("federation", "on_event_delivered_over_federation", 36, 5),
    ("media_repository", "get_media_config_for_user", 41, 8),
    ("media_repository", "get_media_upload_limits_for_user", 37, 8),
    ("media_repository", "is_user_allowed_to_upload_media_of_size", 39, 9),
    ("media_repository", "on_media_upload_limit_exceeded", 30, 5),
    ("password_auth_provider", "check_3pid_auth", 39, 14),
    ("password_auth_provider", "check_auth", 43, 14),
    ("password_auth_provider", "get_displayname_for_registration", 38, 9),
    ("password_auth_provider", "get_username_for_registration", 46, 9),
    ("password_auth_provider", "is_3pid_allowed", 38, 10),
    ("password_auth_provider", "on_logged_out", 39, 7),
    ("password_auth_provider", "register_auth_checkers", 34, 0),
    ("presence_router", "get_interested_users", 37, 11),
    ("presence_router", "get_users_for_states", 39, 10),
    ("ratelimit", "get_ratelimit_override_for_user", 49, 8),
    ("unsigned", "add_field_to_unsigned_callback", 46, 0),
];

/// What is said of each scenario, and how often.
pub(super) fn scenarios() -> Counts {
    let said = |row: &(&str, &str, usize, usize)| {
        let (category, callback, scenarios, _) = *row;
        (format!("there is no callback `{category}.{callback}`"), scenarios)
    };
    NOT_BUILT.iter().map(said).filter(|(_, scenarios)| *scenarios > 0).collect()
}

/// The same for vectors.
pub(super) fn vectors() -> Counts {
    let said = |row: &(&str, &str, usize, usize)| {
        let (category, callback, _, vectors) = *row;
        (format!("there is no callback `{category}.{callback}`"), vectors)
    };
    NOT_BUILT.iter().map(said).filter(|(_, vectors)| *vectors > 0).collect()
}
