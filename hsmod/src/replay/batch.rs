//! Some consecutive lines of a file of events, as they were read, and the events in them.

use std::ops::Range;
use std::sync::Arc;

use hsmod_loader::values::OwnedEvent;
use tokio::task::JoinSet;

use super::lines::{LONGEST, Line};
use crate::input::without_mark;

/// How many lines are worth a task.
const LEAST: usize = 64;

/// Some consecutive lines, of which blank ones are left out.
#[derive(Default)]
pub(super) struct Batch {
    lines: Vec<Numbered>,
    /// What the lines lie in, one behind the other.
    pub(super) text: Vec<u8>,
    /// How much of the file they take.
    pub(super) bytes: u64,
    /// Whether they are the first ones of the file.
    pub(super) begins: bool,
}

/// A line and its number, counted from 1.
struct Numbered {
    number: u64,
    line: Line,
}

impl Batch {
    /// The first one of a file.
    pub(super) fn first() -> Self {
        Self { begins: true, ..Self::default() }
    }

    /// The one after it, which will hold about as much.
    pub(super) fn next(&self) -> Self {
        Self { text: Vec::with_capacity(self.text.len()), ..Self::default() }
    }

    pub(super) fn push(&mut self, number: u64, line: Line) {
        self.lines.push(Numbered { number, line });
    }

    pub(super) const fn len(&self) -> usize {
        self.lines.len()
    }

    /// The events of its lines in order, parsed by so many tasks at once.
    pub(super) async fn events(self, hands: usize) -> Vec<Result<OwnedEvent, NoEvent>> {
        let share = self.len().div_ceil(hands.max(1)).max(LEAST);
        if self.len() <= share {
            return self.parsed(0..self.len());
        }
        let batch = Arc::new(self);
        let mut parsing = JoinSet::new();
        for start in (0..batch.len()).step_by(share) {
            let (batch, lines) = (Arc::clone(&batch), start..batch.len().min(start + share));
            parsing.spawn(async move { (start, batch.parsed(lines)) });
        }
        let mut parts = parsing.join_all().await;
        parts.sort_unstable_by_key(|(start, _)| *start);
        parts.into_iter().flat_map(|(_, events)| events).collect()
    }

    fn parsed(&self, lines: Range<usize>) -> Vec<Result<OwnedEvent, NoEvent>> {
        let lines = self.lines.get(lines).unwrap_or_default();
        lines.iter().map(|line| self.event(line)).collect()
    }

    fn event(&self, Numbered { number, line }: &Numbered) -> Result<OwnedEvent, NoEvent> {
        let event = match line {
            Line::Text(place) => event(without_mark(&self.text[place.clone()])),
            Line::TooLong => Err(format!("it is longer than {LONGEST} bytes")),
        };
        event.map_err(|reason| NoEvent { line: *number, reason })
    }
}

/// A line that is no event.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct NoEvent {
    /// Counted from 1.
    pub(super) line: u64,
    pub(super) reason: String,
}

/// Whether a line is an event.
pub(super) fn is_event(line: &[u8]) -> bool {
    event(line).is_ok()
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

    #[tokio::test]
    async fn events_keep_the_order_of_their_lines_however_many_parse_them() {
        let line = |number: u64| {
            format!(
                r#"{{"event_id":"${number}","room_id":"!r","sender":"@a:x","type":"t","content":{{}}}}"#
            )
        };
        for count in [0, 1, LEAST as u64, 1_000] {
            for hands in [1, 2, 7, 5_000] {
                let mut batch = Batch::default();
                for number in 1..=count {
                    let start = batch.text.len();
                    let text = if number % 10 == 0 { "no event".to_owned() } else { line(number) };
                    batch.text.extend_from_slice(text.as_bytes());
                    batch.push(number, Line::Text(start..batch.text.len()));
                }
                let seen = batch.events(hands).await.into_iter().map(|event| match event {
                    Ok(event) => event.as_event().event_id()[1..].parse().unwrap(),
                    Err(no_event) => no_event.line,
                });
                assert_eq!(seen.collect::<Vec<u64>>(), (1..=count).collect::<Vec<_>>());
            }
        }
    }
}
