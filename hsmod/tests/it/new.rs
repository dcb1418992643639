//! Tests that `hsmod new` creates a crate or leaves nothing behind, and reports what prevents it.

use std::fs;
use std::path::Path;
use std::process::Command;

use hsmod_tests::build;

use crate::command::{hsmod, shown};

/// `hsmod new` with these arguments, in this folder.
pub(crate) fn new_in(folder: &Path, arguments: &[&str]) -> Command {
    let mut command = hsmod(&[&["new"], arguments].concat());
    // The environment of the test run may set another target directory.
    command.current_dir(folder).env_remove("CARGO_TARGET_DIR");
    command
}

fn new(folder: &Path, arguments: &[&str]) -> String {
    shown(&mut new_in(folder, arguments), folder)
}

fn entries(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).unwrap();
    let mut names: Vec<String> =
        entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

#[test]
fn the_next_steps_are_printed() {
    let folder = tempfile::tempdir().unwrap();
    insta::assert_snapshot!(new(folder.path(), &["my_filter"]), @"
    exit code: 0
    --- stdout
    created my_filter, whose module answers spam_checker.check_event_for_spam

    Next:
      cd my_filter
      cargo test
      cargo build --release
      hsmod check -c modules.yaml --world world.yaml
      hsmod call -c modules.yaml --world world.yaml spam_checker.check_event_for_spam args.json
      hsmod replay -c modules.yaml --world world.yaml events.ndjson

    my_filter/README.md explains what each of them shows.
    --- stderr
    note: hsmod-plugin-api is not on crates.io yet, so cargo will not find it
      fix: give its path: rm -r my_filter && hsmod new my_filter --api CHECKOUT/plugin-api
    ");
    assert_eq!(entries(folder.path()), ["my_filter"]);
    let files = [
        ".gitignore",
        "Cargo.toml",
        "README.md",
        "args.json",
        "events.ndjson",
        "modules.yaml",
        "src",
        "world.yaml",
    ];
    assert_eq!(entries(&folder.path().join("my_filter")), files);
    assert_eq!(entries(&folder.path().join("my_filter/src")), ["lib.rs", "tests.rs"]);

    let api = build::workspace().join("plugin-api");
    let arguments = ["my_limits", "--category", "media_repository", "--api", api.to_str().unwrap()];
    insta::assert_snapshot!(new(folder.path(), &arguments), @"
    exit code: 0
    --- stdout
    created my_limits, whose module answers media_repository.is_user_allowed_to_upload_media_of_size

    Next:
      cd my_limits
      cargo test
      cargo build --release
      hsmod check -c modules.yaml --world world.yaml
      hsmod call -c modules.yaml --world world.yaml media_repository.is_user_allowed_to_upload_media_of_size args.json
      hsmod replay -c modules.yaml --world world.yaml events.ndjson

    my_limits/README.md explains what each of them shows.
    ");
}

#[test]
fn no_placeholder_of_a_template_is_left() {
    let folder = tempfile::tempdir().unwrap();
    new(folder.path(), &["my_filter"]);
    let crate_folder = folder.path().join("my_filter");
    for file in
        ["Cargo.toml", "README.md", "modules.yaml", "src/lib.rs", "src/tests.rs", "world.yaml"]
    {
        let text = fs::read_to_string(crate_folder.join(file)).unwrap();
        assert!(!text.contains("{{") && !text.contains("}}"), "{file}:\n{text}");
    }
    insta::assert_snapshot!(fs::read_to_string(crate_folder.join("modules.yaml")).unwrap(), @r#"
    # The homeserver's list of modules.
    plugins_dir: target/release # where `cargo build --release` puts the plugin
    verify: { permissions: warn } # for a build folder, which others may write to; leave it out elsewhere
    modules:
      - module: my_filter
        config:
          words: ["cheap followers"]
    "#);
}

#[test]
fn the_readme_shows_what_is_written() {
    let folder = tempfile::tempdir().unwrap();
    new(folder.path(), &["my_filter"]);
    let readme = fs::read_to_string(build::workspace().join("README.md")).unwrap();
    let section = readme.split("### For module authors").nth(1).expect("the section for authors");
    let block = |language: &str| {
        let blocks = section.split(&format!("```{language}\n")).nth(1);
        blocks.and_then(|rest| rest.split("```").next()).expect("a block of that language")
    };
    let advice = "copy into README.md what `hsmod new my_filter` writes";
    assert_eq!(block("toml"), manifest(folder.path()), "{advice}");
    let library = fs::read_to_string(folder.path().join("my_filter/src/lib.rs")).unwrap();
    let module = library.split_once("#![forbid(unsafe_code)]\n\n").unwrap().1;
    assert_eq!(block("rust"), module.replace("\n#[cfg(test)]\nmod tests;\n", ""), "{advice}");
    let steps = new(folder.path(), &["another"]).replace("another", "my_filter");
    let steps = steps.lines().skip_while(|line| *line != "Next:").skip(1);
    let steps: String =
        steps.map_while(|line| line.strip_prefix("  ")).map(|step| format!("$ {step}\n")).collect();
    assert!(section.contains(&steps), "{advice}: it says\n{steps}");
}

#[test]
fn the_events_are_those_of_a_real_homeserver() {
    let template = include_str!("../../templates/events.ndjson");
    let recorded = build::workspace().join("tests/data/federation-pdus.ndjson");
    let recorded = fs::read_to_string(recorded).unwrap();
    assert_eq!(template, recorded, "templates/events.ndjson is a copy of the recorded events");
}

#[test]
fn a_name_that_cannot_be_one_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let names = [
        "My-Filter",
        "",
        "2fa",
        "filtre_é",
        "plugins/my_filter",
        "plugins/",
        "/tmp/MyFilter",
        "match",
        "spam_checker",
        "hsmod",
        "hsmod_filter",
        "serde",
        "demo",
    ];
    let said: Vec<String> = names.iter().map(|name| new(folder.path(), &[name])).collect();
    insta::assert_snapshot!(said.join("\n"), @"
    exit code: 2
    --- stderr
    error: `My-Filter` cannot be the name of a module: names consist of `a` to `z`, digits and `_`, begin with a letter and have at most 64 characters
      fix: hsmod new my_filter
    exit code: 2
    --- stderr
    error: the name is empty
      fix: hsmod new my_filter
    exit code: 2
    --- stderr
    error: `2fa` cannot be the name of a module: names consist of `a` to `z`, digits and `_`, begin with a letter and have at most 64 characters
      fix: hsmod new my_filter
    exit code: 2
    --- stderr
    error: `filtre_é` cannot be the name of a module: names consist of `a` to `z`, digits and `_`, begin with a letter and have at most 64 characters
      fix: hsmod new filtre
    exit code: 2
    --- stderr
    error: `plugins/my_filter` is a path, not a name
      fix: change to its folder first: cd plugins && hsmod new my_filter
    exit code: 2
    --- stderr
    error: `plugins/` cannot be the name of a module: names consist of `a` to `z`, digits and `_`, begin with a letter and have at most 64 characters
      fix: hsmod new plugins
    exit code: 2
    --- stderr
    error: `/tmp/MyFilter` is a path, not a name
      fix: change to its folder first: cd /tmp && hsmod new my_filter
    exit code: 2
    --- stderr
    error: `match` is a keyword of Rust, so no crate can have this name
      fix: hsmod new my_match
    exit code: 2
    --- stderr
    error: `spam_checker` is a category of callbacks, so no module can have this name
      fix: hsmod new my_spam_checker --category spam_checker
    exit code: 2
    --- stderr
    error: `hsmod` is reserved: the names of hsmod's own crates begin with `hsmod`
      fix: hsmod new my_filter
    exit code: 2
    --- stderr
    error: `hsmod_filter` is reserved: the names of hsmod's own crates begin with `hsmod`
      fix: hsmod new my_filter
    exit code: 2
    --- stderr
    error: `serde` is the name of a crate that comes with Rust or with hsmod-plugin-api
      fix: hsmod new my_serde
    exit code: 2
    --- stderr
    error: `demo` is a plugin that comes with hsmod, and yours would replace it
      fix: hsmod new my_demo
    ");
    let long = "a".repeat(65);
    assert!(new(folder.path(), &[&long]).contains("have at most 64 characters"));
    assert_eq!(entries(folder.path()), [] as [&str; 0]);
}

#[test]
fn existing_folders_are_kept() {
    let folder = tempfile::tempdir().unwrap();
    fs::create_dir(folder.path().join("my_filter")).unwrap();
    fs::write(folder.path().join("my_file"), "mine").unwrap();
    insta::assert_snapshot!(new(folder.path(), &["my_filter"]), @"
    exit code: 2
    --- stderr
    error: there is already a folder `my_filter` here
      fix: choose another name, or move it away
    ");
    insta::assert_snapshot!(new(folder.path(), &["my_file"]), @"
    exit code: 2
    --- stderr
    error: there is already a file `my_file` here
      fix: choose another name, or move it away
    ");
    assert_eq!(entries(folder.path()), ["my_file", "my_filter"]);
    assert_eq!(entries(&folder.path().join("my_filter")), [] as [&str; 0]);
    #[cfg(unix)]
    {
        std::os::unix::fs::symlink("nowhere", folder.path().join("my_link")).unwrap();
        assert!(
            new(folder.path(), &["my_link"]).contains("there is already a file `my_link` here")
        );
    }
}

#[test]
fn a_category_that_does_not_exist_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    insta::assert_snapshot!(new(folder.path(), &["my_filter", "--category", "spamchecker"]), @"
    exit code: 2
    --- stderr
    error: invalid value 'spamchecker' for '--category <CATEGORY>'
      [possible values: spam_checker, third_party_rules, account_validity, presence_router, password_auth_provider, background_update_controller, account_data, add_extra_fields_to_unsigned_client_event, media_repository, ratelimit, federation]

      tip: a similar value exists: 'spam_checker'

    For more information, try '--help'.
    ");
    assert_eq!(entries(folder.path()), [] as [&str; 0]);
}

#[test]
fn the_plugin_api_has_to_be_where_it_is_said_to_be() {
    let folder = tempfile::tempdir().unwrap();
    let workspace = build::workspace();
    let name = |path: &str| workspace.join(path).to_str().unwrap().to_owned();
    let asked = |api: &str| {
        let said = new(folder.path(), &["my_filter", "--api", api]);
        said.replace(workspace.to_str().unwrap(), "<checkout>")
    };
    let said = [asked("nowhere"), asked(&name("loader")), asked(&name(""))];
    insta::assert_snapshot!(said.join("\n"), @"
    exit code: 2
    --- stderr
    error: hsmod-plugin-api cannot be in `nowhere`, which does not exist
      fix: give the path of `plugin-api` in a checkout of hsmod
    exit code: 2
    --- stderr
    error: hsmod-plugin-api is not in `<checkout>/loader`
      fix: give the path of `plugin-api` in a checkout of hsmod
    exit code: 2
    --- stderr
    error: hsmod-plugin-api is not in `<checkout>/`
      fix: --api <checkout>/plugin-api
    ");
    assert_eq!(entries(folder.path()), [] as [&str; 0]);
}

/// The manifest of the new crate.
fn manifest(folder: &Path) -> String {
    fs::read_to_string(folder.join("my_filter/Cargo.toml")).unwrap()
}

#[test]
fn a_relative_path_is_meant_from_here() {
    let folder = tempfile::tempdir().unwrap();
    let api = folder.path().join("check out/plugin-api");
    fs::create_dir_all(&api).unwrap();
    fs::write(api.join("Cargo.toml"), "[package]\nname = \"hsmod-plugin-api\"\n").unwrap();
    new(folder.path(), &["my_filter", "--api", "check out/plugin-api"]);
    let manifest = manifest(folder.path());
    let path = "path = \"../check out/plugin-api\"";
    assert!(manifest.contains(&format!("\nhsmod-plugin-api = {{ {path} }}\n")), "{manifest}");
    let for_tests = format!("\nhsmod-plugin-api = {{ {path}, features = [\"testing\"] }}\n");
    assert!(manifest.contains(&for_tests), "{manifest}");
    // The path in the manifest leads to the package.
    assert!(folder.path().join("my_filter/../check out/plugin-api/Cargo.toml").exists());
}

#[test]
fn a_new_crate_inside_a_workspace_is_its_own_workspace() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("Cargo.toml"), "[workspace]\nmembers = []\n").unwrap();
    let below = folder.path().join("plugins");
    fs::create_dir(&below).unwrap();
    let said = shown(&mut new_in(&below, &["my_filter"]), folder.path());
    let note = "note: my_filter is not a member of the workspace of `<folder>/Cargo.toml`, but a \
                workspace of its own";
    assert!(said.contains(note), "{said}");
    assert!(manifest(&below).ends_with("\n[workspace]\n"));
}

#[test]
fn where_cargo_builds_is_where_the_plugin_is_looked_up() {
    let folder = tempfile::tempdir().unwrap();
    let mut command = new_in(folder.path(), &["my_filter"]);
    shown(command.env("CARGO_TARGET_DIR", "built here"), folder.path());
    let modules = fs::read_to_string(folder.path().join("my_filter/modules.yaml")).unwrap();
    let place = folder.path().canonicalize().unwrap().join("built here/release");
    let expected = format!("\nplugins_dir: {place:?} # where");
    assert!(modules.contains(&expected), "{modules}");
}

#[cfg(unix)]
#[test]
fn a_folder_that_is_gone_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let gone = folder.path().join("gone");
    fs::create_dir(&gone).unwrap();
    let program = env!("CARGO_BIN_EXE_hsmod");
    let mut shell = Command::new("sh");
    shell.current_dir(&gone).args(["-c", "rmdir ../gone && exec \"$0\" new my_filter", program]);
    insta::assert_snapshot!(shown(&mut shell, folder.path()), @"
    exit code: 2
    --- stderr
    error: the working directory cannot be found: No such file or directory (os error 2)
      fix: change to one that exists
    ");
    assert_eq!(entries(folder.path()), [] as [&str; 0]);
}
