//! Borrowed text, bytes, numbers and objects in the form in which they cross the boundary.

use std::borrow::Cow;
use std::marker::PhantomData;

use crate::form::{Field, Flaw, Form};

crate::structure! {
    /// A borrowed text, or none. Its creator owns the bytes, which live as long as the call that
    /// carries them.
    ///
    /// In C a null pointer means none; an empty text has any other pointer. The length is in bytes
    /// of UTF-8.
    #[repr(C)]
    #[derive(Clone, Copy, Debug)]
    #[cfg_attr(feature = "layout", derive(abi_stable::StableAbi))]
    pub struct Str<'a> {
        pointer: *const u8,
        length: usize,
        lent: PhantomData<&'a ()>,
    }
}

// SAFETY: it is an `Option<&str>` in C form.
unsafe impl Send for Str<'_> {}
// SAFETY: as above.
unsafe impl Sync for Str<'_> {}

impl<'a> Str<'a> {
    /// No text: the C form of `None`.
    pub const NONE: Self = Self { pointer: std::ptr::null(), length: 0, lent: PhantomData };

    /// Lends `text`.
    #[inline]
    pub const fn new(text: &'a str) -> Self {
        Self { pointer: text.as_ptr(), length: text.len(), lent: PhantomData }
    }

    /// Lends `text`, or nothing.
    #[inline]
    pub const fn optional(text: Option<&'a str>) -> Self {
        match text {
            Some(text) => Self::new(text),
            None => Self::NONE,
        }
    }

    /// The text, if there is one.
    #[inline]
    pub const fn get(self) -> Option<&'a str> {
        if self.pointer.is_null() {
            return None;
        }
        // SAFETY: not null, so it was made by `new` from a `&'a str`, or came across the boundary
        // from a side that vouches for its text, or was checked (`Field::check`).
        Some(unsafe {
            std::str::from_utf8_unchecked(std::slice::from_raw_parts(self.pointer, self.length))
        })
    }

    /// The text; empty if there is none.
    #[inline]
    pub const fn text(self) -> &'a str {
        match self.get() {
            Some(text) => text,
            None => "",
        }
    }

    /// Changes the lifetime.
    ///
    /// # Safety
    /// The text lives as long as the result is used.
    #[inline]
    pub const unsafe fn kept<'b>(self) -> Str<'b> {
        Str { pointer: self.pointer, length: self.length, lent: PhantomData }
    }

    /// The text, if there is one and it is valid UTF-8.
    pub fn checked(self) -> Option<&'a str> {
        self.check().ok().and_then(|()| self.get())
    }

    /// The text of a side that need not vouch for it; invalid UTF-8 is replaced by U+FFFD.
    pub fn lossy(self) -> Cow<'a, str> {
        String::from_utf8_lossy(self.bytes())
    }

    fn bytes(self) -> &'a [u8] {
        if self.pointer.is_null() {
            return &[];
        }
        // SAFETY: not null, so the bytes are there: every side promises as much.
        unsafe { std::slice::from_raw_parts(self.pointer, self.length) }
    }
}

// SAFETY: only the lifetime differs.
unsafe impl Form for Str<'static> {
    type Of<'a> = Str<'a>;
}

// SAFETY: it checks that the bytes are text.
unsafe impl Field for Str<'_> {
    fn check(&self) -> Result<(), Flaw> {
        std::str::from_utf8(self.bytes()).map(drop).map_err(|_| Flaw::NotUtf8)
    }
}

crate::structure! {
    /// Borrowed bytes. Null is allowed where the length is 0.
    #[repr(C)]
    #[derive(Clone, Copy, Debug)]
    #[cfg_attr(feature = "layout", derive(abi_stable::StableAbi))]
    pub struct Bytes<'a> {
        pointer: *const u8,
        length: usize,
        lent: PhantomData<&'a ()>,
    }
}

