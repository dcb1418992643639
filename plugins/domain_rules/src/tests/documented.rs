//! Tests that the README documents each key and callback, and that the schema matches the type.

use hsmod_documented::{check_schema, example, keys, schema};

use super::*;

const README: &str = include_str!("../../README.md");

#[test]
fn the_example_has_each_key() {
    let config = example(README, env!("CARGO_PKG_NAME"));
    assert_eq!(keys(&config), keys(&schema::<Config>()["properties"]));
    for callback in DomainRules::WRITTEN {
        assert!(README.contains(&format!("| `{callback}` |")), "`{callback}` is not in the table");
    }
    let module = TestModule::new(&MODULE, config, &host()).unwrap();
    assert_eq!(module.callbacks().len(), DomainRules::WRITTEN.len());
    assert!(invites(&module, "@a:partner.example", "@b:example.com"));
    assert!(!invites(&module, "@a:partner.example", "@b:partner.example"));
    assert!(!invites(&module, "@a:elsewhere.example", "@b:example.com"));
}

#[test]
fn the_schema_is_that_of_the_config() {
    check_schema::<Config>(env!("CARGO_MANIFEST_DIR"));
}
