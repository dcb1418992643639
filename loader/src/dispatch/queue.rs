//! The queue of a module's notifications: one at a time, in order.

use std::future::Future;
use std::pin::Pin;

use tokio::sync::mpsc;

use crate::generation::Alive;

/// How many notifications may wait for one module; whoever brings another one waits.
const DEPTH: usize = 1000;

/// A notification on its way to one module.
pub(crate) type Job = Pin<Box<dyn Future<Output = ()> + Send>>;

/// Where a module's notifications are put.
#[derive(Clone, Debug)]
pub(crate) struct Queue {
    sender: mpsc::Sender<Job>,
}

impl Queue {
    /// Starts the worker. It ends when all queues to it are gone and it has run what was in them;
    /// `alive` is held until then.
    pub(crate) fn start(alive: Alive) -> Self {
        let (sender, mut receiver) = mpsc::channel::<Job>(DEPTH);
        tokio::spawn(async move {
            while let Some(job) = receiver.recv().await {
                job.await;
            }
            drop(alive);
        });
        Self { sender }
    }

    /// Waits for a place in the queue. A notification for a module that is shut down is lost.
    pub(super) async fn put(&self, job: Job) {
        let _ = self.sender.send(job).await;
    }

    /// A reference that does not keep the worker running.
    pub(crate) fn downgrade(&self) -> mpsc::WeakSender<Job> {
        self.sender.downgrade()
    }

    /// How many notifications wait in a queue.
    pub(crate) fn waiting_in(queue: &mpsc::WeakSender<Job>) -> usize {
        queue.upgrade().map_or(0, |sender| DEPTH - sender.capacity())
    }
}
