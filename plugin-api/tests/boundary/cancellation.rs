//! Shows that a call may end at every await point: the values alive there are dropped exactly once,
//! and the call can be used again.

use std::pin::pin;
use std::task::Waker;

use hsmod_plugin_api::host::Entered;
use hsmod_plugin_api::values::{ModuleError, Verdict};

use crate::support::{Drops, HostCall, Suspend, enter, resume};

const AWAIT_POINTS: usize = 4;

/// Holds one more guard at each await point.
async fn steps(drops: Drops) -> Result<Verdict, ModuleError> {
    let mut guards = Vec::new();
    for _ in 0..AWAIT_POINTS {
        guards.push(drops.guard());
        Suspend(1).await;
    }
    Ok(Verdict::Allow)
}

#[test]
fn a_call_is_cancelled_at_every_await_point() {
    for polls in 1..=AWAIT_POINTS {
        let drops = Drops::default();
        let mut call = pin!(HostCall::<Verdict>::new());
        let mut entered = enter(call.as_mut(), Waker::noop(), || steps(drops.clone()));
        for _ in 1..polls {
            assert!(matches!(entered, Entered::Pending));
            entered = resume(call.as_mut(), Waker::noop());
        }
        assert!(matches!(entered, Entered::Pending));
        assert_eq!(drops.count(), 0);
        assert!(call.as_mut().cancel().is_none());
        assert_eq!(drops.count(), polls);
        assert!(!call.suspended());

        let next = enter(call.as_mut(), Waker::noop(), || async { Ok(Verdict::deny("X.Y")) });
        assert!(matches!(next, Entered::Ready(Ok(_))));
        assert_eq!(drops.count(), polls);
    }
}

#[test]
fn a_call_is_dropped_at_every_await_point() {
    for polls in 0..=AWAIT_POINTS + 1 {
        let drops = Drops::default();
        {
            let mut call = pin!(HostCall::<Verdict>::new());
            for poll in 0..polls {
                let entered = if poll == 0 {
                    enter(call.as_mut(), Waker::noop(), || steps(drops.clone()))
                } else {
                    resume(call.as_mut(), Waker::noop())
                };
                assert_eq!(matches!(entered, Entered::Neutral), poll == AWAIT_POINTS);
            }
        }
        assert_eq!(drops.count(), polls.min(AWAIT_POINTS));
    }
}

#[test]
fn a_suspended_call_moves_to_another_thread() {
    let drops = Drops::default();
    let mut call = Box::pin(HostCall::<Verdict>::new());
    let entered = enter(call.as_mut(), Waker::noop(), || steps(drops.clone()));
    assert!(matches!(entered, Entered::Pending));
    std::thread::spawn(move || {
        assert!(matches!(resume(call.as_mut(), Waker::noop()), Entered::Pending));
    })
    .join()
    .unwrap();
    assert_eq!(drops.count(), 2);
}

/// A task may be aborted by any thread of its executor.
#[test]
fn a_suspended_call_is_dropped_on_another_thread() {
    let drops = Drops::default();
    let mut call = Box::pin(HostCall::<Verdict>::new());
    let entered = enter(call.as_mut(), Waker::noop(), || steps(drops.clone()));
    assert!(matches!(entered, Entered::Pending));
    std::thread::spawn(move || drop(call)).join().unwrap();
    assert_eq!(drops.count(), 1);
}
