//! Keeps the original text of everything that a module has not edited.
//!
//! Rationale: a module parses the JSON, changes a field and writes the whole. The type that it
//! parses into may not hold every JSON number: a [`serde_json::Value`] turns an integer beyond 64
//! bits into a float, and writes `1.50` as `1.5`. Wherever the new text is what such a round trip
//! makes of the old text, the old text is kept.

use std::collections::{BTreeMap, HashMap, VecDeque};
use std::fmt;

use serde::Deserialize;
use serde::de::{Deserializer, MapAccess, Visitor};
use serde_json::Value;
use serde_json::value::RawValue;

/// Returns `new`, with the text of `old` for everything that is equal in both.
pub(super) fn kept(old: &str, new: &str) -> String {
    let mut text = String::with_capacity(new.len());
    write(old.trim_ascii(), new, &mut text);
    text
}

fn write(old: &str, new: &str, text: &mut String) {
    if old == new || as_read(old).as_deref() == Some(new) {
        text.push_str(old);
    } else if let (Some(old), Some(new)) = (parts(old), parts(new)) {
        fields(&old, &new, text);
    } else if let (Some(old), Some(new)) = (parts::<Vec<_>>(old), parts::<Vec<_>>(new)) {
        items(&old, &new, text);
    } else {
        text.push_str(new);
    }
}

/// The text of `old` after a round trip without changes.
fn as_read(old: &str) -> Option<String> {
    serde_json::from_str::<Value>(old).ok().map(|value| value.to_string())
}

fn parts<'a, T: Deserialize<'a>>(text: &'a str) -> Option<T> {
    serde_json::from_str(text).ok()
}

/// Writes the fields in the order of the old ones; new ones last.
fn fields(old: &Fields<'_>, new: &Fields<'_>, text: &mut String) {
    // Of a repeated field the last one counts, as for every JSON reader.
    let [before, after] =
        [old, new].map(|fields| fields.0.iter().cloned().collect::<BTreeMap<_, _>>());
    let mut written = BTreeMap::new();
    text.push('{');
    for (name, _) in old.0.iter().chain(&new.0) {
        let Some(value) = after.get(name) else { continue };
        if written.insert(name, ()).is_some() {
            continue;
        }
        if written.len() > 1 {
            text.push(',');
        }
        text.push_str(&Value::from(name.as_str()).to_string());
        text.push(':');
        write(before.get(name).map_or("", |value| value.get()), value.get(), text);
    }
    text.push('}');
}

/// Writes the items. An item that was there before is recognised, wherever it is now; an edited one
/// is compared with the old item at the same index.
fn items(old: &[&RawValue], new: &[&RawValue], text: &mut String) {
    let mut places: HashMap<String, VecDeque<usize>> = HashMap::new();
    for (place, item) in old.iter().enumerate() {
        let read = as_read(item.get()).unwrap_or_else(|| item.get().to_owned());
        places.entry(read).or_default().push_back(place);
    }
    let found: Vec<Option<usize>> =
        new.iter().map(|item| places.get_mut(item.get())?.pop_front()).collect();
    let mut free = vec![true; old.len()];
    found.iter().flatten().for_each(|place| free[*place] = false);
    text.push('[');
    for (place, (item, found)) in new.iter().zip(found).enumerate() {
        if place > 0 {
            text.push(',');
        }
        let same_place = free.get(place).is_some_and(|free| *free).then_some(place);
        let before = found.or(same_place).map_or("", |place| old[place].get());
        write(before, item.get(), text);
    }
    text.push(']');
}

/// The fields of an object, in order, each with its original text.
struct Fields<'a>(Vec<(String, &'a RawValue)>);

impl<'de: 'a, 'a> Deserialize<'de> for Fields<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(InOrder)
    }
}

struct InOrder;

impl<'de> Visitor<'de> for InOrder {
    type Value = Fields<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Fields<'de>, A::Error> {
        let mut fields = Vec::new();
        while let Some(field) = map.next_entry()? {
            fields.push(field);
        }
        Ok(Fields(fields))
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    /// The text after `edit` of a [`Value`], as a module does it.
    fn edited(old: &str, edit: impl FnOnce(&mut Value)) -> String {
        let mut value = serde_json::from_str(old).unwrap();
        edit(&mut value);
        kept(old, &value.to_string())
    }

    #[test]
    fn numbers_survive_an_edit_elsewhere() {
        for number in [
            "9007199254740993",
            "9223372036854775807",
            "-9223372036854775808",
            "18446744073709551615",
            "18446744073709551616",
            "-9223372036854775809",
            "123456789012345678901234567890",
            "1.0",
            "1.50",
            "1E2",
            "-0",
            "1e-400",
            "0.1000000000000000055511151231257827",
        ] {
            let old = format!(r#"{{"z": {number}, "in": {{"side": [0, {number}]}}, "name": "a"}}"#);
            assert_eq!(
                edited(&old, |value| value["name"] = "b".into()),
                format!(r#"{{"z":{number},"in":{{"side": [0, {number}]}},"name":"b"}}"#)
            );
            assert_eq!(
                edited(&old, |value| value["in"]["side"][0] = 1.into()),
                format!(r#"{{"z":{number},"in":{{"side":[1,{number}]}},"name":"a"}}"#)
            );
        }
    }

    #[test]
    fn edited_parts_have_the_new_text() {
        let old = r#"{"a": 1.0, "b": 18446744073709551616, "c": [1], "d": "\u0061"}"#;
        let new = json!({"a": 1, "b": 18_446_744_073_709_551_615_u64, "c": {}, "d": "b"});
        assert_eq!(kept(old, &new.to_string()), new.to_string());
        assert_eq!(kept(old, r#"{"b":18446744073709551617}"#), r#"{"b":18446744073709551617}"#);
        assert_eq!(kept(old, "[]"), "[]");
        assert_eq!(kept("", "[1]"), "[1]");
        assert_eq!(kept("no JSON", "1"), "1");
    }

    #[test]
    fn fields_keep_their_order_and_new_ones_come_last() {
        let old = r#" {"b": 1e2, "a": 2.50, "b": 3.50, "gone": 4} "#;
        let new = edited(old, |value| {
            value["aa"] = 5.into();
            value.as_object_mut().unwrap().remove("gone");
        });
        assert_eq!(new, r#"{"b":3.50,"a":2.50,"aa":5}"#);
        assert_eq!(edited(old, |_| ()), old.trim());
    }

    #[test]
    fn items_are_found_again_where_others_went_or_came() {
        let old = r#"[{"n": 1e30}, {"n": 2E30}, {"n": 100000000000000000000}, 3.50]"#;
        let items =
            |edit: fn(&mut Vec<Value>)| edited(old, |value| edit(value.as_array_mut().unwrap()));
        assert_eq!(
            items(|items| drop(items.remove(0))),
            r#"[{"n": 2E30},{"n": 100000000000000000000},3.50]"#
        );
        assert_eq!(
            items(|items| items.insert(0, "new".into())),
            r#"["new",{"n": 1e30},{"n": 2E30},{"n": 100000000000000000000},3.50]"#
        );
        assert_eq!(
            items(|items| items.reverse()),
            r#"[3.50,{"n": 100000000000000000000},{"n": 2E30},{"n": 1e30}]"#
        );
        assert_eq!(
            items(|items| items[2]["more"] = true.into()),
            r#"[{"n": 1e30},{"n": 2E30},{"n":100000000000000000000,"more":true},3.50]"#
        );
        assert_eq!(items(Vec::clear), "[]");
    }
}
