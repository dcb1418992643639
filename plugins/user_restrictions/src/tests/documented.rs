//! Tests that the README documents each key and permission, and that the schema matches the type.

use hsmod_documented::{check_schema, example, keys};

use super::*;

const README: &str = include_str!("../../README.md");

#[test]
fn the_example_has_each_key_and_permission() {
    let config = example(README, env!("CARGO_PKG_NAME"));
    assert_eq!(keys(&config), ["default_deny", "rules"]);
    for (_, callback) in CALLBACKS {
        assert!(README.contains(&format!("| `{callback}` |")), "`{callback}` is not in the table");
    }
    let module = module(config);
    assert_eq!(module.callbacks().len(), 7, "the example mentions each permission");
    assert!(invites(&module, "@staff-1:example.com", "@guest-1:example.com"));
    assert!(!invites(&module, "@guest-1:example.com", "@staff-1:example.com"));
    assert!(!invites(&module, "@bob:example.com", "@staff-1:example.com"));
    assert!(invites(&module, "@eve:example.org", "@bob:example.com"));
}

#[test]
fn the_schema_is_that_of_the_config() {
    check_schema::<Config>(env!("CARGO_MANIFEST_DIR"));
}
