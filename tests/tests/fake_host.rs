//! Tests that a module's test runs both with the module linked in and with the plugin that a
//! homeserver loads, and that the fake homeserver also works with the loader.
//!
//! A separate executable, because a linked module exports symbols that can exist only once.
#![forbid(unsafe_code)]

use std::pin::pin;
use std::time::Duration;

// As in a crate that reaches the plugin API only through another crate.
use facade::modules::linked_and_loaded;
use good_welcomer::MODULE;
use hsmod_loader::{Host, Ser};
use hsmod_plugin_api::prelude::*;
use hsmod_plugin_api::testing::prelude::*;
use hsmod_tests::build;
use hsmod_tests::scene::Scene;

const LOBBY: &str = "!lobby:example.com";

fn library() -> Plugin {
    hsmod_loader::testing::plugin(build::plugin("good_welcomer")).unwrap()
}

fn host() -> FakeHost {
    FakeHost::new("example.com")
        .user(user("@welcomer:example.com"))
        .user(user("@bob:example.com").display_name("Bob").access_token("bob"))
        .user(user("@admin:example.com").admin().access_token("admin"))
        .room(room(LOBBY).member("@welcomer:example.com", "join"))
}

fn config() -> serde_json::Value {
    json!({"welcomer": "@welcomer:example.com"})
}

fn joined() -> OwnedEvent {
    member("@bob:example.com", "join").room(LOBBY).build()
}

/// The bodies of the messages in the lobby.
fn messages(host: &FakeHost) -> Vec<String> {
    let body = |event: &OwnedEvent| {
        let content: serde_json::Value = event.as_event().content().unwrap();
        content["body"].as_str().unwrap().to_owned()
    };
    host.find_room(LOBBY).unwrap().sent().iter().map(body).collect()
}

linked_and_loaded! {
    MODULE, library();
    newcomers_are_welcomed_once,
    a_failing_homeserver_is_told_apart,
    a_call_that_waits_for_the_homeserver_can_be_dropped,
    admins_see_the_count,
    without_its_welcomer_it_does_not_start,
    a_panic_of_the_homeserver_ends_there,
}

async fn newcomers_are_welcomed_once(plugin: Plugin) {
    let host = host();
    let module = TestModule::new(plugin, config(), &host).unwrap().start().await.unwrap();
    assert_eq!(module.callbacks(), ["third_party_rules.on_new_event"]);
    let state = host.state(LOBBY);
    for event in [joined(), joined(), member("@eve:example.org", "join").build()] {
        module.third_party_rules().on_new_event(&event, &state).await.unwrap();
    }
    assert_eq!(messages(&host), ["Welcome, Bob!"]);
    let bob = host.find_user("@bob:example.com").unwrap();
    let welcomed = json!({"by": "@welcomer:example.com"});
    let noted = bob.find_account_data("org.example.welcomed").unwrap();
    assert_eq!(Some(noted), welcomed.as_object());
    let (check, set) = ("check_user_exists", "compare_and_set_global");
    let set = json!([set, "@bob:example.com", "org.example.welcomed", null, welcomed]);
    let requests = host.requests();
    assert_eq!(requests[0], json!([check, "@welcomer:example.com"]));
    assert_eq!((requests.len(), &requests[1], &requests[4]), (5, &set, &set));
}

async fn a_failing_homeserver_is_told_apart(plugin: Plugin) {
    let host = host();
    let module = TestModule::new(plugin, config(), &host).unwrap();
    let (state, joined) = (host.state(LOBBY), joined());
    let tell = || module.third_party_rules().on_new_event(&joined, &state);
    host.fail_next("get_profile_for_user", ModuleError::http(502, "M_UNKNOWN", "no database"));
    assert_eq!(tell().await.unwrap_err().to_string(), "502 M_UNKNOWN: no database");
    host.lack("compare_and_set_global");
    let error = tell().await.unwrap_err();
    assert_eq!(error.error().unwrap().unanswered(), Some(Unanswered::Unsupported));
    assert!(messages(&host).is_empty());
}

async fn a_call_that_waits_for_the_homeserver_can_be_dropped(plugin: Plugin) {
    let host = host();
    let gate = host.hold("get_profile_for_user");
    let module = TestModule::new(plugin, config(), &host).unwrap();
    let (state, joined) = (host.state(LOBBY), joined());
    {
        let mut call = pin!(module.third_party_rules().on_new_event(&joined, &state));
        assert_eq!(poll_once(call.as_mut()), None);
        assert_eq!(gate.waiting(), 1);
    }
    assert_eq!(gate.waiting(), 0);
    gate.open();
    assert!(messages(&host).is_empty());
}

async fn admins_see_the_count(plugin: Plugin) {
    let host = host();
    let module = TestModule::new(plugin, config(), &host).unwrap();
    let (state, joined) = (host.state(LOBBY), joined());
    module.third_party_rules().on_new_event(&joined, &state).await.unwrap();
    let count = request("GET", "/_synapse/client/welcomer/count");
    let seen = module.web(&count.clone().access_token("admin")).await;
    assert_eq!(seen, Ok(WebResponse::json(200, &json!({"welcomed": 1}))));
    let refused = async |request| module.web(&request).await.unwrap_err().to_string();
    let not_admin = refused(count.clone().access_token("bob")).await;
    assert_eq!(not_admin, "403 M_FORBIDDEN: You are not a server admin");
    assert_eq!(refused(count).await, "401 M_MISSING_TOKEN: Missing access token");
}

async fn without_its_welcomer_it_does_not_start(plugin: Plugin) {
    let host = FakeHost::new("example.com");
    let start = async || TestModule::new(plugin, config(), &host).unwrap().start().await;
    let error = start().await.unwrap_err();
    assert_eq!(error.to_string(), "there is no user @welcomer:example.com");
    host.user(user("@welcomer:example.com"));
    start().await.unwrap().shutdown().await.unwrap();
}

async fn a_panic_of_the_homeserver_ends_there(plugin: Plugin) {
    let host = host();
    host.answer_by::<bool>("compare_and_set_global", |_| panic!("out of order"));
    let module = TestModule::new(plugin, config(), &host).unwrap();
    let (state, joined) = (host.state(LOBBY), joined());
    let error = module.third_party_rules().on_new_event(&joined, &state).await.unwrap_err();
    let error = error.error().unwrap().to_string();
    assert!(error.contains("panicked in `compare_and_set_global`: out of order"), "{error}");
}

#[tokio::test]
async fn the_loader_runs_modules_in_the_fake_homeserver() {
    let fake = host();
    let scene = Scene::new().host(Host::from(&fake)).module("good_welcomer", config());
    let modules = scene.load().await;
    assert_eq!(fake.take_requests(), [json!(["check_user_exists", "@welcomer:example.com"])]);
    let (state, joined) = (fake.state(LOBBY), joined());
    let told = modules.third_party_rules().on_new_event(Ser(&joined), &state);
    told.await.unwrap().await.unwrap();
    assert_eq!(messages(&fake), ["Welcome, Bob!"]);
    modules.shutdown(Duration::from_secs(5)).await;
}

#[test]
fn a_file_that_is_no_plugin_is_refused_with_its_name() {
    let file = build::workspace().join("Cargo.toml");
    let error = hsmod_loader::testing::plugin(&file).unwrap_err().to_string();
    assert!(error.contains(&*file.to_string_lossy()), "{error}");
}
