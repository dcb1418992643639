//! Shows that the README has each key, and the schema what the type says.

use std::{env, fs};

use super::*;

const README: &str = include_str!("../../README.md");

/// The examples in the README.
fn examples() -> Vec<Value> {
    let blocks = README.split("```yaml\n").skip(1).map(|rest| rest.split("```").next());
    blocks.map(|block| serde_yaml::from_str(block.unwrap()).unwrap()).collect()
}

#[test]
fn the_examples_have_each_key() {
    let [whole, classes] = &examples()[..] else { panic!("there are two") };
    let entry = &whole["modules"][0];
    assert_eq!(entry["module"], env!("CARGO_PKG_NAME"));
    let mut keys = Vec::new();
    for config in [&entry["config"], &classes["config"]] {
        let parsed = SimpleAntispam::parse_config(config.clone()).ok().unwrap();
        assert_eq!(parsed.doubts(), [] as [&str; 0]);
        for list in
            [&parsed.blocked_invite_servers, &parsed.blocked_message_servers, &parsed.blocked_texts]
        {
            assert!(!list.is_empty());
        }
        assert!(!parsed.blocked_regexes.is_empty());
        keys.extend(config.as_object().unwrap().keys().cloned());
    }
    keys.sort();
    let schema = schema();
    assert_eq!(keys, schema["properties"].as_object().unwrap().keys().cloned().collect::<Vec<_>>());
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
