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
//! A module that refuses something is a hole where it is not asked: what it was to keep out comes in,
//! and nobody notices. So of the callbacks that a module writes, a plugin *requires* those whose
//! answer, or whose failure, can refuse, hide, drop or end something, and a homeserver that does not
//! know or never calls one of them refuses the plugin before any code of it runs. An unknown answer
//! to one of them denies, too.
//!
//! | callbacks | why |
//! |---|---|
//! | `spam_checker`: all of them | what may enter is what they are asked: a denial, a drop, a hidden user, a shadow ban |
//! | `check_event_allowed`, `check_threepid_can_be_invited`, `check_visibility_can_be_modified`, `check_can_shutdown_room`, `check_can_deactivate_user` | they answer yes or no |
//! | `on_create_room` | refuses by an error, or takes from the request what may not be |
//! | `on_user_search` | hides what it takes from the results, or refuses by an error |
//! | `is_user_expired` | ends the account's access |
//! | `is_3pid_allowed`, `is_user_allowed_to_upload_media_of_size` | they answer yes or no |
//! | `get_media_upload_limits_for_user`, `get_ratelimit_override_for_user` | what is above the limit that they give is refused |
//!
//! The others need not be marked. Notifications, and `on_user_registration`, `on_user_login` and
//! `on_media_upload_limit_exceeded`, are told of what has happened. `check_auth` and
//! `check_3pid_auth` only let in: not asked, they let nobody in. The rest says how something is done,
//! not whether.
//!
//! A module that can do without one of them says so:
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
//! `#[callbacks(optional)]` alone requires nothing: it is for modules that register by name what
//! their config, or a script of theirs, chooses. What they name in
//! [`only`](crate::module::Registration::only) they need, then.

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

/// Those that a homeserver may lack: the names behind `optional`, or all of them.
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

/// Which of the callbacks that a module wrote a homeserver may lack, as `#[callbacks(optional(..))]`
/// says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Optional {
    /// Those with these names.
    These(&'static [&'static str]),
    /// All of them: the module registers by name what it needs.
    All,
}

impl Optional {
    /// None of them.
    pub const NONE: Self = Self::These(&[]);

    /// Whether a homeserver may lack this one.
    pub const fn has(self, name: &str) -> bool {
        match self {
            Self::These(names) => contains(names, name),
            Self::All => true,
        }
    }
}

/// What a module wrote of a category.
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
        /// Where each callback belongs.
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

        /// Which categories a module implements: an inherent constant, where its bound holds,
        /// hides the one of [`Fallback`].
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

    fn all() -> impl Iterator<Item = &'static CallbackInfo> {
        CATEGORIES.iter().flat_map(|category| category.callbacks)
    }

    /// That it compiles, the tests of the documentation show.
    #[test]
    fn every_callback_has_an_example_that_does_something() {
        for row in all() {
            let example = row.example.concat();
            let used = |(name, _): &(&str, &str)| example.contains(name);
            assert!(row.arguments.iter().any(used), "{}: its example asks for nothing", row.name);
        }
    }

    /// Types of answers of which one refuses something.
    const DECISIONS: [&str; 6] = [
        "Verdict",
        "Permission",
        "EventDecision",
        "FederatedEventAction",
        "DirectoryVisibility",
        "RegistrationBehaviour",
    ];

    #[test]
    fn what_answers_a_decision_is_marked() {
        // Those of another type that refuse, each for a reason that the documentation tells.
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
