//! Reads the file section by section and, where required, one section ahead.

use std::io;

use hsmod_loader::values::OwnedEvent;
use tokio::sync::mpsc;

use super::batch::{Batch, NoEvent};

/// The sections of a file.
pub(super) struct Sections {
    batches: mpsc::Receiver<io::Result<Batch>>,
    /// The number of tasks that parse a section.
    hands: usize,
    looks_ahead: bool,
    next: Option<io::Result<Section>>,
}

/// A section: consecutive lines, parsed.
pub(super) struct Section {
    pub(super) lines: Vec<Result<OwnedEvent, NoEvent>>,
    /// The number of bytes of the file that it covers.
    pub(super) bytes: u64,
    /// Whether this is the first section of the file.
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

    /// The next section, or `None` at the end.
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

    /// The lines after the last section returned, if it reads ahead and the file does not end
    /// there.
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
