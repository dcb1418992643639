//! The syntax tree of a pattern.

use std::ops::{BitAnd, BitOr, Not};

/// The flags of a pattern or group, such as `(?i)`.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) struct Flags(u8);

impl Flags {
    pub(crate) const NONE: Self = Self(0);
    pub(crate) const IGNORE_CASE: Self = Self(1);
    pub(crate) const MULTI_LINE: Self = Self(2);
    pub(crate) const DOT_ALL: Self = Self(4);
    pub(crate) const VERBOSE: Self = Self(8);
    pub(crate) const ASCII: Self = Self(16);
    pub(crate) const UNICODE: Self = Self(32);
    /// At most one of these is set.
    pub(crate) const TYPES: Self = Self(16 | 32);

    pub(crate) fn of(letter: char) -> Option<Self> {
        Some(match letter {
            'i' => Self::IGNORE_CASE,
            'm' => Self::MULTI_LINE,
            's' => Self::DOT_ALL,
            'x' => Self::VERBOSE,
            'a' => Self::ASCII,
            'u' => Self::UNICODE,
            _ => return None,
        })
    }

    /// Whether any of these is set.
    pub(crate) fn has(self, flags: Self) -> bool {
        (self & flags).0 != 0
    }

    /// The flags inside a group that turns some on and some off.
    pub(crate) fn changed(self, on: Self, off: Self) -> Self {
        let kept = if on.has(Self::TYPES) { self & !Self::TYPES } else { self };
        (kept | on) & !off
    }
}

impl BitOr for Flags {
    type Output = Self;

    fn bitor(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }
}

impl BitAnd for Flags {
    type Output = Self;

    fn bitand(self, other: Self) -> Self {
        Self(self.0 & other.0)
    }
}

impl Not for Flags {
    type Output = Self;

    fn not(self) -> Self {
        Self(!self.0)
    }
}

/// A whole pattern.
pub(crate) struct Pattern {
    pub(crate) root: Node,
    pub(crate) flags: Flags,
    /// By the number of the group; groups count from 1, and the first entry is unused.
    pub(crate) widths: Vec<Width>,
}

pub(crate) enum Node {
    Char(char),
    Set(Set),
    /// `.`
    Any,
    Anchor(Anchor),
    Group {
        number: Option<usize>,
        on: Flags,
        off: Flags,
        body: Box<Node>,
    },
    /// `(?>..)`
    Atomic(Box<Node>),
    Look {
        behind: bool,
        negative: bool,
        body: Box<Node>,
    },
    Repeat {
        body: Box<Node>,
        min: u32,
        max: Option<u32>,
        greed: Greed,
    },
    Backreference(usize),
    /// `(?(1)yes|no)`
    Conditional {
        group: usize,
        yes: Box<Node>,
        no: Box<Node>,
    },
    Sequence(Vec<Node>),
    Either(Vec<Node>),
}

/// A condition at a position between two characters.
#[derive(Clone, Copy)]
pub(crate) enum Anchor {
    /// `^`
    Start,
    /// `$`
    End,
    /// `\A`
    TextStart,
    /// `\Z`
    TextEnd,
    /// `\b`
    Boundary,
    /// `\B`
    NotBoundary,
}

/// Whether a repeat tries as many repetitions as it can first, or as few, and whether it then tries others.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Greed {
    Greedy,
    Lazy,
    Possessive,
}

/// `[abc]`, or `[^abc]` if it is negated.
pub(crate) struct Set {
    pub(crate) negated: bool,
    pub(crate) items: Vec<Item>,
}

#[derive(Clone, Copy)]
pub(crate) enum Item {
    Range(char, char),
    Category(Category),
}

/// `\d`, `\s`, `\w`, or their negation.
#[derive(Clone, Copy)]
pub(crate) struct Category {
    pub(crate) kind: CategoryKind,
    pub(crate) negated: bool,
}

#[derive(Clone, Copy)]
pub(crate) enum CategoryKind {
    Digit,
    Space,
    Word,
}

/// The least and the most characters that a node matches.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) struct Width {
    pub(crate) min: u64,
    pub(crate) max: u64,
}

/// Larger than any count of a repeat; stands for no limit.
pub(crate) const REPEAT_MAX: u64 = u32::MAX as u64;

impl Width {
    pub(crate) const NONE: Self = Self { min: 0, max: 0 };
    const ONE: Self = Self { min: 1, max: 1 };

    fn then(self, next: Self) -> Self {
        Self::limited(self.min.saturating_add(next.min), self.max.saturating_add(next.max))
    }

    fn or(self, other: Self) -> Self {
        Self { min: self.min.min(other.min), max: self.max.max(other.max) }
    }

    fn limited(min: u64, max: u64) -> Self {
        Self { min: min.min(REPEAT_MAX - 1), max: max.min(REPEAT_MAX) }
    }
}

impl Node {
    /// Its width; `groups` are the widths of the groups before it.
    pub(crate) fn width(&self, groups: &[Width]) -> Width {
        match self {
            Self::Char(_) | Self::Set(_) | Self::Any => Width::ONE,
            Self::Anchor(_) | Self::Look { .. } => Width::NONE,
            Self::Group { body, .. } | Self::Atomic(body) => body.width(groups),
            Self::Repeat { body, min, max, .. } => {
                let body = body.width(groups);
                let max = max.map_or(REPEAT_MAX, u64::from);
                Width::limited(
                    body.min.saturating_mul(u64::from(*min)),
                    body.max.saturating_mul(max),
                )
            }
            Self::Backreference(group) => groups.get(*group).copied().unwrap_or(Width::NONE),
            Self::Conditional { yes, no, .. } => yes.width(groups).or(no.width(groups)),
            Self::Sequence(nodes) => {
                let widths = nodes.iter().map(|node| node.width(groups));
                widths.fold(Width::NONE, Width::then)
            }
            Self::Either(nodes) => {
                let widths = nodes.iter().map(|node| node.width(groups));
                widths.reduce(Width::or).unwrap_or(Width::NONE)
            }
        }
    }
}
