//! Tests that a module's background work does not outlive the module.

use std::time::Duration;

use hsmod_loader::Shutdown;
use hsmod_loader::rehearsal::{Rehearsal, Service};
use serde_json::{Value, json};
use tracing::level_filters::LevelFilter;

use crate::log::Log;
use crate::support::{
    BOTH, Counts, begin, counts, host, load, load_in_time, order, said, seconds, settle, try_load,
};

/// The counts that were logged after this word.
fn counted(log: &Log, word: &str) -> Vec<Counts> {
    let said = said(log);
    let lines = said.iter().filter_map(|line| line.split_once(&format!("{word}: begun ")));
    lines.map(|(_, counts)| Counts::of(&format!("begun {counts}"))).collect()
}

fn one_of_each() -> Value {
    json!({"begin": [
        order("looping", "tick", 1000),
        order("looping", "hang", 10),
        order("delayed", "tick", 1000),
        order("delayed", "hang", 10),
        order("process", "hang", 0),
        order("process", "panic_dropped", 0),
    ]})
}

#[tokio::test]
async fn a_shutdown_drops_all_work_before_it_calls_the_module() {
    for way in BOTH {
        let worker = load(way, host(), one_of_each()).await;
        seconds(20).await;
        assert_eq!(worker.counts().await, counts(4, 0, 0, 3), "{way:?}");
        let (log, _listening) = Log::listen(LevelFilter::INFO);
        let shutdown = worker.modules.shutdown(Duration::from_secs(60)).await;
        assert_eq!(shutdown, Shutdown::default(), "{way:?}");
        assert_eq!(counted(&log, "shutdown"), [counts(4, 0, 4, 6)], "{way:?}");
        seconds(2000).await;
        drop(worker);
        assert_eq!(said(&log), [""; 0], "{way:?}: something went on, or the module is not gone");
        tokio::time::resume();
    }
}

#[tokio::test]
async fn modules_that_are_dropped_end_their_work() {
    for way in BOTH {
        let worker = load(way, host(), one_of_each()).await;
        seconds(20).await;
        let (log, _listening) = Log::listen(LevelFilter::INFO);
        drop(worker);
        settle().await;
        assert_eq!(counted(&log, "gone"), [counts(4, 0, 4, 6)], "{way:?}");
        tokio::time::resume();
    }
}

#[tokio::test]
async fn a_start_that_is_refused_leaves_nothing_behind() {
    for way in BOTH {
        let (log, _listening) = Log::listen(LevelFilter::INFO);
        let mut failing = begin("process", "tick", 0);
        failing["name"] = json!("failing");
        failing["fail_start"] = json!(true);
        let never_started = begin("process", "tick", 0);
        let refusal = try_load(way, host(), &[one_of_each(), failing, never_started]).await;
        assert!(refusal.unwrap_err().to_string().contains("it was told to fail"), "{way:?}");
        settle().await;
        let mut gone = counted(&log, "gone");
        gone.sort_by_key(|counts| (counts.released, counts.begun));
        assert_eq!(gone.len(), 3, "{way:?}: a module is not gone");
        assert_eq!(gone[0], counts(0, 0, 0, 1), "{way:?}: it was never started");
        assert_eq!(gone[2].released, 6, "{way:?}");
        assert_eq!(gone[2].begun, gone[2].dropped, "{way:?}");
    }
}

#[tokio::test]
async fn nothing_runs_in_a_trial() {
    for way in BOTH {
        let (log, _listening) = Log::listen(LevelFilter::INFO);
        let worker = load(way, host().trial(), one_of_each()).await;
        let said = said(&log);
        let lines = said.iter().filter(|line| line.ends_with("is not run: this is a trial"));
        assert_eq!(lines.count(), 6, "{said:#?}");
        seconds(2000).await;
        assert_eq!(worker.counts().await, counts(0, 0, 0, 6), "{way:?}");
        assert_eq!(worker.post("deferred").await, json!(1), "{way:?}: to compute is no harm");
        assert_eq!(worker.get("sleep?seconds=5").await, json!("slept"), "{way:?}");
        tokio::time::resume();
    }
}

#[tokio::test]
async fn nothing_runs_in_a_rehearsal_either_and_it_is_noted() {
    for way in BOTH {
        let rehearsal = Rehearsal::new(|_| String::new());
        let worker = load(way, host().rehearsal(&rehearsal), one_of_each()).await;
        seconds(2000).await;
        assert_eq!(worker.counts().await, counts(0, 0, 0, 6), "{way:?}");
        let work = rehearsal.work();
        let kinds = work.first.iter().map(|one| (&*one.module, &*one.desc, one.times));
        assert_eq!(
            kinds.collect::<Vec<_>>(),
            [
                ("good_worker", "loop", 2),
                ("good_worker", "delayed", 2),
                ("good_worker", "process", 2)
            ]
        );
        assert_eq!(work.total, 6, "{way:?}");
        tokio::time::resume();

        let live =
            Service::ALL.into_iter().fold(Rehearsal::new(|_| String::new()), Rehearsal::live);
        let ticking = begin("looping", "tick", 10);
        let worker = load(way, host().rehearsal(&live), ticking).await;
        seconds(15).await;
        assert_eq!(worker.counts().await, counts(1, 1, 0, 0), "{way:?}");
        assert_eq!(live.work().total, 0, "{way:?}");
        tokio::time::resume();
    }
}

#[tokio::test]
async fn the_end_of_some_modules_is_not_that_of_others() {
    for way in BOTH {
        let ended = load_in_time(way, host(), begin("looping", "tick", 10)).await;
        let worker = load(way, host(), begin("looping", "tick", 10)).await;
        seconds(15).await;
        ended.modules.shutdown(Duration::from_secs(60)).await;
        seconds(20).await;
        assert_eq!(worker.counts().await, counts(3, 3, 0, 0), "{way:?}");
        tokio::time::resume();
    }
}
