//! Notes every call it gets, with its arguments, and answers as its config says.
//!
//! ```yaml
//! - module: good_recorder
//!   config:
//!     name: first                      # default: recorder
//!     callbacks: [user_may_invite]     # registers just these; default: all
//!     suspend: true                    # every callback waits once before it answers
//!     answers:                         # a variant of `Answer` in snake case; default: allow
//!       user_may_invite: deny
//!       on_create_room: {replace: {preset: private_chat}}
//! ```
//!
//! What it noted is at `/_synapse/client/<name>/seen`: a list of `[callback, argument..]`; at
//! `/counts` the number of calls of each callback; at `/api` what its [`ModuleApi`] answers.
#![forbid(unsafe_code)]

mod account_validity;
mod answer;
mod arguments;
mod spam_checker;
mod suspend;
mod third_party_rules;
mod web;

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use hsmod_plugin_api::callbacks::{
    AccountValidityCallbacks, SpamCheckerCallbacks, ThirdPartyRulesCallbacks,
};
use hsmod_plugin_api::prelude::*;
use serde_json::Value;

use answer::{Answer, Told};

/// The module's `config`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Config {
    #[serde(default = "recorder")]
    name: String,
    #[serde(default)]
    callbacks: Option<Vec<String>>,
    #[serde(default)]
    suspend: bool,
    #[serde(default)]
    answers: BTreeMap<String, Answer>,
}

fn recorder() -> String {
    "recorder".to_owned()
}

/// The module.
pub struct Recorder {
    config: Config,
    api: ModuleApi,
    seen: Mutex<Vec<Value>>,
}

impl Module for Recorder {
    type Config = Config;

    fn new(config: Config, api: &ModuleApi) -> Result<Arc<Self>, ModuleError> {
        let module = Arc::new(Self { config, api: api.clone(), seen: Mutex::default() });
        let wanted = module.wanted(<Self as SpamCheckerCallbacks>::WRITTEN);
        if !wanted.is_empty() {
            api.register_spam_checker_callbacks(&module).only(&wanted);
        }
        let wanted = module.wanted(<Self as ThirdPartyRulesCallbacks>::WRITTEN);
        if !wanted.is_empty() {
            api.register_third_party_rules_callbacks(&module).only(&wanted);
        }
        let wanted = module.wanted(<Self as AccountValidityCallbacks>::WRITTEN);
        if !wanted.is_empty() {
            api.register_account_validity_callbacks(&module).only(&wanted);
        }
        web::register(&module);
        Ok(module)
    }

    async fn start(&self) -> Result<(), ModuleError> {
        tracing::info!(target: "recorder", name = self.config.name, "started");
        Ok(())
    }

    async fn shutdown(&self) -> Result<(), ModuleError> {
        tracing::info!(target: "recorder", name = self.config.name, "shut down");
        Ok(())
    }
}

impl Recorder {
    /// Those of a category's callbacks that the config wants.
    fn wanted(&self, written: &[&'static str]) -> Vec<&'static str> {
        let wanted = |name: &str| match &self.config.callbacks {
            Some(callbacks) => callbacks.iter().any(|callback| callback == name),
            None => true,
        };
        written.iter().copied().filter(|name| wanted(name)).collect()
    }

    /// Notes a call and answers it.
    async fn call<A: Told>(&self, callback: &str, arguments: Value) -> Result<A, ModuleError> {
        let mut call = vec![callback.into()];
        match arguments {
            Value::Array(arguments) => call.extend(arguments),
            argument => call.push(argument),
        }
        self.seen.lock().unwrap_or_else(PoisonError::into_inner).push(call.into());
        if self.config.suspend {
            suspend::once().await;
        }
        self.answer(callback).give()
    }

    /// As [`Self::call`], with an event; it is logged, too.
    async fn call_event<A: Told>(
        &self,
        callback: &str,
        event: &Event<'_>,
        arguments: &[Value],
    ) -> Result<A, ModuleError> {
        tracing::info!(target: "recorder", user = event.sender().as_str(), number = 3u64, "seen");
        let mut all: Vec<Value> = vec![event.json().parse()?];
        all.extend_from_slice(arguments);
        self.call(callback, all.into()).await
    }

    /// As [`Self::call`], with JSON that the config may want to change.
    async fn call_editing(
        &self,
        callback: &str,
        json: &mut EditableJson<'_>,
        arguments: Value,
    ) -> Result<(), ModuleError> {
        self.call::<()>(callback, arguments).await?;
        if let Answer::Replace(value) = self.answer(callback) {
            json.set(&value)?;
        }
        Ok(())
    }

    fn answer(&self, callback: &str) -> Answer {
        self.config.answers.get(callback).cloned().unwrap_or(Answer::Allow)
    }
}

export_module!(Recorder);
