//! Blocks on futures without a runtime.

use std::future::Future;
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll, Wake, Waker};
use std::thread::Thread;
use std::time::{Duration, Instant};

use super::waiting;

struct Unpark {
    thread: Thread,
    woken: AtomicBool,
}

impl Wake for Unpark {
    fn wake(self: Arc<Self>) {
        self.woken.store(true, Ordering::Release);
        self.thread.unpark();
    }
}

/// How long nothing may happen before the test fails.
///
/// Rationale: a test waits either for something that happens at once, or for a thread, which may be
/// slow on a busy machine.
const STUCK: Duration = Duration::from_secs(20);

/// Blocks this thread until a future is ready.
///
/// ```
/// use hsmod_plugin_api::testing::block_on;
///
/// assert_eq!(block_on(async { 1 + 1 }), 2);
/// ```
///
/// # Panics
/// If nothing wakes it for 20 seconds: the message names the callbacks and requests that have not
/// been answered. Time does not pass by itself: see
/// [`TestModule::advance`](super::TestModule::advance).
pub fn block_on<F: Future>(future: F) -> F::Output {
    wait(future, STUCK)
}

fn wait<F: Future>(future: F, limit: Duration) -> F::Output {
    let mut future = pin!(future);
    let thread = std::thread::current();
    let own = Arc::new(Unpark { thread, woken: AtomicBool::new(false) });
    let waker = Waker::from(Arc::clone(&own));
    let mut context = Context::from_waker(&waker);
    loop {
        if let Poll::Ready(output) = future.as_mut().poll(&mut context) {
            return output;
        }
        let since = Instant::now();
        while !own.woken.swap(false, Ordering::Acquire) {
            let Some(left) = limit.checked_sub(since.elapsed()) else { panic!("{}", stuck(limit)) };
            std::thread::park_timeout(left);
        }
    }
}

fn stuck(limit: Duration) -> String {
    let awaited = match waiting::words() {
        words if words.is_empty() => "something that is neither callback nor request".to_owned(),
        words => words,
    };
    format!(
        "nothing has happened for {limit:?}: the test waits for {awaited}; `TestModule::advance` \
         continues sleeps and background work, and opening its `Gate` releases what is held back"
    )
}

/// Polls a future once; returns its output if it is ready. Otherwise it may be awaited afterwards.
///
/// ```
/// use std::pin::pin;
/// use hsmod_plugin_api::testing::poll_once;
///
/// assert_eq!(poll_once(pin!(std::future::pending::<()>())), None);
/// assert_eq!(poll_once(pin!(async { 2 })), Some(2));
/// ```
pub fn poll_once<F: Future + ?Sized>(future: Pin<&mut F>) -> Option<F::Output> {
    match future.poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(output) => Some(output),
        Poll::Pending => None,
    }
}

#[cfg(test)]
mod tests {
    use std::panic::catch_unwind;

    use super::super::{FakeHost, user};
    use super::*;
    use crate::values::{ModuleError, UserId};

    /// Returns the message of the failure when nothing happens.
    fn failure<T: std::fmt::Debug>(
        stuck: impl Future<Output = T> + std::panic::UnwindSafe,
    ) -> String {
        let panic = catch_unwind(|| wait(stuck, Duration::from_millis(20))).unwrap_err();
        panic.downcast_ref::<String>().unwrap().clone()
    }

    const ADVICE: &str = "; `TestModule::advance` continues sleeps and background work, and \
                          opening its `Gate` releases what is held back";

    #[test]
    fn unanswered_calls_are_named() {
        let host = FakeHost::new("example.com").user(user("@alice:example.com"));
        let api = host.api();
        let gate = host.hold("is_user_admin");
        let alice = UserId::new("@alice:example.com");
        let asks = std::panic::AssertUnwindSafe(async {
            api.get_userinfo_by_id(alice).await?;
            api.is_user_admin(alice).await
        });
        assert_eq!(
            failure(asks),
            format!(
                "nothing has happened for 20ms: the test waits for the homeserver's answer to \
                 `is_user_admin`, which the test holds back{ADVICE}"
            )
        );
        gate.open();
        assert_eq!(wait(api.is_user_admin(alice), Duration::from_millis(20)), Ok(false));
        let sleeps = std::panic::AssertUnwindSafe(api.sleep(Duration::from_secs(1)));
        assert_eq!(
            failure(sleeps),
            format!(
                "nothing has happened for 20ms: the test waits for the homeserver's answer to \
                 `sleep`{ADVICE}"
            )
        );
        assert_eq!(
            failure(std::future::pending::<Result<(), ModuleError>>()),
            format!(
                "nothing has happened for 20ms: the test waits for something that is neither \
                 callback nor request{ADVICE}"
            )
        );
    }

    #[test]
    fn wake_ups_from_another_thread_are_awaited() {
        let mut woken = 0;
        let slow = std::future::poll_fn(|context| {
            woken += 1;
            if woken > 3 {
                return Poll::Ready(woken);
            }
            let waker = context.waker().clone();
            std::thread::spawn(move || {
                std::thread::sleep(Duration::from_millis(400));
                waker.wake();
            });
            Poll::Pending
        });
        // Longer than the limit in total, but something happens within each limit.
        assert_eq!(wait(slow, Duration::from_secs(1)), 4);
    }
}
