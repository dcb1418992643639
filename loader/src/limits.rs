//! Time limits of a module.

use std::time::Duration;

use crate::config::Entry;
use crate::policy::POLICIES;

/// How long a module may take to answer, as its entry says.
///
/// Rationale: each part of the loader that needs the limits has a copy. There are many callbacks,
/// of which hardly any has its own limit, so only these are stored.
#[derive(Clone, Debug, Default)]
pub(crate) struct Limits {
    usual: Option<Duration>,
    /// The callbacks that have their own limit, by number.
    own: Box<[(usize, Option<Duration>)]>,
}

impl Limits {
    pub(crate) fn of(entry: &Entry) -> Self {
        let timeouts = entry.timeouts();
        let own = POLICIES.iter().enumerate().filter_map(|(index, policy)| {
            let own = timeouts.get(policy.callback).or_else(|| timeouts.get(policy.full_name));
            own.map(|own| (index, *own))
        });
        Self { usual: entry.timeout(), own: own.collect() }
    }

    /// How long the module may take to answer the callback with this number.
    #[inline]
    pub(crate) fn of_callback(&self, index: usize) -> Option<Duration> {
        if self.own.is_empty() { self.usual } else { self.looked_up(index) }
    }

    /// How long it may take for any other step.
    pub(crate) const fn usual(&self) -> Option<Duration> {
        self.usual
    }

    #[cold]
    fn looked_up(&self, index: usize) -> Option<Duration> {
        let own = self.own.iter().find(|(own, _)| *own == index);
        own.map_or(self.usual, |(_, own)| *own)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Config;

    #[test]
    fn a_callback_has_its_own_limit_by_either_name_or_the_usual_one() {
        let yaml = "\
            modules: [{module: m, timeout: 7s, timeouts: \
            {user_may_invite: 1s, spam_checker.user_may_create_room: 0}}]";
        let config = Config::from_yaml(yaml, ".".as_ref()).unwrap();
        let limits = Limits::of(&config.entries()[0]);
        let of = |callback: &str| {
            let index = POLICIES.iter().position(|policy| policy.full_name == callback);
            limits.of_callback(index.unwrap()).map(|limit| limit.as_secs())
        };
        assert_eq!(of("spam_checker.user_may_invite"), Some(1));
        assert_eq!(of("spam_checker.user_may_create_room"), None);
        assert_eq!(of("spam_checker.check_event_for_spam"), Some(7));
        assert_eq!(limits.usual(), Some(Duration::from_secs(7)));
        assert_eq!(Limits::default().of_callback(0), None);
    }
}
