//! Tests that the README's example has each key, and that the schema matches the type.

use hsmod_documented::{check_schema, example, keys, schema};

use super::*;

#[test]
fn the_example_has_each_key() {
    let example = example(include_str!("../../README.md"), env!("CARGO_PKG_NAME"));
    let config = RoomAccessRules::parse_config(example.clone()).ok().unwrap();
    assert_eq!(config.id_server, "vector.im");
    assert_eq!(keys(&example), keys(&schema::<Config>()["properties"]));
}

#[test]
fn the_schema_is_that_of_the_config() {
    check_schema::<Config>(env!("CARGO_MANIFEST_DIR"));
}

#[test]
fn errors_of_invalid_configs_say_why() {
    let error = |config| RoomAccessRules::parse_config(config).err().unwrap().to_string();
    assert_eq!(error(json!({})), "missing field `id_server`");
    let misspelt = error(json!({"id_server": "vector.im", "domains_forbidden": []}));
    assert!(misspelt.starts_with("domains_forbidden: unknown field"), "{misspelt}");
}
