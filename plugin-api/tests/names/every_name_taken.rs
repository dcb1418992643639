//! Shows that the macros do not depend on the names in scope: all short names that they might use
//! mean something else here, and the plugin API has another name.
//!
//! This is a separate program because the names are in the root of the crate.
#![allow(
    dead_code,
    unused_macros,
    non_camel_case_types,
    reason = "the names are there to be in the way"
)]

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

/// The module itself has the name of an item that the macros generate.
struct Probe;

struct Arc;
struct Box;
struct Config;
struct Default;
struct Err;
struct Fallback;
struct From;
struct Future;
struct Into;
struct Module;
struct ModuleApi;
struct ModuleError;
struct None;
struct Ok;
struct Option;
struct Result;
struct Some;
struct SpamChecker;
struct SpamCheckerCallbacks;
struct SqlValue;
struct StaticModule;
struct Stray;
struct String;
struct Vec;
struct Verdict;

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

api::export_module!(Probe, config_schema = "{}", requires = ["send_mail"]);

fn main() {
    let manifest = MODULE.manifest();
    ::std::assert_eq!(manifest.callbacks["spam_checker"], ["check_event_for_spam"]);
    ::std::assert_eq!(manifest.requires[1..], ["send_mail"]);
    ::std::assert_eq!(manifest.config_schema.unwrap().as_str(), "{}");
    ::std::assert_eq!(api::params![1, "text"].len(), 2);
}
