//! Shows where a future is built, and what a call allocates.

use std::pin::{Pin, pin};
use std::task::{Context, Poll, Waker};

use hsmod_abi::ROOM_MIN;
use hsmod_plugin_api::host::{CALLBACK_ROOM, Entered};
use hsmod_plugin_api::values::{ModuleError, Verdict};

use crate::support::{Drops, HostCall, Suspend, allocations, enter, left_of_size, resume};

#[test]
fn a_call_that_is_ready_at_once_allocates_nothing() {
    let (count, ()) = allocations(|| {
        let mut call = pin!(HostCall::<Verdict>::new());
        let answer = enter(call.as_mut(), Waker::noop(), || async { Ok(Verdict::Allow) });
        assert!(matches!(answer, Entered::Neutral));
        // The same call is used for the next module.
        let answer = enter(call.as_mut(), Waker::noop(), || std::future::ready(Ok(Verdict::Allow)));
        assert!(matches!(answer, Entered::Neutral));
        assert!(!call.suspended());
    });
    assert_eq!(count, 0);
}

#[test]
fn a_call_that_suspends_without_keeping_its_waker_allocates_nothing() {
    let (count, ()) = allocations(|| {
        let mut call = pin!(HostCall::<Option<bool>>::new());
        let future = || async {
            let room = [7_u8; CALLBACK_ROOM - 64];
            Suspend(2).await;
            Ok(Some(room.iter().all(|byte| *byte == 7)))
        };
        assert!(matches!(enter(call.as_mut(), Waker::noop(), future), Entered::Pending));
        assert!(matches!(resume(call.as_mut(), Waker::noop()), Entered::Pending));
        assert!(call.suspended());
        let answer = resume(call.as_mut(), Waker::noop());
        assert!(matches!(answer, Entered::Ready(Ok(Some(true)))), "{answer:?}");
        assert!(!call.suspended());
    });
    assert_eq!(count, 0);
}

#[test]
fn a_future_that_fits_lies_in_the_call() {
    let mut call = pin!(HostCall::<Option<bool>>::new());
    let range = {
        let start = std::ptr::from_ref(&*call).addr();
        start..start + size_of::<HostCall<Option<bool>>>()
    };
    let inside = move || async move {
        let local = 7_u64;
        Suspend(1).await;
        Ok(Some(range.contains(&std::ptr::from_ref(&local).addr())))
    };
    assert!(matches!(enter(call.as_mut(), Waker::noop(), inside), Entered::Pending));
    assert!(matches!(resume(call.as_mut(), Waker::noop()), Entered::Ready(Ok(Some(true)))));
}

#[test]
fn a_larger_future_is_boxed_and_dropped_once() {
    let drops = Drops::default();
    let guard = drops.guard();
    let (count, ()) = allocations(|| {
        let mut call = pin!(HostCall::<Option<bool>>::new());
        let future = move || async move {
            let _guard = guard;
            let large = [7_u8; CALLBACK_ROOM + 1];
            Suspend(1).await;
            Ok(Some(large.iter().all(|byte| *byte == 7)))
        };
        assert!(matches!(enter(call.as_mut(), Waker::noop(), future), Entered::Pending));
        assert_eq!(drops.count(), 0);
        assert!(matches!(resume(call.as_mut(), Waker::noop()), Entered::Ready(Ok(Some(true)))));
        assert_eq!(drops.count(), 1);
    });
    assert_eq!(count, 1);
    assert_eq!(drops.count(), 1);
}

