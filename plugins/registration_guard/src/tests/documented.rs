//! Tests that the README documents each key with its default, and that the schema matches the type.

use std::{env, fs};

use hsmod_documented::{check_schema, example, keys, schema};

use super::*;

const README: &str = include_str!("../../README.md");

/// Keys without a default in the schema, since their values depend on the operator.
const OWN: [&str; 3] = ["blocked_email_domains", "blocked_email_domains_file", "notify"];

#[test]
fn the_example_has_each_key_with_its_default() {
    let mut example = example(README, env!("CARGO_PKG_NAME"));
    let schema = schema::<Config>();
    let properties = schema["properties"].as_object().unwrap();
    assert_eq!(keys(&example), keys(&schema["properties"]));
    assert_eq!(keys(&example["notify"]), keys(&schema["$defs"]["Notify"]["properties"]));
    for (key, property) in properties.iter().filter(|(key, _)| !OWN.contains(&key.as_str())) {
        assert_eq!(example[key], property["default"], "{key}");
    }
    // The file of the example does not exist on every machine.
    let file = env::temp_dir().join(format!("registration_guard-example-{}", std::process::id()));
    fs::write(&file, "example.org\n").unwrap();
    example["blocked_email_domains_file"] = json!(file);
    let module = module(example);
    assert_eq!(with_email(&module, "a@example.org"), DENY);
    assert_eq!(module.callbacks(), ["spam_checker.check_registration_for_spam"]);
    fs::remove_file(&file).unwrap();
}

#[test]
fn the_schema_is_that_of_the_config() {
    check_schema::<Config>(env!("CARGO_MANIFEST_DIR"));
}
