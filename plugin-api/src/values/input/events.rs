//! Events and other JSON, and the state around them.

use std::borrow::Cow;

use serde::Serialize;

use crate::values::arg::{RawJson, RawSlice};
use crate::values::event::{Event, OwnedEvent};
use crate::values::json::JsonStr;
use crate::values::state::{State, StateHandle};
use crate::values::text::RawStr;

use super::several::One;
use super::{Input, InputError, OwnedInput, Prepared};

/// JSON text that the homeserver has at hand.
#[derive(Clone, Copy, Debug)]
#[allow(clippy::exhaustive_structs, reason = "a wrapper that names a way to give JSON")]
pub struct Json<'a>(pub &'a str);

/// A value that serialises to the JSON in question: a PDU of the homeserver's own type.
#[derive(Clone, Copy, Debug)]
#[allow(clippy::exhaustive_structs, reason = "a wrapper that names a way to give JSON")]
pub struct Ser<'a, T: ?Sized>(pub &'a T);

/// Something that can be written as JSON text.
pub trait IntoJson {
    /// The text.
    ///
    /// # Errors
    /// If it cannot be written as JSON.
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

pub(super) fn read_event(json: String) -> Result<OwnedEvent, InputError> {
    OwnedEvent::from_json(json)
        .map_err(|error| InputError(format!("an event cannot be read: {error}")))
}

type RawEvent = *const Event<'static>;

impl<'a> Input<RawEvent> for &'a Event<'_> {
    type Prepared = &'a Event<'a>;

    #[inline]
    fn prepare(self) -> &'a Event<'a> {
        self
    }
}

// SAFETY: the event outlives `self`.
unsafe impl Prepared<RawEvent> for &Event<'_> {
    #[inline]
    fn raw(&self) -> RawEvent {
        std::ptr::from_ref::<Event<'_>>(self).cast()
    }
}

impl OwnedInput<RawEvent> for &Event<'_> {
    type Owned = BuiltEvent;

    fn own(self) -> Result<BuiltEvent, InputError> {
        Ok(BuiltEvent::new(self.to_owned()))
    }
}

impl<'a> Input<RawEvent> for &'a OwnedEvent {
    type Prepared = Event<'a>;

    #[inline]
    fn prepare(self) -> Event<'a> {
        self.as_event()
    }
}

impl<'a> Input<RawSlice<Event<'static>>> for &'a OwnedEvent {
    type Prepared = One<Event<'a>>;

    #[inline]
    fn prepare(self) -> One<Event<'a>> {
        One(self.as_event())
    }
}

// SAFETY: the view lives in `self`, and what it borrows for longer.
unsafe impl Prepared<RawEvent> for Event<'_> {
    #[inline]
    fn raw(&self) -> RawEvent {
        std::ptr::from_ref::<Event<'_>>(self).cast()
    }
}

impl OwnedInput<RawEvent> for &OwnedEvent {
    type Owned = BuiltEvent;

    fn own(self) -> Result<BuiltEvent, InputError> {
        Ok(BuiltEvent::new(self.clone()))
    }
}

/// An event and the view of it.
#[derive(Debug)]
pub struct BuiltEvent {
    /// Borrows from `_owned`, whose texts lie on the heap and are never changed.
    view: Event<'static>,
    _owned: OwnedEvent,
}

impl BuiltEvent {
    fn new(owned: OwnedEvent) -> Self {
        // SAFETY: only the lifetime changes; the view is dropped with the event it borrows from,
        // and is not handed out for longer than `self` lives.
        let view = unsafe { std::mem::transmute::<Event<'_>, Event<'static>>(owned.as_event()) };
        Self { view, _owned: owned }
    }

    /// The view.
    pub const fn event(&self) -> &Event<'_> {
        &self.view
    }
}

// SAFETY: the view lives in `self`, and what it borrows as long as `self`.
unsafe impl Prepared<RawEvent> for BuiltEvent {
    fn raw(&self) -> RawEvent {
        &raw const self.view
    }
}

/// An event that is built when the first module is asked.
#[derive(Debug)]
pub struct LazyEvent<J> {
    source: Option<J>,
    built: Option<BuiltEvent>,
}

impl<J> LazyEvent<J> {
    const fn new(source: J) -> Self {
        Self { source: Some(source), built: None }
    }
}

