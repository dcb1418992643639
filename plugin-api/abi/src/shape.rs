//! Describes what crosses the boundary as data: how each type is written in C, with the names,
//! positions and meanings of its fields. The C header is generated from it.
//!
//! Everything here requires the feature `describe`; without it [`InC`] is empty.

#[cfg(feature = "describe")]
mod spelled;

#[cfg(feature = "describe")]
pub use spelled::{InC, Member, Shapes, Spelling, Structure};

/// A type that has a spelling in C; without the feature, every type.
#[cfg(not(feature = "describe"))]
pub trait InC {}

#[cfg(not(feature = "describe"))]
impl<T: ?Sized> InC for T {}

/// Declares a structure that crosses, and its spelling in C: `hsmod_` and its name, or the name
/// after `as`.
#[macro_export]
macro_rules! structure {
    (
        $(#[$($meta:tt)*])*
        $visibility:vis struct $name:ident $(<$($life:lifetime)? $(,)? $($part:ident)?>)?
            $(as [$in_c:expr])?
        {
            $( $(#[$($field_meta:tt)*])* $field_visibility:vis $field:ident: $type:ty, )*
        }
    ) => {
        $(#[$($meta)*])*
        $visibility struct $name $(<$($life,)? $($part)?>)? {
            $( $(#[$($field_meta)*])* $field_visibility $field: $type, )*
        }

        $crate::shape! {
            [$($in_c)?] [$([$($meta)*])*] $name [$($($life)?)?] [$($($part)?)?]
            { $( [$([$($field_meta)*])*] $field: $type, )* }
        }
    };
}

/// Describes the C spelling of a structure that is declared elsewhere.
#[cfg(feature = "describe")]
#[doc(hidden)]
#[macro_export]
macro_rules! shape {
    (
        [$($in_c:expr)?] [$([$($meta:tt)*])*]
        $name:ident [$($life:lifetime)?] [$($part:ident)?]
        { $( [$([$($field_meta:tt)*])*] $field:ident: $type:ty, )* }
    ) => {
        impl<$($life,)? $($part: $crate::InC)?> $crate::InC for $name<$($life,)? $($part)?> {
            fn spelled(shapes: &mut $crate::Shapes) -> $crate::Spelling {
                let parts: &[fn(&mut $crate::Shapes) -> $crate::Spelling] =
                    &[$( <$part as $crate::InC>::spelled )?];
                let names: &[&str] = &[$($in_c,)? stringify!($name)];
                let name = shapes.name(names[0], parts);
                shapes.structure::<Self>(&name, &[$($crate::shape_doc!($($meta)*)),*], |shapes| {
                    let mut members = Vec::new();
                    $(
                        #[allow(unused_doc_comments, reason = "what else is there may leave it out")]
                        $(#[$($field_meta)*])*
                        {
                            members.extend(shapes.members::<$type>(
                                stringify!($field),
                                std::mem::offset_of!(Self, $field),
                                &[$($crate::shape_doc!($($field_meta)*)),*],
                            ));
                        }
                    )*
                    members
                })
            }
        }
    };
}

/// Does nothing without the feature.
#[cfg(not(feature = "describe"))]
#[doc(hidden)]
#[macro_export]
macro_rules! shape {
    ($($tokens:tt)*) => {};
}

/// The text of an attribute that is a doc comment.
#[cfg(feature = "describe")]
#[doc(hidden)]
#[macro_export]
macro_rules! shape_doc {
    (doc = $text:expr) => {
        Some($text)
    };
    ($($other:tt)*) => {
        None
    };
}
