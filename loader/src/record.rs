//! What each thread is inside of: whose log line it is, whose crash, who keeps it from going on.
//!
//! A thread notes which module it enters, and which of its callbacks or stages, in a slot that any
//! thread can read. A process that runs modules for another one lets it read them too: it
//! [keeps the slots in a file](keep_in), where they outlive it, however it ends.

use std::fmt;
use std::marker::PhantomData;
use std::sync::Arc;
use std::sync::atomic::Ordering::Relaxed;

mod kept;
mod names;
mod place;
mod slots;

pub use self::kept::{keep_in, left_in};
pub(crate) use self::names::{named, number};
pub(crate) use self::place::Place;
use self::slots::{ENTERED, NOTHING, NUMBER, Slot, WHAT, module_of, word};
pub(crate) use self::slots::{Reading, all, look};

/// What a thread was inside of when its process ended.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Left {
    /// The name of the module.
    pub module: String,
    /// Which part of it: the name of a callback, of a stage such as `start`, or words such as
    /// ``its background work `tidy` ``. Reads well after "in".
    pub what: String,
}

impl fmt::Display for Left {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "`{}` in {}", self.module, self.what)
    }
}

/// Whatever this thread enters, it is back where it was when the guard is dropped.
#[inline]
pub(crate) fn stay() -> Inside {
    let slot = slots::here();
    // Nobody else writes here, so that no locked instruction is needed to count.
    slot[ENTERED].store(slot[ENTERED].load(Relaxed).wrapping_add(1), Relaxed);
    Inside { slot, outer: slot[WHAT].load(Relaxed), thread: PhantomData }
}

/// Notes that this thread enters a module, until the guard is dropped.
#[inline]
pub(crate) fn enter(module: usize, place: Place) -> Inside {
    let inside = stay();
    inside.go_on(module, place);
    inside
}

/// Notes that this thread runs a stage of a module that has no number yet.
pub(crate) fn enter_named(module: &str, place: Place) -> Inside {
    enter(named(module), place)
}

impl Inside {
    /// It goes on to another module.
    #[inline]
    pub(crate) fn go_on(&self, module: usize, place: Place) {
        self.slot[WHAT].store(word(module, place), Relaxed);
    }

    /// Whether the thread was inside of a module before.
    #[inline]
    pub(crate) fn is_nested(&self) -> bool {
        self.outer != NOTHING
    }

    /// The number of the thread among those that run at the same time.
    #[inline]
    pub(crate) fn thread(&self) -> usize {
        number_in(self.slot)
    }

    /// Which one it is.
    #[inline]
    pub(crate) fn module(&self) -> usize {
        module_of(self.slot[WHAT].load(Relaxed))
    }
}

/// This thread is inside a module.
#[derive(Debug)]
pub(crate) struct Inside {
    slot: &'static Slot,
    outer: u64,
    /// The slot is that of the thread it was made on.
    thread: PhantomData<*const ()>,
}

impl Drop for Inside {
    #[inline]
    fn drop(&mut self) {
        self.slot[WHAT].store(self.outer, Relaxed);
    }
}

/// The number of this thread among those that run at the same time.
pub(crate) fn thread() -> usize {
    number_in(slots::here())
}

#[inline]
fn number_in(slot: &Slot) -> usize {
    usize::try_from(slot[NUMBER].load(Relaxed)).unwrap_or_default()
}

/// Polls a future of a module.
pub(crate) async fn inside<F: Future>(module: usize, place: Place, future: F) -> F::Output {
    let mut future = std::pin::pin!(future);
    std::future::poll_fn(|context| {
        let _inside = enter(module, place);
        future.as_mut().poll(context)
    })
    .await
}

/// Looks at this thread.
#[cfg(test)]
pub(crate) fn look_here() -> Reading {
    look(slots::here())
}

/// The name of the module this thread is inside of.
pub(crate) fn current() -> Option<Arc<str>> {
    match slots::here()[WHAT].load(Relaxed) {
        NOTHING => None,
        what => names::of_module(module_of(what)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whoever_is_left_is_back_where_it_was() {
        let first = number(["outer".into(), "inner".into()]);
        let name = || current().as_deref().map(str::to_owned);
        assert_eq!(name(), None);
        {
            let outer = enter(first, Place::START);
            assert_eq!(name().as_deref(), Some("outer"));
            {
                let _inner = enter(first + 1, Place::SHUTDOWN);
                assert_eq!(name().as_deref(), Some("inner"));
            }
            assert_eq!((outer.module(), name().as_deref()), (first, Some("outer")));
            // Each thread has its own.
            assert_eq!(std::thread::spawn(current).join().unwrap(), None);
        }
        assert_eq!(name(), None);
    }

    #[test]
    fn a_stage_may_come_before_the_number() {
        let inside = enter_named("unnumbered", Place::PARSE_CONFIG);
        assert_eq!(current().as_deref(), Some("unnumbered"));
        assert_eq!(inside.module(), named("unnumbered"));
    }
}
