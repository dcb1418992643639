//! Deadlines of modules.

use std::future::Future as _;
use std::pin::Pin;
use std::task::Context;
use std::time::Duration;

use tokio::runtime::Handle;
use tokio::time::Sleep;

use crate::call_error::Cause;

pin_project_lite::pin_project! {
    /// A timer, and the time limit it stands for.
    struct Deadline {
        // `None` outside a tokio runtime.
        #[pin]
        timer: Option<Sleep>,
        limit: Duration,
    }
}

/// The deadline of a suspended call, if it has one.
///
/// Rationale: most calls have no deadline or end before it, and only that check is inlined;
/// everything else is kept out of the way.
pub(super) struct Armed(Option<Pin<Box<Deadline>>>);

impl Armed {
    #[inline]
    pub(super) fn new(limit: Option<Duration>, context: &mut Context<'_>) -> Self {
        Self(limit.map(|limit| armed(limit, context)))
    }

    /// When the deadline is.
    #[inline]
    pub(super) fn when(&self) -> Option<tokio::time::Instant> {
        self.0.as_ref()?.when()
    }

    /// The cause of the failure, if the deadline has passed.
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

const NO_RUNTIME: &str = "a module did not answer at once, and its deadline needs a tokio runtime: \
                          poll questions inside one";

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
