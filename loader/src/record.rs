//! Records which module each thread is inside of, so that a log line, a crash or a blocked thread
//! can be attributed to it.
//!
//! A thread notes which module it enters, and in which callback or stage, in a slot that any thread
//! can read. A process that runs modules for another process lets that one read them, too: it
//! [keeps the slots in a file](keep_in), where they outlive it, however it ends.

use std::cell::Cell;
use std::fmt;
use std::marker::PhantomData;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::AtomicU64;
use std::sync::atomic::Ordering::Relaxed;
use std::task::{Context, Poll};

use pin_project_lite::pin_project;
use tokio::time::Instant;

mod kept;
mod names;
mod place;
mod slots;

pub use self::kept::{keep_in, left_in};
pub(crate) use self::names::{named, number, of_module as name};
pub(crate) use self::place::Place;
use self::slots::{ENTERED, NOTHING, NUMBER, READING, Slot, WHAT, module_of, word};
pub(crate) use self::slots::{Reading, all, look};

/// What a thread was inside of when its process ended.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Left {
    /// The name of the module.
    pub module: String,
    /// Which part of the module: the name of a callback, of a stage such as `start`, or words such
    /// as ``its background work `tidy` ``. It reads well after "in".
    pub what: String,
}

impl fmt::Display for Left {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "`{}` in {}", self.module, self.what)
    }
}

/// Saves what this thread is inside of; dropping the guard restores it.
#[inline]
pub(crate) fn stay() -> Inside {
    let slot = slots::here();
    // Only this thread writes here, so no locked instruction is needed to count.
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
    /// Notes that the thread moves on to another module.
    #[inline]
    pub(crate) fn go_on(&self, module: usize, place: Place) {
        self.slot[WHAT].store(word(module, place), Relaxed);
    }

    /// Whether the thread was inside a module already.
    #[inline]
    pub(crate) fn is_nested(&self) -> bool {
        self.outer != NOTHING
    }

    /// The thread's number among the threads that are running.
    #[inline]
    pub(crate) fn thread(&self) -> usize {
        usize::try_from(self.slot[NUMBER].load(Relaxed)).unwrap_or(usize::MAX)
    }

    /// The word in which the thread announces what it reads of [published](crate::published)
    /// values.
    #[inline]
    pub(crate) fn reading(&self) -> &'static AtomicU64 {
        &self.slot[READING]
    }

    /// Sets the deadline of this part of the module; the module can ask for it while the guard
    /// lives.
    ///
    /// Without a deadline nothing needs to be done, because then an enclosing entry to the same
    /// part of the module has none either.
    #[inline]
    pub(crate) fn until(&self, deadline: Instant) -> Until {
        Until(UNTIL.replace(Some((self.slot[WHAT].load(Relaxed), deadline))))
    }

    /// The number of the module.
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
    /// Makes this `!Send`: the slot belongs to this thread.
    thread: PhantomData<*const ()>,
}

impl Drop for Inside {
    #[inline]
    fn drop(&mut self) {
        self.slot[WHAT].store(self.outer, Relaxed);
    }
}

thread_local! {
    /// The deadline of what this thread is inside of, with the value that [`WHAT`] had when it was
    /// set.
    ///
    /// Rationale: what is entered inside of that has another value, so that entering a module for
    /// the first time, which is all that most calls do, need not touch this.
    static UNTIL: Cell<Option<(u64, Instant)>> = const { Cell::new(None) };
}

/// Restores the previous deadline when dropped.
#[derive(Debug)]
pub(crate) struct Until(Option<(u64, Instant)>);

impl Drop for Until {
    #[inline]
    fn drop(&mut self) {
        UNTIL.set(self.0);
    }
}

/// Which part of this module the thread is inside of, and its deadline if it was suspended before.
pub(crate) fn inside_of(module: usize) -> Option<(Place, Option<Instant>)> {
    let what = slots::here()[WHAT].load(Relaxed);
    let own = what != NOTHING && module_of(what) == module;
    let until = UNTIL.get().filter(|(other, _)| *other == what).map(|(_, deadline)| deadline);
    own.then(|| (slots::place_of(what), until))
}

/// The words in which threads announce what they read of [published](crate::published) values.
pub(crate) fn readers() -> impl Iterator<Item = &'static AtomicU64> {
    all().into_iter().map(|slot| &slot[READING])
}

/// A future of a module that is polled and dropped inside the module.
pub(crate) const fn inside<F: Future>(module: usize, place: Place, future: F) -> Within<F> {
    Within { module, place, deadline: None, future: Some(future) }
}

pin_project! {
    /// See [`inside`].
    #[must_use = "futures do nothing until they are awaited"]
    pub(crate) struct Within<F> {
        module: usize,
        place: Place,
        deadline: Option<Instant>,
        // `None` once it has ended.
        #[pin]
        future: Option<F>,
    }

    impl<F> PinnedDrop for Within<F> {
        fn drop(this: Pin<&mut Self>) {
            let mut this = this.project();
            let _inside = enter(*this.module, *this.place);
            this.future.set(None);
        }
    }
}

impl<F> Within<F> {
    /// Sets the deadline at which the caller stops awaiting it.
    pub(crate) fn until(mut self, deadline: Option<Instant>) -> Self {
        self.deadline = deadline;
        self
    }
}

impl<F: Future> Future for Within<F> {
    type Output = F::Output;

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<F::Output> {
        let mut this = self.project();
        let inside = enter(*this.module, *this.place);
        let _until = this.deadline.map(|deadline| inside.until(deadline));
        let Some(future) = this.future.as_mut().as_pin_mut() else { return Poll::Pending };
        let polled = future.poll(context);
        if polled.is_ready() {
            this.future.set(None);
        }
        polled
    }
}

/// Looks at this thread's slot.
#[cfg(test)]
pub(crate) fn look_here() -> Reading {
    look(slots::here())
}

/// The name of the module that this thread is inside of.
///
/// This is for subscribers of homeservers that link modules in: log records of those modules look
/// like the homeserver's own, without the field `module` that records of plugins have.
pub fn current() -> Option<Arc<str>> {
    match slots::here()[WHAT].load(Relaxed) {
        NOTHING => None,
        what => name(module_of(what)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn leaving_a_module_restores_the_outer_one() {
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
            // Each thread has its own slot.
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
