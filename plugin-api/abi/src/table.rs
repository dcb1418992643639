//! Tables of functions: they begin with their size, never shrink, and are never reordered.

/// Reads the function at `offset` of a table; `None` if the table is too short or the function is
/// null.
///
/// Rationale: it creates no reference to the other side's table, which may be shorter than ours.
///
/// # Safety
/// `table` is null, or a table of the type whose field lies at `offset`, and that field is an
/// `Option<F>` of a function pointer.
pub unsafe fn function_at<T, F: Copy>(table: *const T, offset: usize) -> Option<F> {
    if table.is_null() {
        return None;
    }
    // SAFETY: every table begins with its size in bytes.
    let size = unsafe { table.cast::<u32>().read() } as usize;
    if offset + size_of::<Option<F>>() > size {
        return None;
    }
    // SAFETY: the field lies within the table, and is what the caller says.
    unsafe { table.byte_add(offset).cast::<Option<F>>().read() }
}

/// Counts the functions of a table after the first `known` bytes: those of a later version.
///
/// # Safety
/// `table` is null, or a table that begins with its size and contains only functions after `known`.
pub(crate) unsafe fn function_count_behind(table: *const (), known: usize) -> usize {
    if table.is_null() {
        return 0;
    }
    // SAFETY: every table begins with its size in bytes.
    let size = unsafe { table.cast::<u32>().read() } as usize;
    let place = |offset| table.wrapping_byte_add(offset).cast::<usize>();
    (known..size)
        .step_by(size_of::<usize>())
        // SAFETY: each lies within the table, and is a function or null.
        .filter(|offset| unsafe { place(*offset).read() } != 0)
        .count()
}

