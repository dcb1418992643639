//! Unknown keys that can be explained: keys of Synapse's own config, keys of this config at the
//! wrong level, and synonyms.

use super::{KEYS, entry};

/// How to explain an unknown key: what it is, and the remedy.
pub(super) type Remark = (String, String);

/// Top-level keys of Synapse that have a counterpart here, or belong elsewhere in this config.
const COUNTERPARTS: [(&[&str], &str); 6] = [
    (
        &["password_providers", "spam_checker", "third_party_event_rules", "presence"],
        "list plugins that do the same under `modules:`, each as `- module: NAME` with its \
         `config:`; Python classes cannot be loaded",
    ),
    (
        &["server_name"],
        "remove it: the homeserver tells modules its name, and `hsmod` takes it as `--server-name`",
    ),
    (&["email"], "write `mail:`, which takes the same keys"),
    (
        &["ip_range_blacklist", "ip_range_whitelist", "federation_ip_range_blacklist"],
        "write `http: {allow: [..]}` for the addresses that modules may reach",
    ),
    (&["templates"], "write `templates_dir:` and the folder's path"),
    (
        &["media_store_path", "media_storage_providers"],
        "remove it: media belong to the homeserver; modules store their data in `data_dir`",
    ),
];

/// The other top-level keys of Synapse.
#[rustfmt::skip]
const SYNAPSE: &[&str] = &[
    "account_threepid_delegates", "account_validity", "admin_contact", "alias_creation_rules",
    "allow_device_name_lookup_over_federation", "allow_guest_access", "allow_per_room_profiles",
    "allow_profile_lookup_over_federation", "allow_public_rooms_over_federation",
    "allow_public_rooms_without_auth", "allowed_avatar_mimetypes", "app_service_config_files",
    "auto_accept_invites", "auto_join_mxid_localpart", "auto_join_rooms",
    "auto_join_rooms_for_guests", "autocreate_auto_join_rooms", "background_updates",
    "bcrypt_rounds", "block_non_admin_invites", "caches", "cas_config", "daemonize", "database",
    "databases", "default_identity_server", "default_power_level_content_override",
    "default_room_version", "delete_stale_devices_after", "disable_msisdn_registration",
    "dummy_events_threshold", "dynamic_thumbnails", "enable_3pid_changes", "enable_3pid_lookup",
    "enable_authenticated_media", "enable_media_repo", "enable_metrics", "enable_registration",
    "enable_registration_without_verification", "enable_room_list_search", "enable_set_avatar_url",
    "enable_set_displayname", "encryption_enabled_by_default_for_room_type", "event_cache_size",
    "exclude_rooms_from_sync", "experimental_features", "extra_well_known_client_content",
    "federation", "federation_certificate_verification_whitelist",
    "federation_client_minimum_tls_version", "federation_custom_ca_list",
    "federation_domain_whitelist", "federation_metrics_domains",
    "federation_rr_transactions_per_room_per_second", "federation_sender_instances",
    "federation_verify_certificates", "filter_timeline_limit", "forget_rooms_on_leave",
    "forgotten_room_retention_period", "form_secret", "form_secret_path", "gc_min_interval",
    "gc_thresholds", "hs_disabled", "hs_disabled_message", "include_profile_data_on_invite",
    "inhibit_user_in_use_error", "instance_map", "jwt_config", "key_refresh_interval",
    "limit_profile_requests_to_users_who_share_rooms", "limit_remote_rooms", "limit_usage_by_mau",
    "listeners", "log_config", "login_via_existing_session", "macaroon_secret_key",
    "macaroon_secret_key_path", "manhole_settings", "matrix_authentication_service", "matrix_rtc",
    "mau_appservice_trial_days", "mau_limit_reserved_threepids", "mau_stats_only", "mau_trial_days",
    "max_avatar_size", "max_event_delay_duration", "max_image_pixels", "max_mau_value",
    "max_pending_media_uploads", "max_spider_size", "max_upload_size",
    "media_instance_running_background_jobs", "media_retention", "media_upload_limits",
    "metrics_flags", "metrics_port", "next_link_domain_whitelist",
    "nonrefreshable_access_token_lifetime", "notify_appservices_from_worker", "oembed",
    "oidc_config", "oidc_providers", "old_signing_keys", "opentracing",
    "outbound_federation_restricted_to", "password_config", "pid_file",
    "prevent_media_downloads_from", "print_pidfile", "push", "pusher_instances",
    "rc_3pid_validation", "rc_admin_redaction", "rc_delayed_event_mgmt", "rc_federation",
    "rc_invites", "rc_joins", "rc_joins_per_room", "rc_key_requests", "rc_login", "rc_media_create",
    "rc_message", "rc_presence", "rc_registration", "rc_registration_token_validity", "rc_reports",
    "rc_room_creation", "rc_third_party_invite", "rc_user_directory", "recaptcha_private_key",
    "recaptcha_private_key_path", "recaptcha_public_key", "recaptcha_public_key_path",
    "recaptcha_siteverify_api", "redaction_retention_period", "redis", "refresh_token_lifetime",
    "refreshable_access_token_lifetime", "registration_requires_token",
    "registration_shared_secret", "registration_shared_secret_path", "registrations_require_3pid",
    "remote_media_download_burst_count", "remote_media_download_per_second",
    "replication_torture_level", "report_stats", "report_stats_endpoint",
    "request_token_inhibit_3pid_errors", "require_auth_for_profile_requests",
    "require_membership_for_aliases", "retention", "room_list_publication_rules",
    "room_prejoin_state", "run_background_tasks_on", "saml2_config", "send_federation", "sentry",
    "serve_server_wellknown", "server_context", "server_notices", "session_lifetime", "signing_key",
    "signing_key_path", "soft_file_limit", "sso", "start_pushers", "stats", "stream_writers",
    "suppress_key_server_warning", "thumbnail_sizes", "tls_certificate_path",
    "tls_private_key_path", "track_appservice_user_ips", "track_puppeted_user_ips",
    "trusted_key_servers", "turn_allow_guests", "turn_password", "turn_shared_secret",
    "turn_shared_secret_path", "turn_uris", "turn_user_lifetime", "turn_username", "ui_auth",
    "update_user_directory_from_worker", "url_preview_accept_language", "url_preview_enabled",
    "url_preview_ip_range_blacklist", "url_preview_ip_range_whitelist", "url_preview_url_blacklist",
    "use_appservice_legacy_authorization", "use_frozen_dicts", "use_presence", "user_agent_suffix",
    "user_consent", "user_directory", "user_ips_max_age", "user_types", "web_client_location",
    "worker_app", "worker_daemonize", "worker_listeners", "worker_log_config",
    "worker_main_http_uri", "worker_pid_file", "worker_replication_host",
    "worker_replication_http_port", "worker_replication_secret", "worker_replication_secret_path",
];

