//! Serialises a value of the homeserver as the JSON of an event in one pass: the positions of the
//! head are recorded while it is written.
//!
//! Rationale: the recorded positions are those of whole values. If a value is not of the required
//! form, the text is parsed like any other, which reports the error.

use std::cell::RefCell;
use std::io;
use std::ops::Range;

use serde::Serialize;
use serde::ser::{SerializeMap, SerializeStruct, Serializer};
use serde_json::{Error, Serializer as Json};

use crate::values::event::{OwnedEvent, Places};

use super::InputError;

/// The initial capacity for an event; most fit into it.
const USUAL: usize = 1024;

/// Serialises an event.
///
/// # Errors
/// It cannot be serialised as JSON, or is not an event.
pub(super) fn event<T: Serialize + ?Sized>(value: &T) -> Result<OwnedEvent, InputError> {
    let (text, mut places) = (RefCell::new(Vec::with_capacity(USUAL)), Places::default());
    let mut json = Json::new(Pen(&text));
    let written = value.serialize(Noting { json: &mut json, text: &text, places: &mut places });
    // The JSON serializer writes only UTF-8.
    let text =
        written.and_then(|()| String::from_utf8(text.take()).map_err(serde::ser::Error::custom));
    let text =
        text.map_err(|error| InputError(format!("a value cannot be written as JSON: {error}")))?;
    OwnedEvent::from_places(text, &places)
        .map_err(|error| InputError(format!("an event cannot be read: {error}")))
}

/// The output, whose length is visible to others while it is written.
struct Pen<'t>(&'t RefCell<Vec<u8>>);

