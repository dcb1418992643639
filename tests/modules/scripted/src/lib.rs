//! Answers as a script in Python's terms says: each callback gives the answer that Synapse would
//! understand if a Python module returned or raised the same.
//!
//! ```yaml
//! - module: scripted
//!   config:
//!     outcomes:                  # registers just these callbacks
//!       user_may_invite: {return: {$: Codes, v: FORBIDDEN}}
//!       check_event_allowed: {raise: SynapseError, code: 429, errcode: LIMIT_EXCEEDED, msg: no}
//!       on_create_room: {mutate: {arg: 1, set: {name: pub}, del: [topic]}, return: null}
//!     auth_checkers: [[m.login.password, [password]]]   # of `check_auth`; this is the default
//!     suspend: true              # every callback waits once before it answers
//!     oracle: /_synapse/client/oracle/1     # default: /_synapse/client/oracle
//! ```
//!
//! `POST {callback: OUTCOME, ..}` to its oracle changes outcomes; `GET` returns the calls seen,
//! `[[number, callback, argument..], ..]`, and forgets them. The number counts the calls of all
//! instances of this image.
//!
//! `grammar` defines the meaning of Python values, and `untyped` handles values that no typed
//! callback can return. How the answers of several modules are combined, and what a failure means,
//! is up to the homeserver and not part of this module.
#![forbid(unsafe_code)]

// The callbacks, the JSON of their arguments, and a suspension, shared with the recorder.
#[path = "../../good_recorder/src/arguments.rs"]
mod arguments;
#[path = "../../../src/conform/codes.rs"]
mod codes;
mod exception;
mod grammar;
mod oracle;
mod outcome;
mod python;
#[path = "../../good_recorder/src/rows/all.rs"]
mod rows;
#[path = "../../good_recorder/src/suspend.rs"]
mod suspend;
#[path = "../../../src/conform/untyped.rs"]
mod untyped;

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

use hsmod_plugin_api::callbacks::traits::*;
use hsmod_plugin_api::prelude::*;
use serde_json::Value;

use grammar::Meant;
use outcome::Outcome;

/// The module's `config`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Config {
    #[serde(default)]
    outcomes: BTreeMap<String, Outcome>,
    #[serde(default = "password_checker")]
    auth_checkers: Vec<(String, Vec<Value>)>,
    #[serde(default)]
    suspend: bool,
    #[serde(default = "oracle_path")]
    oracle: String,
}

fn password_checker() -> Vec<(String, Vec<Value>)> {
    vec![("m.login.password".to_owned(), vec!["password".into()])]
}

fn oracle_path() -> String {
    "/_synapse/client/oracle".to_owned()
}

/// The module.
pub struct Scripted {
    outcomes: Mutex<BTreeMap<String, Outcome>>,
    suspend: bool,
    seen: Mutex<Vec<Value>>,
}

/// Registers, of each category, the callbacks that have an outcome: one row per category.
macro_rules! register {
    (
        $module:ident, $api:ident, $names:ident;
        $( $written:ident => $register:ident $([auth_checkers $checkers:expr])?; )*
    ) => { $(
        let (own, rest): (Vec<&str>, Vec<&str>) =
            $names.into_iter().partition(|name| <Self as $written>::WRITTEN.contains(name));
        if !own.is_empty() {
            let registration = $api.$register(&$module).only(&own);
            $(
                let wanted = $checkers.iter().filter(|_| own.contains(&"check_auth"));
                let registration = wanted.fold(registration, |registration, (login_type, fields)| {
                    registration.auth_checker(login_type, fields)
                });
            )?
            drop(registration);
        }
        let $names = rest;
    )* };
}

impl Module for Scripted {
    type Config = Config;

