//! Rules of one kind, indexed by entity.

use std::collections::HashMap;

use crate::glob::{is_glob, matches};

/// The rules of a list for users, rooms or servers, in order.
///
/// Entities without wildcards are looked up in a hash table. A glob is indexed by four consecutive
/// bytes that a matching text must contain, chosen so that few other globs share them. So a text is
/// compared with only a few globs, however many there are.
#[derive(Debug, Default)]
pub(crate) struct Rules {
    /// Rules without wildcards, by folded entity.
    literal: HashMap<String, Rule>,
    /// Rules with wildcards, in order.
    globs: Vec<(String, Rule)>,
    /// Indexes into `globs`, by four bytes that the glob contains.
    by_gram: HashMap<Gram, Vec<usize>>,
    /// Indexes of globs without four consecutive bytes between wildcards.
    short: Vec<usize>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Rule {
    order: usize,
    bans: bool,
}

type Gram = [u8; 4];

/// A byte put before and after each text, which occurs in no text. So the bytes at an end of a glob
/// are only found at that end of a text.
const END: u8 = 0xff;

impl Rules {
    /// Builds the index from folded entities and whether each rule bans.
    pub(crate) fn new(rules: impl IntoIterator<Item = (String, bool)>) -> Self {
        let mut made = Self::default();
        for (order, (name, bans)) in rules.into_iter().enumerate() {
            let rule = Rule { order, bans };
            if is_glob(&name) {
                made.globs.push((name, rule));
            } else {
                made.literal.entry(name).or_insert(rule);
            }
        }
        let bounded: Vec<Vec<u8>> = made.globs.iter().map(|(glob, _)| bounded(glob)).collect();
        let mut frequency: HashMap<Gram, usize> = HashMap::new();
        for gram in bounded.iter().flat_map(|glob| grams_of_glob(glob)) {
            *frequency.entry(gram).or_default() += 1;
        }
        for (place, glob) in bounded.iter().enumerate() {
            match grams_of_glob(glob).min_by_key(|gram| frequency.get(gram)) {
                Some(rarest) => made.by_gram.entry(rarest).or_default().push(place),
                None => made.short.push(place),
            }
        }
        made
    }

    /// Whether the first rule that matches a folded text bans. `None` if no rule matches.
    pub(crate) fn decide(&self, text: &str) -> Option<bool> {
        let mut first = self.literal.get(text).copied();
        for (glob, rule) in self.candidates(text).filter_map(|place| self.globs.get(place)) {
            let is_before = first.is_none_or(|first| rule.order < first.order);
            if is_before && matches(glob, text) {
                first = Some(*rule);
            }
        }
        first.map(|rule| rule.bans)
    }

    /// Indexes of the globs that may match a text. Each appears only once, even if the text is
    /// repetitive, since an attacker may craft texts that take long to compare.
    fn candidates(&self, text: &str) -> impl Iterator<Item = usize> {
        let mut known: Vec<Gram> = match self.by_gram.is_empty() {
            true => Vec::new(),
            false => grams(&bounded(text)).collect(),
        };
        known.sort_unstable();
        known.dedup();
        let of_gram = |gram| self.by_gram.get(&gram).into_iter().flatten();
        self.short.iter().chain(known.into_iter().flat_map(of_gram)).copied()
    }

    pub(crate) fn len(&self) -> usize {
        self.literal.len() + self.globs.len()
    }
}

fn bounded(text: &str) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(text.len() + 2);
    bytes.push(END);
    bytes.extend_from_slice(text.as_bytes());
    bytes.push(END);
    bytes
}

fn grams(bytes: &[u8]) -> impl Iterator<Item = Gram> {
    bytes.windows(4).filter_map(|four| four.try_into().ok())
}

/// The grams of a glob that contain no wildcard.
fn grams_of_glob(glob: &[u8]) -> impl Iterator<Item = Gram> {
    glob.split(|byte| matches!(byte, b'*' | b'?')).flat_map(grams)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rules(rules: &[(&str, bool)]) -> Rules {
        Rules::new(rules.iter().map(|(name, bans)| ((*name).to_owned(), *bans)))
    }

    #[test]
    fn the_first_that_matches_decides() {
        for (written, text, decided) in [
            (&[("@a:x", true)][..], "@a:x", Some(true)),
            (&[("@a:x", true)], "@b:x", None),
            // With and without wildcards, banning or not.
            (&[("@a:x", true), ("@*:x", false)], "@a:x", Some(true)),
            (&[("@*:x", false), ("@a:x", true)], "@a:x", Some(false)),
            (&[("@a:x", false), ("@*:x", true)], "@a:x", Some(false)),
            (&[("@*:x", true), ("@a:x", false)], "@a:x", Some(true)),
            (&[("@a:x", false), ("@a:x", true)], "@a:x", Some(false)),
            (&[("*:evil.example", false), ("@abcd*", true)], "@abcd:evil.example", Some(false)),
            (&[("@abcd*", true), ("*:evil.example", false)], "@abcd:evil.example", Some(true)),
            (&[("*", true)], "", Some(true)),
            (&[("?", true)], "", None),
        ] {
            assert_eq!(rules(written).decide(text), decided, "{written:?} {text}");
        }
    }

    #[test]
    fn globs_are_found_wherever_their_text_occurs() {
        let globs =
            ["*.ru", "abc*", "*mid?le*", "?*?", "é*é*éé", "a*", "*:a?", "aaaa*aaaa", "*aaaaa*"];
        let texts = [
            "x.ru",
            ".ru",
            "x.rus",
            "abc",
            "abcd",
            "xabc",
            "the middle",
            "midle",
            "ab",
            "a",
            "ééé",
            "ééxéé",
            "b",
            "@b:ab",
            "@b:a",
            "aaaa",
            "aaaaaaaa",
            "aaaaaa",
            "",
        ];
        for glob in globs {
            let alone = rules(&[(glob, true)]);
            let mut among: Vec<_> = globs.iter().map(|other| (*other, *other == glob)).collect();
            among.sort_by_key(|(_, bans)| !bans);
            let among = rules(&among);
            for text in texts {
                let expected = matches(glob, text);
                assert_eq!(alone.decide(text), expected.then_some(true), "{glob} {text}");
                assert_eq!(among.decide(text) == Some(true), expected, "{glob} {text}");
            }
        }
    }

    #[test]
    fn few_globs_of_many_are_compared() {
        let many = (0..10_000).map(|number| (format!("*.evil{number}.example"), true));
        let rules = Rules::new(many);
        assert_eq!(rules.decide("x.evil9999.example"), Some(true));
        assert_eq!(rules.len(), 10_000);
        assert!(rules.short.is_empty());
        let compared = |text| rules.candidates(text).count();
        for text in
            ["x.evil9999.example", "matrix.example", "x.evil.example", "12345678901234567890"]
        {
            assert!(compared(text) < 200, "{text}: {}", compared(text));
        }
    }

    #[test]
    fn a_text_that_repeats_itself_is_compared_once_with_each() {
        let globs = ["*aaaa*b", "*aaaa*c", "a?", "*baaa*"];
        let rules = rules(&globs.map(|glob| (glob, true)));
        let mut places: Vec<usize> = rules.candidates(&"a".repeat(250)).collect();
        places.sort_unstable();
        assert_eq!(places, [0, 1, 2]);
        assert_eq!(rules.decide(&"a".repeat(250)), None);
    }
}
