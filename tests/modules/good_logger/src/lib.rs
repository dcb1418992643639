//! Logs wherever its code runs. Each line names the module and the place.
//!
//! Config: `name`, its name in logs. An event with the body `wait` is never answered, one with
//! `ask` after a request to invalidate a cache, one with `sleep` after four seconds, and any other
//! at once.
#![forbid(unsafe_code)]

use std::time::Duration;

use hsmod_plugin_api::prelude::*;
use serde_json::Value;
use tracing::{Instrument, Span, info, info_span};

/// The module's `config`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Config {
    name: String,
}

/// The module.
pub struct GoodLogger {
    name: String,
    api: ModuleApi,
    cache: Cached<String, Arc<Left>>,
}

impl Module for GoodLogger {
    type Config = Config;

    fn parse_config(config: Value) -> Result<Config, ConfigError> {
        let config: Config = config_from_value(config)?;
        info!("parse_config of {}", config.name);
        Ok(config)
    }

    fn new(config: Config, api: &ModuleApi) -> Result<Arc<Self>, ModuleError> {
        let Config { name } = config;
        info!("new of {name}");
        let cache = Cached::new("good_logger.left", 10);
        api.register_cached_function(&cache);
        let module = Arc::new(Self { name, api: api.clone(), cache });
        api.register_spam_checker_callbacks(&module);
        api.register_password_auth_provider_callbacks(&module)
            .auth_checker("m.login.password", &["password"]);
        Ok(module)
    }

    async fn start(&self) -> Result<(), ModuleError> {
        info!("start of {}", self.name);
        self.tell("start");
        self.cache.insert("key".to_owned(), Arc::new(Left::new("cache", &self.name)));
        let (name, api) = (self.name.clone(), self.api.clone());
        self.api.run_as_background_process("tidy", move || {
            async move {
                info!("background: {:?}, {name}", api.time_left());
                info!("background of {name}");
                Ok(())
            }
            .instrument(info_span!("tidying"))
        });
        let name = self.name.clone();
        self.api.defer_to_thread(move || info!("deferred of {name}")).await?;
        self.threads();
        Ok(())
    }

    async fn shutdown(&self) -> Result<(), ModuleError> {
        info!("shutdown of {}", self.name);
        Ok(())
    }
}

impl GoodLogger {
    /// Starts threads: one within the module's context, one in a span, one with neither.
    fn threads(&self) {
        let (api, name) = (self.api.clone(), self.name.clone());
        let within = move || api.within(|| info!("thread of {name}"));
        let (name, span) = (self.name.clone(), info_span!("threads"));
        let in_span = move || span.in_scope(|| info!("{name}, in a spanned thread"));
        let name = self.name.clone();
        let alone = move || info!("{name}, in a lone thread");
        let threads =
            [std::thread::spawn(within), std::thread::spawn(in_span), std::thread::spawn(alone)];
        threads.into_iter().for_each(|thread| thread.join().unwrap_or_default());
    }

    /// Logs the time left for the call, its trace and the module's name.
    fn tell(&self, when: &str) {
        let left = self.api.time_left().map(|left| left.as_secs_f64().round());
        let trace = self.api.trace().map(|trace| trace.to_string());
        info!("{when}: {left:?}, {trace:?}, {}", self.name);
    }

    /// Makes a request in a span.
    async fn ask(&self) -> Result<(), ModuleError> {
        Span::current().record("answer", "later");
        self.api.invalidate_cache(&self.cache, &"key".to_owned()).await?;
        info!("asked of {}", self.name);
        Ok(())
    }
}

#[callbacks]
impl SpamChecker for GoodLogger {
    async fn check_event_for_spam(&self, event: &Event<'_>) -> Result<Verdict, ModuleError> {
        let content: Value = event.content()?;
        let body = content["body"].as_str().unwrap_or_default();
        info!("checked of {}", self.name);
        match body {
            "wait" => {
                let _left = Left::new("future", &self.name);
                std::future::pending::<()>().await;
            }
            "ask" => {
                let answer = tracing::field::Empty;
                let span = info_span!("asking", body, answer);
                self.ask().instrument(span).await?;
            }
            "sleep" => {
                self.tell("first");
                self.api.sleep(Duration::from_secs(4)).await?;
                self.tell("then");
            }
            _ => {}
        }
        Ok(Verdict::Allow)
    }
}

#[callbacks]
impl PasswordAuthProvider for GoodLogger {
    async fn check_auth(
        &self,
        username: &str,
        _: &str,
        _: &JsonStr,
    ) -> Result<Option<AcceptedLogin>, ModuleError> {
        let left = Left::new("login", &self.name);
        Ok(Some(AcceptedLogin::new(format!("@{username}:example.com")).on_login(
            move |_| async move {
                drop(left);
                Ok(())
            },
        )))
    }
}

impl Drop for GoodLogger {
    fn drop(&mut self) {
        info!("gone of {}", self.name);
    }
}

/// Logs when it is dropped.
struct Left {
    what: &'static str,
    name: String,
}

impl Left {
    fn new(what: &'static str, name: &str) -> Self {
        Self { what, name: name.to_owned() }
    }
}

impl Drop for Left {
    fn drop(&mut self) {
        info!("dropped {} of {}", self.what, self.name);
    }
}

export_module!(GoodLogger);
