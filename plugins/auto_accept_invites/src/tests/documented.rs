//! Shows that the README has each key, and the schema what the type says.

use std::{env, fs};

use super::*;

const README: &str = include_str!("../../README.md");

/// The configs of the examples in the README.
fn examples() -> Vec<Value> {
    let blocks = README.split("```yaml\n").skip(1).map(|rest| rest.split("```").next());
    let config = |block: Option<&str>| {
        let example: Value = serde_yaml::from_str(block.unwrap()).unwrap();
        let module = &example["modules"][0];
        assert_eq!(module["module"], env!("CARGO_PKG_NAME"));
        module["config"].clone()
    };
    blocks.map(config).collect()
}

#[test]
fn the_examples_have_each_key() {
    let [whole, original] = &examples()[..] else { panic!("there are two") };
    let old = AutoAcceptInvites::parse_config(original.clone()).ok().unwrap();
    assert!(old.only_for_direct_messages && old.only_from_local_users);
    assert_eq!(old.worker_to_run_on.as_deref(), Some("worker1"));
    let config = AutoAcceptInvites::parse_config(whole.clone()).ok().unwrap();
    let default = AutoAcceptInvites::parse_config(json!({})).ok().unwrap();
    assert_eq!(config.exclude_senders.len(), 2);
    assert!(default.exclude_senders.is_empty());
    let shown = |config: &Config| {
        let flags = [config.only_for_direct_messages, config.only_from_local_users];
        (flags, config.worker_to_run_on.clone(), config.max_retries)
    };
    assert_eq!(shown(&config), shown(&default));
    let keys = |value: &Value| value.as_object().unwrap().keys().cloned().collect::<Vec<_>>();
    let mut all = [keys(whole), keys(original)].concat();
    all.sort();
    all.dedup();
    assert_eq!(all, keys(&schema()["properties"]));
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
