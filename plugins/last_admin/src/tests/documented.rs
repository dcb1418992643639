//! Shows that the README has each key, and the schema what the type says.

use std::{env, fs};

use super::*;

const README: &str = include_str!("../../README.md");

/// The example's config.
fn example() -> Value {
    let block = README.split("```yaml\n").nth(1).and_then(|rest| rest.split("```").next());
    let example: Value = serde_yaml::from_str(block.unwrap()).unwrap();
    let module = &example["modules"][0];
    assert_eq!(module["module"], env!("CARGO_PKG_NAME"));
    module["config"].clone()
}

#[test]
fn the_example_has_each_key() {
    let example = example();
    let config = LastAdmin::parse_config(example.clone()).ok().unwrap();
    let default = LastAdmin::parse_config(json!({})).ok().unwrap();
    assert_eq!((config.mode, config.promotes()), (default.mode, !default.promotes()));
    assert_eq!(config.frozen_event_type, default.frozen_event_type);
    assert_eq!(config.unfreeze_blacklist, ["guests.example"]);
    assert_eq!(config.domains_forbidden, ["guests.example"]);
    assert!(default.unfreeze_blacklist.is_empty() && default.domains_forbidden.is_empty());
    let keys = |value: &Value| value.as_object().unwrap().keys().cloned().collect::<Vec<_>>();
    assert_eq!(keys(&example), keys(&schema()["properties"]));
}

fn schema() -> Value {
    schemars::schema_for!(Config).to_value()
}

#[test]
fn the_schema_is_that_of_the_config() {
    let schema = format!("{:#}\n", schema());
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/config.schema.json");
    if env::var_os("UPDATE_SCHEMA").is_some() {
        fs::write(path, &schema).unwrap();
    }
    let written = fs::read_to_string(path).unwrap_or_default();
    assert!(written == schema, "the config has changed: run this test once with UPDATE_SCHEMA=1");
}
