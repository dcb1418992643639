//! Structures that one side lends the other.

use std::fmt;
use std::marker::PhantomData;

use crate::form::{Field, Flaw, Form};

/// A structure that one side lends the other. It begins with its size, so that later versions may
/// add to its end; a reader knows at least the beginning.
///
/// Declared by [`view!`](crate::view).
///
/// # Safety
/// It is a `repr(C)` structure whose first field is its size in bytes, a `u32`; it needs no drop;
/// [`Self::Of`] is the same structure with another lifetime.
pub unsafe trait View: Field + Sized {
    /// This view, borrowed for `'a`.
    type Of<'a>: View;

    /// The value of its first field.
    #[allow(clippy::cast_possible_truncation, reason = "views have some hundred bytes at most")]
    const SIZE: u32 = size_of::<Self>() as u32;
}

/// A structure that is lent for as long as the call that carries it.
#[repr(transparent)]
#[cfg_attr(feature = "layout", derive(abi_stable::StableAbi))]
pub struct Lent<'a, V> {
    pointer: *const V,
    lent: PhantomData<&'a ()>,
}

// SAFETY: it is a `&V`.
unsafe impl<V: Sync> Send for Lent<'_, V> {}
// SAFETY: as above.
unsafe impl<V: Sync> Sync for Lent<'_, V> {}

impl<V> Clone for Lent<'_, V> {
    #[inline]
    fn clone(&self) -> Self {
        *self
    }
}

impl<V> Copy for Lent<'_, V> {}

impl<'a, V> Lent<'a, V> {
    /// Lends `view`.
    #[inline]
    pub const fn new(view: &'a V) -> Self {
        Self { pointer: view, lent: PhantomData }
    }

    /// The structure.
    #[inline]
    pub const fn get(self) -> &'a V
    where
        V: 'a,
    {
        // SAFETY: made by `new`, or it came across the boundary from a side that vouches for it,
        // or was checked (`Field::check`): it is there for `'a`, and at least as long as `V`.
        unsafe { &*self.pointer }
    }
}

impl<V> fmt::Debug for Lent<'_, V> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Pointer::fmt(&self.pointer, f)
    }
}

// SAFETY: only the lifetime differs.
unsafe impl<V: View + 'static> Form for Lent<'static, V> {
    type Of<'a> = Lent<'a, V::Of<'a>>;
}

// SAFETY: null is refused, and what is too short, before the fields are looked at.
unsafe impl<V: View> Field for Lent<'_, V> {
    fn check(&self) -> Result<(), Flaw> {
        // SAFETY: not null, or refused; every structure has a size.
        unsafe { checked(self.pointer) }
    }
}

/// As [`Lent`], or nothing at all: null.
#[repr(transparent)]
#[cfg_attr(feature = "layout", derive(abi_stable::StableAbi))]
pub struct MaybeLent<'a, V> {
    pointer: *const V,
    lent: PhantomData<&'a ()>,
}

// SAFETY: it is an `Option<&V>`.
unsafe impl<V: Sync> Send for MaybeLent<'_, V> {}
// SAFETY: as above.
unsafe impl<V: Sync> Sync for MaybeLent<'_, V> {}

impl<V> Clone for MaybeLent<'_, V> {
    #[inline]
    fn clone(&self) -> Self {
        *self
    }
}

impl<V> Copy for MaybeLent<'_, V> {}

impl<'a, V> MaybeLent<'a, V> {
    /// Lends `view`, if there is one.
    #[inline]
    pub const fn new(view: Option<&'a V>) -> Self {
        let pointer = match view {
            Some(view) => std::ptr::from_ref(view),
            None => std::ptr::null(),
        };
        Self { pointer, lent: PhantomData }
    }

    /// The structure, if there is one.
    #[inline]
    pub const fn get(self) -> Option<&'a V>
    where
        V: 'a,
    {
        // SAFETY: null, or as for `Lent::get`.
        unsafe { self.pointer.as_ref() }
    }
}

impl<V> fmt::Debug for MaybeLent<'_, V> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Pointer::fmt(&self.pointer, f)
    }
}

// SAFETY: only the lifetime differs.
unsafe impl<V: View + 'static> Form for MaybeLent<'static, V> {
    type Of<'a> = MaybeLent<'a, V::Of<'a>>;
}

// SAFETY: what is too short is refused before the fields are looked at.
unsafe impl<V: View> Field for MaybeLent<'_, V> {
    fn check(&self) -> Result<(), Flaw> {
        if self.pointer.is_null() {
            return Ok(());
        }
        // SAFETY: not null; every structure has a size.
        unsafe { checked(self.pointer) }
    }
}

/// A structure that is lent to one holder alone, who may change it.
#[repr(transparent)]
#[cfg_attr(feature = "layout", derive(abi_stable::StableAbi))]
pub struct LentMut<'a, V> {
    pointer: *mut V,
    lent: PhantomData<&'a mut ()>,
}

// SAFETY: it is a `&mut V`.
unsafe impl<V: Send> Send for LentMut<'_, V> {}

impl<'a, V> LentMut<'a, V> {
    /// Lends `view`.
    #[inline]
    pub const fn new(view: &'a mut V) -> Self {
        Self { pointer: view, lent: PhantomData }
    }

