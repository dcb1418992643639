//! Arguments as a homeserver gives them: any string type for an identifier, any way to have an
//! event. A question borrows them; a notification keeps a copy of its own.

use std::borrow::Cow;
use std::cell::UnsafeCell;
use std::fmt;

use abi_stable::std_types::RSlice;
use serde::Serialize;

use super::arg::{RawJson, RawOption};
use super::editable::{EditableJson, EditableText};
use super::event::{Event, OwnedEvent};
use super::json::JsonStr;
use super::media::{FileInfo, ReadableFile};
use super::state::{State, StateHandle};
use super::text::RawStr;
use super::user::{ProfileInfo, RequestInfo, Requester, Threepid, UserProfile};

/// Something a homeserver may give for an argument whose C form is `Raw`.
pub trait Input<Raw> {
    /// What the call keeps of it.
    type Prepared: Prepared<Raw>;

    /// Takes it; nothing is read or built yet.
    fn prepare(self) -> Self::Prepared;
}

/// An argument that a call holds ready.
///
/// # Safety
/// What [`Prepared::raw`] returns stays valid for as long as `self` lives, is not moved and not
/// built again.
pub unsafe trait Prepared<Raw> {
    /// Builds what has to be built; called once, before [`Prepared::raw`], and only if a module
    /// is to be asked.
    ///
    /// # Errors
    /// If what the homeserver gave cannot be read.
    #[inline]
    fn build(&mut self) -> Result<(), InputError> {
        Ok(())
    }

    /// Its C form.
    fn raw(&self) -> Raw;
}

/// An [`Input`] of which a copy can be kept for later.
pub trait OwnedInput<Raw>: Input<Raw> {
    /// The copy; built already.
    type Owned: Prepared<Raw> + Send + Sync + 'static;

    /// Makes the copy.
    ///
    /// # Errors
    /// If what the homeserver gave cannot be read.
    fn own(self) -> Result<Self::Owned, InputError>;
}

/// What a homeserver gave cannot be read: an event that is no event, a value that is not JSON.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InputError(pub(crate) String);

impl fmt::Display for InputError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for InputError {}

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

fn read_event(json: String) -> Result<OwnedEvent, InputError> {
    OwnedEvent::from_json(json)
        .map_err(|error| InputError(format!("an event cannot be read: {error}")))
}

// Texts and numbers.

/// Borrowed text.
#[derive(Debug)]
pub struct Text<'a>(&'a str);
/// Text of its own.
#[derive(Debug)]
pub struct OwnedText(Option<Box<str>>);

// SAFETY: the text outlives `'a`, hence `self`.
unsafe impl Prepared<RawStr> for Text<'_> {
    #[inline]
    fn raw(&self) -> RawStr {
        RawStr::new(self.0)
    }
}

// SAFETY: the text lives on the heap as long as `self`.
unsafe impl Prepared<RawStr> for OwnedText {
    fn raw(&self) -> RawStr {
        RawStr::new(self.0.as_deref().unwrap_or_default())
    }
}

// SAFETY: as above.
unsafe impl Prepared<RawOption> for OwnedText {
    fn raw(&self) -> RawOption {
        RawOption(RawStr::optional(self.0.as_deref()))
    }
}

impl<'a, S: AsRef<str> + ?Sized> Input<RawStr> for &'a S {
    type Prepared = Text<'a>;

    #[inline]
    fn prepare(self) -> Text<'a> {
        Text(self.as_ref())
    }
}

impl<S: AsRef<str> + ?Sized> OwnedInput<RawStr> for &S {
    type Owned = OwnedText;

    fn own(self) -> Result<OwnedText, InputError> {
        Ok(OwnedText(Some(self.as_ref().into())))
    }
}

impl<'a> Input<RawOption> for Option<&'a str> {
    type Prepared = Self;

    fn prepare(self) -> Option<&'a str> {
        self
    }
}

// SAFETY: the text outlives `self`.
unsafe impl Prepared<RawOption> for Option<&str> {
    fn raw(&self) -> RawOption {
        RawOption(RawStr::optional(*self))
    }
}

impl OwnedInput<RawOption> for Option<&str> {
    type Owned = OwnedText;

    fn own(self) -> Result<OwnedText, InputError> {
        Ok(OwnedText(self.map(Into::into)))
    }
}

impl Input<bool> for bool {
    type Prepared = Self;

    #[inline]
    fn prepare(self) -> Self {
        self
    }
}

// SAFETY: nothing is borrowed.
unsafe impl Prepared<bool> for bool {
    #[inline]
    fn raw(&self) -> bool {
        *self
    }
}

impl OwnedInput<bool> for bool {
    type Owned = Self;

    fn own(self) -> Result<Self, InputError> {
        Ok(self)
    }
}

// Events.

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

// State.

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

// Other structures.

macro_rules! borrowed_structs {
    ($( $name:ident; )*) => { $(
        impl<'a> Input<*const $name<'static>> for &'a $name<'_> {
            type Prepared = &'a $name<'a>;

            #[inline]
            fn prepare(self) -> &'a $name<'a> {
                self
            }
        }

        // SAFETY: the structure outlives `self`.
        unsafe impl Prepared<*const $name<'static>> for &$name<'_> {
            #[inline]
            fn raw(&self) -> *const $name<'static> {
                std::ptr::from_ref::<$name<'_>>(self).cast()
            }
        }
    )* };
}

borrowed_structs! { UserProfile; ProfileInfo; Requester; FileInfo; ReadableFile; }

