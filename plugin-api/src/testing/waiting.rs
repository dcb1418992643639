//! Records what a test is waiting for, so that the message of a stuck test can name it.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// Something that a test is waiting for.
#[derive(Clone, Copy, Debug)]
pub(super) enum Wait {
    /// A module's answer to the callback with this category and name.
    Module(&'static str, &'static str),
    /// The homeserver's answer to a request.
    Host(&'static str),
    /// The homeserver's answer to a request that the test holds back.
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

/// What is being waited for, numbered in the order in which it began.
#[derive(Clone, Default)]
struct Waits(Arc<Mutex<(u64, BTreeMap<u64, Wait>)>>);

impl Waits {
    fn lock(&self) -> MutexGuard<'_, (u64, BTreeMap<u64, Wait>)> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

thread_local! {
    /// The waits that began on this thread. Each test has its own thread.
    static WAITS: Waits = Waits::default();
}

/// A wait that ends when this is dropped, on any thread.
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

/// Describes the waits that began on this thread and have not ended; empty if there are none.
pub(super) fn words() -> String {
    let waits = WAITS.with(Waits::clone);
    let all: Vec<String> = waits.lock().1.values().map(Wait::to_string).collect();
    all.join(", and for ")
}
