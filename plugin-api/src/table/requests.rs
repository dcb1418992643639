//! The macro behind a group's list of requests: a module asks, its homeserver answers.
//!
//! The same as a callback with the roles swapped: one row makes the method of `ModuleApi`, the
//! slot in the C table, the thunk behind it, the homeserver's trait method and the reflection row.

/// Declares a group of requests: one row each. `locks room_id` names the argument that is the room
/// whose lock the homeserver needs for the answer; `holds transactions` names what the numbers are
/// of that the group gives out.
macro_rules! requests {
    (
        $(#[doc = $doc:expr])*
        pub trait $trait:ident = $group:ident on $face:ty, $(holds $held:ident,)?
            written $written:ident, table $table:ident $table_ref:ident, erased $erased:ident
        {
            $(
                $(#[doc = $row_doc:expr])*
                $(#[cfg($cfg:meta)])?
                async fn $name:ident(&self $(, $arg:ident: $type:ty)* $(,)?) -> $answer:ty,
                    since $since:literal $(, locks $room:ident)?;
            )*
        }
    ) => {
        impl $face {
            $(
                $(#[doc = $row_doc])*
                ///
                /// # Errors
                /// As the homeserver says; [`ModuleError::unanswered`] if it does not answer this
                /// at all.
                ///
                /// [`ModuleError::unanswered`]: crate::values::ModuleError::unanswered
                $(#[cfg($cfg)])?
                pub async fn $name(&self $(, $arg: $type)*)
                    -> Result<$answer, $crate::values::ModuleError>
                {
                    let api = self.api();
                    let slot = api.raw.table.requests().and_then(|all| all.$group());
                    let Some(slot) = slot.and_then(|group| group.$name()) else {
                        return Err($crate::values::ModuleError::unsupported(stringify!($name)));
                    };
                    let host = api.raw.host;
                    $(let $arg = $crate::values::lend::Lend::lend($arg);)*
                    // SAFETY: the host is the host of this table, and `api` holds a reference to
                    // it; the arguments live until the request has ended, because this future
                    // borrows them.
                    let request = unsafe {
                        $crate::boundary::Request::new(
                            stringify!($name),
                            move |future, waker, out, report| {
                                slot(host, $($arg,)* future, waker, out, report)
                            },
                        )
                    };
                    request.await
                }
            )*
        }

        #[doc = concat!("The C table of the requests `", stringify!($group), "`. Append-only.")]
        #[repr(C)]
        #[derive(abi_stable::StableAbi)]
        #[sabi(kind(Prefix(prefix_ref = $table_ref)))]
        #[sabi(missing_field(option))]
        pub struct $table {
            /// Version of the boundary of the homeserver that made it.
            #[sabi(last_prefix_field)]
            pub abi_minor: u32,
            $(
                $(#[cfg($cfg)])?
                $name: unsafe extern "C" fn(
                    *const (),
                    $(<$type as $crate::values::arg::Arg>::Raw,)*
                    *mut $crate::boundary::FutureSlot,
                    *const $crate::boundary::FfiWaker,
                    *mut $crate::boundary::Out<$answer>,
                    *mut $crate::boundary::PanicReport,
                ) -> $crate::boundary::Status,
            )*
        }

        #[doc = concat!("The requests `", stringify!($group), "` as rows.")]
        #[allow(non_upper_case_globals, reason = "named like the requests")]
        pub mod rows {
            use crate::requests::RequestInfo;
            $(
                #[doc = concat!("`", stringify!($name), "`")]
                $(#[cfg($cfg)])?
                pub const $name: RequestInfo = RequestInfo {
                    group: stringify!($group),
                    name: stringify!($name),
                    since: $since,
                    arguments: &[$((stringify!($arg), stringify!($type)),)*],
                    answer: stringify!($answer),
                    locks: $crate::table::locked!([$($room)?]),
                    doc: &[$($row_doc),*],
                };
            )*
        }

        #[doc = concat!("The requests `", stringify!($group), "`, in the order of their slots.")]
        pub const ROWS: &[$crate::requests::RequestInfo] =
            &[$( $(#[cfg($cfg)])? { rows::$name }, )*];

        #[cfg(feature = "host")]
        $crate::table::answering! {
            $(#[doc = $doc])*
            pub trait $trait = $group, [$($held)?], $written, $table, $table_ref, $erased {
                $( $(#[doc = $row_doc])* $(#[cfg($cfg)])?
                $name($($arg: $type),*) -> $answer, [$($room)?]; )*
            }
        }
    };
}

/// The homeserver's side of a group.
#[cfg(feature = "host")]
macro_rules! answering {
    (
        $(#[doc = $doc:expr])*
        pub trait $trait:ident = $group:ident, [$($held:ident)?], $written:ident, $table:ident,
            $table_ref:ident, $erased:ident
        {
            $(
                $(#[doc = $row_doc:expr])*
                $(#[cfg($cfg:meta)])?
                $name:ident($($arg:ident: $type:ty),*) -> $answer:ty, [$($room:ident)?];
            )*
        }
    ) => {
        $(#[doc = $doc])*
        ///
        /// A homeserver answers what it can: write these methods as `async fn` in an `impl` with
        /// `#[requests]` above it. The others answer that they are not supported.
        #[diagnostic::on_unimplemented(
            message = "`{Self}` answers no requests of this group",
            label = "needs an `impl` of its trait, with `#[requests]` above it"
        )]
        pub trait $trait: $written + Send + Sync + 'static {
            $(
                $(#[doc = $row_doc])*
                $(#[cfg($cfg)])?
                #[allow(unused_variables, reason = "the default has no use for its arguments")]
                fn $name(&self $(, $arg: $type)*) -> impl Future<
                    Output = Result<$answer, $crate::values::ModuleError>,
                > + Send {
                    std::future::ready(Err(
                        $crate::values::ModuleError::unsupported(stringify!($name)),
                    ))
                }
            )*

            $(
                #[doc = concat!("A module has no use any more for the one of its ", stringify!($held), " that has this number.")]
                #[allow(unused_variables, reason = "the default has no use for its arguments")]
                fn give_up(&self, number: i64) {}
            )?
        }

        #[doc(hidden)]
        pub use $crate::__written_requests as $trait;

        #[doc = concat!("Which requests of [`", stringify!($trait), "`] a homeserver wrote; `#[requests]` fills it in.")]
        #[diagnostic::on_unimplemented(
            message = "`{Self}` needs `#[requests]` above its `impl`",
            label = "write `#[requests]` above this `impl`"
        )]
        pub trait $written {
            /// Their names.
            const WRITTEN: &'static [&'static str];

            /// Whether a request of this name is one of them. A homeserver that finds out at its
            /// start what it can answer implements this trait itself, in place of `#[requests]`.
            fn answers(&self, name: &str) -> bool {
                ROWS.iter().any(|row| row.name == name) && Self::WRITTEN.contains(&name)
            }
        }

        #[doc = concat!("Any [`", stringify!($trait), "`].")]
        pub trait $erased: Send + Sync + 'static {
            /// Whether a request of this name was written.
            fn answers(&self, name: &str) -> bool;
            /// What a module holds by this number, if the group gives out such, is given up.
            fn give_up(&self, number: i64);
            $(
                /// Begins to answer; the permit is held until that has ended.
                ///
                /// # Safety
                /// `self` and what the permit borrows live until the request has ended; the rest
                /// as for `start`.
                $(#[cfg($cfg)])?
                unsafe fn $name(
                    &self,
                    permit: $crate::requests::Permit<'_>,
                    arguments: ($(<$type as $crate::values::arg::Arg>::Raw,)*),
                    begun: $crate::boundary::Begun<$answer>,
                ) -> $crate::boundary::Status;
            )*
        }

        impl<G: $trait> $erased for G {
            fn answers(&self, name: &str) -> bool {
                <G as $written>::answers(self, name)
            }

            fn give_up(&self, _number: i64) {
                $( $crate::table::holders!($held, <G as $trait>::give_up(self, _number)); )?
            }
            $(
                $(#[cfg($cfg)])?
                unsafe fn $name(
                    &self,
                    permit: $crate::requests::Permit<'_>,
                    arguments: ($(<$type as $crate::values::arg::Arg>::Raw,)*),
                    begun: $crate::boundary::Begun<$answer>,
                ) -> $crate::boundary::Status {
                    let make = move || {
                        let ($($arg,)*) = arguments;
                        // SAFETY: the caller's promise.
                        $(let $arg = unsafe { $crate::values::arg::Arg::from_raw($arg) };)*
                        $crate::boundary::Answering::new(async move {
                            let answer = <G as $trait>::$name(self $(, $arg)*).await;
                            drop(permit);
                            answer
                        })
                    };
                    // SAFETY: the caller's promise.
                    unsafe { begun.go_on(make) }
                }
            )*
        }

        #[doc = concat!("What a homeserver answers in `", stringify!($group), "` as long as it lives: modules hold it by a `Weak`, or it would never be dropped.")]
        impl<G: $trait> $trait for std::sync::Weak<G> {
            $(
                $(#[cfg($cfg)])?
                async fn $name(&self $(, $arg: $type)*)
                    -> Result<$answer, $crate::values::ModuleError>
                {
                    match self.upgrade() {
                        Some(group) => <G as $trait>::$name(&group $(, $arg)*).await,
                        None => Err($crate::requests::gone(stringify!($name))),
                    }
                }
            )*

            $( $crate::table::holders!($held,
                fn give_up(&self, number: i64) {
                    if let Some(group) = self.upgrade() {
                        group.give_up(number);
                    }
                }
            ); )?
        }

        impl<G: $written> $written for std::sync::Weak<G> {
            const WRITTEN: &'static [&'static str] = G::WRITTEN;
        }

        #[cfg(feature = "testing")]
        $crate::testing::scripted! {
            $trait $written [$($held)?] { $( $(#[cfg($cfg)])? $name($($arg: $type),*) -> $answer; )* }
        }

        impl $table_ref {
            /// The table of a homeserver.
            pub(crate) const fn of<H: $crate::module::ModuleHost>() -> Self {
                TableOf::<H>::TABLE
            }
        }

        struct TableOf<H>(std::marker::PhantomData<H>);

        impl<H: $crate::module::ModuleHost> TableOf<H> {
            abi_stable::staticref!(
                const WITH_METADATA: abi_stable::prefix_type::WithMetadata<$table> =
                    abi_stable::prefix_type::WithMetadata::new($table {
                        abi_minor: $crate::ABI.minor,
                        $( $(#[cfg($cfg)])? $name: thunks::$name::<H>, )*
                    })
            );
            const TABLE: $table_ref = $table_ref(Self::WITH_METADATA.as_prefix());
        }

        mod thunks {
            use super::*;
            $(
                /// # Safety
                /// `host` is an `Arc<H>` to which the caller holds a reference until the request
                /// has ended; the rest as for `start`.
                $(#[cfg($cfg)])?
                pub(super) unsafe extern "C" fn $name<H: $crate::module::ModuleHost>(
                    host: *const (),
                    $($arg: <$type as $crate::values::arg::Arg>::Raw,)*
                    slot: *mut $crate::boundary::FutureSlot,
                    waker: *const $crate::boundary::FfiWaker,
                    out: *mut $crate::boundary::Out<$answer>,
                    report: *mut $crate::boundary::PanicReport,
                ) -> $crate::boundary::Status {
                    // SAFETY: the caller's promises, handed on; the group belongs to the host.
                    unsafe {
                        $crate::boundary::Begun::new(slot, waker, out, report).admitted(|begun| {
                            let host = &*host.cast::<H>();
                            $crate::boundary::admit_request(stringify!($name))?;
                            let Some(group) = &host.services().$group else {
                                return Err(host.lacks(&rows::$name));
                            };
                            let room = $crate::table::room!([$($room)?]);
                            let permit = host.admit(&rows::$name, room)?;
                            Ok(group.$name(permit, ($($arg,)*), begun))
                        })
                    }
                }
            )*
        }
    };
}

/// What is there for groups that hold something.
#[cfg(feature = "host")]
macro_rules! holders {
    ($held:ident, $($what:tt)*) => { $($what)* };
}

/// The name of the argument that is the room whose lock a request needs.
macro_rules! locked {
    ([]) => {
        None
    };
    ([$room:ident]) => {
        Some(stringify!($room))
    };
}

/// The room whose lock a request needs, if it needs one.
#[cfg(feature = "host")]
macro_rules! room {
    ([]) => {
        None
    };
    ([$room:ident]) => {
        Some($room.text())
    };
}

#[cfg(feature = "host")]
pub(crate) use {answering, holders, room};
pub(crate) use {locked, requests};
