//! Works in the background, blocks threads and caches values, as its config and requests to
//! `/_synapse/client/<name>/` instruct it. It uses no runtime.
//!
//! Config: `name` (`worker`), `begin` (orders: `what`, `how`, `seconds`; see `orders.rs`), `at` (`new`, the default, or
//! `start`: when they begin), `fail_start`.
#![forbid(unsafe_code)]

mod counts;
mod orders;
mod web;

use std::sync::{Condvar, Mutex, PoisonError};

use hsmod_plugin_api::prelude::*;

use counts::Counts;
use orders::Order;

/// The module's `config`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Config {
    #[serde(default = "worker")]
    name: String,
    #[serde(default)]
    begin: Vec<Order>,
    #[serde(default)]
    at: Stage,
    #[serde(default)]
    fail_start: bool,
}

fn worker() -> String {
    "worker".to_owned()
}

#[derive(Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Stage {
    #[default]
    New,
    Start,
}

/// The module.
pub struct GoodWorker {
    config: Config,
    api: ModuleApi,
    counts: Arc<Counts>,
    cache: Cached<String, u64>,
    latest: Mutex<Option<BackgroundCall>>,
    gate: Arc<Gate>,
    pool: ThreadPool,
}

impl Module for GoodWorker {
    type Config = Config;

    fn new(config: Config, api: &ModuleApi) -> Result<Arc<Self>, ModuleError> {
        let cache = Cached::new("good_worker.numbers", 100);
        api.register_cached_function(&cache);
        let module = Arc::new(Self {
            config,
            api: api.clone(),
            counts: Arc::default(),
            cache,
            latest: Mutex::default(),
            gate: Arc::default(),
            pool: ThreadPool::new(2),
        });
        let path = format!("/_synapse/client/{}/*", module.config.name);
        api.register_web_resource(&path, Arc::clone(&module));
        if module.config.at == Stage::New {
            module.begin_all();
        }
        Ok(module)
    }

    async fn start(&self) -> Result<(), ModuleError> {
        if self.config.fail_start {
            return Err(ModuleError::new("it was told to fail"));
        }
        if self.config.at == Stage::Start {
            self.api.module::<Self>()?.begin_all();
        }
        Ok(())
    }

    async fn shutdown(&self) -> Result<(), ModuleError> {
        tracing::info!("shutdown: {}", self.counts);
        self.gate.open();
        Ok(())
    }
}

impl GoodWorker {
    fn begin_all(self: &Arc<Self>) {
        for &order in &self.config.begin {
            self.begin(order);
        }
    }
}

impl Drop for GoodWorker {
    fn drop(&mut self) {
        tracing::info!("gone: {}", self.counts);
    }
}

/// Blocks threads until it is opened.
#[derive(Default)]
struct Gate {
    open: Mutex<bool>,
    opened: Condvar,
}

impl Gate {
    fn pass(&self) {
        let open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        drop(self.opened.wait_while(open, |open| !*open));
    }

    fn open(&self) {
        *self.open.lock().unwrap_or_else(PoisonError::into_inner) = true;
        self.opened.notify_all();
    }
}

export_module!(GoodWorker);
