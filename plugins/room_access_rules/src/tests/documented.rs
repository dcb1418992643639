//! Shows that the README's example is a config with each key, and the schema what the type says.

use std::{env, fs};

use super::*;

fn schema() -> Value {
    schemars::schema_for!(Config).to_value()
}

#[test]
fn the_example_has_each_key() {
    let readme = include_str!("../../README.md");
    let block = readme.split("```yaml\n").nth(1).and_then(|rest| rest.split("```").next());
    let example: Value = serde_yaml::from_str(block.unwrap()).unwrap();
    let module = &example["modules"][0];
    assert_eq!(module["module"], env!("CARGO_PKG_NAME"));
    let config = RoomAccessRules::parse_config(module["config"].clone()).ok().unwrap();
    assert_eq!(config.id_server, "vector.im");
    let keys = |value: &Value| {
        let mut keys: Vec<String> = value.as_object().unwrap().keys().cloned().collect();
        keys.sort();
        keys
    };
    assert_eq!(keys(&module["config"]), keys(&schema()["properties"]));
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

#[test]
fn what_is_no_config_says_why() {
    let error = |config| RoomAccessRules::parse_config(config).err().unwrap().to_string();
    assert_eq!(error(json!({})), "missing field `id_server`");
    let misspelt = error(json!({"id_server": "vector.im", "domains_forbidden": []}));
    assert!(misspelt.starts_with("domains_forbidden: unknown field"), "{misspelt}");
}
