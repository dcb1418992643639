//! Arrays of structures that one side lends the other.

use std::fmt;
use std::marker::PhantomData;

use crate::form::{Field, Flaw, Form};
use crate::view::{View, checked};

crate::structure! {
    /// An array of structures. It carries its step, because the other side's structures may be
    /// longer.
    #[repr(C)]
    #[cfg_attr(feature = "layout", derive(abi_stable::StableAbi))]
    pub struct Slice<'a, V> {
        pointer: *const V,
        length: usize,
        /// The distance from one item to the next, in bytes.
        stride: usize,
        lent: PhantomData<&'a ()>,
    }
}

// SAFETY: it is a `&[V]`.
unsafe impl<V: Sync> Send for Slice<'_, V> {}
// SAFETY: as above.
unsafe impl<V: Sync> Sync for Slice<'_, V> {}

impl<V> Clone for Slice<'_, V> {
    #[inline]
    fn clone(&self) -> Self {
        *self
    }
}

impl<V> Copy for Slice<'_, V> {}

impl<'a, V> Slice<'a, V> {
    /// Lends `items`.
    #[inline]
    pub const fn new(items: &'a [V]) -> Self {
        let (pointer, length) = (items.as_ptr(), items.len());
        Self { pointer, length, stride: size_of::<V>(), lent: PhantomData }
    }

    /// The number of items.
    #[inline]
    pub const fn len(self) -> usize {
        self.length
    }

    /// Whether there are no items.
    #[inline]
    pub const fn is_empty(self) -> bool {
        self.length == 0
    }

    /// Iterates over the items.
    pub const fn iter(self) -> SliceIter<'a, V> {
        SliceIter { rest: self }
    }

    /// Returns the items as a Rust slice, if their step is that of this side.
    #[inline]
    fn contiguous(self) -> Option<&'a [V]> {
        if self.length == 0 {
            return Some(&[]);
        }
        // SAFETY: as for `iter`, and the step is that of a slice.
        (self.stride == size_of::<V>())
            .then(|| unsafe { std::slice::from_raw_parts(self.pointer, self.length) })
    }
}

impl<V: View> Slice<'_, V> {
    /// Extends the lifetime to `'b`.
    ///
    /// # Safety
    /// The lent items live for as long as the result is used.
    pub const unsafe fn kept<'b>(self) -> Slice<'b, V::Of<'b>> {
        let Self { pointer, length, stride, .. } = self;
        Slice { pointer: pointer.cast(), length, stride, lent: PhantomData }
    }
}

impl<V> fmt::Debug for Slice<'_, V> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Slice").field("length", &self.length).finish_non_exhaustive()
    }
}

// SAFETY: only the lifetime differs.
unsafe impl<V: View + 'static> Form for Slice<'static, V> {
    type Of<'a> = Slice<'a, V::Of<'a>>;
}

// SAFETY: null, a step that is too short and each structure are looked at.
unsafe impl<V: View> Field for Slice<'_, V> {
    fn check(&self) -> Result<(), Flaw> {
        if self.length == 0 {
            return Ok(());
        }
        if self.stride < size_of::<V>() {
            return Err(Flaw::TooShort);
        }
        (0..self.length).try_for_each(|place| {
            // SAFETY: null is refused; else each lies within the array, and has a size.
            unsafe { checked(self.pointer.wrapping_byte_add(place * self.stride)) }
        })
    }
}

impl<'a, V: 'a> IntoIterator for Slice<'a, V> {
    type Item = &'a V;
    type IntoIter = SliceIter<'a, V>;

    fn into_iter(self) -> SliceIter<'a, V> {
        self.iter()
    }
}

/// The items of a [`Slice`], one after the other.
#[derive(Clone, Debug)]
pub struct SliceIter<'a, V> {
    rest: Slice<'a, V>,
}

impl<'a, V: 'a> Iterator for SliceIter<'a, V> {
    type Item = &'a V;

    fn next(&mut self) -> Option<&'a V> {
        let Slice { pointer, length, stride, lent } = self.rest;
        let length = length.checked_sub(1)?;
        // SAFETY: there is one more, and the next one is `stride` bytes behind it, for `'a`: made
        // by `new`, or promised or checked as for `Lent::get`.
        unsafe {
            self.rest = Slice { pointer: pointer.byte_add(stride), length, stride, lent };
            Some(&*pointer)
        }
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        (self.rest.length, Some(self.rest.length))
    }
}

impl<'a, V: 'a> ExactSizeIterator for SliceIter<'a, V> {}

/// Storage for copies of the items of a [`Slice`], so that they form a Rust slice. Used only if the
/// items of the other side are longer than those of this side.
#[derive(Debug)]
pub struct Room<V>(Vec<V>);

impl<V> Default for Room<V> {
    #[inline]
    fn default() -> Self {
        Self(Vec::new())
    }
}

impl<V: View + Copy + 'static> Room<V> {
    /// Returns the items of `slice`: in place, or copied.
    #[inline]
    pub fn lay<'a>(&'a mut self, slice: Slice<'a, V::Of<'a>>) -> &'a [V::Of<'a>] {
        match slice.contiguous() {
            Some(items) => items,
            None => self.copy(slice),
        }
    }

    #[cold]
    #[inline(never)]
    fn copy<'a>(&'a mut self, slice: Slice<'a, V::Of<'a>>) -> &'a [V::Of<'a>] {
        // SAFETY: the same type but for the lifetime (`View`); what is borrowed is looked at for
        // `'a` only, below.
        let kept = |item| unsafe { std::mem::transmute_copy::<V::Of<'a>, V>(item) };
        self.0 = slice.iter().map(kept).collect();
        // SAFETY: as above: they live for `'a`, as `slice` does.
        unsafe { std::slice::from_raw_parts(self.0.as_ptr().cast(), self.0.len()) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::view::tests::{Long, Short, long};

    #[test]
    fn items_longer_than_this_side_knows_are_read_by_their_step() {
        let longs = [long("a"), long("b"), long("c")];
        let slice = Slice::new(&longs);
        // The view of a plugin that knows only the beginning of the structure.
        let seen: Slice<'_, Short<'_>> = Slice {
            pointer: slice.pointer.cast(),
            length: slice.length,
            stride: slice.stride,
            lent: PhantomData,
        };
        assert!(seen.check().is_ok() && seen.contiguous().is_none());
        let mut room = Room::<Short<'static>>::default();
        let names: Vec<&str> = room.lay(seen).iter().map(|item| item.name.text()).collect();
        assert_eq!(names, ["a", "b", "c"]);
        assert_eq!(seen.iter().nth(2).map(|item| item.name.text()), Some("c"));

        let too_short: Slice<'_, Long<'_>> = Slice {
            pointer: slice.pointer,
            length: 3,
            stride: size_of::<Short<'_>>(),
            lent: PhantomData,
        };
        assert_eq!(too_short.check(), Err(Flaw::TooShort));
    }
}
