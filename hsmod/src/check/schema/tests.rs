//! Tests every message about a config that does not match its schema, and malformed or hostile
//! schemas.

use std::path::Path;

use hsmod_loader::config::Config;
use insta::assert_snapshot;
use serde_json::json;

use super::*;

/// A schema in the form that `schemars` generates.
fn schema() -> Value {
    json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "type": "object",
        "additionalProperties": false,
        "required": ["rules"],
        "properties": {
            "rules": {
                "description": "What is looked at, in this order.\n\nThe first decides.",
                "type": "array",
                "items": {"$ref": "#/$defs/Rule"},
            },
            "action": {"$ref": "#/$defs/Action", "default": "deny"},
            "limit": {
                "description": "How many there may be.",
                "type": "integer", "format": "uint8", "minimum": 0, "maximum": 255, "default": 3,
            },
            "notify": {"anyOf": [{"$ref": "#/$defs/Notify"}, {"type": "null"}]},
            "secret": {"type": ["string", "null"], "minLength": 8},
            "mode": {"enum": ["open", "freeze"]},
            "either": {"anyOf": [{"type": "string"}, {"type": "array"}]},
            "both": {"oneOf": [{"type": "number"}, {"type": "integer"}]},
            "none": {"anyOf": [{"type": "string", "minLength": 3}, {"type": "string", "pattern": "x"}]},
        },
        "$defs": {
            "Rule": {
                "type": "object",
                "additionalProperties": false,
                "required": ["match"],
                "properties": {
                    "match": {"description": "A regular expression.", "type": "string"},
                    "allow": {"type": "array", "items": {"type": "string"}},
                },
            },
            "Action": {"oneOf": [
                {"description": "Says no.", "type": "string", "const": "deny"},
                {"description": "Says nothing.", "type": "string", "const": "shadow_ban"},
            ]},
            "Notify": {
                "type": "object",
                "additionalProperties": false,
                "required": ["room"],
                "properties": {"room": {"type": "string"}},
            },
        },
    })
}

/// The problems of a config with a schema. The config is the second entry of the list.
fn said(schema: &str, config: &str) -> String {
    let indented: String = config.lines().map(|line| format!("\n      {line}")).collect();
    let yaml = format!("modules:\n  - module: a\n  - module: guard\n    config:{indented}\n");
    let config = Config::from_yaml(&yaml, Path::new("/")).unwrap();
    let problems = problems(&config.entries()[1], schema);
    problems.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n")
}

fn fits(config: &str) -> String {
    said(&schema().to_string(), config)
}

#[test]
fn valid_configs_have_no_problems() {
    for config in [
        "rules: []",
        "rules: [{match: x}, {match: y, allow: [a]}]\naction: shadow_ban\nlimit: 255\nnotify: null",
        "{rules: [], notify: {room: x}, secret: null, mode: open, either: [], both: 1.5, none: xxx}",
    ] {
        assert_eq!(fits(config), "", "{config}");
    }
}

