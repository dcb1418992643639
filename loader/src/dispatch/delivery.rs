//! The outcome of a notification.

use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Waker};

use super::notification::Notice;
use super::queue::Untold;

/// A notification that is queued. Await it to wait until every module has handled it; dropping it
/// cancels nothing.
#[derive(Debug)]
pub struct Delivery(Option<Arc<dyn Notice>>);

type Lost = (Arc<str>, Untold);

impl Delivery {
    /// No module listens.
    pub(super) const fn to_nobody() -> Self {
        Self(None)
    }

    /// The outcome is in the notification's tally.
    pub(super) const fn of(notice: Arc<dyn Notice>) -> Self {
        Self(Some(notice))
    }
}

impl Future for Delivery {
    type Output = Result<(), DeliveryError>;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        let Some(notice) = &self.0 else { return Poll::Ready(Ok(())) };
        let Some(lost) = notice.tally().ended(context) else { return Poll::Pending };
        let callback = notice.name();
        self.0 = None;
        Poll::Ready(if lost.is_empty() { Ok(()) } else { Err(DeliveryError { callback, lost }) })
    }
}

/// How many modules still have to handle a notification, and which ones did not receive it.
#[derive(Debug, Default)]
pub(super) struct Tally(Mutex<Counted>);

#[derive(Debug, Default)]
struct Counted {
    open: usize,
    lost: Vec<Lost>,
    /// The task that waits for the outcome.
    waiting: Option<Waker>,
}

impl Tally {
    /// A tally for this many modules.
    pub(super) fn of(modules: usize) -> Self {
        Self(Mutex::new(Counted { open: modules, ..Counted::default() }))
    }

    /// A module has handled the notification.
    pub(super) fn handled(&self) {
        Self::close(self.lock());
    }

    /// A module does not receive the notification.
    pub(super) fn lose(&self, module: &Arc<str>, why: Untold) {
        let mut counted = self.lock();
        counted.lost.push((Arc::clone(module), why));
        Self::close(counted);
    }

    /// One module fewer is outstanding.
    fn close(mut counted: MutexGuard<'_, Counted>) {
        counted.open -= 1;
        let last = if counted.open == 0 { counted.waiting.take() } else { None };
        // The woken task may poll at once, and needs the lock.
        drop(counted);
        if let Some(waiting) = last {
            waiting.wake();
        }
    }

    /// The modules that did not receive the notification, once none is outstanding; until then,
    /// registers the task's waker.
    fn ended(&self, context: &Context<'_>) -> Option<Vec<Lost>> {
        // Clone and drop wakers without the lock, because both may run arbitrary code.
        let waker = context.waker().clone();
        let mut counted = self.lock();
        if counted.open == 0 {
            return Some(std::mem::take(&mut counted.lost));
        }
        let earlier = counted.waiting.replace(waker);
        drop(counted);
        drop(earlier);
        None
    }

    fn lock(&self) -> MutexGuard<'_, Counted> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Some modules did not receive a notification. All others did.
///
/// A notification that could not be queued has been logged, so a caller that does not act on this
/// may drop the [`Delivery`]. What a runtime leaves in the queues when it ends is not logged.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DeliveryError {
    callback: &'static str,
    lost: Vec<Lost>,
}

impl DeliveryError {
    /// The callback: `third_party_rules.on_new_event`.
    pub const fn callback(&self) -> &'static str {
        self.callback
    }

    /// The modules, each with the reason why it did not receive the notification.
    pub fn modules(&self) -> impl Iterator<Item = (&str, Untold)> {
        self.lost.iter().map(|(module, why)| (&**module, *why))
    }
}

impl fmt::Display for DeliveryError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.callback)?;
        let mut before = ": ";
        for (module, why) in self.modules() {
            write!(f, "{before}module `{module}` is {why}")?;
            before = "; ";
        }
        Ok(())
    }
}

impl std::error::Error for DeliveryError {}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};
    use std::task::Wake;

    use super::*;

    #[derive(Default)]
    struct Woken(AtomicUsize);

    impl Wake for Woken {
        fn wake(self: Arc<Self>) {
            self.0.fetch_add(1, Ordering::Relaxed);
        }
    }

    #[test]
    fn the_waiting_task_is_woken_once_when_all_modules_have_finished() {
        let tally = Tally::of(3);
        let (first, last) = (Arc::new(Woken::default()), Arc::new(Woken::default()));
        for woken in [&first, &last] {
            let waker = Waker::from(Arc::clone(woken));
            assert_eq!(tally.ended(&Context::from_waker(&waker)), None);
        }
        tally.handled();
        tally.lose(&"m".into(), Untold::QueueFull);
        assert_eq!(last.0.load(Ordering::Relaxed), 0);
        tally.handled();
        // The task that asked last waits.
        assert_eq!(first.0.load(Ordering::Relaxed), 0);
        assert_eq!(last.0.load(Ordering::Relaxed), 1);
        let lost = tally.ended(&Context::from_waker(Waker::noop()));
        assert_eq!(lost, Some(vec![("m".into(), Untold::QueueFull)]));
    }
}
