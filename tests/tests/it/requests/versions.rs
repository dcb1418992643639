//! Tests that plugins with an older or newer minor version than the loader's get answers to
//! requests that both know, and an error that names a request that the loader does not know.

use hsmod_loader::Modules;
use hsmod_tests::build;
use hsmod_tests::scene::Scene;
use serde_json::json;

use super::asker::{ask, supports, unanswered};
use super::cases::{answers, arguments};
use super::host::{Behaviour, Homeserver, KNOWN, host};

/// The requests that the older plugin does not know.
const YOUNGER: &[&str] = &["add_threepid", "delete_threepid"];

/// `good_asker` with another version, in a homeserver that answers everything.
async fn load(variant: &str, server: &std::sync::Arc<Homeserver>) -> Modules {
    let file = build::abi_test("good_asker", variant);
    let entry = json!({"module": "good_asker"});
    Scene::new().host(host(server)).file(&file, "good_asker", entry).load().await
}

#[tokio::test]
async fn requests_that_both_sides_know_are_answered() {
    let server = Homeserver::new(Behaviour::Panic);
    for (variant, minor, unknown) in [("older_minor", 0, YOUNGER), ("newer_minor", 1, &[])] {
        let modules = load(variant, &server).await;
        assert_eq!(modules.info()[0].abi.map(|abi| abi.minor), Some(minor), "{variant}");
        for request in KNOWN {
            let (name, answer) = (request.0, answers(request).swap_remove(0));
            server.behave(Behaviour::Slowly(answer.clone()));
            let outcome = ask(&modules, name, &arguments(request)[0]).await;
            if unknown.contains(&name) {
                let message = format!("this module knows no `{name}`");
                assert_eq!(unanswered(&outcome), ("", &*message), "{variant}");
                continue;
            }
            assert!(outcome == json!({"answer": answer}), "{variant}: {name}: {outcome}");
            assert!(supports(&modules, name).await, "{variant}: {name}");
        }
    }
}

#[tokio::test]
async fn a_request_that_only_the_plugin_knows_is_named_in_the_error() {
    let server = Homeserver::new(Behaviour::Panic);
    let modules = load("newer_minor", &server).await;
    let name = "verify_threepid";
    let arguments = json!({"user_id": "@a:b", "medium": "email", "address": "a@b"});
    let outcome = ask(&modules, name, &arguments).await;
    let message = format!("this homeserver does not answer `{name}`");
    assert_eq!(unanswered(&outcome), ("Unsupported", &*message));
    assert!(!supports(&modules, name).await);
    assert_eq!(server.answers(), (0, 0));
}
