//! Texts, truth values, numbers.

use crate::values::arg::RawOption;
use crate::values::text::RawStr;

use super::{Input, InputError, OwnedInput, Prepared};

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

macro_rules! plain {
    ($( $type:ty; )*) => { $(
        impl Input<$type> for $type {
            type Prepared = Self;

            #[inline]
            fn prepare(self) -> Self {
                self
            }
        }

        // SAFETY: nothing is borrowed.
        unsafe impl Prepared<$type> for $type {
            #[inline]
            fn raw(&self) -> $type {
                *self
            }
        }

        impl OwnedInput<$type> for $type {
            type Owned = Self;

            fn own(self) -> Result<Self, InputError> {
                Ok(self)
            }
        }
    )* };
}

plain! { bool; u64; i64; }
