//! Tests that an operator is warned about keys in a module's config that the module does not read.

use hsmod_tests::scene::Scene;
use insta::assert_snapshot;
use serde_json::json;

#[tokio::test]
async fn a_misspelt_key_is_a_warning_with_what_was_meant() {
    let config = json!({"registers": ["spam_checker", "account_validity"], "registrs": [], "x": 1});
    let scene = Scene::new().module("bad_forgets", config);
    let modules = scene.load().await;
    let warnings: Vec<String> = modules.warnings().iter().map(ToString::to_string).collect();
    assert_snapshot!(warnings.join("\n"), @"
    warning: module `bad_forgets`: parse_config: the key `registrs` has no effect: the module does not read it
      at modules.<item 0>.config.registrs, line 9, column 9
      fix: did you mean `registers`?
    warning: module `bad_forgets`: parse_config: the key `x` has no effect: the module does not read it
      at modules.<item 0>.config.x, line 10, column 9
      fix: remove it, or write one of `registers`
    ");
}
