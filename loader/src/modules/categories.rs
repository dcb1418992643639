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
    /// Asks about spam: events, joins, invites, users, files.
    spam_checker: SpamCheckers;
    /// Asks for the third-party rules, and tells what happened.
    third_party_rules: ThirdPartyRulesAll;
    /// Asks whether accounts have expired, and tells of registrations and logins.
    account_validity: AccountValidities;
    /// Asks who gets to know of whose presence.
    presence_router: PresenceRouters;
    /// Asks about passwords and registrations, and tells who logged out.
    password_auth_provider: PasswordAuthProviders;
    /// Asks how background updates are to be paced.
    background_update_controller: BackgroundUpdateControllers;
    /// Tells what clients keep with accounts.
    account_data: AccountDatas;
    /// Asks what clients are to be told beside an event.
    add_extra_fields_to_unsigned_client_event: AddExtraFieldsToUnsignedClientEvents;
    /// Asks who may upload how much.
    media_repository: MediaRepositories;
    /// Asks how often a user may do something.
    ratelimit: Ratelimits;
    /// Tells what other servers got.
    federation: Federations;
}
