//! The callbacks that a replay never calls, and why.

/// Full names of callbacks, and what a history lacks to call them.
pub(super) const ROWS: &[(&[&str], &str)] = &[
    (
        &[
            "spam_checker.user_may_send_3pid_invite",
            "third_party_rules.check_threepid_can_be_invited",
        ],
        "events do not show the invited address",
    ),
    (
        &["spam_checker.user_may_publish_room"],
        "events do not show what is in the list of public rooms",
    ),
    (
        &["spam_checker.check_username_for_spam", "third_party_rules.on_user_search"],
        "a search leaves no event",
    ),
    (
        &[
            "spam_checker.check_registration_for_spam",
            "account_validity.on_user_registration",
            "password_auth_provider.get_username_for_registration",
            "password_auth_provider.get_displayname_for_registration",
        ],
        "a registration leaves no event",
    ),
    (
        &[
            "spam_checker.check_login_for_spam",
            "account_validity.on_user_login",
            "password_auth_provider.check_auth",
            "password_auth_provider.check_3pid_auth",
            "password_auth_provider.on_logged_out",
        ],
        "a login leaves no event",
    ),
    (
        &[
            "spam_checker.check_media_file_for_spam",
            "media_repository.get_media_config_for_user",
            "media_repository.is_user_allowed_to_upload_media_of_size",
            "media_repository.get_media_upload_limits_for_user",
            "media_repository.on_media_upload_limit_exceeded",
        ],
        "an upload leaves no event",
    ),
    (&["spam_checker.accept_make_join"], "events do not show through which server somebody joined"),
    (
        &[
            "third_party_rules.check_can_shutdown_room",
            "third_party_rules.check_can_deactivate_user",
            "third_party_rules.on_user_deactivation_status_changed",
            "account_validity.on_legacy_send_mail",
            "account_validity.on_legacy_renew",
            "account_validity.on_legacy_admin_request",
        ],
        "the administration of accounts and rooms leaves no event",
    ),
    (
        &[
            "third_party_rules.on_threepid_bind",
            "third_party_rules.on_add_user_third_party_identifier",
            "third_party_rules.on_remove_user_third_party_identifier",
            "password_auth_provider.is_3pid_allowed",
        ],
        "the addresses of an account are in no event",
    ),
    (
        &["presence_router.get_users_for_states", "presence_router.get_interested_users"],
        "presence is in no event",
    ),
    (&["account_data.on_account_data_updated"], "account data is in no event"),
    (
        &[
            "background_update_controller.on_update",
            "background_update_controller.default_batch_size",
            "background_update_controller.min_batch_size",
        ],
        "updates of a database leave no event",
    ),
    (
        &["add_extra_fields_to_unsigned_client_event.add_field_to_unsigned_callback"],
        "events do not show who read them",
    ),
    (
        &["federation.on_event_delivered_over_federation"],
        "events do not show where they were delivered",
    ),
];

/// Why a replay never calls this callback.
pub(super) fn why(full_name: &str) -> &'static str {
    let row = ROWS.iter().find(|(callbacks, _)| callbacks.contains(&full_name));
    // The fallback is never used: the test below fails if a callback has no row.
    row.map_or("no event leads to it", |(_, why)| why)
}

#[cfg(test)]
mod tests {
    use hsmod_loader::rows::CATEGORIES;

    use super::super::acts;
    use super::super::callback::Callback;
    use super::*;

    #[test]
    fn each_callback_is_the_events_own_or_derived_or_never_asked() {
        let is_asked = |name: &str| {
            let derived = acts::ROWS.iter().flat_map(|row| row.asks);
            derived.chain(&Callback::OWN).any(|callback| callback.full_name() == name)
        };
        let is_never = |name: &str| ROWS.iter().any(|(callbacks, _)| callbacks.contains(&name));
        for callback in CATEGORIES.iter().flat_map(|category| category.callbacks) {
            let name = format!("{}.{}", callback.category, callback.name);
            assert!(
                is_asked(&name) != is_never(&name),
                "{name}: give it a row in derived/acts.rs, or in derived/never.rs"
            );
        }
        let known = CATEGORIES.iter().map(|category| category.callbacks.len()).sum::<usize>();
        let never = ROWS.iter().map(|(callbacks, _)| callbacks.len()).sum::<usize>();
        assert_eq!(Callback::ALL.len() + never, known, "a name is misspelt, or there twice");
    }
}
