//! The types of answers, and how each travels from the module to the homeserver.

use std::marker::PhantomData;

use hsmod_abi::{Answers, Flag, OwnedStr};

use super::error::ModuleError;
use super::json::JsonObject;

pub use hsmod_abi::Unreadable;

/// A type that a callback may answer. Its default is the neutral answer, which has the same effect
/// as if the module had not been asked.
pub trait Answer: Default + Send + 'static {
    /// C form, owned by the receiver.
    type Raw: Described + 'static;

    /// Whether it is the neutral answer, which has no C form, so that the usual case costs nothing.
    fn is_neutral(&self) -> bool;

    /// Converts it into the C form; `None` for the neutral answer.
    fn into_raw(self) -> Option<Self::Raw>;

    /// Converts it back from the C form, into memory that belongs to the receiver.
    ///
    /// # Errors
    /// A module of another version wrote something that this version does not know.
    fn from_raw(raw: Self::Raw) -> Result<Self, Unreadable>;

    /// The answer to use in place of one that cannot be read: for types that can deny, the denial,
    /// so that a homeserver never lets in what a newer module meant to keep out.
    ///
    /// # Errors
    /// The type cannot deny; the row's rule then decides what a failure means.
    fn of_unreadable(why: Unreadable) -> Result<Self, Unreadable> {
        Err(why)
    }
}

/// The trait that describes a layout, where layouts are compared.
#[cfg(feature = "layout")]
pub use abi_stable::StableAbi as Described;

/// Implemented by every type: layouts are not compared.
#[cfg(not(feature = "layout"))]
pub trait Described {}

#[cfg(not(feature = "layout"))]
impl<T> Described for T {}

/// A row that answers `A`.
#[derive(Debug)]
pub struct Returns<A>(PhantomData<fn() -> A>);

impl<A: Answer> Answers for Returns<A> {
    type Answer = A;
    type Raw = A::Raw;
    type Fault = ModuleError;

    #[inline]
    fn is_neutral(answer: &A) -> bool {
        answer.is_neutral()
    }

    fn into_raw(answer: A) -> Option<A::Raw> {
        answer.into_raw()
    }

    fn from_raw(raw: A::Raw) -> Result<A, Unreadable> {
        A::from_raw(raw)
    }

    fn of_unreadable(why: Unreadable) -> Result<A, Unreadable> {
        A::of_unreadable(why)
    }
}

/// No answer: for notifications, and for hooks that can only fail.
impl Answer for () {
    type Raw = ();

    #[inline]
    fn is_neutral(&self) -> bool {
        true
    }

    #[inline]
    fn into_raw(self) -> Option<()> {
        None
    }

    fn from_raw((): ()) -> Result<Self, Unreadable> {
        Ok(())
    }
}

/// Answers that are their own C form; the neutral answer `None` means no opinion.
macro_rules! plain {
    ($( $type:ty; )*) => { $(
        impl Answer for Option<$type> {
            type Raw = $type;

            #[inline]
            fn is_neutral(&self) -> bool {
                self.is_none()
            }

            #[inline]
            fn into_raw(self) -> Option<$type> {
                self
            }

            fn from_raw(raw: $type) -> Result<Self, Unreadable> {
                Ok(Some(raw))
            }
        }
    )* };
}

plain! { i64; super::limits::RatelimitOverride; }

/// Yes or no; the neutral answer `None` means no opinion.
impl Answer for Option<bool> {
    type Raw = Flag;

    #[inline]
    fn is_neutral(&self) -> bool {
        self.is_none()
    }

    #[inline]
    fn into_raw(self) -> Option<Flag> {
        self.map(Flag::new)
    }

    fn from_raw(raw: Flag) -> Result<Self, Unreadable> {
        Ok(Some(raw.get()))
    }
}

/// Yes or no; no is the neutral answer.
impl Answer for bool {
    type Raw = Flag;

    #[inline]
    fn is_neutral(&self) -> bool {
        !self
    }

    #[inline]
    fn into_raw(self) -> Option<Flag> {
        self.then_some(Flag::new(true))
    }

    fn from_raw(raw: Flag) -> Result<Self, Unreadable> {
        Ok(raw.get())
    }
}

/// A string; the empty one is the neutral answer.
impl Answer for String {
    type Raw = OwnedStr;

    #[inline]
    fn is_neutral(&self) -> bool {
        self.is_empty()
    }

    fn into_raw(self) -> Option<OwnedStr> {
        (!self.is_empty()).then(|| self.into())
    }

    fn from_raw(raw: OwnedStr) -> Result<Self, Unreadable> {
        text(&raw)
    }
}

/// A number; 0 is the neutral answer.
impl Answer for i64 {
    type Raw = Self;

    #[inline]
    fn is_neutral(&self) -> bool {
        *self == 0
    }

    #[inline]
    fn into_raw(self) -> Option<Self> {
        (self != 0).then_some(self)
    }

    fn from_raw(raw: Self) -> Result<Self, Unreadable> {
        Ok(raw)
    }
}

/// A string; the neutral answer `None` leaves it to others.
impl Answer for Option<String> {
    type Raw = OwnedStr;

    #[inline]
    fn is_neutral(&self) -> bool {
        self.is_none()
    }

    fn into_raw(self) -> Option<OwnedStr> {
        self.map(OwnedStr::from)
    }

    fn from_raw(raw: OwnedStr) -> Result<Self, Unreadable> {
        text(&raw).map(Some)
    }
}

/// Fields; the neutral answer is an empty object. Crosses as JSON text.
impl Answer for JsonObject {
    type Raw = OwnedStr;

    #[inline]
    fn is_neutral(&self) -> bool {
        self.is_empty()
    }

    fn into_raw(self) -> Option<OwnedStr> {
        (!self.is_empty()).then(|| json_text(&self))
    }

    fn from_raw(raw: OwnedStr) -> Result<Self, Unreadable> {
        json_object(&raw)
    }
}

/// Fields, possibly none; the neutral answer `None` leaves it to others.
impl Answer for Option<JsonObject> {
    type Raw = OwnedStr;

    #[inline]
    fn is_neutral(&self) -> bool {
        self.is_none()
    }

    fn into_raw(self) -> Option<OwnedStr> {
        self.as_ref().map(json_text)
    }

    fn from_raw(raw: OwnedStr) -> Result<Self, Unreadable> {
        json_object(&raw).map(Some)
    }
}

fn json_text(object: &JsonObject) -> OwnedStr {
    OwnedStr::from(serde_json::to_string(object).unwrap_or_default())
}

fn json_object(text: &OwnedStr) -> Result<JsonObject, Unreadable> {
    text.to_text()
        .and_then(|text| serde_json::from_str(&text).ok())
        .ok_or(Unreadable("the answer is not a JSON object"))
}

/// Reads a required string.
pub(crate) fn text(text: &OwnedStr) -> Result<String, Unreadable> {
    text.to_text().ok_or(Unreadable("a text is missing"))
}
