//! The characters of a config: decoding, and characters that must not occur.

use super::flaw::Flaw;
use super::locate::Position;

/// Other kinds of files, by their first bytes, with the remedy.
const OTHER_KINDS: [(&[u8], &str, &str); 8] = [
    (b"\xff\xfe\0\0", "UTF-32", AS_UTF8),
    (b"\xff\xfe", "UTF-16", AS_UTF8),
    (b"\xfe\xff", "UTF-16", AS_UTF8),
    (b"\x1f\x8b", "compressed by gzip", "unpack it: `gunzip FILE`"),
    (b"PK\x03\x04", "a ZIP archive", "unpack it, and name the config file"),
    (b"\x7fELF", "a program or a library", NAME_THE_CONFIG),
    (b"\xcf\xfa\xed\xfe", "a program or a library", NAME_THE_CONFIG),
    (b"SQLite format 3\0", "a database", NAME_THE_CONFIG),
];

const AS_UTF8: &str = "save it as UTF-8";
const NAME_THE_CONFIG: &str = "name the YAML file that lists the modules";

/// Decodes the bytes and removes a byte order mark.
///
/// # Errors
/// They are not UTF-8.
pub(super) fn decode(bytes: &[u8]) -> Result<&str, Flaw> {
    if let Some((_, kind, fix)) = OTHER_KINDS.iter().find(|(magic, ..)| bytes.starts_with(magic)) {
        return Err(Flaw::new(&[], format!("this is {kind}, not YAML in UTF-8")).fix(*fix));
    }
    // UTF-16 without a byte order mark shows by the zero byte in its first letter.
    if let [0, 1..=255, ..] | [1..=255, 0, ..] = bytes {
        return Err(Flaw::new(&[], "this is UTF-16, not YAML in UTF-8").fix(AS_UTF8));
    }
    let text = std::str::from_utf8(bytes).map_err(|_| {
        let valid = bytes.utf8_chunks().next().map_or("", |chunk| chunk.valid());
        Flaw::new(&[], "this is not UTF-8").position(end_of(valid)).fix(AS_UTF8)
    })?;
    Ok(text.strip_prefix('\u{feff}').unwrap_or(text))
}

/// Characters that look like a space or like nothing, and are easily copied along from a web page
/// or a word processor.
const INVISIBLE: [(char, &str); 21] = [
    ('\u{a0}', "a no-break space"),
    ('\u{ad}', "a soft hyphen"),
    ('\u{2007}', "a figure space"),
    ('\u{200b}', "a zero-width space"),
    ('\u{200c}', "a zero-width non-joiner"),
    ('\u{200d}', "a zero-width joiner"),
    ('\u{200e}', "a left-to-right mark"),
    ('\u{200f}', "a right-to-left mark"),
    ('\u{202a}', "a left-to-right embedding"),
    ('\u{202b}', "a right-to-left embedding"),
    ('\u{202c}', "an end of an embedding"),
    ('\u{202d}', "a left-to-right override"),
    ('\u{202e}', "a right-to-left override"),
    ('\u{202f}', "a narrow no-break space"),
    ('\u{2060}', "a word joiner"),
    ('\u{2066}', "a left-to-right isolate"),
    ('\u{2067}', "a right-to-left isolate"),
    ('\u{2068}', "an isolate"),
    ('\u{2069}', "an end of an isolate"),
    ('\u{3000}', "an ideographic space"),
    ('\u{feff}', "a byte order mark"),
];

/// What word processors replace `"` and `'` by.
const CURLY_QUOTES: [char; 10] = ['“', '”', '„', '‟', '‘', '’', '‚', '‛', '«', '»'];

pub(super) const AS_ASCII: &str = "retype it: it may have been copied from a web page";
pub(super) const STRAIGHT_QUOTES: &str = "use straight quotes: \" or '";

/// The first invisible character: its offset and its name.
pub(super) fn invisible_in(text: &str) -> Option<(usize, String)> {
    if text.is_ascii() {
        return None;
    }
    text.char_indices().find_map(|(at, c)| {
        let (_, name) = INVISIBLE.iter().find(|(invisible, _)| *invisible == c)?;
        Some((at, format!("{name} (U+{:04X})", u32::from(c))))
    })
}

/// `text` with all invisible characters escaped.
pub(super) fn visible(text: &str) -> String {
    let mut shown = String::with_capacity(text.len());
    for c in text.chars() {
        if is_invisible(c) {
            shown.extend(c.escape_unicode());
        } else {
            shown.push(c);
        }
    }
    shown
}

/// Whether this is an invisible character.
pub(super) fn is_invisible(c: char) -> bool {
    INVISIBLE.iter().any(|(invisible, _)| *invisible == c)
}

/// The first typographic quotation mark.
pub(super) fn curly_quote_in(text: &str) -> Option<(usize, String)> {
    let (at, c) = text.char_indices().find(|(_, c)| CURLY_QUOTES.contains(c))?;
    Some((at, format!("the typographic `{c}` (U+{:04X})", u32::from(c))))
}

/// Refuses control characters, most of which editors do not show, and the three line breaks outside
/// ASCII, which YAML 1.1 treats as line breaks and YAML 1.2 as ordinary characters.
///
/// # Errors
/// The first of them, with its position.
pub(super) fn refuse_control_characters(text: &str) -> Result<(), Flaw> {
    let refused = |c: char| match c {
        '\t' | '\n' | '\r' => false,
        '\u{2028}' | '\u{2029}' | '\u{fffe}' | '\u{ffff}' => true,
        _ => c.is_control(),
    };
    let Some((at, c)) = text.char_indices().find(|(_, c)| refused(*c)) else { return Ok(()) };
    Err(Flaw::new(&[], format!("the character U+{:04X} is not allowed in a config", u32::from(c)))
        .position(end_of(&text[..at]))
        .fix("remove it, or write it as an escape in a double-quoted string"))
}

/// The position right after `text`.
pub(super) fn end_of(text: &str) -> Position {
    let last_line = text.rsplit('\n').next().unwrap_or_default();
    (text.matches('\n').count() as u64 + 1, last_line.chars().count() as u64 + 1)
}
