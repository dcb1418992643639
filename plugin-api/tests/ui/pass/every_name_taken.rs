//! All that the macros might mean by a short name means something else here, and the plugin API has
//! another name.
#![allow(dead_code, unused_macros, non_camel_case_types)]

extern crate hsmod_plugin_api as api;

macro_rules! taken {
    ($($macro:ident)*) => { $( macro_rules! $macro { () => { compile_error!("not this one") }; } )* };
}

taken! { assert cfg concat env panic stringify params export_module }

mod core {}
mod std {}
mod hsmod_plugin_api {}
mod serde {}
mod serde_json {}

/// The module itself is called like what the macros make.
pub struct Probe;

pub struct Arc;
pub struct Box;
pub struct Config;
pub struct Default;
pub struct Err;
pub struct Fallback;
pub struct From;
pub struct Future;
pub struct Into;
pub struct Module;
pub struct ModuleApi;
pub struct ModuleError;
pub struct None;
pub struct Ok;
pub struct Option;
pub struct Result;
pub struct Some;
pub struct SpamChecker;
pub struct SpamCheckerCallbacks;
pub struct SqlValue;
pub struct StaticModule;
pub struct Stray;
pub struct String;
pub struct Vec;
pub struct Verdict;

impl api::Module for Probe {
    type Config = api::prelude::JsonObject;

    fn new(
        _: Self::Config,
        host: &api::ModuleApi,
    ) -> ::std::result::Result<::std::sync::Arc<Self>, api::values::ModuleError> {
        let module = ::std::sync::Arc::new(Self);
        host.register_spam_checker_callbacks(&module);
        ::std::result::Result::Ok(module)
    }
}

#[api::callbacks]
impl api::callbacks::SpamChecker for Probe {
    async fn check_event_for_spam(
        &self,
        _: &api::values::Event<'_>,
    ) -> ::std::result::Result<api::values::Verdict, api::values::ModuleError> {
        ::std::result::Result::Ok(api::values::Verdict::Allow)
    }
}

#[api::callbacks]
impl api::callbacks::SpamChecker for Result {}

#[api::callbacks(optional)]
impl api::callbacks::ThirdPartyRules for Option {}

api::export_module!(Probe, requires = ["send_mail"]);

fn main() {
    let manifest = MODULE.manifest();
    ::std::assert_eq!(manifest.callbacks["spam_checker"], ["check_event_for_spam"]);
    ::std::assert_eq!(manifest.requires[1..], ["send_mail"]);
    ::std::assert_eq!(api::params![1, "text"].len(), 2);
}
