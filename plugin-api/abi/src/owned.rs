//! Text, bytes and arrays that are handed over to the other side, with the function that frees
//! them.

use std::fmt;
use std::marker::PhantomData;
use std::ops::Range;
use std::ptr::{NonNull, without_provenance_mut};
use std::sync::Arc;

type Release = unsafe extern "C" fn(owner: *mut (), pointer: *const u8, length: usize);

crate::structure! {
    /// A text that its holder owns, or none (null). It is given back to the side that made it when
    /// it is dropped.
    #[repr(C)]
    #[cfg_attr(feature = "layout", derive(abi_stable::StableAbi))]
    pub struct OwnedStr {
        pointer: *const u8,
        length: usize,
        /// A value of its creator, for `release`.
        owner: *mut (),
        /// Null: it is static.
        release: Option<unsafe extern "C" fn(*mut (), *const u8, usize)>,
    }
}

crate::structure! {
    /// Bytes that their holder owns.
    #[repr(C)]
    #[cfg_attr(feature = "layout", derive(abi_stable::StableAbi))]
    pub struct OwnedBytes {
        pointer: *const u8,
        length: usize,
        owner: *mut (),
        release: Option<unsafe extern "C" fn(*mut (), *const u8, usize)>,
    }
}

/// Both types are a pointer and the function that frees it.
macro_rules! owned {
    ($name:ident) => {
        // SAFETY: made of a `Vec<u8>` or something static; `release` may be called on any thread.
        unsafe impl Send for $name {}
        // SAFETY: as above; through `&self` it is only read.
        unsafe impl Sync for $name {}

        impl $name {
            /// None.
            pub const NONE: Self = Self {
                pointer: std::ptr::null(),
                length: 0,
                owner: std::ptr::null_mut(),
                release: None,
            };

            pub(crate) fn of(bytes: Vec<u8>) -> Self {
                // The releasing function needs only the capacity.
                let owner = without_provenance_mut(bytes.capacity());
                let bytes = std::mem::ManuallyDrop::new(bytes);
                let release: Release = release;
                let (pointer, length) = (bytes.as_ptr(), bytes.len());
                Self { pointer, length, owner, release: Some(release) }
            }

            /// The bytes; `None` if this is null.
            pub(crate) fn get(&self) -> Option<&[u8]> {
                let pointer = NonNull::new(self.pointer.cast_mut())?;
                // SAFETY: made by `of`, or promised by the side that sent it: they live until
                // they are released.
                Some(unsafe { std::slice::from_raw_parts(pointer.as_ptr(), self.length) })
            }
        }

        impl Drop for $name {
            fn drop(&mut self) {
                if let Some(release) = self.release {
                    // SAFETY: the three belong together, and are given back once.
                    unsafe { release(self.owner, self.pointer, self.length) };
                }
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, concat!(stringify!($name), "({} bytes)"), self.length)
            }
        }
    };
}

owned!(OwnedStr);
owned!(OwnedBytes);

impl OwnedStr {
    /// A text that need not be freed.
    pub const fn fixed(text: &'static str) -> Self {
        let (pointer, length) = (text.as_ptr(), text.len());
        Self { pointer, length, owner: std::ptr::null_mut(), release: None }
    }

    /// A part of a shared text, which it keeps alive; `None` if `part` is not a part of it.
    pub(crate) fn part(whole: Arc<String>, part: Range<usize>) -> Option<Self> {
        let text = whole.get(part)?;
        let (pointer, length) = (text.as_ptr(), text.len());
        let owner = Arc::into_raw(whole).cast_mut().cast();
        Some(Self { pointer, length, owner, release: Some(release_whole) })
    }

    /// The text, if there is one; invalid UTF-8 is replaced by U+FFFD.
    ///
    /// Rationale: a plugin in another language may answer any bytes, and its answer is still read.
    pub fn to_text(&self) -> Option<String> {
        self.get().map(|bytes| String::from_utf8_lossy(bytes).into_owned())
    }
}

impl From<String> for OwnedStr {
    fn from(text: String) -> Self {
        Self::of(text.into_bytes())
    }
}

/// Shares a text with its creator.
impl From<Arc<str>> for OwnedStr {
    fn from(text: Arc<str>) -> Self {
        let length = text.len();
        let pointer = Arc::into_raw(text).cast();
        Self { pointer, length, owner: std::ptr::null_mut(), release: Some(release_share) }
    }
}

impl From<&str> for OwnedStr {
    fn from(text: &str) -> Self {
        text.to_owned().into()
    }
}

impl From<Option<String>> for OwnedStr {
    fn from(text: Option<String>) -> Self {
        text.map_or(Self::NONE, Self::from)
    }
}

impl OwnedBytes {
    /// The bytes.
    pub fn to_vec(&self) -> Vec<u8> {
        self.get().unwrap_or_default().to_vec()
    }
}

