//! Loads keepers and controls them.

use std::future::{Future, poll_fn};
use std::pin::Pin;
use std::task::Poll;
use std::time::{Duration, Instant};

use hsmod_loader::Modules;
use hsmod_tests::scene::Scene;
pub(crate) use hsmod_tests::scene::{As, BOTH};
use serde_json::{Value, json};

pub(crate) use shared::{steps, web};

#[path = "../it/support.rs"]
#[allow(dead_code, reason = "the tests of `it` need more of it")]
mod shared;

/// Loads the modules of a scene, all of which are keepers.
pub(crate) async fn load(way: As, scene: &Scene) -> Modules {
    let loaded = scene.try_load_as(way, &[good_keeper::MODULE]).await;
    loaded.unwrap_or_else(|error| panic!("{way:?}: the modules do not load:\n{error}"))
}

/// A scene whose config lets modules reach this machine.
pub(crate) fn scene() -> Scene {
    Scene::new().key("data_dir", json!("data")).key("http", json!({"allow": ["127.0.0.0/8"]}))
}

/// A keeper's config: it has a table `t (v)`, and templates `short.txt`, `slow.txt` and
/// `endless.txt`, which exceeds the limit of steps.
pub(crate) fn keeper(name: &str) -> Value {
    let [slow, endless] = [200, 9_999].map(|n| {
        format!(
            "{{% for a in range({n}) %}}{{% for b in range({n}) %}}{{% endfor %}}{{% endfor %}}"
        )
    });
    let templates = json!({"short.txt": "{{ n }}", "slow.txt": slow, "endless.txt": endless});
    json!({"name": name, "at_start": [
        {"migrate": [[1, "CREATE TABLE t (v)"]]}, {"read": [], "values": templates},
    ]})
}

/// The answers of steps, one per line, with the reason in front if there is one.
pub(crate) fn said(done: &Value) -> String {
    let text = |one: &Value| match (one["error"].as_str(), one["unanswered"].as_str()) {
        (Some(error), Some(reason)) => format!("{reason}: {error}"),
        (Some(error), None) => error.to_owned(),
        _ => one.to_string(),
    };
    done.as_array().unwrap().iter().map(text).collect::<Vec<_>>().join("\n")
}

/// The state of the keeper named `keeper`.
pub(crate) async fn state(modules: &Modules) -> Value {
    web(modules, "GET", "/_synapse/client/keeper").await.unwrap().1
}

/// Waits for something that another thread or process does, which may take long on a busy machine.
pub(crate) async fn until(what: &str, mut is_so: impl AsyncFnMut() -> bool) {
    let begun = Instant::now();
    loop {
        // Let everything else run first.
        tokio::time::sleep(Duration::from_millis(1)).await;
        if is_so().await {
            return;
        }
        assert!(begun.elapsed() < Duration::from_secs(120), "it never came to this: {what}");
    }
}

/// Futures that run concurrently.
pub(crate) struct AtOnce<F: Future> {
    running: Vec<Pin<Box<F>>>,
    /// The outputs of those that have ended.
    pub(crate) ended: Vec<F::Output>,
}

impl<F: Future> AtOnce<F> {
    pub(crate) fn new(futures: impl IntoIterator<Item = F>) -> Self {
        Self { running: futures.into_iter().map(Box::pin).collect(), ended: Vec::new() }
    }

    /// Waits until this many have ended.
    pub(crate) async fn until_ended(&mut self, number: usize) {
        let all = poll_fn(|context| {
            let Self { running, ended } = self;
            running.retain_mut(|future| match future.as_mut().poll(context) {
                Poll::Ready(output) => {
                    ended.push(output);
                    false
                }
                Poll::Pending => true,
            });
            if ended.len() < number { Poll::Pending } else { Poll::Ready(()) }
        });
        let limit = Duration::from_secs(120);
        assert!(tokio::time::timeout(limit, all).await.is_ok(), "{number} never ended");
    }
}
