//! The head of an event as nearly everybody writes it: found in one pass, with nothing copied and
//! nothing allocated.
//!
//! Rationale: what reads any JSON says well what is wrong with it, but takes three times as long,
//! and allocates for what is nested. So this one takes only what it is sure of; of all else it says
//! nothing, and the other reader decides.

use std::borrow::Cow;

use super::{Head, Known};

/// How deep values may be nested.
const DEPTH: u32 = 100;

/// The head; none if the text is no event, or something of the head is written unusually.
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
    // The ID of the room is looked up elsewhere if the event does not name it.
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

/// The value of a field that may be there once.
fn once<T>(field: &mut Option<T>, value: T) -> Option<()> {
    field.replace(value).is_none().then_some(())
}

/// A place in JSON text. Each method goes on behind what it names, and has none where that is not.
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

    /// A string in which nothing is escaped.
    #[inline]
    fn plain_string(&mut self) -> Option<&'a str> {
        self.take(b'"')?;
        let start = self.at;
        (self.special()? == b'"').then_some(())?;
        self.text.get(start..self.at - 1)
    }

    /// The next byte that ends a string, or escapes something in it, or must not be in it.
    ///
    /// Rationale: eight bytes at a time. A byte is marked if it is ASCII and below the limit that is
    /// taken from it: `^ 2` makes the quote the one above all control characters. In each word the
    /// lowest mark is right; those above it may be borrowed from it.
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

    /// A string, whatever is in it.
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

    /// Digits, one or more.
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

    /// A number that is written as an integer.
    fn integer(&mut self) -> Option<i64> {
        let start = self.at;
        self.number()?;
        let number = self.text.get(start..self.at)?;
        // What is read as a number with a fraction.
        (number != "-0").then(|| number.parse().ok())?
    }

    fn object(&mut self) -> Option<&'a str> {
        let start = self.at;
        (self.peek()? == b'{').then_some(())?;
        self.value()?;
        self.text.get(start..self.at)
    }

    /// Any value.
    ///
    /// Rationale: what is open is kept in bits, one for each level and set for an object.
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
            // A value has ended: so may what it is in.
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

    /// A key, up to its value.
    fn key(&mut self) -> Option<()> {
        self.string()?;
        self.colon()
    }
}

#[cfg(test)]
mod tests;
