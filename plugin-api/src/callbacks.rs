//! The callbacks, by category: one file each, one row a callback.
//!
//! | category | trait | registered with |
//! |---|---|---|
//! | `spam_checker` | [`SpamChecker`] | [`ModuleApi::register_spam_checker_callbacks`](crate::ModuleApi::register_spam_checker_callbacks) |
//! | `third_party_rules` | [`ThirdPartyRules`] | [`ModuleApi::register_third_party_rules_callbacks`](crate::ModuleApi::register_third_party_rules_callbacks) |
//! | `account_validity` | [`AccountValidity`] | [`ModuleApi::register_account_validity_callbacks`](crate::ModuleApi::register_account_validity_callbacks) |

pub mod account_validity;
pub mod spam_checker;
pub mod third_party_rules;

use crate::table::{CallbackInfo, Category};

pub use account_validity::{AccountValidity, AccountValidityCallbacks};
pub use spam_checker::{SpamChecker, SpamCheckerCallbacks};
pub use third_party_rules::{ThirdPartyRules, ThirdPartyRulesCallbacks};

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

/// Every category.
///
/// ```
/// let spam_checker = &hsmod_plugin_api::callbacks::CATEGORIES[0];
/// assert_eq!(spam_checker.callbacks[0].name, "check_event_for_spam");
/// ```
pub const CATEGORIES: &[CategoryInfo] = &[
    info::<spam_checker::SpamCheckerTableRef>(),
    info::<third_party_rules::ThirdPartyRulesTableRef>(),
    info::<account_validity::AccountValidityTableRef>(),
];

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
