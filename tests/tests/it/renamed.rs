//! Tests that modules may import the plugin API under another name, or through a crate that
//! re-exports it, since no macro depends on the usual one. (`static_host` imports the loader under
//! another name.)

use facade::modules::callbacks::SpamCheckerCallbacks;
use hsmod_tests::scene::Scene;
use serde_json::json;

#[tokio::test]
async fn a_module_behind_a_facade_is_a_module() {
    let modules = Scene::new().module("good_behind_facade", json!({})).load().await;
    let info = &modules.info()[0];
    assert_eq!(info.callbacks["spam_checker"], ["user_may_invite"]);
    // Callbacks that are compiled out are not listed.
    assert_eq!(info.callbacks["third_party_rules"], ["on_user_search"]);
    let invited = async |invitee| {
        modules.spam_checker().user_may_invite("@a:x", invitee, "!r:x").await.is_ok()
    };
    assert!(invited("@bob:x").await);
    assert!(!invited("@eve:x").await);
}

#[test]
fn written_callbacks_are_recorded_for_generic_types_too() {
    assert_eq!(facade::Lenient::<u8>::WRITTEN, ["user_may_create_room"]);
}
