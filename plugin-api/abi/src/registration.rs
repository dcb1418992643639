//! A registration of callbacks: the object that answers them, and which of them it answers.

use std::fmt;

use crate::object::Object;
use crate::peer::{Guest, Named};
use crate::text::{Flag, Str};

crate::view! {
    /// A registration of callbacks of one category.
    #[derive(Debug)]
    pub struct RawRegistration<'a> {
        /// `spam_checker/1`.
        category: Str<'a>,
        /// The table of that category.
        table: Table,
        /// Whether `only` applies.
        selective: Flag,
        /// The callbacks that are registered, separated by spaces; the others of the table are not.
        only: Str<'a>,
        /// The registered callbacks that the module can do without, separated by spaces.
        optional: Str<'a>,
        /// For password providers: JSON text of a list of pairs, each a type of login and the list
        /// of its fields.
        auth_checkers: Str<'a>,
    }
}

impl<'a> RawRegistration<'a> {
    /// Creates the registration of an object that is to be [offered](Offer::new): of all its
    /// callbacks, or of `only` these.
    pub fn new(only: Option<&'a str>, optional: &'a str, auth_checkers: &'a str) -> Self {
        Self {
            size: Self::SIZE,
            flags: 0,
            category: Str::NONE,
            table: Table(std::ptr::null()),
            selective: Flag::new(only.is_some()),
            only: Str::new(only.unwrap_or_default()),
            optional: Str::new(optional),
            auth_checkers: Str::new(auth_checkers),
        }
    }

    /// The name of the table of its category.
    pub const fn category(&self) -> &'a str {
        self.category.text()
    }

    /// The callbacks to register; `None` for all.
    pub fn only(&self) -> Option<&'a str> {
        self.selective.get().then(|| self.only.text())
    }

    /// The callbacks that the module can do without.
    pub const fn optional(&self) -> &'a str {
        self.optional.text()
    }

    /// The JSON text of the types of login, if there are any.
    pub const fn auth_checkers(&self) -> Option<&'a str> {
        self.auth_checkers.get()
    }
}

/// A table of any category.
#[repr(transparent)]
#[derive(Clone, Copy, Debug)]
#[cfg_attr(feature = "layout", derive(abi_stable::StableAbi))]
pub struct Table(*const ());

#[cfg(feature = "describe")]
impl crate::InC for Table {
    fn spelled(shapes: &mut crate::Shapes) -> crate::Spelling {
        <*const () as crate::InC>::spelled(shapes)
    }
}

// SAFETY: whoever looks into it knows of which category it is.
unsafe impl crate::Field for Table {
    fn check(&self) -> Result<(), crate::Flaw> {
        Ok(())
    }
}

/// An object that answers callbacks, and its registration, which names the table.
pub struct Offer<'a> {
    object: Object,
    registration: &'a RawRegistration<'a>,
}

impl<'a> Offer<'a> {
    /// Offers an object of this side.
    pub fn new<R: Named>(guest: Guest<R>, registration: &'a mut RawRegistration<'_>) -> Self {
        let (object, table) = guest.into_parts();
        registration.category = Str::new(R::NAME);
        registration.table = Table(table.address());
        Self { object, registration }
    }

    /// # Safety
    /// The table that the registration names is one of its category, and for this object.
    pub(crate) const unsafe fn bound(
        object: Object,
        registration: &'a RawRegistration<'a>,
    ) -> Self {
        Self { object, registration }
    }

    pub(crate) fn into_parts(self) -> (Object, &'a RawRegistration<'a>) {
        (self.object, self.registration)
    }

    /// The registration.
    pub const fn registration(&self) -> &'a RawRegistration<'a> {
        self.registration
    }

    /// The object and its table, if that is an `R`.
    pub fn guest<R: Named>(self) -> Option<Guest<R>> {
        let table = self.registration.table.0;
        // SAFETY: the table is one of the category, and for the object (`new`, `bound`).
        (self.registration.category() == R::NAME)
            .then(|| unsafe { Guest::bound(self.object, R::at(table)) })
    }
}

impl fmt::Debug for Offer<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Offer").field(&self.registration).finish()
    }
}
