//! The lifetime of the services that the loader provides to a module.

use std::future::{Future, poll_fn};
use std::pin::pin;
use std::task::Poll;

use hsmod_plugin_api::values::ModuleError;
use tokio::runtime::Handle;
use tokio::sync::watch;
use tokio::task::JoinHandle;

use crate::admission::shutting_down;

/// The time from a module's constructor to the end of its `shutdown`.
#[derive(Debug)]
pub(crate) struct Life {
    ended: watch::Sender<bool>,
    /// The homeserver's runtime, because a request may be polled on a thread of the module's own.
    runtime: Handle,
}

impl Life {
    /// # Panics
    /// Outside a tokio runtime.
    pub(crate) fn new() -> Self {
        Self { ended: watch::Sender::new(false), runtime: Handle::current() }
    }

    /// Ends this life, and all work that [`Self::during`] awaits.
    pub(crate) fn end(&self) {
        self.ended.send_replace(true);
    }

    /// Awaits `work` for a request, or gives up when this life ends.
    ///
    /// # Errors
    /// Those of `work`, and that the module is being shut down.
    pub(crate) async fn during<T>(
        &self,
        request: &str,
        work: impl Future<Output = Result<T, ModuleError>>,
    ) -> Result<T, ModuleError> {
        let mut receiver = self.ended.subscribe();
        let mut ended = pin!(receiver.wait_for(|ended| *ended));
        let mut work = pin!(work);
        poll_fn(|context| match ended.as_mut().poll(context) {
            Poll::Ready(_) => Poll::Ready(Err(shutting_down(request))),
            Poll::Pending => work.as_mut().poll(context),
        })
        .await
    }

    /// Like [`Self::during`], for work that needs the homeserver's runtime: runs it there in a task
    /// of its own, which is aborted when the future is dropped.
    ///
    /// # Errors
    /// The module is being shut down, or the task panicked.
    pub(crate) async fn on_runtime<T: Send + 'static>(
        &self,
        request: &str,
        work: impl Future<Output = T> + Send + 'static,
    ) -> Result<T, ModuleError> {
        self.wait_for(request, self.runtime.spawn(work)).await
    }

    /// Like [`Self::during`], for work that blocks its thread.
    ///
    /// # Errors
    /// The module is being shut down, or the work panicked.
    pub(crate) async fn blocking<T: Send + 'static>(
        &self,
        request: &str,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> Result<T, ModuleError> {
        self.wait_for(request, self.runtime.spawn_blocking(work)).await
    }

    async fn wait_for<T>(&self, request: &str, task: JoinHandle<T>) -> Result<T, ModuleError> {
        let mut task = Abort(task);
        self.during(request, async { Ok((&mut task.0).await?) }).await
    }
}

/// A task that is aborted when this is dropped.
struct Abort<T>(JoinHandle<T>);

impl<T> Drop for Abort<T> {
    fn drop(&mut self) {
        self.0.abort();
    }
}
