//! The callbacks, by category: one file each, one row per callback.
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
//!
//! # Which may deny
//!
//! If a homeserver never asks a module that is there to refuse something, everything the module
//! should have kept out comes in, and nobody notices. So a plugin *requires* those of its callbacks
//! whose answer or failure can refuse, hide, drop or end something: a homeserver that does not know
//! one of them, or never calls it, refuses the plugin before any of its code runs. For the same
//! reason, an answer to one of them that the homeserver does not know counts as a denial.
//!
//! | callbacks | why |
//! |---|---|
//! | `spam_checker`: all of them | they decide what may enter: by a denial, a drop, a hidden user, a shadow ban |
//! | `check_event_allowed`, `check_threepid_can_be_invited`, `check_visibility_can_be_modified`, `check_can_shutdown_room`, `check_can_deactivate_user` | they answer yes or no |
//! | `on_create_room` | refuses by an error, or removes from the request what is not allowed |
//! | `on_user_search` | hides what it removes from the results, or refuses by an error |
//! | `is_user_expired` | ends the account's access |
//! | `is_3pid_allowed`, `is_user_allowed_to_upload_media_of_size` | they answer yes or no |
//! | `get_media_upload_limits_for_user`, `get_ratelimit_override_for_user` | whatever exceeds the limit that they return is refused |
//!
//! The others need not be marked. The notifications, and `on_user_registration`, `on_user_login`
//! and `on_media_upload_limit_exceeded`, report what has already happened. `check_auth` and
//! `check_3pid_auth` only grant access: if they are not asked, nobody gets in. The rest decide how
//! something is done, not whether.
//!
//! A module that can do without one of its callbacks marks it as optional:
//!
//! ```
//! use hsmod_plugin_api::prelude::*;
//! # pub struct Guard;
//!
//! #[callbacks(optional(accept_make_join))]
//! impl SpamChecker for Guard {
//! #   async fn accept_make_join(&self, _: &UserId, _: &RoomId) -> Result<Verdict, ModuleError> {
//! #       Ok(Verdict::Allow)
//! #   }
//!     // user_may_invite, accept_make_join, ..
//! }
//! ```
//!
//! `#[callbacks(optional)]` without names requires none of them: it is for modules that register
//! callbacks by name, as their config or a script of theirs chooses. The callbacks that they name
//! in [`only`](crate::module::Registration::only) are then required.

pub mod account_data;
pub mod account_validity;
pub mod add_extra_fields_to_unsigned_client_event;
pub mod background_update_controller;
pub mod federation;
mod homes;
pub mod media_repository;
pub mod password_auth_provider;
pub mod presence_router;
pub mod ratelimit;
pub mod spam_checker;
pub mod third_party_rules;

use homes::Home;
#[doc(hidden)]
pub use homes::Stray;

use crate::table::{CallbackInfo, Category, contains, equal};

/// Every category, one row each: its file, its trait, the items that belong to the trait, and the method that
/// registers it. Calls `$then` with the tokens in the brackets, followed by all rows.
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

/// The output of `#[callbacks]`: an impl of the trait's companion, with the names of the callbacks
/// that the author wrote. The macro is re-exported under the name of each trait, so it is in scope
/// wherever the trait is, whatever name this crate has there.
#[doc(hidden)]
#[macro_export]
macro_rules! __written_callbacks {
    ($written:ident [$($generics:tt)*] [$($module:tt)*] [$($names:tt)*] [$($optional:tt)*]) => {
        impl $($generics)* $crate::callbacks::$written for $($module)* {
            const WRITTEN: &'static [&'static str] = &[$($names)*];
            const OPTIONAL: $crate::callbacks::Optional = $crate::__optional!($($optional)*);
        }

        const _: () = {
            const STRAY: ::core::option::Option<$crate::callbacks::Stray> =
                $crate::callbacks::Stray::among(&[$($names)*], ::core::stringify!($written));
            if let ::core::option::Option::Some(stray) = &STRAY {
                ::core::panic!("{}", stray.remedy());
            }
        };
    };
}

/// The callbacks that a homeserver may lack: the names behind `optional`, or all of them.
#[doc(hidden)]
#[macro_export]
macro_rules! __optional {
    () => {
        $crate::callbacks::Optional::NONE
    };
    (all) => {
        $crate::callbacks::Optional::All
    };
    ($($names:literal)+) => {
        $crate::callbacks::Optional::These(&[$($names),+])
    };
}

/// Which of a module's callbacks a homeserver may lack, as declared by
/// `#[callbacks(optional(..))]`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Optional {
    /// The callbacks with these names.
    These(&'static [&'static str]),
    /// All of them: the module registers the callbacks it needs by name.
    All,
}

impl Optional {
    /// No callback is optional.
    pub const NONE: Self = Self::These(&[]);

    /// Whether a homeserver may lack the callback `name`.
    pub const fn has(self, name: &str) -> bool {
        match self {
            Self::These(names) => contains(names, name),
            Self::All => true,
        }
    }
}

