//! The policies: one row for each callback says how the modules' answers are combined, what a
//! failure means, and what the client is shown if the operation is refused. These are data, read by
//! the documentation, `hsmod inspect` and tests.
//!
//! Mirrors `synapse/module_api/callbacks/*.py` and the call sites of the callbacks there.

use hsmod_plugin_api::callbacks::{
    account_data, account_validity, add_extra_fields_to_unsigned_client_event,
    background_update_controller, federation, media_repository, password_auth_provider,
    presence_router, ratelimit, spam_checker, third_party_rules,
};
use hsmod_plugin_api::host::{
    BuiltEvent, Dispatch, Inputs, Listens, Many, OwnedInputs, Several, SeveralInputs, Together,
};
use hsmod_plugin_api::table::Row;
use hsmod_plugin_api::values::{MediaUploadLimit, Verdict};

use crate::Modules;
use crate::call_error::{CallError, Cause};
use crate::dispatch::{
    Alone, Args, FederatedInvite, First, HiddenEach, Merged, MergedEach, Notification, OfLoginType,
    OfSeveral, Question, Union, dispatch_by,
};

/// How the answers of several modules are combined.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Combining {
    /// Modules are asked in order, until one gives an answer other than the neutral one.
    FirstDecided,
    /// All modules are asked in order, until one fails.
    AllInOrder,
    /// As [`Self::FirstDecided`]; if no module objects, `user_may_invite` is asked.
    ThenUserMayInvite,
    /// As [`Self::FirstDecided`], among the modules that registered the login type.
    FirstOfLoginType,
    /// All modules are asked in order, and the union of their answers is taken, until one answers
    /// "everything".
    Union,
    /// All modules are asked in order; if two set the same field, the later one wins.
    Merged,
    /// Only one module may register it: a second registration refuses the start.
    Single,
    /// Only the first module that registered the category is asked.
    Exclusive,
    /// Each module receives it through its own queue.
    Notification,
}

/// What happens when a module fails: it returns an error, panics, or does not answer in time. In
/// any case the failure is [logged](crate#what-is-logged).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum OnFailure {
    /// The caller gets the failure, and no other module is asked.
    Propagate,
    /// The next module is asked; but a cancellation is propagated.
    LogAndContinue,
    /// The failure is only logged, even if it is a cancellation.
    Log,
    /// The operation is refused; an error with its own HTTP status is propagated as it is.
    Refuse,
    /// The caller gets a 500 without details; but a cancellation is propagated.
    Conceal,
}

/// What the client of a refused operation is shown where the module does not say.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Refusal {
    /// HTTP status.
    pub status: u16,
    /// `errcode`.
    pub errcode: &'static str,
    /// `error`.
    pub message: &'static str,
    /// Whether this replaces the module's own code, text and fields.
    pub fixed: bool,
}

impl Refusal {
    const fn forbidden(message: &'static str) -> Self {
        Self { status: 403, errcode: "M_FORBIDDEN", message, fixed: false }
    }

    const fn fixed(status: u16, errcode: &'static str, message: &'static str) -> Self {
        Self { status, errcode, message, fixed: true }
    }

    /// The refusal of `check_visibility_can_be_modified` while a room is being created: for
    /// [`CallError::with_refusal`].
    pub const VISIBILITY_OF_NEW_ROOM: Self =
        Self::fixed(403, "M_UNKNOWN", "Room visibility value not allowed.");

    /// For callbacks that cannot refuse anything.
    const NONE: Self = Self::fixed(500, "M_UNKNOWN", "Internal server error");
}

/// The policy of one callback.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Policy {
    /// Its category.
    pub category: &'static str,
    /// Its name.
    pub callback: &'static str,
    /// Category and name: `spam_checker.user_may_invite`.
    pub full_name: &'static str,
    /// How answers are combined.
    pub combining: Combining,
    /// What a failure means.
    pub on_failure: OnFailure,
    /// What the client of a refused operation is shown.
    pub refusal: Refusal,
}

impl Policy {
    /// Whether this is the name of the callback or of its category.
    pub(crate) fn is_named(&self, name: &str) -> bool {
        self.full_name == name || self.category == name
    }

    /// What the client is shown where the homeserver refuses because of the modules' answers: the
    /// account has expired, no module accepts the login, or the upload exceeds a limit.
    ///
    /// ```
    /// use hsmod_loader::policy::policy;
    ///
    /// let expired = policy("account_validity.is_user_expired").unwrap().refuse();
    /// assert_eq!((expired.status(), &*expired.errcode()), (403, "ORG_MATRIX_EXPIRED_ACCOUNT"));
    /// ```
    pub fn refuse(&self) -> CallError {
        let verdict = Verdict::deny(self.refusal.errcode).message(self.refusal.message);
        let refusal = Refusal { fixed: false, ..self.refusal };
        CallError::new(self.full_name, None, Cause::Verdict(verdict), refusal)
    }
}

