//! Shows that the README has each key with its default, and the schema what the type says.

use std::{env, fs};

use super::*;

const README: &str = include_str!("../../README.md");

/// The config of the example.
fn example() -> Value {
    let block = README.split("```yaml\n").nth(1).and_then(|rest| rest.split("```").next());
    let example: Value = serde_yaml::from_str(block.unwrap()).unwrap();
    let module = &example["modules"][0];
    assert_eq!(module["module"], env!("CARGO_PKG_NAME"));
    module["config"].clone()
}

fn schema() -> Value {
    schemars::schema_for!(Config).to_value()
}

/// What belongs to the operator's place: it stands in no schema as a default.
const OWN: [&str; 3] = ["blocked_email_domains", "blocked_email_domains_file", "notify"];

#[test]
fn the_example_has_each_key_with_its_default() {
    let mut example = example();
    let schema = schema();
    let keys = |value: &Value| value.as_object().unwrap().keys().cloned().collect::<Vec<_>>();
    let properties = schema["properties"].as_object().unwrap();
    assert_eq!(keys(&example), properties.keys().cloned().collect::<Vec<_>>());
    assert_eq!(keys(&example["notify"]), keys(&schema["$defs"]["Notify"]["properties"]));
    for (key, property) in properties.iter().filter(|(key, _)| !OWN.contains(&key.as_str())) {
        assert_eq!(example[key], property["default"], "{key}");
    }
    // The one thing that is not there on every machine.
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
    let schema = format!("{:#}\n", schema());
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/config.schema.json");
    if env::var_os("UPDATE_SCHEMA").is_some() {
        fs::write(path, &schema).unwrap();
    }
    let written = fs::read_to_string(path).unwrap_or_default();
    assert!(written == schema, "the config has changed: run this test once with UPDATE_SCHEMA=1");
}
