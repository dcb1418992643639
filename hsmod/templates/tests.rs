//! Tests of the module in a fake homeserver.

use hsmod_plugin_api::testing::prelude::*;

use super::*;

fn module(config: serde_json::Value) -> Result<TestModule, StageError> {
    TestModule::new(&MODULE, config, &FakeHost::new("localhost"))
}

#[test]
fn {{test_name}}() {
    let module = module(json!({"{{key}}": {{example}}})).unwrap();
{{test}}
}

#[test]
fn a_misspelt_key_is_refused() {
    let error = module(json!({"misspelt": 1})).unwrap_err();
    let said = "misspelt: unknown field `misspelt`, expected `{{key}}`";
    assert_eq!(error.to_string(), said);
}
