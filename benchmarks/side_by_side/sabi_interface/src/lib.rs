//! The interface that a homeserver would write with abi_stable and async-ffi: a trait object that
//! crosses the boundary of a library, and so do its futures.
#![allow(missing_docs, reason = "the macros of abi_stable write items without any")]
#![allow(non_local_definitions, reason = "the macros of abi_stable are older than the lint")]
#![allow(unsafe_code, reason = "the macros of abi_stable write unsafe code")]
#![allow(clippy::undocumented_unsafe_blocks, reason = "the macros of abi_stable write them")]

use abi_stable::StableAbi;
use abi_stable::library::RootModule;
use abi_stable::package_version_strings;
use abi_stable::sabi_trait;
use abi_stable::sabi_types::VersionStrings;
use abi_stable::std_types::{RBox, RResult, RStr, RString, RVec};
use async_ffi::BorrowingFfiFuture;

/// The fields of an event.
#[repr(C)]
#[derive(Clone, Copy, StableAbi)]
pub struct SabiEvent<'a> {
    pub event_id: RStr<'a>,
    pub room_id: RStr<'a>,
    pub sender: RStr<'a>,
    pub event_type: RStr<'a>,
    pub origin_server_ts: i64,
    /// The content as JSON text.
    pub content: RStr<'a>,
}

/// Whether something is allowed.
#[repr(C)]
#[derive(StableAbi)]
pub enum SabiVerdict {
    Allow,
    Deny { errcode: RString },
}

/// A module's answer.
pub type SabiAnswer = RResult<SabiVerdict, RString>;

/// A module.
#[sabi_trait]
pub trait SabiChecker: Send + Sync {
    /// Ready at once.
    fn check_sender<'a>(&'a self, event: &'a SabiEvent<'a>) -> BorrowingFfiFuture<'a, SabiAnswer>;

    /// Ready at once.
    fn check_body<'a>(&'a self, event: &'a SabiEvent<'a>) -> BorrowingFfiFuture<'a, SabiAnswer>;

    /// Suspends once.
    #[sabi(last_prefix_field)]
    fn suspend<'a>(&'a self, user_id: RStr<'a>) -> BorrowingFfiFuture<'a, SabiAnswer>;
}

/// A module, as both sides see it.
pub type SabiModule = SabiChecker_TO<'static, RBox<()>>;

/// The library's exports.
#[repr(C)]
#[derive(StableAbi)]
#[sabi(kind(Prefix(prefix_ref = SabiLibraryRef)))]
pub struct SabiLibrary {
    /// Creates a module that checks for these users and for this word.
    #[sabi(last_prefix_field)]
    pub new: extern "C" fn(evil_users: RVec<RString>, word: RString) -> SabiModule,
}

impl RootModule for SabiLibraryRef {
    abi_stable::declare_root_module_statics! {SabiLibraryRef}
    const BASE_NAME: &'static str = "side_sabi_module";
    const NAME: &'static str = "side_sabi_module";
    const VERSION_STRINGS: VersionStrings = package_version_strings!();
}
