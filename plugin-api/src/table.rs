//! How a callback is declared once: one row in a category's list makes the author's trait method,
//! the slot in the C table, the thunk behind it, the homeserver's method and the reflection row.
//!
//! Combining and failure rules are not here: they are the loader's.

use abi_stable::std_types::RResult;

use crate::boundary::{FfiWaker, FutureSlot, PanicReport, Status};
use crate::values::answer::Answer;
use crate::values::error::RawModuleError;

/// What is known of a callback: documentation, `hsmod inspect` and tests read it.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct CallbackInfo {
    /// Its category: `spam_checker`.
    pub category: &'static str,
    /// Its name, as in Synapse.
    pub name: &'static str,
    /// The minor version of the boundary that brought it.
    pub since: u32,
    /// Names and types of its arguments.
    pub arguments: &'static [(&'static str, &'static str)],
    /// The type of its answer.
    pub answer: &'static str,
    /// The lines of its documentation.
    pub doc: &'static [&'static str],
}

/// A category of callbacks: those of one `register_*_callbacks`.
pub trait Category: Sized + 'static {
    /// Its name: `spam_checker`.
    const NAME: &'static str;
    /// Its callbacks, in the order of their slots.
    const ROWS: &'static [CallbackInfo];
    /// The C table, as the other side sees it.
    type Table: Copy + Send + Sync + 'static;
    /// Per callback, who registered it.
    #[cfg(feature = "host")]
    type Lists: Default + Send + Sync + 'static;

    /// Its part of the lists of all categories.
    #[cfg(feature = "host")]
    fn lists(all: &crate::host::Lists) -> &Self::Lists;
}

/// A callback as a type.
pub trait Row: Sized + Send + Sync + 'static {
    /// What is known of it.
    const INFO: CallbackInfo;
    /// Its category.
    type Category: Category;
    /// What it answers.
    type Answer: Answer;
    /// Its slot in the C table.
    type Slot: SlotFn<Out = RResult<<Self::Answer as Answer>::Raw, RawModuleError>>;

    /// Who registered it.
    #[cfg(feature = "host")]
    fn list(lists: &<Self::Category as Category>::Lists) -> &[crate::host::Callback<Self>];
}

/// A slot of a C table: `fn(module, arguments.., slot, waker, out, report) -> Status`.
pub trait SlotFn: Copy + Send + Sync + 'static {
    /// The C forms of the arguments.
    type Args: Copy;
    /// What is written when the answer is not the neutral one.
    type Out;

    /// Calls it.
    ///
    /// # Safety
    /// `module` is what the slot was registered with; the rest as for
    /// [`start`](crate::boundary::start), and the arguments live as long as the future.
    unsafe fn enter(
        self,
        module: *const (),
        args: Self::Args,
        slot: *mut FutureSlot,
        waker: *const FfiWaker,
        out: *mut Self::Out,
        report: *mut PanicReport,
    ) -> Status;
}

