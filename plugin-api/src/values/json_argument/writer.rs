//! A `serde_json` serializer that takes JSON text unchanged: it neither parses nor quotes it.

use serde::ser::Error as _;
use serde::{Serialize, Serializer};
use serde_json::Error;

/// The name under which a [`JsonStr`](crate::values::JsonStr) serialises its contents, with any
/// serializer; no other type uses it.
pub(crate) const JSON_TEXT: &str = "$hsmod::JsonStr";

/// Serialises a value as JSON.
pub(super) fn text_of(value: &(impl Serialize + ?Sized)) -> Result<String, Error> {
    let mut json = Json::new(Vec::new());
    let mut taken = None;
    value.serialize(Writer { json: &mut json, taken: &mut taken, takes: false })?;
    match taken {
        Some(text) => Ok(text),
        None => String::from_utf8(json.into_inner()).map_err(Error::custom),
    }
}

type Json = serde_json::Serializer<Vec<u8>>;

/// Writes one value; `serde_json` writes the values nested in it.
struct Writer<'a> {
    json: &'a mut Json,
    /// Text that was taken unchanged, in place of the output.
    taken: &'a mut Option<String>,
    /// Whether the next string is such a text.
    takes: bool,
}

/// Delegates to `serde_json`.
macro_rules! hand_on {
    ($( $name:ident($($arg:ident: $type:ty),*) -> $answer:ident; )*) => { $(
        #[inline]
        fn $name(self $(, $arg: $type)*) -> Result<Self::$answer, Error> {
            self.json.$name($($arg),*)
        }
    )* };
}

impl<'a> Serializer for Writer<'a> {
    type Ok = ();
    type Error = Error;
    type SerializeSeq = <&'a mut Json as Serializer>::SerializeSeq;
    type SerializeTuple = <&'a mut Json as Serializer>::SerializeTuple;
    type SerializeTupleStruct = <&'a mut Json as Serializer>::SerializeTupleStruct;
    type SerializeTupleVariant = <&'a mut Json as Serializer>::SerializeTupleVariant;
    type SerializeMap = <&'a mut Json as Serializer>::SerializeMap;
    type SerializeStruct = <&'a mut Json as Serializer>::SerializeStruct;
    type SerializeStructVariant = <&'a mut Json as Serializer>::SerializeStructVariant;

    /// Tells JSON text whether to serialise itself as a JSON value, which checks it first, or as a
    /// string: see `impl Serialize for JsonStr`.
    #[inline]
    fn is_human_readable(&self) -> bool {
        !self.takes
    }

    fn serialize_str(self, text: &str) -> Result<(), Error> {
        if self.takes {
            *self.taken = Some(text.to_owned());
            return Ok(());
        }
        self.json.serialize_str(text)
    }

    fn serialize_newtype_struct<T: Serialize + ?Sized>(
        self,
        name: &'static str,
        value: &T,
    ) -> Result<(), Error> {
        value.serialize(Self { takes: name == JSON_TEXT, ..self })
    }

    fn serialize_some<T: Serialize + ?Sized>(self, value: &T) -> Result<(), Error> {
        value.serialize(self)
    }

    fn serialize_newtype_variant<T: Serialize + ?Sized>(
        self,
        name: &'static str,
        index: u32,
        variant: &'static str,
        value: &T,
    ) -> Result<(), Error> {
        self.json.serialize_newtype_variant(name, index, variant, value)
    }

    hand_on! {
        serialize_bool(value: bool) -> Ok;
        serialize_i8(value: i8) -> Ok;
        serialize_i16(value: i16) -> Ok;
        serialize_i32(value: i32) -> Ok;
        serialize_i64(value: i64) -> Ok;
        serialize_i128(value: i128) -> Ok;
        serialize_u8(value: u8) -> Ok;
        serialize_u16(value: u16) -> Ok;
        serialize_u32(value: u32) -> Ok;
        serialize_u64(value: u64) -> Ok;
        serialize_u128(value: u128) -> Ok;
        serialize_f32(value: f32) -> Ok;
        serialize_f64(value: f64) -> Ok;
        serialize_char(value: char) -> Ok;
        serialize_bytes(value: &[u8]) -> Ok;
        serialize_none() -> Ok;
        serialize_unit() -> Ok;
        serialize_unit_struct(name: &'static str) -> Ok;
        serialize_unit_variant(name: &'static str, index: u32, variant: &'static str) -> Ok;
        serialize_seq(length: Option<usize>) -> SerializeSeq;
        serialize_tuple(length: usize) -> SerializeTuple;
        serialize_tuple_struct(name: &'static str, length: usize) -> SerializeTupleStruct;
        serialize_tuple_variant(name: &'static str, index: u32, variant: &'static str, length: usize)
            -> SerializeTupleVariant;
        serialize_map(length: Option<usize>) -> SerializeMap;
        serialize_struct(name: &'static str, length: usize) -> SerializeStruct;
        serialize_struct_variant(name: &'static str, index: u32, variant: &'static str, length: usize)
            -> SerializeStructVariant;
    }
}
