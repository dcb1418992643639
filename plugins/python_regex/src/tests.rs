//! Tests the questions to a pattern, and the errors for invalid patterns.

use super::*;

fn error(pattern: &str) -> String {
    PythonRegex::new(pattern).unwrap_err().to_string()
}

#[test]
fn three_questions() {
    let regex = PythonRegex::new("a|ab").unwrap();
    for (text, search, match_start, fullmatch) in [
        ("ab", true, true, true),
        ("abc", true, true, false),
        ("xab", true, false, false),
        ("x", false, false, false),
    ] {
        assert_eq!(regex.search(text), Ok(search), "{text}");
        assert_eq!(regex.match_start(text), Ok(match_start), "{text}");
        assert_eq!(regex.fullmatch(text), Ok(fullmatch), "{text}");
    }
    assert_eq!(regex.as_str(), "a|ab");
    assert_eq!(format!("{regex:?}"), r#"PythonRegex("a|ab")"#);
}

#[test]
fn case_is_ignored_if_wanted() {
    let asked = |regex: PythonRegex| regex.search("ADMIN");
    assert_eq!(asked(PythonRegex::new("admin").unwrap()), Ok(false));
    assert_eq!(asked(PythonRegex::ignoring_case("admin").unwrap()), Ok(true));
    assert_eq!(asked(PythonRegex::ignoring_case("(?-i:admin)").unwrap()), Ok(false));
}

#[test]
fn an_error_says_what_and_where() {
    for (pattern, what) in [
        ("a**", "multiple repeat at position 2"),
        ("é(*)", "nothing to repeat at position 2"),
        ("(a", "missing ), unterminated subpattern at position 0"),
        ("a)", "unbalanced parenthesis at position 1"),
        ("[a", "unterminated character set at position 0"),
        ("[z-a]", "bad character range z-a at position 1"),
        (r"[\w-a]", r"bad character range \w-a at position 1"),
        (r"\q", r"bad escape \q at position 0"),
        (r"a\", "bad escape (end of pattern) at position 1"),
        (r"(a)\2", "invalid group reference 2 at position 4"),
        (
            "(?P<n>a)(?P<n>b)",
            "redefinition of group name 'n' as group 2; was group 1 at position 12",
        ),
        ("(?<=a+)b", "look-behind requires fixed-width pattern at position 0"),
        ("a(?i)", "global flags not at the start of the expression at position 1"),
        ("(?z)", "unknown extension ?z at position 1"),
        ("(?iz)", "unknown flag at position 3"),
        ("(?<n>a)", "unknown extension ?<n at position 1"),
        ("a{5000000000}", "the repetition number is too large at position 1"),
    ] {
        let said = format!("`{pattern}` is not a regular expression: {what}");
        assert_eq!(error(pattern), said);
    }
}

#[test]
fn unsupported_patterns_are_refused_with_a_reason() {
    for (pattern, what) in [
        (
            r"\N{DASH}",
            r"`\N{..}` is not supported: write the character, or `\u` and its number at position 0",
        ),
        (r"[\ud800]", r"`\ud800`, half a character, is not supported at position 1"),
        (r"(?:(?:\w{1000}){1000}){1000}", "it is too large once compiled: repeat less"),
    ] {
        assert_eq!(error(pattern), format!("`{pattern}` is not a regular expression: {what}"));
    }
    let deep = |depth: usize| format!("{}a{}", "(?:".repeat(depth), ")".repeat(depth));
    assert!(PythonRegex::new(&deep(50)).is_ok());
    for depth in [61, 10_000] {
        let said = error(&deep(depth));
        assert!(said.contains("more than 60 nested groups at position"), "{said}");
    }
    let conditions = format!("(a){}{}", "(?(1)".repeat(10_000), ")".repeat(10_000));
    assert!(error(&conditions).contains("more than 60 nested groups"));
}

#[test]
fn a_pattern_that_explodes_is_stopped() {
    for pattern in [r"(?:a|a)*(?!x)\B(?=b)", r"(a*)*\1b", r"(?:(?=a)a+)+b"] {
        let regex = PythonRegex::new(pattern).unwrap();
        let error = regex.search(&"a".repeat(64)).unwrap_err();
        assert_eq!(
            error.to_string(),
            format!(
                "the pattern `{pattern}` takes too many steps with a text: rewrite it so that \
                 fewer ways lead to the same match"
            )
        );
    }
}

#[test]
fn patterns_that_are_exponential_in_python_are_fast_here() {
    let text = format!("{}!", "a".repeat(10_000));
    for pattern in ["(a+)+$", "^(a|aa)+$", "(a*)*b", "(?i)^(([a-z])+.)+[A-Z]([a-z])+$"] {
        let regex = PythonRegex::new(pattern).unwrap();
        assert_eq!(regex.search(&text), Ok(false), "{pattern}");
    }
}

#[test]
fn configs_contain_it_as_a_string() {
    let regex: PythonRegex = serde_json::from_str(r#""@(?!admin:).*""#).unwrap();
    assert_eq!(regex.as_str(), "@(?!admin:).*");
    for (json, said) in [
        (
            r#""(""#,
            "`(` is not a regular expression: missing ), unterminated subpattern at position 0",
        ),
        ("5", "invalid type: integer `5`, expected a string"),
        ("null", "invalid type: null, expected a string"),
    ] {
        let error = serde_json::from_str::<PythonRegex>(json).unwrap_err().to_string();
        assert!(error.starts_with(said), "{error}");
    }
}
