//! Shows that the README has each key, and the schema what the type says.

use std::{env, fs};

use super::*;

const README: &str = include_str!("../../README.md");

/// The module's entry in the README's example.
fn example() -> Value {
    let block = README.split("```yaml\n").nth(1).and_then(|rest| rest.split("```").next());
    let entries: Value = serde_yaml::from_str(block.unwrap()).unwrap();
    entries["modules"][0].clone()
}

#[test]
fn the_example_has_each_key() {
    let entry = example();
    assert_eq!(entry["module"], env!("CARGO_PKG_NAME"));
    let config = &entry["config"];
    let schema = schemars::schema_for!(Config).to_value();
    let keys = |object: &Value| object.as_object().unwrap().keys().cloned().collect::<Vec<_>>();
    let mut written = keys(config);
    written.sort();
    assert_eq!(written, keys(&schema["properties"]));
    let module = TestModule::new(&MODULE, config.clone(), &host()).unwrap();
    assert_eq!(module.auth_checkers().len(), 2);
    assert!(TOKEN.starts_with("63cd27ec") && README.contains("\"63cd27ec..\""));
}

#[test]
fn the_schema_is_that_of_the_config() {
    let schema = format!("{:#}\n", schemars::schema_for!(Config).to_value());
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/config.schema.json");
    if env::var_os("UPDATE_SCHEMA").is_some() {
        fs::write(path, &schema).unwrap();
    }
    let written = fs::read_to_string(path).unwrap_or_default();
    assert!(written == schema, "the config has changed: run this test once with UPDATE_SCHEMA=1");
}
