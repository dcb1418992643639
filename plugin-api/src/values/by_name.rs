//! Deserialises JSON so that structs are read only from objects, by the names of their fields.
//!
//! Rationale: the code that serde derives for a struct also accepts a list of the fields in the
//! order of their declaration. In input from outside that is never intended, and a filter that
//! examines the fields of objects would let it pass.

mod watch;

use std::fmt;

use serde::Deserialize;
use serde::de::{
    DeserializeSeed, Deserializer, EnumAccess, Error, Expected, MapAccess, SeqAccess,
    VariantAccess, Visitor,
};

pub use self::watch::Watch;

/// [`serde_json::from_str`], but structs are read from objects only, at any depth.
///
/// This does not reach into values that serde buffers: enums that are `untagged` or have a `tag`,
/// and `flatten`ed fields.
///
/// ```
/// use hsmod_plugin_api::prelude::*;
/// use hsmod_plugin_api::values::by_name;
///
/// #[derive(Debug, Deserialize)]
/// struct Rule { user: String, allow: bool }
///
/// let rules: Vec<Rule> = by_name::from_str(r#"[{"user": "@a:x", "allow": true}]"#)?;
/// assert_eq!((&*rules[0].user, rules[0].allow), ("@a:x", true));
/// let error = by_name::from_str::<Vec<Rule>>(r#"[["@a:x", true]]"#).unwrap_err();
/// assert_eq!(error.to_string(), "invalid type: sequence, expected an object at line 1 column 1");
/// # Ok::<(), serde_json::Error>(())
/// ```
///
/// # Errors
/// The text is not JSON, or does not fit `T`.
pub fn from_str<'de, T: Deserialize<'de>>(text: &'de str) -> Result<T, serde_json::Error> {
    whole(serde_json::Deserializer::from_str(text), ())
}

/// [`from_str`] for bytes.
///
/// # Errors
/// Those of [`from_str`].
pub fn from_slice<'de, T: Deserialize<'de>>(text: &'de [u8]) -> Result<T, serde_json::Error> {
    whole(serde_json::Deserializer::from_slice(text), ())
}

/// [`from_str`] that reports keys that are not read to `watch`.
///
/// # Errors
/// Those of [`from_str`].
pub fn from_str_watched<'de, T: Deserialize<'de>>(
    text: &'de str,
    watch: impl Watch,
) -> Result<T, serde_json::Error> {
    whole(serde_json::Deserializer::from_str(text), watch)
}

fn whole<'de, R: serde_json::de::Read<'de>, T: Deserialize<'de>>(
    mut text: serde_json::Deserializer<R>,
    watch: impl Watch,
) -> Result<T, serde_json::Error> {
    let value = T::deserialize(ByName { inner: &mut text, watch })?;
    text.end()?;
    Ok(value)
}

/// Wraps any deserializer, such as a `&serde_json::Value`, so that structs are read from maps only.
#[derive(Clone, Copy, Debug)]
pub struct ByName<T, W = ()> {
    inner: T,
    watch: W,
}

impl<T> ByName<T> {
    /// Wraps `inner`.
    pub const fn new(inner: T) -> Self {
        Self { inner, watch: () }
    }
}

impl<T, W: Copy> ByName<T, W> {
    /// Wraps a nested value, with the same watcher.
    #[inline]
    fn around<U>(&self, inner: U) -> ByName<U, W> {
        ByName { inner, watch: self.watch }
    }
}

macro_rules! deserialize {
    ($( $method:ident($($argument:ident: $type:ty),*); )*) => { $(
        #[inline]
        fn $method<V: Visitor<'de>>(
            self,
            $($argument: $type,)*
            visitor: V,
        ) -> Result<V::Value, D::Error> {
            let visitor = self.around(visitor);
            self.inner.$method($($argument,)* visitor)
        }
    )* };
}

