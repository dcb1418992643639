//! Shows that an operator is warned of keys in a module's config that the module does not read.

use hsmod_tests::scene::Scene;
use insta::assert_snapshot;
use serde_json::json;

#[tokio::test]
async fn a_misspelt_key_is_a_warning_with_what_was_meant() {
    let config = json!({"registers": ["spam_checker", "account_validity"], "registrs": [], "x": 1});
    let scene = Scene::new().module("bad_forgets", config);
    let modules = scene.load().await;
    let warnings: Vec<String> = modules.warnings().iter().map(ToString::to_string).collect();
    assert_snapshot!(warnings.join("\n"), @"");
}
