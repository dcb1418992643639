//! Tests that the README documents each key, and that the schema matches the type.

use hsmod_documented::{check_schema, examples, keys, schema};

use super::*;

const README: &str = include_str!("../../README.md");

#[test]
fn the_examples_have_each_key() {
    let examples: Vec<Value> = examples(README, env!("CARGO_PKG_NAME")).collect();
    let [whole, original] = &examples[..] else { panic!("there are two") };
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
    let mut all = [keys(whole), keys(original)].concat();
    all.sort();
    all.dedup();
    assert_eq!(all, keys(&schema::<Config>()["properties"]));
}

#[test]
fn the_schema_is_that_of_the_config() {
    check_schema::<Config>(env!("CARGO_MANIFEST_DIR"));
}
