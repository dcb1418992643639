//! A transaction's turn: who has it, until when, and what ended it.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::time::{Duration, Instant};

use tokio::sync::OwnedSemaphorePermit;

use super::{Ended, StorageError};

/// A transaction, as its handle and the thread know it.
#[derive(Debug)]
pub(super) struct Ticket {
    pub(super) description: String,
    /// When it is rolled back, if it has an end.
    pub(super) deadline: Option<Instant>,
    cancelled: AtomicBool,
    /// Whether a statement of it may have changed something.
    wrote: AtomicBool,
    ended: OnceLock<Ended>,
    /// Its end is the next one's beginning.
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

    /// Stops the statement that runs.
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

    /// Whether it is open and has changed nothing. The answers of its statements, which were waited
    /// for, came after what they noted here.
    pub(super) fn only_read(&self) -> bool {
        let over = self.is_cancelled() || self.ended.get().is_some() || self.is_late();
        !over && !self.wrote.load(Ordering::Relaxed)
    }

    pub(super) fn give_turn_up(&self) {
        let turn = self.turn.lock().unwrap_or_else(PoisonError::into_inner).take();
        drop(turn);
    }

    /// Notes what ended it. The first reason stays.
    pub(super) fn end(&self, why: Ended) {
        let _ = self.ended.set(why);
    }

    pub(super) fn why_ended(&self) -> StorageError {
        let why = self.ended.get().copied().unwrap_or(Ended::Cancelled);
        StorageError::Ended { description: self.description.clone(), why }
    }
}

/// The thread's part of a transaction: once it is dropped, by whatever, it is the next one's turn.
pub(super) struct Active(pub(super) Arc<Ticket>);

impl Drop for Active {
    fn drop(&mut self) {
        self.0.give_turn_up();
    }
}
