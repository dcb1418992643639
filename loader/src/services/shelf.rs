//! Objects that a module refers to by number.

use std::collections::HashMap;
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Mutex, PoisonError};

/// Objects by number. A number is used only once per process, so that a stale number never refers
/// to a different object.
#[derive(Debug)]
pub(crate) struct Shelf<T>(Mutex<Option<HashMap<i64, T>>>);

static NEXT: AtomicI64 = AtomicI64::new(1);

impl<T: Clone> Shelf<T> {
    pub(crate) fn new() -> Self {
        Self(Mutex::new(Some(HashMap::new())))
    }

    /// Keeps an object and returns its number; once the shelf is closed, drops it and returns
    /// `None`.
    pub(crate) fn put(&self, thing: T) -> Option<i64> {
        self.with(|things| {
            let number = NEXT.fetch_add(1, Ordering::Relaxed);
            things.insert(number, thing);
            number
        })
    }

    pub(crate) fn get(&self, number: i64) -> Option<T> {
        self.with(|things| things.get(&number).cloned()).flatten()
    }

    pub(crate) fn take(&self, number: i64) -> Option<T> {
        self.with(|things| things.remove(&number)).flatten()
    }

    /// Drops all objects, and keeps no others from now on.
    pub(crate) fn close(&self) {
        let things = self.0.lock().unwrap_or_else(PoisonError::into_inner).take();
        drop(things);
    }

    fn with<R>(&self, work: impl FnOnce(&mut HashMap<i64, T>) -> R) -> Option<R> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).as_mut().map(work)
    }
}
