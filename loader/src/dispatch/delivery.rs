//! What became of a notification.

use std::convert::Infallible;
use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll};

use tokio::sync::mpsc;

use super::queue::Untold;

/// A notification that is in the queues. May be awaited until every module has run it; dropping
/// it cancels nothing.
#[derive(Debug)]
pub struct Delivery(Option<Pending>);

/// What is not over.
#[derive(Debug)]
struct Pending {
    callback: &'static str,
    lost: Arc<Mutex<Vec<Lost>>>,
    /// Yields nothing, and ends when the last job is done.
    ended: mpsc::Receiver<Infallible>,
}

type Lost = (Arc<str>, Untold);

impl Delivery {
    /// Nobody wants to know.
    pub(super) const fn to_nobody() -> Self {
        Self(None)
    }

    /// A notification, and what each of its jobs holds.
    pub(super) fn new(callback: &'static str) -> (Self, Part) {
        let (done, ended) = mpsc::channel(1);
        let lost = Arc::<Mutex<Vec<Lost>>>::default();
        let part = Part { lost: Arc::clone(&lost), _done: done };
        (Self(Some(Pending { callback, lost, ended })), part)
    }
}

impl Future for Delivery {
    type Output = Result<(), DeliveryError>;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        let Some(pending) = &mut self.0 else { return Poll::Ready(Ok(())) };
        if pending.ended.poll_recv(context).is_pending() {
            return Poll::Pending;
        }
        let lost = std::mem::take(&mut *lock(&pending.lost));
        let callback = pending.callback;
        self.0 = None;
        Poll::Ready(if lost.is_empty() { Ok(()) } else { Err(DeliveryError { callback, lost }) })
    }
}

/// One module's part in a [`Delivery`], which is over when all parts are dropped.
#[derive(Clone, Debug)]
pub(super) struct Part {
    lost: Arc<Mutex<Vec<Lost>>>,
    _done: mpsc::Sender<Infallible>,
}

impl Part {
    /// The module is not told.
    pub(super) fn lose(&self, module: &Arc<str>, why: Untold) {
        lock(&self.lost).push((Arc::clone(module), why));
    }
}

/// A [`Part`] that is in the queue: lost, unless the module is told.
#[derive(Debug)]
pub(super) struct Waiting {
    part: Part,
    module: Arc<str>,
    told: bool,
}

impl Waiting {
    pub(super) const fn new(part: Part, module: Arc<str>) -> Self {
        Self { part, module, told: false }
    }

    /// The module has been told.
    pub(super) fn done(mut self) {
        self.told = true;
    }
}

impl Drop for Waiting {
    fn drop(&mut self) {
        if !self.told {
            self.part.lose(&self.module, Untold::Ended);
        }
    }
}

fn lock(lost: &Mutex<Vec<Lost>>) -> std::sync::MutexGuard<'_, Vec<Lost>> {
    lost.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Modules that were not told of something. The others were.
///
/// The log has it already: whoever only tells modules may drop the [`Delivery`].
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

    /// The modules, and why each of them was not told.
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
