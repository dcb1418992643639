//! A file, line by line, of which no line can be too long for the memory.

use std::io::{self, BufRead, Read};

/// The longest line that is read: 1 MiB.
pub(super) const LONGEST: usize = 1 << 20;

/// The lines of a file.
pub(super) struct Lines<R> {
    reader: R,
    buffer: Vec<u8>,
}

/// One of them.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Line<'a> {
    /// Without its line break.
    Text(&'a [u8]),
    /// It was skipped.
    TooLong,
}

impl<R: BufRead> Lines<R> {
    pub(super) const fn new(reader: R) -> Self {
        Self { reader, buffer: Vec::new() }
    }

    /// The next line and its length in the file; `None` after the last.
    ///
    /// # Errors
    /// The file cannot be read.
    pub(super) fn next(&mut self) -> io::Result<Option<(Line<'_>, u64)>> {
        self.buffer.clear();
        let limit = LONGEST as u64 + 1;
        let length = self.reader.by_ref().take(limit).read_until(b'\n', &mut self.buffer)?;
        if length == 0 {
            return Ok(None);
        }
        let line = match self.buffer.strip_suffix(b"\n") {
            Some(text) => Line::Text(text),
            None if self.buffer.len() <= LONGEST => Line::Text(&self.buffer),
            None => {
                let rest = self.reader.skip_until(b'\n')?;
                return Ok(Some((Line::TooLong, (length + rest) as u64)));
            }
        };
        Ok(Some((line, length as u64)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_may_be_one_mebibyte_long_and_no_longer() {
        let (fits, too_long) = ("x".repeat(LONGEST), "y".repeat(LONGEST + 1));
        let text = format!("{fits}\n{too_long}\n\n{too_long}y\nlast");
        let mut lines = Lines::new(io::BufReader::with_capacity(100, text.as_bytes()));
        let long = LONGEST as u64;
        assert_eq!(lines.next().unwrap(), Some((Line::Text(fits.as_bytes()), long + 1)));
        assert_eq!(lines.next().unwrap(), Some((Line::TooLong, long + 2)));
        assert_eq!(lines.next().unwrap(), Some((Line::Text(b""), 1)));
        assert_eq!(lines.next().unwrap(), Some((Line::TooLong, long + 3)));
        assert_eq!(lines.next().unwrap(), Some((Line::Text(b"last"), 4)));
        assert_eq!(lines.next().unwrap(), None);
        assert!(lines.buffer.capacity() <= 2 * (LONGEST + 1));
    }
}
