//! The part of a module that a thread is inside of.

use super::names;
use crate::policy::POLICIES;

/// A callback, a stage, or something with a name of its own, as a number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Place(pub(super) u32);

/// The first number after those of callbacks.
const STAGES: u32 = 1 << 16;

/// The first number after those of stages.
const NAMED: u32 = 1 << 20;

/// The names of the stages, worded to follow "in".
const STAGE_NAMES: [&str; 10] = [
    "the constructors of its library",
    "parse_config",
    "new",
    "start",
    "shutdown",
    "a web resource",
    "background work",
    "work that it deferred to a thread",
    "what it does when it is dropped",
    "one of its caches",
];

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
    pub(crate) const CACHE: Self = Self(STAGES + 9);

    /// A callback, by its index in the policies.
    #[inline]
    pub(crate) const fn callback(index: usize) -> Self {
        assert!(index < POLICIES.len());
        #[allow(clippy::cast_possible_truncation, reason = "there are fewer callbacks")]
        Self(index as u32)
    }

    /// Background work with this name.
    pub(crate) fn work(desc: &str) -> Self {
        match names::place(&format!("its background work `{desc}`")) {
            Some(number) => Self::named(number),
            None => Self::WORK,
        }
    }

    /// A place whose name is not fixed.
    pub(super) const fn named(number: u32) -> Self {
        Self(NAMED + number)
    }

    /// The places that have the same name in every process, with that name.
    pub(super) fn fixed() -> impl Iterator<Item = (Self, &'static str)> {
        let callbacks = POLICIES.iter().enumerate();
        let callbacks = callbacks.map(|(index, policy)| (Self::callback(index), policy.callback));
        callbacks.chain((STAGES..).map(Self).zip(STAGE_NAMES))
    }

    /// If this is a callback, its index in the policies.
    pub(crate) fn callback_index(self) -> Option<usize> {
        usize::try_from(self.0).ok().filter(|index| *index < POLICIES.len())
    }

    /// If this is a callback, its full name.
    pub(crate) fn full_name(self) -> Option<&'static str> {
        self.callback_index().map(|index| POLICIES[index].full_name)
    }

    /// Whether this runs on a thread of its own, which it may block.
    pub(crate) fn may_block(self) -> bool {
        [Self::LOADING, Self::PARSE_CONFIG, Self::NEW, Self::THREAD].contains(&self)
    }

    /// Its name, worded to follow "in".
    pub(crate) fn shown(self) -> String {
        let fixed = Self::fixed().find(|(place, _)| *place == self);
        let own = || names::of_place(self.0.checked_sub(NAMED)?).map(|name| name.to_string());
        let fixed = fixed.map(|(_, name)| name.to_owned());
        fixed.or_else(own).unwrap_or_else(|| unknown(self.0))
    }
}

/// How a place without a name is shown.
pub(super) fn unknown(place: u32) -> String {
    format!("a place without a name ({place})")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_place_has_a_name() {
        let names: Vec<&str> = Place::fixed().map(|(_, name)| name).collect();
        assert_eq!(names.len(), POLICIES.len() + STAGE_NAMES.len());
        assert_eq!(Place::fixed().last().map(|(place, _)| place), Some(Place::CACHE));
        assert_eq!(names[0], "check_event_for_spam");
        assert_eq!(Place::callback(0).shown(), "check_event_for_spam");
        assert_eq!(Place::callback(0).full_name(), Some("spam_checker.check_event_for_spam"));
        assert_eq!(Place::START.shown(), "start");
        assert_eq!(Place::START.full_name(), None);
        assert_eq!(Place::work("tidy").shown(), "its background work `tidy`");
        assert_eq!(Place(NAMED - 1).shown(), "a place without a name (1048575)");
        assert_eq!(Place::work("tidy"), Place::work("tidy"));
        assert_ne!(Place::work("tidy"), Place::work("tidy up"));
    }
}
