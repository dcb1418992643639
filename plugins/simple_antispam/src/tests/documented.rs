//! Tests that the README documents each key, and that the schema matches the type.

use hsmod_documented::{check_schema, examples, keys, schema};

use super::*;

const README: &str = include_str!("../../README.md");

#[test]
fn the_examples_have_each_key() {
    let examples: Vec<Value> = examples(README, env!("CARGO_PKG_NAME")).collect();
    assert_eq!(examples.len(), 2);
    let mut written = Vec::new();
    for config in examples {
        let parsed = SimpleAntispam::parse_config(config.clone()).ok().unwrap();
        assert_eq!(parsed.doubts(), [] as [&str; 0]);
        for list in
            [&parsed.blocked_invite_servers, &parsed.blocked_message_servers, &parsed.blocked_texts]
        {
            assert!(!list.is_empty());
        }
        assert!(!parsed.blocked_regexes.is_empty());
        written.extend(keys(&config));
    }
    written.sort();
    assert_eq!(written, keys(&schema::<Config>()["properties"]));
}

#[test]
fn the_schema_is_that_of_the_config() {
    check_schema::<Config>(env!("CARGO_MANIFEST_DIR"));
}
