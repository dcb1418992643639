//! Tests that configs are validated against the schemas in plugins without running the plugins,
//! even if the schemas are hostile.

use std::path::{Path, PathBuf};

use hsmod_tests::build;
use hsmod_tests::scene::Scene;
use serde_json::{Value, json};

use crate::check::check;
use crate::command::{hsmod, values};

/// The plugins that come with hsmod. The other crates beside them are libraries.
fn plugins() -> Vec<String> {
    let entries = std::fs::read_dir(folder()).unwrap().map(|entry| entry.unwrap().path());
    let is_plugin = |path: &PathBuf| {
        let manifest = std::fs::read_to_string(path.join("Cargo.toml")).unwrap_or_default();
        manifest.contains("cdylib")
    };
    let mut names: Vec<String> = entries
        .filter(is_plugin)
        .map(|path| path.file_name().unwrap().to_string_lossy().into_owned())
        .collect();
    names.sort();
    assert!(names.len() >= 4, "{names:?}");
    names
}

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../plugins")
}

/// The problems that `check --no-load --json` reports for a plugin's config, and the exit code.
fn checked(plugin: &str, config: &Value) -> (Vec<Value>, i32) {
    let scene = Scene::new().module(plugin, config.clone());
    let file = scene.write();
    let arguments = ["check", "--no-load", "--json", "-c", file.to_str().unwrap()];
    let (lines, code) = values(&mut hsmod(&arguments));
    (lines[0]["problems"].as_array().unwrap().clone(), code)
}

#[test]
fn each_plugin_has_a_schema_that_refuses_unknown_keys() {
    for plugin in plugins() {
        let file = build::plugin(&plugin);
        let (shown, _) = values(&mut hsmod(&["inspect", "--json", file.to_str().unwrap()]));
        let schema = &shown[0]["config_schema"];
        let text = std::fs::read_to_string(folder().join(&plugin).join("config.schema.json"));
        let text = text.unwrap_or_else(|error| panic!("{plugin}/config.schema.json: {error}"));
        assert_eq!(
            *schema,
            serde_json::from_str::<Value>(&text).unwrap(),
            "{plugin}: is its schema in `export_module!`?"
        );
        let (problems, code) = checked(&plugin, &json!({"no_such_key": 1}));
        let place = "modules.<item 0>.config.no_such_key";
        assert!(problems.iter().any(|problem| problem["path"] == place), "{plugin}: {problems:?}");
        assert_eq!(code, 1, "{plugin}");
    }
}

#[test]
fn the_example_of_each_plugin_passes_and_with_a_typo_it_does_not() {
    let mut tried = 0;
    for plugin in plugins() {
        let Ok(readme) = std::fs::read_to_string(folder().join(&plugin).join("README.md")) else {
            continue;
        };
        let block = readme.split("```yaml\n").nth(1).and_then(|rest| rest.split("```").next());
        let block = block.unwrap_or_else(|| panic!("{plugin}/README.md has no example"));
        let config = hsmod_loader::Config::from_yaml(block, Path::new("/")).unwrap();
        let example = Value::Object(config.entries()[0].config().clone());
        let (problems, code) = checked(&plugin, &example);
        assert_eq!((problems.as_slice(), code), (&[][..], 0), "{plugin}");
        for key in example.as_object().unwrap().keys() {
            let mut misspelt = example.clone();
            let members = misspelt.as_object_mut().unwrap();
            let value = members.remove(key).unwrap();
            members.insert(format!("{key}z"), value);
            let (problems, code) = checked(&plugin, &misspelt);
            let fix = format!("did you mean `{key}`?");
            let named = problems.iter().any(|problem| problem["fix"] == *fix);
            assert!(named && code == 1, "{plugin}.{key}: {problems:?}");
        }
        tried += 1;
    }
    assert!(tried > 0, "no plugin has a README.md");
}

#[test]
fn the_page_of_plugins_has_a_row_of_each_with_its_callbacks_and_size() {
    let page = std::fs::read_to_string(folder().join("README.md")).unwrap();
    for plugin in plugins() {
        let row = page.lines().find(|line| line.starts_with(&format!("| [{plugin}]({plugin}/")));
        let row = row.unwrap_or_else(|| panic!("plugins/README.md has no row of {plugin}"));
        let file = build::plugin(&plugin);
        let (shown, _) = values(&mut hsmod(&["inspect", "--json", file.to_str().unwrap()]));
        let callbacks = shown[0]["callbacks"].as_object().unwrap().values();
        let callbacks: Vec<&str> = callbacks
            .flat_map(|names| names.as_array().unwrap())
            .filter_map(Value::as_str)
            .collect();
        // Up to four callbacks are listed; of more, only the number is given.
        let is_right = if callbacks.len() <= 4 {
            callbacks.iter().all(|name| row.contains(&format!("`{name}`")))
        } else {
            row.contains(&format!("| {} of `", callbacks.len()))
        };
        assert!(is_right, "the row of {plugin} does not show {callbacks:?}");
        assert!(row.ends_with(" KiB |"), "the row of {plugin} lacks its size: {row}");
    }
}

