//! Writes a parsed pattern for `fancy-regex`, using only the plainest parts of its syntax.

mod set;

use std::collections::BTreeSet;
use std::fmt::Write as _;

use crate::node::{Anchor, CategoryKind, Flags, Greed, Item, Node, Pattern, Set};

/// Which part of a text has to match.
#[derive(Clone, Copy)]
pub(crate) enum Form {
    Search,
    MatchStart,
    FullMatch,
}

/// The pattern in the syntax of `fancy-regex`.
pub(crate) fn emit(pattern: &Pattern, form: Form) -> String {
    let mut referenced = BTreeSet::new();
    note_references(&pattern.root, &mut referenced);
    let mut emitter =
        Emitter { pattern, referenced: referenced.into_iter().collect(), out: String::new() };
    let (before, after, follows) = match form {
        Form::Search => ("", "", Follows::Anything),
        Form::MatchStart => (r"\A(?:", ")", Follows::Anything),
        Form::FullMatch => (r"\A(?:", r")\z", Follows::End),
    };
    emitter.out.push_str(before);
    emitter.branches(&pattern.root, pattern.flags, follows);
    emitter.out.push_str(after);
    emitter.out
}

struct Emitter<'p> {
    pattern: &'p Pattern,
    /// The groups that are referred to, in order. Only these capture, because capturing takes time.
    referenced: Vec<usize>,
    out: String,
}

/// What follows a node. At the end of a pattern, `$` can be written without look-ahead: patterns without
/// look-ahead are matched without backtracking.
#[derive(Clone, Copy)]
enum Follows {
    Something,
    /// Nothing of the pattern, so that more of the text may be matched.
    Anything,
    /// The end of the text.
    End,
}

