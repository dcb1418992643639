//! Shows that no input makes the reader panic, and that it does not change any value.

use proptest::{collection, prelude::*};
use serde_json::json;

use super::*;

/// Fragments of YAML with a meaning, so that random texts get past the first line.
const BITS: [&str; 40] = [
    "modules:",
    "\n",
    "\n  ",
    "\n    ",
    "- ",
    "module: ",
    "config: ",
    "name: ",
    "timeouts: ",
    "a",
    "ü",
    "1",
    "0x1",
    ".nan",
    "~",
    ": ",
    "? ",
    "[",
    "]",
    "{",
    "}",
    ", ",
    "&a ",
    "*a",
    "!t ",
    "<<: ",
    "\"",
    "'",
    "|",
    ">-",
    "#",
    "---",
    "...",
    "%YAML 1.2",
    "\t",
    "\\x",
    "\r\n",
    "@",
    "\u{feff}",
    " ",
];

fn any_json() -> impl Strategy<Value = Value> {
    let text = "[^\\p{Cc}\\u{2028}\\u{2029}\\u{fffe}\\u{ffff}]{0,12}";
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<u64>().prop_map(Value::from),
        any::<f64>().prop_filter("finite", |f| f.is_finite()).prop_map(Value::from),
        text.prop_map(Value::from),
    ];
    leaf.prop_recursive(5, 40, 6, move |inner| {
        prop_oneof![
            collection::vec(inner.clone(), 0..6).prop_map(Value::from),
            collection::btree_map(text, inner, 0..6)
                .prop_map(|members| Value::Object(members.into_iter().collect())),
        ]
    })
}

/// Typing mistakes; the empty one stands for an omission.
const SLIPS: [&str; 30] = [
    "", " ", "\n", "\t", "  ", "- ", "-", ":", ": ", "\"", "'", "#", "# ", "[", "]", "{", "}", ",",
    "@", "*", "&a ", "!t ", "|", ">", "%", "`", "\\", "\u{a0}", "\u{200b}", "\u{201c}",
];

/// A config that uses all keys.
const GOOD: &str = "\
plugins_dir: plugins
verify: {permissions: warn}
http: {allow: [10.0.0.0/8], proxy: 'http://proxy:3128'}
mail:
  smtp_port: 587
  smtp_user: matrix
  smtp_pass: \"secret\"
  notif_from: '%(app)s <noreply@example.com>'
modules:
  - module: list_spam_checker
    name: evil-list
    enabled: true
    config:
      evil_users: [\"@evil:example.com\"]
  # another
  - module: demo
    timeout: 10s
    timeouts: {user_may_create_room: 2m, user_may_invite: 0}
    sha256: 9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08
";

/// The good config, with edits that replace `length` characters by `bit`.
fn edited(mut text: Vec<char>, edits: &[(usize, usize, &str)]) -> String {
    for (at, length, bit) in edits {
        let at = at % text.len().max(1);
        text.splice(at..(at + length).min(text.len()), bit.chars());
    }
    text.into_iter().collect()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2_000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn bytes_never_panic(bytes in collection::vec(any::<u8>(), 0..200)) {
        let text = String::from_utf8_lossy(&bytes);
        let _ = Config::from_yaml(&text, Path::new("/"));
    }

    #[test]
    fn texts_never_panic(bits in collection::vec(prop::sample::select(&BITS[..]), 0..40)) {
        if let Ok(config) = Config::from_yaml(&bits.concat(), Path::new("/")) {
            for entry in config.entries() {
                prop_assert!(entry.locate(&["config", "a", "1"]).is_some());
            }
        }
    }

    #[test]
    fn values_survive(value in any_json()) {
        let config = json!({"modules": [{"module": "a", "config": {"value": value}}]});
        let text = serde_json::to_string_pretty(&config).unwrap();
        let read = Config::from_yaml(&text, Path::new("/")).unwrap();
        prop_assert!(read.problems().iter().all(|problem| !problem.is_error()));
        prop_assert_eq!(&read.entries()[0].config()["value"], &value);
    }

    /// An operator's typing mistakes: each is reported with a remedy, and none makes the reader
    /// panic.
    #[test]
    fn every_problem_has_a_remedy(
        edits in collection::vec((any::<usize>(), 0_usize..4, prop::sample::select(&SLIPS[..])), 1..4),
    ) {
        let text = edited(GOOD.chars().collect(), &edits);
        let problems = match Config::from_yaml(&text, Path::new("/")) {
            Ok(config) => config.problems().to_vec(),
            Err(error) => error.problems,
        };
        for problem in problems {
            prop_assert!(problem.fix.is_some(), "{problem}\n{text}");
            prop_assert!(!problem.message.contains("while "), "{problem}\n{text}");
        }
    }
}
