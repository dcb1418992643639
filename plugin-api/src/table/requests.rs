//! The macro behind a group's list of requests: a module asks, its homeserver answers.
//!
//! Like a callback, with the roles swapped: one row generates the method of `ModuleApi`, the
//! slot in the C table, the thunk behind it, the homeserver's trait method and the reflection row.

/// Declares a group of requests: one row each. `locks room_id` names the argument with the room
/// whose lock the homeserver needs for the answer. `holds transactions` says what the numbers stand
/// for that the group hands out. For an argument `&JsonStr as Object`, the module passes any value
/// that serialises to this [`JsonShape`](crate::values::JsonShape). The braces contain the lines of
/// an example, as doc comments. They document the method that modules call, and can use `api`,
/// `user_id`, `room_id`, `event` and `request`.
macro_rules! requests {
    (
        $(#[doc = $doc:expr])*
        pub trait $trait:ident = $group:ident on $face:ty, $(holds $held:ident,)?
            written $written:ident, table $table:ident $table_ref:ident, erased $erased:ident
        {
            $(
                $(#[doc = $row_doc:expr])*
                $(#[cfg($cfg:meta)])?
                async fn $name:ident(
                    &self $(, $arg:ident: $type:ty $(as $shape:ident)?)* $(,)?
                ) -> $answer:ty, since $since:literal $(, locks $room:ident)? {
                    $(#[doc = $example:expr])+
                }
            )*
        }
    ) => {
        impl $face {
            $(
                $(#[doc = $row_doc])*
                ///
                // All lines are attributes, because those of a row are: each begins with a space.
                #[doc = " ```"]
                #[doc = " # use hsmod_plugin_api::prelude::*;"]
                #[doc = " # async fn example("]
                #[doc = " #     api: &ModuleApi, user_id: &UserId, room_id: &RoomId,"]
                #[doc = " #     event: &Event<'_>, request: &WebRequest<'_>,"]
                #[doc = " # ) -> Result<(), ModuleError> {"]
                $(#[doc = $example])+
                #[doc = " # Ok(())"]
                #[doc = " # }"]
                #[doc = " ```"]
                ///
                /// # Errors
                /// Whatever error the homeserver answers with; [`ModuleError::unanswered`] if it
                /// does not support this request.
                $($( #[doc = $crate::table::shaped!($arg $shape)] )?)*
                ///
                /// [`ModuleError::unanswered`]: crate::values::ModuleError::unanswered
                $(#[cfg($cfg)])?
                pub async fn $name(&self $(, $arg: $crate::table::given!($type $(as $shape)?))*)
                    -> Result<$answer, $crate::values::ModuleError>
                {
                    $($( $crate::table::written!($name $arg $shape); )?)*
                    let args = args::$name::new(
                        $(<fn($type) as $crate::values::lend::Lend>::lend($arg)),*
                    );
                    let group = self.api().group::<$table_ref>();
                    let request: Option<$crate::boundary::Request<'_, methods::$name>> =
                        group.request(args);
                    let Some(request) = request else {
                        return Err($crate::values::ModuleError::unsupported(stringify!($name)));
                    };
                    $crate::boundary::answered(stringify!($name), request.entered().await)
                }
            )*
        }

        $crate::table::interface! {
            #[doc = concat!("The C table of the requests `", stringify!($group), "`. Append-only.")]
            pub table $table $table_ref, rows in methods {
                $( $(#[cfg($cfg)])? fn $name($($arg: $type),*) -> $answer; )*
            }
        }

        hsmod_abi::named!($table_ref, concat!(stringify!($group), "/1"));

        #[doc = concat!("The requests `", stringify!($group), "` as data.")]
        #[allow(non_upper_case_globals, reason = "named like the requests")]
        pub mod rows {
            use crate::requests::RequestRow;
            $(
                #[doc = concat!("`", stringify!($name), "`")]
                $(#[cfg($cfg)])?
                pub const $name: RequestRow = RequestRow {
                    group: stringify!($group),
                    in_groups: $crate::requests::GroupSet::of(stringify!($group)),
                    name: stringify!($name),
                    since: $since,
                    arguments: &[$((stringify!($arg), stringify!($type)),)*],
                    json: &[$($( (stringify!($arg), $crate::values::JsonShape::$shape), )?)*],
                    answer: stringify!($answer),
                    locks: $crate::table::locked!([$($room)?]),
                    doc: &[$($row_doc),*],
                    example: &[$($example),+],
                };
            )*
        }

        #[doc = concat!("The requests `", stringify!($group), "`, in the order of their slots.")]
        pub const ROWS: &[$crate::requests::RequestRow] =
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
        /// A homeserver implements the requests that it can answer, as `async fn` in an `impl` with
        /// `#[requests]` above it. The other methods answer that they are not supported.
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

            /// Whether it answers the request of this name. A homeserver that learns only at its
            /// start what it can answer implements this trait itself, instead of `#[requests]`.
            fn answers(&self, name: &str) -> bool {
                ROWS.iter().any(|row| row.name == name) && Self::WRITTEN.contains(&name)
            }
        }

        #[doc = concat!("Any [`", stringify!($trait), "`].")]
        pub trait $erased: Send + Sync + 'static {
            /// Whether the homeserver answers the request of this name.
            fn answers(&self, name: &str) -> bool;
            /// Gives up what a module holds by this number, if the group hands out numbers.
            fn give_up(&self, number: i64);
            $(
                /// Begins the answer; the permit is held until the answer is complete.
                $(#[cfg($cfg)])?
                fn $name<'a>(
                    &'a self,
                    permit: $crate::requests::Permit<'a>,
                    args: args::$name<'a>,
                    begun: hsmod_abi::Begun<'a, methods::$name>,
                ) -> hsmod_abi::Progress;
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
                #[allow(unused_variables, reason = "some requests have no arguments")]
                fn $name<'a>(
                    &'a self,
                    permit: $crate::requests::Permit<'a>,
                    args: args::$name<'a>,
                    begun: hsmod_abi::Begun<'a, methods::$name>,
                ) -> hsmod_abi::Progress {
                    begun.go_on(move || {
                        $(let $arg = $crate::values::arg::value::<fn($type)>(args.$arg);)*
                        $crate::boundary::Answering::new(async move {
                            let answer = <G as $trait>::$name(self $(, $arg)*).await;
                            drop(permit);
                            answer
                        })
                    })
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

        hsmod_abi::table_for! {
            begin<H: $crate::module::ModuleHost> $table $table_ref, methods {
                $( $(#[cfg($cfg)])? $name, )*
            }
        }

        $(
            $(#[cfg($cfg)])?
            impl<H: $crate::module::ModuleHost> hsmod_abi::Begins<methods::$name>
                for hsmod_abi::Side<H>
            {
                #[inline]
                fn begin<'a>(
                    &'a self,
                    args: args::$name<'a>,
                    begun: hsmod_abi::Begun<'a, methods::$name>,
                ) -> hsmod_abi::Progress {
                    let room = $crate::table::room!(args [$($room)?]);
                    let group = self.0.services().$group.as_deref();
                    match $crate::requests::admitted(&self.0, &rows::$name, group, room) {
                        Ok((group, permit)) => group.$name(permit, args, begun),
                        Err(error) => begun.answer(Err(error)),
                    }
                }
            }
        )*
    };
}

/// The tokens that only groups with `holds` need.
#[cfg(feature = "host")]
macro_rules! holders {
    ($held:ident, $($what:tt)*) => { $($what)* };
}

/// The type of an argument as a module gives it.
macro_rules! given {
    ($type:ty) => {
        $type
    };
    ($type:ty as $shape:ident) => {
        &(impl serde::Serialize + Sync + ?Sized)
    };
}

/// The sentence in the documentation about an argument that is JSON.
macro_rules! shaped {
    ($arg:ident Any) => {
        concat!("No request is made if `", stringify!($arg), "` cannot be written as JSON.")
    };
    ($arg:ident $shape:ident) => {
        concat!(
            "No request is made if `",
            stringify!($arg),
            "` does not serialise as ",
            $crate::values::json_argument::in_words!($shape),
            ".",
        )
    };
}

/// An argument that is JSON, as the text that crosses.
macro_rules! written {
    ($request:ident $arg:ident $shape:ident) => {
        let $arg = $crate::values::json_argument::written(
            stringify!($request),
            stringify!($arg),
            $crate::values::JsonShape::$shape,
            $arg,
        )?;
        let $arg = $crate::values::JsonStr::new(&$arg);
    };
}

/// The name of the argument with the room whose lock a request needs.
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
    ($args:ident []) => {
        None
    };
    ($args:ident [$room:ident]) => {
        Some($args.$room.text())
    };
}

#[cfg(feature = "host")]
pub(crate) use {answering, holders, room};
pub(crate) use {given, locked, requests, shaped, written};
