//! Tests that patterns match the same texts as in Python, using answers recorded from Python 3.11;
//! see `data/vectors.py`.

use std::collections::BTreeMap;

use hsmod_python_regex::PythonRegex;
use serde::Deserialize;

#[derive(Deserialize)]
struct Table {
    about: String,
    #[serde(default)]
    ignoring_case: bool,
    texts: Vec<String>,
    /// Each pattern with a digit per text: the sum of 1 for a search, 2 for a match at the start,
    /// and 4 for a full match. `None` if Python refuses the pattern.
    patterns: Vec<(String, Option<String>)>,
}

/// The generated patterns whose meaning differs from Python's: a repeat whose body can be empty is
/// possessive or has groups that a condition refers to.
const DIFFERENT: [&str; 4] = [
    r"(a+?(\w-+)+?(?(1)a|b){1,2}|()*(?(1)a|b)??)+.??[ab]{,2}",
    r"b?(?:(?>(a{,2}|a+[ab]{2,}[^a]|a{,2}[^a]{1,2})*+)*?)*?",
    r"a(a+|\w??)*+",
    r"((()+?)*+|((?(2)a|b){2}[ab]+?)*+a*)+?|",
];

fn tables() -> Vec<Table> {
    serde_json::from_str(include_str!("data/vectors.json")).unwrap()
}

fn read(pattern: &str, ignoring_case: bool) -> Option<PythonRegex> {
    let read = if ignoring_case { PythonRegex::ignoring_case } else { PythonRegex::new };
    read(pattern).ok()
}

fn answer(regex: &PythonRegex, text: &str) -> char {
    let ways = [regex.search(text), regex.match_start(text), regex.fullmatch(text)];
    let [search, match_start, fullmatch] = ways.map(|way| u32::from(way.unwrap()));
    char::from_digit(search + 2 * match_start + 4 * fullmatch, 8).unwrap()
}

/// The differences from Python, one per line.
fn differences(tables: &[Table]) -> Vec<String> {
    let mut found = Vec::new();
    for table in tables {
        for (pattern, expected) in &table.patterns {
            let regex = read(pattern, table.ignoring_case);
            let answers: Option<String> =
                regex.map(|regex| table.texts.iter().map(|text| answer(&regex, text)).collect());
            if answers != *expected {
                found.push(format!("{}: {pattern:?}: {answers:?}, not {expected:?}", table.about));
            }
        }
    }
    found
}

#[test]
fn patterns_written_by_hand() {
    let mut tables = tables();
    tables.retain(|table| table.about != "made up");
    assert!(tables.len() > 8);
    assert_eq!(differences(&tables), [""; 0]);
}

#[test]
fn patterns_made_up() {
    let mut tables = tables();
    tables.retain(|table| table.about == "made up");
    assert_eq!(tables.iter().map(|table| table.patterns.len()).sum::<usize>(), 2000);
    let found = differences(&tables);
    let names = |line: &String| DIFFERENT.iter().any(|name| line.contains(&format!("{name:?}")));
    assert!(found.len() == DIFFERENT.len() && found.iter().all(names), "{found:#?}");
}

type Ranges = Vec<Vec<u32>>;

fn unicode() -> BTreeMap<String, Ranges> {
    serde_json::from_str(include_str!("data/unicode.json")).unwrap()
}

fn codes(ranges: &Ranges) -> impl Iterator<Item = char> {
    ranges.iter().flat_map(|range| range[0]..=range[1]).filter_map(char::from_u32)
}

#[test]
fn every_character_is_in_its_categories() {
    let unicode = unicode();
    // Characters that a newer Unicode version has added are left out.
    let unknown: std::collections::HashSet<char> = codes(&unicode["unassigned"]).collect();
    for (name, pattern) in [("word", r"\w"), ("digit", r"\d"), ("space", r"\s")] {
        let members: std::collections::HashSet<char> = codes(&unicode[name]).collect();
        let regex = PythonRegex::new(pattern).unwrap();
        let wrong: Vec<char> = ('\0'..=char::MAX)
            .filter(|c| !unknown.contains(c))
            .filter(|c| regex.search(c.encode_utf8(&mut [0; 4])).unwrap() != members.contains(c))
            .collect();
        assert_eq!(wrong, [], "{name}");
    }
}

#[test]
fn every_letter_is_equal_to_those_that_differ_in_case() {
    let unicode = unicode();
    let classes = &unicode["equal"];
    assert!(classes.len() > 1400);
    let all: Vec<char> =
        classes.iter().flatten().filter_map(|code| char::from_u32(*code)).collect();
    let text: String = all.iter().collect();
    for class in classes {
        let class: Vec<char> = class.iter().filter_map(|code| char::from_u32(*code)).collect();
        // All letters except these; none of them may equal the first.
        let others: String = all.iter().filter(|c| !class.contains(c)).collect();
        let regex = PythonRegex::ignoring_case(&class[0].to_string()).unwrap();
        assert_eq!(regex.search(&others), Ok(false), "{class:?}");
        for c in &class {
            assert_eq!(regex.fullmatch(&c.to_string()), Ok(true), "{class:?} {c}");
        }
        let none = PythonRegex::ignoring_case(&format!("[^{}]", class[0])).unwrap();
        let equal: String = class.iter().collect();
        assert_eq!(none.search(&equal), Ok(false), "{class:?}");
    }
    assert_eq!(PythonRegex::ignoring_case("\u{e000}").unwrap().search(&text), Ok(false));
}
