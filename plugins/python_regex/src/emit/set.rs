//! Sets of characters, and which characters are equal when case is ignored.

use std::fmt::Write as _;

use regex_syntax::hir::{ClassUnicode, ClassUnicodeRange};

use crate::node::{Category, CategoryKind, Flags, Item, Set};

/// One character.
pub(super) fn write_char(out: &mut String, c: char) {
    if c.is_ascii_alphanumeric() {
        out.push(c);
    } else {
        let _ = write!(out, r"\x{{{:x}}}", u32::from(c));
    }
}

/// A set. Categories need no case folding: Python looks up the lower-case letter in them, and a letter is
/// in the same categories in either case.
pub(super) fn write(out: &mut String, set: &Set, flags: Flags) {
    out.push_str(if set.negated { "[^" } else { "[" });
    let ranges = set.items.iter().filter_map(|item| match item {
        Item::Range(low, high) => Some(ClassUnicodeRange::new(*low, *high)),
        Item::Category(_) => None,
    });
    let mut class = ClassUnicode::new(ranges);
    if flags.has(Flags::IGNORE_CASE) {
        fold(&mut class, flags);
    }
    for range in class.iter() {
        write_char(out, range.start());
        if range.start() != range.end() {
            out.push('-');
            write_char(out, range.end());
        }
    }
    for item in &set.items {
        let Item::Category(Category { kind, negated }) = item else { continue };
        let category = category(*kind, flags);
        let _ = match negated {
            true => write!(out, "[^{category}]"),
            false => write!(out, "{category}"),
        };
    }
    out.push(']');
}

/// A category, as it is written between brackets.
pub(super) fn category(kind: CategoryKind, flags: Flags) -> &'static str {
    match (kind, flags.has(Flags::ASCII)) {
        (CategoryKind::Digit, true) => "0-9",
        (CategoryKind::Digit, false) => r"\p{Nd}",
        (CategoryKind::Space, true) => r"\x{9}-\x{d}\x{20}",
        (CategoryKind::Space, false) => r"\s\x{1c}-\x{1f}",
        (CategoryKind::Word, true) => r"0-9A-Za-z\x{5f}",
        // Without combining marks, and with all numbers.
        (CategoryKind::Word, false) => r"\p{L}\p{N}\x{5f}",
    }
}

/// Adds all characters that are equal to these when case is ignored.
fn fold(class: &mut ClassUnicode, flags: Flags) {
    if flags.has(Flags::ASCII) {
        let letters = ('a'..='z').map(|lower| [lower, lower.to_ascii_uppercase()]);
        letters.for_each(|pair| join(class, &pair));
        return;
    }
    // It fails only without `regex-syntax`'s Unicode tables, which Cargo.toml enables.
    let _ = class.try_case_fold_simple();
    // Python treats the dotted and the dotless I as one letter.
    join(class, &['I', 'i', '\u{130}', '\u{131}']);
}

/// Adds all of these if the class has one of them.
fn join(class: &mut ClassUnicode, letters: &[char]) {
    let has = |c: &char| class.iter().any(|range| (range.start()..=range.end()).contains(c));
    if letters.iter().any(has) {
        letters.iter().for_each(|c| class.push(ClassUnicodeRange::new(*c, *c)));
    }
}
