//! How long what the loader gives a module lasts.

use std::future::{Future, poll_fn};
use std::pin::pin;
use std::task::Poll;

use hsmod_plugin_api::values::ModuleError;
use tokio::sync::watch;

use crate::admission::shutting_down;

/// From a module's constructor to the end of its `shutdown`.
#[derive(Debug)]
pub(crate) struct Life(watch::Sender<bool>);

impl Life {
    pub(crate) fn new() -> Self {
        Self(watch::Sender::new(false))
    }

    /// Ends it, and with it all that [`Self::during`] waits for.
    pub(crate) fn end(&self) {
        self.0.send_replace(true);
    }

    /// Answers a request, or gives it up when the life ends.
    ///
    /// # Errors
    /// Those of `work`, and that the module is shut down.
    pub(crate) async fn during<T>(
        &self,
        request: &str,
        work: impl Future<Output = Result<T, ModuleError>>,
    ) -> Result<T, ModuleError> {
        let mut receiver = self.0.subscribe();
        let mut ended = pin!(receiver.wait_for(|ended| *ended));
        let mut work = pin!(work);
        poll_fn(|context| match ended.as_mut().poll(context) {
            Poll::Ready(_) => Poll::Ready(Err(shutting_down(request))),
            Poll::Pending => work.as_mut().poll(context),
        })
        .await
    }
}
