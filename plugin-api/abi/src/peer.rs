//! An object of the other side, and the table of its functions.
//!
//! A function of a table may be called only with an object that it is for. These types guarantee
//! that: object and table came together across the boundary, or the object is of the type for which
//! the table was created.

use std::fmt;
use std::sync::Arc;

use crate::callback::{Callback, Instance};
use crate::form::{Field, Flaw};
use crate::frame::Slot;
use crate::object::Object;
use crate::request::Request;
use crate::serve::{ArgsOf, Method};
use crate::table::function_count_behind;
use crate::text::Source;

/// A reference to a table, as declared by [`table!`](crate::table).
///
/// # Safety
/// Its functions are looked up in the table that it was created from.
pub unsafe trait TableRef: Copy + Send + Sync + 'static {
    /// The table, as this version knows it.
    type Table: 'static;

    /// No table.
    const NONE: Self;

    /// # Safety
    /// `table` is null, or such a table of any version, and is never freed.
    unsafe fn at(table: *const ()) -> Self;

    /// The pointer to the table.
    fn address(self) -> *const ();
}

/// A table of functions for objects of type `T`: created by [`table_for!`](crate::table_for).
///
/// # Safety
/// Each function is for a `T`.
pub unsafe trait TableFor<T>: TableRef {
    /// The functions.
    const FUNCTIONS: &'static Self::Table;
    /// The reference to the table of these functions.
    const TABLE: Self;
}

/// A table with a name, by which the other side looks it up: implemented by
/// [`named!`](crate::named).
///
/// # Safety
/// A side that returns a table by this name returns one of this type.
pub unsafe trait Named: TableRef {
    /// `users/1`.
    const NAME: &'static str;
}

/// Declares the name of a table.
#[macro_export]
macro_rules! named {
    ($table_ref:ident, $name:expr) => {
        // SAFETY: this is what declares the name; each has one declaration.
        unsafe impl $crate::Named for $table_ref {
            const NAME: &'static str = $name;
        }
    };
}

/// A row of the table `R`: implemented by [`table_rows!`](crate::table_rows).
///
/// # Safety
/// The slot is that of this row.
pub unsafe trait RowOf<R>: Method {
    /// The slot of the row, if the table has it.
    fn slot(table: R) -> Option<Slot<Self::Args>>;
}

/// An object that is lent, and the table of its functions: a field of a view, or found with what
/// crossed.
///
/// In C it is two fields: the object by the name of this one, and `table`.
#[repr(C)]
#[derive(Clone, Copy)]
#[cfg_attr(feature = "layout", derive(abi_stable::StableAbi))]
pub struct Peer<'a, R> {
    object: Source<'a>,
    table: R,
}

impl<'a, R: TableRef> Peer<'a, R> {
    /// No object.
    pub const NONE: Self = Self { object: Source::NONE, table: R::NONE };

    /// Lends an object of this side.
    #[inline]
    pub fn new<T: Sync>(object: &'a T) -> Self
    where
        R: TableFor<T>,
    {
        Self { object: Source::new(object), table: R::TABLE }
    }

    /// # Safety
    /// The functions of the table are for this object, which lives for `'a` and may be used on any
    /// thread.
    #[inline]
    pub(crate) const unsafe fn bound(object: *const (), table: R) -> Self {
        Self { object: Source::again(object), table }
    }

    /// A call of a row, which has not begun; `None` if the table does not have the row.
    #[inline]
    pub fn request<M: RowOf<R>, const ROOM: usize>(
        self,
        args: ArgsOf<'a, M>,
    ) -> Option<Request<'a, M, ROOM>> {
        let slot = M::slot(self.table)?;
        // SAFETY: the slot is for the object, which is lent for `'a` as the arguments are.
        Some(unsafe { Request::new(slot, self.object.pointer(), args) })
    }

    /// The table.
    #[inline]
    pub const fn table(self) -> R {
        self.table
    }

    /// The pointer to the object.
    #[inline]
    pub const fn object(self) -> *const () {
        self.object.pointer()
    }
}

impl<R> fmt::Debug for Peer<'_, R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Peer").field(&self.object).finish()
    }
}

// SAFETY: only its maker looks at what the object points to; the table may be null.
unsafe impl<R> Field for Peer<'_, R> {
    fn check(&self) -> Result<(), Flaw> {
        Ok(())
    }
}

