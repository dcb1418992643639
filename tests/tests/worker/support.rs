//! Loads a `good_worker` and controls it.

use bytes::Bytes;
use hsmod_loader::{Host, LoadError, Modules};
use hsmod_tests::scene::Scene;
pub(crate) use hsmod_tests::scene::{As, BOTH};
use serde_json::{Value, json};

use crate::log::Log;

pub(crate) use shared::without_lines;

#[path = "../it/support.rs"]
#[allow(dead_code, reason = "the tests of `it` need more of it")]
mod shared;

/// Loads a worker for each config.
pub(crate) async fn try_load(way: As, host: Host, configs: &[Value]) -> Result<Modules, LoadError> {
    let add = |scene: Scene, config: &Value| scene.module("good_worker", config.clone());
    let scene = configs.iter().fold(Scene::new().host(host), add);
    scene.try_load_as(way, &[good_worker::MODULE]).await
}

/// Loads one worker and then pauses time, which advances when all tasks wait.
pub(crate) async fn load(way: As, host: Host, config: Value) -> Worker {
    let worker = load_in_time(way, host, config).await;
    tokio::time::pause();
    settle().await;
    worker
}

/// Loads one worker, in real time.
pub(crate) async fn load_in_time(way: As, host: Host, config: Value) -> Worker {
    let name = config["name"].as_str().unwrap_or("worker").to_owned();
    let modules = try_load(way, host, &[config]).await.unwrap();
    Worker { modules, name }
}

/// A homeserver.
pub(crate) fn host() -> Host {
    Host::new("example.com")
}

/// A config with just this order.
pub(crate) fn begin(what: &str, how: &str, seconds: u64) -> Value {
    json!({"begin": [order(what, how, seconds)]})
}

/// An order.
pub(crate) fn order(what: &str, how: &str, seconds: u64) -> Value {
    json!({"what": what, "how": how, "seconds": seconds})
}

/// A handle to a loaded worker.
#[derive(Clone)]
pub(crate) struct Worker {
    pub(crate) modules: Modules,
    pub(crate) name: String,
}

impl Worker {
    /// Another worker among the same modules.
    pub(crate) fn other(&self, name: &str) -> Self {
        Self { modules: self.modules.clone(), name: name.to_owned() }
    }

    async fn ask(&self, method: &str, what: &str, body: &Value) -> Value {
        let uri = format!("/_synapse/client/{}/{what}", self.name);
        let body = Bytes::from(body.to_string());
        let request = http::Request::builder().method(method).uri(uri).body(body).unwrap();
        let response = self.modules.web().handle(request).await.expect("the worker is there");
        let text = String::from_utf8_lossy(response.body()).into_owned();
        assert_eq!(response.status(), 200, "{method} {what}: {text}");
        serde_json::from_str(&text).unwrap()
    }

    pub(crate) async fn get(&self, what: &str) -> Value {
        self.ask("GET", what, &Value::Null).await
    }

    pub(crate) async fn post(&self, what: &str) -> Value {
        self.ask("POST", what, &Value::Null).await
    }

    /// The result of a process of this kind, if it has one.
    pub(crate) async fn awaited(&self, how: &str) -> Value {
        self.ask("POST", "awaited", &json!(how)).await
    }

    pub(crate) async fn delete(&self, what: &str) -> Value {
        self.ask("DELETE", what, &Value::Null).await
    }

    /// Starts a call.
    pub(crate) async fn begin(&self, what: &str, how: &str, seconds: u64) {
        self.ask("POST", "begin", &order(what, how, seconds)).await;
        settle().await;
    }

    /// The worker's counts.
    pub(crate) async fn counts(&self) -> Counts {
        Counts::of(self.get("counts").await.as_str().unwrap())
    }
}

/// Numbers of calls that began, ended and were dropped, and of closures that were released.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Counts {
    pub(crate) begun: u64,
    pub(crate) ended: u64,
    pub(crate) dropped: u64,
    pub(crate) released: u64,
}

/// Begun, ended, dropped, released.
pub(crate) const fn counts(begun: u64, ended: u64, dropped: u64, released: u64) -> Counts {
    Counts { begun, ended, dropped, released }
}

impl Counts {
    /// Parses the module's text of alternating names and numbers.
    pub(crate) fn of(text: &str) -> Self {
        let words: Vec<&str> = text.split_whitespace().collect();
        let count = |name: &str| {
            let at = words.iter().position(|word| *word == name);
            words[at.unwrap_or_else(|| panic!("no {name} in {text}")) + 1].parse().unwrap()
        };
        counts(count("begun"), count("ended"), count("dropped"), count("released"))
    }
}

/// Lets all tasks run that are ready.
pub(crate) async fn settle() {
    for _ in 0..20 {
        tokio::task::yield_now().await;
    }
}

/// Lets time pass, second by second.
pub(crate) async fn seconds(number: u64) {
    for _ in 0..number {
        tokio::time::advance(std::time::Duration::from_secs(1)).await;
        settle().await;
    }
}

/// The log messages of loader and module about background work.
pub(crate) fn said(log: &Log) -> Vec<String> {
    let text = log.text();
    let lines = text.lines().filter(|line| line.contains("loader") || line.contains("worker"));
    lines.filter(|line| !line.contains("runs code of")).map(str::to_owned).collect()
}
