//! The callbacks, by category: one file each, one row a callback.
//!
//! | category | trait | registered with |
//! |---|---|---|
//! | `spam_checker` | [`SpamChecker`] | [`ModuleApi::register_spam_checker_callbacks`](crate::ModuleApi::register_spam_checker_callbacks) |
//! | `third_party_rules` | [`ThirdPartyRules`] | [`ModuleApi::register_third_party_rules_callbacks`](crate::ModuleApi::register_third_party_rules_callbacks) |
//! | `account_validity` | [`AccountValidity`] | [`ModuleApi::register_account_validity_callbacks`](crate::ModuleApi::register_account_validity_callbacks) |
//! | `presence_router` | [`PresenceRouter`] | [`ModuleApi::register_presence_router_callbacks`](crate::ModuleApi::register_presence_router_callbacks) |
//! | `password_auth_provider` | [`PasswordAuthProvider`] | [`ModuleApi::register_password_auth_provider_callbacks`](crate::ModuleApi::register_password_auth_provider_callbacks) |
//! | `background_update_controller` | [`BackgroundUpdateController`] | [`ModuleApi::register_background_update_controller_callbacks`](crate::ModuleApi::register_background_update_controller_callbacks) |
//! | `account_data` | [`AccountData`] | [`ModuleApi::register_account_data_callbacks`](crate::ModuleApi::register_account_data_callbacks) |
//! | `add_extra_fields_to_unsigned_client_event` | [`AddExtraFieldsToUnsignedClientEvent`] | [`ModuleApi::register_add_extra_fields_to_unsigned_client_event_callbacks`](crate::ModuleApi::register_add_extra_fields_to_unsigned_client_event_callbacks) |
//! | `media_repository` | [`MediaRepository`] | [`ModuleApi::register_media_repository_callbacks`](crate::ModuleApi::register_media_repository_callbacks) |
//! | `ratelimit` | [`Ratelimit`] | [`ModuleApi::register_ratelimit_callbacks`](crate::ModuleApi::register_ratelimit_callbacks) |
//! | `federation` | [`Federation`] | [`ModuleApi::register_federation_callbacks`](crate::ModuleApi::register_federation_callbacks) |

pub mod account_data;
pub mod account_validity;
pub mod add_extra_fields_to_unsigned_client_event;
pub mod background_update_controller;
pub mod federation;
pub mod media_repository;
pub mod password_auth_provider;
pub mod presence_router;
pub mod ratelimit;
pub mod spam_checker;
pub mod third_party_rules;

use crate::table::{CallbackInfo, Category};

/// Every category, one row beside its `mod`: its file, its trait and what comes with that, and the method that
/// registers it. `$then` is called with all rows behind what stands in the brackets.
#[doc(hidden)]
#[macro_export]
macro_rules! __categories {
    ($($then:ident)::+ [$($first:tt)*]) => {
        $($then)::+! { $($first)*
            spam_checker: SpamChecker SpamCheckerCallbacks SpamCheckerTableRef SpamCheckerLists register_spam_checker_callbacks;
            third_party_rules: ThirdPartyRules ThirdPartyRulesCallbacks ThirdPartyRulesTableRef ThirdPartyRulesLists register_third_party_rules_callbacks;
            account_validity: AccountValidity AccountValidityCallbacks AccountValidityTableRef AccountValidityLists register_account_validity_callbacks;
            presence_router: PresenceRouter PresenceRouterCallbacks PresenceRouterTableRef PresenceRouterLists register_presence_router_callbacks;
            password_auth_provider: PasswordAuthProvider PasswordAuthProviderCallbacks PasswordAuthProviderTableRef PasswordAuthProviderLists register_password_auth_provider_callbacks;
            background_update_controller: BackgroundUpdateController BackgroundUpdateControllerCallbacks BackgroundUpdateControllerTableRef BackgroundUpdateControllerLists register_background_update_controller_callbacks;
            account_data: AccountData AccountDataCallbacks AccountDataTableRef AccountDataLists register_account_data_callbacks;
            add_extra_fields_to_unsigned_client_event: AddExtraFieldsToUnsignedClientEvent AddExtraFieldsToUnsignedClientEventCallbacks AddExtraFieldsToUnsignedClientEventTableRef AddExtraFieldsToUnsignedClientEventLists register_add_extra_fields_to_unsigned_client_event_callbacks;
            media_repository: MediaRepository MediaRepositoryCallbacks MediaRepositoryTableRef MediaRepositoryLists register_media_repository_callbacks;
            ratelimit: Ratelimit RatelimitCallbacks RatelimitTableRef RatelimitLists register_ratelimit_callbacks;
            federation: Federation FederationCallbacks FederationTableRef FederationLists register_federation_callbacks;
        }
    };
}

/// What `#[callbacks]` makes: the companion of a trait, with the names of what was written. Under the
/// trait's own name it lies beside each trait, so that it is found wherever the trait is, whatever
/// this crate is called there.
#[doc(hidden)]
#[macro_export]
macro_rules! __written_callbacks {
    ($written:ident [$($generics:tt)*] [$($module:tt)*] [$($names:tt)*]) => {
        impl $($generics)* $crate::callbacks::$written for $($module)* {
            const WRITTEN: &'static [&'static str] = &[$($names)*];
        }
    };
}

macro_rules! list {
    ($( $category:ident: $trait:ident $written:ident $table:ident $lists:ident $register:ident; )*) => {
        $( pub use $category::{$trait, $written}; )*

        /// Every category.
        ///
        /// ```
        /// let spam_checker = &hsmod_plugin_api::callbacks::CATEGORIES[0];
        /// assert_eq!(spam_checker.callbacks[0].name, "check_event_for_spam");
        /// ```
        pub const CATEGORIES: &[CategoryInfo] = &[$( info::<$category::$table>(), )*];

        /// The traits, for the prelude.
        #[doc(hidden)]
        pub mod traits {
            $( pub use super::$category::{$trait, $written}; )*
        }

        /// Which categories a module implements: an inherent constant, where its bound holds,
        /// hides the one of [`Fallback`].
        #[doc(hidden)]
        #[derive(Debug)]
        pub struct Probe<M>(std::marker::PhantomData<M>);

        $( impl<M: $trait> Probe<M> {
            #[allow(missing_docs, non_upper_case_globals, reason = "named like the category")]
            pub const $category: &'static [&'static str] = M::WRITTEN;
        } )*

        #[doc(hidden)]
        #[allow(missing_docs, non_upper_case_globals, reason = "named like the categories")]
        pub trait Fallback {
            $( const $category: &'static [&'static str] = &[]; )*
        }

        impl<M> Fallback for Probe<M> {}
    };
}

__categories!(list []);

/// A category, with what is known of its callbacks.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct CategoryInfo {
    /// Its name: `spam_checker`.
    pub name: &'static str,
    /// Its callbacks.
    pub callbacks: &'static [CallbackInfo],
}

const fn info<C: Category>() -> CategoryInfo {
    CategoryInfo { name: C::NAME, callbacks: C::ROWS }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_callback_is_younger_than_the_boundary() {
        for row in CATEGORIES.iter().flat_map(|category| category.callbacks) {
            assert!(row.since <= crate::ABI.minor, "{}.{}", row.category, row.name);
        }
    }
}
