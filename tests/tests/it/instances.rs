//! Tests that every entry of the config is a separate module, in config order.

use std::collections::HashSet;

use hsmod_loader::{Config, Host, Modules};
use hsmod_tests::scene::Scene;
use serde_json::{Value, json};

use crate::support::{recorder, seen, web};

fn named(name: &str) -> Value {
    json!({"name": name})
}

async fn invite(modules: &Modules) -> Result<(), hsmod_loader::CallError> {
    modules.spam_checker().user_may_invite("@a:b", "@b:b", "!r:b").await
}

#[tokio::test]
async fn a_plugin_listed_twice_is_two_modules_of_one_image() {
    let second = json!({"name": "second", "answers": {"user_may_invite": "deny"}});
    let scene = Scene::new().module("good_recorder", named("first"));
    let modules = scene.module("good_recorder", second).load().await;
    let names: Vec<&str> = modules.info().iter().map(|info| &*info.name).collect();
    assert_eq!(names, ["good_recorder", "good_recorder-2"]);
    let digests: HashSet<_> = modules.info().iter().map(|info| info.sha256.clone()).collect();
    assert_eq!(digests.len(), 1);

    let error = invite(&modules).await.unwrap_err();
    assert_eq!(error.module(), Some("good_recorder-2"));
    let call = json!([["user_may_invite", "@a:b", "@b:b", "!r:b"]]);
    assert_eq!(seen(&modules, "first").await, call);
    assert_eq!(seen(&modules, "second").await, call);
    let error = invite(&modules).await.unwrap_err();
    assert_eq!(error.module(), Some("good_recorder-2"));
    let counts = |index: usize| {
        let counts = &modules.counts()[index].callbacks;
        assert_eq!(counts.len(), 1, "only `user_may_invite` was called");
        (counts[0].1.called, counts[0].1.denied, counts[0].1.failed)
    };
    assert_eq!((counts(0), counts(1)), ((2, 0, 0), (2, 2, 0)));
}

#[tokio::test]
async fn modules_are_asked_in_the_order_of_the_config() {
    for names in [["a", "b", "c"], ["c", "b", "a"], ["b", "c", "a"]] {
        let denying = |name: &str| json!({"name": name, "answers": {"user_may_invite": "deny"}});
        let scene = names.iter().fold(Scene::new(), |scene, name| {
            let entry = json!({"module": "good_recorder", "name": name, "config": denying(name)});
            scene.entry("good_recorder", entry)
        });
        let modules = scene.load().await;
        assert_eq!(invite(&modules).await.unwrap_err().module(), Some(names[0]));
        for name in &names[1..] {
            assert_eq!(seen(&modules, name).await, json!([]), "{name} is behind {}", names[0]);
        }
    }
}

#[tokio::test]
async fn two_sets_of_modules_in_one_process_know_nothing_of_each_other() {
    let denying = json!({"answers": {"user_may_invite": "deny"}});
    let scene = Scene::new().module("good_recorder", json!({}));
    let one = scene.load().await;
    let other_host = Host::new("other.example").public_baseurl("https://other.example/");
    let other = Scene::new().host(other_host).module("good_recorder", denying).load().await;

    invite(&one).await.unwrap();
    invite(&other).await.unwrap_err();
    assert_eq!(seen(&one, "recorder").await.as_array().unwrap().len(), 1);
    assert_eq!(recorder(&one, "recorder", "api?id=@a:example.com").await["is_mine"], json!(true));
    assert_eq!(
        recorder(&other, "recorder", "api?id=@a:example.com").await["is_mine"],
        json!(false)
    );
    let api = recorder(&other, "recorder", "api").await;
    assert_eq!(api["public_baseurl"], json!("https://other.example/"));

    one.shutdown(std::time::Duration::from_secs(60)).await;
    invite(&one).await.unwrap();
    invite(&other).await.unwrap_err();
}

#[tokio::test]
async fn a_module_learns_what_the_homeserver_and_its_operator_say() {
    let host = Host::new("example.org").worker_name("worker1").calls(["spam_checker"]);
    let config = json!({"callbacks": []});
    let modules = Scene::new().host(host).module("good_recorder", config).load().await;
    let uri = "api?id=%23alias:example.org&supports=spam_checker.user_may_invite&username=bob";
    assert_eq!(
        recorder(&modules, "recorder", uri).await,
        json!({
            "server_name": "example.org", "public_baseurl": null, "worker_name": "worker1",
            "is_trial": false, "is_mine": true, "supports": true,
            "get_qualified_user_id": "@bob:example.org",
        })
    );
    let supports = recorder(&modules, "recorder", "api?supports=account_validity").await;
    assert_eq!(supports["supports"], json!(false));
}

#[tokio::test]
async fn plugins_that_export_the_same_name_each_keep_their_own() {
    let (a, b) = ("bad_exports_clash_a", "bad_exports_clash_b");
    for order in [[a, b], [b, a]] {
        let scene = order.iter().fold(Scene::new(), |scene, name| scene.module(name, json!({})));
        let modules = scene.load().await;
        for (name, value) in [(a, 1), (b, 2)] {
            let answer = web(&modules, "GET", &format!("/_synapse/client/{name}/value")).await;
            assert_eq!(answer, Some((200, json!({"value": value}))));
        }
    }
}

#[tokio::test]
async fn no_modules_have_nothing_to_say() {
    let host = Host::new("example.com");
    let config = Config::from_yaml("modules: []", std::path::Path::new("/")).unwrap();
    for modules in [Modules::default(), Modules::load(config, host).await.unwrap()] {
        invite(&modules).await.unwrap();
        assert!(modules.info().is_empty() && modules.counts().is_empty());
        assert_eq!(web(&modules, "GET", "/_synapse/client/recorder/seen").await, None);
    }
}

#[tokio::test]
async fn a_module_that_is_switched_off_is_not_there() {
    let off = json!({"module": "good_recorder", "enabled": false, "config": {"name": "off"}});
    let scene = Scene::new().entry("good_recorder", off).module("good_recorder", named("on"));
    let modules = scene.load().await;
    assert_eq!(modules.info().len(), 1);
    assert_eq!(web(&modules, "GET", "/_synapse/client/off/seen").await, None);
    assert_eq!(seen(&modules, "on").await, json!([]));
}
