//! Limits how many calls of a service one module may have running and waiting.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// Admits calls in order, up to a number at a time.
#[derive(Debug)]
pub(crate) struct Limiter {
    running: Arc<Semaphore>,
    waiting: AtomicUsize,
    waiting_max: usize,
}

/// The error when the most calls allowed are waiting already.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Crowded {
    pub(crate) waiting_max: usize,
}

impl Limiter {
    /// Lets `running_max` calls run and `waiting_max` more wait.
    pub(crate) fn new(running_max: usize, waiting_max: usize) -> Self {
        Self {
            running: Arc::new(Semaphore::new(running_max)),
            waiting: AtomicUsize::new(0),
            waiting_max,
        }
    }

    /// Waits for a turn, which lasts until the permit is dropped.
    ///
    /// # Errors
    /// Too many calls are waiting already.
    pub(crate) async fn admit(&self) -> Result<OwnedSemaphorePermit, Crowded> {
        if let Ok(permit) = Arc::clone(&self.running).try_acquire_owned() {
            return Ok(permit);
        }
        let _place = self.queue()?;
        match Arc::clone(&self.running).acquire_owned().await {
            Ok(permit) => Ok(permit),
            // Only this limiter has the semaphore, and it never closes it.
            Err(closed) => unreachable!("{closed}"),
        }
    }

    fn queue(&self) -> Result<Place<'_>, Crowded> {
        let more = |waiting| (waiting < self.waiting_max).then_some(waiting + 1);
        match self.waiting.fetch_update(Ordering::Relaxed, Ordering::Relaxed, more) {
            Ok(_) => Ok(Place(&self.waiting)),
            Err(_) => Err(Crowded { waiting_max: self.waiting_max }),
        }
    }
}

/// A place in the queue, released when its turn comes or its call is dropped.
struct Place<'a>(&'a AtomicUsize);

impl Drop for Place<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use std::pin::pin;
    use std::task::{Context, Poll, Waker};

    use super::*;

    #[test]
    fn excess_calls_are_refused_and_dropped_calls_free_their_place() {
        let limiter = Limiter::new(1, 1);
        let mut context = Context::from_waker(Waker::noop());
        let running = pin!(limiter.admit()).poll(&mut context);
        assert!(matches!(running, Poll::Ready(Ok(_))));
        {
            let mut waiting = pin!(limiter.admit());
            assert!(waiting.as_mut().poll(&mut context).is_pending());
            let refused = pin!(limiter.admit()).poll(&mut context);
            assert!(matches!(refused, Poll::Ready(Err(Crowded { waiting_max: 1 }))));
        }
        let mut waiting = pin!(limiter.admit());
        assert!(waiting.as_mut().poll(&mut context).is_pending());
        drop(running);
        assert!(matches!(waiting.as_mut().poll(&mut context), Poll::Ready(Ok(_))));
    }
}
