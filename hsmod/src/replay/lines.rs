//! Reads a file line by line, with a limit on the length of a line.

use std::io::{self, BufRead, ErrorKind, Read};
use std::ops::Range;

use memchr::memchr;

/// The longest line that is read: 1 MiB.
pub(super) const LONGEST: usize = 1 << 20;

/// A line.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Line {
    Text(Range<usize>),
    /// The line is longer than [`LONGEST`] and was skipped.
    TooLong,
}

/// Reads the next line and appends it to `text`. Returns its place there, without the line break,
/// and its length in the file; `None` after the last line.
///
/// # Errors
/// The file cannot be read.
pub(super) fn next(
    reader: &mut impl BufRead,
    text: &mut Vec<u8>,
) -> io::Result<Option<(Line, u64)>> {
    let start = text.len();
    let limit = LONGEST as u64 + 1;
    let length = read_line(&mut reader.by_ref().take(limit), text)?;
    if length == 0 {
        return Ok(None);
    }
    let line = if text.ends_with(b"\n") {
        Line::Text(start..text.len() - 1)
    } else if length <= LONGEST {
        Line::Text(start..text.len())
    } else {
        text.truncate(start);
        let rest = reader.skip_until(b'\n')?;
        return Ok(Some((Line::TooLong, (length + rest) as u64)));
    };
    Ok(Some((line, length as u64)))
}

/// Like [`BufRead::read_until`] a line break, but with a faster search.
fn read_line(reader: &mut impl BufRead, text: &mut Vec<u8>) -> io::Result<usize> {
    let start = text.len();
    loop {
        let read = match reader.fill_buf() {
            Err(error) if error.kind() == ErrorKind::Interrupted => continue,
            read => read?,
        };
        let line_break = memchr(b'\n', read);
        let end = line_break.map_or(read.len(), |place| place + 1);
        text.extend_from_slice(&read[..end]);
        reader.consume(end);
        if line_break.is_some() || end == 0 {
            return Ok(text.len() - start);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_may_be_one_mebibyte_long_and_no_longer() {
        let (fits, too_long) = ("x".repeat(LONGEST), "y".repeat(LONGEST + 1));
        let file = format!("{fits}\n{too_long}\n\n{too_long}y\nlast");
        let mut reader = io::BufReader::with_capacity(100, file.as_bytes());
        let (mut text, mut lines) = (Vec::new(), Vec::new());
        while let Some((line, length)) = next(&mut reader, &mut text).unwrap() {
            let shown = match line {
                Line::Text(place) => Some(String::from_utf8(text[place].to_vec()).unwrap()),
                Line::TooLong => None,
            };
            lines.push((shown, length));
        }
        let long = LONGEST as u64;
        let (fits, empty, last) = (Some(fits), Some(String::new()), Some("last".to_owned()));
        assert_eq!(
            lines,
            [(fits, long + 1), (None, long + 2), (empty, 1), (None, long + 3), (last, 4)]
        );
        assert!(text.capacity() <= 4 * (LONGEST + 1));
    }
}
