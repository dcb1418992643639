//! Tests that the documentation lists each key with its default, and each callback.

use super::*;

#[test]
fn each_key_and_each_callback_is_documented() {
    let docs = include_str!("../../README.md");
    let error = HttpAntispam::parse_config(json!({"?": 1})).err().unwrap().to_string();
    let keys: Vec<&str> = error.split('`').skip(3).step_by(2).collect();
    assert_eq!(keys.len(), 9, "{error}");
    for key in keys {
        assert!(docs.contains(&format!(" {key}: ")), "`{key}` is not in the example");
    }
    for name in HttpAntispam::WRITTEN {
        let row =
            docs.lines().any(|line| line.starts_with("| ") && line.contains(&format!("`{name}`")));
        assert!(row, "`{name}` is not in the table");
    }
    let config = HttpAntispam::parse_config(json!({"base_url": URL})).ok().unwrap();
    for default in [
        format!("timeout_ms: {} ", config.timeout_ms),
        format!("max_response_bytes: {} ", config.max_response_bytes),
    ] {
        assert!(docs.contains(&default), "the default is {default}");
    }
}

#[test]
fn the_schema_is_that_of_the_config() {
    hsmod_documented::check_schema::<Config>(env!("CARGO_MANIFEST_DIR"));
}
