//! The characters of a pattern, and the position of the parser.

use crate::error::Problem;

pub(super) struct Source {
    characters: Vec<char>,
    position: usize,
}

impl Source {
    pub(super) fn new(pattern: &str) -> Self {
        Self { characters: pattern.chars().collect(), position: 0 }
    }

    pub(super) const fn position(&self) -> usize {
        self.position
    }

    pub(super) fn seek(&mut self, position: usize) {
        self.position = position;
    }

    pub(super) fn peek(&self) -> Option<char> {
        self.characters.get(self.position).copied()
    }

    pub(super) fn is_at_end(&self) -> bool {
        self.peek().is_none()
    }

    pub(super) fn next(&mut self) -> Option<char> {
        let c = self.peek()?;
        self.position += 1;
        Some(c)
    }

    pub(super) fn eat(&mut self, c: char) -> bool {
        let found = self.peek() == Some(c);
        self.position += usize::from(found);
        found
    }

    /// The characters between `begin` and the current position.
    pub(super) fn since(&self, begin: usize) -> String {
        self.characters[begin..self.position].iter().collect()
    }

    /// Takes at most `count` characters of a kind.
    pub(super) fn take(&mut self, count: usize, kind: fn(char) -> bool) -> String {
        let begin = self.position;
        while self.position - begin < count && self.peek().is_some_and(kind) {
            self.position += 1;
        }
        self.since(begin)
    }

    pub(super) fn digits(&mut self) -> String {
        self.take(usize::MAX, |c| c.is_ascii_digit())
    }

    /// Skips to after the next unescaped `end`; false if there is none.
    pub(super) fn skip_through(&mut self, end: char) -> bool {
        while let Some(c) = self.next() {
            if c == end {
                return true;
            }
            if c == '\\' {
                self.next();
            }
        }
        false
    }

    /// Takes the characters before the next `end`, and skips that. `what` names them in errors.
    pub(super) fn through(&mut self, end: char, what: &str) -> Result<String, Problem> {
        let begin = self.position;
        let text = self.take(usize::MAX, if end == '>' { |c| c != '>' } else { |c| c != ')' });
        if text.is_empty() {
            return Err(self.problem(format!("missing {what}")));
        }
        if !self.eat(end) {
            return Err(Problem::new(format!("missing {end}, unterminated name"), begin));
        }
        Ok(text)
    }

    /// A problem at the current position.
    pub(super) fn problem(&self, what: impl Into<String>) -> Problem {
        Problem::new(what, self.position)
    }
}