/// The callbacks of one category that a module implements.
#[doc(hidden)]
#[derive(Clone, Copy, Debug)]
#[allow(clippy::exhaustive_structs, reason = "written by a macro of this crate only")]
pub struct Own {
    pub category: &'static str,
    pub written: &'static [&'static str],
    pub optional: Optional,
}

/// Whether the answer to a callback may deny; usable in constants.
pub(crate) const fn denies(category: &str, name: &str) -> bool {
    let mut index = 0;
    while index < CATEGORIES.len() {
        if equal(CATEGORIES[index].name.as_bytes(), category.as_bytes()) {
            return match row(CATEGORIES[index].callbacks, name) {
                Some(row) => row.denies,
                None => false,
            };
        }
        index += 1;
    }
    false
}

/// The row with this name.
const fn row(rows: &'static [CallbackInfo], name: &str) -> Option<&'static CallbackInfo> {
    let mut index = 0;
    while index < rows.len() {
        if equal(rows[index].name.as_bytes(), name.as_bytes()) {
            return Some(&rows[index]);
        }
        index += 1;
    }
    None
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

        #[cfg(feature = "host")]
        hsmod_plugin_api_macros::named! {
            $(
                #[doc = concat!("`", stringify!($category), "`, by which a homeserver names all of the category.")]
                pub const [<$category:upper>]: &str = stringify!($category);
            )*
        }
        /// The trait of each callback.
        const HOMES: &[Home] = &[$( Home {
            callback_trait: stringify!($trait),
            written: stringify!($written),
            register: stringify!($register),
            callbacks: <$category::$table as Category>::ROWS,
        }, )*];

        /// The traits, for the prelude.
        #[doc(hidden)]
        pub mod traits {
            $( pub use super::$category::{$trait, $written}; )*
        }

        /// Which categories a module implements: the inherent constant exists only where its bound
        /// holds, and then takes precedence over the one of [`Fallback`].
        #[doc(hidden)]
        #[derive(Debug)]
        pub struct Probe<M>(std::marker::PhantomData<M>);

        $( impl<M: $trait> Probe<M> {
            #[allow(missing_docs, non_upper_case_globals, reason = "named like the category")]
            pub const $category: Own = Own {
                category: stringify!($category),
                written: M::WRITTEN,
                optional: M::OPTIONAL,
            };
        } )*

        #[doc(hidden)]
        #[allow(missing_docs, non_upper_case_globals, reason = "named like the categories")]
        pub trait Fallback {
            $( const $category: Own = Own {
                category: stringify!($category),
                written: &[],
                optional: Optional::NONE,
            }; )*
        }

        impl<M> Fallback for Probe<M> {}
    };
}

__categories!(list []);

/// A category and its callbacks.
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

    fn all() -> impl Iterator<Item = &'static CallbackInfo> {
        CATEGORIES.iter().flat_map(|category| category.callbacks)
    }

    /// The documentation tests show that the examples compile.
    #[test]
    fn every_callback_has_an_example_that_does_something() {
        for row in all() {
            let example = row.example.concat();
            let used = |(name, _): &(&str, &str)| example.contains(name);
            assert!(row.arguments.iter().any(used), "{}: its example asks for nothing", row.name);
        }
    }

    /// Types of answers that can refuse something.
    const DECISIONS: [&str; 6] = [
        "Verdict",
        "Permission",
        "EventDecision",
        "FederatedEventAction",
        "DirectoryVisibility",
        "RegistrationBehaviour",
    ];

    #[test]
    fn callbacks_that_can_refuse_are_marked_as_denying() {
        // Callbacks with other answer types that can refuse; the documentation gives the reason for
        // each.
        let others = [
            "on_create_room",
            "on_user_search",
            "is_user_expired",
            "get_media_upload_limits_for_user",
            "get_ratelimit_override_for_user",
        ];
        for row in all() {
            let expected = DECISIONS.contains(&row.answer) || others.contains(&row.name);
            let name = format!("{}.{}", row.category, row.name);
            assert_eq!(row.denies, expected, "{name}: `, denies` is missing behind its `since`");
            assert_eq!(denies(row.category, row.name), expected, "{name}");
        }
        assert!(!denies("spam_checker", "on_create_room") && !denies("more", "user_may_invite"));
    }

    #[test]
    fn the_documentation_names_those_that_may_deny_and_no_others() {
        let page = include_str!("callbacks.rs").split("//! The others need not").next().unwrap();
        let table = page.split("//! | callbacks | why |").nth(1).unwrap();
        let named = |row: &CallbackInfo| table.contains(&format!("`{}`", row.name));
        for row in all() {
            let whole = table.contains(&format!("`{}`: all of them", row.category));
            assert_eq!(whole || named(row), row.denies, "{}: the table of `callbacks`", row.name);
        }
    }

    #[test]
    #[allow(
        clippy::absurd_extreme_comparisons,
        reason = "it will not stay the first minor version"
    )]
    fn no_callback_is_younger_than_the_boundary() {
        for row in all() {
            let known = (0..=crate::ABI.minor).contains(&row.since);
            assert!(known, "{}.{}", row.category, row.name);
        }
    }
}