/// Declares a table of functions, and a reference to a table that may be of another version.
///
/// A function is declared with its whole type, `name: fn(..) -> ..`. The method of the reference
/// with its name returns it if the table is long enough and has it.
#[macro_export]
macro_rules! table {
    (
        $(#[$($meta:tt)*])*
        $visibility:vis struct $table:ident as $table_ref:ident {
            $( $(#[$($row_meta:tt)*])* $name:ident: fn($($argument:ty),* $(,)?) $(-> $result:ty)?, )*
        }
    ) => {
        $crate::structure! {
            $(#[$($meta)*])*
            #[repr(C)]
            #[cfg_attr(feature = "layout", derive(abi_stable::StableAbi))]
            #[derive(Clone, Copy, Debug)]
            $visibility struct $table {
                /// The size in bytes.
                pub(crate) size: u32,
                /// The version of the boundary of the side that made it.
                pub(crate) minor: u32,
                $( $(#[$($row_meta)*])* pub(crate) $name: Option<unsafe extern "C" fn($($argument),*) $(-> $result)?>, )*
            }
        }

        impl $table {
            /// The size in bytes: the value of its first field.
            #[allow(clippy::cast_possible_truncation, dead_code, reason = "it has some hundred bytes")]
            pub(crate) const SIZE: u32 = size_of::<Self>() as u32;
        }

        #[doc = concat!("A [`", stringify!($table), "`] of any version.")]
        #[repr(transparent)]
        #[derive(Clone, Copy, Debug)]
        #[cfg_attr(feature = "layout", derive(abi_stable::StableAbi))]
        $visibility struct $table_ref(*const $table);

        // SAFETY: a table is never written to, and never freed.
        unsafe impl Send for $table_ref {}
        // SAFETY: as above.
        unsafe impl Sync for $table_ref {}

        // SAFETY: a reference that may be null or shorter is what its functions expect.
        unsafe impl $crate::Field for $table_ref {
            fn check(&self) -> Result<(), $crate::Flaw> {
                Ok(())
            }
        }

        // SAFETY: the methods with their names look for them, as far as the table goes.
        unsafe impl $crate::TableRef for $table_ref {
            type Table = $table;

            const NONE: Self = Self(std::ptr::null());

            #[inline]
            unsafe fn at(table: *const ()) -> Self {
                Self(table.cast())
            }

            #[inline]
            fn address(self) -> *const () {
                self.0.cast()
            }
        }

        #[cfg(feature = "describe")]
        impl $crate::InC for $table_ref {
            fn spelled(shapes: &mut $crate::Shapes) -> $crate::Spelling {
                <*const $table as $crate::InC>::spelled(shapes)
            }
        }

        #[allow(dead_code, reason = "each side reads the tables of the other only")]
        impl $table_ref {
            /// The size of the table in this version, in bytes.
            $visibility const SIZE: usize = size_of::<$table>();

            /// No table.
            $visibility const NONE: Self = Self(std::ptr::null());

            /// A table of this side.
            $visibility const fn new(table: &'static $table) -> Self {
                Self(table)
            }

            /// A table that the other side returned for an extension of this name.
            ///
            /// # Safety
            /// It is null, or such a table, and is never freed.
            $visibility const unsafe fn from_pointer(table: *const ()) -> Self {
                Self(table.cast())
            }

            /// The pointer to the table.
            $visibility const fn pointer(self) -> *const () {
                self.0.cast()
            }

            /// The version of the boundary of the side that made the table, if there is one.
            $visibility fn minor(self) -> Option<u32> {
                // SAFETY: every table is at least as long as its size and version.
                self.is_some().then(|| unsafe { (&raw const (*self.0).minor).read() })
            }

            /// Whether there is a table.
            $visibility const fn is_some(self) -> bool {
                !self.0.is_null()
            }

            $(
                $(#[$($row_meta)*])*
                pub(crate) fn $name(self) -> Option<unsafe extern "C" fn($($argument),*) $(-> $result)?> {
                    // SAFETY: a table of this type, perhaps shorter, in which this field is that.
                    unsafe { $crate::function_at(self.0, std::mem::offset_of!($table, $name)) }
                }
            )*
        }
    };
}

/// Declares the arguments of one row: a structure that begins with its size, created once per call.
#[macro_export]
macro_rules! arguments {
    (
        $(#[$($meta:tt)*])*
        $visibility:vis struct $name:ident<$life:lifetime> $(as [$in_c:expr])? {
            $( $(#[$($field_meta:tt)*])* $field:ident: $type:ty, )*
        }
    ) => {
        $crate::structure! {
            $(#[$($meta)*])*
            #[repr(C)]
            #[derive(Debug)]
            #[cfg_attr(feature = "layout", derive(abi_stable::StableAbi))]
            $visibility struct $name<$life> $(as [$in_c])? {
                args_size: u32,
                args_flags: u32,
                $( $(#[$($field_meta)*])* pub(crate) $field: $type, )*
                lent: std::marker::PhantomData<&$life ()>,
            }
        }

        impl<$life> $name<$life> {
            /// The arguments, one after the other.
            #[inline]
            #[allow(
                clippy::cast_possible_truncation, clippy::new_without_default, clippy::too_many_arguments,
                reason = "they have some hundred bytes, and as many parts as the row"
            )]
            pub(crate) const fn new($($field: $type),*) -> Self {
                Self {
                    args_size: size_of::<Self>() as u32,
                    args_flags: 0,
                    $($field,)*
                    lent: std::marker::PhantomData,
                }
            }
        }

        // SAFETY: only the lifetime differs.
        unsafe impl $crate::Form for $name<'static> {
            type Of<'of> = $name<'of>;
        }

        // SAFETY: each of them is looked at.
        unsafe impl $crate::Field for $name<'_> {
            fn check(&self) -> Result<(), $crate::Flaw> {
                $( $crate::Field::check(&self.$field)?; )*
                Ok(())
            }
        }

        impl $crate::Arguments for $name<'_> {}
    };
}

#[cfg(test)]
mod tests {

    table! {
        /// The table of the other side.
        struct Old as OldRef {
            first: fn(u8) -> u8,
        }
    }

    table! {
        /// The table that this side knows.
        struct New as NewRef {
            first: fn(u8) -> u8,
            second: fn(u8) -> u8,
        }
    }

    unsafe extern "C" fn double(number: u8) -> u8 {
        number * 2
    }

    static OLD: Old = Old { size: Old::SIZE, minor: 0, first: Some(double) };
    static NEW: New = New { size: New::SIZE, minor: 1, first: None, second: Some(double) };

    #[test]
    fn a_shorter_table_has_no_later_functions() {
        // SAFETY: the same table, shorter.
        let old = unsafe { NewRef::from_pointer(OldRef::new(&OLD).pointer()) };
        assert!(old.second().is_none());
        // SAFETY: it takes any number.
        assert_eq!(old.first().map(|first| unsafe { first(4) }), Some(8));
        let new = NewRef::new(&NEW);
        assert!(new.first().is_none() && new.second().is_some());
        assert!(NewRef::NONE.first().is_none() && !NewRef::NONE.is_some());
    }
}
