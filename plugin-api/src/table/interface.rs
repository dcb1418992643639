//! The macro behind every interface: callbacks, groups of requests, and the other calls that one
//! side makes to an object of the other.

/// Declares an interface: for each row, the structure of its arguments, its type, and its slot in
/// the table.
///
/// The types in a row are those of the author's method. Each argument crosses in the C form of its
/// [`Arg`](crate::values::arg::Arg), and the answer in the C form of its
/// [`Answer`](crate::values::answer::Answer).
macro_rules! interface {
    (
        $(#[$meta:meta])*
        $visibility:vis table $table:ident $table_ref:ident, rows in $rows:ident {
            $(
                $(#[$row_meta:meta])*
                fn $name:ident($($arg:ident: $type:ty),* $(,)?) -> $answer:ty;
            )*
        }
    ) => {
        hsmod_abi::table! {
            $(#[$meta])*
            $visibility struct $table as $table_ref {
                $(
                    $(#[$row_meta])*
                    $name: fn(*const (), *const args::$name<'static>, *mut hsmod_abi::Frame)
                        -> hsmod_abi::Status,
                )*
            }
        }

        hsmod_abi::table_rows! {
            $table_ref, $rows { $( $(#[$row_meta])* $name, )* }
        }

        #[cfg(feature = "describe")]
        impl $table_ref {
            /// Records the table, and the type of each row's answer.
            pub(crate) fn describe(shapes: &mut hsmod_abi::Shapes) {
                $(
                    #[allow(unused_doc_comments, reason = "what else is there may leave it out")]
                    $(#[$row_meta])*
                    {
                        type Raw = <$answer as $crate::values::answer::Answer>::Raw;
                        shapes.answer::<$table, Raw>(stringify!($name));
                    }
                )*
            }
        }

        /// The arguments of each row, as they cross.
        #[allow(
            missing_docs, non_camel_case_types, unreachable_pub, unnameable_types,
            reason = "named like the rows and their arguments, and seen where the interface is"
        )]
        pub mod args {
            $(
                $(#[$row_meta])*
                hsmod_abi::arguments! {
                    pub struct $name<'a> as [concat!(stringify!($table), "/", stringify!($name))] {
                        $( $arg: super::raws::$name::$arg<'a>, )*
                    }
                }
            )*
        }

        /// The C form of each answer, for the description of the boundary: no table names it.
        #[cfg(feature = "layout")]
        #[allow(unreachable_pub, unnameable_types, reason = "seen where the interface is")]
        pub mod answers {
            #[allow(unused_imports, clippy::wildcard_imports, reason = "whatever the rows name")]
            use super::*;

            /// One marker for each row.
            #[repr(C)]
            #[derive(Debug, abi_stable::StableAbi)]
            pub struct Answers {
                $(
                    $(#[$row_meta])*
                    pub(crate) $name: std::marker::PhantomData<
                        <$answer as $crate::values::answer::Answer>::Raw
                    >,
                )*
            }
        }

        /// The C form of each argument.
        #[allow(
            missing_docs, non_camel_case_types, unused_imports, clippy::wildcard_imports,
            reason = "named like the rows and their arguments"
        )]
        mod raws {
            $(
                $(#[$row_meta])*
                pub(super) mod $name {
                    use super::super::*;
                    $( pub(in super::super) type $arg<'a> = $crate::values::arg::RawOf<'a, fn($type)>; )*
                }
            )*
        }

        /// The rows as types.
        #[allow(
            non_camel_case_types, unreachable_pub, unnameable_types,
            reason = "named like the rows, and seen where the interface is"
        )]
        pub mod $rows {
            #[allow(unused_imports, clippy::wildcard_imports, reason = "whatever the rows name")]
            use super::*;
            $(
                #[doc = concat!("`", stringify!($name), "`")]
                $(#[$row_meta])*
                #[derive(Clone, Copy, Debug)]
                #[non_exhaustive]
                pub struct $name;

                $(#[$row_meta])*
                impl hsmod_abi::Method for $name {
                    type Args = args::$name<'static>;
                    type Answers = $crate::values::answer::Returns<$answer>;
                }

                $(#[$row_meta])*
                impl hsmod_abi::Asking for $name {
                    type Raws = ($(<fn($type) as $crate::values::arg::Arg>::Raw,)*);

                    #[inline]
                    fn lend(
                        ($($arg,)*): <Self::Raws as hsmod_abi::Form>::Of<'_>,
                    ) -> args::$name<'_> {
                        args::$name::new($($arg),*)
                    }
                }
            )*
        }
    };
}

pub(crate) use interface;
