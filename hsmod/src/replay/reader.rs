//! Reads the events on a separate thread, in batches that the receiver parses.
//!
//! Rationale: at most three batches are in memory at once (one being processed, one waiting, one
//! being read), so that a slow module delays the reader instead of filling the memory.

use std::io::{self, BufRead};

use tokio::sync::mpsc;

use super::batch::{Batch, is_event};
use super::events::Events;
use super::lines::{self, Line};
use crate::input::{Foreign, Text, without_mark};

/// The maximum number of lines in a batch.
const LINES: usize = 1024;
/// The number of bytes after which a batch ends.
const BYTES: u64 = 4 << 20;

/// Likely wrong formats of an event file, and the tools that convert them.
const ARRAY: Foreign =
    Foreign { what: "a JSON array, not one object per line", tool: "jq -c '.[]'" };
const PRETTY: Foreign =
    Foreign { what: "JSON spread over several lines, not one object per line", tool: "jq -c ." };

/// Starts to read the events, `repeat` times. The thread ends when the receiver is dropped.
pub(super) fn start(mut events: Events, repeat: u32) -> mpsc::Receiver<io::Result<Batch>> {
    let (sender, receiver) = mpsc::channel(1);
    std::thread::spawn(move || {
        for _ in 0..repeat {
            if let Err(error) = events.text().and_then(|text| read(text, &events, &sender)) {
                // If the receiver is gone, the error is of no interest.
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
    let mut batch = Batch::first();
    let (mut number, mut is_first) = (0, true);
    while let Some((line, length)) = lines::next(&mut text, &mut batch.text)? {
        number += 1;
        batch.bytes += length;
        if let Line::Text(place) = &line {
            let line = &batch.text[place.clone()];
            if line.trim_ascii().is_empty() {
                continue;
            }
            let line = without_mark(line);
            if is_first
                && let Some(kind) = kind(line)
                && !is_event(line)
            {
                return foreign(kind);
            }
        }
        is_first = false;
        batch.push(number, line);
        if batch.len() == LINES || batch.bytes >= BYTES {
            let next = batch.next();
            let full = std::mem::replace(&mut batch, next);
            if batches.blocking_send(Ok(full)).is_err() {
                return Ok(());
            }
        }
    }
    let _ = batches.blocking_send(Ok(batch));
    Ok(())
}

/// The wrong format of a file whose first line is not an event, if the line looks as if its JSON
/// continues in the next. A truncated event could end anywhere, so other lines are not classified.
fn kind(line: &[u8]) -> Option<Foreign> {
    match line.trim_ascii() {
        [b'[', ..] => Some(ARRAY),
        [b'{'] | [b'{', .., b'{' | b'[' | b','] => Some(PRETTY),
        _ => None,
    }
}
