//! What a test waits for, so that one that waits for ever can say it.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// Something that is waited for.
#[derive(Clone, Copy, Debug)]
pub(super) enum Wait {
    /// For a module to answer a callback, of this category and name.
    Module(&'static str, &'static str),
    /// For the homeserver to answer a request.
    Host(&'static str),
    /// As before, while the test holds the request back.
    Gate(&'static str),
}

impl fmt::Display for Wait {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Module(category, name) => write!(f, "the module's answer to `{category}.{name}`"),
            Self::Host(name) => write!(f, "the homeserver's answer to `{name}`"),
            Self::Gate(name) => {
                write!(f, "the homeserver's answer to `{name}`, which the test holds back")
            }
        }
    }
}

/// What is waited for, by numbers in the order in which it was begun.
#[derive(Clone, Default)]
struct Waits(Arc<Mutex<(u64, BTreeMap<u64, Wait>)>>);

impl Waits {
    fn lock(&self) -> MutexGuard<'_, (u64, BTreeMap<u64, Wait>)> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

thread_local! {
    /// What was begun on this thread. Tests have one each.
    static WAITS: Waits = Waits::default();
}

/// It is waited for until this is dropped, wherever that is.
pub(super) struct Waiting {
    waits: Waits,
    number: u64,
}

impl Waiting {
    pub(super) fn new(wait: Wait) -> Self {
        let waits = WAITS.with(Waits::clone);
        let number = {
            let (latest, all) = &mut *waits.lock();
            *latest += 1;
            all.insert(*latest, wait);
            *latest
        };
        Self { waits, number }
    }
}

impl Drop for Waiting {
    fn drop(&mut self) {
        self.waits.lock().1.remove(&self.number);
    }
}

/// What was begun on this thread and has not ended, in words; empty if nothing was.
pub(super) fn words() -> String {
    let waits = WAITS.with(Waits::clone);
    let all: Vec<String> = waits.lock().1.values().map(Wait::to_string).collect();
    all.join(", and for ")
}