/// Synonyms of top-level keys.
const TOP_SYNONYMS: [(&[&str], &str); 4] = [
    (&["plugins", "module", "extensions"], "list the modules under `modules:`"),
    (&["smtp"], "write `mail:`"),
    (&["permissions"], "write `verify: {permissions: warn}`"),
    (&["proxy", "allow"], "write it below `http:`"),
];

/// Synonyms of an entry's keys.
const ENTRY_SYNONYMS: [(&[&str], &str); 6] = [
    (&["plugin", "path", "file", "class", "library"], "write `module:`"),
    (&["options", "settings", "params", "args", "configuration"], "write `config:`"),
    (&["id", "instance", "alias"], "write `name:`"),
    (&["digest", "checksum", "hash", "sha"], "write `sha256:`"),
    (&["deadline", "time_limit"], "write `timeout:`"),
    (&["disabled", "disable"], "write `enabled: false`"),
];

/// Explains a key at the top level.
pub(super) fn at_the_top(key: &str) -> Option<Remark> {
    let of_synapse = || format!("`{key}` is a key of Synapse's own config");
    let unknown = || format!("unknown key `{key}`");
    if let Some(fix) = find(&COUNTERPARTS, key) {
        return Some((of_synapse(), fix.to_owned()));
    }
    if SYNAPSE.contains(&key) {
        let fix = "remove it: this file configures only modules, which are listed under `modules:`";
        return Some((of_synapse(), fix.to_owned()));
    }
    if key != "module" && entry::KEYS.contains(&key) {
        return Some((
            unknown(),
            format!("write `{key}` in an entry of `modules:`, beside its `module`"),
        ));
    }
    find(&TOP_SYNONYMS, key).map(|fix| (unknown(), fix.to_owned()))
}

/// Explains a key in an entry of `modules`.
pub(super) fn in_an_entry(key: &str) -> Option<Remark> {
    let unknown = format!("unknown key `{key}`");
    if KEYS.contains(&key) {
        return Some((unknown, format!("write `{key}` at the top of the file, beside `modules`")));
    }
    find(&ENTRY_SYNONYMS, key).map(|fix| (unknown, fix.to_owned()))
}

fn find(rows: &[(&[&str], &'static str)], key: &str) -> Option<&'static str> {
    rows.iter().find(|(keys, _)| keys.contains(&key)).map(|(_, fix)| *fix)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn known_keys_are_not_explained_as_foreign() {
        for key in KEYS {
            assert_eq!(at_the_top(key), None, "{key}");
        }
        for key in entry::KEYS {
            assert_eq!(in_an_entry(key), None, "{key}");
        }
    }
}
