//! Tests that plugins in C are loaded and called like all others, and that their mistakes deny or
//! fail without harming anything else.

use std::path::Path;
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;

use hsmod_loader::requests::users::Users;
use hsmod_loader::values::{ModuleError, UserId};
use hsmod_loader::{CallError, Host, Json, Modules, Shutdown};
use hsmod_plugin_api::requests;
use hsmod_tests::build::workspace;
use hsmod_tests::build_c::{check, compilers, plugin};
use hsmod_tests::scene::Scene;
use serde_json::{Value, json};
use tracing::level_filters::LevelFilter;

use crate::log::Log;
use crate::support::{message, poll_once};

/// A homeserver with one admin, which may be made never to answer.
#[derive(Default)]
struct Server {
    waits: AtomicBool,
    asked: AtomicUsize,
    given_up: Arc<()>,
}

#[requests]
impl Users for Server {
    async fn is_user_admin(&self, user_id: &UserId) -> Result<bool, ModuleError> {
        self.asked.fetch_add(1, Ordering::Relaxed);
        let _until_given_up = Arc::clone(&self.given_up);
        tokio::task::yield_now().await;
        if self.waits.load(Ordering::Relaxed) {
            std::future::pending::<()>().await;
        }
        if user_id.as_str() == "@gone:example.com" {
            return Err(ModuleError::http(404, "M_NOT_FOUND", "Nobody has that name"));
        }
        Ok(user_id.as_str() == "@admin:example.com")
    }
}

const GOOD: &str = "plugins/examples/c_filter/c_filter.c";
const BAD: &str = "tests/c/bad_filter.c";

fn scene(server: &Arc<Server>, source: &str, compiler: &str, config: Value) -> Scene {
    let name = Path::new(source).file_stem().unwrap().to_str().unwrap();
    let entry = json!({"module": name, "name": "ours", "config": config});
    let host = Host::new("example.com").users(Arc::downgrade(server));
    Scene::new().host(host).file(&plugin(source, compiler), name, entry)
}

async fn load(server: &Arc<Server>, source: &str, compiler: &str, config: Value) -> Modules {
    scene(server, source, compiler, config).load().await
}

async fn event(modules: &Modules, sender: &str, body: &str) -> Result<(), CallError> {
    let event = message(sender, body);
    modules.spam_checker().check_event_for_spam(Json(&event)).await
}

async fn invite(modules: &Modules, inviter: &str) -> Result<(), CallError> {
    modules.spam_checker().user_may_invite(inviter, "@b:example.com", "!r:example.com").await
}

/// What a client would see: the status and the error.
fn told(answer: Result<(), CallError>) -> String {
    answer.map_or_else(|error| format!("{} {error}", error.status()), |()| "allowed".to_owned())
}

async fn ends(modules: &Modules) {
    assert_eq!(modules.shutdown(Duration::from_secs(60)).await, Shutdown::default());
}

#[test]
fn the_header_is_read_by_both_compilers_as_c_and_as_cplusplus() {
    let header = workspace().join("plugin-api/include/hsmod.h");
    let folder = tempfile::tempdir().unwrap();
    let source = folder.path().join("uses_it.c");
    std::fs::write(&source, "#include \"hsmod.h\"\nHSMOD_MANIFEST(\"name\": \"x\")\n").unwrap();
    assert!(header.exists());
    for compiler in compilers() {
        check(compiler, "c", "c99", &source);
        check(compiler, "c", "c11", &source);
        check(compiler, "c++", "c++17", &source);
    }
}

#[tokio::test]
async fn a_question_is_answered_at_once_and_logged_under_the_modules_name() {
    for compiler in compilers() {
        let server = Arc::default();
        let modules = load(&server, GOOD, compiler, json!({})).await;
        let (log, _listening) = Log::listen(LevelFilter::INFO);
        assert_eq!(told(event(&modules, "@a:example.com", "hello").await), "allowed");
        assert_eq!(log.text(), "");
        assert_eq!(
            told(event(&modules, "@a:example.com", "buy now!").await),
            "403 module `ours`: spam_checker.check_event_for_spam: denied: M_FORBIDDEN No \
             advertisements here"
        );
        assert_eq!(log.text(), "INFO c_filter [ours]: advertisement");
        ends(&modules).await;
    }
}

#[tokio::test]
async fn an_invite_waits_for_its_turn_and_for_the_homeserver() {
    for compiler in compilers() {
        let server = Arc::<Server>::default();
        let modules = load(&server, GOOD, compiler, json!({})).await;
        {
            let mut question = pin!(invite(&modules, "@admin:example.com"));
            assert!(poll_once(question.as_mut()).await.is_none());
            assert_eq!(server.asked.load(Ordering::Relaxed), 0, "the first poll only suspends");
            assert!(poll_once(question.as_mut()).await.is_none());
            assert_eq!(server.asked.load(Ordering::Relaxed), 1);
            assert_eq!(told(question.await), "allowed");
        }
        assert_eq!(
            told(invite(&modules, "@a:example.com").await),
            "403 module `ours`: spam_checker.user_may_invite: denied: M_FORBIDDEN Only admins invite"
        );
        assert_eq!(
            told(invite(&modules, "@gone:example.com").await),
            "404 module `ours`: spam_checker.user_may_invite: 404 M_NOT_FOUND: Nobody has that name"
        );
        ends(&modules).await;
    }
}