impl Emitter<'_> {
    /// The node, where it already stands in parentheses.
    fn branches(&mut self, node: &Node, flags: Flags, follows: Follows) {
        let Node::Either(branches) = node else {
            return self.node(node, flags, follows);
        };
        for (index, branch) in branches.iter().enumerate() {
            if index > 0 {
                self.out.push('|');
            }
            self.node(branch, flags, follows);
        }
    }

    fn wrapped(&mut self, open: &str, node: &Node, flags: Flags, follows: Follows) {
        self.out.push_str(open);
        self.branches(node, flags, follows);
        self.out.push(')');
    }

    fn node(&mut self, node: &Node, flags: Flags, follows: Follows) {
        match node {
            Node::Char(c) => self.char(*c, flags),
            Node::Set(set) => set::write(&mut self.out, set, flags),
            Node::Any if flags.has(Flags::DOT_ALL) => self.out.push_str("(?s:.)"),
            Node::Any => self.out.push('.'),
            Node::Anchor(anchor) => self.anchor(*anchor, flags, follows),
            Node::Group { number, on, off, body } => {
                let kept = number.is_some_and(|number| self.referenced.contains(&number));
                let open = if kept { "(" } else { "(?:" };
                self.wrapped(open, body, flags.changed(*on, *off), follows);
            }
            Node::Atomic(body) => self.wrapped("(?>", body, flags, Follows::Something),
            Node::Look { behind, negative, body } => {
                let (open, follows) = match (behind, negative) {
                    (false, false) => ("(?=", Follows::Anything),
                    (false, true) => ("(?!", Follows::Anything),
                    (true, false) => ("(?<=", Follows::Something),
                    (true, true) => ("(?<!", Follows::Something),
                };
                self.wrapped(open, body, flags, follows);
            }
            Node::Repeat { body, min, max, greed } => {
                self.repeat(body, (*min, *max), *greed, flags);
            }
            Node::Backreference(group) => {
                let open = if flags.has(Flags::IGNORE_CASE) { "(?i:" } else { "(?:" };
                let _ = write!(self.out, r"{open}\{})", self.number(*group));
            }
            Node::Conditional { group, yes, no } => {
                let _ = write!(self.out, "(?({})", self.number(*group));
                self.wrapped("(?:", yes, flags, follows);
                self.wrapped("|(?:", no, flags, follows);
                self.out.push(')');
            }
            Node::Sequence(nodes) => {
                for (index, node) in nodes.iter().enumerate() {
                    let is_last = index + 1 == nodes.len();
                    let follows = if is_last { follows } else { Follows::Something };
                    self.node(node, flags, follows);
                }
            }
            Node::Either(_) => self.wrapped("(?:", node, flags, follows),
        }
    }

    /// The new number of a group that is referred to.
    fn number(&self, group: usize) -> usize {
        self.referenced.partition_point(|referenced| *referenced < group) + 1
    }

    fn char(&mut self, c: char, flags: Flags) {
        if flags.has(Flags::IGNORE_CASE) {
            let items = vec![Item::Range(c, c)];
            set::write(&mut self.out, &Set { negated: false, items }, flags);
        } else {
            set::write_char(&mut self.out, c);
        }
    }

    fn anchor(&mut self, anchor: Anchor, flags: Flags, follows: Follows) {
        let word = set::category(CategoryKind::Word, flags);
        let text = match anchor {
            Anchor::Start if flags.has(Flags::MULTI_LINE) => "(?m:^)",
            Anchor::End if flags.has(Flags::MULTI_LINE) => "(?m:$)",
            Anchor::Start | Anchor::TextStart => r"\A",
            Anchor::TextEnd => r"\z",
            Anchor::End => match follows {
                Follows::Something => r"(?=\n?\z)",
                Follows::Anything => r"(?:\n?\z)",
                Follows::End => r"\z",
            },
            Anchor::Boundary => {
                let (is, not) = (format!("(?<=[{word}])"), format!("(?<![{word}])"));
                let _ = write!(self.out, "(?:{is}(?![{word}])|{not}(?=[{word}]))");
                return;
            }
            // In Python an empty text has no `\B`.
            Anchor::NotBoundary => {
                let (is, not) = (format!("(?<=[{word}])"), format!("(?<![{word}])"));
                let _ = write!(self.out, r"(?!\A\z)(?:{is}(?=[{word}])|{not}(?![{word}]))");
                return;
            }
        };
        self.out.push_str(text);
    }

    fn repeat(&mut self, body: &Node, (min, max): (u32, Option<u32>), greed: Greed, flags: Flags) {
        if greed == Greed::Possessive {
            self.out.push_str("(?>");
        }
        if body.width(&self.pattern.widths).max == 0 {
            self.repeat_nothing(body, min, greed, flags);
        } else {
            self.wrapped("(?:", body, flags, Follows::Something);
            let _ = match (min, max) {
                (0, None) => write!(self.out, "*"),
                (1, None) => write!(self.out, "+"),
                (0, Some(1)) => write!(self.out, "?"),
                (min, None) => write!(self.out, "{{{min},}}"),
                (min, Some(max)) => write!(self.out, "{{{min},{max}}}"),
            };
            if greed == Greed::Lazy {
                self.out.push('?');
            }
        }
        if greed == Greed::Possessive {
            self.out.push(')');
        }
    }

    /// A repeat of a body that matches no characters: once is as good as many times.
    fn repeat_nothing(&mut self, body: &Node, min: u32, greed: Greed, flags: Flags) {
        match (min, greed) {
            (0, Greed::Lazy) => {
                self.wrapped("(?:|(?:", body, flags, Follows::Something);
                self.out.push(')');
            }
            (0, _) => {
                self.wrapped("(?:(?:", body, flags, Follows::Something);
                self.out.push_str("|)");
            }
            _ => self.wrapped("(?:", body, flags, Follows::Something),
        }
    }
}

fn note_references(node: &Node, referenced: &mut BTreeSet<usize>) {
    match node {
        Node::Char(_) | Node::Set(_) | Node::Any | Node::Anchor(_) => {}
        Node::Group { body, .. }
        | Node::Atomic(body)
        | Node::Look { body, .. }
        | Node::Repeat { body, .. } => note_references(body, referenced),
        Node::Backreference(group) => drop(referenced.insert(*group)),
        Node::Conditional { group, yes, no } => {
            referenced.insert(*group);
            note_references(yes, referenced);
            note_references(no, referenced);
        }
        Node::Sequence(nodes) | Node::Either(nodes) => {
            nodes.iter().for_each(|node| note_references(node, referenced));
        }
    }
}
