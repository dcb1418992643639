//! The macros behind a category's list of rows.

/// Declares a category: one row per callback.
///
/// The first argument of a row can be in brackets: `[each event: Event<'_>, many NAME]`. Then the
/// author's method is asked about one item, while a call across the boundary carries as many items
/// as the homeserver has. `NAME` is the homeserver's method for several items.
///
/// `denies` marks a row whose answer, or whose failure, can refuse something.
///
/// The comment in the braces of a row is its example: the body of a method that an author may start
/// from. The documentation shows it below the line to paste, and compiles it.
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
                async fn $name:ident(
                    &self
                    $(, [$each:ident $item:ident: $item_type:ty, many $many:ident])?
                    $(, $arg:ident: $type:ty)* $(,)?
                ) -> $answer:ty, since $since:literal $(, $denies:ident)? {
                    $(#![doc = $example:literal])+
                }
            )*
        }
    ) => {
        $(#[doc = $doc])*
        #[doc = "\n In the examples, `self.api` is what [`Module::new`](crate::Module::new) was given, and \
            `self.listed` a set of texts out of the module's config."]
        #[diagnostic::on_unimplemented(
            message = "`{Self}` answers no callbacks of this category",
            label = "needs an `impl` of its trait, with `#[callbacks]` above it"
        )]
        pub trait $trait: $written + Send + Sync + 'static {
            $(
                $(#[doc = $row_doc])*
                #[doc = concat!(
                    "\n # Example\n\n ```\n # use hsmod_plugin_api::prelude::*;\n",
                    " # struct MyModule { api: ModuleApi, listed: std::collections::HashSet<String> }\n",
                    " # #[callbacks]\n # impl ", stringify!($trait), " for MyModule {"
                )]
                #[doc = $crate::table::line_to_paste!(
                    $name [$($item: &$item_type)? $($arg: $type)*] $answer
                )]
                $(#[doc = concat!("    ", $example)])+
                #[doc = " }\n # }\n ```"]
                $(#[cfg($cfg)])?
                #[allow(unused_variables, reason = "the default has no use for its arguments")]
                // If a module holds a lock too long, the compiler shows the line with `Send`.
                fn $name(&self $(, $item: &$item_type)? $(, $arg: $type)*) -> impl Future<
                    Output = Result<$answer, $crate::values::ModuleError>,
                > + Send { // end locks before an `.await`, in a block of their own
                    std::future::ready(Ok(Default::default()))
                }
            )*
        }

        #[doc(hidden)]
        pub use $crate::__written_callbacks as $trait;

        #[doc = concat!("Which callbacks of [`", stringify!($trait), "`] a module wrote; `#[callbacks]` fills it in.")]
        #[diagnostic::on_unimplemented(
            message = "`{Self}` needs `#[callbacks]` above its `impl`",
            label = "write `#[callbacks]` above this `impl`"
        )]
        pub trait $written {
            /// Their names.
            const WRITTEN: &'static [&'static str];
            /// The callbacks that a homeserver need not have.
            const OPTIONAL: $crate::callbacks::Optional = $crate::callbacks::Optional::NONE;
        }

        $crate::table::interface! {
            #[doc = concat!("The C table of [`", stringify!($trait), "`]. Append-only.")]
            pub table $table $table_ref, rows in rows {
                $(
                    $(#[cfg($cfg)])?
                    fn $name($($item: &[$item_type],)? $($arg: $type),*)
                        -> $crate::values::each::Answered<$answer, ($($crate::values::each::$each,)?)>;
                )*
            }
        }

        hsmod_abi::table_for! {
            serve<M: $trait> $table $table_ref, rows {
                $(
                    $(#[cfg($cfg)])?
                    $name if $crate::table::contains(M::WRITTEN, stringify!($name)),
                )*
            }
        }

        $(
            $(#[cfg($cfg)])?
            impl<M: $trait> hsmod_abi::Serves<rows::$name> for hsmod_abi::Side<M> {
                type Values = (
                    $(<fn(&[$item_type]) as $crate::values::arg::Arg>::Room,)?
                    $(<fn($type) as $crate::values::arg::Arg>::Room,)*
                );

                #[inline]
                fn serve<'a>(
                    &'a self,
                    args: args::$name<'a>,
                    values: &'a mut Self::Values,
                ) -> impl Future<Output = hsmod_abi::AnswerOf<rows::$name>> + Send {
                    let ($($item,)? $($arg,)*) = values;
                    $crate::table::asked!((self.0) args $name [$($item: $item_type)?] [$($arg: $type),*])
                }
            }

            $(#[cfg($cfg)])?
            impl $crate::table::Row for rows::$name {
                const INFO: $crate::table::CallbackInfo = $crate::table::CallbackInfo {
                    category: $category,
                    name: stringify!($name),
                    since: $since,
                    arguments: &[
                        $((stringify!($item), concat!("&", stringify!($item_type))),)?
                        $((stringify!($arg), stringify!($type)),)*
                    ],
                    answer: stringify!($answer),
                    denies: $crate::table::marked!([$($denies)?]),
                    doc: &[$($row_doc),*],
                    example: &[$($example),+],
                };
                type Category = $table_ref;
                type Answer =
                    $crate::values::each::Answered<$answer, ($($crate::values::each::$each,)?)>;
                #[cfg(feature = "host")]
                type Item = $answer;

                #[cfg(feature = "host")]
                fn item(answer: Self::Answer) -> $answer {
                    <($($crate::values::each::$each,)?) as $crate::values::each::Way<$answer>>::item(answer)
                }

                #[cfg(feature = "host")]
                fn subject(
                    ($($item,)? $($arg,)*): &<Self::Raws as hsmod_abi::Form>::Of<'_>,
                ) -> $crate::values::subject::Subject {
                    let mut subject = Default::default();
                    $(<fn(&[$item_type]) as $crate::values::arg::Arg>::tell($item, &mut subject);)?
                    $(<fn($type) as $crate::values::arg::Arg>::tell($arg, &mut subject);)*
                    subject
                }

                #[cfg(feature = "host")]
                #[inline]
                fn list(lists: &$lists) -> &[$crate::host::Callback<Self>] {
                    &lists.$name
                }
            }
        )*

        hsmod_abi::named!($table_ref, concat!($category, "/1"));

        impl $crate::table::Category for $table_ref {
            const NAME: &'static str = $category;
            const ROWS: &'static [$crate::table::CallbackInfo] =
                &[$( $(#[cfg($cfg)])? { <rows::$name as $crate::table::Row>::INFO }, )*];
            type Table = Self;
            #[cfg(feature = "host")]
            type Lists = $lists;

            #[cfg(feature = "host")]
            #[inline]
            fn lists(all: &$crate::host::Lists) -> &$lists {
                all.as_ref()
            }
        }

        #[cfg(feature = "host")]
        $crate::table::host_face!($category, $trait, $table_ref, $all, $lists {
            $( $(#[cfg($cfg)])? $name[$($many)?]($($item,)? $($arg,)*); )*
        });
    };
}

/// The signature of an author's method, on one line or several.
macro_rules! line_to_paste {
    ($name:ident [$($arg:ident: $type:ty)?] $answer:ty) => {
        concat!(
            " async fn ", stringify!($name), "(&self", $(", ", stringify!($arg), ": ", stringify!($type),)?
            ") -> Result<", stringify!($answer), ", ModuleError> {"
        )
    };
    ($name:ident [$($arg:ident: $type:ty)+] $answer:ty) => {
        concat!(
            " async fn ", stringify!($name), "(\n     &self,\n",
            $("     ", stringify!($arg), ": ", stringify!($type), ",\n",)+
            " ) -> Result<", stringify!($answer), ", ModuleError> {"
        )
    };
}

/// Whether a row is marked `denies`.
macro_rules! marked {
    ([]) => {
        false
    };
    ([denies]) => {
        true
    };
}

/// A call of the author's method: once, or once for each item.
macro_rules! asked {
    (($module:expr) $args:ident $name:ident [] [$($arg:ident: $type:ty),*]) => {
        $module.$name($(<fn($type) as $crate::values::arg::Arg>::value($args.$arg, $arg)),*)
    };
    (($module:expr) $args:ident $name:ident [$items:ident: $item_type:ty] [$($arg:ident: $type:ty),*]) => {{
        let items = <fn(&[$item_type]) as $crate::values::arg::Arg>::value($args.$items, $items);
        $(let $arg = <fn($type) as $crate::values::arg::Arg>::value($args.$arg, $arg);)*
        $crate::values::each::ask_each(items, move |item| $module.$name(item $(, $arg)*))
    }};
}

/// The homeserver's side of a category.
#[cfg(feature = "host")]
macro_rules! host_face {
    ($category:literal, $trait:ident, $table_ref:ident, $all:ident, $lists:ident {
        $( $(#[cfg($cfg:meta)])? $name:ident $many:tt $args:tt; )*
    }) => {
        #[doc = concat!("The modules that registered each callback of `", $category, "`, in order.")]
        #[derive(Debug, Default)]
        #[non_exhaustive]
        pub struct $lists {
            $(
                #[doc = concat!("The modules that registered `", stringify!($name), "`.")]
                $(#[cfg($cfg)])?
                pub $name: Vec<$crate::host::Callback<rows::$name>>,
            )*
        }

        impl $lists {
            /// Appends those callbacks of an object for which `wanted` returns a tag; returns their
            /// names.
            pub fn register(
                &mut self,
                object: &hsmod_abi::Bound<$table_ref>,
                mut wanted: impl FnMut(&str) -> Option<usize>,
            ) -> Vec<&'static str> {
                let mut names = Vec::new();
                $(
                    $(#[cfg($cfg)])?
                    if object.has::<rows::$name>() {
                        let tag = wanted(stringify!($name));
                        if let Some(callback) = tag.and_then(|tag| object.callback(tag)) {
                            self.$name.push(callback);
                            names.push(stringify!($name));
                        }
                    }
                )*
                names
            }
        }

        /// The same name in every category, for macros that go through all categories.
        #[doc(hidden)]
        pub type All<D> = $all<D>;

        #[doc = concat!("All modules' [`", stringify!($trait), "`] callbacks, as a homeserver calls them. `D` implements the rules.")]
        #[derive(Clone, Copy, Debug)]
        pub struct $all<D>(D);

        impl<D> $all<D> {
            /// The callbacks, dispatched by `dispatcher`.
            pub const fn new(dispatcher: D) -> Self {
                Self(dispatcher)
            }

            $(
                $(#[cfg($cfg)])?
                $crate::table::host_method!($trait $name $args);
                $crate::table::host_method!($name $many $args);
            )*
        }

        hsmod_plugin_api_macros::named! {
            impl<D> $all<D> {
                $(
                    #[doc = concat!("Whether [`Self::", stringify!($name), "`] would call any module. It reads one word; use it to skip the work for arguments that are costly to make.")]
                    $(#[cfg($cfg)])?
                    #[inline]
                    pub fn [<$name _listens>](self) -> bool
                    where
                        D: $crate::host::Listens<rows::$name>,
                    {
                        self.0.listens()
                    }
                )*
            }

            $(
                #[doc = concat!("`", $category, ".", stringify!($name), "`, by which a homeserver names [`", stringify!($trait), "::", stringify!($name), "`].")]
                $(#[cfg($cfg)])?
                pub const [<$name:upper>]: &str = concat!($category, ".", stringify!($name));
            )*
        }
    };
}

/// A method of the homeserver's side: one for each row, and a second one for each row that is asked
/// about several items.
#[cfg(feature = "host")]
macro_rules! host_method {
    ($trait:ident $name:ident ($($arg:ident,)*)) => {
        #[doc = concat!("Asks the modules that registered `", stringify!($name), "`: see [`", stringify!($trait), "::", stringify!($name), "`].")]
        #[allow(non_camel_case_types, reason = "each type is named like its argument")]
        #[inline]
        pub fn $name<$($arg),*>(self, $($arg: $arg),*)
            -> <D as $crate::host::Dispatch<rows::$name, ($($arg,)*)>>::Call
        where
            D: $crate::host::Dispatch<rows::$name, ($($arg,)*)>,
        {
            self.0.dispatch(($($arg,)*))
        }
    };
    ($name:ident [] $args:tt) => {};
    ($name:ident [$many:ident] ($($arg:ident,)*)) => {
        #[doc = concat!("Asks as [`Self::", stringify!($name), "`], about several at once: each module is asked with one crossing of the boundary.")]
        #[allow(non_camel_case_types, reason = "each type is named like its argument")]
        #[inline]
        pub fn $many<$($arg),*>(self, $($arg: $arg),*)
            -> <D as $crate::host::Dispatch<$crate::host::Many<rows::$name>, ($($arg,)*)>>::Call
        where
            D: $crate::host::Dispatch<$crate::host::Many<rows::$name>, ($($arg,)*)>,
        {
            self.0.dispatch(($($arg,)*))
        }
    };
}

pub(crate) use {asked, callbacks, line_to_paste, marked};
#[cfg(feature = "host")]
pub(crate) use {host_face, host_method};
