//! Shows that a panic ends inside the call in which it happened, wherever that is, and that the
//! values that the future held are dropped once.

use std::any::Any;
use std::cell::RefCell;
use std::future::Future;
use std::pin::{Pin, pin};
use std::task::Waker;

use hsmod_plugin_api::host::{CALLBACK_ROOM, Entered};
use hsmod_plugin_api::values::{ModuleError, Verdict};

use crate::support::{Drops, Guard, HostCall, Suspend, enter, panic_of, remember_places, resume};

/// A future that holds `guard` and `SIZE` bytes while `body` runs.
async fn holding<const SIZE: usize>(
    guard: Guard,
    body: impl Future<Output = ()>,
) -> Result<Verdict, ModuleError> {
    let _guard = guard;
    let held = [0_u8; SIZE];
    body.await;
    std::hint::black_box(&held);
    Ok(Verdict::Allow)
}

/// Runs a check with a future that fits the room, and with one that is boxed.
macro_rules! with_both_sizes {
    ($($name:ident)*) => { $(
        #[test]
        fn $name() {
            remember_places();
            checks::$name::<1>();
            checks::$name::<{ 2 * CALLBACK_ROOM }>();
        }
    )* };
}

with_both_sizes! {
    in_the_first_poll
    in_a_later_poll
    in_the_drop_after_the_answer
    in_the_drop_after_a_panic
    in_the_drop_of_a_cancelled_call
    in_the_drop_of_a_forgotten_call
}

mod checks {
    use super::*;

    pub(super) fn in_the_first_poll<const SIZE: usize>() {
        let drops = Drops::default();
        let mut call = pin!(HostCall::<Verdict>::new());
        let guard = drops.guard();
        let panic = panic_of(enter(call.as_mut(), Waker::noop(), || {
            holding::<SIZE>(guard, async { panic!("polled {}", 1) })
        }));
        assert_eq!(panic.message, "polled 1");
        assert_eq!(drops.count(), 1);
        assert!(!call.suspended());
    }

    pub(super) fn in_a_later_poll<const SIZE: usize>() {
        let drops = Drops::default();
        let mut call = pin!(HostCall::<Verdict>::new());
        let guard = drops.guard();
        let entered = enter(call.as_mut(), Waker::noop(), || {
            holding::<SIZE>(guard, async {
                Suspend(2).await;
                panic!("polled again")
            })
        });
        assert!(matches!(entered, Entered::Pending));
        assert!(matches!(resume(call.as_mut(), Waker::noop()), Entered::Pending));
        let panic = panic_of(resume(call.as_mut(), Waker::noop()));
        assert_eq!(panic.message, "polled again");
        assert_eq!(drops.count(), 1);
        assert!(call.as_mut().cancel().is_none(), "there is nothing left to drop");
        assert_eq!(drops.count(), 1);
    }

