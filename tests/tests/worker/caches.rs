//! Tests that cached values are invalidated everywhere.

use std::sync::{Arc, Mutex};

use hsmod_loader::requests;
use hsmod_loader::requests::Caches;
use hsmod_loader::values::{JsonStr, ModuleError};
use serde_json::json;

use crate::support::{As, BOTH, Worker, host, load_in_time, try_load};

/// Tests share the process and so the caches.
static ONE_AT_A_TIME: tokio::sync::Mutex<()> = tokio::sync::Mutex::const_new(());

const NAME: &str = "good_worker.numbers";

async fn load(way: As, host: hsmod_loader::Host) -> Worker {
    load_in_time(way, host, json!({})).await
}

#[tokio::test]
async fn a_value_is_worked_out_once_until_it_is_forgotten() {
    let _alone = ONE_AT_A_TIME.lock().await;
    for way in BOTH {
        let worker = load(way, host()).await;
        assert_eq!(worker.get("cached?key=a").await, json!(1), "{way:?}");
        assert_eq!(worker.get("cached?key=a").await, json!(1), "{way:?}");
        assert_eq!(worker.get("cached?key=b").await, json!(2), "{way:?}");
        worker.delete("cached?key=a").await;
        assert_eq!(worker.get("cached?key=a").await, json!(3), "{way:?}");
        assert_eq!(worker.get("cached?key=b").await, json!(2), "{way:?}");
    }
}

#[tokio::test]
async fn an_invalidation_applies_to_all_modules_of_the_process() {
    let _alone = ONE_AT_A_TIME.lock().await;
    for way in BOTH {
        let names = [json!({"name": "one"}), json!({"name": "two"})];
        let modules = try_load(way, host(), &names).await.unwrap();
        let one = Worker { modules, name: "one".to_owned() };
        let others = [one.other("two"), load(As::Plugin, host()).await, load(way, host()).await];
        for other in &others {
            assert_eq!(other.get("cached?key=a").await, json!(1), "{way:?}");
            assert_eq!(other.get("cached?key=b").await, json!(2), "{way:?}");
        }
        one.delete("cached?key=a").await;
        for other in &others {
            assert_eq!(other.get("cached?key=b").await, json!(2), "{way:?}");
            assert_eq!(other.get("cached?key=a").await, json!(3), "{way:?}");
        }
    }
}

#[tokio::test]
async fn invalidations_of_another_worker_are_applied_here() {
    let _alone = ONE_AT_A_TIME.lock().await;
    for way in BOTH {
        let worker = load(way, host()).await;
        assert_eq!(worker.get("cached?key=a").await, json!(1), "{way:?}");
        assert_eq!(worker.get("cached?key=b").await, json!(2), "{way:?}");
        assert_eq!(worker.modules.invalidate_cache("good_worker.others", r#""a""#), 0);
        assert_eq!(worker.modules.invalidate_cache(NAME, r#""a""#), 1, "{way:?}");
        assert_eq!(worker.get("cached?key=b").await, json!(2), "{way:?}");
        assert_eq!(worker.get("cached?key=a").await, json!(3), "{way:?}");
        // This is not a valid key of the cache, so everything is invalidated.
        assert_eq!(worker.modules.invalidate_cache(NAME, "[3"), 1, "{way:?}");
        assert_eq!(worker.get("cached?key=b").await, json!(4), "{way:?}");
        worker.modules.shutdown(std::time::Duration::from_secs(60)).await;
        assert_eq!(worker.modules.invalidate_cache(NAME, r#""a""#), 0, "{way:?}: it has ended");
    }
}

/// A homeserver that notifies its other workers, or fails to.
struct Replication {
    told: Arc<Mutex<Vec<String>>>,
    fails: bool,
}

#[requests]
impl Caches for Replication {
    async fn invalidate_cache(&self, cache: &str, key: &JsonStr) -> Result<(), ModuleError> {
        self.told.lock().unwrap().push(format!("{cache} {}", key.as_str()));
        if self.fails { Err(ModuleError::new("the replication is down")) } else { Ok(()) }
    }
}

#[tokio::test]
async fn the_homeserver_is_told_what_other_workers_have_to_invalidate() {
    let _alone = ONE_AT_A_TIME.lock().await;
    for way in BOTH {
        let told = Arc::default();
        let replication = Replication { told: Arc::clone(&told), fails: false };
        let worker = load(way, host().caches(replication)).await;
        worker.delete("cached?key=a").await;
        assert_eq!(*told.lock().unwrap(), [format!(r#"{NAME} "a""#)], "{way:?}");
    }
}

#[tokio::test]
async fn a_failed_invalidation_of_other_workers_is_an_error_and_applied_here() {
    let _alone = ONE_AT_A_TIME.lock().await;
    for way in BOTH {
        let replication = Replication { told: Arc::default(), fails: true };
        let worker = load(way, host().caches(replication)).await;
        assert_eq!(worker.get("cached?key=a").await, json!(1), "{way:?}");
        let uri = "/_synapse/client/worker/cached?key=a";
        let request =
            http::Request::builder().method("DELETE").uri(uri).body(bytes::Bytes::new()).unwrap();
        let response = worker.modules.web().handle(request).await.unwrap();
        assert_eq!(response.status(), 500, "{way:?}");
        assert_eq!(worker.get("cached?key=a").await, json!(2), "{way:?}");
    }
}
