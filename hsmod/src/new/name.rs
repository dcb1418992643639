//! The name of a new crate, which its folder, package, library and module share.

use std::fmt;

use super::api::PACKAGE;
use super::categories::CATEGORIES;
use crate::exit::{Result, Stop};

/// The longest name that a registry takes.
const CHARACTERS_MAX: usize = 64;

/// A name that cargo, Rust and the loader can work with.
#[derive(Debug)]
pub(super) struct Name(String);

impl Name {
    /// # Errors
    /// The text is not a valid name, or the name is already in use.
    pub(super) fn new(text: &str) -> Result<Self> {
        match unusable(text) {
            None => Ok(Self(text.to_owned())),
            Some((what, remedy)) => Err(Stop::wrong(format!("{what}\n  fix: {remedy}"))),
        }
    }

    pub(super) fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// `spam_checker` becomes `SpamChecker`.
pub(super) fn in_camel_case(name: &str) -> String {
    let capitalized = |part: &str| {
        let mut rest = part.chars();
        rest.next()
            .map(|first| first.to_ascii_uppercase())
            .into_iter()
            .chain(rest)
            .collect::<String>()
    };
    name.split('_').map(capitalized).collect()
}

/// Why the text cannot be the name of a module, and the remedy.
fn unusable(text: &str) -> Option<(String, String)> {
    if let Some((folder, last)) = text.trim_end_matches(SEPARATORS).rsplit_once(SEPARATORS) {
        let folder = if folder.is_empty() { "/" } else { folder };
        let remedy =
            format!("change to its folder first: cd {folder} && hsmod new {}", meant(last));
        return Some((format!("`{text}` is a path, not a name"), remedy));
    }
    if text.is_empty() {
        return Some(("the name is empty".to_owned(), "hsmod new my_filter".to_owned()));
    }
    if !is_name(text) {
        let what = format!(
            "`{text}` cannot be the name of a module: names consist of `a` to `z`, digits and `_`, \
             begin with a letter and have at most {CHARACTERS_MAX} characters"
        );
        return Some((what, format!("hsmod new {}", meant(text))));
    }
    let (what, remedy) = taken(text)?;
    Some((format!("`{text}` {what}"), remedy))
}

const SEPARATORS: [char; 2] = ['/', '\\'];

fn is_name(text: &str) -> bool {
    let is_part = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_';
    text.starts_with(|c: char| c.is_ascii_lowercase())
        && text.chars().all(is_part)
        && text.len() <= CHARACTERS_MAX
}

/// A valid name similar to the text, or a default.
fn meant(text: &str) -> String {
    let name = in_snake_case(text);
    let usable = is_name(&name) && taken(&name).is_none();
    if usable { name } else { "my_filter".to_owned() }
}

/// `My-Filter` and `myFilter` become `my_filter`.
fn in_snake_case(text: &str) -> String {
    let mut snake = String::new();
    for c in text.trim_end_matches(SEPARATORS).chars() {
        let after_small = snake.ends_with(|last: char| last.is_ascii_lowercase());
        if c.is_ascii_uppercase() && after_small
            || !c.is_ascii_alphanumeric() && !snake.ends_with('_')
        {
            snake.push('_');
        }
        if c.is_ascii_alphanumeric() {
            snake.push(c.to_ascii_lowercase());
        }
    }
    snake.trim_matches('_').to_owned()
}

/// Why a name is already in use, and the remedy.
fn taken(name: &str) -> Option<(String, String)> {
    let own = format!("hsmod new my_{name}");
    if KEYWORDS.contains(&name) {
        return Some(("is a keyword of Rust, so no crate can have this name".to_owned(), own));
    }
    if CATEGORIES.iter().any(|category| category.name == name) {
        let what = "is a category of callbacks, so no module can have this name";
        return Some((what.to_owned(), format!("{own} --category {name}")));
    }
    if name == "hsmod" || name.starts_with("hsmod_") {
        let what = "is reserved: the names of hsmod's own crates begin with `hsmod`";
        let own = meant(&name.replacen("hsmod", "my", 1));
        let own = if own == "my" { "my_filter" } else { &own };
        return Some((what.to_owned(), format!("hsmod new {own}")));
    }
    if CRATES.contains(&name) {
        let what = format!("is the name of a crate that comes with Rust or with {PACKAGE}");
        return Some((what, own));
    }
    if PLUGINS.contains(&name) {
        let what = "is a plugin that comes with hsmod, and yours would replace it";
        return Some((what.to_owned(), own));
    }
    None
}

/// The keywords of all editions, including reserved ones.
const KEYWORDS: [&str; 51] = [
    "abstract", "as", "async", "await", "become", "box", "break", "const", "continue", "crate",
    "do", "dyn", "else", "enum", "extern", "false", "final", "fn", "for", "gen", "if", "impl",
    "in", "let", "loop", "macro", "match", "mod", "move", "mut", "override", "priv", "pub", "ref",
    "return", "self", "static", "struct", "super", "trait", "true", "try", "type", "typeof",
    "unsafe", "unsized", "use", "virtual", "where", "while", "yield",
];

/// Crates that come with Rust, and the dependencies of a module.
const CRATES: [&str; 8] =
    ["alloc", "core", "proc_macro", "serde", "serde_json", "std", "test", "tracing"];

/// The crates in `plugins/`: the plugins that come with hsmod and the libraries that they share.
const PLUGINS: [&str; 16] = [
    "auto_accept_invites",
    "demo",
    "documented",
    "domain_rules",
    "event_censor",
    "http_antispam",
    "interval",
    "last_admin",
    "list_spam_checker",
    "policy_list_antispam",
    "python_regex",
    "registration_guard",
    "room_access_rules",
    "shared_secret_auth",
    "simple_antispam",
    "user_restrictions",
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn other_ways_of_writing_lead_to_the_same_name() {
        for text in ["my_filter", "My-Filter", "myFilter", "MyFilter", "my filter", "my--filter"] {
            assert_eq!(in_snake_case(text), "my_filter", "{text}");
        }
        assert_eq!(in_camel_case("my_filter_2"), "MyFilter2");
        assert_eq!(in_camel_case("a__b_"), "AB");
    }

    #[test]
    fn the_plugins_that_come_with_it_are_known() {
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../plugins");
        let entries = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
        let plugins = entries.filter(|path| path.join("Cargo.toml").exists());
        let mut names: Vec<_> =
            plugins.map(|path| path.file_name().unwrap().to_string_lossy().into_owned()).collect();
        names.sort();
        assert_eq!(names, PLUGINS, "a plugin is missing in `new::name`");
    }
}
