//! Maps Python classes to plugins, one row per class. To add a class, add a row here and an example
//! in the tests.

mod antispam;
mod invites;
mod registration;
mod rooms;
mod sign_in;

use super::found::Found;
use super::keys::{Key, Keys, Translated};

/// A Python class and the plugin that replaces it.
pub(super) struct Row {
    /// The class as Synapse's config names it. A class that people copy into their own packages is
    /// given without a package.
    class: &'static str,
    plugin: &'static str,
    keys: &'static [Key],
    /// Translates what the keys alone cannot express. It is called after they have been carried
    /// over.
    rest: fn(&mut Keys<'_>),
}

const ROWS: &[&[Row]] =
    &[antispam::ROWS, invites::ROWS, rooms::ROWS, registration::ROWS, sign_in::ROWS];

/// The row of a class.
pub(super) fn row(class: &str) -> Option<&'static Row> {
    let is_it = |row: &&Row| {
        class.strip_suffix(row.class).is_some_and(|rest| rest.is_empty() || rest.ends_with('.'))
    };
    ROWS.iter().copied().flatten().find(is_it)
}

impl Row {
    pub(super) const fn plugin(&self) -> &'static str {
        self.plugin
    }

    pub(super) fn translate(&self, found: &mut Found) -> Translated {
        let mut keys = Keys::new(found, self.plugin);
        self.keys.iter().for_each(|key| keys.carry(key));
        (self.rest)(&mut keys);
        keys.finish()
    }
}

/// For classes where the keys are enough.
const fn nothing(_: &mut Keys<'_>) {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_class_is_found_in_any_package_but_not_by_half_a_name() {
        let plugin = |class| row(class).map(Row::plugin);
        assert_eq!(plugin("mjolnir.Module"), Some("policy_list_antispam"));
        assert_eq!(plugin("our_modules.spam.ListSpamChecker"), Some("list_spam_checker"));
        assert_eq!(plugin("notmjolnir.Module"), None);
        assert_eq!(plugin("Module"), None);
        assert_eq!(plugin(""), None);
    }

    #[test]
    fn no_class_has_two_rows() {
        let mut classes: Vec<&str> = ROWS.iter().copied().flatten().map(|row| row.class).collect();
        classes.sort_unstable();
        let all = classes.len();
        classes.dedup();
        assert_eq!(classes.len(), all, "two rows have the same class");
        // The first row that fits is taken: none may hide another.
        for class in classes {
            assert_eq!(row(class).map(|row| row.class), Some(class));
        }
    }
}
