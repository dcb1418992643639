//! The homeserver, as a module holds it: a reference-counted object, whose further tables are
//! looked up by name.

use std::fmt;
use std::marker::PhantomData;
use std::sync::Arc;

use crate::form::{Field, Flaw, Form};
use crate::log::LogTableRef;
use crate::panic::caught;
use crate::peer::{Named, Peer, TableFor, TableRef};
use crate::text::Str;

/// The table of a reference-counted object: created by [`counted_table!`](crate::counted_table).
///
/// # Safety
/// The functions are those of the table with these names.
pub unsafe trait Counted: TableRef {
    /// The function that releases a reference.
    fn released(self) -> Option<unsafe extern "C" fn(*const ())>;
    /// The function that looks up a table by name.
    fn extended(self) -> Option<unsafe extern "C" fn(*const (), Str<'static>) -> *const ()>;
}

/// A reference to an object, counted for the side that it goes to.
///
/// Dropped on the way, it is leaked: nobody takes it twice.
#[repr(C)]
#[cfg_attr(feature = "layout", derive(abi_stable::StableAbi))]
pub struct RawApi<R> {
    host: *const (),
    table: R,
}

impl<R: TableRef> RawApi<R> {
    /// Counts a reference to an object of this side.
    pub fn new<T: Send + Sync + 'static>(host: Arc<T>) -> Self
    where
        R: TableFor<T>,
    {
        Self { host: Arc::into_raw(host).cast(), table: R::TABLE }
    }

    /// # Safety
    /// The table is that of the object, and a reference has been counted for the receiver; both
    /// live until the reference is released.
    pub const unsafe fn bound(host: *const (), table: R) -> Self {
        Self { host, table }
    }
}

impl<R> fmt::Debug for RawApi<R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RawApi").finish_non_exhaustive()
    }
}

// SAFETY: it has no lifetime.
unsafe impl<R: TableRef> Form for RawApi<R> {
    type Of<'a> = Self;
}

// SAFETY: null is refused; the table may be null. It leaks in place of a drop.
unsafe impl<R: TableRef> Field for RawApi<R> {
    fn check(&self) -> Result<(), Flaw> {
        if self.host.is_null() { Err(Flaw::Null) } else { Ok(()) }
    }
}

#[cfg(feature = "describe")]
impl<R: crate::InC> crate::InC for RawApi<R> {
    fn spelled(shapes: &mut crate::Shapes) -> crate::Spelling {
        let doc = [Some(" A reference to the homeserver's side of a [`ModuleApi`].")];
        shapes.structure::<Self>("hsmod_api", &doc, |shapes| {
            let mut members = shapes.members::<*const ()>("host", 0, &[]);
            let table = std::mem::offset_of!(Self, table);
            members.extend(shapes.members::<R>("table", table, &[]));
            members
        })
    }
}

/// Further tables of an object: created by [`extensions!`](crate::extensions).
///
/// # Safety
/// Each is looked up by its own name.
pub unsafe trait Extensions {
    /// Looks up each by its name.
    ///
    /// # Safety
    /// `extension` returns null, or the table of that name, which is never freed.
    unsafe fn found(extension: impl Fn(&str) -> *const ()) -> Self;
}

/// One of the tables is an `R`: implemented by [`extensions!`](crate::extensions).
///
/// # Safety
/// It is the one that was found.
pub unsafe trait Has<R>: Extensions {
    /// The table.
    fn extension(&self) -> R;
}

