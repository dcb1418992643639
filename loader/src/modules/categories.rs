//! The callbacks of each category, as a homeserver calls them.

use hsmod_plugin_api::callbacks;

use super::Modules;

macro_rules! categories {
    ($( $(#[$doc:meta])* $category:ident: $all:ident; )*) => {
        impl Modules {
            $(
                $(#[$doc])*
                #[inline]
                pub const fn $category(&self) -> callbacks::$category::$all<&Self> {
                    callbacks::$category::$all::new(self)
                }
            )*
        }
    };
}

categories! {
    /// Questions about spam: events, joins, invites, users, files.
    spam_checker: SpamCheckers;
    /// Questions about third-party rules, and notifications of what happened.
    third_party_rules: ThirdPartyRulesAll;
    /// Questions about expired accounts, and notifications of registrations and logins.
    account_validity: AccountValidities;
    /// Questions about who receives whose presence.
    presence_router: PresenceRouters;
    /// Questions about passwords and registrations, and notifications of logouts.
    password_auth_provider: PasswordAuthProviders;
    /// Questions about the pace of background updates.
    background_update_controller: BackgroundUpdateControllers;
    /// Notifications of account data that clients store.
    account_data: AccountDatas;
    /// Questions about additional fields in the `unsigned` part of events for clients.
    add_extra_fields_to_unsigned_client_event: AddExtraFieldsToUnsignedClientEvents;
    /// Questions about who may upload how much.
    media_repository: MediaRepositories;
    /// Questions about how often a user may do something.
    ratelimit: Ratelimits;
    /// Notifications of events delivered to other servers.
    federation: Federations;
}
