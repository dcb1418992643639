//! What a new module does, by category. In all else, new crates are the same.

mod account_data;
mod account_validity;
mod add_extra_fields_to_unsigned_client_event;
mod background_update_controller;
mod federation;
mod media_repository;
mod password_auth_provider;
mod presence_router;
mod ratelimit;
mod spam_checker;
mod third_party_rules;

/// All of them; the first one is the default.
pub(super) const CATEGORIES: &[Category] = &[
    spam_checker::CATEGORY,
    third_party_rules::CATEGORY,
    account_validity::CATEGORY,
    presence_router::CATEGORY,
    password_auth_provider::CATEGORY,
    background_update_controller::CATEGORY,
    account_data::CATEGORY,
    add_extra_fields_to_unsigned_client_event::CATEGORY,
    media_repository::CATEGORY,
    ratelimit::CATEGORY,
    federation::CATEGORY,
];

/// A category, with an example module for one of its callbacks. Strings of several lines begin and
/// end with a line break, so that they look here as they will look in the crate.
#[derive(Debug)]
pub(super) struct Category {
    /// `spam_checker`
    pub(super) name: &'static str,
    /// `check_event_for_spam`
    pub(super) callback: &'static str,
    /// What the module does: a sentence without its full stop.
    pub(super) about: &'static str,
    /// The only key of its config.
    pub(super) key: &'static str,
    /// What the key means, in the same form as `about`.
    pub(super) key_about: &'static str,
    /// The key's type in Rust.
    pub(super) key_type: &'static str,
    /// An example value, valid in both JSON and YAML.
    pub(super) example: &'static str,
    /// Method calls to append to the registration, if it needs any.
    pub(super) login_types: &'static str,
    /// The methods of the trait.
    pub(super) callbacks: &'static str,
    /// The name of the module's test.
    pub(super) test_name: &'static str,
    /// The body of the test, after `module` has been created from the example.
    pub(super) test: &'static str,
    /// Arguments that show what the module does with the example.
    pub(super) args: &'static str,
    /// The answer that they lead to.
    pub(super) answer: &'static str,
}

impl Category {
    /// `spam_checker.check_event_for_spam`
    pub(super) fn full_name(&self) -> String {
        format!("{}.{}", self.name, self.callback)
    }
}

#[cfg(test)]
mod tests {
    use hsmod_loader::rows;

    use super::CATEGORIES;

    #[test]
    fn every_category_is_here() {
        let known = rows::CATEGORIES.iter().map(|category| category.name);
        let here = CATEGORIES.iter().map(|category| category.name);
        assert!(known.eq(here), "a category is missing in `new::categories`, or in another place");
        for (known, here) in rows::CATEGORIES.iter().zip(CATEGORIES) {
            let has = known.callbacks.iter().any(|callback| callback.name == here.callback);
            assert!(has, "{} is no callback", here.full_name());
        }
    }
}
