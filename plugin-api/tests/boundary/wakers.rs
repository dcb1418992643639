//! Shows that a waker survives the way across the boundary and back: what it wakes, how often it is
//! boxed, and that a panicking waker of an executor does no harm.

use std::future::poll_fn;
use std::pin::pin;
use std::sync::{Arc, Barrier, Mutex};
use std::task::{Context, Poll, RawWaker, RawWakerVTable, Waker};

use hsmod_abi::{Status, start};
use hsmod_plugin_api::host::Entered;
use hsmod_plugin_api::values::ModuleError;
use hsmod_plugin_api::values::answer::Returns;

use crate::other_image::{self, Caller, Task, callee, relay, task};
use crate::raw::RawFrame;
use crate::support::{HostCall, Wakes, allocations, enter, resume};

/// Where a task stores the waker of its latest poll.
type Kept = Arc<Mutex<Option<Waker>>>;

/// Is polled `polls` times, and each time stores its waker unless it would wake the same task.
fn keeping(kept: &Kept, polls: usize) -> Task {
    let kept = Arc::clone(kept);
    let mut left = polls;
    task(poll_fn(move |context| {
        let mut kept = kept.lock().unwrap();
        if !kept.as_ref().is_some_and(|waker| waker.will_wake(context.waker())) {
            *kept = Some(context.waker().clone());
        }
        left -= 1;
        if left == 0 { Poll::Ready(()) } else { Poll::Pending }
    }))
}

/// A call of this image's homeserver to a task of the other image.
fn enter_other(call: std::pin::Pin<&mut HostCall<()>>, waker: &Waker, task: Task) -> Entered<()> {
    let mut context = Context::from_waker(waker);
    // SAFETY: `callee` keeps to the protocol of `start`; a task borrows nothing.
    unsafe { call.enter(&mut context, |frame| callee(frame, task)) }
}

fn take(kept: &Kept) -> Waker {
    kept.lock().unwrap().take().expect("a waker was kept")
}

#[test]
fn a_waker_is_cloned_without_the_heap_however_often_a_call_suspends() {
    let (kept, wakes) = (Kept::default(), Arc::new(Wakes::default()));
    let waker = wakes.waker();
    let task = keeping(&kept, 4);
    let (count, ()) = allocations(|| {
        let mut call = pin!(HostCall::<()>::new());
        assert!(matches!(enter_other(call.as_mut(), &waker, task), Entered::Pending));
        for _ in 0..2 {
            assert!(matches!(resume(call.as_mut(), &waker), Entered::Pending));
        }
        assert!(matches!(resume(call.as_mut(), &waker), Entered::Neutral));
    });
    assert_eq!(count, 0);
    take(&kept).wake();
    assert_eq!(wakes.count(), 1);
}

#[test]
fn a_waker_that_is_not_cloned_is_not_boxed() {
    let waker = Arc::new(Wakes::default()).waker();
    let mut first = true;
    let task = task(poll_fn(move |context| {
        context.waker().wake_by_ref();
        if std::mem::take(&mut first) { Poll::Pending } else { Poll::Ready(()) }
    }));
    let (count, ()) = allocations(|| {
        let mut call = pin!(HostCall::<()>::new());
        assert!(matches!(enter_other(call.as_mut(), &waker, task), Entered::Pending));
        assert!(matches!(resume(call.as_mut(), &waker), Entered::Neutral));
    });
    assert_eq!(count, 0);
}

#[test]
fn from_the_second_poll_on_a_waker_is_known_to_be_the_same() {
    let waker = Arc::new(Wakes::default()).waker();
    let seen = Arc::new(Mutex::new(Vec::new()));
    let mut kept: Option<Waker> = None;
    let task = task(poll_fn({
        let seen = Arc::clone(&seen);
        move |context| {
            let known = kept.as_ref().is_some_and(|kept| kept.will_wake(context.waker()));
            seen.lock().unwrap().push(known);
            kept.get_or_insert_with(|| context.waker().clone());
            Poll::<()>::Pending
        }
    }));
    let mut call = pin!(HostCall::<()>::new());
    assert!(matches!(enter_other(call.as_mut(), &waker, task), Entered::Pending));
    for _ in 0..2 {
        assert!(matches!(resume(call.as_mut(), &waker), Entered::Pending));
    }
    assert_eq!(*seen.lock().unwrap(), [false, true, true]);
}

