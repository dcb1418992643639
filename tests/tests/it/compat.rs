//! Tests that plugins that were compiled long ago still load and answer: one in Rust, built by the
//! oldest supported compiler, and one in C. `tests/compat/README.md` says where they come from.
#![cfg(all(target_os = "linux", target_arch = "x86_64", target_env = "gnu"))]

use std::path::PathBuf;

use hsmod_loader::requests::users::Users;
use hsmod_loader::values::{ModuleError, UserId};
use hsmod_loader::{Host, Json};
use hsmod_plugin_api::requests;
use hsmod_tests::build;
use hsmod_tests::scene::Scene;
use serde_json::json;

use crate::support::{message, web};

/// A homeserver with one admin.
struct Server;

#[requests]
impl Users for Server {
    async fn is_user_admin(&self, user_id: &UserId) -> Result<bool, ModuleError> {
        tokio::task::yield_now().await;
        Ok(user_id.as_str() == "@admin:example.com")
    }
}

/// A plugin that was compiled for this version of the boundary.
fn compiled(version: &str, file: &str) -> PathBuf {
    build::workspace().join("tests/compat").join(version).join(file)
}

#[tokio::test]
async fn a_rust_plugin_of_boundary_2_0() {
    let entry = |config| json!({"module": "demo", "config": config});
    let file = compiled("2.0", "libdemo.so");
    let modules = Scene::new().file(&file, "demo", entry(json!({}))).load().await;
    let spam_checker = || modules.spam_checker();
    spam_checker().user_may_create_room("@alice:example.com", Json("{}")).await.unwrap();
    let denied = spam_checker().user_may_create_room("@evilguy:example.com", Json("{}")).await;
    assert_eq!(denied.unwrap_err().errcode().as_str(), "M_FORBIDDEN");
    let hello = "/_synapse/client/demo/hello/";
    let answer = web(&modules, "GET", &format!("{hello}?name=bob")).await.unwrap();
    assert_eq!(answer, (200, json!({"hello": "bob"})));
    let (status, body) = web(&modules, "GET", hello).await.unwrap();
    assert_eq!((status, &body["errcode"]), (400, &json!("M_MISSING_PARAM")));

    let bad = entry(json!({"denied_user": "nobody"}));
    let refusal = Scene::new().file(&file, "demo", bad).refusal().await;
    assert!(refusal.contains("`nobody` is no user ID"), "{refusal}");
    assert!(refusal.contains("config.denied_user"), "{refusal}");
}

#[tokio::test]
async fn a_c_plugin_of_boundary_2_0() {
    let entry = json!({"module": "c_filter", "config": {}});
    let scene = Scene::new().host(Host::new("example.com").users(Server));
    let modules = scene.file(&compiled("2.0", "libc_filter.so"), "c_filter", entry).load().await;
    let event = async |body| {
        let event = message("@a:example.com", body);
        modules.spam_checker().check_event_for_spam(Json(&event)).await
    };
    event("hello").await.unwrap();
    assert_eq!(event("buy now!").await.unwrap_err().errcode().as_str(), "M_FORBIDDEN");
    let invite = async |inviter| {
        modules.spam_checker().user_may_invite(inviter, "@b:example.com", "!r:example.com").await
    };
    invite("@admin:example.com").await.unwrap();
    assert!(invite("@a:example.com").await.is_err());
}
