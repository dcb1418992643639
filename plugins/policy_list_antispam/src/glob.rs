//! The globs of policy lists: `*` matches any characters, `?` exactly one, and case is ignored.

/// Folds the case of a text for comparison, as Python's `re.IGNORECASE` does. The number of
/// characters, which `?` counts, is unchanged.
pub(crate) fn folded(text: &str) -> String {
    if text.is_ascii() { text.to_ascii_lowercase() } else { text.chars().map(fold).collect() }
}

/// Goes through the upper case, so that both forms of the lower-case sigma are equal.
fn fold(c: char) -> char {
    let mut upper = c.to_uppercase();
    let one = match (upper.next(), upper.next()) {
        (Some(one), None) => one,
        _ => c,
    };
    // Only the capital I with a dot has a lower case of two characters, the second of which is the
    // dot.
    one.to_lowercase().next().unwrap_or(one)
}

/// Whether the text contains wildcards.
pub(crate) fn is_glob(folded: &str) -> bool {
    folded.contains(['*', '?'])
}

/// Whether a glob matches a whole text. Both must be folded. Wildcards do not match line breaks.
///
/// Rationale: backtracking to the last `*` is enough, since it can match whatever an earlier one
/// could. So the time is at most proportional to the product of both lengths, however many
/// wildcards an attacker puts into a glob.
pub(crate) fn matches(glob: &str, text: &str) -> bool {
    let (mut glob, mut text) = (glob.chars(), text.chars());
    let mut last_star = None;
    loop {
        let mut rest = text.clone();
        match (glob.next(), rest.next()) {
            (None, None) => return true,
            (Some('*'), _) => {
                last_star = Some((glob.clone(), text.clone()));
                continue;
            }
            (Some(wanted), Some(found)) if wanted == found || (wanted == '?' && found != '\n') => {
                text = rest;
                continue;
            }
            _ => {}
        }
        // Let the last `*` match one more character.
        let Some((behind, taken)) = &mut last_star else { return false };
        if taken.next().is_none_or(|more| more == '\n') {
            return false;
        }
        (glob, text) = (behind.clone(), taken.clone());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn is_matched(glob: &str, text: &str) -> bool {
        matches(&folded(glob), &folded(text))
    }

    #[test]
    fn wildcards() {
        for (glob, text, expected) in [
            ("", "", true),
            ("", "a", false),
            ("a", "", false),
            ("*", "", true),
            ("*", "abc", true),
            ("?", "", false),
            ("?", "é", true),
            ("?", "éa", false),
            // A run of wildcards means "at least this many".
            ("?*?", "a", false),
            ("?*?", "ab", true),
            ("**?**", "abc", true),
            ("*??", "a", false),
            ("@*:evil.example", "@a:b:evil.example", true),
            ("@*:evil.example", "@a:evil.example.org", false),
            ("*.evil.example", "evil.example", false),
            ("*evil*", "an evil one", true),
            ("*a*b*c", "xaxbxc", true),
            ("*a*b*c", "xaxcxb", false),
            ("a*a", "a", false),
            // Nothing else is special, as it would be in a regular expression.
            ("a.c", "abc", false),
            ("[ab]+(c)\\d^$|{1}", "[ab]+(c)\\d^$|{1}", true),
        ] {
            assert_eq!(is_matched(glob, text), expected, "{glob:?} {text:?}");
        }
    }

    #[test]
    fn a_wildcard_is_no_end_of_a_line() {
        for (glob, text, expected) in [
            ("*", "a\nb", false),
            ("a?b", "a\nb", false),
            ("a\nb", "a\nb", true),
            ("*\n*", "a\nb", true),
            ("a\n*", "a\nb", true),
            ("*b", "a\nb", false),
            ("a*", "a\n", false),
        ] {
            assert_eq!(is_matched(glob, text), expected, "{glob:?} {text:?}");
        }
    }

    #[test]
    fn case_does_not_matter() {
        for (one, other) in [
            ("@EVIL:example.com", "@evil:EXAMPLE.com"),
            ("Ärger", "äRGER"),
            // The Kelvin sign, the long s, both small sigmas, the micro sign, both letters I of Turkish.
            ("k", "\u{212a}"),
            ("S", "\u{17f}"),
            ("σ", "ς"),
            ("μ", "\u{b5}"),
            ("i", "\u{130}"),
            ("I", "\u{131}"),
            ("ß", "ẞ"),
        ] {
            assert!(is_matched(one, other) && is_matched(other, one), "{one} {other}");
            assert_eq!(folded(one).chars().count(), one.chars().count());
        }
        assert!(!is_matched("ss", "ß") && !is_matched("é", "e"));
    }

    #[test]
    fn many_wildcards_end_soon() {
        let text = "a".repeat(10_000);
        assert!(!is_matched(&"*a".repeat(200).replace("aa", "a?"), &format!("{text}b")));
        assert!(is_matched(&format!("{}*", "*a".repeat(200)), &text));
    }

    /// A reference implementation that tries everything, which is too slow for more than a few
    /// characters.
    fn slowly(glob: &[char], text: &[char]) -> bool {
        match (glob.split_first(), text.split_first()) {
            (None, None) => true,
            (Some(('*', behind)), Some((first, rest))) => {
                slowly(behind, text) || (*first != '\n' && slowly(glob, rest))
            }
            (Some(('*', behind)), None) => slowly(behind, text),
            (Some((wanted, behind)), Some((first, rest))) => {
                (wanted == first || (*wanted == '?' && *first != '\n')) && slowly(behind, rest)
            }
            _ => false,
        }
    }

    #[test]
    fn every_short_glob_and_text() {
        let words = |letters: &[char], length: u32| -> Vec<Vec<char>> {
            let base = letters.len();
            let word = |mut number: usize| {
                let letter = |_| {
                    let letter = letters[number % base];
                    number /= base;
                    letter
                };
                (0..length).map(letter).collect()
            };
            (0..base.pow(length)).map(word).collect()
        };
        let texts: Vec<_> = (0..=4).flat_map(|length| words(&['a', 'b', '\n'], length)).collect();
        for glob in (0..=4).flat_map(|length| words(&['a', '\n', '*', '?'], length)) {
            for text in &texts {
                let [glob_text, whole] = [&glob, text].map(|word| word.iter().collect::<String>());
                let expected = slowly(&glob, text);
                assert_eq!(matches(&glob_text, &whole), expected, "{glob_text:?} {whole:?}");
            }
        }
    }
}