/// What the client is shown if its upload exceeds a limit of `get_media_upload_limits_for_user`. If
/// the limit has no `info_uri`, the client is directed to `info_uri`, a page of the homeserver.
///
/// ```
/// use hsmod_loader::policy::upload_refused;
/// use hsmod_loader::values::MediaUploadLimit;
///
/// let refused = upload_refused(&MediaUploadLimit::new(1, 1000).can_upgrade(true), "https://x/");
/// assert_eq!(refused.errcode(), "M_USER_LIMIT_EXCEEDED");
/// assert_eq!(refused.body()["info_uri"], "https://x/");
/// ```
pub fn upload_refused(limit: &MediaUploadLimit, info_uri: &str) -> CallError {
    let policy = media_repository::rows::get_media_upload_limits_for_user::POLICY;
    let refused = policy.refuse().field("info_uri", limit.info_uri.as_deref().unwrap_or(info_uri));
    if limit.can_upgrade { refused.field("can_upgrade", true) } else { refused }
}

/// A callback with a policy.
pub trait Rule: Row {
    /// Its number among all callbacks.
    const INDEX: usize;
    /// Its policy.
    const POLICY: Policy = policy_of(Self::INDEX);
    /// One bit for each callback it asks modules: usually only itself.
    const ASKS: u64 = asked_by(Self::INDEX);
}

/// One bit for each callback that the callback with this number asks modules.
pub(crate) const fn asked_by(index: usize) -> u64 {
    let next = match POLICIES[index].combining {
        Combining::ThenUserMayInvite => 1 << Index::user_may_invite as usize,
        _ => 0,
    };
    1 << index | next
}

const fn policy_of(index: usize) -> Policy {
    let mut policy = POLICIES[index];
    // Breaks two policies on purpose: a test builds this and expects the conformance suite to
    // notice.
    if cfg!(hsmod_conform_mutation) {
        if index == Index::check_can_deactivate_user as usize {
            policy.on_failure = OnFailure::Propagate;
        } else if index == Index::is_3pid_allowed as usize {
            policy.on_failure = OnFailure::LogAndContinue;
        }
    }
    policy
}

macro_rules! policies {
    ($( $category:ident { $( $name:ident: $combining:ident $([$way:ident])?, $on_failure:ident, $refusal:expr; )* } )*) => {
        /// The policies of all callbacks.
        pub const POLICIES: &[Policy] = &[$($( Policy {
            category: stringify!($category),
            callback: stringify!($name),
            full_name: concat!(stringify!($category), ".", stringify!($name)),
            combining: Combining::$combining,
            on_failure: OnFailure::$on_failure,
            refusal: $refusal,
        }, )*)*];

        #[allow(non_camel_case_types, clippy::enum_variant_names, reason = "named like the callbacks")]
        enum Index { $($( $name, )*)* }

        $($( impl Rule for $category::rows::$name {
            const INDEX: usize = Index::$name as usize;
        }

        impl Listens<$category::rows::$name> for &Modules {
            #[inline]
            fn listens(self) -> bool {
                self.listens_to(<$category::rows::$name as Rule>::ASKS)
            }
        }

        dispatch_by!($combining $([$way])?, $category::rows::$name); )*)*
    };
}

