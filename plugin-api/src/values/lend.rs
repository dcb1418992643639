//! Converts arguments of requests on their way from the module to its homeserver.

use std::time::Duration;

use hsmod_abi::{Bytes, Flag, Lent, Number, Str};

use super::arg::{Arg, RawJson, RawOf, RawOption};
use super::id::{RoomAlias, RoomId, UserId};
use super::json::JsonStr;
use crate::module::WebRequest;

/// The reverse of [`Arg`]: converts an argument into its C form, which borrows from it.
pub trait Lend: Arg<Room = ()> {
    /// Returns the C form.
    fn lend(value: Self::Value<'_>) -> RawOf<'_, Self>;
}

macro_rules! lend {
    ($( $type:ty, |$value:ident| $raw:expr; )*) => { $(
        impl Lend for fn($type) {
            #[inline]
            fn lend($value: Self::Value<'_>) -> RawOf<'_, Self> {
                $raw
            }
        }
    )* };
}

lend! {
    bool, |value| Flag::new(value);
    u64, |value| value;
    i64, |value| value;
    Duration, |duration| nanoseconds(duration);
    Option<i64>, |number| Number::new(number);
    &str, |text| Str::new(text);
    &UserId, |id| Str::new(id.as_str());
    &RoomId, |id| Str::new(id.as_str());
    &RoomAlias, |id| Str::new(id.as_str());
    Option<&str>, |text| RawOption(Str::optional(text));
    Option<&UserId>, |id| RawOption(Str::optional(id.map(UserId::as_str)));
    &[u8], |bytes| Bytes::new(bytes);
    &JsonStr, |json| RawJson(Str::new(json.as_str()));
    &WebRequest<'_>, |request| Lent::new(request);
}

/// Nanoseconds as a `u64`: at most 584 years.
pub(crate) fn nanoseconds(duration: Duration) -> u64 {
    u64::try_from(duration.as_nanos()).unwrap_or(u64::MAX)
}
