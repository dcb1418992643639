//! Helpers for messages: suggestions, and text that is safe to print on a terminal.

/// The candidate closest to `word`, if one is close enough to be what was meant.
pub fn closest<'a>(word: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let tolerated = (word.chars().count() / 3).max(1);
    candidates
        .into_iter()
        .map(|candidate| (strsim::damerau_levenshtein(word, candidate), candidate))
        .filter(|(distance, _)| *distance <= tolerated)
        .min()
        .map(|(_, candidate)| candidate)
}

/// `` `a`, `b`, `c` ``
pub fn listed<'a>(names: impl IntoIterator<Item = &'a str>) -> String {
    names.into_iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ")
}

/// `text` with control characters escaped, so that a name from a file can neither forge a log line
/// nor control a terminal.
pub fn printable(text: &str) -> String {
    text.chars().fold(String::with_capacity(text.len()), |mut shown, c| {
        if c.is_control() {
            shown.extend(c.escape_default())
        } else {
            shown.push(c)
        }
        shown
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn suggests_what_is_near_and_nothing_else() {
        let keys = ["module", "config", "timeout", "timeouts"];
        assert_eq!(closest("modul", keys), Some("module"));
        assert_eq!(closest("tiemout", keys), Some("timeout"));
        assert_eq!(closest("confg", keys), Some("config"));
        assert_eq!(closest("x", keys), None);
        assert_eq!(closest("", keys), None);
        assert_eq!(closest("evil_users", keys), None);
    }

    #[test]
    fn escapes_control_characters() {
        assert_eq!(printable("a\n\u{1b}[2Jb ü"), "a\\n\\u{1b}[2Jb ü");
    }
}
