//! Checks JSON syntax at compile time: a schema that is not valid JSON does not compile.

use super::Writer;

/// More levels than a schema that people can read, and fewer than JSON parsers accept.
const DEPTH_MAX: u32 = 100;

/// What is wrong with a text that should be one JSON object; empty if nothing is.
#[doc(hidden)]
pub struct Fault(Writer<160>);

impl Fault {
    /// Whether nothing is wrong.
    pub const fn is_none(&self) -> bool {
        self.0.as_str().is_empty()
    }

    /// The error message.
    pub const fn as_str(&self) -> &str {
        self.0.as_str()
    }
}

/// Checks a text.
#[doc(hidden)]
pub const fn fault(text: &str) -> Fault {
    let bytes = text.as_bytes();
    let writer = Writer::new();
    let Err(at) = object(bytes) else { return Fault(writer) };
    let (line, column) = position(bytes, at);
    let writer = writer.raw("`config_schema` is not a JSON object: the mistake is in line ");
    let writer = writer.number(line).raw(", column ").number(column);
    Fault(writer.raw(", or it is nested more than ").number(DEPTH_MAX).raw(" levels deep there"))
}

/// What may come next.
#[derive(Clone, Copy)]
enum Next {
    Value,
    ItemOrEnd,
    KeyOrEnd,
    Key,
    Colon,
    CommaOrEnd,
}

/// Accepts one object with white space around it; otherwise returns where the text ceases to be
/// one.
const fn object(bytes: &[u8]) -> Result<(), usize> {
    let mut at = behind_space(bytes, 0);
    if byte(bytes, at) != b'{' {
        return Err(at);
    }
    // One bit for each open bracket, the innermost last: whether it opened an object.
    let (mut open, mut depth) = (0_u128, 0);
    let mut next = Next::Value;
    loop {
        at = behind_space(bytes, at);
        let found = byte(bytes, at);
        let in_object = open & 1 == 1;
        let read = match (next, found) {
            (Next::Value | Next::ItemOrEnd, b'{' | b'[') if depth < DEPTH_MAX => {
                let is_object = found == b'{';
                (open, depth) = (open << 1 | is_object as u128, depth + 1);
                next = if is_object { Next::KeyOrEnd } else { Next::ItemOrEnd };
                Ok(at + 1)
            }
            (Next::KeyOrEnd, b'}') | (Next::ItemOrEnd, b']') => closed(&mut next, at),
            (Next::CommaOrEnd, b'}') if in_object => closed(&mut next, at),
            (Next::CommaOrEnd, b']') if !in_object => closed(&mut next, at),
            (Next::CommaOrEnd, b',') => {
                next = if in_object { Next::Key } else { Next::Value };
                Ok(at + 1)
            }
            (Next::Colon, b':') => {
                next = Next::Value;
                Ok(at + 1)
            }
            (Next::Key | Next::KeyOrEnd, b'"') => {
                next = Next::Colon;
                string(bytes, at)
            }
            (Next::Value | Next::ItemOrEnd, _) => {
                next = Next::CommaOrEnd;
                scalar(bytes, at)
            }
            _ => Err(at),
        };
        match read {
            Ok(end) => at = end,
            Err(at) => return Err(at),
        }
        if matches!(next, Next::CommaOrEnd) && matches!(found, b'}' | b']') {
            (open, depth) = (open >> 1, depth - 1);
            if depth == 0 {
                at = behind_space(bytes, at);
                return if at == bytes.len() { Ok(()) } else { Err(at) };
            }
        }
    }
}

/// Continues after a closing bracket.
const fn closed(next: &mut Next, at: usize) -> Result<usize, usize> {
    *next = Next::CommaOrEnd;
    Ok(at + 1)
}

/// Returns the byte at `at`; beyond the end 0, which is not valid anywhere in JSON.
const fn byte(bytes: &[u8], at: usize) -> u8 {
    if at < bytes.len() { bytes[at] } else { 0 }
}

const fn behind_space(bytes: &[u8], mut at: usize) -> usize {
    while matches!(byte(bytes, at), b' ' | b'\t' | b'\r' | b'\n') {
        at += 1;
    }
    at
}

/// Returns the end of a string, number or word; otherwise where the text ceases to be one.
const fn scalar(bytes: &[u8], at: usize) -> Result<usize, usize> {
    match byte(bytes, at) {
        b'"' => string(bytes, at),
        b't' => word(bytes, at, b"true"),
        b'f' => word(bytes, at, b"false"),
        b'n' => word(bytes, at, b"null"),
        b'-' => number(bytes, at + 1),
        _ => number(bytes, at),
    }
}

const fn word(bytes: &[u8], at: usize, word: &[u8]) -> Result<usize, usize> {
    let mut index = 0;
    while index < word.len() {
        if byte(bytes, at + index) != word[index] {
            return Err(at);
        }
        index += 1;
    }
    Ok(at + index)
}

/// Reads a number without its sign.
const fn number(bytes: &[u8], at: usize) -> Result<usize, usize> {
    let mut end = behind_digits(bytes, at);
    if end == at || (byte(bytes, at) == b'0' && end > at + 1) {
        return Err(at);
    }
    if byte(bytes, end) == b'.' {
        let fraction = end + 1;
        end = behind_digits(bytes, fraction);
        if end == fraction {
            return Err(end);
        }
    }
    if matches!(byte(bytes, end), b'e' | b'E') {
        let signed = matches!(byte(bytes, end + 1), b'+' | b'-');
        let exponent = end + 1 + signed as usize;
        end = behind_digits(bytes, exponent);
        if end == exponent {
            return Err(end);
        }
    }
    Ok(end)
}

