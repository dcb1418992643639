//! Tests that `hsmod migrate` translates the modules of real configs, and that the result passes a
//! check.

use std::fs;
use std::path::{Path, PathBuf};

use hsmod_loader::Config;
use hsmod_tests::build;
use hsmod_tests::scene::{only_its_owner_may_write, private_folder};

use crate::command::{hsmod, shown};

/// Real operators' configs, with names and secrets replaced.
const CONFIGS: [&str; 14] = [
    "auto_accept_invites",
    "auto_accept_invites_of_synapse",
    "domain_rules",
    "http_antispam",
    "last_admin",
    "mixed",
    "policy_lists",
    "policy_lists_before_1_37",
    "registration",
    "room_access_rules",
    "shared_secret_auth",
    "simple_antispam",
    "user_restrictions",
    "without_modules",
];

/// Secrets in the configs, which must not appear in any message.
const SECRETS: [&str; 6] = [
    "Eikie2ahphee7Oom",
    "aeYai9eiGh4oothoh",
    "ooz1EiTh2aeghohz",
    "ch8eiZ0o",
    "Thoo4uo9eiWo",
    "database password",
];

pub(crate) fn folder_of_configs() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it/migrate")
}

#[test]
fn real_configs_are_translated() {
    let folder = folder_of_configs();
    let mut settings = insta::Settings::clone_current();
    settings.set_snapshot_path("migrate");
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    settings.bind(|| {
        for name in CONFIGS {
            let mut command = hsmod(&["migrate", &format!("{name}.yaml")]);
            let shown = shown(command.current_dir(&folder), &folder);
            let said = shown.split("--- stderr").nth(1).unwrap_or_default();
            assert!(!SECRETS.iter().any(|secret| said.contains(secret)), "{said}");
            insta::assert_snapshot!(name, shown);
        }
    });
    // Every config in the folder is tested.
    let there = fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().file_name());
    let mut there: Vec<String> = there.map(|name| name.to_string_lossy().into_owned()).collect();
    there.retain(|name| name.ends_with(".yaml"));
    there.sort();
    assert_eq!(there, CONFIGS.map(|name| format!("{name}.yaml")));
}

#[test]
fn the_results_pass_check() {
    let folder = private_folder();
    let plugins = folder.path().join("plugins");
    fs::create_dir(&plugins).unwrap();
    only_its_owner_may_write(&plugins);
    let text = |path: &Path| fs::read_to_string(path).unwrap();
    for name in CONFIGS.into_iter().filter(|name| *name != "without_modules") {
        let source = folder_of_configs().join(format!("{name}.yaml"));
        let result = folder.path().join(format!("{name}.yaml"));
        let mut command = hsmod(&["migrate", source.to_str().unwrap(), "-o"]);
        let written = command.arg(&result).output().unwrap();
        let untranslated = text(&result).contains("# not translated");
        assert_eq!(written.status.code(), Some(i32::from(untranslated)), "{name}: {written:?}");
        let config = Config::from_file(&result).unwrap();
        assert_eq!(config.problems(), [], "{name}");
        for entry in config.entries() {
            let plugin = entry.module();
            let copy = plugins.join(format!("lib{plugin}.so"));
            if !copy.exists() {
                fs::copy(build::plugin(plugin), &copy).unwrap();
                only_its_owner_may_write(&copy);
            }
        }
        let mut check = hsmod(&["check", "--no-load", "-c", result.to_str().unwrap()]);
        let checked = shown(&mut check, folder.path());
        assert!(checked.starts_with("exit code: 0"), "{name}: {checked}\n{}", text(&result));
    }
}
