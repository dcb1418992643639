//! Every callback that can be asked: one row each.

use std::future::Future;
use std::pin::Pin;

use hsmod_loader::values::Requester;
use hsmod_loader::{EditableText, Modules, Ser};
use serde_json::Value;

use super::answer::{
    dropped, event_allowed, expired, hidden, nothing, permission, registration, told, verdict,
};
use super::args::Args;

/// How a callback is asked.
pub(super) struct Row {
    /// As scenarios name it.
    pub(super) category: &'static str,
    pub(super) callback: &'static str,
    /// Whether modules register it apart from the others, because it matters what else they do.
    pub(super) apart: bool,
    /// The argument that modules in Synapse get as an object they could change.
    pub(super) lent: Option<&'static str>,
    pub(super) ask: for<'a> fn(&'a Modules, &'a mut Args) -> Asking<'a>,
}

/// The encoded answer, once everybody has been asked.
type Asking<'a> = Pin<Box<dyn Future<Output = Result<Value, String>> + 'a>>;

macro_rules! callbacks {
    ($( $category:ident {
        $(
            $callback:ident($modules:ident, $args:ident) $(lent $lent:literal)? $(apart $apart:literal)?
                => $ask:expr;
        )*
    } )*) => {
        /// All of them.
        pub(super) const ROWS: &[Row] = &[$($( Row {
            category: stringify!($category),
            callback: stringify!($callback),
            apart: [$($apart,)? false][0],
            lent: [$(Some($lent),)? None][0],
            ask: |modules, $args| Box::pin(async move {
                let $modules = modules.$category();
                $ask.await
            }),
        }, )*)*];
    };
}

callbacks! {
    spam_checker {
        check_event_for_spam(m, a) => verdict(m.check_event_for_spam(event(a)));
        should_drop_federated_event(m, a) => dropped(m.should_drop_federated_event(event(a)));
        user_may_join_room(m, a) => verdict(m.user_may_join_room(
            a.text("user"), a.text("room"), a.flag("is_invited"),
        ));
        user_may_invite(m, a) => verdict(m.user_may_invite(
            a.text("inviter"), a.text("invitee"), a.text("room_id"),
        ));
        federated_user_may_invite(m, a) apart true => verdict(m.federated_user_may_invite(event(a)));
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
    third_party_rules {
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
    account_validity {
        is_user_expired(m, a) => expired(
            m.is_user_expired(a.text("user_id")),
            a.flag("legacy_enabled") && a.flag("legacy_expired"),
        );
        on_user_registration(m, a) => nothing(m.on_user_registration(a.text("user_id")));
        on_user_login(m, a) => nothing(m.on_user_login(
            a.text("user_id"), a.optional("auth_provider_type"), a.optional("auth_provider_id"),
        ));
    }
}

fn event(args: &Args) -> Ser<'_, Value> {
    Ser(args.value("event"))
}

fn requester(args: &Args) -> Requester<'_> {
    Requester::new(args.optional("requester").unwrap_or("@alice:example.com"))
}
