//! Groups and everything else that begins with a parenthesis: `(..)`.

use super::{DEPTH_MAX, Parser, Result};
use crate::error::Problem;
use crate::node::{Flags, Node};

impl Parser {
    /// What follows the `(`. `None` for a comment, and for flags of the whole pattern, which are allowed
    /// only `at_start`.
    pub(super) fn group(
        &mut self,
        verbose: bool,
        depth: usize,
        at_start: bool,
    ) -> Result<Option<Node>> {
        let begin = self.source.position() - 1;
        if depth == DEPTH_MAX {
            return Err(Problem::new(format!("more than {DEPTH_MAX} nested groups"), begin));
        }
        if !self.source.eat('?') {
            return self.capturing(None, begin, verbose, depth).map(Some);
        }
        let Some(c) = self.source.next() else {
            return Err(self.source.problem("unexpected end of pattern"));
        };
        match c {
            'P' => self.named(begin, verbose, depth).map(Some),
            ':' => self.plain((Flags::NONE, Flags::NONE), begin, verbose, depth).map(Some),
            '#' if self.source.skip_through(')') => Ok(None),
            '#' => Err(Problem::new("missing ), unterminated comment", begin)),
            '=' | '!' => self.look(false, c == '!', begin, verbose, depth).map(Some),
            '<' => match self.source.next() {
                Some(c @ ('=' | '!')) => self.look(true, c == '!', begin, verbose, depth).map(Some),
                Some(c) => Err(Problem::new(format!("unknown extension ?<{c}"), begin + 1)),
                None => Err(self.source.problem("unexpected end of pattern")),
            },
            '(' => self.conditional(begin, verbose, depth).map(Some),
            '>' => {
                let body = self.body(begin, verbose, depth)?;
                Ok(Some(Node::Atomic(Box::new(body))))
            }
            c if c == '-' || c == 'L' || Flags::of(c).is_some() => match self.flags(c)? {
                Some(flags) => self.plain(flags, begin, verbose, depth).map(Some),
                None if at_start => Ok(None),
                None => {
                    let what = "global flags not at the start of the expression";
                    Err(Problem::new(what, begin))
                }
            },
            c => Err(Problem::new(format!("unknown extension ?{c}"), begin + 1)),
        }
    }

    /// The body of a group and its `)`.
    fn body(&mut self, begin: usize, verbose: bool, depth: usize) -> Result<Node> {
        let body = self.either(verbose, depth + 1)?;
        self.end(begin)?;
        Ok(body)
    }

    fn end(&mut self, begin: usize) -> Result<()> {
        if self.source.eat(')') {
            return Ok(());
        }
        Err(Problem::new("missing ), unterminated subpattern", begin))
    }

    fn plain(
        &mut self,
        (on, off): (Flags, Flags),
        begin: usize,
        verbose: bool,
        depth: usize,
    ) -> Result<Node> {
        let verbose = (verbose || on.has(Flags::VERBOSE)) && !off.has(Flags::VERBOSE);
        let body = Box::new(self.body(begin, verbose, depth)?);
        Ok(Node::Group { number: None, on, off, body })
    }

    fn capturing(
        &mut self,
        name: Option<String>,
        begin: usize,
        verbose: bool,
        depth: usize,
    ) -> Result<Node> {
        let number = self.groups.len();
        self.groups.push(None);
        if let Some(name) = name {
            if let Some(former) = self.names.insert(name.clone(), number) {
                let what = format!(
                    "redefinition of group name '{name}' as group {number}; was group {former}"
                );
                return Err(Problem::new(what, begin + 4));
            }
        }
        let body = Box::new(self.body(begin, verbose, depth)?);
        self.groups[number] = Some(body.width(&self.closed_widths()));
        Ok(Node::Group { number: Some(number), on: Flags::NONE, off: Flags::NONE, body })
    }

    /// What follows `(?P`: a named group, or a reference to one.
    fn named(&mut self, begin: usize, verbose: bool, depth: usize) -> Result<Node> {
        let end = match self.source.next() {
            Some('<') => '>',
            Some('=') => ')',
            Some(c) => return Err(Problem::new(format!("unknown extension ?P{c}"), begin + 1)),
            None => return Err(self.source.problem("unexpected end of pattern")),
        };
        let position = self.source.position();
        let name = self.source.through(end, "group name")?;
        if !is_identifier(&name) {
            return Err(Problem::new(format!("bad character in group name '{name}'"), position));
        }
        if end == '>' {
            return self.capturing(Some(name), begin, verbose, depth);
        }
        let group = self.number_of(&name, position)?;
        self.check_reference(group, position)?;
        Ok(Node::Backreference(group))
    }