impl<'de, D: Deserializer<'de>, W: Watch> Deserializer<'de> for ByName<D, W> {
    type Error = D::Error;

    /// The only method that differs from `inner`.
    #[inline]
    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _name: &'static str,
        fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, D::Error> {
        self.inner.deserialize_map(Fields { visitor, watch: self.watch.inside(fields) })
    }

    #[inline]
    fn deserialize_ignored_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, D::Error> {
        self.watch.ignored(self.inner, visitor)
    }

    deserialize! {
        deserialize_any();
        deserialize_bool();
        deserialize_i8();
        deserialize_i16();
        deserialize_i32();
        deserialize_i64();
        deserialize_i128();
        deserialize_u8();
        deserialize_u16();
        deserialize_u32();
        deserialize_u64();
        deserialize_u128();
        deserialize_f32();
        deserialize_f64();
        deserialize_char();
        deserialize_str();
        deserialize_string();
        deserialize_bytes();
        deserialize_byte_buf();
        deserialize_option();
        deserialize_unit();
        deserialize_unit_struct(name: &'static str);
        deserialize_newtype_struct(name: &'static str);
        deserialize_seq();
        deserialize_tuple(length: usize);
        deserialize_tuple_struct(name: &'static str, length: usize);
        deserialize_map();
        deserialize_enum(name: &'static str, variants: &'static [&'static str]);
        deserialize_identifier();
    }

    fn is_human_readable(&self) -> bool {
        self.inner.is_human_readable()
    }
}

macro_rules! visit {
    ($( $method:ident($type:ty); )*) => { $(
        #[inline]
        fn $method<E: Error>(self, value: $type) -> Result<V::Value, E> {
            self.inner.$method(value)
        }
    )* };
}

impl<'de, V: Visitor<'de>, W: Watch> Visitor<'de> for ByName<V, W> {
    type Value = V::Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.inner.expecting(f)
    }

    visit! {
        visit_bool(bool);
        visit_i8(i8);
        visit_i16(i16);
        visit_i32(i32);
        visit_i64(i64);
        visit_i128(i128);
        visit_u8(u8);
        visit_u16(u16);
        visit_u32(u32);
        visit_u64(u64);
        visit_u128(u128);
        visit_f32(f32);
        visit_f64(f64);
        visit_char(char);
        visit_str(&str);
        visit_borrowed_str(&'de str);
        visit_string(String);
        visit_bytes(&[u8]);
        visit_borrowed_bytes(&'de [u8]);
        visit_byte_buf(Vec<u8>);
    }

    #[inline]
    fn visit_none<E: Error>(self) -> Result<V::Value, E> {
        self.inner.visit_none()
    }

    #[inline]
    fn visit_unit<E: Error>(self) -> Result<V::Value, E> {
        self.inner.visit_unit()
    }

    #[inline]
    fn visit_some<D: Deserializer<'de>>(self, deserializer: D) -> Result<V::Value, D::Error> {
        let deserializer = self.around(deserializer);
        self.inner.visit_some(deserializer)
    }

    #[inline]
    fn visit_newtype_struct<D: Deserializer<'de>>(
        self,
        deserializer: D,
    ) -> Result<V::Value, D::Error> {
        let deserializer = self.around(deserializer);
        self.inner.visit_newtype_struct(deserializer)
    }

    #[inline]
    fn visit_seq<A: SeqAccess<'de>>(self, access: A) -> Result<V::Value, A::Error> {
        let access = self.around(access);
        self.inner.visit_seq(access)
    }

    #[inline]
    fn visit_map<A: MapAccess<'de>>(self, access: A) -> Result<V::Value, A::Error> {
        let access = self.around(access);
        self.inner.visit_map(access)
    }

    #[inline]
    fn visit_enum<A: EnumAccess<'de>>(self, access: A) -> Result<V::Value, A::Error> {
        let access = self.around(access);
        self.inner.visit_enum(access)
    }
}

