//! Which module this thread is inside of: whose log line it is, whose crash.

use std::cell::Cell;
use std::sync::{Arc, PoisonError, RwLock};

/// The names of all modules this process ever had, by their number.
static NAMES: RwLock<Vec<Arc<str>>> = RwLock::new(Vec::new());

thread_local! {
    static CURRENT: Cell<usize> = const { Cell::new(usize::MAX) };
}

/// Gives numbers to modules, one after the other; returns the first.
pub(crate) fn number(names: impl IntoIterator<Item = Arc<str>>) -> usize {
    let mut all = NAMES.write().unwrap_or_else(PoisonError::into_inner);
    let first = all.len();
    all.extend(names);
    first
}

/// Whatever this thread enters, it is back where it was when the guard is dropped.
#[inline]
pub(crate) fn stay() -> Inside {
    Inside { outer: CURRENT.get() }
}

/// Notes that this thread enters a module, until the guard is dropped.
#[inline]
pub(crate) fn enter(module: usize) -> Inside {
    Inside { outer: CURRENT.replace(module) }
}

impl Inside {
    /// It goes on to another module.
    #[inline]
    pub(crate) fn go_on(&self, module: usize) {
        CURRENT.set(module);
    }

    /// Which one it is.
    #[inline]
    pub(crate) fn module(&self) -> usize {
        CURRENT.get()
    }
}

/// This thread is inside a module.
#[derive(Debug)]
pub(crate) struct Inside {
    outer: usize,
}

impl Drop for Inside {
    #[inline]
    fn drop(&mut self) {
        CURRENT.set(self.outer);
    }
}

/// Polls a future of a module.
pub(crate) async fn inside<F: Future>(module: usize, future: F) -> F::Output {
    let mut future = std::pin::pin!(future);
    std::future::poll_fn(|context| {
        let _inside = enter(module);
        future.as_mut().poll(context)
    })
    .await
}

/// The name of the module this thread is inside of.
pub(crate) fn current() -> Option<Arc<str>> {
    let module = CURRENT.get();
    NAMES.read().unwrap_or_else(PoisonError::into_inner).get(module).cloned()
}