// SAFETY: it is a `&[u8]` in C form.
unsafe impl Send for Bytes<'_> {}
// SAFETY: as above.
unsafe impl Sync for Bytes<'_> {}

impl<'a> Bytes<'a> {
    /// No bytes, for values that are not at hand.
    pub const NONE: Self = Self { pointer: std::ptr::null(), length: 0, lent: PhantomData };

    /// Lends `bytes`.
    #[inline]
    pub const fn new(bytes: &'a [u8]) -> Self {
        Self { pointer: bytes.as_ptr(), length: bytes.len(), lent: PhantomData }
    }

    /// The bytes.
    #[inline]
    pub const fn get(self) -> &'a [u8] {
        match self.optional() {
            Some(bytes) => bytes,
            None => &[],
        }
    }

    /// The bytes, unless they are [`Self::NONE`].
    #[inline]
    pub const fn optional(self) -> Option<&'a [u8]> {
        if self.pointer.is_null() {
            return None;
        }
        // SAFETY: not null, so it lends bytes that live for `'a`: made by `new`, or promised by
        // the side that sent it.
        Some(unsafe { std::slice::from_raw_parts(self.pointer, self.length) })
    }
}

// SAFETY: only the lifetime differs.
unsafe impl Form for Bytes<'static> {
    type Of<'a> = Bytes<'a>;
}

// SAFETY: any bytes will do.
unsafe impl Field for Bytes<'_> {
    fn check(&self) -> Result<(), Flaw> {
        Ok(())
    }
}

/// A truth value: a byte of which 0 is false and everything else true.
#[repr(transparent)]
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "layout", derive(abi_stable::StableAbi))]
pub struct Flag(u8);

impl Flag {
    /// The C form of a `bool`.
    #[inline]
    pub const fn new(value: bool) -> Self {
        Self(value as u8)
    }

    /// The value as a `bool`.
    #[inline]
    pub const fn get(self) -> bool {
        self.0 != 0
    }
}

crate::structure! {
    /// A number that may be missing.
    #[repr(C)]
    #[derive(Clone, Copy, Debug, Default)]
    #[cfg_attr(feature = "layout", derive(abi_stable::StableAbi))]
    pub struct Number {
        is_some: Flag,
        number: i64,
    }
}

impl Number {
    /// The C form of an `Option<i64>`.
    #[inline]
    pub const fn new(number: Option<i64>) -> Self {
        match number {
            Some(number) => Self { is_some: Flag::new(true), number },
            None => Self { is_some: Flag::new(false), number: 0 },
        }
    }

    /// The number, if there is one.
    #[inline]
    pub const fn get(self) -> Option<i64> {
        if self.is_some.get() { Some(self.number) } else { None }
    }
}

/// An object of the side that lends something, by which its functions know it.
#[repr(transparent)]
#[derive(Clone, Copy, Debug)]
#[cfg_attr(feature = "layout", derive(abi_stable::StableAbi))]
pub struct Source<'a> {
    object: *const (),
    lent: PhantomData<&'a ()>,
}

// SAFETY: it is a `&T` of a `T: Sync` (`new` demands it).
unsafe impl Send for Source<'_> {}
// SAFETY: as above.
unsafe impl Sync for Source<'_> {}

impl<'a> Source<'a> {
    /// No object.
    pub const NONE: Self = Self { object: std::ptr::null(), lent: PhantomData };

    /// Lends `object`.
    pub const fn new<T: Sync>(object: &'a T) -> Self {
        Self { object: std::ptr::from_ref(object).cast(), lent: PhantomData }
    }

    /// An object of the other side, which it gave out before.
    pub(crate) const fn again(object: *const ()) -> Self {
        Self { object, lent: PhantomData }
    }

    /// The pointer to the object.
    #[inline]
    pub const fn pointer(self) -> *const () {
        self.object
    }
}

// SAFETY: only its maker looks at what it points to.
unsafe impl Field for Source<'_> {
    fn check(&self) -> Result<(), Flaw> {
        Ok(())
    }
}
