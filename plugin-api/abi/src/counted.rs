//! The table of a reference-counted object, and the functions behind it.

/// Declares the table of a reference-counted object: the functions that count references, the one
/// that finds [extensions](crate::extensions), and then plain functions of the object.
///
/// Each function becomes a method of `$side`, which an object of this side implements, and of
/// `$calls`, which a [`Peer`](crate::Peer) of the other side has; the latter returns `None` if the
/// table lacks the function. A function that panics returns the value after `else`. Parameters that
/// belong together are one parameter of the methods: `object: Object | table: WebTableRef`.
#[macro_export]
macro_rules! counted_table {
    (
        $(#[$($meta:tt)*])*
        $visibility:vis struct $table:ident as $table_ref:ident, side $side:ident, calls $calls:ident {
            $(
                $(#[$($row_meta:tt)*])*
                $name:ident: fn($($arg:ident: $type:ty $(| $with:ident: $with_type:ty)?),* $(,)?)
                    $(-> $result:ty, else $otherwise:expr)?;
            )*
        }
    ) => {
        $crate::table! {
            $(#[$($meta)*])*
            $visibility struct $table as $table_ref {
                /// Adds a reference.
                retain: fn(*const ()),
                /// Releases a reference.
                release: fn(*const ()),
                /// The table with this name: `users/1`. Null if there is none.
                extension: fn(*const (), $crate::Str<'static>) -> *const (),
                $(
                    $(#[$($row_meta)*])*
                    $name: fn(*const (), $($type $(, $with_type)?),*) $(-> $result)?,
                )*
            }
        }

        // SAFETY: the table names them so.
        unsafe impl $crate::Counted for $table_ref {
            #[inline]
            fn released(self) -> Option<unsafe extern "C" fn(*const ())> {
                self.release()
            }

            fn extended(
                self,
            ) -> Option<unsafe extern "C" fn(*const (), $crate::Str<'static>) -> *const ()> {
                self.extension()
            }
        }

        #[doc = concat!("What answers the functions of a [`", stringify!($table), "`].")]
        #[allow(dead_code, reason = "one side answers, the other calls")]
        pub(crate) trait $side: Sized + Send + Sync + 'static {
            /// The further table with this name, if there is one.
            fn extension(&self, name: &str) -> Option<$crate::Extension<Self>>;

            $(
                $(#[$($row_meta)*])*
                fn $name(
                    &self,
                    $( $arg: <($type, $($with_type,)?) as $crate::Crossing>::Taken<'_> ),*
                ) $(-> <$result as $crate::Form>::Of<'_>)?;
            )*
        }

        #[doc = concat!("The functions of a [`", stringify!($table), "`], as far as it has them.")]
        #[allow(dead_code, reason = "one side answers, the other calls")]
        pub(crate) trait $calls<'peer>: Copy {
            $(
                $(#[$($row_meta)*])*
                fn $name(
                    self,
                    $( $arg: <($type, $($with_type,)?) as $crate::Crossing>::Given<'_> ),*
                ) -> Option<<$crate::counted_table!(@result $($result)?) as $crate::Form>::Of<'peer>>;
            )*
        }

        impl<'peer> $calls<'peer> for $crate::Peer<'peer, $table_ref> {
            $(
                #[inline]
                fn $name(
                    self,
                    $( $arg: <($type, $($with_type,)?) as $crate::Crossing>::Given<'_> ),*
                ) -> Option<<$crate::counted_table!(@result $($result)?) as $crate::Form>::Of<'peer>> {
                    let function = self.table().$name()?;
                    let object = self.object();
                    // SAFETY: the function is for the object; it keeps nothing of what is lent, and
                    // what it lends lives as long as the object does.
                    Some(unsafe {
                        $(
                            let ($arg, $($with,)?) =
                                <($type, $($with_type,)?) as $crate::Crossing>::give($arg);
                        )*
                        $crate::lent_for::<$crate::counted_table!(@result $($result)?)>(
                            function(object, $($arg $(, $with)?),*)
                        )
                    })
                }
            )*
        }

        // SAFETY: each function takes the object for a `T`.
        unsafe impl<T: $side> $crate::TableFor<T> for $table_ref {
            const FUNCTIONS: &'static $table = {
                $(
                    /// # Safety
                    /// `object` is a `T` to which the caller holds a reference; what is lent lives
                    /// for the time of the call.
                    unsafe extern "C" fn $name<T: $side>(
                        object: *const (),
                        $($arg: $type $(, $with: $with_type)?),*
                    ) $(-> $result)? {
                        let answered = $crate::caught(|| {
                            // SAFETY: the caller's promise; what is answered lives as long as the
                            // object.
                            unsafe {
                                $crate::returned::<$crate::counted_table!(@result $($result)?)>(
                                    <T as $side>::$name(
                                        &*object.cast::<T>(),
                                        $( $crate::Crossing::take(($arg, $($with,)?)) ),*
                                    )
                                )
                            }
                        });
                        answered.unwrap_or($crate::counted_table!(@otherwise $($otherwise)?))
                    }
                )*
                /// # Safety
                /// As for the others.
                unsafe extern "C" fn extension<T: $side>(
                    object: *const (),
                    name: $crate::Str<'static>,
                ) -> *const () {
                    // SAFETY: the caller's promise.
                    let object = unsafe { &*object.cast::<T>() };
                    let found = $crate::caught(|| {
                        let name = name.lossy();
                        <T as $side>::extension(object, &name)?.named(&name)
                    });
                    found.flatten().unwrap_or(std::ptr::null())
                }
                &$table {
                    size: $table::SIZE,
                    minor: $crate::MINOR,
                    retain: Some($crate::retain::<T>),
                    release: Some($crate::release::<T>),
                    extension: Some(extension::<T>),
                    $( $name: Some($name::<T>), )*
                }
            };
            const TABLE: Self = Self::new(<Self as $crate::TableFor<T>>::FUNCTIONS);
        }
    };
    (@result) => { () };
    (@result $result:ty) => { $result };
    (@otherwise) => { () };
    (@otherwise $otherwise:expr) => { $otherwise };
}
