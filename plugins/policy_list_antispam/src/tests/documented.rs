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
fn the_example_has_each_key_with_its_default() {
    let example = example();
    let config = PolicyListAntispam::parse_config(example.clone()).ok().unwrap();
    assert_eq!(config.ban_lists.len(), 2);
    assert_eq!(config.message_max_length.threshold, Some(20_000));
    let default = PolicyListAntispam::parse_config(json!({})).ok().unwrap();
    assert!(default.ban_lists.is_empty() && default.message_max_length.threshold.is_none());
    let shown = |config: &Config| {
        let max = &config.message_max_length;
        let flags = [config.block_invites, config.block_messages, config.block_usernames];
        (flags, config.first_match, max.rooms.clone(), max.remote_servers, config.refresh_interval)
    };
    assert_eq!(shown(&config), shown(&default));
    let properties = |schema: &Value| schema["properties"].as_object().unwrap().clone();
    let keys = |value: &Value| value.as_object().unwrap().keys().cloned().collect::<Vec<_>>();
    let schema = schema();
    let all: Vec<String> = properties(&schema).keys().cloned().collect();
    assert_eq!(keys(&example), all);
    let inner: Vec<String> =
        properties(&schema["$defs"]["MessageMaxLength"]).keys().cloned().collect();
    assert_eq!(keys(&example["message_max_length"]), inner);
    // What the schema says by itself.
    let interval = &properties(&schema)["refresh_interval"]["default"];
    assert_eq!(*interval, example["refresh_interval"]);
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
