//! The description of all that crosses, which a plugin carries with it if its author wants that.

#[cfg(feature = "layout")]
use abi_stable::{StableAbi, type_layout::TypeLayout};
#[cfg(feature = "layout")]
use hsmod_abi::Str;

/// A description of all that crosses, as `abi_stable` has it. It is compared only by a side that was
/// built with the same version of that crate, and for the same minor version of the boundary.
#[cfg(feature = "layout")]
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct Layouts {
    /// In bytes.
    pub size: u32,
    /// Of the boundary.
    pub abi_minor: u32,
    /// The version of `abi_stable`.
    pub abi_stable: Str<'static>,
    /// Of the root table, and so of all that is reached from it.
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

/// What the entry of a plugin names.
#[cfg(feature = "layout")]
pub(super) const POINTER: *const () = (&raw const LAYOUTS).cast();

/// What the entry of a plugin names: nothing is described.
#[cfg(not(feature = "layout"))]
pub(super) const POINTER: *const () = std::ptr::null();

/// What the rows answer, which stands in no table.
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
        /// The answers to requests, and to what modules ask of objects that they are lent.
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
        /// All that crosses: the tables that are found by name are part of no other, and what is
        /// answered is written where a pointer to its head leads.
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
