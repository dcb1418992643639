//! The lines of the file, section by section; where it matters, with a look at the next one.

use std::io;

use hsmod_loader::values::OwnedEvent;
use tokio::sync::mpsc;

use super::batch::{Batch, NoEvent};

/// The sections of a file.
pub(super) struct Sections {
    batches: mpsc::Receiver<io::Result<Batch>>,
    /// How many tasks read a section.
    hands: usize,
    looks_ahead: bool,
    next: Option<io::Result<Section>>,
}

/// Some consecutive lines.
pub(super) struct Section {
    pub(super) lines: Vec<Result<OwnedEvent, NoEvent>>,
    /// How much of the file they take.
    pub(super) bytes: u64,
    /// Whether they are the first ones of the file.
    pub(super) begins: bool,
}

impl Sections {
    pub(super) const fn new(
        batches: mpsc::Receiver<io::Result<Batch>>,
        hands: usize,
        looks_ahead: bool,
    ) -> Self {
        Self { batches, hands, looks_ahead, next: None }
    }

    /// The next section, if the file does not end here.
    pub(super) async fn next(&mut self) -> Option<io::Result<Section>> {
        let next = match self.next.take() {
            Some(next) => Some(next),
            None => self.read().await,
        };
        if self.looks_ahead && matches!(next, Some(Ok(_))) {
            self.next = self.read().await;
        }
        next
    }

    /// The lines behind the last section, if somebody looks ahead and it is not the end.
    pub(super) fn behind(&self) -> &[Result<OwnedEvent, NoEvent>] {
        match &self.next {
            Some(Ok(section)) if !section.begins => &section.lines,
            _ => &[],
        }
    }

    async fn read(&mut self) -> Option<io::Result<Section>> {
        let batch = match self.batches.recv().await? {
            Ok(batch) => batch,
            Err(error) => return Some(Err(error)),
        };
        let (bytes, begins) = (batch.bytes, batch.begins);
        Some(Ok(Section { lines: batch.events(self.hands).await, bytes, begins }))
    }
}
