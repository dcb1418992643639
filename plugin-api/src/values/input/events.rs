//! Events and other JSON, and the state of their room.

use hsmod_abi::{InPlace, Kept, Lent, Prepared, Shared, Slice, Str};
use serde::Serialize;

use crate::values::arg::RawJson;
use crate::values::event::{Event, OwnedEvent};
use crate::values::json::JsonStr;
use crate::values::state::{Nameless, State, StateHandle};

use super::several::One;
use super::shown::IntoEvent;
use super::{Input, InputError, OwnedInput, written};

/// JSON text that the homeserver has at hand.
#[derive(Clone, Copy, Debug)]
#[allow(clippy::exhaustive_structs, reason = "a wrapper that names a way to give JSON")]
pub struct Json<'a>(pub &'a str);

/// A value that serialises to the required JSON: a PDU of the homeserver's own type.
#[derive(Clone, Copy, Debug)]
#[allow(clippy::exhaustive_structs, reason = "a wrapper that names a way to give JSON")]
pub struct Ser<'a, T: ?Sized>(pub &'a T);

/// A value that can be converted into JSON text, most often that of an event.
pub trait IntoJson: IntoEvent {
    /// The text.
    ///
    /// # Errors
    /// It cannot be serialised as JSON.
    fn into_json(self) -> Result<String, InputError>;
}

impl IntoJson for Json<'_> {
    fn into_json(self) -> Result<String, InputError> {
        Ok(self.0.to_owned())
    }
}

impl<T: Serialize + ?Sized> IntoJson for Ser<'_, T> {
    fn into_json(self) -> Result<String, InputError> {
        serde_json::to_string(self.0)
            .map_err(|error| InputError(format!("a value cannot be written as JSON: {error}")))
    }
}

impl IntoEvent for Json<'_> {
    fn into_event(self) -> Result<OwnedEvent, InputError> {
        OwnedEvent::from_json(self.0)
            .map_err(|error| InputError(format!("an event cannot be read: {error}")))
    }
}

impl<T: Serialize + ?Sized> IntoEvent for Ser<'_, T> {
    fn into_event(self) -> Result<OwnedEvent, InputError> {
        written::event(self.0)
    }
}

impl IntoEvent for &Event<'_> {
    fn into_event(self) -> Result<OwnedEvent, InputError> {
        Ok(self.to_owned())
    }
}

impl IntoEvent for &OwnedEvent {
    fn into_event(self) -> Result<OwnedEvent, InputError> {
        Ok(self.clone())
    }
}

impl IntoEvent for &BuiltEvent {
    fn into_event(self) -> Result<OwnedEvent, InputError> {
        self.event().into_event()
    }
}

type LentEvent = Lent<'static, Event<'static>>;

impl<'a> Input<LentEvent> for &'a Event<'_> {
    type Prepared = &'a Event<'a>;

    #[inline]
    fn prepare(self) -> &'a Event<'a> {
        self
    }
}

impl Prepared<LentEvent> for &Event<'_> {
    #[inline]
    fn raw(&mut self) -> Lent<'_, Event<'_>> {
        Lent::new(*self)
    }
}

impl OwnedInput<LentEvent> for &Event<'_> {
    type Owned = BuiltEvent;

    fn own(self) -> Result<BuiltEvent, InputError> {
        Ok(BuiltEvent::new(self.to_owned()))
    }
}

impl<'a> Input<LentEvent> for &'a OwnedEvent {
    type Prepared = Event<'a>;

    #[inline]
    fn prepare(self) -> Event<'a> {
        self.as_event()
    }
}

impl<'a> Input<Slice<'static, Event<'static>>> for &'a OwnedEvent {
    type Prepared = One<Event<'a>>;

    #[inline]
    fn prepare(self) -> One<Event<'a>> {
        One(self.as_event())
    }
}

impl Prepared<LentEvent> for Event<'_> {
    #[inline]
    fn raw(&mut self) -> Lent<'_, Event<'_>> {
        Lent::new(self)
    }
}

impl OwnedInput<LentEvent> for &OwnedEvent {
    type Owned = BuiltEvent;

    fn own(self) -> Result<BuiltEvent, InputError> {
        Ok(BuiltEvent::new(self.clone()))
    }
}

