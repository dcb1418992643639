//! Tests nested callbacks: a module reads the state, and the homeserver calls all modules again
//! before it returns the state.

use std::future::Future;
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::time::Duration;

use hsmod_loader::values::ModuleError;
use hsmod_loader::{CallError, Json, Modules, Shutdown, State, StateSource};
use hsmod_tests::scene::Scene;
use serde_json::{Value, json};
use tracing::level_filters::LevelFilter;

use crate::log::Log;
use crate::support::{message, poll_once, recorder, seen, seen_names};

/// Modules named `m0`, `m1`, .. with these configs.
async fn load(configs: &[Value]) -> Modules {
    let entry = |(place, config): (usize, &Value)| {
        let mut config = config.clone();
        config["name"] = format!("m{place}").into();
        json!({"module": "good_recorder", "name": format!("m{place}"), "config": config})
    };
    let entries = configs.iter().enumerate().map(entry);
    entries.fold(Scene::new(), |scene, entry| scene.entry("good_recorder", entry)).load().await
}

type Asked = Pin<Box<dyn Future<Output = Result<(), CallError>> + Send>>;

/// The call of all modules that the homeserver makes at a level.
type Ask = fn(Modules, usize, State) -> Asked;

/// The state of a room. Reading it calls the modules again.
struct Again {
    modules: Modules,
    ask: Ask,
    /// The number of levels below.
    below: usize,
    /// Whether it also suspends.
    waits: bool,
}

impl StateSource for Again {
    async fn get(&self, _: &str, _: &str) -> Result<Option<String>, ModuleError> {
        if self.waits {
            tokio::task::yield_now().await;
        }
        if self.below > 0 {
            let asked = ask(&self.modules, self.ask, self.below - 1, self.waits);
            asked.await.map_err(|error| ModuleError::new(error.to_string()))?;
        }
        if self.waits {
            tokio::task::yield_now().await;
        }
        Ok(None)
    }

    async fn of_type(&self, _: &str) -> Result<Vec<String>, ModuleError> {
        Ok(Vec::new())
    }
}

/// Calls all modules, with this many levels below.
fn ask(modules: &Modules, ask: Ask, below: usize, waits: bool) -> Asked {
    let state = State::new(Arc::new(Again { modules: modules.clone(), ask, below, waits }));
    ask(modules.clone(), below, state)
}

/// A question about an event whose sender names the level.
fn event_allowed(modules: Modules, level: usize, state: State) -> Asked {
    Box::pin(async move {
        let event = message(&format!("@{level}:b"), "hi");
        modules.third_party_rules().check_event_allowed(Json(&event), &state).await.map(drop)
    })
}

/// A question about an address that names the level. Modules that fail are passed over.
fn threepid(modules: Modules, level: usize, state: State) -> Asked {
    Box::pin(async move {
        let address = format!("@{level}:b");
        modules.third_party_rules().check_threepid_can_be_invited("email", &address, &state).await
    })
}

/// A notification about an event whose sender names the level. It is not awaited.
fn new_event(modules: Modules, level: usize, state: State) -> Asked {
    Box::pin(async move {
        let event = message(&format!("@{level}:b"), "hi");
        modules.third_party_rules().on_new_event(Json(&event), &state).await.map(drop)
    })
}

/// The expected order of answers, by module and level: each module reads the state first.
fn order(modules: usize, below: usize) -> Vec<(String, String)> {
    let mut order = Vec::new();
    for module in 0..modules {
        if below > 0 {
            order.extend(self::order(modules, below - 1));
        }
        order.push((format!("m{module}"), format!("@{below}:b")));
    }
    order
}

/// The modules' log lines about their calls, in order.
fn logged(log: &Log, field: &'static str) -> Vec<(String, String)> {
    let lines = log.take().into_iter().filter(|line| line.fields.contains_key(field));
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    lines.map(|line| (text(&line.fields["module"]), text(&line.fields[field]))).collect()
}

/// The numbers of calls and failures of each module.
fn counts(modules: &Modules) -> Vec<(u64, u64)> {
    let of_module = |counts: hsmod_loader::ModuleCounts| {
        let counts = counts.callbacks.first().map(|(_, counts)| *counts).unwrap_or_default();
        (counts.called, counts.failed)
    };
    modules.counts().into_iter().map(of_module).collect()
}

#[tokio::test]
async fn every_level_reaches_every_module_and_the_log_says_which_one_speaks() {
    for (suspend, waits) in [(0, false), (0, true), (2, false), (2, true)] {
        let modules = load(&[json!({"suspend": suspend}), json!({"suspend": 0})]).await;
        let (log, _listening) = Log::listen(LevelFilter::INFO);
        ask(&modules, event_allowed, 3, waits).await.unwrap();
        assert_eq!(logged(&log, "user"), order(2, 3), "{suspend} {waits}");
        assert_eq!(counts(&modules), [(15, 0), (15, 0)]);
        for name in ["m0", "m1"] {
            assert_eq!(recorder(&modules, name, "counts").await["open"], json!(0));
        }
    }
}

