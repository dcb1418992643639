//! Tests that the README documents each key, and that the schema matches the type.

use hsmod_documented::{check_schema, example, keys, schema};

use super::*;

const README: &str = include_str!("../../README.md");

#[test]
fn the_example_has_each_key_with_its_default() {
    let example = example(README, env!("CARGO_PKG_NAME"));
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
    let schema = schema::<Config>();
    assert_eq!(keys(&example), keys(&schema["properties"]));
    let inner = &schema["$defs"]["MessageMaxLength"]["properties"];
    assert_eq!(keys(&example["message_max_length"]), keys(inner));
    // The schema's own default.
    let interval = &schema["properties"]["refresh_interval"]["default"];
    assert_eq!(*interval, example["refresh_interval"]);
}

#[test]
fn the_schema_is_that_of_the_config() {
    check_schema::<Config>(env!("CARGO_MANIFEST_DIR"));
}
