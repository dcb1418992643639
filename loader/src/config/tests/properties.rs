//! Shows that no input makes the reader panic, and that no value is changed on the way.

use proptest::{collection, prelude::*};
use serde_json::json;

use super::*;

/// Bits of YAML that mean something, so that random texts get past the first line.
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
}
