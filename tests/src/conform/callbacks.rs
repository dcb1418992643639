//! One row for each callback.

use std::future::Future;
use std::pin::Pin;

use hsmod_loader::values::Requester;
use hsmod_loader::web::parts;
use hsmod_loader::{EditableText, Modules, Ser};
use serde_json::Value;

use super::answer::{
    dropped, event_allowed, expiration, expired, fields, hidden, interested_users, limits, login,
    mail, name, nothing, number, permission, ratelimit, registration, renewal, told, update,
    users_for_states, verdict,
};
use super::args::Args;
use super::homeserver::{DEFAULT_BATCH_SIZE, MIN_BATCH_SIZE, unsigned};

/// How to call a callback.
pub(super) struct Row {
    /// The name in scenarios.
    pub(super) category: &'static str,
    pub(super) callback: &'static str,
    /// What a module must register together with this callback. `None` for callbacks that are all
    /// registered together, since nothing depends on what else the module registers.
    pub(super) apart: Option<&'static [&'static str]>,
    /// The key of an outcome that makes a module register another selection, and that selection.
    pub(super) but: Option<(&'static str, &'static [&'static str])>,
    /// The argument that Synapse passes to modules as a mutable object.
    pub(super) lent: Option<&'static str>,
    pub(super) ask: for<'a> fn(&'a Modules, &'a mut Args) -> Asking<'a>,
}

/// The encoded answer, once all modules have been asked.
type Asking<'a> = Pin<Box<dyn Future<Output = Result<Value, String>> + 'a>>;

/// Not a callback, but the effect of registering login types.
pub(super) const REGISTER_AUTH_CHECKERS: Row = Row {
    category: "password_auth_provider",
    callback: "register_auth_checkers",
    apart: Some(&["check_auth"]),
    but: None,
    lent: None,
    ask: |modules, _| {
        let login_types = modules.login_types().into_iter();
        let fields = login_types.map(|login_type| (login_type.name, login_type.fields.into()));
        Box::pin(std::future::ready(Ok(Value::Object(fields.collect()))))
    },
};

macro_rules! callbacks {
    ($( $category:literal: $method:ident {
        $(
            $callback:ident($modules:ident, $args:ident)
                $(lent $lent:literal)?
                $(apart [$($apart:ident)*])?
                $(but $flag:literal [$($but:ident)*])?
                => $ask:expr;
        )*
    } )*) => {
        /// All rows.
        pub(super) const ROWS: &[Row] = &[$($( Row {
            category: $category,
            callback: stringify!($callback),
            apart: [$(Some(&[$(stringify!($apart)),*] as &[&str]),)? None][0],
            but: [$(Some(($flag, &[$(stringify!($but)),*] as &[&str])),)? None][0],
            lent: [$(Some($lent),)? None][0],
            ask: |modules, $args| Box::pin(async move {
                let $modules = modules.$method();
                $ask.await
            }),
        }, )*)* REGISTER_AUTH_CHECKERS];
    };
}

callbacks! {
    "spam_checker": spam_checker {
        check_event_for_spam(m, a) => verdict(m.check_event_for_spam(event(a)));
        should_drop_federated_event(m, a) => dropped(m.should_drop_federated_event(event(a)));
        user_may_join_room(m, a) => verdict(m.user_may_join_room(
            a.text("user"), a.text("room"), a.flag("is_invited"),
        ));
        user_may_invite(m, a) => verdict(m.user_may_invite(
            a.text("inviter"), a.text("invitee"), a.text("room_id"),
        ));
        federated_user_may_invite(m, a) apart [federated_user_may_invite] => verdict(
            m.federated_user_may_invite(event(a)),
        );
        user_may_send_3pid_invite(m, a) => verdict(m.user_may_send_3pid_invite(
            a.text("inviter"), a.text("medium"), a.text("address"), a.text("room_id"),
        ));
        user_may_create_room(m, a) lent "room_config" => verdict(m.user_may_create_room(
            a.text("user_id"), Ser(a.value("room_config")),
        ));
        user_may_create_room_alias(m, a) => verdict(m.user_may_create_room_alias(
            a.text("user_id"), a.text("room_alias"),
        ));
        user_may_publish_room(m, a) => verdict(m.user_may_publish_room(
            a.text("user_id"), a.text("room_id"),
        ));
        user_may_send_state_event(m, a) lent "content" => verdict(m.user_may_send_state_event(
            a.text("user_id"), a.text("room_id"), a.text("event_type"), a.text("state_key"),
            Ser(a.value("content")),
        ));
        check_username_for_spam(m, a) lent "user_profile" => hidden(m.check_username_for_spam(
            &a.user_profile(), a.text("requester_id"),
        ));
        check_registration_for_spam(m, a) => registration(m.check_registration_for_spam(
            a.threepid().as_ref(), a.optional("username"), &a.request_info()[..],
            a.optional("auth_provider_id"),
        ));
        check_media_file_for_spam(m, a) => verdict(m.check_media_file_for_spam(
            &a.file(), &a.file_info(),
        ));
        check_login_for_spam(m, a) => verdict(m.check_login_for_spam(
            a.text("user_id"), a.optional("device_id"), a.optional("initial_display_name"),
            &a.request_info()[..], a.optional("auth_provider_id"),
        ));
    }
    "third_party_rules": third_party_rules {
        check_event_allowed(m, a) => event_allowed(m.check_event_allowed(event(a), a.state()));
        on_create_room(m, a) lent "config" => async {
            let mut config = EditableText::new(a.value("config").to_string());
            let (requester, admin) = (requester(a), a.flag("is_requester_admin"));
            let answer = nothing(m.on_create_room(&requester, &mut config, admin)).await;
            let config = serde_json::from_str(config.as_str()).map_err(|error| error.to_string())?;
            a.replace("config", config);
            answer
        };
        check_threepid_can_be_invited(m, a) => permission(m.check_threepid_can_be_invited(
            a.text("medium"), a.text("address"), a.state(),
        ));
        check_visibility_can_be_modified(m, a) => permission(m.check_visibility_can_be_modified(
            a.text("room_id"), a.state(), a.text("new_visibility"),
        ));
        on_new_event(m, a) => told(m.on_new_event(event(a), a.state()));
        check_can_shutdown_room(m, a) => permission(m.check_can_shutdown_room(
            a.optional("user_id"), a.text("room_id"),
        ));
        check_can_deactivate_user(m, a) => permission(m.check_can_deactivate_user(
            a.text("user_id"), a.flag("by_admin"),
        ));
        on_profile_update(m, a) => told(m.on_profile_update(
            a.text("user_id"), &a.profile_info(), a.flag("by_admin"), a.flag("deactivation"),
        ));
        on_user_deactivation_status_changed(m, a) => told(m.on_user_deactivation_status_changed(
            a.text("user_id"), a.flag("deactivated"), a.flag("by_admin"),
        ));
        on_threepid_bind(m, a) => told(m.on_threepid_bind(
            a.text("user_id"), a.text("medium"), a.text("address"),
        ));
        on_add_user_third_party_identifier(m, a) => told(m.on_add_user_third_party_identifier(
            a.text("user_id"), a.text("medium"), a.text("address"),
        ));
        on_remove_user_third_party_identifier(m, a) => told(
            m.on_remove_user_third_party_identifier(
                a.text("user_id"), a.text("medium"), a.text("address"),
            ),
        );
    }
    "account_validity": account_validity {
        is_user_expired(m, a) => expired(
            m.is_user_expired(a.text("user_id")),
            a.flag("legacy_enabled") && a.flag("legacy_expired"),
        );
        on_user_registration(m, a) => nothing(m.on_user_registration(a.text("user_id")));
        on_user_login(m, a) => nothing(m.on_user_login(
            a.text("user_id"), a.optional("auth_provider_type"), a.optional("auth_provider_id"),
        ));
        on_legacy_send_mail(m, a) apart [on_legacy_send_mail] => mail(
            m.on_legacy_send_mail(a.text("user_id")),
        );
        on_legacy_renew(m, a) apart [on_legacy_renew] => renewal(m.on_legacy_renew(a.text("token")));
        on_legacy_admin_request(m, a) apart [on_legacy_admin_request] => async {
            let request = a.request();
            let request = parts(&request);
            expiration(m.on_legacy_admin_request(&request.view())).await
        };
    }
    "presence_router": presence_router {
        get_users_for_states(m, a)
            apart [get_users_for_states get_interested_users]
            but "unpaired" [get_users_for_states]
        => async {
            let states = a.presence();
            let states: Vec<_> = states.iter().map(|state| state.as_state()).collect();
            users_for_states(m.get_users_for_states(&states[..])).await
        };
        get_interested_users(m, a)
            apart [get_users_for_states get_interested_users]
            but "unpaired" [get_interested_users]
        => interested_users(m.get_interested_users(a.text("user_id")));
    }
    "password_auth_provider": password_auth_provider {
        check_auth(m, a) apart [check_auth] => login(m.check_auth(
            a.text("username"), a.text("login_type"), Ser(a.value("login_dict")),
        ));
        check_3pid_auth(m, a) => login(m.check_3pid_auth(
            a.text("medium"), a.text("address"), a.text("password"),
        ));
        on_logged_out(m, a) => told(m.on_logged_out(
            a.text("user_id"), a.optional("device_id"), a.text("access_token"),
        ));
        get_username_for_registration(m, a) => name(m.get_username_for_registration(
            Ser(a.value("uia_results")), Ser(a.value("params")),
        ));
        get_displayname_for_registration(m, a) => name(m.get_displayname_for_registration(
            Ser(a.value("uia_results")), Ser(a.value("params")),
        ));
        is_3pid_allowed(m, a) => permission(m.is_3pid_allowed(
            a.text("medium"), a.text("address"), a.flag("registration"),
        ));
    }
    "background_updates": background_update_controller {
        on_update(m, a)
            apart [on_update default_batch_size min_batch_size]
            but "only_on_update" [on_update]
        => update(m.on_update(
            a.text("update_name"), a.text("database_name"), a.flag("oneshot"),
        ));
        default_batch_size(m, a)
            apart [on_update default_batch_size min_batch_size]
            but "only_on_update" [on_update]
        => number(
            m.default_batch_size(a.text("update_name"), a.text("database_name")),
            DEFAULT_BATCH_SIZE,
        );
        min_batch_size(m, a)
            apart [on_update default_batch_size min_batch_size]
            but "only_on_update" [on_update]
        => number(
            m.min_batch_size(a.text("update_name"), a.text("database_name")),
            MIN_BATCH_SIZE,
        );
    }
    "account_data": account_data {
        on_account_data_updated(m, a) => told(m.on_account_data_updated(
            a.text("user_id"), a.optional("room_id"), a.text("account_data_type"),
            Ser(a.value("content")),
        ));
    }
    "unsigned": add_extra_fields_to_unsigned_client_event {
        add_field_to_unsigned_callback(m, a) => fields(
            m.add_field_to_unsigned_callback(event(a)),
            |fields| unsigned(fields, a.value("event"), a.value("membership")),
        );
    }
    "media_repository": media_repository {
        get_media_config_for_user(m, a) => fields(
            m.get_media_config_for_user(a.text("user_id")),
            Value::Object,
        );
        is_user_allowed_to_upload_media_of_size(m, a) => permission(
            m.is_user_allowed_to_upload_media_of_size(a.text("user_id"), a.number("size")),
        );
        get_media_upload_limits_for_user(m, a) => limits(
            m.get_media_upload_limits_for_user(a.text("user_id")),
        );
        on_media_upload_limit_exceeded(m, a) => nothing(m.on_media_upload_limit_exceeded(
            a.text("user_id"), &a.limit(), a.number("sent_bytes"), a.number("attempted_bytes"),
        ));
    }
    "ratelimit": ratelimit {
        get_ratelimit_override_for_user(m, a) => ratelimit(m.get_ratelimit_override_for_user(
            a.text("user"), a.text("limiter_name"),
        ));
    }
    "federation": federation {
        on_event_delivered_over_federation(m, a) => told(
            m.on_event_delivered_over_federation(a.delivery()),
        );
    }
}

fn event(args: &Args) -> Ser<'_, Value> {
    Ser(args.value("event"))
}

fn requester(args: &Args) -> Requester<'_> {
    Requester::new(args.optional("requester").unwrap_or("@alice:example.com"))
}
