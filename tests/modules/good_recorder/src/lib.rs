//! Records every call with its arguments, and answers as its config says.
//!
//! ```yaml
//! - module: good_recorder
//!   config:
//!     name: first                      # default: recorder
//!     callbacks: [user_may_invite]     # registers just these; default: all that several may have
//!     optional: [user_may_invite]      # those of them that the homeserver may lack
//!     only: [sing]                     # also registers these of `spam_checker`, written or not
//!     login_types: {m.login.password: [password]}    # of `check_auth`; this is the default
//!     suspend: true                    # every callback waits once, or so often, before it answers
//!     hang: [check_login_for_spam]     # these wait until `/wake` is asked for
//!     later: [on_login, on_exit]       # leaves these to be done after its answer
//!     answers:                         # a variant of `Answer` in snake case; default: allow
//!       user_may_invite: deny
//!       on_create_room: {replace: {preset: private_chat}}
//!       start: {fail: no database}     # `new`, `start` and `shutdown` can fail, too
//!     about:                           # the same for calls in whose arguments the text is
//!       check_username_for_spam: {"@bad:example.com": deny}
//!     web:                             # further web resources, and how they answer
//!       /_synapse/client/files/*: allow
//!     pages:                           # the same, of which people see the errors
//!       /_synapse/client/hello: allow
//! ```
//!
//! `/_synapse/client/<name>/seen` returns the recorded calls: a list of `[callback, argument..]`,
//! with `["dropped", callback]` for a waiting call that was dropped, and `["released", what]` for
//! later work that was never done. `/counts` returns the number of calls of each callback, and of
//! futures that are still `open`; `/api` returns what its [`ModuleApi`] answers. `/wake` wakes
//! everything that hangs.
#![forbid(unsafe_code)]

mod answer;
mod arguments;
mod bell;
mod calls;
mod config;
mod later;
mod registration;
#[path = "rows/all.rs"]
mod rows;
mod suspend;
mod web;

use std::sync::atomic::AtomicUsize;
use std::sync::{Mutex, Weak};

use hsmod_plugin_api::prelude::*;
use serde_json::Value;

use bell::Bell;
pub use config::Config;

/// The module.
pub struct Recorder {
    config: Config,
    api: ModuleApi,
    this: Weak<Self>,
    seen: Mutex<Vec<Value>>,
    /// The number of live futures of callbacks.
    open: AtomicUsize,
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
        config.answer("new", "").give::<()>()?;
        let (api, seen, open, bell) = (api.clone(), Mutex::default(), 0.into(), Bell::default());
        let module =
            Arc::new_cyclic(|this| Self { config, api, this: this.clone(), seen, open, bell });
        registration::register(&module);
        web::register(&module);
        Ok(module)
    }

    async fn start(&self) -> Result<(), ModuleError> {
        tracing::info!(target: "recorder", name = self.config.name, "start");
        self.config.answer("start", "").give()
    }

    async fn shutdown(&self) -> Result<(), ModuleError> {
        tracing::info!(target: "recorder", name = self.config.name, "shutdown");
        self.config.answer("shutdown", "").give()
    }
}

/// The type that implements the callbacks in `rows`.
type Player = Recorder;

export_module!(Recorder);