impl<'de, S: DeserializeSeed<'de>, W: Watch> DeserializeSeed<'de> for ByName<S, W> {
    type Value = S::Value;

    #[inline]
    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<S::Value, D::Error> {
        let deserializer = self.around(deserializer);
        self.inner.deserialize(deserializer)
    }
}

impl<'de, A: SeqAccess<'de>, W: Watch> SeqAccess<'de> for ByName<A, W> {
    type Error = A::Error;

    #[inline]
    fn next_element_seed<S: DeserializeSeed<'de>>(
        &mut self,
        seed: S,
    ) -> Result<Option<S::Value>, A::Error> {
        let seed = self.around(seed);
        self.inner.next_element_seed(seed)
    }

    fn size_hint(&self) -> Option<usize> {
        self.inner.size_hint()
    }
}

impl<'de, A: MapAccess<'de>, W: Watch> MapAccess<'de> for ByName<A, W> {
    type Error = A::Error;

    #[inline]
    fn next_key_seed<S: DeserializeSeed<'de>>(
        &mut self,
        seed: S,
    ) -> Result<Option<S::Value>, A::Error> {
        let seed = self.around(seed);
        self.inner.next_key_seed(seed)
    }

    #[inline]
    fn next_value_seed<S: DeserializeSeed<'de>>(&mut self, seed: S) -> Result<S::Value, A::Error> {
        let seed = self.around(seed);
        self.inner.next_value_seed(seed)
    }

    fn size_hint(&self) -> Option<usize> {
        self.inner.size_hint()
    }
}

impl<'de, A: EnumAccess<'de>, W: Watch> EnumAccess<'de> for ByName<A, W> {
    type Error = A::Error;
    type Variant = ByName<A::Variant, W>;

    fn variant_seed<S: DeserializeSeed<'de>>(
        self,
        seed: S,
    ) -> Result<(S::Value, Self::Variant), A::Error> {
        let watch = self.watch;
        let seed = self.around(seed);
        let (value, variant) = self.inner.variant_seed(seed)?;
        Ok((value, ByName { inner: variant, watch }))
    }
}

impl<'de, A: VariantAccess<'de>, W: Watch> VariantAccess<'de> for ByName<A, W> {
    type Error = A::Error;

    fn unit_variant(self) -> Result<(), A::Error> {
        self.inner.unit_variant()
    }

    fn newtype_variant_seed<S: DeserializeSeed<'de>>(self, seed: S) -> Result<S::Value, A::Error> {
        let seed = self.around(seed);
        self.inner.newtype_variant_seed(seed)
    }

    fn tuple_variant<V: Visitor<'de>>(
        self,
        length: usize,
        visitor: V,
    ) -> Result<V::Value, A::Error> {
        let visitor = self.around(visitor);
        self.inner.tuple_variant(length, visitor)
    }

    /// A variant with named fields is a struct, too.
    fn struct_variant<V: Visitor<'de>>(
        self,
        fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, A::Error> {
        self.inner.newtype_variant_seed(Fields { visitor, watch: self.watch.inside(fields) })
    }
}

/// A visitor that accepts only the fields of a struct.
struct Fields<V, W> {
    visitor: V,
    watch: W,
}

impl<'de, V: Visitor<'de>, W: Watch> DeserializeSeed<'de> for Fields<V, W> {
    type Value = V::Value;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<V::Value, D::Error> {
        deserializer.deserialize_map(self)
    }
}

impl<'de, V: Visitor<'de>, W: Watch> Visitor<'de> for Fields<V, W> {
    type Value = V::Value;

    /// The name of a Rust type means nothing to the author of the JSON.
    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let expected = (&self.visitor as &dyn Expected).to_string();
        f.write_str(if expected.starts_with("struct ") { "an object" } else { &expected })
    }

    #[inline]
    fn visit_map<A: MapAccess<'de>>(self, access: A) -> Result<V::Value, A::Error> {
        self.visitor.visit_map(ByName { inner: access, watch: self.watch })
    }
}

#[cfg(test)]
mod tests;