    /// The answer is lost: a future whose drop panics has not answered.
    pub(super) fn in_the_drop_after_the_answer<const SIZE: usize>() {
        struct Ready<const SIZE: usize>(#[allow(dead_code, reason = "dropped")] Guard, [u8; SIZE]);
        impl<const SIZE: usize> Future for Ready<SIZE> {
            type Output = Result<Verdict, ModuleError>;
            fn poll(
                self: Pin<&mut Self>,
                _: &mut std::task::Context<'_>,
            ) -> std::task::Poll<Self::Output> {
                assert_eq!(self.1.len(), SIZE);
                std::task::Poll::Ready(Ok(Verdict::deny("X.Y")))
            }
        }
        let drops = Drops::default();
        let mut call = pin!(HostCall::<Verdict>::new());
        let guard = drops.panicking_guard();
        let entered = enter(call.as_mut(), Waker::noop(), || Ready(guard, [0; SIZE]));
        assert_eq!(panic_of(entered).message, "dropped with a bang");
        assert_eq!(drops.count(), 1);
    }

    /// The first panic is reported.
    pub(super) fn in_the_drop_after_a_panic<const SIZE: usize>() {
        struct Panicking<const SIZE: usize>(
            #[allow(dead_code, reason = "dropped")] Guard,
            [u8; SIZE],
        );
        impl<const SIZE: usize> Future for Panicking<SIZE> {
            type Output = Result<Verdict, ModuleError>;
            fn poll(
                mut self: Pin<&mut Self>,
                _: &mut std::task::Context<'_>,
            ) -> std::task::Poll<Self::Output> {
                assert_eq!(self.1[0], 1, "first");
                self.1[0] = 0;
                std::task::Poll::Pending
            }
        }
        for suspensions in [0, 1] {
            let drops = Drops::default();
            let mut call = pin!(HostCall::<Verdict>::new());
            let guard = drops.panicking_guard();
            let mut entered =
                enter(call.as_mut(), Waker::noop(), || Panicking(guard, [suspensions; SIZE]));
            if suspensions == 1 {
                assert!(matches!(entered, Entered::Pending));
                entered = resume(call.as_mut(), Waker::noop());
            }
            let panic = panic_of(entered);
            assert!(panic.message.contains("first"), "{panic}");
            assert_eq!(drops.count(), 1);
        }
    }

    pub(super) fn in_the_drop_of_a_cancelled_call<const SIZE: usize>() {
        let drops = Drops::default();
        let mut call = pin!(HostCall::<Verdict>::new());
        let guard = drops.panicking_guard();
        let entered = enter(call.as_mut(), Waker::noop(), || holding::<SIZE>(guard, Suspend(9)));
        assert!(matches!(entered, Entered::Pending));
        let panic = call.as_mut().cancel().expect("the panic of the drop");
        assert_eq!(panic.message, "dropped with a bang");
        assert!(panic.file.ends_with("support.rs"), "{panic}");
        assert_eq!(drops.count(), 1);
        assert!(call.as_mut().cancel().is_none());
        assert_eq!(drops.count(), 1);
    }

    pub(super) fn in_the_drop_of_a_forgotten_call<const SIZE: usize>() {
        let drops = Drops::default();
        {
            let mut call = pin!(HostCall::<Verdict>::new());
            let guard = drops.panicking_guard();
            let entered =
                enter(call.as_mut(), Waker::noop(), || holding::<SIZE>(guard, Suspend(9)));
            assert!(matches!(entered, Entered::Pending));
        }
        assert_eq!(drops.count(), 1);
    }
}

#[test]
fn while_the_future_is_made() {
    remember_places();
    let mut call = pin!(HostCall::<Verdict>::new());
    let panic = panic_of(enter(call.as_mut(), Waker::noop(), || {
        assert!(call_is_made_here(), "made {}", 1);
        std::future::ready(Ok(Verdict::Allow))
    }));
    assert_eq!(panic.message, "made 1");
    assert!(panic.file.ends_with("panics.rs") && panic.line > 0, "{panic}");
    // The call may be used again.
    let next = enter(call.as_mut(), Waker::noop(), || std::future::ready(Ok(Verdict::Allow)));
    assert!(matches!(next, Entered::Neutral));
}

fn call_is_made_here() -> bool {
    std::hint::black_box(false)
}

#[test]
fn with_whatever_payload() {
    struct Bomb;
    impl Drop for Bomb {
        fn drop(&mut self) {
            std::panic::panic_any(Self);
        }
    }
    type Payload = fn() -> Box<dyn Any + Send>;
    let payloads: [(Payload, &str); 4] = [
        (|| Box::new("a text"), "a text"),
        (|| Box::new("a string".to_owned()), "a string"),
        (|| Box::new(7), "a panic without a message"),
        (|| Box::new(Bomb), "a panic without a message"),
    ];
    for (payload, message) in payloads {
        let mut call = pin!(HostCall::<Verdict>::new());
        let entered =
            enter(
                call.as_mut(),
                Waker::noop(),
                || async move { std::panic::resume_unwind(payload()) },
            );
        assert_eq!(panic_of(entered).message, message);
    }
}

/// When a thread ends, its thread-locals are dropped one after the other: a call among them may
/// outlive the record of the latest panic.
#[test]
fn while_the_thread_ends() {
    thread_local! {
        static LAST: RefCell<Option<Pin<Box<HostCall<Verdict>>>>> = const { RefCell::new(None) };
    }
    remember_places();
    let drops = Drops::default();
    let guard = drops.panicking_guard();
    let thread = std::thread::spawn(move || {
        let mut call: Pin<Box<HostCall<Verdict>>> = Box::pin(HostCall::new());
        LAST.set(None);
        let entered = enter(call.as_mut(), Waker::noop(), || holding::<1>(guard, Suspend(9)));
        assert!(matches!(entered, Entered::Pending));
        LAST.set(Some(call));
        let mut other = pin!(HostCall::<Verdict>::new());
        panic_of(enter(other.as_mut(), Waker::noop(), || async { panic!("an earlier one") }));
    });
    thread.join().expect("the thread ends in peace");
    assert_eq!(drops.count(), 1);
}
