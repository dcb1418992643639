//! Tests that every start warns of a module that implements callbacks but does not register them,
//! or registers them twice.

use hsmod_loader::Host;
use hsmod_tests::scene::Scene;
use insta::assert_snapshot;
use serde_json::json;

/// The warnings about a module that registers these.
async fn warnings_in(host: Host, registers: &[&str]) -> String {
    let scene = Scene::new().host(host).module("bad_forgets", json!({"registers": registers}));
    let modules = scene.load().await;
    modules.warnings().iter().map(ToString::to_string).collect::<Vec<_>>().join("\n")
}

async fn warnings(registers: &[&str]) -> String {
    warnings_in(Host::new("example.com"), registers).await
}

#[tokio::test]
async fn callbacks_that_were_written_and_not_registered() {
    assert_snapshot!(warnings(&["spam_checker"]).await, @"
    warning: module `bad_forgets`: new: it implements `account_validity.is_user_expired`, but does not register it, so it is never asked
      at modules.<item 0>.module, line 9, column 7
      fix: ask the module's author: `api.register_account_validity_callbacks(&module)` is missing, or `.only(..)` if it is left out on purpose
    ");
    assert_snapshot!(warnings(&[]).await, @"
    warning: module `bad_forgets`: new: it implements `account_validity.is_user_expired`, but does not register it, so it is never asked
      at modules.<item 0>.module, line 7, column 7
      fix: ask the module's author: `api.register_account_validity_callbacks(&module)` is missing, or `.only(..)` if it is left out on purpose
    warning: module `bad_forgets`: new: it implements `spam_checker.check_event_for_spam`, `spam_checker.user_may_invite`, but does not register them, so they are never asked
      at modules.<item 0>.module, line 7, column 7
      fix: ask the module's author: `api.register_spam_checker_callbacks(&module)` is missing, or `.only(..)` if it is left out on purpose
    ");
}

#[tokio::test]
async fn registering_in_start_or_omitting_on_purpose_gives_no_warning() {
    for registers in [
        &["spam_checker", "account_validity"][..],
        &["spam_checker", "late"],
        &["only_one", "late"],
        &["none", "account_validity"],
        &["another", "account_validity"],
    ] {
        assert_eq!(warnings(registers).await, "", "{registers:?}");
    }
}

#[tokio::test]
async fn callbacks_that_the_homeserver_never_calls_need_not_be_registered() {
    let host = || Host::new("example.com").calls(["spam_checker"]);
    assert_eq!(warnings_in(host(), &["spam_checker"]).await, "");
    let host = Host::new("example.com").calls(["spam_checker.user_may_invite", "federation"]);
    assert_snapshot!(warnings_in(host, &[]).await, @"
    warning: module `bad_forgets`: new: it implements `spam_checker.user_may_invite`, but does not register it, so it is never asked
      at modules.<item 0>.module, line 7, column 7
      fix: ask the module's author: `api.register_spam_checker_callbacks(&module)` is missing, or `.only(..)` if it is left out on purpose
    ");
}

#[tokio::test]
async fn callbacks_that_one_object_registers_twice() {
    let all = ["spam_checker", "only_one", "account_validity"];
    assert_snapshot!(warnings(&all).await, @"
    warning: module `bad_forgets`: new: it registers `spam_checker.user_may_invite` twice, so it is asked twice each time
      at modules.<item 0>.module, line 11, column 7
      fix: ask the module's author: one registration is enough, and `.only(..)` divides the callbacks among several
    ");
    // Two objects are called one after the other, like two modules.
    assert_eq!(warnings(&["spam_checker", "another", "account_validity"]).await, "");
}

#[tokio::test]
async fn a_module_that_registers_nothing_at_all() {
    let scene = Scene::new().module("bad_idle", json!({}));
    assert_snapshot!(scene.load().await.warnings()[0], @"
    warning: module `bad_idle`: new: it registers nothing: no callback, no web resource, no background work
      at modules.<item 0>.module, line 5, column 7
      fix: ask the module's author: `api.register_..` may be missing in its `new`
    ");
    let works = Scene::new().module("bad_idle", json!({"works": true})).load().await;
    assert_eq!(works.warnings(), []);
}

#[tokio::test]
async fn the_ready_made_modules_forget_nothing() {
    for (module, config) in [
        ("demo", json!({})),
        ("list_spam_checker", json!({"evil_users": []})),
        ("good_recorder", json!({})),
        ("good_worker", json!({})),
        ("good_asker", json!({})),
    ] {
        let modules = Scene::new().module(module, config).load().await;
        assert_eq!(modules.warnings(), [], "{module}");
    }
}
