//! Valid YAML that was probably meant differently.

use super::characters;

/// The most warnings of this kind for one text.
pub(super) const MAX: usize = 20;

/// What is doubtful, and the remedy.
type Doubt = (String, &'static str);

const DOUBTS: [fn(&Scalar<'_>) -> Option<Doubt>; 4] =
    [environment_variable, curly_quotes, invisible_character, comment];

/// Tags that other programs support, and the remedy.
const TAGS: [(&[&str], &str); 3] = [
    (&["env", "ENV", "envvar"], "write the value itself: environment variables are not expanded"),
    (&["include", "inc", "import"], "write the content here: no other file is read"),
    (&["secret", "vault"], "write the value itself, and let nobody else read this file"),
];

/// A key or value, and how the file spells it.
pub(super) struct Scalar<'a> {
    /// The text it stands for.
    pub(super) text: &'a str,
    /// Whether it is unquoted.
    pub(super) is_plain: bool,
    /// The part of its first line before it.
    pub(super) before: &'a str,
    /// The part of that line from its beginning on.
    pub(super) written: &'a str,
}

/// What is doubtful about it, if anything.
pub(super) fn doubt(scalar: &Scalar<'_>) -> Option<Doubt> {
    DOUBTS.iter().find_map(|doubt| doubt(scalar))
}

/// The remedy for a tag.
pub(super) fn instead_of_tag(name: &str) -> &'static str {
    let known = TAGS.iter().find(|(names, _)| names.contains(&name));
    match known {
        Some((_, fix)) => fix,
        None if name.contains(':') => "quote the value if it is a room ID",
        None => "remove it, or quote the value if it is meant to begin with `!`",
    }
}

/// `${PASSWORD}`, `$PASSWORD`
fn environment_variable(scalar: &Scalar<'_>) -> Option<Doubt> {
    let (_, behind) = scalar.text.split_once('$')?;
    let name = match behind.strip_prefix('{') {
        Some(behind) => behind.split_once('}')?.0,
        None => behind.split('/').next().filter(|_| scalar.text.starts_with('$'))?,
    };
    let upper = |c: char| c.is_ascii_uppercase() || c == '_' || c.is_ascii_digit();
    (name.starts_with(|c: char| c.is_ascii_uppercase() || c == '_') && name.chars().all(upper))
        .then(|| {
            let message = format!("the environment variable `{name}` is not expanded here");
            (message, "write the value itself, or make this file with `envsubst`")
        })
}

/// `“text”`
fn curly_quotes(scalar: &Scalar<'_>) -> Option<Doubt> {
    let (at, name) = characters::curly_quote_in(scalar.text)?;
    (scalar.is_plain && at == 0).then(|| {
        let message = format!("{name} does not quote: it is part of this string");
        (message, characters::STRAIGHT_QUOTES)
    })
}

/// Only in text that is otherwise ASCII, since some scripts need such characters. A no-break space
/// may be intended, but not next to YAML punctuation.
fn invisible_character(scalar: &Scalar<'_>) -> Option<Doubt> {
    let text = scalar.text;
    let (at, name) = characters::invisible_in(text)?;
    let (before, behind) = text.split_at(at);
    let c = behind.chars().next()?;
    let beside_a_sign =
        before.is_empty() || before.ends_with([':', '-']) || behind.trim().is_empty();
    let meant = c.is_whitespace() && !(scalar.is_plain && beside_a_sign)
        || text.chars().any(|c| !c.is_ascii() && !characters::is_invisible(c))
        // An escape sequence is visible, so it was intended.
        || !scalar.written.contains(c);
    (!meant).then(|| (format!("there is {name} in this string"), characters::AS_ASCII))
}

/// `- #room:example.com`, `room: #room:example.com`
fn comment(scalar: &Scalar<'_>) -> Option<Doubt> {
    if !scalar.is_plain || !scalar.text.is_empty() {
        return None;
    }
    // If there is no value, the comment follows directly, or precedes it.
    let written = scalar.written.trim_start_matches([':', ' ']);
    let item = scalar.before.trim_start_matches(['-', ' ']);
    let comment = [written, item].into_iter().find_map(|text| text.strip_prefix('#'))?;
    let alias = comment.split(' ').next().filter(|alias| alias.contains(':'))?;
    Some((format!("`#{alias}` is a comment here, so there is no value"), "quote the value"))
}