const fn behind_digits(bytes: &[u8], mut at: usize) -> usize {
    while byte(bytes, at).is_ascii_digit() {
        at += 1;
    }
    at
}

const fn string(bytes: &[u8], at: usize) -> Result<usize, usize> {
    let mut at = at + 1;
    loop {
        match (byte(bytes, at), byte(bytes, at + 1)) {
            (b'"', _) => return Ok(at + 1),
            (b'\\', b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't') => at += 2,
            (b'\\', b'u') => {
                let mut index = 2;
                while index < 6 {
                    if !byte(bytes, at + index).is_ascii_hexdigit() {
                        return Err(at);
                    }
                    index += 1;
                }
                at += index;
            }
            (b'\\' | 0..0x20, _) => return Err(at),
            _ => at += 1,
        }
    }
}

/// Returns the line and column, from 1, of a byte.
const fn position(bytes: &[u8], end: usize) -> (u32, u32) {
    let (mut line, mut column, mut at) = (1, 1, 0);
    while at < end && at < bytes.len() {
        let is_new_line = bytes[at] == b'\n';
        // Continuation bytes of a character do not count as columns.
        let is_new_character = bytes[at] & 0xc0 != 0x80;
        line += is_new_line as u32;
        column = if is_new_line { 1 } else { column + is_new_character as u32 };
        at += 1;
    }
    (line, column)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn is_object(text: &str) -> bool {
        fault(text).is_none()
    }

    #[test]
    fn objects_are_objects() {
        for text in [
            "{}",
            " {\n} \n",
            r#"{"a": {}, "b": [], "c": [{}, [[]]], "": ""}"#,
            r#"{"n": [0, -0, 1, -12.50, 1e3, 1E+3, 0.1e-10], "w": [true, false, null]}"#,
            r#"{"s": "\"\\\/\b\f\n\r\t\u00fF ü"}"#,
        ] {
            assert!(is_object(text), "{text}: {}", fault(text).as_str());
            assert!(serde_json::from_str::<serde_json::Value>(text).is_ok(), "{text}");
        }
    }

    #[test]
    fn invalid_json_is_reported_with_its_position() {
        for (text, place) in [
            ("", (1, 1)),
            ("[]", (1, 1)),
            ("true", (1, 1)),
            ("{", (1, 2)),
            ("{}}", (1, 3)),
            ("{} {}", (1, 4)),
            ("{\n  \"ü\": 1,\n}", (3, 1)),
            ("{\"ü\": x}", (1, 7)),
            (r#"{"a" 1}"#, (1, 6)),
            (r#"{a: 1}"#, (1, 2)),
            (r#"{"a": 1 "b": 2}"#, (1, 9)),
            (r#"{"a": [1, ]}"#, (1, 11)),
            (r#"{"a": [1}"#, (1, 9)),
            (r#"{"a": 1]"#, (1, 8)),
            (r#"{"a": tru}"#, (1, 7)),
            (r#"{"a": 01}"#, (1, 7)),
            (r#"{"a": 1.}"#, (1, 9)),
            (r#"{"a": .5}"#, (1, 7)),
            (r#"{"a": 1e}"#, (1, 9)),
            (r#"{"a": - 1}"#, (1, 8)),
            (r#"{"a": "}"#, (1, 9)),
            (r#"{"a": "\x"}"#, (1, 8)),
            (r#"{"a": "\u00g0"}"#, (1, 8)),
            ("{\"a\": \"\n\"}", (1, 8)),
            ("{\"a\": \0}", (1, 7)),
            ("{// no\n}", (1, 2)),
        ] {
            assert!(serde_json::from_str::<serde_json::Map<_, serde_json::Value>>(text).is_err());
            let at = object(text.as_bytes()).unwrap_err();
            assert_eq!(position(text.as_bytes(), at), place, "{text}");
            assert!(!is_object(text), "{text}");
        }
        assert_eq!(
            fault("{\n x").as_str(),
            "`config_schema` is not a JSON object: the mistake is in line 2, column 2, or it is \
             nested more than 100 levels deep there"
        );
    }

    #[test]
    fn depth_is_bounded() {
        let nested = |levels| format!("{{\"a\":{}{}}}", "[".repeat(levels), "]".repeat(levels));
        assert!(is_object(&nested(99)));
        assert!(!is_object(&nested(100)));
    }

    /// Every text that this check accepts, `serde_json` accepts too, for each change of one byte.
    #[test]
    fn the_check_agrees_with_serde_json() {
        let text = r#"{"a": [1.5e-3, "\u00e9\n", {"b": null}, true], "c": {}}"#;
        for at in 0..text.len() {
            for byte in b' '..=b'~' {
                let mut changed = text.as_bytes().to_vec();
                changed[at] = byte;
                let changed = String::from_utf8(changed).unwrap();
                let read = serde_json::from_str::<&serde_json::value::RawValue>(&changed);
                let is_read = read.is_ok_and(|read| read.get().starts_with('{'));
                assert_eq!(is_object(&changed), is_read, "{changed}");
            }
        }
    }
}