    /// Lends `view` for a shorter lifetime.
    ///
    /// The holder cannot replace it by a value that lives shorter: a call lends one such structure
    /// at a time, and its fields are private.
    #[inline]
    pub fn lend<W: View<Of<'a> = V>>(view: &'a mut W) -> Self {
        Self { pointer: (&raw mut *view).cast(), lent: PhantomData }
    }

    /// The structure.
    #[inline]
    pub const fn into_mut(self) -> &'a mut V
    where
        V: 'a,
    {
        // SAFETY: as for `Lent::get`; and there is one `LentMut` of it at a time, which is taken.
        unsafe { &mut *self.pointer }
    }
}

impl<V> fmt::Debug for LentMut<'_, V> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Pointer::fmt(&self.pointer, f)
    }
}

// SAFETY: only the lifetime differs.
unsafe impl<V: View + 'static> Form for LentMut<'static, V> {
    type Of<'a> = LentMut<'a, V::Of<'a>>;
}

// SAFETY: as for `Lent`.
unsafe impl<V: View> Field for LentMut<'_, V> {
    fn check(&self) -> Result<(), Flaw> {
        // SAFETY: not null, or refused; every structure has a size.
        unsafe { checked(self.pointer.cast_const()) }
    }
}

/// Checks a structure of a side that need not vouch for it.
///
/// # Errors
/// It is null or too short, or one of its fields is invalid.
///
/// # Safety
/// `view` is null, or points to a structure that begins with its size and lives for `'a`.
pub(crate) unsafe fn checked_view<'a, V: View + 'a>(view: *const V) -> Result<&'a V, Flaw> {
    // SAFETY: the caller's promise.
    unsafe {
        checked(view)?;
        Ok(&*view)
    }
}

/// # Safety
/// `view` is null, or points to a structure that begins with its size.
pub(crate) unsafe fn checked<V: View>(view: *const V) -> Result<(), Flaw> {
    if view.is_null() {
        return Err(Flaw::Null);
    }
    // SAFETY: the size is there (the caller's promise, and that of `View`).
    if unsafe { view.cast::<u32>().read() } < V::SIZE {
        return Err(Flaw::TooShort);
    }
    // SAFETY: it is as long as a `V`, of which the first version of the boundary has each field.
    unsafe { (*view).check() }
}

/// Declares a structure that one side lends the other: its fields follow the size and flags with
/// which each begins.
///
/// Later versions append fields at the end. A structure marked `exclusive` has one holder at a
/// time, and cannot be copied.
#[macro_export]
macro_rules! view {
    (
        $(#[$($meta:tt)*])*
        $visibility:vis struct $name:ident<$life:lifetime> {
            $( $(#[$($field_meta:tt)*])* $field_visibility:vis $field:ident: $type:ty, )*
        }
    ) => {
        $crate::view! {
            exclusive
            $(#[$($meta)*])*
            #[derive(Clone, Copy)]
            $visibility struct $name<$life> {
                $( $(#[$($field_meta)*])* $field_visibility $field: $type, )*
            }
        }
    };
    (
        exclusive
        $(#[$($meta:tt)*])*
        $visibility:vis struct $name:ident<$life:lifetime> {
            $( $(#[$($field_meta:tt)*])* $field_visibility:vis $field:ident: $type:ty, )*
        }
    ) => {
        $crate::structure! {
            $(#[$($meta)*])*
            #[repr(C)]
            #[cfg_attr(feature = "layout", derive(abi_stable::StableAbi))]
            $visibility struct $name<$life> {
                size: u32,
                flags: u32,
                $( $(#[$($field_meta)*])* $field_visibility $field: $type, )*
            }
        }

        #[allow(dead_code, reason = "one side makes it, the other reads it")]
        impl $name<'_> {
            /// The size in bytes: the value of its first field.
            pub(crate) const SIZE: u32 = <Self as $crate::View>::SIZE;
        }

        // SAFETY: each field is looked at.
        unsafe impl $crate::Field for $name<'_> {
            fn check(&self) -> Result<(), $crate::Flaw> {
                $( $crate::Field::check(&self.$field)?; )*
                Ok(())
            }
        }

        // SAFETY: `repr(C)`, and the size comes first; fields need no drop (`Field`).
        unsafe impl $crate::View for $name<'_> {
            type Of<'of> = $name<'of>;
        }
    };
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use crate::Str;

    view! {
        #[derive(Debug)]
        pub(crate) struct Short<'a> {
            pub(crate) name: Str<'a>,
        }
    }

    view! {
        #[derive(Debug)]
        pub(crate) struct Long<'a> {
            pub(crate) name: Str<'a>,
            more: u64,
        }
    }

    pub(crate) fn long(name: &str) -> Long<'_> {
        Long { size: Long::SIZE, flags: 0, name: Str::new(name), more: 7 }
    }

    #[test]
    fn values_without_a_voucher_are_checked() {
        let good = long("x");
        assert_eq!(Lent::new(&good).check(), Ok(()));
        assert_eq!(MaybeLent::<Long<'_>>::new(None).check(), Ok(()));
        let null = Lent::<Long<'_>> { pointer: std::ptr::null(), lent: PhantomData };
        assert_eq!(null.check(), Err(Flaw::Null));
        let short = Long { size: 8, ..good };
        assert_eq!(Lent::new(&short).check(), Err(Flaw::TooShort));
        // SAFETY: on purpose, as a plugin in C may have it; it is looked at as bytes only.
        let name = unsafe { std::str::from_utf8_unchecked(std::hint::black_box(b"\xff")) };
        assert_eq!(Lent::new(&long(name)).check(), Err(Flaw::NotUtf8));
    }
}