impl io::Write for Pen<'_> {
    #[inline]
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.borrow_mut().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    #[inline]
    fn write_all(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.write(bytes).map(drop)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Writes as `json` does, and records the positions of the values of the top-level object.
struct Noting<'a, 't> {
    json: &'a mut Json<Pen<'t>>,
    text: &'t RefCell<Vec<u8>>,
    places: &'a mut Places,
}

type Plain<'a, 't> = &'a mut Json<Pen<'t>>;

/// A value that is not an object is written unchanged; reading it then fails.
macro_rules! plainly {
    ($( $method:ident($($argument:ident: $type:ty),*) -> $result:ty; )*) => { $(
        fn $method(self, $($argument: $type),*) -> Result<$result, Error> {
            self.json.$method($($argument),*)
        }
    )* };
}

impl<'a, 't> Serializer for Noting<'a, 't> {
    type Ok = ();
    type Error = Error;
    type SerializeSeq = <Plain<'a, 't> as Serializer>::SerializeSeq;
    type SerializeTuple = <Plain<'a, 't> as Serializer>::SerializeTuple;
    type SerializeTupleStruct = <Plain<'a, 't> as Serializer>::SerializeTupleStruct;
    type SerializeTupleVariant = <Plain<'a, 't> as Serializer>::SerializeTupleVariant;
    type SerializeMap = Fields<'a, 't, <Plain<'a, 't> as Serializer>::SerializeMap>;
    type SerializeStruct = Fields<'a, 't, <Plain<'a, 't> as Serializer>::SerializeStruct>;
    type SerializeStructVariant = <Plain<'a, 't> as Serializer>::SerializeStructVariant;

    fn serialize_map(self, length: Option<usize>) -> Result<Self::SerializeMap, Error> {
        let Self { json, text, places } = self;
        Ok(Fields { fields: json.serialize_map(length)?, text, places, key: None })
    }

    fn serialize_struct(
        self,
        name: &'static str,
        length: usize,
    ) -> Result<Self::SerializeStruct, Error> {
        let Self { json, text, places } = self;
        Ok(Fields { fields: json.serialize_struct(name, length)?, text, places, key: None })
    }

    fn serialize_some<T: Serialize + ?Sized>(self, value: &T) -> Result<(), Error> {
        value.serialize(self)
    }

    fn serialize_newtype_struct<T: Serialize + ?Sized>(
        self,
        _name: &'static str,
        value: &T,
    ) -> Result<(), Error> {
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

    plainly! {
        serialize_bool(value: bool) -> ();
        serialize_i8(value: i8) -> ();
        serialize_i16(value: i16) -> ();
        serialize_i32(value: i32) -> ();
        serialize_i64(value: i64) -> ();
        serialize_u8(value: u8) -> ();
        serialize_u16(value: u16) -> ();
        serialize_u32(value: u32) -> ();
        serialize_u64(value: u64) -> ();
        serialize_f32(value: f32) -> ();
        serialize_f64(value: f64) -> ();
        serialize_char(value: char) -> ();
        serialize_str(value: &str) -> ();
        serialize_bytes(value: &[u8]) -> ();
        serialize_none() -> ();
        serialize_unit() -> ();
        serialize_unit_struct(name: &'static str) -> ();
        serialize_unit_variant(name: &'static str, index: u32, variant: &'static str) -> ();
        serialize_seq(length: Option<usize>) -> Self::SerializeSeq;
        serialize_tuple(length: usize) -> Self::SerializeTuple;
        serialize_tuple_struct(name: &'static str, length: usize) -> Self::SerializeTupleStruct;
        serialize_tuple_variant(
            name: &'static str, index: u32, variant: &'static str, length: usize
        ) -> Self::SerializeTupleVariant;
        serialize_struct_variant(
            name: &'static str, index: u32, variant: &'static str, length: usize
        ) -> Self::SerializeStructVariant;
    }
}

/// The fields of the top-level object.
struct Fields<'a, 't, F> {
    fields: F,
    text: &'t RefCell<Vec<u8>>,
    places: &'a mut Places,
    /// The position of the key whose value comes next, including its quotes.
    key: Option<Range<usize>>,
}

impl<F> Fields<'_, '_, F> {
    fn written(&self) -> usize {
        self.text.borrow().len()
    }

    /// The position of a key that was written after `place`, which may begin with a comma.
    fn behind_comma(&self, place: usize) -> usize {
        place + usize::from(self.text.borrow().get(place) == Some(&b','))
    }
}

impl<F: SerializeStruct<Ok = (), Error = Error>> SerializeStruct for Fields<'_, '_, F> {
    type Ok = ();
    type Error = Error;

    fn serialize_field<T: Serialize + ?Sized>(
        &mut self,
        key: &'static str,
        value: &T,
    ) -> Result<(), Error> {
        let before = self.written();
        self.fields.serialize_field(key, value)?;
        // The key is followed by two quotes and a colon; the keys of the head contain no escapes.
        let value = self.behind_comma(before) + key.len() + 3;
        self.places.note(key.as_bytes(), value..self.written());
        Ok(())
    }

    fn skip_field(&mut self, key: &'static str) -> Result<(), Error> {
        self.fields.skip_field(key)
    }

    fn end(self) -> Result<(), Error> {
        self.fields.end()
    }
}

impl<F: SerializeMap<Ok = (), Error = Error>> SerializeMap for Fields<'_, '_, F> {
    type Ok = ();
    type Error = Error;

    fn serialize_key<T: Serialize + ?Sized>(&mut self, key: &T) -> Result<(), Error> {
        let before = self.written();
        self.fields.serialize_key(key)?;
        self.key = Some(self.behind_comma(before)..self.written());
        Ok(())
    }

    fn serialize_value<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), Error> {
        let before = self.written();
        self.fields.serialize_value(value)?;
        if let Some(key) = self.key.take() {
            let text = self.text.borrow();
            let key = text.get(key.start + 1..key.end - 1).unwrap_or_default();
            // The value follows a colon.
            self.places.note(key, before + 1..text.len());
        }
        Ok(())
    }

    fn end(self) -> Result<(), Error> {
        self.fields.end()
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use serde_json::value::RawValue;
    use serde_json::{Value, json};

    use super::*;

    #[derive(Clone, Serialize)]
    struct Pdu {
        depth: u64,
        #[serde(rename = "type")]
        kind: &'static str,
        event_id: Option<&'static str>,
        room_id: &'static str,
        #[serde(skip_serializing_if = "Option::is_none")]
        state_key: Option<Option<&'static str>>,
        sender: String,
        origin_server_ts: i64,
        content: Value,
        hashes: BTreeMap<String, String>,
    }

    #[derive(Serialize)]
    struct Wrapped<'a>(&'a Pdu);

    #[derive(Serialize)]
    struct Flat {
        #[serde(flatten)]
        pdu: Pdu,
        extra: f64,
    }

    fn pdu() -> Pdu {
        Pdu {
            depth: 7,
            kind: "m.room.message",
            event_id: Some("$e"),
            room_id: "!r:x",
            state_key: None,
            sender: "@a:x".to_owned(),
            origin_server_ts: -5,
            content: json!({"sender": "@b:x", "a": ["\"", {}]}),
            hashes: BTreeMap::new(),
        }
    }

    /// Serialises `value`, and compares the result with what is read from the same text.
    fn same(value: &(impl Serialize + ?Sized)) -> Result<OwnedEvent, InputError> {
        let text = serde_json::to_string(value).unwrap();
        let read = OwnedEvent::from_json(text.as_str())
            .map_err(|error| InputError(format!("an event cannot be read: {error}")));
        let written = event(value);
        assert_eq!(written, read, "{text}");
        if let Ok(event) = &written {
            assert_eq!(event.as_event().json().as_str(), text);
            let content: Value = event.as_event().content().unwrap();
            assert_eq!(content, serde_json::from_str::<Value>(&text).unwrap()["content"]);
        }
        written
    }

    #[test]
    fn written_events_equal_parsed_ones() {
        for state_key in [None, Some(None), Some(Some("")), Some(Some("@ä:x")), Some(Some("\"\\"))]
        {
            let pdu = Pdu { state_key, ..pdu() };
            for value in [
                same(&pdu),
                same(&Some(Wrapped(&pdu))),
                same(&serde_json::to_value(&pdu).unwrap()),
                same(&Flat { pdu: pdu.clone(), extra: 0.5 }),
                same(&RawValue::from_string(serde_json::to_string(&pdu).unwrap()).unwrap()),
            ] {
                assert_eq!(value.unwrap().as_event().state_key(), state_key.flatten());
            }
        }
        let create = json!({"event_id": "$c", "sender": "@a:x", "type": "m.room.create",
            "state_key": "", "content": {}});
        assert_eq!(same(&create).unwrap().as_event().room_id(), "!c");
    }

    #[test]
    fn values_that_are_no_events_are_refused_as_by_the_parser() {
        assert!(same(&Pdu { event_id: None, ..pdu() }).is_err());
        assert!(same(&Pdu { content: json!([]), ..pdu() }).is_err());
        let of = |key: &str, value: Value| {
            let mut pdu = serde_json::to_value(pdu()).unwrap();
            pdu[key] = value;
            same(&pdu)
        };
        assert!(of("sender", json!(1)).is_err());
        assert!(of("origin_server_ts", json!(1.5)).is_err());
        assert!(of("state_key", json!({})).is_err());
        for value in [json!(null), json!([1]), json!("x"), json!(true), json!(1.5)] {
            assert!(same(&value).is_err());
        }
        assert!(same(&((), 'c', Some(1_u8), b"b")).is_err());
        let error = event(&BTreeMap::from([((), 1)])).unwrap_err().to_string();
        assert_eq!(error, "a value cannot be written as JSON: key must be a string");
    }

    /// A field that occurs twice, as a flattened one may.
    #[test]
    fn a_field_that_is_there_twice_is_refused() {
        #[derive(Serialize)]
        struct Twice {
            sender: &'static str,
            #[serde(flatten)]
            pdu: Pdu,
        }
        let error = same(&Twice { sender: "@b:x", pdu: pdu() }).unwrap_err().to_string();
        assert!(error.contains("duplicate field `sender`"), "{error}");
    }
}
