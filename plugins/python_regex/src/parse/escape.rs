//! Escapes: what follows a backslash.

use super::{Parser, Result};
use crate::error::Problem;
use crate::node::{Anchor, Category, CategoryKind, Item, Node, Set};

impl Parser {
    /// An escape outside of sets.
    pub(super) fn escape(&mut self) -> Result<Node> {
        let begin = self.source.position() - 1;
        let Some(c) = self.source.peek() else {
            return Err(Problem::new("bad escape (end of pattern)", begin));
        };
        if let Some(category) = category(c) {
            self.source.next();
            let items = vec![Item::Category(category)];
            return Ok(Node::Set(Set { negated: false, items }));
        }
        let anchor = match c {
            'A' => Anchor::TextStart,
            'Z' => Anchor::TextEnd,
            'b' => Anchor::Boundary,
            'B' => Anchor::NotBoundary,
            '1'..='9' => return self.number(begin),
            _ => return self.escaped_char(begin).map(Node::Char),
        };
        self.source.next();
        Ok(Node::Anchor(anchor))
    }

    /// An escape in a set.
    pub(super) fn escape_in_set(&mut self) -> Result<Item> {
        let begin = self.source.position() - 1;
        let c = match self.source.peek() {
            None => return Err(Problem::new("bad escape (end of pattern)", begin)),
            Some('b') => {
                self.source.next();
                '\x08'
            }
            Some(c) => match category(c) {
                Some(category) => {
                    self.source.next();
                    return Ok(Item::Category(category));
                }
                None => self.escaped_char(begin)?,
            },
        };
        Ok(Item::Range(c, c))
    }

    /// An escape that means the same in and outside of sets.
    fn escaped_char(&mut self, begin: usize) -> Result<char> {
        let Some(c) = self.source.next() else {
            return Err(Problem::new("bad escape (end of pattern)", begin));
        };
        Ok(match c {
            'a' => '\x07',
            'f' => '\x0c',
            'n' => '\n',
            'r' => '\r',
            't' => '\t',
            'v' => '\x0b',
            'x' => return self.hexadecimal(c, 2, begin),
            'u' => return self.hexadecimal(c, 4, begin),
            'U' => return self.hexadecimal(c, 8, begin),
            'N' => {
                let what =
                    r"`\N{..}` is not supported: write the character, or `\u` and its number";
                return Err(Problem::new(what, begin));
            }
            '0'..='7' => {
                let more = self.source.take(2, |c| c.is_digit(8));
                return octal(&format!("{c}{more}"), begin);
            }
            c if c.is_ascii_alphanumeric() => {
                return Err(Problem::new(format!("bad escape \\{c}"), begin));
            }
            c => c,
        })
    }

    fn hexadecimal(&mut self, c: char, length: usize, begin: usize) -> Result<char> {
        let digits = self.source.take(length, |c| c.is_ascii_hexdigit());
        if digits.len() != length {
            return Err(Problem::new(format!("incomplete escape \\{c}{digits}"), begin));
        }
        match u32::from_str_radix(&digits, 16) {
            Ok(0xD800..=0xDFFF) => {
                let what = format!("`\\{c}{digits}`, half a character, is not supported");
                Err(Problem::new(what, begin))
            }
            Ok(code) => char::from_u32(code)
                .ok_or_else(|| Problem::new(format!("bad escape \\{c}{digits}"), begin)),
            Err(_) => Err(Problem::new(format!("bad escape \\{c}{digits}"), begin)),
        }
    }

    /// A backreference, or three octal digits.
    fn number(&mut self, begin: usize) -> Result<Node> {
        let here = self.source.position();
        let octal_digits = self.source.take(3, |c| c.is_digit(8));
        if octal_digits.len() == 3 {
            return octal(&octal_digits, begin).map(Node::Char);
        }
        self.source.seek(here);
        let digits = self.source.take(2, |c| c.is_ascii_digit());
        // There are one or two digits, which always parse.
        let group: usize = digits.parse().unwrap_or_default();
        self.check_reference(group, begin + 1)?;
        Ok(Node::Backreference(group))
    }
}

/// A character by its number, which Python limits to one byte.
fn octal(digits: &str, begin: usize) -> Result<char> {
    let code = u8::from_str_radix(digits, 8).map_err(|_too_large| {
        Problem::new(format!("octal escape value \\{digits} outside of range 0-0o377"), begin)
    })?;
    Ok(char::from(code))
}

fn category(c: char) -> Option<Category> {
    let kind = match c.to_ascii_lowercase() {
        'd' => CategoryKind::Digit,
        's' => CategoryKind::Space,
        'w' => CategoryKind::Word,
        _ => return None,
    };
    Some(Category { kind, negated: c.is_ascii_uppercase() })
}
