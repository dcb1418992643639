//! Parses a pattern as Python does, and refuses what Python refuses.

mod escape;
mod group;
mod set;
mod source;

use std::collections::HashMap;

use crate::error::Problem;
use crate::node::{Anchor, Flags, Greed, Node, Pattern, REPEAT_MAX, Width};
use source::Source;

type Result<T> = std::result::Result<T, Problem>;

/// How deeply groups may be nested: about what `fancy-regex` accepts.
const DEPTH_MAX: usize = 60;

/// Reads a pattern.
pub(crate) fn parse(pattern: &str, flags: Flags) -> Result<Pattern> {
    let mut parser = Parser {
        source: Source::new(pattern),
        flags,
        groups: vec![Some(Width::NONE)],
        names: HashMap::new(),
        in_lookbehind: None,
        conditions: Vec::new(),
    };
    let root = parser.either(flags.has(Flags::VERBOSE), 0)?;
    if !parser.source.is_at_end() {
        return Err(parser.source.problem("unbalanced parenthesis"));
    }
    if parser.flags.has(Flags::ASCII) && parser.flags.has(Flags::UNICODE) {
        return Err(Problem::new("ASCII and UNICODE flags are incompatible", 0));
    }
    let count = parser.groups.len();
    if let Some((group, position)) = parser.conditions.iter().find(|(group, _)| *group >= count) {
        return Err(Problem::new(format!("invalid group reference {group}"), *position));
    }
    let widths = parser.closed_widths();
    Ok(Pattern { root, flags: parser.flags, widths })
}

struct Parser {
    source: Source,
    /// The flags of the whole pattern.
    flags: Flags,
    /// By the number of the group, its width once it is closed; the first entry stands for no group.
    groups: Vec<Option<Width>>,
    names: HashMap<String, usize>,
    /// The number of groups where the outermost look-behind began.
    in_lookbehind: Option<usize>,
    /// The groups that conditions name, and the positions where they do: a group may come later.
    conditions: Vec<(usize, usize)>,
}

impl Parser {
    /// `a|b|c`
    fn either(&mut self, mut verbose: bool, depth: usize) -> Result<Node> {
        let mut branches = Vec::new();
        loop {
            let first = depth == 0 && branches.is_empty();
            branches.push(self.sequence(verbose, depth, first)?);
            if !self.source.eat('|') {
                break;
            }
            if depth == 0 {
                verbose = self.flags.has(Flags::VERBOSE);
            }
        }
        Ok(match branches.pop() {
            Some(only) if branches.is_empty() => only,
            last => {
                branches.extend(last);
                Node::Either(branches)
            }
        })
    }

    /// `abc`, up to a `|` or `)`. Flags of the whole pattern may stand at the beginning of the `first`
    /// sequence.
    fn sequence(&mut self, mut verbose: bool, depth: usize, first: bool) -> Result<Node> {
        let mut nodes = Vec::new();
        while let Some(c) = self.source.peek() {
            if c == '|' || c == ')' {
                break;
            }
            let begin = self.source.position();
            self.source.next();
            match c {
                ' ' | '\t'..='\r' if verbose => {}
                '#' if verbose => drop(self.source.skip_through('\n')),
                '\\' => nodes.push(self.escape()?),
                '[' => nodes.push(Node::Set(self.set()?)),
                '.' => nodes.push(Node::Any),
                '^' => nodes.push(Node::Anchor(Anchor::Start)),
                '$' => nodes.push(Node::Anchor(Anchor::End)),
                '*' | '+' | '?' | '{' => self.repeat(c, begin, &mut nodes)?,
                '(' => {
                    let at_start = first && nodes.is_empty();
                    nodes.extend(self.group(verbose, depth, at_start)?);
                    if at_start && nodes.is_empty() {
                        verbose = self.flags.has(Flags::VERBOSE);
                    }
                }
                _ => nodes.push(Node::Char(c)),
            }
        }
        Ok(match nodes.pop() {
            Some(only) if nodes.is_empty() => only,
            last => {
                nodes.extend(last);
                Node::Sequence(nodes)
            }
        })
    }

    /// `*`, `+`, `?` or `{1,2}`; a `{` that does not begin a repeat is a character.
    fn repeat(&mut self, c: char, begin: usize, nodes: &mut Vec<Node>) -> Result<()> {
        let (min, max) = match c {
            '?' => (0, Some(1)),
            '*' => (0, None),
            '+' => (1, None),
            _ => match self.counts(begin)? {
                Some(counts) => counts,
                None => {
                    nodes.push(Node::Char(c));
                    return Ok(());
                }
            },
        };
        let body = match nodes.pop() {
            None | Some(Node::Anchor(_)) => return Err(Problem::new("nothing to repeat", begin)),
            Some(Node::Repeat { .. }) => return Err(Problem::new("multiple repeat", begin)),
            Some(body) => Box::new(body),
        };
        let greed = if self.source.eat('?') {
            Greed::Lazy
        } else if self.source.eat('+') {
            Greed::Possessive
        } else {
            Greed::Greedy
        };
        nodes.push(Node::Repeat { body, min, max, greed });
        Ok(())
    }

    /// The counts after a `{`; `None`, and nothing is read, if it does not begin a repeat.
    fn counts(&mut self, begin: usize) -> Result<Option<(u32, Option<u32>)>> {
        if self.source.peek() == Some('}') {
            return Ok(None);
        }
        let behind_brace = self.source.position();
        let low = self.source.digits();
        let high = if self.source.eat(',') { self.source.digits() } else { low.clone() };
        if !self.source.eat('}') {
            self.source.seek(behind_brace);
            return Ok(None);
        }
        let count = |digits: &str| match digits.parse() {
            _ if digits.is_empty() => Ok(None),
            Ok(count) if u64::from(count) < REPEAT_MAX => Ok(Some(count)),
            _ => Err(Problem::new("the repetition number is too large", begin)),
        };
        let (min, max): (Option<u32>, Option<u32>) = (count(&low)?, count(&high)?);
        let min = min.unwrap_or_default();
        if max.is_some_and(|max| max < min) {
            return Err(Problem::new("min repeat greater than max repeat", begin + 1));
        }
        Ok(Some((min, max)))
    }

    /// The widths of the groups; those of open groups are zero.
    fn closed_widths(&self) -> Vec<Width> {
        self.groups.iter().map(|width| width.unwrap_or(Width::NONE)).collect()
    }

    /// Whether a group may be referred to.
    fn check_reference(&self, group: usize, position: usize) -> Result<()> {
        match self.groups.get(group) {
            None => Err(Problem::new(format!("invalid group reference {group}"), position)),
            Some(None) => Err(Problem::new("cannot refer to an open group", position)),
            Some(_) => self.check_lookbehind(group, position),
        }
    }

    /// Whether a group may be referred to from inside a look-behind, if there is one.
    fn check_lookbehind(&self, group: usize, position: usize) -> Result<()> {
        let Some(before) = self.in_lookbehind else { return Ok(()) };
        let what = match self.groups.get(group) {
            Some(Some(_)) if group < before => return Ok(()),
            Some(Some(_)) => "cannot refer to group defined in the same lookbehind subpattern",
            _ => "cannot refer to an open group",
        };
        Err(Problem::new(what, position))
    }
}
