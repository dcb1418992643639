//! The arguments of callbacks: what an author's method takes, and its C form.

use std::time::Duration;

use super::bytes::RawBytes;
use super::delivery::EventDelivery;
use super::editable::EditableJson;
use super::event::Event;
use super::id::{RoomAlias, RoomId, UserId};
use super::json::JsonStr;
use super::media::{FileInfo, ReadableFile};
use super::presence::UserPresenceState;
use super::state::State;
#[cfg(feature = "host")]
use super::subject::Subject;
use super::text::RawStr;
use super::user::{ProfileInfo, RequestInfo, Requester, Threepid, UserProfile};
use crate::module::WebRequest;
use abi_stable::StableAbi;
use abi_stable::std_types::RSlice;

/// A type that a callback may take.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot cross the module boundary",
    note = "use one of the types of `hsmod_plugin_api::values`, `&str`, `Option<&str>` or `bool`"
)]
pub trait Arg {
    /// C form: borrowed from the homeserver for the time of the call.
    type Raw: Copy;

    /// The argument as the author's method takes it.
    ///
    /// # Safety
    /// What `raw` borrows outlives `Self`.
    unsafe fn from_raw(raw: Self::Raw) -> Self;

    /// Notes what a call with this argument is about; most arguments do not say.
    ///
    /// # Safety
    /// What `raw` borrows is alive.
    #[cfg(feature = "host")]
    unsafe fn tell(_raw: Self::Raw, _subject: &mut Subject) {}
}

/// Text that may be missing, in C form.
#[repr(transparent)]
#[derive(Clone, Copy, Debug, StableAbi)]
pub struct RawOption(pub RawStr);

/// JSON text in C form.
#[repr(transparent)]
#[derive(Clone, Copy, Debug, StableAbi)]
pub struct RawJson(pub RawStr);

macro_rules! plain {
    ($( $type:ty; )*) => { $(
        impl Arg for $type {
            type Raw = Self;

            #[inline]
            unsafe fn from_raw(raw: Self) -> Self {
                raw
            }
        }
    )* };
}

plain! { bool; u64; i64; }

/// Nanoseconds: 584 years at most.
impl Arg for Duration {
    type Raw = u64;

    #[inline]
    unsafe fn from_raw(raw: u64) -> Self {
        Self::from_nanos(raw)
    }
}

/// A number that may be missing, in C form.
impl Arg for Option<i64> {
    type Raw = RawNumber;

    #[inline]
    unsafe fn from_raw(raw: RawNumber) -> Self {
        raw.is_some.then_some(raw.number)
    }
}

/// A number that may be missing, in C form.
#[repr(C)]
#[derive(Clone, Copy, Debug, StableAbi)]
pub struct RawNumber {
    pub(super) is_some: bool,
    pub(super) number: i64,
}

macro_rules! texts {
    ($( $raw:ty => $arg:ty, |$text:ident| $make:expr $(, $about:ident($id:expr))?; )*) => { $(
        impl<'a> Arg for $arg {
            type Raw = $raw;

            #[inline]
            unsafe fn from_raw($text: $raw) -> Self {
                // SAFETY: what it borrows outlives `'a` (the caller's promise).
                unsafe { $make }
            }

            $(
                #[cfg(feature = "host")]
                unsafe fn tell($text: $raw, subject: &mut Subject) {
                    // SAFETY: what it borrows is alive (the caller's promise).
                    subject.$about(unsafe { $id }.unwrap_or_default());
                }
            )?
        }
    )* };
}

texts! {
    RawStr => &'a str, |raw| raw.text();
    RawStr => &'a UserId, |raw| UserId::new(raw.text()), user(raw.get());
    RawStr => &'a RoomId, |raw| RoomId::new(raw.text()), room(raw.get());
    RawStr => &'a RoomAlias, |raw| RoomAlias::new(raw.text());
    RawOption => Option<&'a str>, |raw| raw.0.get();
    RawOption => Option<&'a UserId>, |raw| raw.0.get().map(UserId::new), user(raw.0.get());
    RawJson => &'a JsonStr, |raw| JsonStr::new(raw.0.text());
    RawBytes => &'a [u8], |raw| raw.get();
}

macro_rules! structs {
    ($( $name:ident $(, |$value:ident, $subject:ident| $tell:expr)?; )*) => { $(
        impl<'a, 'b> Arg for &'a $name<'b> {
            type Raw = *const $name<'static>;

            #[inline]
            unsafe fn from_raw(raw: Self::Raw) -> Self {
                // SAFETY: what it borrows outlives `'a` and `'b` (the caller's promise).
                unsafe { &*raw.cast::<$name<'b>>() }
            }

            $(
                #[cfg(feature = "host")]
                unsafe fn tell(raw: Self::Raw, $subject: &mut Subject) {
                    // SAFETY: null, or it is alive (the caller's promise).
                    if let Some($value) = unsafe { raw.as_ref() } {
                        $tell;
                    }
                }
            )?
        }
    )* };
}

structs! {
    Event, |event, subject| subject.event(event);
    State;
    UserProfile, |profile, subject| subject.user(profile.user_id().as_str());
    ProfileInfo;
    Requester, |requester, subject| subject.user(requester.user().as_str());
    FileInfo;
    ReadableFile;
    EventDelivery, |delivery, subject| tell_only(delivery.events(), subject);
    WebRequest;
}

/// Of several events the log could name one that is not to blame.
#[cfg(feature = "host")]
fn tell_only(events: &[Event<'_>], subject: &mut Subject) {
    if let [event] = events {
        subject.event(event);
    }
}

impl<'b> Arg for Option<&Threepid<'b>> {
    type Raw = *const Threepid<'static>;

    #[inline]
    unsafe fn from_raw(raw: Self::Raw) -> Self {
        // SAFETY: null, or what it borrows outlives `Self` (the caller's promise).
        unsafe { raw.cast::<Threepid<'b>>().as_ref() }
    }
}

impl<'b> Arg for &mut EditableJson<'b> {
    type Raw = *mut EditableJson<'static>;

    #[inline]
    unsafe fn from_raw(raw: Self::Raw) -> Self {
        // SAFETY: lent to one module at a time, and what it borrows outlives `'a` and `'b` (the
        // caller's promise).
        unsafe { &mut *raw.cast::<EditableJson<'b>>() }
    }
}

/// Several structures, in C form.
pub(crate) type RawSlice<T> = RSlice<'static, T>;

macro_rules! slices {
    ($( $name:ident $(, |$items:ident, $subject:ident| $tell:expr)?; )*) => { $(
        impl<'a, 'b> Arg for &'a [$name<'b>] {
            type Raw = RawSlice<$name<'static>>;

            #[inline]
            unsafe fn from_raw(raw: Self::Raw) -> Self {
                // SAFETY: what it borrows outlives `'a` and `'b` (the caller's promise).
                unsafe { std::slice::from_raw_parts(raw.as_ptr().cast(), raw.len()) }
            }

            $(
                #[cfg(feature = "host")]
                unsafe fn tell(raw: Self::Raw, $subject: &mut Subject) {
                    // SAFETY: they are alive (the caller's promise).
                    let $items: &[$name<'_>] = unsafe { Self::from_raw(raw) };
                    $tell;
                }
            )?
        }
    )* };
}

slices! {
    RequestInfo;
    UserProfile, |profiles, subject| if let [profile] = profiles {
        subject.user(profile.user_id().as_str());
    };
    UserPresenceState, |states, subject| if let [state] = states {
        subject.user(state.user_id().as_str());
    };
    Event, |events, subject| tell_only(events, subject);
}
