//! Counts how often each callback was called, and lists those that a replay never calls.

use std::ops::AddAssign;

use serde::{Serialize, Serializer};

use super::callback::{Callback, Listeners};
use super::never;
use crate::output::{Output, counted};

/// The number of calls by callback.
#[derive(Clone, Copy, Debug, Default)]
pub(in crate::replay) struct Asked([u64; Callback::ALL.len()]);

impl Asked {
    pub(super) const fn add(&mut self, callback: Callback) {
        self.0[callback as usize] += 1;
    }

    const fn of(&self, callback: Callback) -> u64 {
        self.0[callback as usize]
    }

    /// The total number of calls, without the events' own callbacks.
    pub(in crate::replay) fn derived(&self) -> u64 {
        let own: u64 = Callback::OWN.iter().map(|callback| self.of(*callback)).sum();
        self.0.iter().sum::<u64>() - own
    }
}

impl AddAssign for Asked {
    fn add_assign(&mut self, more: Self) {
        self.0.iter_mut().zip(more.0).for_each(|(all, more)| *all += more);
    }
}

/// Which of the registered callbacks the history led to.
#[derive(Serialize)]
pub(in crate::replay) struct Reach {
    /// Calls by callback, including callbacks that a history can lead to but this one did not.
    #[serde(serialize_with = "map")]
    asked: Vec<(&'static str, u64)>,
    /// Callbacks that no history leads to.
    never_asked: Vec<String>,
}

fn map<S: Serializer>(
    asked: &[(&'static str, u64)],
    serializer: S,
) -> std::result::Result<S::Ok, S::Error> {
    serializer.collect_map(asked.iter().copied())
}

impl Reach {
    pub(in crate::replay) fn new(asked: &Asked, listeners: &Listeners) -> Self {
        let heard = Callback::ALL.iter().filter(|callback| listeners.hear(**callback));
        let is_known = |name: &str| Callback::ALL.iter().any(|known| known.full_name() == name);
        let never = listeners.registered().filter(|name| !is_known(name));
        Self {
            asked: heard.map(|callback| (callback.full_name(), asked.of(*callback))).collect(),
            never_asked: never.map(str::to_owned).collect(),
        }
    }

    /// Shows the result to a person, including what was not called, which must not be mistaken for
    /// allowed.
    pub(in crate::replay) fn show(&self, output: &mut Output) {
        let some = self.asked.iter().filter(|(_, times)| *times > 0);
        let some = some.map(|(name, times)| format!("{name} {}", counted(*times, "time")));
        let some = some.collect::<Vec<_>>().join(", ");
        if !some.is_empty() {
            output.line(&format!("asked: {some}"));
        }
        for (name, _) in self.asked.iter().filter(|(_, times)| *times == 0) {
            output.line(&format!("not asked: {name}: no event here led to it"));
        }
        for name in &self.never_asked {
            let why = never::why(name);
            output.line(&format!("never asked: {name}: {why}; `hsmod call` asks it"));
        }
    }
}
