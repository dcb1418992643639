//! Events as text: in the forms of a homeserver's storage and of federation.

use std::borrow::Cow;
use std::collections::BTreeMap;

use hsmod_abi::{Lent, Slice, TextSource, Texts};
use serde_json::value::{RawValue, to_raw_value};

use crate::values::event::head::{Head, Known, content_of, place_within};
use crate::values::event::{Event, OwnedEvent, Shown, part};

use super::several::{One, SeveralInput};
use super::shown::{EventError, EventSource, IntoEvent, Made, ShownEvent, ShownEvents};
use super::{BuiltEvent, Input, InputError, Json, OwnedInput};

/// An event in the form of federation: its ID is not part of the text, but a hash of it.
///
/// A question copies nothing; the whole event that modules see is assembled when one of them asks
/// for it. If the text contains an `event_id`, modules see the one given here instead.
///
/// ```
/// # use hsmod_plugin_api::host::Pdu;
/// let json = r#"{"room_id": "!r:other.org", "sender": "@a:other.org", "type": "m.room.message",
///     "origin_server_ts": 1, "content": {"body": "hello"}}"#;
/// let pdu = Pdu { event_id: "$1", room_id: "!r:other.org", room_version: Some("11"), json };
/// # let _ = pdu;
/// ```
#[derive(Clone, Copy, Debug)]
#[allow(clippy::exhaustive_structs, reason = "all that is known beside the text, by name")]
pub struct Pdu<'a> {
    /// Its ID, as computed by the homeserver.
    pub event_id: &'a str,
    /// The room in which it was sent. It is an error if the text names another one.
    pub room_id: &'a str,
    /// The version of that room; `None` if it is not known.
    pub room_version: Option<&'a str>,
    /// The PDU, with or without its `event_id`.
    pub json: &'a str,
}

/// A question's form of an event that is passed as text.
#[derive(Debug)]
pub struct TextEvent<'a> {
    json: &'a str,
    /// Set for a PDU.
    known: Known<'a>,
    room_version: Option<&'a str>,
    /// Set once it has been read.
    head: Option<Head<'a>>,
    whole: Made<'a>,
}

impl<'a> From<Json<'a>> for TextEvent<'a> {
    #[inline]
    fn from(Json(json): Json<'a>) -> Self {
        let known = Known { event_id: None, room_id: None };
        Self { json, known, room_version: None, head: None, whole: Made::default() }
    }
}

impl<'a> From<Pdu<'a>> for TextEvent<'a> {
    #[inline]
    fn from(Pdu { event_id, room_id, room_version, json }: Pdu<'a>) -> Self {
        let known = Known { event_id: Some(event_id), room_id: Some(room_id) };
        Self { json, known, room_version, head: None, whole: Made::default() }
    }
}

impl<'a> TextEvent<'a> {
    fn shown<'s>(&'s self, head: &'s Head<'a>, texts: Texts<'s>) -> Shown<'s> {
        Shown {
            event_id: &head.event_id,
            room_id: &head.room_id,
            sender: &head.sender,
            event_type: &head.event_type,
            state_key: head.state_key.as_deref(),
            origin_server_ts: head.origin_server_ts,
            content: Some(head.content),
            room_version: self.room_version,
            texts,
        }
    }

    fn head(&self) -> &Head<'a> {
        self.head.as_ref().expect("`build` made it, or failed")
    }
}

/// Returns the whole event of `json` with the ID of `head`.
fn with_event_id<'a>(json: &'a str, head: &Head<'_>) -> Result<Cow<'a, str>, EventError> {
    match &head.named {
        Some(named) if *named == head.event_id => Ok(json.into()),
        Some(_) => {
            let mut fields: BTreeMap<Cow<'_, str>, &RawValue> = serde_json::from_str(json)?;
            let event_id = to_raw_value(&head.event_id)?;
            fields.insert("event_id".into(), &event_id);
            Ok(serde_json::to_string(&fields)?.into())
        }
        None => {
            // It is a non-empty object, since it has been read as an event.
            let members = json.trim_start().strip_prefix('{').unwrap_or_default();
            let event_id = serde_json::to_string(&head.event_id)?;
            Ok(format!("{{\"event_id\":{event_id},{members}").into())
        }
    }
}

impl EventSource for TextEvent<'_> {
    fn build(&mut self) -> Result<(), InputError> {
        let head = Head::read_known(self.json, self.known).map_err(|error| {
            let name =
                self.known.event_id.map_or("an event".into(), |id| format!("the event {id}"));
            InputError(format!("{name} cannot be read: {error}"))
        })?;
        self.head = Some(head);
        Ok(())
    }

    fn event(&self) -> Event<'_> {
        self.shown(self.head(), Texts::new(self)).into()
    }
}

impl TextSource for TextEvent<'_> {
    fn text(&self, part: u32) -> Option<&str> {
        match part {
            part::JSON => self.whole.get(|| with_event_id(self.json, self.head())),
            part::CONTENT => Some(self.head().content),
            _ => None,
        }
    }
}

impl IntoEvent for Pdu<'_> {
    fn into_event(self) -> Result<OwnedEvent, InputError> {
        let mut source = TextEvent::from(self);
        source.build()?;
        let head = source.head();
        let unreadable = |error: &dyn std::fmt::Display| {
            InputError(format!("the event {} cannot be read: {error}", self.event_id))
        };
        let whole = with_event_id(self.json, head).map_err(|error| unreadable(&error))?;
        let content = place_within(head.content, &whole).map_or_else(|| content_of(&whole), Ok);
        let content = content.map_err(|error| unreadable(&error))?;
        Ok(OwnedEvent::of_parts(&source.shown(head, Texts::NONE), whole.into_owned(), content))
    }
}

impl OwnedInput<Lent<'static, Event<'static>>> for Pdu<'_> {
    type Owned = BuiltEvent;

    fn own(self) -> Result<BuiltEvent, InputError> {
        self.into_event().map(BuiltEvent::new)
    }
}

impl<'a> SeveralInput<Slice<'static, Event<'static>>> for Vec<Pdu<'a>> {
    type Prepared = ShownEvents<TextEvent<'a>>;

    fn prepare(self) -> Self::Prepared {
        ShownEvents::new(self.into_iter().map(TextEvent::from))
    }
}

macro_rules! texts {
    ($( $source:ident; )*) => { $(
        impl<'a> Input<Lent<'static, Event<'static>>> for $source<'a> {
            type Prepared = ShownEvent<TextEvent<'a>>;

            #[inline]
            fn prepare(self) -> Self::Prepared {
                ShownEvent::new(self.into())
            }
        }

        impl<'a> Input<Slice<'static, Event<'static>>> for $source<'a> {
            type Prepared = One<ShownEvent<TextEvent<'a>>>;

            #[inline]
            fn prepare(self) -> Self::Prepared {
                One(ShownEvent::new(self.into()))
            }
        }
    )* };
}

texts! { Json; Pdu; }
