//! Tests that a homeserver can check whether any module listens before it builds expensive
//! arguments.

use std::time::Duration;

use hsmod_loader::Modules;
use hsmod_loader::rows::{self, CATEGORIES};
use hsmod_tests::scene::Scene;
use serde_json::json;

/// The names of all callbacks that a module listens to.
fn heard(modules: &Modules) -> Vec<String> {
    let rows = CATEGORIES.iter().flat_map(|category| category.callbacks);
    let names = rows.map(|row| format!("{}.{}", row.category, row.name));
    let names: Vec<String> = names.collect();
    names.into_iter().filter(|name| modules.listens(name)).collect()
}

#[tokio::test]
async fn only_registered_callbacks_are_listened_to() {
    let config = json!({"callbacks": ["user_may_join_room", "on_profile_update"]});
    let modules = Scene::new().module("good_recorder", config).load().await;
    assert_eq!(
        heard(&modules),
        [rows::spam_checker::USER_MAY_JOIN_ROOM, rows::third_party_rules::ON_PROFILE_UPDATE]
    );
    assert!(modules.spam_checker().user_may_join_room_listens());
    assert!(!modules.spam_checker().user_may_invite_listens());
    assert!(modules.third_party_rules().on_profile_update_listens());
    assert!(!modules.ratelimit().get_ratelimit_override_for_user_listens());
    let categories = [rows::SPAM_CHECKER, rows::THIRD_PARTY_RULES, rows::ACCOUNT_VALIDITY];
    assert_eq!(categories.map(|name| modules.listens(name)), [true, true, false]);
    for no_name in
        ["", ".", "user_may_join_room", "spam_checker.", "spam_checker.on_profile_update"]
    {
        assert!(!modules.listens(no_name), "{no_name:?}");
    }
}

#[tokio::test]
async fn an_invite_of_another_server_reaches_modules_of_either_callback() {
    for callback in ["federated_user_may_invite", "user_may_invite"] {
        let config = json!({"callbacks": [callback]});
        let modules = Scene::new().module("good_recorder", config).load().await;
        assert!(modules.spam_checker().federated_user_may_invite_listens(), "{callback}");
        assert!(modules.listens(rows::spam_checker::FEDERATED_USER_MAY_INVITE), "{callback}");
        let local = modules.spam_checker().user_may_invite_listens();
        assert_eq!(local, callback == "user_may_invite");
    }
}

#[tokio::test]
async fn nothing_listens_without_modules_and_after_the_shutdown() {
    assert!(heard(&Modules::default()).is_empty());
    let modules = Scene::new().module("good_recorder", json!({})).load().await;
    let registered = modules.registered().callbacks;
    let names = registered
        .iter()
        .flat_map(|(category, names)| names.iter().map(move |name| format!("{category}.{name}")));
    let mut names: Vec<String> = names.collect();
    let mut heard_now = heard(&modules);
    names.sort_unstable();
    heard_now.sort_unstable();
    assert!(heard_now.len() > 40, "{heard_now:?}");
    assert_eq!(heard_now, names);
    modules.shutdown(Duration::from_secs(10)).await;
    assert!(heard(&modules).is_empty());
    assert!(!modules.listens(rows::SPAM_CHECKER));
    assert!(!modules.federation().on_event_delivered_over_federation_listens());
}