    fn number_of(&self, name: &str, position: usize) -> Result<usize> {
        let number = self.names.get(name).copied();
        number.ok_or_else(|| Problem::new(format!("unknown group name '{name}'"), position))
    }

    fn look(
        &mut self,
        behind: bool,
        negative: bool,
        begin: usize,
        verbose: bool,
        depth: usize,
    ) -> Result<Node> {
        let outer = self.in_lookbehind;
        if behind && outer.is_none() {
            self.in_lookbehind = Some(self.groups.len());
        }
        let body = self.body(begin, verbose, depth)?;
        self.in_lookbehind = outer;
        let width = body.width(&self.closed_widths());
        if behind && width.min != width.max {
            return Err(Problem::new("look-behind requires fixed-width pattern", begin));
        }
        Ok(Node::Look { behind, negative, body: Box::new(body) })
    }

    /// What follows `(?(`.
    fn conditional(&mut self, begin: usize, verbose: bool, depth: usize) -> Result<Node> {
        let position = self.source.position();
        let name = self.source.through(')', "group name")?;
        let group = if is_identifier(&name) {
            self.number_of(&name, position)?
        } else if name.chars().all(|c| c.is_ascii_digit()) {
            let group = name.parse().unwrap_or(usize::MAX);
            if group == 0 {
                return Err(Problem::new("bad group number", position));
            }
            self.conditions.push((group, position));
            group
        } else {
            return Err(Problem::new(format!("bad character in group name '{name}'"), position));
        };
        self.check_lookbehind(group, position)?;
        let depth = depth + 1;
        let yes = Box::new(self.sequence(verbose, depth, false)?);
        let mut no = Node::Sequence(Vec::new());
        if self.source.eat('|') {
            no = self.sequence(verbose, depth, false)?;
            if self.source.peek() == Some('|') {
                let what = "conditional backref with more than two branches";
                return Err(self.source.problem(what));
            }
        }
        self.end(begin)?;
        Ok(Node::Conditional { group, yes, no: Box::new(no) })
    }

    /// Reads flags that begin with `c`, and the character that ends them. Returns the flags that a
    /// group turns on and off, or `None` if they apply to the whole pattern.
    fn flags(&mut self, c: char) -> Result<Option<(Flags, Flags)>> {
        let mut on = Flags::NONE;
        let mut c = c;
        while c != '-' {
            let flag = self.flag(c)?;
            on = on | flag;
            if flag.has(Flags::TYPES) && on & Flags::TYPES != flag {
                let what = "bad inline flags: flags 'a', 'u' and 'L' are incompatible";
                return Err(self.source.problem(what));
            }
            c = match self.source.next() {
                Some(')') => {
                    self.flags = self.flags | on;
                    return Ok(None);
                }
                Some(':') => return Ok(Some((on, Flags::NONE))),
                Some(c) => c,
                None => return Err(self.source.problem("missing -, : or )")),
            };
        }
        let mut off = Flags::NONE;
        loop {
            let Some(c) = self.source.next() else {
                let missing = if off == Flags::NONE { "missing flag" } else { "missing :" };
                return Err(self.source.problem(missing));
            };
            if c == ':' && off != Flags::NONE {
                break;
            }
            off = off | self.flag(c)?;
            if off.has(Flags::TYPES) {
                let what = "bad inline flags: cannot turn off flags 'a', 'u' and 'L'";
                return Err(self.source.problem(what));
            }
        }
        if on.has(off) {
            return Err(self.source.problem("bad inline flags: flag turned on and off"));
        }
        Ok(Some((on, off)))
    }

    fn flag(&self, c: char) -> Result<Flags> {
        Flags::of(c).ok_or_else(|| {
            let position = self.source.position() - 1;
            match c {
                'L' => Problem::new(
                    "bad inline flags: cannot use 'L' flag with a str pattern",
                    position,
                ),
                c if c.is_alphabetic() => Problem::new("unknown flag", position),
                _ => Problem::new("missing -, : or )", position),
            }
        })
    }
}

fn is_identifier(name: &str) -> bool {
    let mut characters = name.chars();
    let first = |c: char| c == '_' || c.is_alphabetic();
    characters.next().is_some_and(first) && characters.all(|c| c == '_' || c.is_alphanumeric())
}
