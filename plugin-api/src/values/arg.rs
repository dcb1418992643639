//! The arguments of callbacks and requests: the type that the author's method takes, and its C
//! form.

use std::time::Duration;

use hsmod_abi::{Bytes, Flag, Form, Lent, LentMut, MaybeLent, Number, Room, Slice, Str};

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
use super::user::{ProfileInfo, RequestInfo, Requester, Threepid, UserProfile};
use crate::module::WebRequest;

/// A type that a callback or request may take, written `fn(T)` so that it stands for every
/// lifetime.
#[diagnostic::on_unimplemented(
    message = "the argument of `{Self}` cannot cross the module boundary",
    note = "use one of the types of `hsmod_plugin_api::values`, `&str`, `Option<&str>` or `bool`"
)]
pub trait Arg {
    /// The C form, borrowed for the duration of the call.
    type Raw: Form;
    /// The argument as the author's method takes it.
    type Value<'a>;
    /// Storage for the value if it cannot be borrowed from the other side's memory.
    type Room: Default + Send + 'static;

    /// Converts the C form into the argument that the author's method takes.
    fn value<'a>(raw: RawOf<'a, Self>, room: &'a mut Self::Room) -> Self::Value<'a>;

    /// Records what a call with this argument is about; most arguments do not identify anything.
    #[cfg(feature = "host")]
    fn tell(_raw: &RawOf<'_, Self>, _subject: &mut Subject) {}
}

/// The C form of an argument for as long as `'a`.
pub type RawOf<'a, A> = <<A as Arg>::Raw as Form>::Of<'a>;

/// Converts an argument that needs no storage.
pub(crate) fn value<'a, A: Arg<Room = ()>>(raw: RawOf<'a, A>) -> A::Value<'a> {
    // A `Box` of a zero-sized type allocates nothing, so nothing is leaked.
    A::value(raw, Box::leak(Box::new(())))
}

macro_rules! args {
    ($(
        $arg:ty => $raw:ty as $value:ty, |$lent:ident| $make:expr
        $(, tells |$told:ident, $subject:ident| $tell:expr)?;
    )*) => { $(
        impl Arg for fn($arg) {
            type Raw = $raw;
            type Value<'a> = $value;
            type Room = ();

            #[inline]
            fn value<'a>($lent: RawOf<'a, Self>, (): &'a mut ()) -> $value {
                $make
            }

            $(
                #[cfg(feature = "host")]
                fn tell($told: &RawOf<'_, Self>, $subject: &mut Subject) {
                    $tell;
                }
            )?
        }
    )* };
}

args! {
    bool => Flag as bool, |raw| raw.get();
    u64 => u64 as u64, |raw| raw;
    i64 => i64 as i64, |raw| raw;
    // Nanoseconds: 584 years at most.
    Duration => u64 as Duration, |raw| Duration::from_nanos(raw);
    Option<i64> => Number as Option<i64>, |raw| raw.get();
    &str => Str<'static> as &'a str, |raw| raw.text();
    &UserId => Str<'static> as &'a UserId, |raw| UserId::new(raw.text()),
        tells |raw, subject| subject.user(raw.text());
    &RoomId => Str<'static> as &'a RoomId, |raw| RoomId::new(raw.text()),
        tells |raw, subject| subject.room(raw.text());
    &RoomAlias => Str<'static> as &'a RoomAlias, |raw| RoomAlias::new(raw.text());
    Option<&str> => RawOption<'static> as Option<&'a str>, |raw| raw.0.get();
    Option<&UserId> => RawOption<'static> as Option<&'a UserId>, |raw| raw.0.get().map(UserId::new),
        tells |raw, subject| subject.user(raw.0.text());
    &JsonStr => RawJson<'static> as &'a JsonStr, |raw| JsonStr::new(raw.0.text());
    &[u8] => Bytes<'static> as &'a [u8], |raw| raw.get();
    &Event<'_> => Lent<'static, Event<'static>> as &'a Event<'a>, |raw| raw.get(),
        tells |raw, subject| subject.event(raw.get());
    &State<'_> => Lent<'static, State<'static>> as &'a State<'a>, |raw| raw.get();
    &UserProfile<'_> => Lent<'static, UserProfile<'static>> as &'a UserProfile<'a>, |raw| raw.get(),
        tells |raw, subject| subject.user(raw.get().user_id().as_str());
    &ProfileInfo<'_> => Lent<'static, ProfileInfo<'static>> as &'a ProfileInfo<'a>, |raw| raw.get();
    &Requester<'_> => Lent<'static, Requester<'static>> as &'a Requester<'a>, |raw| raw.get(),
        tells |raw, subject| subject.user(raw.get().user().as_str());
    &FileInfo<'_> => Lent<'static, FileInfo<'static>> as &'a FileInfo<'a>, |raw| raw.get();
    &ReadableFile<'_> => Lent<'static, ReadableFile<'static>> as &'a ReadableFile<'a>, |raw| raw.get();
    &EventDelivery<'_> => Lent<'static, EventDelivery<'static>> as &'a EventDelivery<'a>,
        |raw| raw.get(),
        tells |raw, subject| if let Some(event) = only(&raw.get().events()) {
            subject.event(event);
        };
    &WebRequest<'_> => Lent<'static, WebRequest<'static>> as &'a WebRequest<'a>, |raw| raw.get();
    Option<&Threepid<'_>> => MaybeLent<'static, Threepid<'static>> as Option<&'a Threepid<'a>>,
        |raw| raw.get();
    &mut EditableJson<'_> => LentMut<'static, EditableJson<'static>> as &'a mut EditableJson<'a>,
        |raw| raw.into_mut();
}

/// Text that may be missing, in C form.
#[repr(transparent)]
#[derive(Clone, Copy, Debug)]
#[cfg_attr(feature = "layout", derive(abi_stable::StableAbi))]
pub struct RawOption<'a>(pub Str<'a>);

/// JSON text in C form.
#[repr(transparent)]
#[derive(Clone, Copy, Debug)]
#[cfg_attr(feature = "layout", derive(abi_stable::StableAbi))]
pub struct RawJson<'a>(pub Str<'a>);

hsmod_abi::wrapper!(RawOption(Str), "Null: none.");
hsmod_abi::wrapper!(RawJson(Str), "JSON text.");

/// Returns the item if there is only one: of several, the log might name one that is not to blame.
#[cfg(feature = "host")]
fn only<'a, V>(items: &Slice<'a, V>) -> Option<&'a V> {
    let mut items = items.iter();
    items.next().filter(|_| items.next().is_none())
}

macro_rules! slices {
    ($( $name:ident $(, tells |$items:ident, $subject:ident| $tell:expr)?; )*) => { $(
        impl Arg for fn(&[$name<'_>]) {
            type Raw = Slice<'static, $name<'static>>;
            type Value<'a> = &'a [$name<'a>];
            type Room = Room<$name<'static>>;

            #[inline]
            fn value<'a>(raw: RawOf<'a, Self>, room: &'a mut Self::Room) -> &'a [$name<'a>] {
                room.lay(raw)
            }

            $(
                #[cfg(feature = "host")]
                fn tell(raw: &RawOf<'_, Self>, $subject: &mut Subject) {
                    if let Some($items) = only(raw) {
                        $tell;
                    }
                }
            )?
        }
    )* };
}

slices! {
    RequestInfo;
    UserProfile, tells |profile, subject| subject.user(profile.user_id().as_str());
    UserPresenceState, tells |state, subject| subject.user(state.user_id().as_str());
    Event, tells |event, subject| subject.event(event);
}
