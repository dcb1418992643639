//! Common causes of syntax errors. The parser reports where it could not continue, in terms of the
//! YAML specification; an operator needs to know what to write instead.

mod said;

use self::said::SAID;
use super::characters::{self, end_of};
use super::flaw::Flaw;
use super::locate::Position;

/// A mistake: its position, what it is, and the remedy.
type Slip = (Position, String, &'static str);

/// Mistakes that can be recognised in the text around the error, the most certain first.
const SEEN: [fn(&Sight<'_>) -> Option<Slip>; 9] = [
    conflict_mark,
    invisible_character,
    tab,
    no_space_after_dash,
    second_colon,
    no_space_after_colon,
    no_colon,
    reserved_character,
    curly_quote,
];

const WRITTEN_TO_ITS_END: &str = "check that the file was written completely: it ends too early";

/// Explains a syntax error at `position`; `info` is the parser's message.
pub(super) fn explain(text: &str, position: Position, info: &str) -> Flaw {
    let sight = Sight::new(text, position, info);
    if let Some((position, message, fix)) = SEEN.iter().find_map(|slip| slip(&sight)) {
        return Flaw::new(&[], format!("this is not YAML: {message}")).position(position).fix(fix);
    }
    let said = SAID.iter().find(|(needle, ..)| info.contains(needle));
    let (message, fix) = match said {
        Some((_, message, fix)) => (*message, *fix),
        None => (
            info,
            "check the indentation, quotes, brackets and colons of this line and the one above",
        ),
    };
    let fix = if sight.here.is_none() { WRITTEN_TO_ITS_END } else { fix };
    Flaw::new(&[], format!("this is not YAML: {message}")).position(position).fix(fix)
}

/// The text around a syntax error.
struct Sight<'t> {
    text: &'t str,
    info: &'t str,
    column: usize,
    /// The line of the error, unless the text ended before it.
    here: Option<Row<'t>>,
    /// The nearest line above it that has content.
    above: Option<Row<'t>>,
}

#[derive(Clone, Copy)]
struct Row<'t> {
    number: u64,
    text: &'t str,
}

impl<'t> Sight<'t> {
    fn new(text: &'t str, (line, column): Position, info: &'t str) -> Self {
        let rows = (1..).zip(text.lines()).map(|(number, text)| Row { number, text });
        let (mut here, mut above) = (None, None);
        for row in rows.take_while(|row| row.number <= line) {
            if row.number == line {
                here = Some(row);
            } else if !row.said().is_empty() {
                above = Some(row);
            }
        }
        let column = usize::try_from(column).unwrap_or(usize::MAX).saturating_sub(1);
        Self { text, info, column, here, above }
    }

    /// The line of the error, then the one above.
    fn rows(&self) -> impl Iterator<Item = Row<'t>> {
        self.here.into_iter().chain(self.above)
    }

    /// The lines in which punctuation may be missing, if the parser's message points to that. The
    /// parser often reports the next line.
    fn suspects(&self) -> impl Iterator<Item = Row<'t>> {
        let missed = ["mapping values", "simple key", "'-' indicator", "expected key"];
        let missed = missed.iter().any(|words| self.info.contains(words));
        self.above.into_iter().chain(self.here).filter(move |_| missed)
    }
}

impl<'t> Row<'t> {
    /// The line without indentation; empty for a comment.
    fn said(self) -> &'t str {
        let said = self.text.trim();
        if said.starts_with('#') { "" } else { said }
    }

    /// The same without the dash of a list item.
    fn member(self) -> &'t str {
        self.said().strip_prefix("- ").map_or(self.said(), str::trim_start)
    }

    /// The position of `part`, which is a part of this line.
    fn position_of(self, part: &str) -> Position {
        let before = self.text.split(part).next().unwrap_or_default();
        (self.number, before.chars().count() as u64 + 1)
    }
}

fn conflict_mark(sight: &Sight<'_>) -> Option<Slip> {
    let is_mark = |line: &str| line.starts_with("<<<<<<< ") || line.starts_with(">>>>>>> ");
    let (number, _) = (1..).zip(sight.text.lines()).find(|(_, line)| is_mark(line))?;
    let message = "it contains an unresolved merge conflict".to_owned();
    Some(((number, 1), message, "keep one version, and remove the other and the conflict markers"))
}

fn invisible_character(sight: &Sight<'_>) -> Option<Slip> {
    let mut found = sight.rows().filter_map(|row| Some((row, characters::invisible_in(row.text)?)));
    let (row, (at, name)) = found.next()?;
    let column = end_of(&row.text[..at]).1;
    Some(((row.number, column), format!("there is {name} in this line"), characters::AS_ASCII))
}

