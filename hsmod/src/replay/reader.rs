//! Reads and parses the events on a thread of its own, in batches.
//!
//! Rationale: at most three batches are in memory at once (one in work, one that waits, one that is
//! read), so that a slow room holds up the reader, and not the whole file in memory.

use std::io::{self, BufRead};

use hsmod_loader::values::OwnedEvent;
use tokio::sync::mpsc;

use super::events::Events;
use super::lines::{LONGEST, Line, Lines};
use crate::input::{Foreign, Text, without_mark};

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

/// What a file of events may be that is none, and what makes one of it.
const ARRAY: Foreign = Foreign { what: "a JSON array, not one object a line", tool: "jq -c '.[]'" };
const PRETTY: Foreign =
    Foreign { what: "JSON over several lines, not one object a line", tool: "jq -c ." };

/// A line that is no event.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct NoEvent {
    /// Counted from 1.
    pub(super) line: u64,
    pub(super) reason: String,
}

/// Begins to read the events, `repeat` times over. It ends when nobody wants the batches any more.
pub(super) fn start(mut events: Events, repeat: u32) -> mpsc::Receiver<io::Result<Batch>> {
    let (sender, receiver) = mpsc::channel(1);
    std::thread::spawn(move || {
        for _ in 0..repeat {
            if let Err(error) = events.text().and_then(|text| read(text, &events, &sender)) {
                // Whoever does not want batches wants no error either.
                let _ = sender.blocking_send(Err(error));
                break;
            }
        }
    });
    receiver
}

fn read(
    mut text: Text,
    events: &Events,
    batches: &mpsc::Sender<io::Result<Batch>>,
) -> io::Result<()> {
    let foreign = |foreign: Foreign| Err(foreign.error(events.before()));
    if without_mark(text.fill_buf()?).trim_ascii_start().starts_with(b"[") {
        return foreign(ARRAY);
    }
    let mut lines = Lines::new(text);
    let mut batch = Batch { begins: true, ..Batch::default() };
    let (mut number, mut is_first) = (0, true);
    while let Some((line, length)) = lines.next()? {
        number += 1;
        batch.bytes += length;
        let event = match line {
            Line::Text(text) if text.trim_ascii().is_empty() => continue,
            Line::Text(text) => {
                let event = event(without_mark(text));
                if is_first
                    && event.is_err()
                    && let Some(kind) = kind(without_mark(text))
                {
                    return foreign(kind);
                }
                event
            }
            Line::TooLong => Err(format!("it is longer than {LONGEST} bytes")),
        };
        is_first = false;
        batch.lines.push(event.map_err(|reason| NoEvent { line: number, reason }));
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

/// What JSON a file is whose first line, this one, is no event: it goes on in the next line. One that
/// was cut off ends anywhere.
fn kind(line: &[u8]) -> Option<Foreign> {
    match line.trim_ascii() {
        [b'[', ..] => Some(ARRAY),
        [b'{'] | [b'{', .., b'{' | b'[' | b','] => Some(PRETTY),
        _ => None,
    }
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
        assert_eq!(reason(b" []"), "it is no JSON object");
        assert_eq!(reason(b"\xff"), "it is not UTF-8");
        assert_eq!(reason(b"{}"), "missing field `event_id` (column 2)");
        assert_eq!(reason(b"{} x"), "missing field `event_id` (column 2)");
    }
}
