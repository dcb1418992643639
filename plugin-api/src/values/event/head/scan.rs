//! A fast reader for the head of an event in its usual notation: one pass, no copies, no
//! allocations.
//!
//! Rationale: a general JSON parser gives good errors, but takes three times as long and allocates
//! for nested values. This reader accepts only what it is sure of; for everything else it returns
//! nothing and the general parser decides.

use std::borrow::Cow;

use super::{Head, Known};

/// How deeply values may be nested.
const DEPTH: u32 = 100;

/// Reads the head; `None` if the text is not an event, or a part of the head is in an unusual
/// notation.
pub(super) fn plain<'a>(json: &'a str, known: Known<'a>) -> Option<Head<'a>> {
    let mut text = Scan { text: json, at: 0 };
    let (mut event_id, mut room_id, mut sender, mut event_type) = (None, None, None, None);
    let (mut state_key, mut origin_server_ts, mut content) = (None, None, None);
    text.space();
    text.take(b'{')?;
    loop {
        text.space();
        let key = text.plain_string()?;
        text.colon()?;
        match key {
            "event_id" => once(&mut event_id, text.plain_string()?)?,
            "room_id" => once(&mut room_id, text.plain_string()?)?,
            "sender" => once(&mut sender, text.plain_string()?)?,
            "type" => once(&mut event_type, text.plain_string()?)?,
            "state_key" if text.peek() == Some(b'n') => {
                text.literal("null")?;
                once(&mut state_key, None)?;
            }
            "state_key" => once(&mut state_key, Some(text.plain_string()?))?,
            "origin_server_ts" => once(&mut origin_server_ts, text.integer()?)?,
            "content" => once(&mut content, text.object()?)?,
            _ => text.value()?,
        }
        text.space();
        match text.next()? {
            b',' => {}
            b'}' => break,
            _ => return None,
        }
    }
    text.space();
    // If the event does not name its room, the general parser derives the ID.
    let room_id = room_id.filter(|room_id| known.room_id.is_none_or(|known| known == *room_id))?;
    let is_all = text.at == json.len();
    is_all.then_some(Head {
        event_id: Cow::Borrowed(known.event_id.or(event_id)?),
        room_id: Cow::Borrowed(room_id),
        sender: Cow::Borrowed(sender?),
        event_type: Cow::Borrowed(event_type?),
        state_key: state_key.flatten().map(Cow::Borrowed),
        origin_server_ts: origin_server_ts.unwrap_or_default(),
        content: content?,
        named: event_id.map(Cow::Borrowed),
    })
}

/// Stores the value of a field that may occur only once.
fn once<T>(field: &mut Option<T>, value: T) -> Option<()> {
    field.replace(value).is_none().then_some(())
}

/// A position in JSON text. Each method moves behind the item that it names, or returns `None` if
/// that is not there.
struct Scan<'a> {
    text: &'a str,
    at: usize,
}

impl<'a> Scan<'a> {
    #[inline]
    fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    #[inline]
    fn next(&mut self) -> Option<u8> {
        let byte = self.peek()?;
        self.at += 1;
        Some(byte)
    }

    #[inline]
    fn take(&mut self, byte: u8) -> Option<()> {
        (self.next()? == byte).then_some(())
    }

    #[inline]
    fn space(&mut self) {
        while let Some(b' ' | b'\n' | b'\t' | b'\r') = self.peek() {
            self.at += 1;
        }
    }

    fn colon(&mut self) -> Option<()> {
        self.space();
        self.take(b':')?;
        self.space();
        Some(())
    }

    fn literal(&mut self, literal: &str) -> Option<()> {
        self.text.get(self.at..)?.starts_with(literal).then(|| self.at += literal.len())
    }

