//! Strings, booleans and numbers.

use hsmod_abi::{Flag, Prepared, Shared, Str};

use crate::values::arg::RawOption;

use super::{Input, InputError, OwnedInput};

/// A borrowed string.
#[derive(Debug)]
pub struct Text<'a>(&'a str);
/// An owned string.
#[derive(Debug)]
pub struct OwnedText(Option<Box<str>>);

impl Prepared<Str<'static>> for Text<'_> {
    #[inline]
    fn raw(&mut self) -> Str<'_> {
        Str::new(self.0)
    }
}

impl Shared<Str<'static>> for OwnedText {
    fn shared(&self) -> Str<'_> {
        Str::new(self.0.as_deref().unwrap_or_default())
    }
}

impl Shared<RawOption<'static>> for OwnedText {
    fn shared(&self) -> RawOption<'_> {
        RawOption(Str::optional(self.0.as_deref()))
    }
}

impl<'a, S: AsRef<str> + ?Sized> Input<Str<'static>> for &'a S {
    type Prepared = Text<'a>;

    #[inline]
    fn prepare(self) -> Text<'a> {
        Text(self.as_ref())
    }
}

impl<S: AsRef<str> + ?Sized> OwnedInput<Str<'static>> for &S {
    type Owned = OwnedText;

    fn own(self) -> Result<OwnedText, InputError> {
        Ok(OwnedText(Some(self.as_ref().into())))
    }
}

impl<'a> Input<RawOption<'static>> for Option<&'a str> {
    type Prepared = Self;

    fn prepare(self) -> Option<&'a str> {
        self
    }
}

impl Prepared<RawOption<'static>> for Option<&str> {
    fn raw(&mut self) -> RawOption<'_> {
        RawOption(Str::optional(*self))
    }
}

impl OwnedInput<RawOption<'static>> for Option<&str> {
    type Owned = OwnedText;

    fn own(self) -> Result<OwnedText, InputError> {
        Ok(OwnedText(self.map(Into::into)))
    }
}

/// A value that borrows nothing.
#[derive(Debug)]
pub struct Plain<T>(T);

macro_rules! plain {
    ($( $type:ty as $raw:ty, |$value:ident| $make:expr; )*) => { $(
        impl Input<$raw> for $type {
            type Prepared = Plain<Self>;

            #[inline]
            fn prepare(self) -> Plain<Self> {
                Plain(self)
            }
        }

        impl Prepared<$raw> for Plain<$type> {
            #[inline]
            fn raw(&mut self) -> $raw {
                self.shared()
            }
        }

        impl Shared<$raw> for Plain<$type> {
            #[inline]
            fn shared(&self) -> $raw {
                let $value = self.0;
                $make
            }
        }

        impl OwnedInput<$raw> for $type {
            type Owned = Plain<Self>;

            fn own(self) -> Result<Plain<Self>, InputError> {
                Ok(Plain(self))
            }
        }
    )* };
}

plain! {
    bool as Flag, |value| Flag::new(value);
    u64 as u64, |value| value;
    i64 as i64, |value| value;
}
