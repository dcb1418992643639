//! Uses the loader's services, such as storage, as tests instruct it.
//!
//! `POST /_synapse/client/<name>` takes a list of steps and returns a list of their outcomes: see
//! `steps.rs`. Its config:
//!
//! ```yaml
//! - module: good_keeper
//!   config:
//!     name: first              # default: keeper
//!     at_start: [..]           # steps; one that fails refuses the start
//!     at_shutdown: [..]        # steps
//! ```
//!
//! `GET /_synapse/client/<name>` returns the number of steps that currently `pause` or `sleep`, and
//! which of some requests the homeserver supports.
//!
//! `check_event_for_spam` carries out the `steps` in the event's content, and fails if one of them
//! does.
#![forbid(unsafe_code)]

mod http;
mod pages;
mod steps;
mod storage;

use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use hsmod_plugin_api::prelude::*;
use serde_json::{Value, json};

/// The module's `config`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Config {
    #[serde(default = "keeper")]
    name: String,
    #[serde(default)]
    at_start: Vec<Value>,
    #[serde(default)]
    at_shutdown: Vec<Value>,
}

fn keeper() -> String {
    "keeper".to_owned()
}

/// The module.
pub struct Keeper {
    config: Config,
    api: ModuleApi,
    kept: Mutex<Option<Transaction>>,
    templates: Mutex<Option<Arc<Templates>>>,
    paused: AtomicUsize,
}

impl Module for Keeper {
    type Config = Config;

    fn new(config: Config, api: &ModuleApi) -> Result<Arc<Self>, ModuleError> {
        let path = format!("/_synapse/client/{}", config.name);
        let (kept, templates, paused) = (Mutex::default(), Mutex::default(), AtomicUsize::new(0));
        let module = Arc::new(Self { config, api: api.clone(), kept, templates, paused });
        api.register_web_resource(&path, Arc::clone(&module));
        api.register_spam_checker_callbacks(&module);
        Ok(module)
    }

    async fn start(&self) -> Result<(), ModuleError> {
        self.run_all(&self.config.at_start).await
    }

    async fn shutdown(&self) -> Result<(), ModuleError> {
        for done in self.run(&self.config.at_shutdown).await {
            tracing::info!(target: "keeper", "{done}");
        }
        Ok(())
    }
}

#[callbacks]
impl SpamChecker for Keeper {
    async fn check_event_for_spam(&self, event: &Event<'_>) -> Result<Verdict, ModuleError> {
        let content: Value = event.content()?;
        let steps = content["steps"].as_array().map(Vec::as_slice).unwrap_or_default();
        self.run_all(steps).await?;
        Ok(Verdict::Allow)
    }
}

impl WebResource for Keeper {
    async fn get(&self, _: &WebRequest<'_>) -> Result<WebResponse, ModuleError> {
        const REQUESTS: [&str; 5] =
            ["run_db_interaction", "http_request", "read_templates", "send_mail", "get_room_state"];
        let supported: Vec<&str> =
            REQUESTS.into_iter().filter(|name| self.api.supports(name)).collect();
        let paused = self.paused.load(Ordering::Relaxed);
        Ok(WebResponse::json(
            200,
            &json!({
                "paused": paused, "supported": supported, "app_name": self.api.email_app_name(),
            }),
        ))
    }

    async fn post(&self, request: &WebRequest<'_>) -> Result<WebResponse, ModuleError> {
        let steps: Vec<Value> = request.json()?;
        Ok(WebResponse::json(200, &self.run(&steps).await))
    }
}

export_module!(Keeper);
