use std::borrow::Cow;
use std::collections::BTreeMap;

use serde_json::value::RawValue;
use serde_json::{Value, json};

use super::*;

#[derive(Debug, Default, Deserialize, PartialEq)]
struct Point {
    x: i64,
    y: i64,
}

#[derive(Debug, Deserialize, PartialEq)]
struct Pair(i64, i64);

#[derive(Debug, Deserialize, PartialEq)]
struct Name(String);

#[derive(Debug, Deserialize, PartialEq)]
struct Nothing;

#[derive(Debug, Deserialize, PartialEq)]
#[serde(rename_all = "snake_case")]
enum Shape {
    Empty,
    Dot(Point),
    Line(Point, Point),
    Circle { x: i64, r: u64 },
}

#[derive(Debug, Deserialize, PartialEq)]
struct All<'a> {
    #[serde(borrow)]
    text: Cow<'a, str>,
    borrowed: &'a str,
    pair: Pair,
    tuple: (i8, u16, f32, f64, char, bool),
    large: (i128, u128),
    name: Name,
    nothing: Nothing,
    some: Option<Point>,
    none: Option<Point>,
    shapes: Vec<Shape>,
    any: Value,
    map: BTreeMap<String, Point>,
}

const ALL: &str = r#"{
    "text": "a\u0062", "borrowed": "plain", "pair": [1, 2],
    "tuple": [-1, 2, 0.5, 1e3, "x", true],
    "large": [-170141183460469231731687303715884105728, 340282366920938463463374607431768211455],
    "name": "n", "nothing": null, "some": {"x": 1, "y": 2}, "none": null,
    "shapes": [
        "empty", {"dot": {"x": 1, "y": 2}}, {"circle": {"x": 1, "r": 2}},
        {"line": [{"x": 1, "y": 2}, {"x": 3, "y": 4}]}
    ],
    "any": {"list": [1, 2.5, null, "s", {"deep": []}]}, "map": {"p": {"x": 1, "y": 2}},
    "unknown": [{"skipped": [1e400]}]
}"#;

#[test]
fn everything_else_is_read_as_ever() {
    let all: All<'_> = from_str(ALL).unwrap();
    assert_eq!(all, serde_json::from_str(ALL).unwrap());
    assert_eq!(all, from_slice(ALL.as_bytes()).unwrap());
    assert_eq!(all.shapes.len(), 4);
    let value: Value = json!({"dot": {"x": 1, "y": 2}});
    assert_eq!(Shape::deserialize(ByName::new(&value)).unwrap(), Shape::Dot(Point { x: 1, y: 2 }));
}

#[test]
fn raw_values_keep_their_text() {
    let raw: BTreeMap<String, &RawValue> = from_str(r#"{"a": [1.0,  1e400]}"#).unwrap();
    assert_eq!(raw["a"].get(), "[1.0,  1e400]");
    let raw: Box<RawValue> = from_str(" 1.50 ").unwrap();
    assert_eq!(raw.get(), "1.50");
}

#[test]
fn a_list_is_no_struct_at_any_depth() {
    let refused = |text: &str| {
        let error = from_str::<Shape>(text).unwrap_err().to_string();
        assert!(error.starts_with("invalid type: sequence, expected an object at"), "{error}");
        let value: Value = serde_json::from_str(text).unwrap();
        assert!(Shape::deserialize(ByName::new(&value)).is_err(), "{text}");
        // Otherwise the test would show nothing.
        assert!(serde_json::from_str::<Shape>(text).is_ok(), "{text}");
    };
    refused(r#"{"dot": [1, 2]}"#);
    refused(r#"{"line": [{"x": 1, "y": 2}, [3, 4]]}"#);
    refused(r#"{"circle": [1, 2]}"#);
    for text in ["[1, 2]", " \n[1, 2]", "[]", "3", "null", r#""x""#] {
        assert!(from_str::<Point>(text).is_err(), "{text}");
    }
    assert!(from_str::<Option<Point>>("[1, 2]").is_err());
    assert!(from_str::<BTreeMap<String, Vec<Point>>>(r#"{"a": [[1, 2]]}"#).is_err());
}

#[test]
fn a_type_may_say_what_it_expects() {
    #[derive(Debug, Deserialize)]
    #[serde(expecting = "a pair of numbers")]
    struct Own {
        #[serde(rename = "x")]
        _x: i64,
    }
    let error = from_str::<Own>("[1]").unwrap_err().to_string();
    assert_eq!(error, "invalid type: sequence, expected a pair of numbers at line 1 column 0");
}

/// Not as it should be: serde buffers these values, and no wrapper can reach the buffer.
#[test]
fn a_list_still_passes_for_an_untagged_struct() {
    #[derive(Debug, Deserialize)]
    #[serde(untagged)]
    enum Untagged {
        Point(Point),
    }
    let Untagged::Point(point) = from_str("[1, 2]").unwrap();
    assert_eq!(point, Point { x: 1, y: 2 });
}

#[test]
fn nothing_may_follow() {
    assert!(from_str::<Point>(r#"{"x": 1, "y": 2} x"#).is_err());
    assert!(from_slice::<Point>(b"{\"x\": 1, \"y\": 2}\xff").is_err());
}
