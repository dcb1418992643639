//! Tests that the README documents each key, and that the schema matches the type.

use hsmod_documented::{check_schema, example, keys, schema};

use super::*;

const README: &str = include_str!("../../README.md");

#[test]
fn the_example_has_each_key() {
    let config = example(README, env!("CARGO_PKG_NAME"));
    assert_eq!(keys(&config), keys(&schema::<Config>()["properties"]));
    let module = TestModule::new(&MODULE, config, &host()).unwrap();
    assert_eq!(module.auth_checkers().len(), 2);
    assert!(TOKEN.starts_with("63cd27ec") && README.contains("\"63cd27ec..\""));
}

#[test]
fn the_schema_is_that_of_the_config() {
    check_schema::<Config>(env!("CARGO_MANIFEST_DIR"));
}
