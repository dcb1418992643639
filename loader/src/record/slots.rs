//! The slots: one for each thread that has entered a module, reused when the thread has ended.

use std::cell::Cell;
use std::sync::atomic::AtomicU64;
use std::sync::atomic::Ordering::Relaxed;
use std::sync::{Mutex, MutexGuard, PoisonError};

use super::place::Place;

/// A thread's slot, on a cache line of its own; only that thread writes to it.
pub(crate) type Slot = [AtomicU64; WORDS];

/// The number of words in a slot.
pub(super) const WORDS: usize = 8;

/// The word for what the thread is inside of: a module and a place in it.
pub(crate) const WHAT: usize = 0;

/// The word that counts entries, so that two readings with the same value belong to a single entry.
pub(crate) const ENTERED: usize = 1;

/// The word with the slot's own small number, which never changes.
pub(crate) const NUMBER: usize = 2;

/// The word in which the thread announces what it reads of [published](crate::published) values.
pub(super) const READING: usize = 3;

/// The value of [`WHAT`] outside of all modules.
pub(crate) const NOTHING: u64 = u64::MAX;

/// A slot that no thread has used yet.
pub(super) const fn unused() -> Slot {
    let mut slot = [const { AtomicU64::new(0) }; WORDS];
    slot[WHAT] = AtomicU64::new(NOTHING);
    slot
}

/// The value of [`WHAT`] for a module and a place in it.
///
/// Rationale: the module's number, which is known last, is in the lower half, where it need not be
/// shifted.
#[inline]
pub(crate) const fn word(module: usize, place: Place) -> u64 {
    (place.0 as u64) << 32 | module as u64
}

/// The module in a value of [`WHAT`].
#[inline]
pub(crate) fn module_of(word: u64) -> usize {
    usize::try_from(word & u64::from(u32::MAX)).unwrap_or(usize::MAX)
}

/// The place in a value of [`WHAT`].
pub(crate) fn place_of(word: u64) -> Place {
    #[allow(clippy::cast_possible_truncation, reason = "the upper half")]
    Place((word >> 32) as u32)
}

/// The slot of this thread.
#[inline]
pub(super) fn here() -> &'static Slot {
    match OWN.get() {
        Some(slot) => slot,
        None => take(),
    }
}

/// All slots, including those of threads that have ended.
pub(crate) fn all() -> Vec<&'static Slot> {
    pool().all.clone()
}

/// Reads the slot of any thread.
pub(crate) fn look(slot: &Slot) -> Reading {
    Reading { entered: slot[ENTERED].load(Relaxed), what: slot[WHAT].load(Relaxed) }
}

/// What was in a slot. Two equal readings mean that the thread has not entered anything else
/// meanwhile.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Reading {
    entered: u64,
    what: u64,
}

impl Reading {
    /// The module and the place, if the thread was inside of one.
    pub(crate) fn inside(self) -> Option<(usize, Place)> {
        (self.what != NOTHING).then(|| (module_of(self.what), place_of(self.what)))
    }
}

/// Makes threads use these slots first. Refused if a thread has a slot already.
pub(super) fn provide(slots: Vec<&'static Slot>) -> bool {
    let mut pool = pool();
    let unused = pool.all.is_empty();
    if unused {
        for (number, slot) in (0..).zip(&slots) {
            slot[NUMBER].store(number, Relaxed);
        }
        pool.all.clone_from(&slots);
        pool.free = slots;
        // Slots are taken from the end.
        pool.free.reverse();
    }
    unused
}

thread_local! {
    static OWN: Cell<Option<&'static Slot>> = const { Cell::new(None) };
    static HELD: Held = const { Held(Cell::new(None)) };
}

/// Gives the slot back when the thread ends.
struct Held(Cell<Option<&'static Slot>>);

static POOL: Mutex<Pool> = Mutex::new(Pool { all: Vec::new(), free: Vec::new() });

struct Pool {
    all: Vec<&'static Slot>,
    /// The slots of threads that have ended.
    free: Vec<&'static Slot>,
}

/// The slot of threads that are ending and have returned theirs; its content is meaningless.
static NOWHERE: Slot = {
    let mut slot = unused();
    // Not usable for [`Published::read`](crate::published::Published::read), since threads share
    // it.
    slot[READING] = AtomicU64::new(u64::MAX);
    slot[NUMBER] = AtomicU64::new(u64::MAX);
    slot
};

fn pool() -> MutexGuard<'static, Pool> {
    POOL.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cold]
#[inline(never)]
fn take() -> &'static Slot {
    let slot = HELD.try_with(|held| {
        let mut pool = pool();
        let slot = pool.free.pop().unwrap_or_else(|| {
            let slot = &Box::leak(Box::new(Line(unused()))).0;
            slot[NUMBER].store(pool.all.len() as u64, Relaxed);
            pool.all.push(slot);
            slot
        });
        held.0.set(Some(slot));
        slot
    });
    let slot = slot.unwrap_or(&NOWHERE);
    OWN.set(Some(slot));
    slot
}

/// Aligns a slot to a cache line.
#[repr(align(64))]
struct Line(Slot);

const _: () = assert!(size_of::<Slot>() == 64);

impl Drop for Held {
    fn drop(&mut self) {
        OWN.set(Some(&NOWHERE));
        // A thread that ends inside of a module has called `exit` there: leave its slot for the
        // record.
        if let Some(slot) = self.0.get()
            && slot[WHAT].load(Relaxed) == NOTHING
        {
            pool().free.push(slot);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_word_has_two_halves() {
        let word = word(7, Place::NEW);
        assert_eq!((module_of(word), place_of(word)), (7, Place::NEW));
        assert_ne!(module_of(NOTHING), 0);
    }

    #[test]
    fn the_slot_of_a_thread_that_ended_is_used_again() {
        let address = || std::thread::spawn(|| here().as_ptr().addr()).join().unwrap();
        let mut slots: Vec<usize> = (0..1_000).map(|_| address()).collect();
        slots.sort_unstable();
        slots.dedup();
        // Other tests run meanwhile, but not hundreds of threads of them.
        assert!(slots.len() < 500, "a thousand threads took {} slots", slots.len());
    }
}