impl From<Vec<u8>> for OwnedBytes {
    fn from(bytes: Vec<u8>) -> Self {
        Self::of(bytes)
    }
}

/// # Safety
/// The three are those of a vector that `of` took apart, which is given back.
unsafe extern "C" fn release(capacity: *mut (), pointer: *const u8, length: usize) {
    // SAFETY: the caller's promise.
    drop(unsafe { Vec::from_raw_parts(pointer.cast_mut(), length, capacity.addr()) });
}

/// # Safety
/// The last two are those of an `Arc<str>` that was turned into a pointer, which is given back.
unsafe extern "C" fn release_share(_: *mut (), pointer: *const u8, length: usize) {
    let text = std::ptr::slice_from_raw_parts(pointer, length) as *const str;
    // SAFETY: the caller's promise.
    drop(unsafe { Arc::from_raw(text) });
}

/// # Safety
/// The first is an `Arc<String>` that was turned into a pointer, which is given back.
unsafe extern "C" fn release_whole(whole: *mut (), _: *const u8, _: usize) {
    // SAFETY: the caller's promise.
    drop(unsafe { Arc::from_raw(whole.cast_const().cast::<String>()) });
}

crate::structure! {
    /// Several answers that their holder owns. They carry their step, as [`Slice`](crate::Slice)s
    /// do.
    #[repr(C)]
    #[cfg_attr(feature = "layout", derive(abi_stable::StableAbi))]
    pub struct OwnedArray<T> {
        pointer: *mut T,
        length: usize,
        stride: usize,
        /// A value of its creator, for `release`.
        owner: *mut (),
        /// Frees the array alone, after its items have been taken. Null: it is static.
        release: Option<unsafe extern "C" fn(*mut (), *const u8, usize)>,
        owns: PhantomData<T>,
    }
}

// SAFETY: it is a `Vec<T>`.
unsafe impl<T: Send> Send for OwnedArray<T> {}

impl<T> From<Vec<T>> for OwnedArray<T> {
    fn from(items: Vec<T>) -> Self {
        let owner = without_provenance_mut(items.capacity());
        let mut items = std::mem::ManuallyDrop::new(items);
        Self {
            pointer: items.as_mut_ptr(),
            length: items.len(),
            stride: size_of::<T>(),
            owner,
            release: Some(release_array::<T>),
            owns: PhantomData,
        }
    }
}

impl<T> OwnedArray<T> {
    /// Takes all items.
    pub fn into_vec(mut self) -> Vec<T> {
        self.take()
    }

    fn take(&mut self) -> Vec<T> {
        let length = std::mem::take(&mut self.length);
        let place = |place: usize| self.pointer.wrapping_byte_add(place * self.stride);
        // SAFETY: there are `length` of them, `stride` bytes apart; each is taken once, because
        // the length is 0 afterwards.
        (0..length).map(|at| unsafe { place(at).read() }).collect()
    }
}

impl<T> Drop for OwnedArray<T> {
    fn drop(&mut self) {
        let length = self.length;
        drop(self.take());
        if let Some(release) = self.release {
            // SAFETY: the three belong together; nothing is left in it.
            unsafe { release(self.owner, self.pointer.cast_const().cast(), length) };
        }
    }
}

impl<T> fmt::Debug for OwnedArray<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("OwnedArray").field("length", &self.length).finish_non_exhaustive()
    }
}

/// # Safety
/// The first two are those of a vector that was taken apart and whose items were taken.
unsafe extern "C" fn release_array<T>(capacity: *mut (), pointer: *const u8, _: usize) {
    // SAFETY: the caller's promise.
    drop(unsafe { Vec::from_raw_parts(pointer.cast_mut().cast::<T>(), 0, capacity.addr()) });
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_survive_the_round_trip() {
        for text in ["", "a", "ä€"] {
            assert_eq!(OwnedStr::from(text).to_text().as_deref(), Some(text));
        }
        assert_eq!(OwnedStr::from(None::<String>).to_text(), None);
        assert_eq!(OwnedStr::NONE.to_text(), None);
        assert_eq!(OwnedBytes::from(vec![1, 2]).to_vec(), [1, 2]);
        assert_eq!(OwnedBytes::NONE.to_vec(), []);
        let bad = OwnedStr::of(vec![b'a', 0xff]);
        assert_eq!(bad.to_text().as_deref(), Some("a\u{fffd}"));
    }

    #[test]
    fn arrays_free_items_that_are_not_taken() {
        let alive = std::sync::Arc::new(());
        let array = OwnedArray::from(vec![std::sync::Arc::clone(&alive), alive.clone()]);
        assert_eq!(array.into_vec().len(), 2);
        drop(OwnedArray::from(vec![std::sync::Arc::clone(&alive)]));
        assert_eq!(std::sync::Arc::strong_count(&alive), 1);
        assert!(OwnedArray::<u8>::from(Vec::new()).into_vec().is_empty());
    }
}