/// An event that is read or serialised once and passed to several questions and notifications.
///
/// Clones of it, and the copies that notifications keep, share the event: nothing is copied.
///
/// ```
/// # use hsmod_plugin_api::host::{BuiltEvent, InputError, Json};
/// # fn example(json: &str) -> Result<(), InputError> {
/// let event = BuiltEvent::of(Json(json))?;
/// // `&event` can be passed any number of times.
/// assert_eq!(event.event().event_type(), "m.room.message");
/// # Ok(())
/// # }
/// # example(r#"{"event_id":"$1","room_id":"!r:x","sender":"@a:x","type":"m.room.message","content":{}}"#)?;
/// # Ok::<(), InputError>(())
/// ```
#[derive(Clone, Debug)]
pub struct BuiltEvent(Kept<OwnedEvent, Event<'static>>);

impl BuiltEvent {
    /// Builds an event from any representation.
    ///
    /// # Errors
    /// It cannot be serialised as JSON, or is not an event.
    pub fn of(source: impl IntoEvent) -> Result<Self, InputError> {
        source.into_event().map(Self::new)
    }

    pub(super) fn new(owned: OwnedEvent) -> Self {
        Self(Kept::<_, Event<'static>>::new(owned, OwnedEvent::as_event))
    }

    /// The view.
    pub const fn event(&self) -> &Event<'_> {
        self.0.view()
    }
}

impl Shared<LentEvent> for BuiltEvent {
    fn shared(&self) -> Lent<'_, Event<'_>> {
        Lent::new(self.event())
    }
}

impl<'a> Input<LentEvent> for &'a BuiltEvent {
    type Prepared = &'a Event<'a>;

    #[inline]
    fn prepare(self) -> &'a Event<'a> {
        self.event()
    }
}

impl<'a> Input<Slice<'static, Event<'static>>> for &'a BuiltEvent {
    type Prepared = One<&'a Event<'a>>;

    #[inline]
    fn prepare(self) -> One<&'a Event<'a>> {
        One(self.event())
    }
}

impl OwnedInput<LentEvent> for &BuiltEvent {
    type Owned = BuiltEvent;

    fn own(self) -> Result<BuiltEvent, InputError> {
        Ok(self.clone())
    }
}

/// An event that is serialised when the first module is asked, and borrowed from the question
/// itself.
#[derive(Debug)]
pub struct LazyEvent<J> {
    source: Option<J>,
    built: InPlace<Option<OwnedEvent>, Event<'static>>,
}

impl<J> LazyEvent<J> {
    const fn new(source: J) -> Self {
        Self { source: Some(source), built: InPlace::new(None) }
    }
}

impl<J: IntoEvent> Prepared<LentEvent> for LazyEvent<J> {
    fn build(&mut self) -> Result<(), InputError> {
        if let Some(source) = self.source.take() {
            *self.built.owner_mut() = Some(source.into_event()?);
        }
        Ok(())
    }

    fn raw(&mut self) -> Lent<'_, Event<'_>> {
        Lent::new(self.built.view(|event| match event {
            Some(event) => event.as_event(),
            None => unreachable!("`build` made it, or failed"),
        }))
    }
}

/// An argument that is serialised as JSON when the first module is asked.
#[derive(Debug)]
pub struct LazyJson<J> {
    source: Option<J>,
    text: String,
}

impl<J: IntoJson> Prepared<RawJson<'static>> for LazyJson<J> {
    fn build(&mut self) -> Result<(), InputError> {
        if let Some(source) = self.source.take() {
            self.text = source.into_json()?;
        }
        Ok(())
    }

    fn raw(&mut self) -> RawJson<'_> {
        RawJson(Str::new(&self.text))
    }
}

impl<'a, T: Serialize + ?Sized> Input<LentEvent> for Ser<'a, T> {
    type Prepared = LazyEvent<Self>;

    #[inline]
    fn prepare(self) -> LazyEvent<Self> {
        LazyEvent::new(self)
    }
}

impl<'a, T: Serialize + ?Sized> Input<Slice<'static, Event<'static>>> for Ser<'a, T> {
    type Prepared = One<LazyEvent<Self>>;

    #[inline]
    fn prepare(self) -> One<LazyEvent<Self>> {
        One(LazyEvent::new(self))
    }
}

impl<'a, T: Serialize + ?Sized> Input<RawJson<'static>> for Ser<'a, T> {
    type Prepared = LazyJson<Self>;

    #[inline]
    fn prepare(self) -> LazyJson<Self> {
        LazyJson { source: Some(self), text: String::new() }
    }
}

impl<'a> Input<RawJson<'static>> for Json<'a> {
    type Prepared = &'a JsonStr;

    #[inline]
    fn prepare(self) -> &'a JsonStr {
        JsonStr::new(self.0)
    }
}

/// Copies of JSON in any representation.
macro_rules! owned_json {
    ($( [$($generics:tt)*] $source:ty; )*) => { $(
        impl<$($generics)*> OwnedInput<LentEvent> for $source {
            type Owned = BuiltEvent;

            fn own(self) -> Result<BuiltEvent, InputError> {
                self.into_event().map(BuiltEvent::new)
            }
        }

        impl<$($generics)*> OwnedInput<RawJson<'static>> for $source {
            type Owned = OwnedJson;

            fn own(self) -> Result<OwnedJson, InputError> {
                self.into_json().map(OwnedJson)
            }
        }
    )* };
}

owned_json! {
    ['a] Json<'a>;
    ['a, T: Serialize + ?Sized] Ser<'a, T>;
}

/// Owned JSON text.
#[derive(Debug)]
pub struct OwnedJson(String);

impl Shared<RawJson<'static>> for OwnedJson {
    fn shared(&self) -> RawJson<'_> {
        RawJson(Str::new(&self.0))
    }
}

impl<'a> Input<RawJson<'static>> for &'a JsonStr {
    type Prepared = &'a JsonStr;

    fn prepare(self) -> &'a JsonStr {
        self
    }
}

impl Prepared<RawJson<'static>> for &JsonStr {
    fn raw(&mut self) -> RawJson<'_> {
        RawJson(Str::new(self.as_str()))
    }
}

type LentState = Lent<'static, State<'static>>;

impl<'a> Input<LentState> for &'a StateHandle {
    type Prepared = State<'a>;

    #[inline]
    fn prepare(self) -> State<'a> {
        self.lend()
    }
}

impl Prepared<LentState> for State<'_> {
    #[inline]
    fn raw(&mut self) -> Lent<'_, State<'_>> {
        Lent::new(self)
    }
}

impl OwnedInput<LentState> for &StateHandle {
    type Owned = OwnedState;

    fn own(self) -> Result<OwnedState, InputError> {
        Ok(OwnedState(self.keep()))
    }
}

/// A shared state handle, and the view of it.
#[derive(Debug)]
pub struct OwnedState(Kept<dyn Nameless, State<'static>>);

impl Shared<LentState> for OwnedState {
    fn shared(&self) -> Lent<'_, State<'_>> {
        Lent::new(self.0.view())
    }
}