    fn new(config: Config, api: &ModuleApi) -> Result<Arc<Self>, ModuleError> {
        let Config { mut outcomes, auth_checkers, suspend, oracle } = config;
        let auth_checkers = fields(auth_checkers)?;
        outcomes.retain(|_, outcome| !outcome.absent);
        let names: Vec<String> = outcomes.keys().cloned().collect();
        let (outcomes, seen) = (Mutex::new(outcomes), Mutex::default());
        let module = Arc::new(Self { outcomes, suspend, seen });
        let names: Vec<&str> = names.iter().map(String::as_str).collect();
        register! { module, api, names;
            SpamCheckerCallbacks => register_spam_checker_callbacks;
            ThirdPartyRulesCallbacks => register_third_party_rules_callbacks;
            AccountValidityCallbacks => register_account_validity_callbacks;
            PresenceRouterCallbacks => register_presence_router_callbacks;
            PasswordAuthProviderCallbacks => register_password_auth_provider_callbacks
                [auth_checkers &auth_checkers];
            BackgroundUpdateControllerCallbacks => register_background_update_controller_callbacks;
            AccountDataCallbacks => register_account_data_callbacks;
            AddExtraFieldsToUnsignedClientEventCallbacks
                => register_add_extra_fields_to_unsigned_client_event_callbacks;
            MediaRepositoryCallbacks => register_media_repository_callbacks;
            RatelimitCallbacks => register_ratelimit_callbacks;
            FederationCallbacks => register_federation_callbacks;
        }
        if let Some(name) = names.first() {
            return Err(ModuleError::new(format_args!("there is no callback `{name}`")));
        }
        api.register_web_resource(&oracle, oracle::Oracle(Arc::clone(&module)));
        Ok(module)
    }
}

/// The fields that each login type needs.
fn fields(
    auth_checkers: Vec<(String, Vec<Value>)>,
) -> Result<Vec<(String, Vec<String>)>, ModuleError> {
    let text = |field: &Value| field.as_str().map(str::to_owned);
    let texts = |(login_type, fields): (String, Vec<Value>)| match fields.iter().map(text).collect()
    {
        Some(texts) => Ok((login_type, texts)),
        None => Err(ModuleError::new(format_args!(
            "all fields of the type of login `{login_type}` must be texts"
        ))),
    };
    auth_checkers.into_iter().map(texts).collect()
}

impl Scripted {
    /// Records a call, and answers with the outcome according to the callback's grammar.
    async fn call<A: Meant>(&self, callback: &str, arguments: Value) -> Result<A, ModuleError> {
        self.called(callback, arguments).await?.answer.give(callback)
    }

    /// Like [`Self::call`], for an event.
    async fn call_event<A: Meant>(
        &self,
        callback: &str,
        event: &Event<'_>,
        arguments: &[Value],
    ) -> Result<A, ModuleError> {
        let mut all: Vec<Value> = vec![event.json().parse()?];
        all.extend_from_slice(arguments);
        self.call(callback, all.into()).await
    }

    /// Like [`Self::call`], with a JSON argument that a module may change.
    async fn call_editing(
        &self,
        callback: &str,
        json: &mut EditableJson<'_>,
        arguments: Value,
    ) -> Result<(), ModuleError> {
        let mut value: Value = json.parse()?;
        let at = arguments.as_array().and_then(|all| all.iter().position(|one| *one == value));
        let outcome = self.called(callback, arguments).await?;
        if let Some(mutation) = outcome.mutate.filter(|mutation| Some(mutation.arg) == at) {
            mutation.apply(&mut value);
            json.set(&value)?;
        }
        outcome.answer.give(callback)
    }

    /// Records a call with its number, and returns its outcome.
    async fn called(&self, callback: &str, arguments: Value) -> Result<Outcome, ModuleError> {
        static CALLS: AtomicU64 = AtomicU64::new(0);
        let number = CALLS.fetch_add(1, Ordering::Relaxed);
        let mut call: Vec<Value> = vec![number.into(), callback.into()];
        match arguments {
            Value::Array(arguments) => call.extend(arguments),
            argument => call.push(argument),
        }
        locked(&self.seen).push(call.into());
        if self.suspend {
            suspend::once().await;
        }
        let outcome = locked(&self.outcomes).get(callback).cloned();
        outcome.ok_or_else(|| ModuleError::new(format_args!("`{callback}` has no outcome")))
    }
}

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The type that implements the callbacks in `rows`.
type Player = Scripted;

export_module!(Scripted);