macro_rules! slot_fns {
    ($( ($($arg:ident $index:tt),+); )*) => { $(
        impl<$($arg: Copy + 'static,)+ O: 'static> SlotFn
            for unsafe extern "C" fn(
                *const (),
                $($arg,)+
                *mut FutureSlot,
                *const FfiWaker,
                *mut O,
                *mut PanicReport,
            ) -> Status
        {
            type Args = ($($arg,)+);
            type Out = O;

            #[inline]
            unsafe fn enter(
                self,
                module: *const (),
                args: Self::Args,
                slot: *mut FutureSlot,
                waker: *const FfiWaker,
                out: *mut O,
                report: *mut PanicReport,
            ) -> Status {
                // SAFETY: the caller's promises.
                unsafe { self(module, $(args.$index,)+ slot, waker, out, report) }
            }
        }
    )* };
}

slot_fns! {
    (A 0);
    (A 0, B 1);
    (A 0, B 1, C 2);
    (A 0, B 1, C 2, D 3);
    (A 0, B 1, C 2, D 3, E 4);
}

/// Whether `name` stands among `names`; usable in constants.
pub(crate) const fn contains(names: &[&str], name: &str) -> bool {
    let mut index = 0;
    while index < names.len() {
        if equal(names[index].as_bytes(), name.as_bytes()) {
            return true;
        }
        index += 1;
    }
    false
}

const fn equal(left: &[u8], right: &[u8]) -> bool {
    if left.len() != right.len() {
        return false;
    }
    let mut index = 0;
    while index < left.len() {
        if left[index] != right[index] {
            return false;
        }
        index += 1;
    }
    true
}

/// Declares a category: one row per callback.
macro_rules! callbacks {
    (
        $(#[doc = $doc:expr])*
        pub trait $trait:ident = $category:literal,
            written $written:ident, table $table:ident $table_ref:ident,
            all $all:ident, lists $lists:ident
        {
            $(
                $(#[doc = $row_doc:expr])*
                $(#[cfg($cfg:meta)])?
                async fn $name:ident(&self $(, $arg:ident: $type:ty)* $(,)?) -> $answer:ty,
                    since $since:literal;
            )*
        }
    ) => {
        $(#[doc = $doc])*
        #[diagnostic::on_unimplemented(
            message = "`{Self}` answers no callbacks of this category",
            label = "needs an `impl` of its trait, with `#[callbacks]` above it"
        )]
        pub trait $trait: $written + Send + Sync + 'static {
            $(
                $(#[doc = $row_doc])*
                $(#[cfg($cfg)])?
                #[allow(unused_variables, reason = "the default has no use for its arguments")]
                fn $name(&self $(, $arg: $type)*) -> impl Future<
                    Output = Result<$answer, ModuleError>,
                > + Send {
                    std::future::ready(Ok(Default::default()))
                }
            )*
        }

        #[doc = concat!("Which callbacks of [`", stringify!($trait), "`] a module wrote; `#[callbacks]` fills it in.")]
        #[diagnostic::on_unimplemented(
            message = "`{Self}` needs `#[callbacks]` above its `impl`",
            label = "write `#[callbacks]` above this `impl`"
        )]
        pub trait $written {
            /// Their names.
            const WRITTEN: &'static [&'static str];
        }

        #[doc = concat!("The C table of [`", stringify!($trait), "`]. Append-only.")]
        #[repr(C)]
        #[derive(StableAbi)]
        #[sabi(kind(Prefix(prefix_ref = $table_ref)))]
        #[sabi(missing_field(option))]
        pub struct $table {
            /// Version of the boundary of the module that made it.
            #[sabi(last_prefix_field)]
            pub abi_minor: u32,
            $(
                $(#[cfg($cfg)])?
                $name: Option<unsafe extern "C" fn(
                    *const (),
                    $(<$type as Arg>::Raw,)*
                    *mut FutureSlot,
                    *const FfiWaker,
                    *mut Out<$answer>,
                    *mut PanicReport,
                ) -> Status>,
            )*
        }

        impl $table_ref {
            /// The table of a module: a slot for each callback it wrote.
            pub const fn of<M: $trait>() -> Self {
                TableOf::<M>::TABLE
            }
        }

        struct TableOf<M>(std::marker::PhantomData<M>);

        impl<M: $trait> TableOf<M> {
            staticref!(const WITH_METADATA: WithMetadata<$table> = WithMetadata::new($table {
                abi_minor: crate::ABI.minor,
                $( $(#[cfg($cfg)])? $name: if contains(M::WRITTEN, stringify!($name)) {
                    Some(thunks::$name::<M>)
                } else {
                    None
                }, )*
            }));
            const TABLE: $table_ref = $table_ref(Self::WITH_METADATA.as_prefix());
        }

        mod thunks {
            use super::*;
            $(
                /// # Safety
                /// As for `SlotFn::enter`; `module` is an `M`.
                $(#[cfg($cfg)])?
                pub(super) unsafe extern "C" fn $name<M: $trait>(
                    module: *const (),
                    $($arg: <$type as Arg>::Raw,)*
                    slot: *mut FutureSlot,
                    waker: *const FfiWaker,
                    out: *mut Out<$answer>,
                    report: *mut PanicReport,
                ) -> Status {
                    // SAFETY: the caller's promises, handed on.
                    unsafe {
                        start(slot, waker, out, report, move || {
                            (*module.cast::<M>()).$name($(Arg::from_raw($arg)),*)
                        })
                    }
                }
            )*
        }

        #[doc = concat!("The callbacks of [`", stringify!($trait), "`] as types.")]
        pub mod rows {
            use super::*;
            $(
                #[doc = concat!("`", $category, ".", stringify!($name), "`")]
                $(#[cfg($cfg)])?
                #[allow(non_camel_case_types, reason = "named like the callback")]
                #[derive(Clone, Copy, Debug)]
                #[non_exhaustive]
                pub struct $name;

                $(#[cfg($cfg)])?
                impl Row for $name {
                    const INFO: CallbackInfo = CallbackInfo {
                        category: $category,
                        name: stringify!($name),
                        since: $since,
                        arguments: &[$((stringify!($arg), stringify!($type))),*],
                        answer: stringify!($answer),
                        doc: &[$($row_doc),*],
                    };
                    type Category = $table_ref;
                    type Answer = $answer;
                    type Slot = unsafe extern "C" fn(
                        *const (),
                        $(<$type as Arg>::Raw,)*
                        *mut FutureSlot,
                        *const FfiWaker,
                        *mut Out<$answer>,
                        *mut PanicReport,
                    ) -> Status;

                    #[cfg(feature = "host")]
                    #[inline]
                    fn list(lists: &$lists) -> &[Callback<Self>] {
                        &lists.$name
                    }
                }
            )*
        }

        impl Category for $table_ref {
            const NAME: &'static str = $category;
            const ROWS: &'static [CallbackInfo] =
                &[$( $(#[cfg($cfg)])? { <rows::$name as Row>::INFO }, )*];
            type Table = Self;
            #[cfg(feature = "host")]
            type Lists = $lists;

            #[cfg(feature = "host")]
            #[inline]
            fn lists(all: &crate::host::Lists) -> &$lists {
                all.as_ref()
            }
        }

        #[cfg(feature = "host")]
        host_face!($category, $trait, $table_ref, $all, $lists {
            $( $(#[cfg($cfg)])? $name($($arg),*); )*
        });
    };
}

/// The homeserver's face of a category.
#[cfg(feature = "host")]
macro_rules! host_face {
    ($category:literal, $trait:ident, $table_ref:ident, $all:ident, $lists:ident {
        $( $(#[cfg($cfg:meta)])? $name:ident($($arg:ident),*); )*
    }) => {
        #[doc = concat!("Who registered what of `", $category, "`, in order.")]
        #[derive(Debug, Default)]
        #[non_exhaustive]
        pub struct $lists {
            $(
                #[doc = concat!("Who registered `", stringify!($name), "`.")]
                $(#[cfg($cfg)])?
                pub $name: Vec<Callback<rows::$name>>,
            )*
        }

        impl $lists {
            /// Appends the callbacks of `table` for which `wanted` gives a tag; returns their
            /// names.
            ///
            /// # Safety
            /// `table` is a table of the object that `instance` owns.
            pub unsafe fn register(
                &mut self,
                table: $table_ref,
                instance: &Arc<Instance>,
                mut wanted: impl FnMut(&str) -> Option<usize>,
            ) -> Vec<&'static str> {
                let mut names = Vec::new();
                $(
                    $(#[cfg($cfg)])?
                    if let Some(Some(slot)) = table.$name() {
                        if let Some(tag) = wanted(stringify!($name)) {
                            // SAFETY: the slot belongs to the object (the caller's promise).
                            self.$name.push(unsafe { Callback::new(slot, instance, tag) });
                            names.push(stringify!($name));
                        }
                    }
                )*
                names
            }
        }

        #[doc = concat!("All modules' [`", stringify!($trait), "`] callbacks, as a homeserver calls them: `D` knows the rules.")]
        #[derive(Clone, Copy, Debug)]
        pub struct $all<D>(D);

        impl<D> $all<D> {
            /// The callbacks, dispatched by `dispatcher`.
            pub const fn new(dispatcher: D) -> Self {
                Self(dispatcher)
            }

            $(
                #[doc = concat!("Asks the modules that registered `", stringify!($name), "`: see [`", stringify!($trait), "::", stringify!($name), "`].")]
                $(#[cfg($cfg)])?
                #[allow(non_camel_case_types, reason = "each type is named like its argument")]
                #[inline]
                pub fn $name<$($arg),*>(self, $($arg: $arg),*)
                    -> <D as Dispatch<rows::$name, ($($arg,)*)>>::Call
                where
                    D: Dispatch<rows::$name, ($($arg,)*)>,
                {
                    self.0.dispatch(($($arg,)*))
                }
            )*
        }
    };
}

pub(crate) use callbacks;
#[cfg(feature = "host")]
pub(crate) use host_face;
