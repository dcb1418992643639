//! Shows that config keys that a module does not read are found, wherever they are.

use hsmod_plugin_api::StaticModule;
use hsmod_plugin_api::prelude::*;
use hsmod_plugin_api::testing::prelude::*;

#[derive(Default, Deserialize)]
#[serde(default)]
#[allow(dead_code, reason = "only what is not read matters")]
struct Config {
    evil_users: Vec<String>,
    rules: Vec<Rule>,
    by_room: std::collections::BTreeMap<String, Option<Rule>>,
    action: Action,
    anything: serde::de::IgnoredAny,
    #[serde(rename = "maxAge", alias = "max_age")]
    most: u32,
}

#[derive(Default, Deserialize)]
#[serde(default)]
#[allow(dead_code, reason = "only what is not read matters")]
struct Rule {
    user: String,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "snake_case")]
#[allow(dead_code, reason = "only what is not read matters")]
enum Action {
    #[default]
    Deny,
    Tell {
        room: String,
    },
}

struct Tolerant;

impl Module for Tolerant {
    type Config = Config;

    fn new(_: Config, _: &ModuleApi) -> Result<Arc<Self>, ModuleError> {
        Ok(Arc::new(Self))
    }
}

static MODULE: StaticModule = StaticModule::of::<Tolerant>(b"");

fn unread(config: serde_json::Value) -> Vec<String> {
    let module = TestModule::new(&MODULE, config, &FakeHost::new("example.com")).unwrap();
    module.unread_keys().iter().map(ToString::to_string).collect()
}

#[test]
fn unread_keys_are_named_with_their_path() {
    let config = json!({
        "evil_user": ["@a:x"],
        "rules": [{"user": "@b:x"}, {"usr": {"a\"]": [1, {}]}, "user": "", "é": null}],
        "by_room": {"!r:x": {"use": 1.5}, "!s:x": null},
        "action": {"tell": {"room": "!r:x", "rooom": true}},
    });
    let nobody = |key| format!("`{key}` in the config has no effect: the module does not read it");
    assert_eq!(
        unread(config),
        [
            "action.tell.rooom",
            "by_room.!r:x.use",
            "evil_user",
            "rules.<item 1>.usr",
            "rules.<item 1>.é",
        ]
        .map(nobody)
    );
}

#[test]
fn keys_that_are_read_are_not_reported() {
    let none: [String; 0] = [];
    assert_eq!(unread(json!({})), none);
    let config = json!({"evil_users": ["x"], "anything": {"goes": 1}, "action": "deny"});
    assert_eq!(unread(config), none);
    for key in ["maxAge", "max_age"] {
        assert_eq!(unread(json!({key: 7})), none);
    }
}

#[test]
fn unread_keys_come_with_the_known_ones() {
    let config = json!({"rules": [{"usr": ""}]});
    let module = TestModule::new(&MODULE, config, &FakeHost::new("example.com")).unwrap();
    assert_eq!(module.unread_keys()[0].known, ["user"]);
}
