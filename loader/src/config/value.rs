//! Converts any self-describing format to JSON exactly: a value that JSON cannot hold is a flaw,
//! and never changed silently.

use std::fmt;

use serde::de::{
    DeserializeSeed, Deserializer, EnumAccess, Error, IgnoredAny, MapAccess, SeqAccess,
    VariantAccess, Visitor,
};
use serde_json::{Map, Number, Value};

use super::{
    flaw::{Flaw, item},
    locate::too_large,
};

/// Reads one value. If it cannot be read, the result is `null` and a flaw is added.
pub(super) struct Exact<'a> {
    flaws: &'a mut Vec<Flaw>,
    path: Vec<String>,
}

impl<'a> Exact<'a> {
    pub(super) fn new(flaws: &'a mut Vec<Flaw>) -> Self {
        Self { flaws, path: Vec::new() }
    }

    fn key_flaw(&mut self, key: &str, found: &str) {
        self.path.push(key.to_owned());
        self.flaws.push(
            Flaw::new(&self.path, format!("keys must be strings, found {found}"))
                .fix("put the key in quotes"),
        );
        self.path.pop();
    }
}

impl<'de> DeserializeSeed<'de> for &mut Exact<'_> {
    type Value = Value;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Value, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for &mut Exact<'_> {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a value")
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Value, E> {
        Ok(Value::Bool(value))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_u64<E>(self, value: u64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_i128<E>(self, value: i128) -> Result<Value, E> {
        self.flaws.push(too_large(&self.path, &value.to_string()));
        Ok(Value::Null)
    }

    fn visit_u128<E>(self, value: u128) -> Result<Value, E> {
        self.flaws.push(too_large(&self.path, &value.to_string()));
        Ok(Value::Null)
    }

    fn visit_f64<E>(self, value: f64) -> Result<Value, E> {
        let number = Number::from_f64(value);
        if number.is_none() {
            self.flaws.push(
                Flaw::new(&self.path, "numbers must be finite")
                    .fix("write a number, or quote the value if it is a string"),
            );
        }
        Ok(number.into())
    }

    fn visit_str<E>(self, value: &str) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut access: A) -> Result<Value, A::Error> {
        let mut items = Vec::new();
        loop {
            self.path.push(item(items.len()));
            let next = access.next_element_seed(&mut *self)?;
            self.path.pop();
            match next {
                Some(value) => items.push(value),
                None => return Ok(items.into()),
            }
        }
    }

    fn visit_map<A: MapAccess<'de>>(self, mut access: A) -> Result<Value, A::Error> {
        let mut members = Map::new();
        while let Some(key) = access.next_key_seed(KeySeed)? {
            let key = match key {
                Key::Text(key) => key,
                Key::Scalar(key, found) => {
                    self.key_flaw(&key, found);
                    key
                }
                Key::Other(found) => {
                    self.flaws.push(
                        Flaw::new(&self.path, format!("keys must be strings, found {found}"))
                            .fix("write each key as one word or a quoted string"),
                    );
                    access.next_value::<IgnoredAny>()?;
                    continue;
                }
            };
            self.path.push(key);
            let value = access.next_value_seed(&mut *self)?;
            // The loop has pushed it.
            let key = self.path.pop().unwrap_or_default();
            // A repeated key has been reported; keep its first value, which is the one the outline
            // shows.
            members.entry(key).or_insert(value);
        }
        Ok(members.into())
    }

    /// A YAML tag, which the outline has reported: read the tagged value.
    fn visit_enum<A: EnumAccess<'de>>(self, access: A) -> Result<Value, A::Error> {
        let (_tag, content) = access.variant::<IgnoredAny>()?;
        content.newtype_variant_seed(self)
    }
}

/// A mapping's key.
enum Key {
    Text(String),
    /// Its text and its kind.
    Scalar(String, &'static str),
    Other(&'static str),
}

struct KeySeed;

impl<'de> DeserializeSeed<'de> for KeySeed {
    type Value = Key;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Key, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for KeySeed {
    type Value = Key;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a key")
    }

    fn visit_str<E>(self, value: &str) -> Result<Key, E> {
        Ok(Key::Text(value.to_owned()))
    }

    fn visit_unit<E>(self) -> Result<Key, E> {
        Ok(Key::Scalar("null".to_owned(), "null"))
    }

    fn visit_bool<E>(self, value: bool) -> Result<Key, E> {
        Ok(Key::Scalar(value.to_string(), "a boolean"))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Key, E> {
        Ok(Key::Scalar(value.to_string(), "a number"))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Key, E> {
        Ok(Key::Scalar(value.to_string(), "a number"))
    }

    fn visit_i128<E>(self, value: i128) -> Result<Key, E> {
        Ok(Key::Scalar(value.to_string(), "a number"))
    }

    fn visit_u128<E>(self, value: u128) -> Result<Key, E> {
        Ok(Key::Scalar(value.to_string(), "a number"))
    }

    fn visit_f64<E>(self, value: f64) -> Result<Key, E> {
        Ok(Key::Scalar(value.to_string(), "a number"))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut access: A) -> Result<Key, A::Error> {
        while access.next_element::<IgnoredAny>()?.is_some() {}
        Ok(Key::Other("a list"))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut access: A) -> Result<Key, A::Error> {
        while access.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
        Ok(Key::Other("a mapping"))
    }

    fn visit_enum<A: EnumAccess<'de>>(self, access: A) -> Result<Key, A::Error> {
        let (_tag, content) = access.variant::<IgnoredAny>()?;
        content.newtype_variant_seed(self).map_err(A::Error::custom)
    }
}
