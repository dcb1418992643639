//! Which part of a module a thread is inside of.

use super::names;
use crate::policy::POLICIES;

/// A callback by its number, a stage, or something that has a name of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Place(pub(super) u32);

/// Behind the callbacks.
const STAGES: u32 = 1 << 16;

/// Behind the stages.
const NAMED: u32 = 1 << 20;

impl Place {
    pub(crate) const LOADING: Self = Self(STAGES);
    pub(crate) const PARSE_CONFIG: Self = Self(STAGES + 1);
    pub(crate) const NEW: Self = Self(STAGES + 2);
    pub(crate) const START: Self = Self(STAGES + 3);
    pub(crate) const SHUTDOWN: Self = Self(STAGES + 4);
    pub(crate) const WEB: Self = Self(STAGES + 5);
    const WORK: Self = Self(STAGES + 6);
    pub(crate) const THREAD: Self = Self(STAGES + 7);
    pub(crate) const DROP: Self = Self(STAGES + 8);

    /// A callback, by its number among the rules.
    #[inline]
    pub(crate) const fn callback(index: usize) -> Self {
        assert!(index < POLICIES.len());
        #[allow(clippy::cast_possible_truncation, reason = "there are fewer callbacks")]
        Self(index as u32)
    }

    /// A background work of this name.
    pub(crate) fn work(desc: &str) -> Self {
        match names::place(&format!("its background work `{desc}`")) {
            Some(number) => Self::named(number),
            None => Self::WORK,
        }
    }

    /// Where the names that are not fixed stand.
    pub(super) const fn named(number: u32) -> Self {
        Self(NAMED + number)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn works_are_told_apart_by_their_names() {
        assert_eq!(Place::work("tidy"), Place::work("tidy"));
        assert_ne!(Place::work("tidy"), Place::work("tidy up"));
    }
}