#[test]
fn keys() {
    assert_snapshot!(fits("rules:\n  - match: x\n  - match: y\n    alow: []\nlimits: 3\nother: 1"), @"
    error: module `guard`: parse_config: unknown key `alow`
      at modules.<item 1>.config.rules.<item 1>.alow, line 8, column 11
      fix: did you mean `allow`?
    error: module `guard`: parse_config: unknown key `limits`
      at modules.<item 1>.config.limits, line 9, column 7
      fix: did you mean `limit`?
    error: module `guard`: parse_config: unknown key `other`
      at modules.<item 1>.config.other, line 10, column 7
      fix: the keys here are `action`, `both`, `either`, `limit`, `mode`, `none`, `notify`, `rules`, `secret`
    ");
    assert_snapshot!(fits("rules: [{allow: []}]\nnotify: {rom: x}"), @"
    error: module `guard`: parse_config: unknown key `rom`
      at modules.<item 1>.config.notify.rom, line 6, column 16
      fix: did you mean `room`?
    error: module `guard`: parse_config: `room` is missing
      at modules.<item 1>.config.notify, line 6, column 7
      fix: see the module's documentation for what its `config` takes
    error: module `guard`: parse_config: `match` is missing
      at modules.<item 1>.config.rules.<item 0>, line 5, column 15
      fix: add it: A regular expression
    ");
    assert_snapshot!(fits("{}"), @"
    error: module `guard`: parse_config: `rules` is missing
      at modules.<item 1>.config, line 4, column 5
      fix: add it: What is looked at, in this order
    ");
    let bare = r#"{"additionalProperties": false}"#;
    assert_snapshot!(said(bare, "a: 1"), @"
    error: module `guard`: parse_config: unknown key `a`
      at modules.<item 1>.config.a, line 5, column 7
      fix: remove it
    ");
}

#[test]
fn types_and_values() {
    assert_snapshot!(fits("rules: x"), @"
    error: module `guard`: parse_config: expected a list, found a string
      at modules.<item 1>.config.rules, line 5, column 7
      fix: write what belongs here: What is looked at, in this order
    ");
    assert_snapshot!(fits("rules: [[x], {match: 3, allow: [true]}]"), @"
    error: module `guard`: parse_config: expected a mapping, found a list
      at modules.<item 1>.config.rules.<item 0>, line 5, column 15
      fix: see the module's documentation for what its `config` takes
    error: module `guard`: parse_config: expected a string, found a boolean
      at modules.<item 1>.config.rules.<item 1>.allow.<item 0>, line 5, column 39
      fix: see the module's documentation for what its `config` takes
    error: module `guard`: parse_config: expected a string, found a number
      at modules.<item 1>.config.rules.<item 1>.match, line 5, column 21
      fix: write what belongs here: A regular expression
    ");
    assert_snapshot!(fits("rules: []\nlimit: 256"), @"
    error: module `guard`: parse_config: this is greater than the maximum of 255
      at modules.<item 1>.config.limit, line 6, column 7
      fix: write what belongs here: How many there may be
    ");
    assert_snapshot!(fits("rules: []\nlimit: 1.5"), @"
    error: module `guard`: parse_config: expected a whole number, found a number
      at modules.<item 1>.config.limit, line 6, column 7
      fix: write what belongs here: How many there may be
    ");
    assert_snapshot!(fits("rules: []\naction: shadowban\nmode: frozen"), @"
    error: module `guard`: parse_config: expected one of `deny`, `shadow_ban`
      at modules.<item 1>.config.action, line 6, column 7
      fix: did you mean `shadow_ban`?
    error: module `guard`: parse_config: expected one of `open`, `freeze`
      at modules.<item 1>.config.mode, line 7, column 7
      fix: see the module's documentation for what its `config` takes
    ");
    assert_snapshot!(fits("rules: []\naction: 7"), @"
    error: module `guard`: parse_config: expected one of `deny`, `shadow_ban`
      at modules.<item 1>.config.action, line 6, column 7
      fix: see the module's documentation for what its `config` takes
    ");
    assert_snapshot!(fits("rules: []\nnotify: yes please\neither: 3\nnone: a"), @"
    error: module `guard`: parse_config: expected a string or a list, found a number
      at modules.<item 1>.config.either, line 7, column 7
      fix: see the module's documentation for what its `config` takes
    error: module `guard`: parse_config: it matches none of the allowed forms
      at modules.<item 1>.config.none, line 8, column 7
      fix: see the module's documentation for what its `config` takes
    error: module `guard`: parse_config: expected a mapping, found a string
      at modules.<item 1>.config.notify, line 6, column 7
      fix: see the module's documentation for what its `config` takes
    ");
    assert_snapshot!(fits("rules: []\nboth: 1"), @"
    error: module `guard`: parse_config: it matches more than one of the allowed forms
      at modules.<item 1>.config.both, line 6, column 7
      fix: see the module's documentation for what its `config` takes
    ");
}

#[test]
fn secrets_are_not_repeated() {
    for config in ["secret: hunter2", "secret: [hunter2]", "mode: hunter2", "both: hunter2"] {
        let said = fits(&format!("rules: []\n{config}"));
        assert!(!said.is_empty() && !said.contains("hunter2"), "{said}");
    }
}

#[test]
fn the_number_of_problems_is_limited() {
    let keys: String = (0..200).map(|number| format!("k{number}: 1\n")).collect();
    assert_eq!(
        said(r#"{"additionalProperties": false}"#, &keys).matches("unknown key").count(),
        50
    );
    let listed = (0..200).map(|_| "3").collect::<Vec<_>>().join(", ");
    let rules = fits(&format!("rules: [{listed}]"));
    assert_eq!(rules.matches("expected a mapping, found a number").count(), 50);
}

#[test]
fn invalid_schemas_are_a_warning() {
    assert_snapshot!(said(r#"{"type": "strng"}"#, "a: 1"), @r#"
    warning: module `guard`: inspection: the config schema in the plugin `guard` cannot be used: "strng" is not valid under any of the schemas listed in the 'anyOf' keyword, at `/type`
      at modules.<item 1>.module, line 3, column 5
      fix: report it to the plugin's author; without `--no-load`, `hsmod check` lets the module itself check its config
    "#);
    assert_snapshot!(said(r##"{"$ref": "#/$defs/nothing"}"##, "a: 1"), @"
    warning: module `guard`: inspection: the config schema in the plugin `guard` cannot be used: Pointer '/$defs/nothing' does not exist
      at modules.<item 1>.module, line 3, column 5
      fix: report it to the plugin's author; without `--no-load`, `hsmod check` lets the module itself check its config
    ");
    assert_snapshot!(said(r#"{"$schema": "https://example.com/mine"}"#, "a: 1"), @"
    warning: module `guard`: inspection: the config schema in the plugin `guard` cannot be used: Unknown meta-schema: 'https://example.com/mine'. Custom meta-schemas must be registered in the registry before use
      at modules.<item 1>.module, line 3, column 5
      fix: report it to the plugin's author; without `--no-load`, `hsmod check` lets the module itself check its config
    ");
    assert_snapshot!(said(r#"{"pattern": "("}"#, "a: 1"), @r#"
    warning: module `guard`: inspection: the config schema in the plugin `guard` cannot be used: "(" is not a "regex", at `/pattern`
      at modules.<item 1>.module, line 3, column 5
      fix: report it to the plugin's author; without `--no-load`, `hsmod check` lets the module itself check its config
    "#);
    let deep = format!("{{\"not\":{}{}}}", "[".repeat(1000), "]".repeat(1000));
    assert_snapshot!(said(&deep, "a: 1"), @"
    warning: module `guard`: inspection: the config schema in the plugin `guard` cannot be used: recursion limit exceeded at line 1 column 134
      at modules.<item 1>.module, line 3, column 5
      fix: report it to the plugin's author; without `--no-load`, `hsmod check` lets the module itself check its config
    ");
    let long = format!(r#"{{"type": "{}\u001b[2J"}}"#, "x".repeat(1000));
    let said = said(&long, "a: 1");
    assert!(said.len() < 1000 && said.starts_with("warning: "), "{said}");
}

#[test]
fn schemas_elsewhere_are_not_fetched() {
    for uri in
        ["https://example.com/schema", "http://127.0.0.1:9/", "file:///etc/passwd", "other.json"]
    {
        let said = said(&json!({"properties": {"a": {"$ref": uri}}}).to_string(), "a: 1");
        assert!(said.starts_with("warning: ") && said.contains("cannot be used"), "{uri}: {said}");
    }
    assert_snapshot!(said(r#"{"$ref": "https://example.com/schema"}"#, "a: 1"), @"
    warning: module `guard`: inspection: the config schema in the plugin `guard` cannot be used: Resource 'https://example.com/schema' is not present in a registry and retrieving it failed: a schema from elsewhere is not fetched
      at modules.<item 1>.module, line 3, column 5
      fix: report it to the plugin's author; without `--no-load`, `hsmod check` lets the module itself check its config
    ");
}

#[test]
fn a_pattern_that_explodes_is_bounded() {
    let schema = json!({"properties": {"a": {"pattern": "^(a|a)*(?=b)\\1$"}}});
    let said = said(&schema.to_string(), &format!("a: {}", "a".repeat(60)));
    assert!(said.starts_with("error: ") || said.starts_with("warning: "), "{said}");
}
