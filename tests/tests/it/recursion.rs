//! Tests that endless recursion between modules and homeserver ends in an error long before the
//! stack overflows, here with 2 MiB in a debug build.

use std::future::Future;
use std::pin::Pin;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, OnceLock};

use hsmod_loader::requests::users::Users;
use hsmod_loader::values::{ModuleError, UserId};
use hsmod_loader::{CallError, Host, Modules};
use hsmod_plugin_api::requests;
use hsmod_tests::scene::{As, BOTH, Scene};
use serde_json::json;

/// A homeserver that calls the modules before it answers.
#[derive(Default)]
struct Server {
    modules: OnceLock<Modules>,
    /// Whether it also suspends.
    waits: bool,
    /// How often it was asked, and the count from which it no longer calls the modules.
    asked: AtomicUsize,
    enough: usize,
}

#[requests]
impl Users for Server {
    async fn is_user_admin(&self, _: &UserId) -> Result<bool, ModuleError> {
        if self.waits {
            tokio::task::yield_now().await;
        }
        if self.asked.fetch_add(1, Ordering::Relaxed) + 1 < self.enough {
            let invite = invite(self.modules.get().unwrap());
            invite.await.map_err(|error| ModuleError::new(error.to_string()))?;
        }
        if self.waits {
            tokio::task::yield_now().await;
        }
        Ok(true)
    }
}

fn invite(modules: &Modules) -> Pin<Box<dyn Future<Output = Result<(), CallError>> + Send + '_>> {
    Box::pin(async { modules.spam_checker().user_may_invite("@a:b", "@b:b", "!r:b").await })
}

/// Runs `run` on a thread with a stack as small as a runtime's.
fn on_a_small_stack<T: Send>(run: impl AsyncFnOnce() -> T + Send) -> T {
    let runtime = || {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(run())
    };
    let small = std::thread::Builder::new().stack_size(2 << 20);
    std::thread::scope(|scope| small.spawn_scoped(scope, runtime).unwrap().join().unwrap())
}

/// The outcome of an invite for which the module makes a request, for which the homeserver calls
/// the module again, up to `enough` times. Also returns the number of requests.
fn invited(way: As, waits: bool, enough: usize) -> (Result<(), String>, usize) {
    let server = Arc::new(Server { waits, enough, ..Server::default() });
    let host = Host::new("example.com").users(Arc::downgrade(&server));
    let asks = json!([{"request": "is_user_admin", "args": {"user_id": "@a:b"}}]);
    let config = json!({"during": {"user_may_invite": asks}});
    let scene = Scene::new().host(host).module("good_asker", config);
    on_a_small_stack(async || {
        let modules = scene.try_load_as(way, &[good_asker::MODULE]).await.unwrap();
        let _ = server.modules.set(modules.clone());
        let outcome = invite(&modules).await.map_err(|error| {
            assert_eq!(error.status(), 500);
            error.to_string()
        });
        let asked = server.asked.swap(usize::MAX - 1, Ordering::Relaxed);
        // The stack is free again afterwards.
        invite(&modules).await.unwrap();
        (outcome, asked)
    })
}

#[test]
fn endless_recursion_between_modules_and_homeserver_is_an_error() {
    for (way, waits) in BOTH.into_iter().flat_map(|way| [(way, false), (way, true)]) {
        let (outcome, asked) = invited(way, waits, usize::MAX);
        // This module uses more stack than most.
        assert!((4..=16).contains(&asked), "{asked}");
        let error = outcome.unwrap_err();
        let level = "module `good_asker`: spam_checker.user_may_invite: ";
        assert!(error.starts_with(&level.repeat(asked)), "{way:?} {waits}: {error}");
        assert!(error.contains("callbacks and requests are already nested"), "{error}");
    }
}

#[test]
fn recursion_that_ends_is_answered() {
    for (way, waits) in BOTH.into_iter().flat_map(|way| [(way, false), (way, true)]) {
        assert_eq!(invited(way, waits, 4), (Ok(()), 4), "{way:?} {waits}");
    }
}