#[test]
fn a_call_that_moves_to_another_task_wakes_that_one() {
    let (kept, old, new) =
        (Kept::default(), Arc::new(Wakes::default()), Arc::new(Wakes::default()));
    let mut call = pin!(HostCall::<()>::new());
    let task = keeping(&kept, 9);
    assert!(matches!(enter_other(call.as_mut(), &old.waker(), task), Entered::Pending));
    let first = kept.lock().unwrap().clone().unwrap();
    assert!(matches!(resume(call.as_mut(), &new.waker()), Entered::Pending));
    kept.lock().unwrap().as_ref().unwrap().wake_by_ref();
    assert_eq!((old.count(), new.count()), (0, 1));
    first.wake();
    assert_eq!((old.count(), new.count()), (1, 1));
}

#[test]
fn a_waker_outlives_its_call() {
    for finished in [true, false] {
        let (kept, wakes) = (Kept::default(), Arc::new(Wakes::default()));
        {
            let mut call = pin!(HostCall::<()>::new());
            let task = keeping(&kept, if finished { 1 } else { 2 });
            let entered = enter_other(call.as_mut(), &wakes.waker(), task);
            assert_eq!(matches!(entered, Entered::Neutral), finished);
        }
        let waker = take(&kept);
        waker.wake_by_ref();
        let clone = waker.clone();
        clone.wake();
        assert_eq!(wakes.count(), 2);
        drop(waker);
        assert_eq!(Arc::strong_count(&wakes), 1, "the executor's waker was given back");
    }
}

#[test]
fn clones_are_woken_and_dropped_on_other_threads() {
    let (kept, wakes) = (Kept::default(), Arc::new(Wakes::default()));
    let mut call = Box::pin(HostCall::<()>::new());
    let task = keeping(&kept, 2);
    assert!(matches!(enter_other(call.as_mut(), &wakes.waker(), task), Entered::Pending));
    let waker = take(&kept);
    let threads: Vec<_> = (0..4)
        .map(|number| {
            let waker = waker.clone();
            std::thread::spawn(move || {
                let clone = waker.clone();
                if number % 2 == 0 { clone.wake() } else { drop(clone) }
            })
        })
        .collect();
    drop(waker);
    let ends = std::thread::spawn(move || drop(call));
    for thread in threads.into_iter().chain([ends]) {
        thread.join().unwrap();
    }
    assert_eq!(wakes.count(), 2);
    assert_eq!(Arc::strong_count(&wakes), 1);
}

/// A waker may be shared with threads that end before the poll does.
#[test]
fn threads_clone_the_waker_while_it_is_lent() {
    for _ in 0..50 {
        let wakes = Arc::new(Wakes::default());
        let mut call = Box::pin(HostCall::<()>::new());
        let task = task(poll_fn(|context| {
            let (waker, begin) = (context.waker(), Barrier::new(3));
            std::thread::scope(|scope| {
                for _ in 0..3 {
                    scope.spawn(|| {
                        begin.wait();
                        let clone = waker.clone();
                        clone.wake();
                    });
                }
            });
            Poll::Ready(())
        }));
        assert!(matches!(enter_other(call.as_mut(), &wakes.waker(), task), Entered::Neutral));
        assert_eq!(wakes.count(), 3);
        drop(call);
        assert_eq!(Arc::strong_count(&wakes), 1);
    }
}

/// A waker whose every function panics.
fn panicking_waker(clones: bool) -> Waker {
    static ALL: RawWakerVTable = RawWakerVTable::new(
        |_| panic!("clone"),
        |_| panic!("wake"),
        |_| panic!("wake_by_ref"),
        |_| panic!("drop"),
    );
    static BUT_CLONE: RawWakerVTable = RawWakerVTable::new(
        |data| RawWaker::new(data, &BUT_CLONE),
        |_| panic!("wake"),
        |_| panic!("wake_by_ref"),
        |_| panic!("drop"),
    );
    let table = if clones { &BUT_CLONE } else { &ALL };
    // SAFETY: the functions do not use the data; they only panic.
    unsafe { Waker::from_raw(RawWaker::new(std::ptr::null(), table)) }
}

#[test]
fn a_panicking_waker_does_no_harm() {
    for clones in [true, false] {
        let executor = std::mem::ManuallyDrop::new(panicking_waker(clones));
        let kept = Kept::default();
        {
            let mut call = pin!(HostCall::<()>::new());
            let task = keeping(&kept, 2);
            assert!(matches!(enter_other(call.as_mut(), &executor, task), Entered::Pending));
            assert!(matches!(resume(call.as_mut(), &executor), Entered::Neutral));
        }
        let waker = take(&kept);
        waker.wake_by_ref();
        let clone = waker.clone();
        clone.wake();
        drop(waker);
    }
    // A waker that is not cloned.
    let executor = std::mem::ManuallyDrop::new(panicking_waker(false));
    let mut call = pin!(HostCall::<()>::new());
    let task = task(poll_fn(|context| {
        context.waker().wake_by_ref();
        Poll::Ready(())
    }));
    assert!(matches!(enter_other(call.as_mut(), &executor, task), Entered::Neutral));
}