#[tokio::test]
async fn an_invite_that_is_dropped_gives_its_request_up() {
    for compiler in compilers() {
        let server = Arc::<Server>::default();
        server.waits.store(true, Ordering::Relaxed);
        let modules = load(&server, GOOD, compiler, json!({})).await;
        for polls in 1..=3 {
            let mut question = pin!(invite(&modules, "@admin:example.com"));
            for _ in 0..polls {
                assert!(poll_once(question.as_mut()).await.is_none());
            }
            let asked = usize::from(polls > 1);
            assert_eq!(Arc::strong_count(&server.given_up), 1 + asked, "after {polls} polls");
        }
        assert_eq!(Arc::strong_count(&server.given_up), 1, "a request was not given up");
        assert_eq!(Arc::strong_count(&server), 1);
        ends(&modules).await;
    }
}

#[tokio::test]
async fn a_module_lives_until_its_last_call_has_ended() {
    for compiler in compilers() {
        let server = Arc::<Server>::default();
        let modules = load(&server, GOOD, compiler, json!({})).await;
        let mut question = Box::pin({
            let modules = modules.clone();
            async move { invite(&modules, "@admin:example.com").await }
        });
        assert!(poll_once(question.as_mut()).await.is_none());
        drop(modules);
        assert_eq!(told(question.await), "allowed");
    }
}

#[tokio::test]
async fn mistakes_of_a_plugin_in_c_deny_or_fail() {
    for compiler in compilers() {
        let server = Arc::default();
        let modules = load(&server, BAD, compiler, json!({})).await;
        const DENIED: &str = "403 module `ours`: spam_checker.check_event_for_spam: denied: \
            M_FORBIDDEN This message has been rejected as probable spam";
        for (sender, expected) in [
            ("unknown_kind", DENIED),
            ("cut_off", DENIED),
            ("not_written", DENIED),
            ("unknown_status", DENIED),
            ("pending_without_poll", DENIED),
            ("broken_text", &DENIED.replace("M_FORBIDDEN", "M_\u{fffd}\u{fffd}")),
            ("failure", "500 module `ours`: spam_checker.check_event_for_spam: as it was told to"),
            ("neutral_in_words", "allowed"),
            ("anybody", "allowed"),
        ] {
            let answer = event(&modules, &format!("@{sender}:example.com"), "hello").await;
            assert_eq!(told(answer), expected, "{compiler}: {sender}");
        }
        ends(&modules).await;
    }
}

#[tokio::test]
async fn requests_of_a_plugin_in_c_are_checked() {
    for compiler in compilers() {
        let server = Arc::<Server>::default();
        let modules = load(&server, BAD, compiler, json!({})).await;
        let failed = |why| format!("500 module `ours`: spam_checker.user_may_invite: {why}");
        for (inviter, expected) in [
            ("broken_text", failed("a text is not UTF-8")),
            ("short", failed("a structure is shorter than in the first version of the boundary")),
            ("null", failed("a pointer is null that must not be")),
            ("anybody", "allowed".to_owned()),
        ] {
            let answer = invite(&modules, &format!("@{inviter}:example.com")).await;
            assert_eq!(told(answer), expected, "{compiler}: {inviter}");
        }
        assert_eq!(server.asked.load(Ordering::Relaxed), 1, "what cannot be read was asked");
        assert_eq!(Arc::strong_count(&server.given_up), 1);
        ends(&modules).await;
    }
}

#[tokio::test]
async fn a_table_has_what_lies_within_its_size() {
    for compiler in compilers() {
        let server = Arc::<Server>::default();
        let modules = load(&server, BAD, compiler, json!({"table": "shorter"})).await;
        assert_eq!(told(invite(&modules, "@broken_text:example.com").await), "allowed");
        assert_ne!(told(event(&modules, "@failure:example.com", "x").await), "allowed");
        assert_eq!(server.asked.load(Ordering::Relaxed), 0);
        ends(&modules).await;
    }
}

#[tokio::test]
async fn a_plugin_in_c_that_does_not_start_says_why() {
    for compiler in compilers() {
        let refusal = async |config| scene(&Arc::default(), BAD, compiler, config).refusal().await;
        assert_eq!(
            refusal(json!({"then": "refuse"})).await,
            "error: module `ours`: new: the config says so\n  fix: fix what the message says, or \
             remove the module"
        );
        assert_eq!(
            refusal(json!({"register": "unknown category"})).await,
            "error: module `ours`: new: its callbacks cannot be registered: this homeserver does \
             not know the callbacks `wishes/1`\n  fix: update the homeserver, or ask the module's \
             author to make these callbacks optional"
        );
    }
}
