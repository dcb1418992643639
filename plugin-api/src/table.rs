//! Each callback is declared once: one row in a category's list generates the author's trait
//! method, the slot in the C table, its thunk, the homeserver's method and the reflection row.
//!
//! The rules for combining answers and for failures are in the loader, not here.

mod interface;
mod requests;
mod rows;

use hsmod_abi::Asking;

use crate::values::answer::{Answer, Returns};

/// The facts about a callback, for the documentation, `hsmod inspect` and tests.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct CallbackInfo {
    /// Its category: `spam_checker`.
    pub category: &'static str,
    /// Its name, as in Synapse.
    pub name: &'static str,
    /// The minor version of the boundary that introduced it.
    pub since: u32,
    /// Names and types of its arguments.
    pub arguments: &'static [(&'static str, &'static str)],
    /// The type of its answer.
    pub answer: &'static str,
    /// Whether its answer, or its failure, can [refuse something](mod@crate::callbacks#which-may-deny).
    pub denies: bool,
    /// The lines of its documentation.
    pub doc: &'static [&'static str],
    /// The lines of an example: the body of the author's method.
    pub example: &'static [&'static str],
}

impl CallbackInfo {
    /// The first version of Synapse that calls it: `1.133`. `None` if no released one does.
    ///
    /// ```
    /// use hsmod_plugin_api::callbacks::CATEGORIES;
    ///
    /// let rows = || CATEGORIES.iter().flat_map(|category| category.callbacks);
    /// let since = |name| rows().find(|row| row.name == name).unwrap().since_synapse();
    /// assert_eq!(since("federated_user_may_invite"), Some("1.133"));
    /// assert_eq!(since("accept_make_join"), None);
    /// ```
    pub fn since_synapse(&self) -> Option<&'static str> {
        let version =
            self.doc.iter().find_map(|line| line.trim().strip_prefix("Since Synapse "))?;
        // A remark about a later version may follow.
        let version = version.split(';').next().unwrap_or(version);
        Some(version.trim_end_matches('.'))
    }
}

/// A category of callbacks: those that one `register_*_callbacks` method registers.
pub trait Category: Sized + 'static {
    /// Its name: `spam_checker`.
    const NAME: &'static str;
    /// Its callbacks, in the order of their slots.
    const ROWS: &'static [CallbackInfo];
    /// The C table, as the other side sees it.
    type Table: Copy + Send + Sync + 'static;
    /// For each callback, the modules that registered it.
    #[cfg(feature = "host")]
    type Lists: Default + Send + Sync + 'static;

    /// The lists of this category, out of those of all categories.
    #[cfg(feature = "host")]
    fn lists(all: &crate::host::Lists) -> &Self::Lists;
}

/// A callback as a type.
pub trait Row: Asking<Answers = Returns<Self::Answer>> {
    /// The facts about it.
    const INFO: CallbackInfo;
    /// Its category.
    type Category: Category;
    /// The type of its answer.
    type Answer: Answer;
    /// The type of the author's answer: the same type, or the answer about one of several items.
    #[cfg(feature = "host")]
    type Item: Default;

    /// The answer about the first item.
    #[cfg(feature = "host")]
    fn item(answer: Self::Answer) -> Self::Item;

    /// The subject of a call with these arguments: the event, room and user that they identify.
    #[cfg(feature = "host")]
    fn subject(args: &<Self::Raws as hsmod_abi::Form>::Of<'_>) -> crate::values::subject::Subject;

    /// The modules that registered it.
    #[cfg(feature = "host")]
    fn list(lists: &<Self::Category as Category>::Lists) -> &[crate::host::Callback<Self>];
}

/// Whether `name` is one of `names`; usable in constants.
pub(crate) const fn contains(names: &[&str], name: &str) -> bool {
    let mut index = 0;
    while index < names.len() {
        if equal(names[index].as_bytes(), name.as_bytes()) {
            return true;
        }
        index += 1;
    }
    false
}

/// Whether both are equal; usable in constants.
pub(crate) const fn equal(left: &[u8], right: &[u8]) -> bool {
    if left.len() != right.len() {
        return false;
    }
    let mut index = 0;
    while index < left.len() {
        if left[index] != right[index] {
            return false;
        }
        index += 1;
    }
    true
}

pub(crate) use interface::interface;
#[cfg(feature = "host")]
pub(crate) use requests::{answering, holders, room};
pub(crate) use requests::{given, locked, requests, shaped, written};
pub(crate) use rows::{asked, callbacks, line_to_paste, marked};
#[cfg(feature = "host")]
pub(crate) use rows::{host_face, host_method};
