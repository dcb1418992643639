//! Tests that the README documents each key, and that the schema matches the type.

use hsmod_documented::{check_schema, example, keys, schema};

use super::*;

const README: &str = include_str!("../../README.md");

#[test]
fn the_example_has_each_key() {
    let example = example(README, env!("CARGO_PKG_NAME"));
    let config = LastAdmin::parse_config(example.clone()).ok().unwrap();
    let default = LastAdmin::parse_config(json!({})).ok().unwrap();
    assert_eq!((config.mode, config.promotes()), (default.mode, !default.promotes()));
    assert_eq!(config.frozen_event_type, default.frozen_event_type);
    assert_eq!(config.unfreeze_blacklist, ["guests.example"]);
    assert_eq!(config.domains_forbidden, ["guests.example"]);
    assert!(default.unfreeze_blacklist.is_empty() && default.domains_forbidden.is_empty());
    assert_eq!(keys(&example), keys(&schema::<Config>()["properties"]));
}

#[test]
fn the_schema_is_that_of_the_config() {
    check_schema::<Config>(env!("CARGO_MANIFEST_DIR"));
}
