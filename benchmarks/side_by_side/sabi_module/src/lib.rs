//! The module of the comparison that abi_stable loads.
#![allow(missing_docs, reason = "the macros of abi_stable write items without any")]
#![allow(unsafe_code, reason = "the macros of abi_stable write unsafe code")]
#![allow(clippy::undocumented_unsafe_blocks, reason = "the macros of abi_stable write them")]

use abi_stable::export_root_module;
use abi_stable::prefix_type::PrefixTypeTrait;
use abi_stable::sabi_extern_fn;
use abi_stable::sabi_trait::TD_Opaque;
use abi_stable::std_types::{RResult, RStr, RString, RVec};
use async_ffi::{BorrowingFfiFuture, FutureExt};
use side_checks::{Checks, suspended_once};
use side_sabi_interface::{
    SabiAnswer, SabiChecker, SabiEvent, SabiLibrary, SabiLibraryRef, SabiModule, SabiVerdict,
};

struct Checker(Checks);

fn answer(evil: bool) -> SabiAnswer {
    RResult::ROk(if evil {
        SabiVerdict::Deny { errcode: "M_FORBIDDEN".into() }
    } else {
        SabiVerdict::Allow
    })
}

impl SabiChecker for Checker {
    fn check_sender<'a>(&'a self, event: &'a SabiEvent<'a>) -> BorrowingFfiFuture<'a, SabiAnswer> {
        async move { answer(self.0.lists(event.sender.as_str())) }.into_ffi()
    }

    fn check_body<'a>(&'a self, event: &'a SabiEvent<'a>) -> BorrowingFfiFuture<'a, SabiAnswer> {
        async move { answer(self.0.finds_word(event.content.as_str())) }.into_ffi()
    }

    fn suspend<'a>(&'a self, user_id: RStr<'a>) -> BorrowingFfiFuture<'a, SabiAnswer> {
        async move {
            suspended_once().await;
            answer(self.0.lists(user_id.as_str()))
        }
        .into_ffi()
    }
}

#[sabi_extern_fn]
fn new(evil_users: RVec<RString>, word: RString) -> SabiModule {
    let checks = Checks::new(evil_users.into_iter().map(RString::into_string), &word);
    SabiModule::from_value(Checker(checks), TD_Opaque)
}

#[export_root_module]
fn library() -> SabiLibraryRef {
    SabiLibrary { new }.leak_into_prefix()
}
