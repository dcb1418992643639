//! Tests when background work runs, and the effect of its failures.

use std::time::Duration;

use insta::{allow_duplicates, assert_snapshot};
use serde_json::{Value, json};
use tracing::level_filters::LevelFilter;

use crate::log::Log;
use crate::support::{As, BOTH, begin, counts, host, load, said, seconds, settle};

#[tokio::test]
async fn a_looping_call_is_made_after_each_period() {
    for way in BOTH {
        let worker = load(way, host(), begin("looping", "tick", 10)).await;
        seconds(9).await;
        assert_eq!(worker.counts().await, counts(0, 0, 0, 0), "{way:?}: it came too early");
        seconds(2).await;
        assert_eq!(worker.counts().await, counts(1, 1, 0, 0), "{way:?}");
        seconds(30).await;
        assert_eq!(worker.counts().await, counts(4, 4, 0, 0), "{way:?}");
        tokio::time::resume();
    }
}

#[tokio::test]
async fn a_looping_call_continues_after_errors_and_panics() {
    for (how, message) in [
        ("fail", "background work `loop`: nothing works"),
        ("panic", "panicked: good_worker: panics (tests/modules/good_worker/src/orders.rs:<line>)"),
    ] {
        for way in BOTH {
            let (log, _listening) = Log::listen(LevelFilter::ERROR);
            let worker = load(way, host(), begin("looping", how, 10)).await;
            seconds(35).await;
            assert_eq!(worker.counts().await, counts(3, 3, 0, 0), "{way:?} {how}");
            let said = said(&log);
            let lines = said.iter().filter(|line| line.contains("[good_worker]"));
            assert_eq!(lines.filter(|line| line.ends_with(message)).count(), 3, "{said:#?}");
            tokio::time::resume();
        }
    }
}

#[tokio::test]
async fn a_looping_call_that_takes_longer_than_its_period_is_not_overtaken() {
    for way in BOTH {
        let worker = load(way, host(), begin("looping", "slow", 10)).await;
        seconds(34).await;
        assert_eq!(worker.counts().await, counts(1, 0, 0, 0), "{way:?}: two ran at once");
        seconds(4).await;
        assert_eq!(worker.counts().await, counts(1, 1, 0, 0), "{way:?}: no call is made up for");
        seconds(4).await;
        assert_eq!(worker.counts().await, counts(2, 1, 0, 0), "{way:?}: the next one is on time");
        tokio::time::resume();
    }
}

#[tokio::test]
async fn workers_that_run_no_background_tasks_loop_only_where_all_do() {
    for way in BOTH {
        let (log, _listening) = Log::listen(LevelFilter::WARN);
        let host = host().run_background_tasks(false);
        let worker = load(way, host, begin("looping", "tick", 10)).await;
        assert_eq!(
            said(&log),
            [
                "WARN hsmod_loader::registration::module_host [good_worker]: the looping call `loop` is not made: this worker runs no background tasks"
            ]
        );
        assert_eq!(worker.counts().await, counts(0, 0, 0, 1), "{way:?}: it is given back");
        worker.begin("everywhere", "tick", 10).await;
        worker.begin("delayed", "tick", 10).await;
        seconds(15).await;
        assert_eq!(worker.counts().await, counts(2, 2, 0, 2), "{way:?}");
        assert_eq!(worker.get("api").await["should_run_background_tasks"], json!(false));
        tokio::time::resume();
    }
}

#[tokio::test]
async fn a_process_has_a_result_unless_it_fails_or_is_cancelled() {
    for way in BOTH {
        let worker = load(way, host(), json!({})).await;
        assert_eq!(worker.awaited("tick").await, json!(7), "{way:?}");
        assert_eq!(worker.awaited("slow").await, json!(7), "{way:?}");
        let (log, _listening) = Log::listen(LevelFilter::ERROR);
        for how in ["fail", "panic"] {
            assert_eq!(worker.awaited(how).await, Value::Null, "{way:?} {how}");
        }
        assert!(said(&log)[0].ends_with("background work `awaited`: nothing works"));
        let modules = worker.modules.clone();
        let hanging = tokio::spawn(async move { worker.awaited("hang").await });
        settle().await;
        modules.shutdown(Duration::from_secs(60)).await;
        assert_eq!(hanging.await.unwrap(), Value::Null, "{way:?}");
        tokio::time::resume();
    }
}

