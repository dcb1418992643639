//! The description of all that crosses, which a plugin may carry for comparison.

#[cfg(feature = "layout")]
use abi_stable::{StableAbi, type_layout::TypeLayout};
#[cfg(feature = "layout")]
use hsmod_abi::Str;

/// A description of all that crosses, in the form of `abi_stable`. The other side compares it only
/// if it was built with the same version of that crate and for the same minor version of the
/// boundary.
#[cfg(feature = "layout")]
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct Layouts {
    /// The size in bytes.
    pub size: u32,
    /// The minor version of the boundary.
    pub abi_minor: u32,
    /// The version of `abi_stable`.
    pub abi_stable: Str<'static>,
    /// The layout of the root table, and so of everything that is reachable from it.
    pub layout: &'static TypeLayout,
}

#[cfg(feature = "layout")]
static LAYOUTS: Layouts = Layouts {
    #[allow(clippy::cast_possible_truncation, reason = "a few pointers")]
    size: size_of::<Layouts>() as u32,
    abi_minor: hsmod_abi::MINOR,
    abi_stable: Str::new("0.11.3"),
    layout: <Whole as StableAbi>::LAYOUT,
};

/// The pointer in the plugin's entry.
#[cfg(feature = "layout")]
pub(super) const POINTER: *const () = (&raw const LAYOUTS).cast();

/// The pointer in the plugin's entry: this plugin carries no description.
#[cfg(not(feature = "layout"))]
pub(super) const POINTER: *const () = std::ptr::null();

/// The answers of the rows, which appear in no table.
#[cfg(feature = "layout")]
macro_rules! answers {
    (callbacks $( $category:ident: $($_:ident)*; )*) => {
        /// The answers to callbacks.
        #[repr(C)]
        #[derive(StableAbi)]
        struct CallbackAnswers {
            $( $category: crate::callbacks::$category::answers::Answers, )*
        }
    };
    (requests $( $group:ident: $($_:ident)*; )*) => {
        /// The answers to requests, and to calls of objects that modules borrow.
        #[repr(C)]
        #[derive(StableAbi)]
        struct RequestAnswers {
            $( $group: crate::requests::$group::answers::Answers, )*
            state: crate::values::state::answers::Answers,
            file: crate::values::media::answers::Answers,
            web: super::web::answers::Answers,
        }
    };
}

#[cfg(feature = "layout")]
crate::__categories!(answers[callbacks]);
#[cfg(feature = "layout")]
crate::__request_groups!(answers[requests]);

macro_rules! whole {
    ($( $category:ident: $trait:ident $written:ident $table:ident $lists:ident $register:ident; )*) => {
        /// All that crosses: tables that are looked up by name are part of no other, and answers
        /// are written through a pointer to their head.
        #[cfg(feature = "layout")]
        #[repr(C)]
        #[derive(StableAbi)]
        pub(super) struct Whole {
            root: super::root::Root,
            host: super::api::HostTable,
            registration: hsmod_abi::RawRegistration<'static>,
            $( $category: crate::callbacks::$category::$table, )*
            requests: crate::requests::Groups,
            log: hsmod_abi::LogTable,
            error: hsmod_abi::RawError,
            panic: hsmod_abi::RawPanic,
            answer: hsmod_abi::Answer,
            context: hsmod_abi::Context,
            callback_answers: CallbackAnswers,
            request_answers: RequestAnswers,
        }
    };
}

crate::__categories!(whole []);

/// The description of this side.
#[cfg(all(feature = "host", feature = "layout"))]
pub fn abi_layout() -> &'static TypeLayout {
    <Whole as StableAbi>::LAYOUT
}
