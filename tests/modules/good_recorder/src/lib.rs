//! Notes every call it gets, with its arguments, and answers as its config says.
//!
//! ```yaml
//! - module: good_recorder
//!   config:
//!     name: first                      # default: recorder
//!     callbacks: [user_may_invite]     # registers just these; default: all
//!     optional: [user_may_invite]      # those of them that the homeserver may lack
//!     only: [sing]                     # also registers these of `spam_checker`, written or not
//!     suspend: true                    # every callback waits once before it answers
//!     hang: [check_login_for_spam]     # these wait until `/wake` is asked for
//!     answers:                         # a variant of `Answer` in snake case; default: allow
//!       user_may_invite: deny
//!       on_create_room: {replace: {preset: private_chat}}
//!       start: {fail: no database}     # `new`, `start` and `shutdown` can fail, too
//!     web:                             # further web resources, and how they answer
//!       /_synapse/client/files/*: allow
//! ```
//!
//! What it noted is at `/_synapse/client/<name>/seen`: a list of `[callback, argument..]`, and
//! `["dropped", callback]` for one that hung and was given up; at `/counts` the number of calls of
//! each callback; at `/api` what its [`ModuleApi`] answers. `/wake` wakes everything that hangs.
#![forbid(unsafe_code)]

mod account_validity;
mod answer;
mod arguments;
mod bell;
mod spam_checker;
mod suspend;
mod third_party_rules;
mod web;

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use hsmod_plugin_api::prelude::*;
use serde_json::Value;

use answer::{Answer, Told};
use bell::{Bell, OnDrop};

/// The module's `config`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Config {
    #[serde(default = "recorder")]
    name: String,
    #[serde(default)]
    callbacks: Option<Vec<String>>,
    #[serde(default)]
    optional: Vec<String>,
    #[serde(default)]
    only: Vec<String>,
    #[serde(default)]
    suspend: bool,
    #[serde(default)]
    hang: Vec<String>,
    #[serde(default)]
    answers: BTreeMap<String, Answer>,
    #[serde(default)]
    web: BTreeMap<String, Answer>,
}

fn recorder() -> String {
    "recorder".to_owned()
}

/// The module.
pub struct Recorder {
    config: Config,
    api: ModuleApi,
    seen: Mutex<Vec<Value>>,
    bell: Bell,
}

impl Module for Recorder {
    type Config = Config;

    fn parse_config(config: Value) -> Result<Config, ConfigError> {
        let config: Config = config_from_value(config)?;
        tracing::info!(target: "recorder", name = config.name, "parse_config");
        Ok(config)
    }

    fn new(config: Config, api: &ModuleApi) -> Result<Arc<Self>, ModuleError> {
        tracing::info!(target: "recorder", name = config.name, "new");
        let (seen, bell) = (Mutex::default(), Bell::default());
        let module = Arc::new(Self { config, api: api.clone(), seen, bell });
        module.answer("new").give::<()>()?;
        let (only, optional) = (&module.config.only, &module.config.optional);
        api.register_spam_checker_callbacks(&module).only(only);
        let wanted = module.wanted(<Self as SpamCheckerCallbacks>::WRITTEN);
        api.register_spam_checker_callbacks(&module).only(&wanted).optional(optional);
        let wanted = module.wanted(<Self as ThirdPartyRulesCallbacks>::WRITTEN);
        api.register_third_party_rules_callbacks(&module).only(&wanted).optional(optional);
        let wanted = module.wanted(<Self as AccountValidityCallbacks>::WRITTEN);
        api.register_account_validity_callbacks(&module).only(&wanted).optional(optional);
        web::register(&module);
        Ok(module)
    }

    async fn start(&self) -> Result<(), ModuleError> {
        tracing::info!(target: "recorder", name = self.config.name, "start");
        self.answer("start").give()
    }

    async fn shutdown(&self) -> Result<(), ModuleError> {
        tracing::info!(target: "recorder", name = self.config.name, "shutdown");
        self.answer("shutdown").give()
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
        tracing::trace!(target: "recorder", callback, "asked");
        self.note(call);
        if self.config.suspend {
            suspend::once().await;
        }
        if self.config.hang.iter().any(|hung| hung == callback) {
            let given_up = OnDrop(|| self.note(vec!["dropped".into(), callback.into()]));
            self.bell.rung().await;
            given_up.disarm();
        }
        self.answer(callback).give()
    }

    fn note(&self, call: Vec<Value>) {
        self.seen.lock().unwrap_or_else(PoisonError::into_inner).push(call.into());
    }

    /// As [`Self::call`], with an event; it is logged, too.
    async fn call_event<A: Told>(
        &self,
        callback: &str,
        event: &Event<'_>,
        arguments: &[Value],
    ) -> Result<A, ModuleError> {
        tracing::info!(
            target: "recorder",
            user = event.sender().as_str(), number = 3u64, below = -3i64, share = 0.5, good = true,
            list = ?[1, 2], "seen {}", "it",
        );
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
