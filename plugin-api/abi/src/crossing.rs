//! The parameters and results of plain functions of a table: those that are not rows.

use std::marker::PhantomData;
use std::mem::{ManuallyDrop, transmute_copy};

use crate::form::{Flaw, Form, erased};
use crate::frame::Context;
use crate::object::Object;
use crate::outcome::RawOutcome;
use crate::peer::{Guest, TableRef};
use crate::registration::{Offer, RawRegistration};
use crate::view::checked_view;

/// A parameter of a plain function, or two that belong together: a tuple of one or two.
///
/// # Safety
/// [`Self::take`] returns only values that may be used for the duration of the call, if they come
/// from [`Self::give`] or the other side keeps its promises.
pub unsafe trait Crossing: Sized {
    /// The caller's type.
    type Given<'a>;
    /// The callee's type.
    type Taken<'a>;

    /// Converts the caller's value into the form in which it crosses.
    ///
    /// # Safety
    /// It is passed to a function that does not keep what is lent.
    unsafe fn give(given: Self::Given<'_>) -> Self;

    /// Converts the form in which it crosses into the callee's value.
    ///
    /// # Safety
    /// It came from the other side, and what is lent lives for `'a`.
    unsafe fn take<'a>(self) -> Self::Taken<'a>;
}

/// Restricts the lifetime to `'a`.
///
/// # Safety
/// It lives for `'a`.
#[doc(hidden)]
pub unsafe fn lent_for<'a, F: Form>(form: F) -> F::Of<'a> {
    const { assert!(size_of::<F>() == size_of::<F::Of<'static>>()) };
    // SAFETY: the same type but for its lifetime (`Form`), of which the caller takes care.
    unsafe { transmute_copy(&ManuallyDrop::new(form)) }
}

/// Erases the lifetime.
///
/// # Safety
/// What it borrows lives as long as the result is used.
#[doc(hidden)]
pub unsafe fn returned<F: Form>(form: F::Of<'_>) -> F {
    // SAFETY: the caller's promise.
    unsafe { erased(form) }
}

// SAFETY: what is lent crosses as it is.
unsafe impl<F: Form> Crossing for (F,) {
    type Given<'a> = F::Of<'a>;
    type Taken<'a> = F::Of<'a>;

    #[inline]
    unsafe fn give(given: F::Of<'_>) -> Self {
        // SAFETY: the caller's promise.
        (unsafe { erased(given) },)
    }

    #[inline]
    unsafe fn take<'a>(self) -> F::Of<'a> {
        // SAFETY: the caller's promise.
        unsafe { lent_for(self.0) }
    }
}

// SAFETY: the two belong together, on both sides.
unsafe impl<R: TableRef> Crossing for (Object, R) {
    type Given<'a> = Guest<R>;
    type Taken<'a> = Guest<R>;

    unsafe fn give(given: Guest<R>) -> Self {
        given.into_parts()
    }

    unsafe fn take<'a>(self) -> Self::Taken<'a> {
        // SAFETY: they came together.
        unsafe { Guest::bound(self.0, self.1) }
    }
}

// SAFETY: the object is that of the table which the registration names.
unsafe impl Crossing for (Object, *const RawRegistration<'static>) {
    type Given<'a> = Offer<'a>;
    type Taken<'a> = Result<Offer<'a>, Flaw>;

    unsafe fn give(given: Offer<'_>) -> Self {
        let (object, registration) = given.into_parts();
        (object, std::ptr::from_ref(registration).cast())
    }

    unsafe fn take<'a>(self) -> Self::Taken<'a> {
        // SAFETY: it is lent for the duration of the call.
        let registration: &'a RawRegistration<'a> = unsafe { checked_view(self.1.cast())? };
        // SAFETY: they came together.
        Ok(unsafe { Offer::bound(self.0, registration) })
    }
}

/// Space into which the callee writes; it may be shorter than the callee's version.
#[derive(Debug)]
pub struct Place<'a, T> {
    place: *mut T,
    lent: PhantomData<&'a mut T>,
}

impl<T> Place<'_, T> {
    pub(crate) const fn pointer(&self) -> *mut T {
        self.place
    }
}

macro_rules! places {
    ($( $type:ty; )*) => { $(
        // SAFETY: the place is lent for the duration of the call, and written to as far as it goes.
        unsafe impl Crossing for (*mut $type,) {
            type Given<'a> = &'a mut $type;
            type Taken<'a> = Place<'a, $type>;

            #[inline]
            unsafe fn give(given: &mut $type) -> Self {
                (given,)
            }

            #[inline]
            unsafe fn take<'a>(self) -> Place<'a, $type> {
                Place { place: self.0, lent: PhantomData }
            }
        }
    )* };
}

places! { Context; RawOutcome; }

impl Place<'_, Context> {
    /// Fills in the context.
    pub fn write(self, context: &Context) {
        let place = self.place;
        // SAFETY: it is lent for the time of the call, and as long as in the first version of the
        // boundary.
        unsafe {
            (*place).flags = context.flags;
            (*place).timeout_ns = context.timeout_ns;
            (*place).trace_id = context.trace_id;
            (*place).span_id = context.span_id;
        }
    }
}
