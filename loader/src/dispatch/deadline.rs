//! When a module is too late.

use std::future::Future as _;
use std::pin::Pin;
use std::task::Context;
use std::time::Duration;

use tokio::runtime::Handle;
use tokio::time::Sleep;

use crate::call_error::Cause;

pin_project_lite::pin_project! {
    /// When a module is too late, and how long it had.
    struct Deadline {
        // Without a runtime there is none.
        #[pin]
        timer: Option<Sleep>,
        limit: Duration,
    }
}

/// The deadline of a module that is not ready, if it has one.
///
/// Rationale: that most have none, or end before it, is looked at where they end; all else is out of
/// the way.
pub(super) struct Armed(Option<Pin<Box<Deadline>>>);

impl Armed {
    #[inline]
    pub(super) fn new(limit: Option<Duration>, context: &mut Context<'_>) -> Self {
        Self(limit.map(|limit| armed(limit, context)))
    }

    /// When it is too late.
    #[inline]
    pub(super) fn when(&self) -> Option<tokio::time::Instant> {
        self.0.as_ref()?.when()
    }

    /// Why the module is not waited for, if it is too late.
    #[inline]
    pub(super) fn is_over(&mut self, context: &mut Context<'_>) -> Option<Cause> {
        self.0.as_mut()?.as_mut().is_over(context)
    }

    #[cold]
    #[inline(never)]
    fn disarm(&mut self) {
        self.0 = None;
    }
}

impl Drop for Armed {
    #[inline]
    fn drop(&mut self) {
        if self.0.is_some() {
            self.disarm();
        }
    }
}

/// A timer that wakes the call.
#[cold]
#[inline(never)]
fn armed(limit: Duration, context: &mut Context<'_>) -> Pin<Box<Deadline>> {
    let timer = Handle::try_current().ok().map(|_| tokio::time::sleep(limit));
    let mut deadline = Box::pin(Deadline { timer, limit });
    if deadline.as_mut().is_over(context).is_some() {
        context.waker().wake_by_ref();
    }
    deadline
}

const NO_RUNTIME: &str = "a module did not answer at once, and nobody keeps its deadline: poll \
    questions inside a tokio runtime";

impl Deadline {
    fn when(&self) -> Option<tokio::time::Instant> {
        self.timer.as_ref().map(Sleep::deadline)
    }

    #[cold]
    fn is_over(self: Pin<&mut Self>, context: &mut Context<'_>) -> Option<Cause> {
        let this = self.project();
        match this.timer.as_pin_mut() {
            Some(timer) => timer.poll(context).is_ready().then_some(Cause::TimedOut(*this.limit)),
            None => Some(Cause::Input(NO_RUNTIME.to_owned())),
        }
    }
}
