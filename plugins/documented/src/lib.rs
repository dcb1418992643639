//! Checks of READMEs and config schemas, shared by the tests of all plugins.
//!
//! Operators copy the examples of a README, and `hsmod check --no-load` and editors rely on the
//! schema. So both are compared with the type that the plugin parses its config into.
#![forbid(unsafe_code)]

use std::path::Path;
use std::{env, fs};

use schemars::{JsonSchema, schema_for};
use serde_json::Value;

/// The configs of the examples in `readme`, in order. Each YAML block is an example. Its config is
/// that of its first module, which must be `plugin`, or the value of `config:` if it lists no
/// modules.
///
/// # Panics
/// Panics at an example that is not YAML or belongs to another plugin.
pub fn examples(readme: &str, plugin: &str) -> impl Iterator<Item = Value> {
    let blocks = readme.split("```yaml\n").skip(1).filter_map(|rest| rest.split("```").next());
    blocks.map(move |block| {
        let example: Value = serde_yaml::from_str(block).expect("an example is YAML");
        let Some(modules) = example.get("modules") else { return example["config"].clone() };
        assert_eq!(modules[0]["module"], plugin, "an example is of another plugin");
        modules[0]["config"].clone()
    })
}

/// The config of the first example.
///
/// # Panics
/// If there is no example, and as [`examples`].
pub fn example(readme: &str, plugin: &str) -> Value {
    let mut examples = examples(readme, plugin);
    examples.next().expect("a README has a block of YAML with `modules:`")
}

/// The schema of `Config`.
pub fn schema<Config: JsonSchema>() -> Value {
    schema_for!(Config).to_value()
}

/// The keys of an object, sorted.
///
/// # Panics
/// If it is not an object.
pub fn keys(object: &Value) -> Vec<String> {
    let mut keys: Vec<String> = object.as_object().expect("an object").keys().cloned().collect();
    keys.sort();
    keys
}

/// Compares `config.schema.json` in the `folder` of a crate with the schema of its `Config`. If
/// `UPDATE_SCHEMA` is set in the environment, writes the file first.
///
/// # Panics
/// If they differ.
pub fn check_schema<Config: JsonSchema>(folder: &str) {
    let schema = format!("{:#}\n", schema::<Config>());
    let file = Path::new(folder).join("config.schema.json");
    if env::var_os("UPDATE_SCHEMA").is_some() {
        fs::write(&file, &schema).expect("the schema can be written");
    }
    let written = fs::read_to_string(&file).unwrap_or_default();
    assert!(
        written == schema,
        "{} is no longer the schema of the config: run this test once with UPDATE_SCHEMA=1",
        file.display()
    );
}
