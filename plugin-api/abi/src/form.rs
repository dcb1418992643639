//! The types that may be part of a structure that crosses the boundary.

use std::fmt;

/// A C form that borrows: the same type with every lifetime.
///
/// # Safety
/// [`Self::Of`] is `Self` with another lifetime, and nothing else.
pub unsafe trait Form: Sized + 'static {
    /// This form, borrowed for `'a`.
    type Of<'a>;
}

/// A field of a structure that crosses the boundary.
///
/// # Safety
/// A value that [`Self::check`] accepts, and whose pointers lead to live data, is safe to use. It
/// needs no drop.
pub unsafe trait Field {
    /// Checks a value from a side that does not vouch for it: a plugin in another language.
    ///
    /// # Errors
    /// The first flaw that was found.
    fn check(&self) -> Result<(), Flaw>;
}

/// A flaw of a value that crossed the boundary.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Flaw {
    /// A text is not valid UTF-8.
    NotUtf8,
    /// A pointer is null but must not be.
    Null,
    /// A structure, or the step of an array, is shorter than in the first version of the boundary.
    TooShort,
}

impl fmt::Display for Flaw {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::NotUtf8 => "a text is not UTF-8",
            Self::Null => "a pointer is null that must not be",
            Self::TooShort => "a structure is shorter than in the first version of the boundary",
        })
    }
}

impl std::error::Error for Flaw {}

/// Forms without a borrow.
macro_rules! plain {
    ($( $type:ty; )*) => { $(
        // SAFETY: it has no lifetime.
        unsafe impl Form for $type {
            type Of<'a> = Self;
        }

        // SAFETY: every value will do.
        unsafe impl Field for $type {
            fn check(&self) -> Result<(), Flaw> {
                Ok(())
            }
        }
    )* };
}

plain! { (); u8; u16; u32; u64; i64; usize; crate::Flag; crate::Number; }

/// Forms that own what they hold, and borrow nothing.
macro_rules! owning {
    ($( $type:ty; )*) => { $(
        // SAFETY: it has no lifetime.
        unsafe impl Form for $type {
            type Of<'a> = Self;
        }
    )* };
}

owning! { crate::Object; crate::Continuation; crate::Routine; crate::Errand; crate::RawCache; }

macro_rules! tuples {
    ($( ($($part:ident),+); )*) => { $(
        // SAFETY: each part keeps the promise.
        unsafe impl<$($part: Form),+> Form for ($($part,)+) {
            type Of<'a> = ($($part::Of<'a>,)+);
        }
    )* };
}

tuples! {
    (A); (A, B); (A, B, C); (A, B, C, D); (A, B, C, D, E); (A, B, C, D, E, F); (A, B, C, D, E, F, G);
    (A, B, C, D, E, F, G, H); (A, B, C, D, E, F, G, H, I);
}

/// Erases the lifetime.
///
/// # Safety
/// What it borrows lives as long as the result is used.
#[inline]
pub(crate) unsafe fn erased<F: Form>(form: F::Of<'_>) -> F {
    const { assert!(size_of::<F>() == size_of::<F::Of<'static>>()) };
    // SAFETY: the same type but for its lifetime (`Form`), of which the caller takes care.
    unsafe { std::mem::transmute_copy(&std::mem::ManuallyDrop::new(form)) }
}

/// Declares that a `repr(transparent)` wrapper of a form with a lifetime is a form, too; `$note`
/// documents what the wrapper adds.
#[macro_export]
macro_rules! wrapper {
    ($wrapper:ident($inner:ident), $note:literal) => {
        #[cfg(feature = "describe")]
        impl $crate::InC for $wrapper<'_> {
            fn spelled(shapes: &mut $crate::Shapes) -> $crate::Spelling {
                <$crate::$inner<'static> as $crate::InC>::spelled(shapes).noted($note)
            }
        }

        const _: () =
            assert!(size_of::<$wrapper<'static>>() == size_of::<$crate::$inner<'static>>());

        // SAFETY: only the lifetime differs.
        unsafe impl $crate::Form for $wrapper<'static> {
            type Of<'a> = $wrapper<'a>;
        }

        // SAFETY: it is what it wraps.
        unsafe impl $crate::Field for $wrapper<'_> {
            fn check(&self) -> Result<(), $crate::Flaw> {
                $crate::Field::check(&self.0)
            }
        }
    };
}
