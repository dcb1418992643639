//! Tests that dropping a question ends it inside the module, and that concurrent questions are each
//! asked exactly once.

use std::future::Future;
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::{Context, Wake, Waker};
use std::time::Duration;

use hsmod_loader::{Modules, Shutdown};
use hsmod_tests::scene::Scene;
use serde_json::{Value, json};

use crate::support::{poll_once, recorder, seen, seen_names};

async fn two(first: Value) -> Modules {
    let scene = Scene::new().module("good_recorder", first);
    scene.module("good_recorder", json!({"name": "second"})).load().await
}

fn hanging() -> Value {
    json!({"name": "first", "hang": ["user_may_invite"]})
}

async fn invite(modules: &Modules) -> Result<(), hsmod_loader::CallError> {
    modules.spam_checker().user_may_invite("@a:b", "@b:b", "!r:b").await
}

#[tokio::test]
async fn a_dropped_call_drops_the_modules_future_and_calls_no_other_module() {
    let modules = two(hanging()).await;
    {
        let mut question = pin!(invite(&modules));
        assert!(poll_once(question.as_mut()).await.is_none());
        assert!(poll_once(question.as_mut()).await.is_none(), "it hangs until it is woken");
        assert_eq!(seen_names(&modules, "first").await, ["user_may_invite"]);
    }
    assert_eq!(seen(&modules, "first").await, json!([["dropped", "user_may_invite"]]));
    assert_eq!(seen(&modules, "second").await, json!([]));
    // It leaves nothing behind, neither in the counters nor among the calls in flight.
    let counts = modules.counts();
    assert_eq!((counts[0].callbacks[0].1.called, counts[0].callbacks[0].1.failed), (1, 0));
    assert_eq!(modules.shutdown(Duration::from_secs(60)).await, Shutdown::default());
}

#[tokio::test]
async fn a_call_that_is_never_polled_calls_no_module() {
    let modules = two(json!({"name": "first"})).await;
    drop(modules.spam_checker().user_may_invite("@a:b", "@b:b", "!r:b"));
    assert_eq!(seen(&modules, "first").await, json!([]));
    assert_eq!(modules.counts()[0].callbacks.len(), 0);
}

/// Counts how often it is woken.
#[derive(Default)]
struct Woken(AtomicUsize);

impl Wake for Woken {
    fn wake(self: Arc<Self>) {
        self.0.fetch_add(1, Ordering::SeqCst);
    }
}

#[tokio::test]
async fn a_waker_that_outlives_the_question_is_harmless() {
    let modules = two(hanging()).await;
    let woken = Arc::new(Woken::default());
    {
        let waker = Waker::from(Arc::clone(&woken));
        let question = pin!(modules.spam_checker().user_may_invite("@a:b", "@b:b", "!r:b"));
        assert!(question.poll(&mut Context::from_waker(&waker)).is_pending());
    }
    assert_eq!(recorder(&modules, "first", "wake").await, json!({"woken": 1}));
    assert_eq!(woken.0.load(Ordering::SeqCst), 1, "the module's waker is the homeserver's");
    assert_eq!(Arc::strong_count(&woken), 1, "a waker is still kept");
}

#[tokio::test]
async fn a_question_may_move_from_one_task_to_another() {
    let modules = two(hanging()).await;
    let first = Arc::new(Woken::default());
    let mut question = Box::pin({
        let modules = modules.clone();
        async move { invite(&modules).await }
    });
    let waker = Waker::from(Arc::clone(&first));
    assert!(question.as_mut().poll(&mut Context::from_waker(&waker)).is_pending());
    let answered = tokio::spawn(question);
    tokio::task::yield_now().await;
    // The module kept both wakers; the second one is the task's.
    assert_eq!(recorder(&modules, "first", "wake").await, json!({"woken": 2}));
    answered.await.unwrap().unwrap();
    assert_eq!(seen_names(&modules, "second").await, ["user_may_invite"]);
}

#[tokio::test]
async fn calls_in_flight_end_before_their_modules_do() {
    let modules = two(hanging()).await;
    let asked = modules.clone();
    let mut question = pin!(invite(&asked));
    assert!(poll_once(question.as_mut()).await.is_none());
    let mut shutdown = pin!(modules.shutdown(Duration::from_secs(60)));
    assert!(poll_once(shutdown.as_mut()).await.is_none(), "a call is in flight");
    tokio::time::pause();
    // Its deadline ends it, since the module can no longer be woken.
    assert_eq!(question.await.unwrap_err().module(), Some("good_recorder"));
    assert_eq!(shutdown.await, Shutdown::default());
    invite(&asked).await.unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn calls_of_many_threads_are_each_made_once() {
    const TASKS: usize = 16;
    const CALLS: usize = 250;
    let scene = Scene::new().module("good_recorder", json!({"name": "first", "suspend": true}));
    let modules = scene.module("good_recorder", json!({"name": "second"})).load().await;
    let tasks: Vec<_> = (0..TASKS)
        .map(|task| {
            let modules = modules.clone();
            tokio::spawn(async move {
                for call in 0..CALLS {
                    let user = format!("@{task}-{call}:b");
                    let room = String::from("!r:b");
                    modules.spam_checker().user_may_publish_room(&user, &room).await.unwrap();
                    modules.account_validity().on_user_registration(&user).await.unwrap();
                    // And some that are not awaited.
                    let bind = modules.third_party_rules().on_threepid_bind(&user, "email", "a@b");
                    drop(bind.await.unwrap());
                }
            })
        })
        .collect();
    for task in tasks {
        task.await.unwrap();
    }
    modules
        .third_party_rules()
        .on_threepid_bind("@last:b", "email", "a@b")
        .await
        .unwrap()
        .await
        .unwrap();
    let all = (TASKS * CALLS) as u64;
    for (index, name) in ["first", "second"].into_iter().enumerate() {
        let counts: Vec<_> = modules.counts()[index]
            .callbacks
            .iter()
            .map(|(policy, counts)| (policy.callback, counts.called, counts.denied, counts.failed))
            .collect();
        let expected = [
            ("user_may_publish_room", all, 0, 0),
            ("on_threepid_bind", all + 1, 0, 0),
            ("on_user_registration", all, 0, 0),
        ];
        assert_eq!(counts, expected, "{name}");
        let seen = recorder(&modules, name, "counts").await;
        for (callback, called, ..) in expected {
            assert_eq!(seen[callback], json!(called), "{name}: {callback}");
        }
        let mut users: Vec<Value> = seen_users(&modules, name).await;
        let count = users.len();
        users.sort_by_key(ToString::to_string);
        users.dedup();
        assert_eq!(users.len(), count, "{name} was asked twice about somebody");
    }
    assert_eq!(modules.shutdown(Duration::from_secs(60)).await, Shutdown::default());
}

/// The users that `user_may_publish_room` was called for.
async fn seen_users(modules: &Modules, name: &str) -> Vec<Value> {
    let calls = seen(modules, name).await;
    let calls = calls.as_array().unwrap().iter();
    calls.filter(|call| call[0] == "user_may_publish_room").map(|call| call[1].clone()).collect()
}

#[test]
fn questions_can_be_sent_to_other_threads() {
    fn send<T: Send>(_: T) {}
    let modules = Modules::default();
    send(modules.spam_checker().user_may_publish_room("@a:b", "!r:b"));
    send(modules.third_party_rules().on_threepid_bind("@a:b", "email", "a@b"));
}