/// A callback of this image, called by the other one, makes a request to the other one, whose
/// future sees the executor's own waker; nothing is boxed on the way.
#[test]
fn a_waker_that_returns_is_the_executors_own() {
    let executor = Arc::new(Wakes::default()).waker();
    let expected = executor.clone();
    let mut left = 3;
    let future = poll_fn(move |context| {
        assert!(!context.waker().will_wake(&expected), "the module sees a foreign waker");
        let mut request = pin!(HostCall::<()>::new());
        // SAFETY: the closure only looks at the waker, while it is lent, and leaves nothing behind.
        let entered = unsafe {
            request.as_mut().enter(context, |frame| {
                other_image::with_context(RawFrame::waker(frame), false, |context| {
                    assert!(context.waker().will_wake(&expected));
                });
                Status::NEUTRAL
            })
        };
        assert!(matches!(entered, Entered::Neutral));
        left -= 1;
        if left == 0 { Poll::Ready(Ok::<(), ModuleError>(())) } else { Poll::Pending }
    });
    let mut caller = Caller::new();
    let (count, ()) = allocations(|| {
        assert!(!caller.enter(&executor, || future));
        assert!(!caller.resume(&executor));
        assert!(caller.resume(&executor));
    });
    assert_eq!(count, 0);
}

/// As above with the roles swapped; the homeserver's future keeps the waker from the second poll
/// on.
#[test]
fn a_request_of_the_other_image_is_woken_by_the_executors_own_waker() {
    let wakes = Arc::new(Wakes::default());
    let executor = wakes.waker();
    let kept = Kept::default();
    let task = task(poll_fn({
        let (kept, expected) = (Arc::clone(&kept), executor.clone());
        move |context| {
            let mut request = Box::pin(HostCall::<()>::new());
            let (kept, expected) = (Arc::clone(&kept), expected.clone());
            let answer = move |context: &mut Context<'_>| {
                assert!(context.waker().will_wake(&expected));
                *kept.lock().unwrap() = Some(context.waker().clone());
                Poll::Ready(Ok::<(), ModuleError>(()))
            };
            // The frame is this image's; the other image passes the waker on.
            // SAFETY: `start` gets the frame with a waker that is lent meanwhile; the future is
            // `'static`.
            let entered = unsafe {
                request.as_mut().enter(&mut Context::from_waker(Waker::noop()), |frame| {
                    relay(frame, context.waker(), || {
                        start::<(), _, Returns<()>>(frame, |_| poll_fn(answer))
                    })
                })
            };
            assert!(matches!(entered, Entered::Neutral));
            Poll::<()>::Pending
        }
    }));
    let mut call = pin!(HostCall::<()>::new());
    assert!(matches!(enter_other(call.as_mut(), &executor, task), Entered::Pending));
    take(&kept).wake();
    assert!(matches!(resume(call.as_mut(), &executor), Entered::Pending));
    take(&kept).wake();
    assert_eq!(wakes.count(), 2);
}

/// A module may poll a request with its own waker, as `select` does; the homeserver then wakes that
/// waker.
#[test]
fn a_waker_of_the_modules_own_reaches_the_homeserver() {
    let (own, kept) = (Arc::new(Wakes::default()), Kept::default());
    let mut request = Caller::new();
    let future = {
        let kept = Arc::clone(&kept);
        let mut polls = 0;
        poll_fn(move |context| {
            let mut kept = kept.lock().unwrap();
            polls += 1;
            if polls == 1 {
                *kept = Some(context.waker().clone());
                return Poll::Pending;
            }
            assert!(kept.as_ref().unwrap().will_wake(context.waker()));
            Poll::Ready(Ok::<(), ModuleError>(()))
        })
    };
    assert!(!request.enter(&own.waker(), || future));
    kept.lock().unwrap().as_ref().unwrap().wake_by_ref();
    assert_eq!(own.count(), 1);
    assert!(request.resume(&own.waker()));
    drop(request);
    take(&kept).wake();
    assert_eq!(own.count(), 2);
    assert_eq!(Arc::strong_count(&own), 1);
}

/// Within one image the boundary passes the waker through.
#[test]
fn within_one_image_the_waker_is_the_executors_own() {
    let executor = Arc::new(Wakes::default()).waker();
    let expected = executor.clone();
    let mut call = pin!(HostCall::<()>::new());
    let (count, entered) = allocations(|| {
        enter(call.as_mut(), &executor, || {
            poll_fn(move |context| {
                assert!(context.waker().will_wake(&expected));
                drop(context.waker().clone());
                Poll::Ready(Ok::<(), ModuleError>(()))
            })
        })
    });
    assert!(matches!(entered, Entered::Neutral));
    assert_eq!(count, 0);
}