#[test]
fn a_module_that_reads_its_config_itself_has_the_only_word() {
    let scene = Scene::new().module("demo", json!({"denied_usr": "@a:x", "other": 1}));
    insta::assert_snapshot!(check(&scene, &["--no-load"]), @"
    exit code: 1
    --- stdout
    failed  demo (demo 0.9.0 for ABI <abi>)
      requires: spam_checker.user_may_create_room
    error: module `demo`: parse_config: unknown key `denied_usr`
      at modules.<item 0>.config.denied_usr, line 5, column 9
      fix: did you mean `denied_user`?
    error: module `demo`: parse_config: unknown key `other`
      at modules.<item 0>.config.other, line 6, column 9
      fix: the keys here are `denied_user`
    1 module: 2 errors, 0 warnings
    ");
    insta::assert_snapshot!(check(&scene, &[]), @"
    exit code: 1
    --- stdout
    failed  demo (demo 0.9.0 for ABI <abi>)
      requires: spam_checker.user_may_create_room
    error: module `demo`: parse_config: unknown field `denied_usr`, expected `denied_user`
      at modules.<item 0>.config.denied_usr, line 5, column 9
      fix: see the module's documentation for what its `config` takes
    1 module: 1 error, 0 warnings
    ");
}

/// The plugin `registration_guard`, with another schema in its file.
fn with_schema(schema: &str) -> Scene {
    let scene = Scene::new().module("registration_guard", json!({"action": "deny"}));
    let file = scene.plugins().join(build::plugin("registration_guard").file_name().unwrap());
    let mut bytes = std::fs::read(&file).unwrap();
    let old = std::fs::read(folder().join("registration_guard/config.schema.json")).unwrap();
    let mut new = schema.as_bytes().to_vec();
    assert!(new.len() <= old.len(), "there is no room for it");
    new.resize(old.len(), b' ');
    let places: Vec<usize> = bytes
        .windows(old.len())
        .enumerate()
        .filter(|(_, part)| *part == old)
        .map(|(at, _)| at)
        .collect();
    assert!(!places.is_empty(), "it has its schema");
    for place in places {
        bytes[place..place + new.len()].copy_from_slice(&new);
    }
    std::fs::write(&file, bytes).unwrap();
    scene
}

/// Only the first line of the warning, since the rest differs between systems.
fn first_line_of_warning(scene: &Scene) -> String {
    let said = check(scene, &["--no-load"]);
    assert!(said.starts_with("exit code: 0\n"), "{said}");
    assert!(said.contains("1 module: 0 errors, 1 warning"), "{said}");
    said.lines().find(|line| line.starts_with("warning: ")).unwrap().to_owned()
}

/// The validator detects the recursion, so the check ends.
#[test]
fn a_schema_that_calls_itself_for_ever_ends() {
    for schema in [r##"{"$ref": "#"}"##, r##"{"allOf": [{"$ref": "#"}, {"not": {"$ref": "#"}}]}"##]
    {
        let said = check(&with_schema(schema), &["--no-load"]);
        assert!(said.starts_with("exit code: ") && said.contains("\n1 module: "), "{said}");
    }
}

#[test]
fn a_schema_that_takes_for_ever_is_a_warning() {
    // Each level refers to the next one twice.
    let levels: Vec<String> = (0..60)
        .map(|level| {
            let below = level + 1;
            format!(r##""{level}":{{"allOf":[{{"$ref":"#/$defs/{below}"}},{{"$ref":"#/$defs/{below}"}}]}}"##)
        })
        .collect();
    let schema = format!(r##"{{"$ref":"#/$defs/0","$defs":{{{},"60":{{}}}}}}"##, levels.join(","));
    let said = first_line_of_warning(&with_schema(&schema));
    assert!(said.contains("cannot be used: it did not come back within 5s"), "{said}");
}

#[test]
fn a_schema_elsewhere_is_not_fetched() {
    let said = first_line_of_warning(&with_schema(r#"{"$ref": "http://127.0.0.1:9/schema"}"#));
    assert!(said.contains("a schema from elsewhere is not fetched"), "{said}");
}
