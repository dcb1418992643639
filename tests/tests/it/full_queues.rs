//! Tests that sending a notification never waits for the modules, however many are queued: a locked
//! room is not stalled, and a full queue does not affect other modules.

use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use hsmod_loader::dispatch::{Delivery, Untold};
use hsmod_loader::requests::Events;
use hsmod_loader::values::{JsonStr, ModuleError, OwnedEvent, RoomId};
use hsmod_loader::{Host, Json, Modules, State, StateSource, requests};
use hsmod_tests::scene::Scene;
use insta::assert_snapshot;
use serde_json::json;
use tokio::sync::Mutex;
use tracing::level_filters::LevelFilter;

use crate::log::Log;
use crate::support::{message, poll_once, recorder, seen};

/// The maximum number of queued notifications per module.
const DEPTH: usize = 10_000;

/// Sends a notification about an event, which must not wait.
async fn tell(modules: &Modules, state: &State, sender: &str) -> Delivery {
    let event = message(sender, "hi");
    let telling = pin!(modules.third_party_rules().on_new_event(Json(&event), state));
    poll_once(telling).await.expect("whoever tells modules is kept waiting").unwrap()
}

/// A homeserver with one room, which is locked while an event is sent into it.
struct Room(Mutex<usize>);

#[requests]
impl Events for Room {
    async fn create_and_send_event_into_room(
        &self,
        _room_id: &RoomId,
        _event: &JsonStr,
    ) -> Result<OwnedEvent, ModuleError> {
        *self.0.lock().await += 1;
        Ok(OwnedEvent::from_json(message("@bot:example.com", "hello"))?)
    }
}

#[tokio::test]
async fn a_room_is_not_stalled_by_a_module_that_sends_into_it() {
    let room = Arc::new(Room(Mutex::new(0)));
    let sends = json!({"request": "create_and_send_event_into_room",
        "args": {"room_id": "!r:example.com", "event": {"type": "m.room.message"}}});
    let host = Host::new("example.com").events(Arc::downgrade(&room));
    let scene = Scene::new().host(host);
    let scene = scene.module("good_asker", json!({"during": {"on_new_event": [sends]}}));
    let modules = scene.module("good_recorder", json!({})).load().await;
    let state = State::new(Arc::new(()));

    // Send many notifications. The first waits for the lock that is held here.
    let locked = room.0.lock().await;
    let mut last = None;
    for number in 0..1100 {
        last = Some(tell(&modules, &state, &format!("@{number}:b")).await);
    }
    drop(locked);
    last.unwrap().await.unwrap();
    assert_eq!(*room.0.lock().await, 1100);
    assert_eq!(seen(&modules, "recorder").await.as_array().unwrap().len(), 1100);
}

/// Two modules: `slow`, which hangs at the first notification, and `quick`.
async fn slow_and_quick() -> Modules {
    let slow = json!({
        "module": "good_recorder", "name": "slow", "timeout": 0,
        "config": {"name": "slow", "hang": ["on_new_event"]},
    });
    let quick = json!({
        "module": "good_recorder", "name": "quick", "config": {"name": "quick"},
    });
    Scene::new().entry("good_recorder", slow).entry("good_recorder", quick).load().await
}

/// Queues this many notifications for the slow module, and returns the state to use.
async fn fill(modules: &Modules, count: usize) -> State {
    let state = State::new(Arc::new(()));
    // The module is already handling the first one, so it is not in the queue.
    for number in 0..=count {
        drop(tell(modules, &state, &format!("@{number}:b")).await);
    }
    state
}

