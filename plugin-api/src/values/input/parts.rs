//! Events of the homeserver's own type, passed by their parts.

use std::borrow::Cow;

use hsmod_abi::{Lent, Slice, TextSource, Texts};

use crate::values::event::head::{content_of, place_within};
use crate::values::event::{Event, OwnedEvent, Shown, part};

use super::several::{One, SeveralInput};
use super::shown::{EventError, EventSource, IntoEvent, Made, ShownEvent, ShownEvents};
use super::{BuiltEvent, Input, InputError, OwnedInput};

/// An event of the homeserver's own type: modules read the most used fields in place, and JSON is
/// created only if a module asks for it.
///
/// Pass it to callbacks as [`Parts`]. The methods are called on whatever thread a module runs, and
/// must return the same values each time.
///
/// ```
/// # use std::borrow::Cow;
/// # use hsmod_plugin_api::host::{EventError, EventParts};
/// # #[derive(serde::Serialize)]
/// # struct Pdu { event_id: String, room_id: String, sender: String, kind: String,
/// #     state_key: Option<String>, origin_server_ts: i64, content: serde_json::Value }
/// impl EventParts for Pdu {
///     fn event_id(&self) -> &str { &self.event_id }
///     fn room_id(&self) -> &str { &self.room_id }
///     fn sender(&self) -> &str { &self.sender }
///     fn event_type(&self) -> &str { &self.kind }
///     fn state_key(&self) -> Option<&str> { self.state_key.as_deref() }
///     fn origin_server_ts(&self) -> i64 { self.origin_server_ts }
///     fn room_version(&self) -> Option<&str> { Some("11") }
///     fn json(&self) -> Result<Cow<'_, str>, EventError> {
///         Ok(serde_json::to_string(self)?.into())
///     }
/// }
/// ```
pub trait EventParts: Sync {
    /// `event_id`.
    fn event_id(&self) -> &str;

    /// `room_id`; of the event that creates a room of version 12 or later, the ID of that room.
    fn room_id(&self) -> &str;

    /// `sender`.
    fn sender(&self) -> &str;

    /// `type`.
    fn event_type(&self) -> &str;

    /// `state_key`; `None` if it is not a state event.
    fn state_key(&self) -> Option<&str>;

    /// `origin_server_ts`: milliseconds since 1970.
    fn origin_server_ts(&self) -> i64;

    /// The version of its room (`10`, `12`, ..); `None` if it is not known.
    fn room_version(&self) -> Option<&str> {
        None
    }

    /// The `content` as JSON, if it is at hand in that form: a module then reads it without a
    /// conversion.
    fn content(&self) -> Option<&str> {
        None
    }

    /// The `content` as JSON, created because a module asks for it alone. `None` if a separate
    /// conversion is not worthwhile: [`Self::json`] is then called, and the content found in its
    /// result.
    ///
    /// # Errors
    /// It cannot be serialised. [`Self::json`] is then called, and reports the same problem.
    fn content_json(&self) -> Result<Option<Cow<'_, str>>, EventError> {
        Ok(None)
    }

    /// The whole event: the stored PDU's JSON plus its `event_id`. Created when the first module
    /// asks for it, and kept for the others; for notifications created at once.
    ///
    /// # Errors
    /// It cannot be serialised. The call then fails, which is not counted as the module's fault.
    fn json(&self) -> Result<Cow<'_, str>, EventError>;
}

/// An event passed by its parts.
#[derive(Clone, Copy, Debug)]
#[allow(clippy::exhaustive_structs, reason = "a wrapper that names a way to give an event")]
pub struct Parts<'a, P: ?Sized>(pub &'a P);

/// A question's form of [`Parts`].
#[derive(Debug)]
pub struct PartsSource<'a, P: ?Sized> {
    parts: &'a P,
    json: Made<'a>,
    content: Made<'a>,
}

impl<'a, P: EventParts + ?Sized> From<Parts<'a, P>> for PartsSource<'a, P> {
    #[inline]
    fn from(Parts(parts): Parts<'a, P>) -> Self {
        Self { parts, json: Made::default(), content: Made::default() }
    }
}

/// Returns all parts but the texts that are created on demand.
fn shown<'a, P: EventParts + ?Sized>(parts: &'a P, texts: Texts<'a>) -> Shown<'a> {
    Shown {
        event_id: parts.event_id(),
        room_id: parts.room_id(),
        sender: parts.sender(),
        event_type: parts.event_type(),
        state_key: parts.state_key(),
        origin_server_ts: parts.origin_server_ts(),
        content: parts.content(),
        room_version: parts.room_version(),
        texts,
    }
}

fn unwritten(event_id: &str, why: &dyn std::fmt::Display) -> InputError {
    InputError(format!("the homeserver cannot write the event {event_id} as JSON: {why}"))
}

impl<P: EventParts + ?Sized> EventSource for PartsSource<'_, P> {
    #[inline]
    fn event(&self) -> Event<'_> {
        shown(self.parts, Texts::new(self)).into()
    }

    fn failed(&self) -> Option<InputError> {
        self.json.error().map(|why| unwritten(self.parts.event_id(), &why))
    }
}

impl<P: EventParts + ?Sized> TextSource for PartsSource<'_, P> {
    fn text(&self, part: u32) -> Option<&str> {
        match part {
            part::JSON => self.json.get(|| self.parts.json()),
            part::CONTENT => self.content.get(|| {
                // The caller then looks for it in the whole event.
                self.parts.content_json()?.ok_or_else(|| "it is not made alone".into())
            }),
            _ => None,
        }
    }
}

impl<P: EventParts + ?Sized> IntoEvent for Parts<'_, P> {
    fn into_event(self) -> Result<OwnedEvent, InputError> {
        let Self(parts) = self;
        let json = parts.json().map_err(|error| unwritten(parts.event_id(), &error))?;
        let content = parts.content().and_then(|content| place_within(content, &json));
        let content = content.map_or_else(|| content_of(&json), Ok).map_err(|error| {
            InputError(format!("the event {} cannot be read: {error}", parts.event_id()))
        })?;
        Ok(OwnedEvent::of_parts(&shown(parts, Texts::NONE), json.into_owned(), content))
    }
}

impl<'a, P: EventParts + ?Sized> Input<Lent<'static, Event<'static>>> for Parts<'a, P> {
    type Prepared = ShownEvent<PartsSource<'a, P>>;

    #[inline]
    fn prepare(self) -> Self::Prepared {
        ShownEvent::new(self.into())
    }
}

impl<P: EventParts + ?Sized> OwnedInput<Lent<'static, Event<'static>>> for Parts<'_, P> {
    type Owned = BuiltEvent;

    fn own(self) -> Result<BuiltEvent, InputError> {
        self.into_event().map(BuiltEvent::new)
    }
}

impl<'a, P: EventParts + ?Sized> Input<Slice<'static, Event<'static>>> for Parts<'a, P> {
    type Prepared = One<ShownEvent<PartsSource<'a, P>>>;

    #[inline]
    fn prepare(self) -> Self::Prepared {
        One(ShownEvent::new(self.into()))
    }
}

impl<'a, P: EventParts + ?Sized> SeveralInput<Slice<'static, Event<'static>>>
    for Vec<Parts<'a, P>>
{
    type Prepared = ShownEvents<PartsSource<'a, P>>;

    fn prepare(self) -> Self::Prepared {
        ShownEvents::new(self.into_iter().map(PartsSource::from))
    }
}
