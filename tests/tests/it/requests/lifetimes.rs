//! Tests that modules do not keep the homeserver alive that answers their requests.

use std::sync::{Arc, Weak};
use std::time::Duration;

use hsmod_loader::requests::Users;
use hsmod_loader::values::{ModuleError, UserId};
use hsmod_loader::{Host, Modules, Shutdown, requests};
use hsmod_tests::scene::Scene;
use serde_json::json;

use super::asker::{ask, loaded, supports, unanswered};
use super::host::{Behaviour, Homeserver, KNOWN, host};
use crate::requests::cases::arguments;

/// A typical homeserver, whose services refer to its modules.
struct Services {
    admin: &'static str,
    modules: std::sync::OnceLock<Modules>,
}

#[requests]
impl Users for Services {
    async fn is_user_admin(&self, user_id: &UserId) -> Result<bool, ModuleError> {
        Ok(self.modules.get().is_some() && user_id.as_str() == self.admin)
    }
}

#[tokio::test]
async fn a_homeserver_that_owns_its_modules_is_dropped_too() {
    let services = Arc::new(Services { admin: "@a:b", modules: std::sync::OnceLock::new() });
    let host = Host::new("example.com").users(Arc::downgrade(&services));
    let modules = loaded(&host, json!({})).await;
    services.modules.set(modules.clone()).unwrap();
    // A service behind a `Weak` is supported as if it were given directly.
    assert!(supports(&modules, "is_user_admin").await);
    assert!(!supports(&modules, "set_user_admin").await);
    let args = json!({"user_id": "@a:b"});
    assert_eq!(ask(&modules, "is_user_admin", &args).await, json!({"answer": true}));

    assert_eq!(Arc::strong_count(&services), 1, "the modules hold the homeserver");
    let gone = Arc::downgrade(&services);
    drop(services);
    assert!(gone.upgrade().is_none());
    let outcome = ask(&modules, "is_user_admin", &args).await;
    let message = "`is_user_admin` is not answered: the homeserver has ended";
    assert_eq!(unanswered(&outcome), ("ShuttingDown", message));
    assert_eq!(modules.shutdown(Duration::from_secs(60)).await, Shutdown::default());
}

#[tokio::test]
async fn no_request_is_answered_by_a_homeserver_that_has_ended() {
    let server = Homeserver::new(Behaviour::Panic);
    let modules = loaded(&host(&server), json!({})).await;
    let gone: Weak<Homeserver> = Arc::downgrade(&server);
    drop(server);
    assert!(gone.upgrade().is_none(), "the modules hold the homeserver");
    for request in KNOWN {
        let outcome = ask(&modules, request.0, &arguments(request)[0]).await;
        let message = format!("`{}` is not answered: the homeserver has ended", request.0);
        assert_eq!(unanswered(&outcome), ("ShuttingDown", &*message));
    }
}

#[tokio::test]
async fn modules_without_a_shutdown_are_dropped_with_what_answers_them() {
    let answerer = Arc::new(());
    let host = Host::new("example.com").users(Holding(Arc::clone(&answerer)));
    let modules = Scene::new().host(host).module("good_asker", json!({})).load().await;
    assert_eq!(Arc::strong_count(&answerer), 2, "a host is taken, and every clone is gone");
    drop(modules);
    tokio::task::yield_now().await;
    assert_eq!(Arc::strong_count(&answerer), 1, "modules that are gone still hold it");
}

/// A service without requests.
struct Holding(#[allow(dead_code, reason = "counts who holds it")] Arc<()>);

#[requests]
impl Users for Holding {}
