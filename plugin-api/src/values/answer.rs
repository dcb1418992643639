//! What a callback may answer: how each type travels from the module to the homeserver.

use std::fmt;

use abi_stable::StableAbi;
use abi_stable::std_types::RString;

use super::json::JsonObject;

/// A type that a callback may answer. Its default is the neutral answer: what it would be if the
/// module had not been asked.
pub trait Answer: Default + Send + 'static {
    /// C form, owned by the receiver.
    type Raw: StableAbi + 'static;

    /// Whether it is the neutral answer, which has no C form: the usual case costs nothing.
    fn is_neutral(&self) -> bool;

    /// The C form; `None` for the neutral answer.
    fn into_raw(self) -> Option<Self::Raw>;

    /// Back from the C form, into memory of the receiver's own.
    ///
    /// # Errors
    /// If a module of another version wrote something this version does not know.
    fn from_raw(raw: Self::Raw) -> Result<Self, Unreadable>;
}

/// An answer of a later version that this one cannot read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Unreadable(pub(crate) &'static str);

impl fmt::Display for Unreadable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0)
    }
}

impl std::error::Error for Unreadable {}

/// Nothing to say: notifications, and hooks that can only fail.
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

/// Answers that are their own C form; `None`, the neutral answer, is no opinion.
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

plain! { bool; i64; super::limits::RatelimitOverride; }

/// Yes or no; no is the neutral answer.
impl Answer for bool {
    type Raw = Self;

    #[inline]
    fn is_neutral(&self) -> bool {
        !self
    }

    #[inline]
    fn into_raw(self) -> Option<Self> {
        self.then_some(true)
    }

    fn from_raw(raw: Self) -> Result<Self, Unreadable> {
        Ok(raw)
    }
}

/// A text; the empty one is the neutral answer.
impl Answer for String {
    type Raw = RString;

    #[inline]
    fn is_neutral(&self) -> bool {
        self.is_empty()
    }

    fn into_raw(self) -> Option<RString> {
        (!self.is_empty()).then(|| self.into())
    }

    fn from_raw(raw: RString) -> Result<Self, Unreadable> {
        Ok(raw.as_str().to_owned())
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

/// A text; `None`, the neutral answer, leaves it to others.
impl Answer for Option<String> {
    type Raw = RString;

    #[inline]
    fn is_neutral(&self) -> bool {
        self.is_none()
    }

    fn into_raw(self) -> Option<RString> {
        self.map(RString::from)
    }

    fn from_raw(raw: RString) -> Result<Self, Unreadable> {
        Ok(Some(raw.as_str().to_owned()))
    }
}

/// Fields; none at all is the neutral answer. Crosses as JSON text.
impl Answer for JsonObject {
    type Raw = RString;

    #[inline]
    fn is_neutral(&self) -> bool {
        self.is_empty()
    }

    fn into_raw(self) -> Option<RString> {
        (!self.is_empty()).then(|| json_text(&self))
    }

    fn from_raw(raw: RString) -> Result<Self, Unreadable> {
        json_object(&raw)
    }
}

/// Fields, perhaps none; `None`, the neutral answer, leaves it to others.
impl Answer for Option<JsonObject> {
    type Raw = RString;

    #[inline]
    fn is_neutral(&self) -> bool {
        self.is_none()
    }

    fn into_raw(self) -> Option<RString> {
        self.as_ref().map(json_text)
    }

    fn from_raw(raw: RString) -> Result<Self, Unreadable> {
        json_object(&raw).map(Some)
    }
}

fn json_text(object: &JsonObject) -> RString {
    serde_json::to_string(object).unwrap_or_default().into()
}

fn json_object(text: &RString) -> Result<JsonObject, Unreadable> {
    serde_json::from_str(text).map_err(|_| Unreadable("the answer is not a JSON object"))
}