policies! {
    spam_checker {
        check_event_for_spam: FirstDecided, Propagate,
            Refusal::forbidden("This message has been rejected as probable spam");
        should_drop_federated_event: FirstDecided, Propagate,
            Refusal::fixed(403, "M_FORBIDDEN", "This event is not accepted here");
        user_may_join_room: FirstDecided, Propagate,
            Refusal::forbidden("Not allowed to join this room");
        user_may_invite: FirstDecided, Propagate,
            Refusal::forbidden("Invites have been disabled on this server");
        federated_user_may_invite: ThenUserMayInvite, Propagate,
            Refusal::forbidden("This user is not permitted to send invites to this server/user");
        user_may_send_3pid_invite: FirstDecided, Propagate,
            Refusal::forbidden("Cannot send threepid invite");
        user_may_create_room: FirstDecided, Propagate,
            Refusal::forbidden("You are not permitted to create rooms");
        user_may_create_room_alias: FirstDecided, Propagate,
            Refusal::forbidden("This user is not permitted to create this alias");
        user_may_publish_room: FirstDecided, Propagate,
            Refusal::forbidden("This user is not permitted to publish rooms to the room list");
        user_may_send_state_event: FirstDecided, Propagate,
            Refusal::forbidden("You are not permitted to send the state event");
        check_username_for_spam: FirstDecided [each], Propagate, Refusal::NONE;
        check_registration_for_spam: FirstDecided, Propagate,
            Refusal::fixed(429, "M_UNKNOWN", "Rate limited");
        check_media_file_for_spam: FirstDecided, Propagate,
            Refusal::fixed(400, "M_UNKNOWN", "Bad content");
        check_login_for_spam: FirstDecided, Propagate,
            Refusal::forbidden("Login was blocked by the server");
        accept_make_join: FirstDecided, Propagate,
            Refusal::forbidden("Not allowed to join this room");
    }
    third_party_rules {
        check_event_allowed: FirstDecided, Propagate,
            Refusal::fixed(403, "M_FORBIDDEN", "This event is not allowed in this context");
        on_create_room: AllInOrder, Refuse,
            Refusal::fixed(403, "M_UNKNOWN", "Room creation forbidden with these parameters");
        check_threepid_can_be_invited: FirstDecided, LogAndContinue,
            Refusal::fixed(403, "M_FORBIDDEN", "This third-party identifier can not be invited in this room");
        check_visibility_can_be_modified: FirstDecided, LogAndContinue,
            Refusal::fixed(403, "M_UNKNOWN", "Not allowed to publish room");
        on_new_event: Notification, Log, Refusal::NONE;
        check_can_shutdown_room: FirstDecided, LogAndContinue,
            Refusal::fixed(403, "M_FORBIDDEN", "Shutdown of this room is forbidden");
        check_can_deactivate_user: FirstDecided, LogAndContinue,
            Refusal::fixed(403, "M_FORBIDDEN", "Deactivation of this user is forbidden");
        on_profile_update: Notification, Log, Refusal::NONE;
        on_user_deactivation_status_changed: Notification, Log, Refusal::NONE;
        on_threepid_bind: Notification, Log, Refusal::NONE;
        on_add_user_third_party_identifier: Notification, Log, Refusal::NONE;
        on_remove_user_third_party_identifier: Notification, Log, Refusal::NONE;
        on_user_search: AllInOrder, Propagate, Refusal::NONE;
    }
    account_validity {
        is_user_expired: FirstDecided, Propagate,
            Refusal::fixed(403, "ORG_MATRIX_EXPIRED_ACCOUNT", "User account has expired");
        on_user_registration: AllInOrder, Propagate, Refusal::NONE;
        on_user_login: AllInOrder, Propagate, Refusal::NONE;
        on_legacy_send_mail: Single, Propagate, Refusal::NONE;
        on_legacy_renew: Single, Propagate, Refusal::NONE;
        on_legacy_admin_request: Single, Propagate, Refusal::NONE;
    }
    presence_router {
        get_users_for_states: Union, LogAndContinue, Refusal::NONE;
        get_interested_users: Union, LogAndContinue, Refusal::NONE;
    }
    password_auth_provider {
        check_auth: FirstOfLoginType, LogAndContinue,
            Refusal::fixed(403, "M_FORBIDDEN", "Invalid username or password");
        check_3pid_auth: FirstDecided, LogAndContinue,
            Refusal::fixed(403, "M_FORBIDDEN", "Invalid username or password");
        on_logged_out: Notification, Log, Refusal::NONE;
        get_username_for_registration: FirstDecided, Conceal, Refusal::NONE;
        get_displayname_for_registration: FirstDecided, Conceal, Refusal::NONE;
        is_3pid_allowed: FirstDecided, Conceal,
            Refusal::fixed(403, "M_THREEPID_DENIED", "Your email domain is not authorized on this server");
    }
    background_update_controller {
        on_update: Exclusive [alone], Propagate, Refusal::NONE;
        default_batch_size: Exclusive, Propagate, Refusal::NONE;
        min_batch_size: Exclusive, Propagate, Refusal::NONE;
    }
    account_data {
        on_account_data_updated: Notification, Log, Refusal::NONE;
    }
    add_extra_fields_to_unsigned_client_event {
        add_field_to_unsigned_callback: Merged, Propagate, Refusal::NONE;
    }
    media_repository {
        get_media_config_for_user: FirstDecided, Propagate, Refusal::NONE;
        is_user_allowed_to_upload_media_of_size: FirstDecided, Propagate,
            Refusal::fixed(413, "M_TOO_LARGE", "Upload request body is too large");
        get_media_upload_limits_for_user: FirstDecided, Propagate,
            Refusal::fixed(403, "M_USER_LIMIT_EXCEEDED", "Media upload limit exceeded");
        on_media_upload_limit_exceeded: AllInOrder, Propagate, Refusal::NONE;
    }
    ratelimit {
        get_ratelimit_override_for_user: FirstDecided, Propagate,
            Refusal::fixed(429, "M_LIMIT_EXCEEDED", "Too Many Requests");
    }
    federation {
        on_event_delivered_over_federation: Notification, Log, Refusal::NONE;
    }
}

/// The policy of a callback, by its full name: `spam_checker.user_may_invite`.
pub fn policy(full_name: &str) -> Option<&'static Policy> {
    POLICIES.iter().find(|policy| policy.full_name == full_name)
}

#[cfg(test)]
mod tests;
