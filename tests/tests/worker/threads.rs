//! Tests work that modules defer to threads.

use std::pin::pin;
use std::time::Duration;

use serde_json::json;

use crate::support::{BOTH, host, load_in_time, settle};

#[tokio::test]
async fn deferred_work_returns_its_result_or_its_panic() {
    for way in BOTH {
        let worker = load_in_time(way, host(), json!({})).await;
        assert_eq!(worker.post("deferred").await, json!(1), "{way:?}");
        let panic = worker.post("panicking").await;
        let panic = panic.as_str().unwrap();
        let start = "what was deferred to a thread panicked: good_worker: deferred (";
        assert!(panic.starts_with(start) && panic.contains("web.rs:"), "{way:?}: {panic}");
        assert_eq!(worker.post("deferred").await, json!(2), "{way:?}: it goes on");
    }
}

#[tokio::test]
async fn work_continues_if_it_is_no_longer_awaited() {
    for way in BOTH {
        let worker = load_in_time(way, host(), json!({})).await;
        {
            let mut waiting = pin!(worker.post("waiting"));
            let settled = tokio::time::timeout(Duration::ZERO, waiting.as_mut()).await;
            assert!(settled.is_err(), "{way:?}: the gate is closed");
        }
        worker.post("open").await;
        while !worker.get("counts").await.as_str().unwrap().contains("deferred 1") {
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
    }
}

#[tokio::test]
async fn sixteen_run_at_once_the_others_wait_and_too_many_are_refused() {
    let worker = load_in_time(BOTH[0], host(), json!({})).await;
    let post = || {
        let worker = worker.clone();
        tokio::spawn(async move { worker.post("waiting").await })
    };
    let waiting: Vec<_> = (0..16 + 1024).map(|_| post()).collect();
    settle().await;
    assert_eq!(
        worker.post("waiting").await,
        json!("`defer_to_thread` is not answered: the module is already waiting for 1040 threads")
    );
    worker.post("open").await;
    let mut numbers = Vec::new();
    for one in waiting {
        numbers.push(one.await.unwrap().as_u64().unwrap());
    }
    numbers.sort_unstable();
    assert_eq!(numbers, (1..=16 + 1024).collect::<Vec<_>>());
    assert_eq!(worker.post("deferred").await, json!(16 + 1024 + 1), "there is room again");
}

#[tokio::test]
async fn no_more_run_than_a_pool_has_places() {
    for way in BOTH {
        let worker = load_in_time(way, host(), json!({})).await;
        let post = || {
            let worker = worker.clone();
            tokio::spawn(async move { worker.post("pooled").await })
        };
        let pooled: Vec<_> = (0..5).map(|_| post()).collect();
        settle().await;
        {
            let mut given_up = pin!(worker.post("pooled"));
            let settled = tokio::time::timeout(Duration::ZERO, given_up.as_mut()).await;
            assert!(settled.is_err(), "{way:?}: it waits for a place");
        }
        while worker.counts().await.begun < 2 {
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
        assert_eq!(worker.post("deferred").await, json!(1), "{way:?}: others have other threads");
        assert_eq!(worker.counts().await.begun, 2, "{way:?}: a third has run beside two");
        worker.post("open").await;
        let mut numbers = Vec::new();
        for one in pooled {
            numbers.push(one.await.unwrap().as_u64().unwrap());
        }
        numbers.sort_unstable();
        assert_eq!(numbers, [2, 3, 4, 5, 6], "{way:?}");
        assert_eq!(worker.counts().await.begun, 5, "{way:?}: what was given up has run");
    }
}

#[tokio::test]
async fn a_shutdown_waits_for_a_thread_but_not_for_ever() {
    for way in BOTH {
        let worker = load_in_time(way, host(), json!({})).await;
        {
            let mut waiting = pin!(worker.post("waiting"));
            let settled = tokio::time::timeout(Duration::ZERO, waiting.as_mut()).await;
            assert!(settled.is_err(), "{way:?}: the gate is closed");
        }
        while worker.counts().await.begun == 0 {
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
        // The module opens the gate in its own `shutdown`.
        let shutdown = worker.modules.shutdown(Duration::from_millis(200)).await;
        let error = "its background work did not end in half of the remaining time";
        assert_eq!(shutdown.failures, [("good_worker".into(), error.to_owned())], "{way:?}");
    }
}