#[tokio::test]
async fn a_delayed_call_is_made_once_unless_it_is_cancelled() {
    for way in BOTH {
        let worker = load(way, host(), json!({})).await;
        worker.begin("delayed", "tick", 10).await;
        seconds(9).await;
        assert_eq!(worker.counts().await, counts(0, 0, 0, 0), "{way:?}");
        seconds(2).await;
        assert_eq!(worker.counts().await, counts(1, 1, 0, 1), "{way:?}");
        // Cancelling ended work has no effect.
        worker.delete("latest").await;
        worker.begin("delayed", "tick", 10).await;
        worker.delete("latest").await;
        settle().await;
        assert_eq!(worker.counts().await, counts(1, 1, 0, 2), "{way:?}");
        seconds(20).await;
        assert_eq!(worker.counts().await, counts(1, 1, 0, 2), "{way:?}: it was cancelled");
        tokio::time::resume();
    }
}

#[tokio::test]
async fn a_process_runs_at_once_and_its_failure_is_logged() {
    for way in BOTH {
        let (log, _listening) = Log::listen(LevelFilter::ERROR);
        let worker = load(way, host(), json!({})).await;
        worker.begin("process", "tick", 0).await;
        worker.begin("process", "fail", 0).await;
        worker.begin("process", "panic", 0).await;
        worker.begin("process", "again", 0).await;
        assert_eq!(worker.counts().await, counts(5, 5, 0, 5), "{way:?}");
        let said = said(&log);
        let loader: Vec<&str> =
            said.iter().filter(|line| line.contains("hsmod_loader")).map(String::as_str).collect();
        allow_duplicates!(assert_snapshot!(loader.join("\n"), @"
        ERROR hsmod_loader [good_worker]: module `good_worker`: background work `process`: nothing works
        ERROR hsmod_loader [good_worker]: module `good_worker`: background work `process`: panicked: good_worker: panics (tests/modules/good_worker/src/orders.rs:<line>)
        "));
        tokio::time::resume();
    }
}

#[tokio::test]
async fn a_process_that_hangs_is_dropped_when_it_is_cancelled() {
    for way in BOTH {
        let worker = load(way, host(), json!({})).await;
        worker.begin("process", "hang", 0).await;
        seconds(1000).await;
        assert_eq!(worker.counts().await, counts(1, 0, 0, 1), "{way:?}");
        worker.delete("latest").await;
        settle().await;
        assert_eq!(worker.counts().await, counts(1, 0, 1, 1), "{way:?}");
        tokio::time::resume();
    }
}

#[tokio::test]
async fn work_begun_in_new_or_start_runs_and_panics_in_drop_are_contained() {
    for way in BOTH {
        for at in ["new", "start"] {
            let mut config = begin("process", "panic_dropped", 0);
            config["at"] = json!(at);
            let worker = load(way, host(), config).await;
            settle().await;
            assert_eq!(worker.counts().await, counts(1, 0, 0, 1), "{way:?} {at}");
            let (log, _listening) = Log::listen(LevelFilter::ERROR);
            worker.begin("process", "panic_dropped", 0).await;
            worker.delete("latest").await;
            settle().await;
            assert_eq!(worker.counts().await, counts(2, 0, 1, 2), "{way:?} {at}");
            let text = log.text();
            assert!(text.contains("a future panicked while it was dropped"), "{text}");
            tokio::time::resume();
        }
    }
}

#[tokio::test]
async fn more_than_1024_at_once_are_refused() {
    let (log, _listening) = Log::listen(LevelFilter::ERROR);
    let worker = load(As::Plugin, host(), json!({})).await;
    for _ in 0..1024 {
        worker.begin("delayed", "tick", 10).await;
    }
    assert_eq!(said(&log), [""; 0]);
    worker.begin("process", "tick", 0).await;
    assert_eq!(
        said(&log),
        ["ERROR hsmod_loader [good_worker]: module `good_worker`: background work `process`: is \
          not run: the module already has 1024 pieces of background work"]
    );
    assert_eq!(worker.counts().await, counts(0, 0, 0, 1), "it is given back");
    seconds(11).await;
    worker.begin("process", "tick", 0).await;
    assert_eq!(worker.counts().await, counts(1025, 1025, 0, 1026));
}
