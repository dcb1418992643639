//! A transaction's turn: who has it, until when, and how it ended.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::time::{Duration, Instant};

use tokio::sync::OwnedSemaphorePermit;

use super::{Ended, StorageError};

/// A transaction, shared by its handle and the file's thread.
#[derive(Debug)]
pub(super) struct Ticket {
    pub(super) description: String,
    /// When the transaction is rolled back, if it has a time limit.
    pub(super) deadline: Option<Instant>,
    cancelled: AtomicBool,
    /// Whether one of its statements may have changed something.
    wrote: AtomicBool,
    ended: OnceLock<Ended>,
    /// Dropping this lets the next transaction begin.
    turn: Mutex<Option<OwnedSemaphorePermit>>,
}

impl Ticket {
    pub(super) fn new(
        description: &str,
        time: Option<Duration>,
        turn: OwnedSemaphorePermit,
    ) -> Self {
        Self {
            description: description.to_owned(),
            deadline: time.map(|time| Instant::now() + time),
            cancelled: AtomicBool::new(false),
            wrote: AtomicBool::new(false),
            ended: OnceLock::new(),
            turn: Mutex::new(Some(turn)),
        }
    }

    /// Stops the running statement.
    pub(super) fn cancel(&self) {
        self.cancelled.store(true, Ordering::Relaxed);
    }

    pub(super) fn is_cancelled(&self) -> bool {
        self.cancelled.load(Ordering::Relaxed)
    }

    pub(super) fn is_late(&self) -> bool {
        self.deadline.is_some_and(|deadline| deadline <= Instant::now())
    }

    /// Notes that something may have changed.
    pub(super) fn writes(&self) {
        self.wrote.store(true, Ordering::Relaxed);
    }

    /// Whether the transaction is open and has changed nothing. This sees what its statements
    /// noted, because their answers were awaited.
    pub(super) fn only_read(&self) -> bool {
        let over = self.is_cancelled() || self.ended.get().is_some() || self.is_late();
        !over && !self.wrote.load(Ordering::Relaxed)
    }

    pub(super) fn give_turn_up(&self) {
        let turn = self.turn.lock().unwrap_or_else(PoisonError::into_inner).take();
        drop(turn);
    }

    /// Notes why it ended. The first reason is kept.
    pub(super) fn end(&self, why: Ended) {
        let _ = self.ended.set(why);
    }

    pub(super) fn why_ended(&self) -> StorageError {
        let why = self.ended.get().copied().unwrap_or(Ended::Cancelled);
        StorageError::Ended { description: self.description.clone(), why }
    }
}

/// The thread's part of a transaction: when it is dropped, for any reason, the next transaction has
/// its turn.
pub(super) struct Active(pub(super) Arc<Ticket>);

impl Drop for Active {
    fn drop(&mut self) {
        self.0.give_turn_up();
    }
}
