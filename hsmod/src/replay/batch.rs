//! A batch of consecutive lines of an event file, and the events in them.

use std::ops::Range;
use std::sync::Arc;

use hsmod_loader::values::OwnedEvent;
use tokio::task::JoinSet;

use super::lines::{LONGEST, Line};
use crate::input::without_mark;

/// The least number of lines for which a task is spawned.
const LEAST: usize = 64;

/// Consecutive lines, without blank ones.
#[derive(Default)]
pub(super) struct Batch {
    lines: Vec<Numbered>,
    /// The text that contains the lines, one after the other.
    pub(super) text: Vec<u8>,
    /// The number of bytes of the file that the batch covers.
    pub(super) bytes: u64,
    /// Whether this is the first batch of the file.
    pub(super) begins: bool,
}

/// A line and its number, counted from 1.
struct Numbered {
    number: u64,
    line: Line,
}

impl Batch {
    /// The first batch of a file.
    pub(super) fn first() -> Self {
        Self { begins: true, ..Self::default() }
    }

    /// The batch after this one, with room for about as much.
    pub(super) fn next(&self) -> Self {
        Self { text: Vec::with_capacity(self.text.capacity()), ..Self::default() }
    }

    pub(super) fn push(&mut self, number: u64, line: Line) {
        self.lines.push(Numbered { number, line });
    }

    pub(super) const fn len(&self) -> usize {
        self.lines.len()
    }

    /// Parses the events of the lines with up to `hands` tasks at once. The order is kept.
    pub(super) async fn events(self, hands: usize) -> Vec<Result<OwnedEvent, NoEvent>> {
        let unread = Unread { lines: self.lines, text: Text::of(self.text) };
        let count = unread.lines.len();
        let share = count.div_ceil(hands.max(1)).max(LEAST);
        if count <= share {
            return unread.parsed(0..count);
        }
        let unread = Arc::new(unread);
        let mut parsing = JoinSet::new();
        for start in (0..count).step_by(share) {
            let (unread, lines) = (Arc::clone(&unread), start..count.min(start + share));
            parsing.spawn(async move { (start, unread.parsed(lines)) });
        }
        let mut parts = parsing.join_all().await;
        parts.sort_unstable_by_key(|(start, _)| *start);
        parts.into_iter().flat_map(|(_, events)| events).collect()
    }
}

/// The lines of a complete batch.
struct Unread {
    lines: Vec<Numbered>,
    text: Text,
}

/// The text that contains the lines.
enum Text {
    /// Valid UTF-8. Events share it instead of copying their part.
    Shared(Arc<String>),
    /// Some of it is not UTF-8.
    Bytes(Vec<u8>),
}

impl Text {
    fn of(bytes: Vec<u8>) -> Self {
        match String::from_utf8(bytes) {
            Ok(text) => Self::Shared(Arc::new(text)),
            Err(error) => Self::Bytes(error.into_bytes()),
        }
    }

    /// Parses the event in this range.
    fn event(&self, line: Range<usize>) -> Result<OwnedEvent, String> {
        match self {
            Self::Bytes(bytes) => event(without_mark(&bytes[line])),
            Self::Shared(text) => {
                let end = line.end;
                let unmarked = without_mark(&text.as_bytes()[line]).len();
                let line = end - unmarked..end;
                read(&text[line.clone()], |_| OwnedEvent::from_part(text, line))
            }
        }
    }
}

impl Unread {
    fn parsed(&self, lines: Range<usize>) -> Vec<Result<OwnedEvent, NoEvent>> {
        let lines = self.lines.get(lines).unwrap_or_default();
        lines.iter().map(|line| self.event(line)).collect()
    }

    fn event(&self, Numbered { number, line }: &Numbered) -> Result<OwnedEvent, NoEvent> {
        let event = match line {
            Line::Text(place) => self.text.event(place.clone()),
            Line::TooLong => Err(format!("it is longer than {LONGEST} bytes")),
        };
        event.map_err(|reason| NoEvent { line: *number, reason })
    }
}

/// A line that is not an event.
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
    read(text, OwnedEvent::from_json)
}

fn read<'a>(
    text: &'a str,
    parse: impl FnOnce(&'a str) -> Result<OwnedEvent, serde_json::Error>,
) -> Result<OwnedEvent, String> {
    if !text.trim_ascii_start().starts_with('{') {
        return Err("it is not a JSON object".to_owned());
    }
    parse(text).map_err(|error| {
        let message = error.to_string();
        // The parser saw only this line, so its line number is always 1.
        let what = message.split(" at line ").next().unwrap_or_default();
        format!("{what} (column {})", error.column())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_that_are_no_events_are_explained() {
        let reason = |text: &[u8]| event(text).unwrap_err();
        assert_eq!(reason(b" []"), "it is not a JSON object");
        assert_eq!(reason(b"\xff"), "it is not UTF-8");
        assert_eq!(reason(b"{}"), "missing field `event_id` (column 2)");
        assert_eq!(reason(b"{} x"), "missing field `event_id` (column 2)");
    }

    #[tokio::test]
    async fn a_line_that_is_not_utf8_does_not_affect_others() {
        let event: &[u8] =
            r#"{"event_id":"$ä","room_id":"!r","sender":"@a:x","type":"t","content":{}}"#
                .as_bytes();
        let marked = [b"\xef\xbb\xbf", event].concat();
        let read = async |lines: &[&[u8]]| {
            let mut batch = Batch::default();
            for (number, line) in (1..).zip(lines) {
                let start = batch.text.len();
                batch.text.extend_from_slice(line);
                batch.push(number, Line::Text(start..batch.text.len()));
                batch.text.push(b'\n');
            }
            batch.push(0, Line::TooLong);
            batch.events(1).await
        };
        let shared = read(&[&marked, b"{}", event]).await;
        let copied = read(&[&marked, b"{}", event, b"\xc3"]).await;
        assert_eq!(shared[..3], copied[..3]);
        assert_eq!(shared[0].as_ref().unwrap().as_event().event_id(), "$ä");
        assert_eq!(shared[3], copied[4]);
        assert_eq!(copied[3], Err(NoEvent { line: 4, reason: "it is not UTF-8".to_owned() }));
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
