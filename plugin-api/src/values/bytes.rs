//! Borrowed bytes as they cross the boundary.

use abi_stable::StableAbi;

/// A borrowed `&[u8]` in C form. Whoever made it owns the bytes; they live as long as the call that
/// carries them.
#[repr(C)]
#[derive(Clone, Copy, Debug, StableAbi)]
pub struct RawBytes {
    pointer: *const u8,
    length: usize,
}

impl RawBytes {
    /// Lends `bytes`.
    #[inline]
    pub const fn new(bytes: &[u8]) -> Self {
        Self { pointer: bytes.as_ptr(), length: bytes.len() }
    }

    /// The bytes.
    ///
    /// # Safety
    /// What it lends outlives `'a`.
    #[inline]
    pub const unsafe fn get<'a>(self) -> &'a [u8] {
        // SAFETY: made by `new` from a `&[u8]` that outlives `'a` (the caller's promise).
        unsafe { std::slice::from_raw_parts(self.pointer, self.length) }
    }
}
