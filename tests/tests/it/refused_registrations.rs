//! Tests that implausible or contradictory registrations refuse the start, with an error that names
//! the registration, the module and the remedy.

use hsmod_loader::Host;
use hsmod_tests::scene::Scene;
use insta::assert_snapshot;
use serde_json::{Value, json};

/// A module that registers these callbacks and login types.
fn entry(name: &str, callbacks: &[&str], login_types: Value) -> Value {
    let mut config = json!({"name": name, "callbacks": callbacks});
    if !login_types.is_null() {
        config["login_types"] = login_types;
    }
    json!({"module": "good_recorder", "name": name, "config": config})
}

fn scene(entries: impl IntoIterator<Item = Value>) -> Scene {
    let add = |scene: Scene, entry| scene.entry("good_recorder", entry);
    entries.into_iter().fold(Scene::new(), add)
}

async fn refusal(entries: impl IntoIterator<Item = Value>) -> String {
    scene(entries).refusal().await
}

#[tokio::test]
async fn half_a_presence_router() {
    let half = |callback| [entry("router", &[callback], Value::Null)];
    assert_snapshot!(refusal(half("get_users_for_states")).await, @"
    error: module `router`: new: it registers `presence_router.get_users_for_states` without `get_interested_users`: a module registers both or neither
      fix: ask the module's author: the two must agree about whom they let in
    ");
    assert_snapshot!(refusal(half("get_interested_users")).await, @"
    error: module `router`: new: it registers `presence_router.get_interested_users` without `get_users_for_states`: a module registers both or neither
      fix: ask the module's author: the two must agree about whom they let in
    ");
    // Two halves in different modules are refused, too.
    let halves = [
        entry("a", &["get_users_for_states"], Value::Null),
        entry("b", &["get_interested_users"], Value::Null),
    ];
    assert_eq!(refusal(halves).await.matches("error: ").count(), 2);
}

#[tokio::test]
async fn a_legacy_hook_of_two_modules() {
    let hooks = ["on_legacy_send_mail", "on_legacy_renew", "on_legacy_admin_request"];
    let both = [entry("old", &hooks, Value::Null), entry("older", &hooks, Value::Null)];
    assert_snapshot!(refusal(both).await, @"
    error: module `older`: new: it registers `account_validity.on_legacy_send_mail`, which module `old` has registered before it: there can be only one
      fix: remove one of the two modules
    error: module `older`: new: it registers `account_validity.on_legacy_renew`, which module `old` has registered before it: there can be only one
      fix: remove one of the two modules
    error: module `older`: new: it registers `account_validity.on_legacy_admin_request`, which module `old` has registered before it: there can be only one
      fix: remove one of the two modules
    ");
    // Different hooks do not conflict.
    let each = hooks.map(|hook| entry(hook, &[hook], Value::Null));
    scene(each).load().await;
}

#[tokio::test]
async fn a_type_of_login_with_other_fields() {
    let login = |name, fields: Value| {
        entry(
            name,
            &["check_auth"],
            json!({"m.login.password": ["password"], "org.x.card": fields}),
        )
    };
    let conflict = [login("a", json!(["number", "pin"])), login("b", json!(["pin", "number"]))];
    assert_snapshot!(refusal(conflict).await, @"
    error: module `b`: new: it registers the type of login `org.x.card` with the fields ['pin', 'number'], which module `a` has registered before it with the fields ['number', 'pin']
      fix: remove one of the two modules: a type of login has the same fields in all modules
    ");
    let conflict = [login("a", json!(["pin"])), login("b", json!(["pin"])), login("c", json!([]))];
    assert_snapshot!(refusal(conflict).await, @"
    error: module `c`: new: it registers the type of login `org.x.card` with the fields [], which module `a` has registered before it with the fields ['pin']
      fix: remove one of the two modules: a type of login has the same fields in all modules
    ");
    let two = |fields: Value| json!({"org.x.card": fields, "org.x.key": fields});
    let conflicts = [
        entry("a", &["check_auth"], two(json!(["pin"]))),
        entry("b", &["check_auth"], two(json!([]))),
    ];
    assert_eq!(refusal(conflicts).await.matches("error: ").count(), 2);
    let same = [login("a", json!(["pin"])), login("b", json!(["pin"]))];
    assert_eq!(scene(same).load().await.login_types().len(), 2);
}

#[tokio::test]
async fn types_of_login_without_their_check_and_a_check_without_types() {
    let without_check = entry("a", &["check_3pid_auth"], json!({"m.login.password": ["password"]}));
    assert_snapshot!(refusal([without_check]).await, @"
    error: module `a`: new: it registers types of login, but not `password_auth_provider.check_auth`
      fix: ask the module's author: `check_auth` and `.auth_checker(login_type, fields)` belong together
    ");
    assert_snapshot!(refusal([entry("a", &["check_auth"], json!({}))]).await, @"
    error: module `a`: new: it registers `password_auth_provider.check_auth` for no type of login
      fix: ask the module's author: `check_auth` and `.auth_checker(login_type, fields)` belong together
    ");
    // A login type may have no fields.
    scene([entry("a", &["check_auth"], json!({"org.x.magic": []}))]).load().await;
}

#[tokio::test]
async fn a_background_controller_that_lacks_what_it_is_for() {
    let callbacks = ["default_batch_size", "min_batch_size"];
    assert_snapshot!(refusal([entry("pacer", &callbacks, Value::Null)]).await, @"
    error: module `pacer`: new: it registers `background_update_controller` without `on_update`
      fix: ask the module's author: `on_update` is what this category is for
    ");
}

#[tokio::test]
async fn a_check_of_logins_that_the_module_can_do_without() {
    let host =
        Host::new("example.com").calls(["spam_checker", "password_auth_provider.on_logged_out"]);
    let mut entry = entry("a", &["check_auth", "on_logged_out"], Value::Null);
    assert_snapshot!(scene([entry.clone()]).host(host.clone()).refusal().await, @"
    error: module `a`: new: it needs `password_auth_provider.check_auth`, which this homeserver never calls
      fix: use another homeserver, or use a version of the module that registers it with `.optional(..)`
    ");
    entry["config"]["optional"] = json!(["check_auth"]);
    let modules = scene([entry]).host(host).load().await;
    assert_eq!(modules.info()[0].callbacks["password_auth_provider"], ["on_logged_out"]);
    assert!(modules.login_types().is_empty());
}

#[tokio::test]
async fn everything_that_is_wrong_at_once() {
    let entries = [
        entry("a", &["on_legacy_renew", "get_users_for_states"], Value::Null),
        entry("b", &["on_legacy_renew", "min_batch_size"], json!({"m.login.password": []})),
        entry("c", &["check_auth", "on_update"], json!({"m.login.password": []})),
        entry("d", &["check_auth", "on_update"], json!({"m.login.password": ["password"]})),
    ];
    assert_snapshot!(refusal(entries).await, @"
    error: module `a`: new: it registers `presence_router.get_users_for_states` without `get_interested_users`: a module registers both or neither
      fix: ask the module's author: the two must agree about whom they let in
    error: module `b`: new: it registers `account_validity.on_legacy_renew`, which module `a` has registered before it: there can be only one
      fix: remove one of the two modules
    error: module `b`: new: it registers `background_update_controller` without `on_update`
      fix: ask the module's author: `on_update` is what this category is for
    error: module `b`: new: it registers types of login, but not `password_auth_provider.check_auth`
      fix: ask the module's author: `check_auth` and `.auth_checker(login_type, fields)` belong together
    warning: module `d`: new: it registers `background_update_controller`, which module `c` has registered before it: only `c` is asked
      fix: remove one of the two modules
    error: module `d`: new: it registers the type of login `m.login.password` with the fields ['password'], which module `c` has registered before it with the fields []
      fix: remove one of the two modules: a type of login has the same fields in all modules
    ");
}