impl OwnedInput<*const ProfileInfo<'static>> for &ProfileInfo<'_> {
    type Owned = OwnedProfile;

    fn own(self) -> Result<OwnedProfile, InputError> {
        let display_name = self.display_name().map(str::to_owned);
        let avatar_url = self.avatar_url().map(str::to_owned);
        let view = ProfileInfo::new(display_name.as_deref(), avatar_url.as_deref());
        // SAFETY: only the lifetime changes; the view is dropped with the texts it borrows from,
        // which lie on the heap.
        let view = unsafe { std::mem::transmute::<ProfileInfo<'_>, ProfileInfo<'static>>(view) };
        Ok(OwnedProfile { view, _texts: [display_name, avatar_url] })
    }
}

/// A profile and the view of it.
///
/// Rationale for `String`: to move a `Box` is to claim that nobody else points to what is in it.
#[derive(Debug)]
pub struct OwnedProfile {
    view: ProfileInfo<'static>,
    _texts: [Option<String>; 2],
}

// SAFETY: the view and its texts live as long as `self`.
unsafe impl Prepared<*const ProfileInfo<'static>> for OwnedProfile {
    fn raw(&self) -> *const ProfileInfo<'static> {
        &raw const self.view
    }
}

impl<'a> Input<*const Threepid<'static>> for Option<&'a Threepid<'_>> {
    type Prepared = Option<&'a Threepid<'a>>;

    fn prepare(self) -> Self::Prepared {
        self.map(|threepid| -> &'a Threepid<'a> { threepid })
    }
}

// SAFETY: the structure outlives `self`.
unsafe impl Prepared<*const Threepid<'static>> for Option<&Threepid<'_>> {
    fn raw(&self) -> *const Threepid<'static> {
        self.map_or(std::ptr::null(), |threepid| std::ptr::from_ref(threepid).cast())
    }
}

type RawRequestInfos = RSlice<'static, RequestInfo<'static>>;

impl<'a> Input<RawRequestInfos> for &'a [RequestInfo<'_>] {
    type Prepared = &'a [RequestInfo<'a>];

    fn prepare(self) -> Self::Prepared {
        self
    }
}

// SAFETY: the structures outlive `self`.
unsafe impl Prepared<RawRequestInfos> for &[RequestInfo<'_>] {
    fn raw(&self) -> RawRequestInfos {
        // SAFETY: the same slice; whoever gets the C form uses it while `self` lives.
        unsafe { RSlice::from_raw_parts(self.as_ptr().cast(), self.len()) }
    }
}

type RawEditable = *mut EditableJson<'static>;

impl<'a> Input<RawEditable> for &'a mut EditableText {
    type Prepared = LentText<'a>;

    fn prepare(self) -> LentText<'a> {
        LentText(UnsafeCell::new(self.lend()))
    }
}

/// Text that is lent to one module after the other.
pub struct LentText<'a>(UnsafeCell<EditableJson<'a>>);

impl fmt::Debug for LentText<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("LentText").finish_non_exhaustive()
    }
}

// SAFETY: the cell lives in `self`; a call asks one module at a time.
unsafe impl Prepared<RawEditable> for LentText<'_> {
    fn raw(&self) -> RawEditable {
        self.0.get().cast()
    }
}

// All arguments of a call.

/// The arguments of a call, one [`Input`] each, for the C forms `Raw`.
pub trait Inputs<Raw> {
    /// What the call keeps of them.
    type Prepared: Prepared<Raw>;

    /// Takes them.
    fn prepare(self) -> Self::Prepared;
}

/// [`Inputs`] of which a copy can be kept.
pub trait OwnedInputs<Raw> {
    /// The copy.
    type Owned: Prepared<Raw> + Send + Sync + 'static;

    /// Makes the copy.
    ///
    /// # Errors
    /// If one of them cannot be read.
    fn own(self) -> Result<Self::Owned, InputError>;
}

macro_rules! tuples {
    ($( ($($input:ident $raw:ident $index:tt),+); )*) => { $(
        impl<$($input, $raw),+> Inputs<($($raw,)+)> for ($($input,)+)
        where $($input: Input<$raw>),+
        {
            type Prepared = ($($input::Prepared,)+);

            #[inline]
            fn prepare(self) -> Self::Prepared {
                ($(self.$index.prepare(),)+)
            }
        }

        impl<$($input, $raw),+> OwnedInputs<($($raw,)+)> for ($($input,)+)
        where $($input: OwnedInput<$raw>),+
        {
            type Owned = ($($input::Owned,)+);

            fn own(self) -> Result<Self::Owned, InputError> {
                Ok(($(self.$index.own()?,)+))
            }
        }

        // SAFETY: each part keeps its promise while the tuple is not moved.
        unsafe impl<$($input, $raw),+> Prepared<($($raw,)+)> for ($($input,)+)
        where $($input: Prepared<$raw>),+
        {
            #[inline]
            fn build(&mut self) -> Result<(), InputError> {
                $(self.$index.build()?;)+
                Ok(())
            }

            #[inline]
            fn raw(&self) -> ($($raw,)+) {
                ($(self.$index.raw(),)+)
            }
        }
    )* };
}

tuples! {
    (A RA 0);
    (A RA 0, B RB 1);
    (A RA 0, B RB 1, C RC 2);
    (A RA 0, B RB 1, C RC 2, D RD 3);
    (A RA 0, B RB 1, C RC 2, D RD 3, E RE 4);
}
