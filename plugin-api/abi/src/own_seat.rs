//! The seats of callbacks; each thread keeps a few of them for reuse.
//!
//! Rationale: if a question contained its seat, the seat would be moved wherever a homeserver boxes
//! the future around the question, which costs more than the question itself.

use std::cell::Cell;
use std::mem::MaybeUninit;
use std::ptr::{NonNull, dangling_mut, null_mut};

use crate::frame::Frame;
use crate::seat::Seat;

/// The room for the future of a callback, in bytes.
///
/// Rationale: with 384 bytes every `state.get` inside a callback allocated once; more room costs a
/// call that is ready at once nothing, because it is never written.
pub const CALLBACK_ROOM: usize = 1024;

/// How many unused seats a thread keeps, in addition to the one at hand.
const KEPT: u32 = 15;

/// Debug builds other than unit tests do not reuse seats, so that a sanitizer detects a use after the
/// end of a call.
const REUSED: bool = !cfg!(debug_assertions) || cfg!(test);

/// The seat of one call; the thread that drops it keeps it for its next call.
pub(crate) struct OwnSeat(NonNull<Frame>);

// SAFETY: it belongs to whoever holds it.
unsafe impl Send for OwnSeat {}

/// The seats that a thread keeps.
struct Shelf {
    /// The seat for the next call. Null while that is in use, which is for the duration of most
    /// calls; [`UNKNOWN`] before the shelf is registered to be cleared at the thread's end, and
    /// after that.
    at_hand: Cell<*mut Frame>,
    /// Further seats, each linked to the next by the first word of its room.
    first: Cell<*mut Frame>,
    /// How many more seats may be kept.
    places: Cell<u32>,
}

const UNKNOWN: *mut Frame = dangling_mut();

thread_local! {
    /// Has no destructor, so that an access need not check whether it has been destroyed.
    static SHELF: Shelf = const {
        let (at_hand, first) = (Cell::new(UNKNOWN), Cell::new(null_mut()));
        Shelf { at_hand, first, places: Cell::new(KEPT) }
    };
    static CLEARING: Clearing = const { Clearing };
}

impl OwnSeat {
    #[inline]
    pub(crate) fn take() -> Self {
        SHELF.with(|shelf| {
            let seat = shelf.at_hand.get();
            if !REUSED || seat.is_null() || seat == UNKNOWN {
                return shelf.another();
            }
            shelf.at_hand.set(null_mut());
            // SAFETY: it is not null.
            Self(unsafe { NonNull::new_unchecked(seat) })
        })
    }

    /// The frame, in the state in which [`Seat::take`] or the previous call left it.
    #[inline]
    pub(crate) const fn frame(&self) -> *mut Frame {
        self.0.as_ptr()
    }
}

impl Drop for OwnSeat {
    #[inline]
    fn drop(&mut self) {
        SHELF.with(|shelf| {
            if !REUSED || !shelf.at_hand.get().is_null() {
                return shelf.put_away(self.0);
            }
            shelf.at_hand.set(self.frame());
        });
    }
}

impl Shelf {
    /// Takes a seat while none is at hand.
    #[cold]
    #[inline(never)]
    fn another(&self) -> OwnSeat {
        let Some(first) = NonNull::new(self.first.get()) else { return OwnSeat(made()) };
        // SAFETY: nobody uses a seat that is kept.
        self.first.set(unsafe { next(first).read() });
        self.places.set(self.places.get() + 1);
        OwnSeat(first)
    }

    /// Keeps a seat while another one is at hand, or while the shelf is not registered to be
    /// cleared.
    #[cold]
    #[inline(never)]
    fn put_away(&self, seat: NonNull<Frame>) {
        if REUSED && self.at_hand.get() == UNKNOWN && CLEARING.try_with(|_| ()).is_ok() {
            return self.at_hand.set(seat.as_ptr());
        }
        let places = self.places.get();
        if !REUSED || self.at_hand.get() == UNKNOWN || places == 0 {
            return free(seat);
        }
        // SAFETY: nobody uses it any more.
        unsafe { next(seat).write(self.first.get()) };
        self.first.set(seat.as_ptr());
        self.places.set(places - 1);
    }
}

/// Allocates a seat.
fn made() -> NonNull<Frame> {
    let seat = Box::leak(Box::<Seat<CALLBACK_ROOM>>::new_uninit());
    // SAFETY: a place for a seat, which stays where it is until `free`.
    unsafe { NonNull::new_unchecked(Seat::take(seat.as_mut_ptr(), |_| {})) }
}

/// Frees a seat that [`made`] allocated.
fn free(seat: NonNull<Frame>) {
    // SAFETY: nobody uses it any more; it needs no drop.
    drop(unsafe { Box::<MaybeUninit<Seat<CALLBACK_ROOM>>>::from_raw(seat.cast().as_ptr()) });
}

/// The link of a kept seat to the next one.
///
/// # Safety
/// The seat is not in use.
unsafe fn next(seat: NonNull<Frame>) -> *mut *mut Frame {
    // SAFETY: the caller's promise; the room is aligned, and larger than a pointer.
    unsafe { (*seat.as_ptr()).room.cast() }
}

/// Clears the thread's shelf when the thread ends; from then on no seats are kept.
struct Clearing;

impl Drop for Clearing {
    fn drop(&mut self) {
        SHELF.with(|shelf| {
            let at_hand = shelf.at_hand.replace(UNKNOWN);
            // Null if the seat is in use: its user frees it.
            if let Some(seat) = NonNull::new(at_hand) {
                free(seat);
            }
            while !shelf.first.get().is_null() {
                free(shelf.another().into_frame());
            }
        });
    }
}

impl OwnSeat {
    /// The frame, which is never given back.
    const fn into_frame(self) -> NonNull<Frame> {
        let frame = self.0;
        std::mem::forget(self);
        frame
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kept() -> usize {
        SHELF.with(|shelf| {
            // SAFETY: nobody uses those that are kept.
            let behind = |seat: &NonNull<Frame>| NonNull::new(unsafe { next(*seat).read() });
            std::iter::successors(NonNull::new(shelf.first.get()), behind).count()
        })
    }

    #[test]
    fn a_thread_keeps_some_seats() {
        std::thread::spawn(|| {
            let seats: Vec<OwnSeat> = (0..2 * KEPT).map(|_| OwnSeat::take()).collect();
            let mut frames: Vec<_> = seats.iter().map(OwnSeat::frame).collect();
            frames.sort_unstable();
            frames.dedup();
            assert_eq!(frames.len(), seats.len(), "each is one of its own");
            drop(seats);
            assert_eq!(kept(), KEPT as usize);
            let (again, nested) = (OwnSeat::take(), OwnSeat::take());
            assert!(frames.contains(&again.frame()) && frames.contains(&nested.frame()));
            drop((again, nested));
            assert_eq!(kept(), KEPT as usize);
        })
        .join()
        .unwrap();
    }

    #[test]
    fn a_seat_may_be_given_back_on_another_thread() {
        let seat = OwnSeat::take();
        std::thread::spawn(move || {
            let frame = seat.frame();
            drop(seat);
            assert_eq!(OwnSeat::take().frame(), frame);
        })
        .join()
        .unwrap();
    }
}