#[test]
fn a_boxed_future_is_freed_however_the_call_ends() {
    struct Large([u8; 5000]);
    impl Future for Large {
        type Output = Result<(), ModuleError>;
        fn poll(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Self::Output> {
            match self.0[0] {
                0 => Poll::Ready(Ok(())),
                1 => Poll::Pending,
                _ => panic!("polled"),
            }
        }
    }
    for first in [0, 1, 2] {
        let left = left_of_size(5000, || {
            let mut call = pin!(HostCall::<()>::new());
            let _ = enter(call.as_mut(), Waker::noop(), || Large([first; 5000]));
        });
        assert_eq!(left, 0, "{first}");
    }
    let left = left_of_size(5000, || {
        let mut call = pin!(HostCall::<()>::new());
        let _ = enter(call.as_mut(), Waker::noop(), || -> Large { panic!("made") });
    });
    assert_eq!(left, 0, "the box for a future that was never made");
}

/// The room that every caller provides.
const LEAST: usize = ROOM_MIN;

/// A future of exactly `SIZE` bytes, which waits once and then checks that they have not changed.
struct Exactly<const SIZE: usize>([u8; SIZE]);

impl<const SIZE: usize> Future for Exactly<SIZE> {
    type Output = Result<Option<bool>, ModuleError>;

    fn poll(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Self::Output> {
        if self.0[0] == 7 {
            self.0[0] = 8;
            return Poll::Pending;
        }
        Poll::Ready(Ok(Some(self.0[0] == 8 && self.0[1..].iter().all(|byte| *byte == 7))))
    }
}

/// The number of allocations for a future of `SIZE` bytes in a call with `ROOM` bytes of room.
fn cost<const SIZE: usize, const ROOM: usize>() -> usize {
    assert_eq!(size_of::<Exactly<SIZE>>(), SIZE);
    let (count, answer) = allocations(|| {
        let mut call = pin!(HostCall::<Option<bool>, ROOM>::new());
        let entered = enter(call.as_mut(), Waker::noop(), || Exactly([7; SIZE]));
        assert!(matches!(entered, Entered::Pending));
        resume(call.as_mut(), Waker::noop())
    });
    assert!(matches!(answer, Entered::Ready(Ok(Some(true)))), "{answer:?}");
    count
}

#[test]
fn a_future_is_boxed_from_the_first_byte_on_that_does_not_fit() {
    assert_eq!((cost::<LEAST, LEAST>(), cost::<{ LEAST + 1 }, LEAST>()), (0, 1));
    // Additional room is used, too.
    assert_eq!(
        (cost::<{ LEAST + 1 }, CALLBACK_ROOM>(), cost::<CALLBACK_ROOM, CALLBACK_ROOM>()),
        (0, 0)
    );
    assert_eq!(cost::<{ CALLBACK_ROOM + 1 }, CALLBACK_ROOM>(), 1);
}

/// On its way to the box the future passes over the stack of the thread that begins the call, twice
/// without optimisation: on a stack of 2 MiB, the default for an executor's threads, it would end
/// the process.
#[test]
fn a_future_of_a_mebibyte_wants_three_of_stack() {
    let thread = std::thread::Builder::new().stack_size(3 << 20);
    let count = thread.spawn(cost::<{ 1 << 20 }, CALLBACK_ROOM>).unwrap().join().unwrap();
    assert_eq!(count, 1);
}

#[test]
fn a_future_of_greater_alignment_is_boxed() {
    #[repr(align(64))]
    struct Aligned(u8);
    let mut call = pin!(HostCall::<Option<bool>>::new());
    let future = || async {
        let aligned = Aligned(7);
        Suspend(1).await;
        Ok(Some(std::ptr::from_ref(&aligned).addr() % 64 == 0 && aligned.0 == 7))
    };
    let (count, entered) = allocations(|| enter(call.as_mut(), Waker::noop(), future));
    assert!(matches!(entered, Entered::Pending));
    assert_eq!(count, 1);
    assert!(matches!(resume(call.as_mut(), Waker::noop()), Entered::Ready(Ok(Some(true)))));
}

#[test]
fn answers_and_errors_arrive_at_the_first_poll_and_later() {
    for suspensions in [0, 1, 3] {
        for answer in [Ok(Verdict::Allow), Ok(Verdict::deny("X.Y")), Err(ModuleError::new("no"))] {
            let mut call = pin!(HostCall::<Verdict>::new());
            let expected = answer.clone();
            let future = || async move {
                Suspend(suspensions).await;
                answer
            };
            let mut entered = enter(call.as_mut(), Waker::noop(), future);
            for _ in 0..suspensions {
                assert!(matches!(entered, Entered::Pending));
                entered = resume(call.as_mut(), Waker::noop());
            }
            match entered {
                Entered::Neutral => assert_eq!(expected, Ok(Verdict::Allow)),
                Entered::Ready(answer) => assert_eq!(answer, expected),
                other => panic!("{other:?}"),
            }
        }
    }
}