    /// Reads a string without escapes.
    #[inline]
    fn plain_string(&mut self) -> Option<&'a str> {
        self.take(b'"')?;
        let start = self.at;
        (self.special()? == b'"').then_some(())?;
        self.text.get(start..self.at - 1)
    }

    /// Finds the next byte that ends a string, begins an escape or is not allowed in a string.
    ///
    /// Rationale: it tests eight bytes at a time. A byte is marked if it is ASCII and less than the
    /// limit that is subtracted; `^ 2` moves the quote to just above the control characters. The
    /// lowest mark in each word is correct; higher ones may result from a borrow.
    #[inline]
    fn special(&mut self) -> Option<u8> {
        const fn all(byte: u8) -> u64 {
            u64::from_ne_bytes([byte; 8])
        }
        let rest = self.text.as_bytes().get(self.at..)?;
        for bytes in rest.chunks_exact(8) {
            let word = u64::from_le_bytes(bytes.try_into().ok()?);
            let quote_or_control = (word ^ all(2)).wrapping_sub(all(0x21));
            let backslash = (word ^ all(b'\\')).wrapping_sub(all(1));
            let marks = (quote_or_control | backslash) & !word & all(0x80);
            if marks != 0 {
                self.at += usize::try_from(marks.trailing_zeros() / 8).ok()?;
                return self.next();
            }
            self.at += 8;
        }
        loop {
            if let byte @ (..0x20 | b'"' | b'\\') = self.next()? {
                return Some(byte);
            }
        }
    }

    /// Reads any string.
    fn string(&mut self) -> Option<()> {
        self.take(b'"')?;
        loop {
            match self.special()? {
                b'"' => return Some(()),
                b'\\' => match self.next()? {
                    b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't' => {}
                    b'u' => {
                        for _ in 0..4 {
                            self.next()?.is_ascii_hexdigit().then_some(())?;
                        }
                    }
                    _ => return None,
                },
                _ => return None,
            }
        }
    }

    /// Reads one or more digits.
    fn digits(&mut self) -> Option<()> {
        let start = self.at;
        while self.peek().is_some_and(|byte| byte.is_ascii_digit()) {
            self.at += 1;
        }
        (self.at > start).then_some(())
    }

    fn number(&mut self) -> Option<()> {
        if self.peek() == Some(b'-') {
            self.at += 1;
        }
        if self.peek() == Some(b'0') {
            self.at += 1
        } else {
            self.digits()?
        }
        if self.peek() == Some(b'.') {
            self.at += 1;
            self.digits()?;
        }
        if let Some(b'e' | b'E') = self.peek() {
            self.at += 1;
            if let Some(b'+' | b'-') = self.peek() {
                self.at += 1;
            }
            self.digits()?;
        }
        Some(())
    }

    /// Reads a number in integer notation.
    fn integer(&mut self) -> Option<i64> {
        let start = self.at;
        self.number()?;
        let number = self.text.get(start..self.at)?;
        // `-0` is read as a float.
        (number != "-0").then(|| number.parse().ok())?
    }

    fn object(&mut self) -> Option<&'a str> {
        let start = self.at;
        (self.peek()? == b'{').then_some(())?;
        self.value()?;
        self.text.get(start..self.at)
    }

    /// Reads any value.
    ///
    /// Rationale: the open brackets are kept in a bit set, one bit per level, which is set for an
    /// object.
    fn value(&mut self) -> Option<()> {
        let (mut open, mut depth) = (0_u128, 0);
        loop {
            match self.peek()? {
                opening @ (b'{' | b'[') => {
                    let is_object = opening == b'{';
                    self.at += 1;
                    self.space();
                    if self.peek()? == if is_object { b'}' } else { b']' } {
                        self.at += 1;
                    } else {
                        (open, depth) = (open << 1 | u128::from(is_object), depth + 1);
                        (depth <= DEPTH).then_some(())?;
                        if is_object {
                            self.key()?;
                        }
                        continue;
                    }
                }
                b'"' => self.string()?,
                b'-' | b'0'..=b'9' => self.number()?,
                b't' => self.literal("true")?,
                b'f' => self.literal("false")?,
                b'n' => self.literal("null")?,
                _ => return None,
            }
            // A value has ended, and with it perhaps the values that contain it.
            loop {
                if depth == 0 {
                    return Some(());
                }
                self.space();
                match (self.next()?, open & 1 == 1) {
                    (b',', is_object) => {
                        self.space();
                        if is_object {
                            self.key()?;
                        }
                        break;
                    }
                    (b'}', true) | (b']', false) => (open, depth) = (open >> 1, depth - 1),
                    _ => return None,
                }
            }
        }
    }

    /// Reads a key and the colon after it.
    fn key(&mut self) -> Option<()> {
        self.string()?;
        self.colon()
    }
}

#[cfg(test)]
mod tests;