#[cfg(feature = "describe")]
impl<R: crate::InC> crate::InC for Peer<'_, R> {
    fn spelled(shapes: &mut crate::Shapes) -> crate::Spelling {
        Source::spelled(shapes)
    }

    fn members(
        shapes: &mut crate::Shapes,
        name: &'static str,
        offset: usize,
        doc: Vec<&'static str>,
    ) -> Vec<crate::Member> {
        let mut members = Source::members(shapes, name, offset, doc);
        let table = offset + std::mem::offset_of!(Self, table);
        members.extend(R::members(shapes, "table", table, Vec::new()));
        members
    }
}

/// An object that is handed over to the other side, which keeps it, and the table of its functions.
#[derive(Debug)]
pub struct Guest<R> {
    object: Object,
    table: R,
}

impl<R: TableRef> Guest<R> {
    /// Hands over an object of this side.
    pub fn new<T: Send + Sync + 'static>(object: Arc<T>) -> Self
    where
        R: TableFor<T>,
    {
        Self { object: Object::shared(object), table: R::TABLE }
    }

    /// # Safety
    /// The functions of the table are for this object.
    pub(crate) const unsafe fn bound(object: Object, table: R) -> Self {
        Self { object, table }
    }

    pub(crate) fn into_parts(self) -> (Object, R) {
        (self.object, self.table)
    }

    /// Assigns the object to the module with this number.
    pub fn of(self, module: usize) -> Bound<R> {
        Bound { instance: Arc::new(Instance::new(self.object, module)), table: self.table }
    }
}

/// An object of a module, kept alive, and the table of its functions.
#[derive(Clone, Debug)]
pub struct Bound<R> {
    instance: Arc<Instance>,
    table: R,
}

impl<R: TableRef> Bound<R> {
    /// The number of the module that it belongs to.
    pub fn module(&self) -> usize {
        self.instance.module()
    }

    /// The table.
    pub const fn table(&self) -> R {
        self.table
    }

    /// How many functions of the table this version does not know.
    pub fn unknown_functions(&self) -> usize {
        // SAFETY: the table is what its reference says.
        unsafe { function_count_behind(self.table.address(), size_of::<R::Table>()) }
    }

    /// The object, ready to be called.
    pub fn peer(&self) -> Peer<'_, R> {
        // SAFETY: the two belong together; the instance owns the object.
        unsafe { Peer::bound(self.instance.object(), self.table) }
    }

    /// Whether the table has this row.
    pub fn has<M: RowOf<R>>(&self) -> bool {
        M::slot(self.table).is_some()
    }

    /// The callback of a row; `None` if the table does not have the row. Observers get `tag`.
    pub fn callback<M: RowOf<R>>(&self, tag: usize) -> Option<Callback<M>> {
        let slot = M::slot(self.table)?;
        // SAFETY: the slot is for the object that the instance owns.
        Some(unsafe { Callback::new(slot, &self.instance, tag) })
    }

    /// The object without the table.
    pub const fn instance(&self) -> &Arc<Instance> {
        &self.instance
    }
}

/// Declares the rows of the slots of a table.
#[macro_export]
macro_rules! table_rows {
    ($table_ref:ident, $rows:ident { $( $(#[$meta:meta])* $name:ident, )* }) => { $(
        $(#[$meta])*
        // SAFETY: the table names the slot after the row, and it takes the arguments of the row.
        unsafe impl $crate::RowOf<$table_ref> for $rows::$name {
            #[inline]
            fn slot(table: $table_ref) -> Option<$crate::Slot<Self::Args>> {
                table.$name()
            }
        }
    )* };
}

/// Declares the table of objects that answer its rows: with a future ([`serve`](crate::serve)) or
/// by [beginning](crate::begin) the answer. A row with `if` has a slot only if the condition holds.
#[macro_export]
macro_rules! table_for {
    (
        $way:ident <$object:ident: $bound:path> $table:ident $table_ref:ident, $rows:ident
        { $( $(#[$meta:meta])* $name:ident $(if $there:expr)?, )* }
    ) => {
        // SAFETY: each function is for what answers its row, which a `Side` of the object does.
        unsafe impl<$object: $bound> $crate::TableFor<$object> for $table_ref {
            const FUNCTIONS: &'static $table = &$table {
                size: $table::SIZE,
                minor: $crate::MINOR,
                $(
                    $(#[$meta])*
                    $name: $crate::table_for!(
                        @slot [$($there)?] $crate::$way::<$crate::Side<$object>, $rows::$name>
                    ),
                )*
            };
            const TABLE: Self = Self::new(<Self as $crate::TableFor<$object>>::FUNCTIONS);
        }
    };
    (@slot [] $slot:expr) => {
        Some($slot)
    };
    (@slot [$there:expr] $slot:expr) => {
        if $there { Some($slot) } else { None }
    };
}
