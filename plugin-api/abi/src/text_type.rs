//! Newtypes of `str`.

/// Declares a newtype of `str`, so that strings of different meanings cannot be confused; `fn new`
/// is documented with the attributes given to it.
///
/// ```
/// hsmod_abi::text_type! {
///     /// The name of a colour.
///     #[derive(Debug, PartialEq, Eq)]
///     pub struct Colour;
///
///     /// Takes any text.
///     pub fn new;
/// }
///
/// const RED: &Colour = Colour::new("red");
/// assert_eq!(RED.as_str(), "red");
/// ```
#[macro_export]
macro_rules! text_type {
    (
        $(#[$meta:meta])*
        $visibility:vis struct $name:ident;

        $(#[$new_meta:meta])*
        $new_visibility:vis fn new;
    ) => {
        $(#[$meta])*
        #[repr(transparent)]
        $visibility struct $name(str);

        impl $name {
            $(#[$new_meta])*
            #[inline]
            $new_visibility const fn new(text: &str) -> &Self {
                // SAFETY: `repr(transparent)` over `str`, so the layouts and the metadata of the
                // two references are the same; the lifetime is that of `text`.
                unsafe { &*(std::ptr::from_ref(text) as *const Self) }
            }

            /// The whole text.
            #[inline]
            $new_visibility const fn as_str(&self) -> &str {
                &self.0
            }
        }
    };
}