// SAFETY: the built event lives in `self`.
unsafe impl<J: IntoJson> Prepared<RawEvent> for LazyEvent<J> {
    fn build(&mut self) -> Result<(), InputError> {
        if let Some(source) = self.source.take() {
            self.built = Some(BuiltEvent::new(read_event(source.into_json()?)?));
        }
        Ok(())
    }

    fn raw(&self) -> RawEvent {
        self.built.as_ref().map_or(std::ptr::null(), Prepared::raw)
    }
}

/// An argument given as JSON text.
#[derive(Debug)]
pub struct LazyJson<'a, J> {
    source: Option<J>,
    text: Cow<'a, str>,
}

// SAFETY: the text lives on the heap as long as `self`, or is borrowed for longer.
unsafe impl<J: IntoJson> Prepared<RawJson> for LazyJson<'_, J> {
    fn build(&mut self) -> Result<(), InputError> {
        if let Some(source) = self.source.take() {
            self.text = Cow::Owned(source.into_json()?);
        }
        Ok(())
    }

    fn raw(&self) -> RawJson {
        RawJson(RawStr::new(&self.text))
    }
}

macro_rules! json_inputs {
    ($( [$($generics:tt)*] $source:ty; )*) => { $(
        impl<$($generics)*> Input<RawEvent> for $source {
            type Prepared = LazyEvent<Self>;

            #[inline]
            fn prepare(self) -> Self::Prepared {
                LazyEvent::new(self)
            }
        }

        impl<$($generics)*> OwnedInput<RawEvent> for $source {
            type Owned = BuiltEvent;

            fn own(self) -> Result<BuiltEvent, InputError> {
                Ok(BuiltEvent::new(read_event(self.into_json()?)?))
            }
        }

        impl<$($generics)*> Input<RawSlice<Event<'static>>> for $source {
            type Prepared = One<LazyEvent<Self>>;

            #[inline]
            fn prepare(self) -> Self::Prepared {
                One(LazyEvent::new(self))
            }
        }

        impl<$($generics)*> Input<RawJson> for $source {
            type Prepared = LazyJson<'static, Self>;

            #[inline]
            fn prepare(self) -> Self::Prepared {
                LazyJson { source: Some(self), text: Cow::Borrowed("") }
            }
        }

        impl<$($generics)*> OwnedInput<RawJson> for $source {
            type Owned = OwnedJson;

            fn own(self) -> Result<OwnedJson, InputError> {
                self.into_json().map(OwnedJson)
            }
        }
    )* };
}

json_inputs! {
    ['a] Json<'a>;
    ['a, T: Serialize + ?Sized] Ser<'a, T>;
}

/// JSON text of its own.
#[derive(Debug)]
pub struct OwnedJson(String);

// SAFETY: the text lives on the heap as long as `self`.
unsafe impl Prepared<RawJson> for OwnedJson {
    fn raw(&self) -> RawJson {
        RawJson(RawStr::new(&self.0))
    }
}

impl<'a> Input<RawJson> for &'a JsonStr {
    type Prepared = &'a JsonStr;

    fn prepare(self) -> &'a JsonStr {
        self
    }
}

// SAFETY: the text outlives `self`.
unsafe impl Prepared<RawJson> for &JsonStr {
    fn raw(&self) -> RawJson {
        RawJson(RawStr::new(self.as_str()))
    }
}

type RawState = *const State<'static>;

impl<'a> Input<RawState> for &'a StateHandle {
    type Prepared = State<'a>;

    #[inline]
    fn prepare(self) -> State<'a> {
        self.lend()
    }
}

// SAFETY: the state is borrowed for longer than `self` lives.
unsafe impl Prepared<RawState> for State<'_> {
    #[inline]
    fn raw(&self) -> RawState {
        std::ptr::from_ref::<State<'_>>(self).cast()
    }
}

impl OwnedInput<RawState> for &StateHandle {
    type Owned = OwnedState;

    fn own(self) -> Result<OwnedState, InputError> {
        // SAFETY: only the lifetime changes; the view is dropped with the handle it borrows from.
        let view = unsafe { std::mem::transmute::<State<'_>, State<'static>>(self.lend()) };
        Ok(OwnedState { view, _handle: self.clone() })
    }
}

/// A state handle and the view of it.
#[derive(Debug)]
pub struct OwnedState {
    view: State<'static>,
    _handle: StateHandle,
}

// SAFETY: the view lives in `self`, and the handle keeps the source alive.
unsafe impl Prepared<RawState> for OwnedState {
    fn raw(&self) -> RawState {
        &raw const self.view
    }
}