/// Declares the further tables of an object, each of which has a name.
#[macro_export]
macro_rules! extensions {
    ($(#[$meta:meta])* $visibility:vis struct $all:ident { $( $name:ident: $table:path, )* }) => {
        $(#[$meta])*
        $visibility struct $all {
            $( $name: $table, )*
        }

        // SAFETY: the name is that of the table.
        unsafe impl $crate::Extensions for $all {
            unsafe fn found(extension: impl Fn(&str) -> *const ()) -> Self {
                // SAFETY: the caller's promise.
                let ($($name,)*) = unsafe {
                    ($( <$table as $crate::TableRef>::at(
                        extension(<$table as $crate::Named>::NAME),
                    ), )*)
                };
                Self { $($name,)* }
            }
        }

        $(
            // SAFETY: nobody changes what was found.
            unsafe impl $crate::Has<$table> for $all {
                #[inline]
                fn extension(&self) -> $table {
                    self.$name
                }
            }
        )*
    };
}

/// A homeserver, to which this holds a reference, and the further tables that it has.
pub struct Homeserver<R: Counted, G> {
    host: *const (),
    table: R,
    groups: G,
}

// SAFETY: the homeserver's side is `Send + Sync` (`RawApi::new` demands it).
unsafe impl<R: Counted, G: Send> Send for Homeserver<R, G> {}
// SAFETY: as above.
unsafe impl<R: Counted, G: Sync> Sync for Homeserver<R, G> {}

impl<R: Counted, G: Extensions> Homeserver<R, G> {
    /// Takes over a reference that was counted for this side.
    pub fn take(raw: RawApi<R>) -> Self {
        let RawApi { host, table } = raw;
        let extension = |name: &str| match table.extended() {
            // SAFETY: the host is that of the table; the name lives for the duration of the call.
            Some(extension) => unsafe { extension(host, Str::new(name).kept()) },
            None => std::ptr::null(),
        };
        // SAFETY: what a host answers by a name is the table of that name.
        unsafe { Self::with(raw, extension) }
    }

    /// [`Self::take`], with tables that are looked up in another way.
    ///
    /// # Safety
    /// `extension` returns null, or the table of that name for the object, which is never freed.
    pub unsafe fn with(raw: RawApi<R>, extension: impl Fn(&str) -> *const ()) -> Self {
        // SAFETY: the caller's promise.
        let groups = unsafe { G::found(extension) };
        Self { host: raw.host, table: raw.table, groups }
    }

    /// Returns the homeserver, to be called through one of its further tables.
    #[inline]
    pub fn group<X: TableRef>(&self) -> Peer<'_, X>
    where
        G: Has<X>,
    {
        // SAFETY: the table was found with the object, which lives as long as `self`.
        unsafe { Peer::bound(self.host, self.groups.extension()) }
    }
}

impl<R: Counted, G> Homeserver<R, G> {
    /// Returns the homeserver, to be called through its own table.
    #[inline]
    pub const fn peer(&self) -> Peer<'_, R> {
        // SAFETY: they came together; the object lives as long as `self`.
        unsafe { Peer::bound(self.host, self.table) }
    }
}

impl<R: Counted, G> Drop for Homeserver<R, G> {
    fn drop(&mut self) {
        if let Some(release) = self.table.released() {
            // SAFETY: the host is that of the table, and the reference is given back once.
            unsafe { release(self.host) };
        }
    }
}

impl<R: Counted, G> fmt::Debug for Homeserver<R, G> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Homeserver").finish_non_exhaustive()
    }
}

/// A further table of a `T`, with its type erased.
pub struct Extension<T> {
    name: &'static str,
    table: *const (),
    of: PhantomData<fn(&T)>,
}

impl<T> Extension<T> {
    /// The table of type `R`.
    pub fn of<R: Named + TableFor<T>>() -> Self {
        let table = std::ptr::from_ref(R::FUNCTIONS).cast();
        Self { name: R::NAME, table, of: PhantomData }
    }

    /// The pointer to the table, if that is its name: another name means another table.
    #[doc(hidden)]
    pub fn named(self, name: &str) -> Option<*const ()> {
        (self.name == name).then_some(self.table)
    }

    /// The log table, whose functions take no object.
    pub const fn log(table: LogTableRef) -> Self {
        Self { name: LogTableRef::NAME, table: table.pointer(), of: PhantomData }
    }
}

impl<T> fmt::Debug for Extension<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Extension").field(&self.name).finish()
    }
}

/// # Safety
/// `object` is an `Arc<T>` to which the caller holds a reference.
#[doc(hidden)]
pub unsafe extern "C" fn retain<T>(object: *const ()) {
    // SAFETY: the caller's promise.
    unsafe { Arc::increment_strong_count(object.cast::<T>()) };
}

/// # Safety
/// As for [`retain`]; the reference is released.
#[doc(hidden)]
pub unsafe extern "C" fn release<T>(object: *const ()) {
    // SAFETY: the caller's promise.
    let object = unsafe { Arc::from_raw(object.cast::<T>()) };
    caught(|| drop(object));
}