#[tokio::test]
async fn the_levels_may_be_many() {
    for (suspend, waits) in [(0, false), (1, true)] {
        let modules = load(&[json!({"suspend": suspend})]).await;
        let (log, _listening) = Log::listen(LevelFilter::INFO);
        ask(&modules, event_allowed, 15, waits).await.unwrap();
        assert_eq!(logged(&log, "user"), order(1, 15));
        assert_eq!(counts(&modules), [(16, 0)]);
    }
}

#[test]
fn more_levels_than_there_may_be_end_in_an_error_on_a_stack_of_two_megabytes() {
    let without_end = async |suspend: usize, waits| {
        let modules = load(&[json!({"suspend": suspend})]).await;
        let error = ask(&modules, event_allowed, 10_000, waits).await.unwrap_err();
        assert_eq!(counts(&modules), [(16, 16)]);
        // The stack is free again afterwards.
        ask(&modules, event_allowed, 15, waits).await.unwrap();
        error.to_string()
    };
    for (suspend, waits) in [(0, false), (1, true)] {
        let run = || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
            runtime.unwrap().block_on(without_end(suspend, waits))
        };
        let small = std::thread::Builder::new().stack_size(2 << 20);
        let error = std::thread::scope(|scope| small.spawn_scoped(scope, run).unwrap().join());
        let error = error.unwrap().replace("module `m0`: ", "");
        let deepest = error.replace("third_party_rules.check_event_allowed: ", "");
        insta::allow_duplicates! {
            insta::assert_snapshot!(deepest, @"`check_event_allowed` is not asked: 32 callbacks and requests are already nested, each waiting for the next; a module must not request in a callback what causes the same callback again, except from background work");
        }
    }
}

#[tokio::test]
async fn a_failure_below_is_passed_on_above() {
    let answers = json!({"check_event_allowed": {"@0:b": {"fail": "no database"}}});
    for waits in [false, true] {
        let modules = load(&[json!({"about": answers}), json!({})]).await;
        let error = ask(&modules, event_allowed, 2, waits).await.unwrap_err();
        let level = "module `m0`: third_party_rules.check_event_allowed: ";
        assert_eq!(error.to_string(), format!("{level}{level}{level}no database"));
        assert_eq!(counts(&modules)[0], (3, 3));
        assert_eq!(seen_names(&modules, "m1").await, Vec::<String>::new());
    }
}

#[tokio::test]
async fn a_panic_below_leaves_the_levels_above_as_they_were() {
    let answers = json!({"check_threepid_can_be_invited": {"@0:b": {"panic": "no database"}}});
    for waits in [false, true] {
        let modules = load(&[json!({"about": answers}), json!({})]).await;
        let (log, _listening) = Log::listen(LevelFilter::TRACE);
        ask(&modules, threepid, 2, waits).await.unwrap();
        let lines = log.take().into_iter().filter(|line| line.target == "recorder");
        let asked = lines.map(|line| line.fields["module"].as_str().unwrap().to_owned());
        let expected = order(2, 2).into_iter().map(|(module, _)| module);
        assert_eq!(asked.collect::<Vec<_>>(), expected.collect::<Vec<_>>());
        // The lowest level was reached by two modules on each of two levels.
        assert_eq!(counts(&modules), [(7, 4), (7, 0)]);
    }
}

#[tokio::test]
async fn a_notified_module_may_cause_the_next_notification() {
    for waits in [false, true] {
        let modules = load(&[json!({"suspend": 1})]).await;
        ask(&modules, new_event, 2, waits).await.unwrap();
        let mut senders = Vec::new();
        while senders.len() < 3 {
            tokio::task::yield_now().await;
            let calls = seen(&modules, "m0").await;
            senders.extend(calls.as_array().unwrap().iter().map(|call| call[1]["sender"].clone()));
        }
        assert_eq!(senders, ["@2:b", "@1:b", "@0:b"], "each is told when the one before is done");
        assert_eq!(modules.shutdown(Duration::from_secs(60)).await, Shutdown::default());
    }
}

#[tokio::test]
async fn cancelling_a_call_cancels_all_calls_nested_in_it() {
    let modules = load(&[json!({"hang": ["check_event_allowed"]}), json!({})]).await;
    {
        let mut asked = pin!(ask(&modules, event_allowed, 3, true));
        for _ in 0..20 {
            assert!(poll_once(asked.as_mut()).await.is_none());
        }
        assert_eq!(seen_names(&modules, "m0").await, ["check_event_allowed"]);
        assert_eq!(recorder(&modules, "m0", "counts").await["open"], json!(1));
    }
    assert_eq!(seen(&modules, "m0").await, json!([["dropped", "check_event_allowed"]]));
    assert_eq!(recorder(&modules, "m0", "counts").await["open"], json!(0));
    assert_eq!(seen_names(&modules, "m1").await, Vec::<String>::new());
    assert_eq!(counts(&modules)[0], (4, 0));
    assert_eq!(modules.shutdown(Duration::from_secs(60)).await, Shutdown::default());
}