/// The parser may also stop at the end of the line above.
fn tab(sight: &Sight<'_>) -> Option<Slip> {
    let above = sight.here?.number.saturating_sub(1);
    let rows = (1..).zip(sight.text.lines()).skip_while(|(number, _)| *number <= above).take(2);
    let indent = |row: &str| row.len() - row.trim_start().len();
    let mut tabs = rows.filter_map(|(number, row)| Some((number, row, row.find('\t')?)));
    let named = sight.info.contains("tab");
    let (number, row, at) = tabs.find(|(_, row, at)| named || *at < indent(row))?;
    let message = "there is a tab (U+0009) in this line".to_owned();
    Some(((number, end_of(&row[..at]).1), message, "indent with spaces: YAML allows no tabs there"))
}

/// `-module: demo`
fn no_space_after_dash(sight: &Sight<'_>) -> Option<Slip> {
    sight.suspects().find_map(|row| lacks_space(row, row.said(), dash_glued_to))
}

/// `module:demo`
fn no_space_after_colon(sight: &Sight<'_>) -> Option<Slip> {
    sight.suspects().find_map(|row| lacks_space(row, row.member(), colon_glued_to))
}

fn lacks_space(row: Row<'_>, text: &str, glued: fn(&str) -> Option<&str>) -> Option<Slip> {
    glued(text)?;
    let (message, fix) = missing_space(text)?;
    Some((row.position_of(text), message, fix))
}

/// `config` alone on a line, with what should be below it.
fn no_colon(sight: &Sight<'_>) -> Option<Slip> {
    let row = sight.above.filter(|_| sight.info.contains("simple key") && sight.here.is_some())?;
    let key = row.member();
    is_word(key).then(|| {
        let message = format!("there is no colon after `{key}`");
        (row.position_of(key), message, "put a colon after the key")
    })
}

/// `text: hello: you`
fn second_colon(sight: &Sight<'_>) -> Option<Slip> {
    let row = sight.here.filter(|_| sight.info.contains("mapping values"))?;
    let before: String = row.text.chars().take(sight.column).collect();
    before.contains(": ").then(|| {
        let message =
            "a value contains a colon with a space after it, which makes it a key".to_owned();
        ((row.number, sight.column as u64 + 1), message, "quote the value")
    })
}

fn reserved_character(sight: &Sight<'_>) -> Option<Slip> {
    let row = sight.here?;
    let c = match row.text.chars().nth(sight.column)? {
        '@' => "`@`",
        '%' => "`%`",
        '`' => "a backtick",
        _ => return None,
    };
    let message = format!("a string without quotes cannot begin with {c}");
    Some(((row.number, sight.column as u64 + 1), message, "quote the value"))
}

fn curly_quote(sight: &Sight<'_>) -> Option<Slip> {
    let row = sight.here?;
    let (at, name) = characters::curly_quote_in(row.text)?;
    let position = (row.number, end_of(&row.text[..at]).1);
    Some((position, format!("{name} does not quote"), characters::STRAIGHT_QUOTES))
}

/// Explains `-module: demo` and `module:demo`, which are strings in YAML.
pub(super) fn missing_space(text: &str) -> Option<(String, &'static str)> {
    let dash =
        |key| (format!("there is no space between `-` and `{key}`"), "put a space after the dash");
    let colon = |key| {
        let message = format!("there is no space between `{key}:` and its value");
        (message, "put a space after the colon")
    };
    dash_glued_to(text).map(dash).or_else(|| colon_glued_to(text).map(colon))
}

/// The key in `-module: demo`, even if a character that looks like a space follows the dash.
fn dash_glued_to(text: &str) -> Option<&str> {
    let no_space = |c: char| c.is_whitespace() && !c.is_ascii();
    let key = text.strip_prefix('-')?.trim_start_matches(no_space).split(':').next()?;
    is_word(key).then_some(key)
}

/// The key in `module:demo`, even if a character that looks like a space follows the colon.
fn colon_glued_to(text: &str) -> Option<&str> {
    let (key, rest) = text.split_once(':')?;
    let glued = !rest.is_empty() && !rest.starts_with([' ', '\t', '/']);
    (glued && is_word(key)).then_some(key)
}

fn is_word(text: &str) -> bool {
    let inside = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == '-';
    text.starts_with(|c: char| c.is_ascii_alphabetic()) && text.chars().all(inside)
}
