//! Sets of characters: `[..]`.

use super::{Parser, Result};
use crate::error::Problem;
use crate::node::{Item, Set};

impl Parser {
    /// What follows the `[`.
    pub(super) fn set(&mut self) -> Result<Set> {
        let begin = self.source.position() - 1;
        let negated = self.source.eat('^');
        let mut items = Vec::new();
        loop {
            let here = self.source.position();
            // A `]` at the beginning is a character of the set.
            if !items.is_empty() && self.source.eat(']') {
                return Ok(Set { negated, items });
            }
            let low = self.item(begin)?;
            if !self.source.eat('-') {
                items.push(low);
                continue;
            }
            if self.source.eat(']') {
                items.extend([low, Item::Range('-', '-')]);
                return Ok(Set { negated, items });
            }
            match (low, self.item(begin)?) {
                (Item::Range(low, _), Item::Range(high, _)) if low <= high => {
                    items.push(Item::Range(low, high));
                }
                _ => {
                    let range = self.source.since(here);
                    return Err(Problem::new(format!("bad character range {range}"), here));
                }
            }
        }
    }

    /// A character or a category.
    fn item(&mut self, begin: usize) -> Result<Item> {
        match self.source.next() {
            None => Err(Problem::new("unterminated character set", begin)),
            Some('\\') => self.escape_in_set(),
            Some(c) => Ok(Item::Range(c, c)),
        }
    }
}
