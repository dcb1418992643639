//! Reads and parses the events on a thread of its own, in batches.
//!
//! Rationale: at most three batches are in memory at once (one in work, one that waits, one that is
//! read), so that a slow room holds up the reader, and not the whole file in memory.

use std::fs::File;
use std::io::{self, BufReader, Seek};

use hsmod_loader::values::OwnedEvent;
use tokio::sync::mpsc;

use super::lines::{LONGEST, Line, Lines};

/// How many lines a batch has at most,
const LINES: usize = 1024;
/// and after how many bytes it ends.
const BYTES: u64 = 4 << 20;

/// Some consecutive lines.
#[derive(Default)]
pub(super) struct Batch {
    pub(super) lines: Vec<Result<OwnedEvent, NoEvent>>,
    /// How much of the file they take.
    pub(super) bytes: u64,
    /// Whether they are the first ones of the file.
    pub(super) begins: bool,
}

/// A line that is no event.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct NoEvent {
    /// Counted from 1.
    pub(super) line: u64,
    pub(super) reason: String,
}

/// Begins to read `file`, `repeat` times over. It ends when nobody wants the batches any more.
pub(super) fn start(file: File, repeat: u32) -> mpsc::Receiver<io::Result<Batch>> {
    let (sender, receiver) = mpsc::channel(1);
    std::thread::spawn(move || {
        for _ in 0..repeat {
            if let Err(error) = read(&file, &sender) {
                // Whoever does not want batches wants no error either.
                let _ = sender.blocking_send(Err(error));
                break;
            }
        }
    });
    receiver
}

fn read(mut file: &File, batches: &mpsc::Sender<io::Result<Batch>>) -> io::Result<()> {
    file.rewind()?;
    let mut lines = Lines::new(BufReader::with_capacity(1 << 18, file));
    let mut batch = Batch { begins: true, ..Batch::default() };
    let mut number = 0;
    while let Some((line, length)) = lines.next()? {
        number += 1;
        let event = match line {
            Line::Text(text) => event(text),
            Line::TooLong => Err(format!("it is longer than {LONGEST} bytes")),
        };
        batch.lines.push(event.map_err(|reason| NoEvent { line: number, reason }));
        batch.bytes += length;
        if batch.lines.len() == LINES || batch.bytes >= BYTES {
            let full = std::mem::take(&mut batch);
            if batches.blocking_send(Ok(full)).is_err() {
                return Ok(());
            }
        }
    }
    let _ = batches.blocking_send(Ok(batch));
    Ok(())
}

fn event(text: &[u8]) -> Result<OwnedEvent, String> {
    let text = std::str::from_utf8(text).map_err(|_| "it is not UTF-8")?;
    if !text.trim_ascii_start().starts_with('{') {
        return Err("it is no JSON object".to_owned());
    }
    OwnedEvent::from_json(text).map_err(|error| {
        let message = error.to_string();
        // The parser saw this line alone, and would call it line 1.
        let what = message.split(" at line ").next().unwrap_or_default();
        format!("{what} (column {})", error.column())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_event_is_named() {
        let reason = |text: &[u8]| event(text).unwrap_err();
        assert_eq!(reason(b""), "it is no JSON object");
        assert_eq!(reason(b" []"), "it is no JSON object");
        assert_eq!(reason(b"\xff"), "it is not UTF-8");
        assert_eq!(reason(b"{}"), "missing field `event_id` (column 2)");
        assert_eq!(reason(b"{} x"), "missing field `event_id` (column 2)");
    }
}
