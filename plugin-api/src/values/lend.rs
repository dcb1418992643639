//! Arguments of requests, on their way from the module to its homeserver.

use super::arg::{Arg, RawJson, RawNumber, RawOption};
use super::id::{RoomAlias, RoomId, UserId};
use super::json::JsonStr;
use super::text::RawStr;
use crate::module::WebRequest;

/// The way back of [`Arg`]: the C form of an argument, which borrows what the argument borrows.
pub trait Lend: Arg {
    /// Its C form.
    fn lend(self) -> Self::Raw;
}

macro_rules! lend {
    ($( $type:ty, |$value:ident| $raw:expr; )*) => { $(
        impl Lend for $type {
            #[inline]
            fn lend(self) -> Self::Raw {
                let $value = self;
                $raw
            }
        }
    )* };
}

lend! {
    bool, |value| value;
    u64, |value| value;
    i64, |value| value;
    Option<i64>, |number| RawNumber {
        is_some: number.is_some(),
        number: number.unwrap_or_default(),
    };
    &str, |text| RawStr::new(text);
    &UserId, |id| RawStr::new(id.as_str());
    &RoomId, |id| RawStr::new(id.as_str());
    &RoomAlias, |id| RawStr::new(id.as_str());
    Option<&str>, |text| RawOption(RawStr::optional(text));
    Option<&UserId>, |id| RawOption(RawStr::optional(id.map(UserId::as_str)));
    &JsonStr, |json| RawJson(RawStr::new(json.as_str()));
    &WebRequest<'_>, |request| std::ptr::from_ref::<WebRequest<'_>>(request).cast();
}