#[tokio::test]
async fn a_full_queue_is_reported_and_does_not_affect_other_modules() {
    let modules = slow_and_quick().await;
    let state = fill(&modules, DEPTH).await;
    let (log, listening) = Log::listen(LevelFilter::WARN);
    let error = tell(&modules, &state, "@last:b").await.await.unwrap_err();
    drop(listening);

    assert_eq!(error.modules().collect::<Vec<_>>(), [("slow", Untold::QueueFull)]);
    assert_snapshot!(error.to_string(), @"third_party_rules.on_new_event: module `slow` is not told, because 10000 notifications already wait for it");
    let lines = log.take();
    let [line] = &lines[..] else { panic!("{lines:?}") };
    assert_eq!((&*line.level, &*line.target), ("ERROR", "hsmod_loader"));
    assert_snapshot!(line.fields["message"].as_str().unwrap(), @"module `slow`: third_party_rules.on_new_event: not told, because 10000 notifications already wait for it");
    assert_eq!(line.fields["kind"], "untold");
    assert_eq!(line.fields["event_id"], "$1");

    let quick = seen(&modules, "quick").await;
    let quick = quick.as_array().unwrap();
    assert_eq!(quick.len(), DEPTH + 2);
    assert_eq!(quick.last().unwrap()[1]["sender"], "@last:b");
    let counts: Vec<_> = modules.counts().iter().map(|counts| counts.callbacks[0].1).collect();
    assert_eq!((counts[0].called, counts[0].lost, counts[0].failed), (1, 1, 0));
    assert_eq!((counts[1].called, counts[1].lost), (DEPTH as u64 + 2, 0));

    tokio::time::pause();
    let shutdown = modules.shutdown(Duration::from_secs(3)).await;
    assert_eq!(shutdown.notifications_left, DEPTH);
}

#[tokio::test]
async fn waiting_notifications_are_delivered_later() {
    let modules = slow_and_quick().await;
    let state = fill(&modules, DEPTH).await;
    assert!(tell(&modules, &state, "@lost:b").await.await.is_err());
    // The module continues, and hangs at the next one.
    recorder(&modules, "slow", "wake").await;
    let mut delivery = pin!(tell(&modules, &state, "@last:b").await);
    while poll_once(delivery.as_mut()).await.is_none() {
        recorder(&modules, "slow", "wake").await;
    }
    let slow = seen(&modules, "slow").await;
    let slow = slow.as_array().unwrap();
    assert_eq!(slow.len(), DEPTH + 2);
    assert_eq!(slow.last().unwrap()[1]["sender"], "@last:b");
}

#[tokio::test]
async fn a_queue_that_grows_is_warned_of_once_a_minute() {
    let modules = slow_and_quick().await;
    tokio::time::pause();
    let (log, _listening) = Log::listen(LevelFilter::WARN);
    let state = fill(&modules, 999).await;
    assert_eq!(log.text(), "");
    drop(tell(&modules, &state, "@one-more:b").await);
    assert_snapshot!(log.text(), @"WARN hsmod_loader [slow]: module `slow`: 1000 notifications wait for it, because it is slow; at 10000, further ones are lost");
    let mut warnings = 0;
    for _ in 0..90 {
        tokio::time::advance(Duration::from_secs(1)).await;
        drop(tell(&modules, &state, "@another:b").await);
        warnings += log.take().len();
    }
    assert_eq!(warnings, 1, "one after a minute, and no other");
}

/// A state whose reading first sends more notifications than a queue holds.
struct TooMuchNews(Modules);

impl StateSource for TooMuchNews {
    async fn get(&self, _: &str, _: &str) -> Result<Option<String>, ModuleError> {
        let third_party_rules = self.0.third_party_rules();
        for _ in 0..DEPTH {
            drop(third_party_rules.on_threepid_bind("@a:b", "email", "a@b").await.unwrap());
        }
        let told = third_party_rules.on_threepid_bind("@lost:b", "email", "a@b").await.unwrap();
        assert!(told.await.is_err(), "the queue has no end");
        Ok(None)
    }

    async fn of_type(&self, _: &str) -> Result<Vec<String>, ModuleError> {
        Ok(Vec::new())
    }
}

#[tokio::test]
async fn a_module_that_brings_about_news_for_its_own_full_queue_waits_for_nothing() {
    let modules = Scene::new().module("good_recorder", json!({})).load().await;
    tokio::time::pause();
    let before = tokio::time::Instant::now();
    let event = message("@a:b", "hi");
    let state = State::new(Arc::new(TooMuchNews(modules.clone())));
    let told = modules.third_party_rules().on_new_event(Json(&event), &state).await.unwrap();
    assert_eq!(told.await, Ok(()));
    assert_eq!(before.elapsed(), Duration::ZERO, "it waited for its deadline");
    let counts = modules.counts().remove(0).callbacks;
    let told = counts.iter().map(|(policy, counts)| (policy.callback, counts.failed, counts.lost));
    assert_eq!(told.collect::<Vec<_>>(), [("on_new_event", 0, 0), ("on_threepid_bind", 0, 1)]);
}
