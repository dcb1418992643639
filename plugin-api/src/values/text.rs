//! Borrowed text as it crosses the boundary.

use abi_stable::StableAbi;

/// A borrowed `&str`, or nothing (null), in C form. Whoever made it owns the bytes; they live as
/// long as the call that carries them.
#[repr(C)]
#[derive(Clone, Copy, Debug, StableAbi)]
pub struct RawStr {
    pointer: *const u8,
    length: usize,
}

impl RawStr {
    /// No text at all: the C form of `None`.
    pub const NONE: Self = Self { pointer: std::ptr::null(), length: 0 };

    /// Lends `text`.
    #[inline]
    pub const fn new(text: &str) -> Self {
        Self { pointer: text.as_ptr(), length: text.len() }
    }

    /// Lends `text`, or nothing.
    #[inline]
    pub const fn optional(text: Option<&str>) -> Self {
        match text {
            Some(text) => Self::new(text),
            None => Self::NONE,
        }
    }

    /// The text, if there is one.
    ///
    /// # Safety
    /// It was made by [`Self::new`] or is [`Self::NONE`], and the text it lends outlives `'a`.
    #[inline]
    pub const unsafe fn get<'a>(self) -> Option<&'a str> {
        if self.pointer.is_null() {
            return None;
        }
        // SAFETY: not null, so it was made by `new` from a `&str` that outlives `'a` (the
        // caller's promise): the bytes are valid UTF-8, initialised and not written to.
        Some(unsafe {
            std::str::from_utf8_unchecked(std::slice::from_raw_parts(self.pointer, self.length))
        })
    }

    /// The text; empty if there is none.
    ///
    /// # Safety
    /// As for [`Self::get`].
    #[inline]
    pub const unsafe fn text<'a>(self) -> &'a str {
        // SAFETY: the same promise.
        match unsafe { self.get() } {
            Some(text) => text,
            None => "",
        }
    }
}
