//! Tests that modules without a runtime can sleep and know the time.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, SystemTime};

use hsmod_loader::requests;
use hsmod_loader::requests::Time;
use hsmod_loader::values::ModuleError;
use serde_json::json;
use tokio::time::Instant;

use crate::support::{BOTH, host, load, load_in_time};

#[tokio::test]
async fn a_module_without_a_runtime_sleeps_for_as_long_as_it_says() {
    for way in BOTH {
        let worker = load(way, host(), json!({})).await;
        let begun = Instant::now();
        assert_eq!(worker.get("sleep?seconds=3600").await, json!("slept"), "{way:?}");
        let slept = begun.elapsed();
        let expected = Duration::from_secs(3600)..Duration::from_secs(3601);
        assert!(expected.contains(&slept), "{way:?}: {slept:?}");
        tokio::time::resume();
    }
}

#[tokio::test]
async fn thousands_sleep_at_once() {
    let worker = load(BOTH[0], host(), json!({})).await;
    let sleep = || {
        let worker = worker.clone();
        tokio::spawn(async move { worker.get("sleep?seconds=60").await })
    };
    let sleeping: Vec<_> = (0..2000).map(|_| sleep()).collect();
    for one in sleeping {
        assert_eq!(one.await.unwrap(), json!("slept"));
    }
}

/// A clock whose sleeps end at once and are added up.
struct Fast(Arc<AtomicU64>);

#[requests]
impl Time for Fast {
    async fn sleep(&self, duration: Duration) -> Result<(), ModuleError> {
        self.0.fetch_add(duration.as_secs(), Ordering::SeqCst);
        Ok(())
    }
}

#[tokio::test]
async fn a_homeserver_may_keep_a_time_of_its_own() {
    for way in BOTH {
        let slept = Arc::new(AtomicU64::new(0));
        let host = host().time(Fast(Arc::clone(&slept)));
        let worker = load_in_time(way, host, json!({})).await;
        assert_eq!(worker.get("sleep?seconds=100000").await, json!("slept"), "{way:?}");
        assert_eq!(slept.load(Ordering::SeqCst), 100_000, "{way:?}");
    }
}

#[tokio::test]
async fn a_module_learns_where_it_runs_and_what_time_it_is() {
    for way in BOTH {
        let host = host().worker_app("synapse.app.generic_worker").email_app_name("Chat");
        let worker = load_in_time(way, host, json!({})).await;
        let before = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap().as_millis();
        let mut api = worker.get("api").await;
        let time = api.as_object_mut().unwrap().remove("time").unwrap().as_u64().unwrap();
        assert!(u128::from(time) >= before, "{way:?}: {time} is before {before}");
        let expected = json!({
            "worker_app": "synapse.app.generic_worker", "email_app_name": "Chat",
            "should_run_background_tasks": true, "sleeps": true,
        });
        assert_eq!(api, expected, "{way:?}");
        let bare = load_in_time(way, crate::support::host(), json!({})).await.get("api").await;
        assert_eq!(
            (&bare["worker_app"], &bare["email_app_name"]),
            (&json!(null), &json!("Matrix"))
        );
    }
}
