//! Tests that `hsmod migrate` drops nothing silently, overwrites nothing, and refuses ambiguous
//! input.

use std::fs;

use hsmod_tests::scene::private_folder;
use serde_json::json;

use crate::command::{hsmod, shown, values};
use crate::migrate_configs::folder_of_configs;

/// A folder with this homeserver.yaml.
fn homeserver(text: &str) -> tempfile::TempDir {
    let folder = private_folder();
    fs::write(folder.path().join("homeserver.yaml"), text).unwrap();
    folder
}

/// The output of migrating this homeserver.yaml.
fn migrated(text: &str) -> String {
    let folder = homeserver(text);
    shown(hsmod(&["migrate", "homeserver.yaml"]).current_dir(folder.path()), folder.path())
}

const LIST: &str = "modules: [{module: x.ListSpamChecker, config: {evil_users: ['@a:b']}}]\n";

#[test]
fn existing_files_are_kept_without_force() {
    let folder = homeserver(LIST);
    let run = |options: &[&str]| {
        let mut command = hsmod(&["migrate", "homeserver.yaml"]);
        shown(command.args(options).current_dir(folder.path()), folder.path())
    };
    let there = || {
        let names = fs::read_dir(folder.path()).unwrap().map(|entry| entry.unwrap().file_name());
        let mut names: Vec<_> = names.map(|name| name.into_string().unwrap()).collect();
        names.sort();
        names.join(" ")
    };
    insta::assert_snapshot!(run(&["-o", "modules.yaml"]), @"
    exit code: 0
    --- stderr
    modules.yaml: 1 of 1 module translated: 0 errors, 0 warnings
    ");
    insta::assert_snapshot!(run(&["-o", "modules.yaml"]), @"
    exit code: 2
    --- stderr
    error: `modules.yaml` already exists
      fix: choose another name, or add `--force` to overwrite it
    ");
    fs::write(folder.path().join("modules.yaml"), "mine").unwrap();
    assert!(run(&["-o", "modules.yaml", "--force"]).starts_with("exit code: 0"));
    let written = fs::read_to_string(folder.path().join("modules.yaml")).unwrap();
    assert!(written.contains("- module: list_spam_checker\n"), "{written}");
    insta::assert_snapshot!(run(&["-o", "./homeserver.yaml", "--force"]), @"
    exit code: 2
    --- stderr
    error: `./homeserver.yaml` is the config that was read, and the result would overwrite it
      fix: write the result to another file
    ");
    assert_eq!(fs::read_to_string(folder.path().join("homeserver.yaml")).unwrap(), LIST);
    insta::assert_snapshot!(run(&["-o", "no/modules.yaml"]), @"
    exit code: 2
    --- stderr
    error: cannot write `no/modules.yaml`: No such file or directory (os error 2)
      fix: choose a folder that you may write to
    ");
    assert_eq!(there(), "homeserver.yaml modules.yaml");
}

#[cfg(unix)]
#[test]
fn nobody_else_may_read_the_secrets() {
    use std::os::unix::fs::PermissionsExt;
    let folder = homeserver(LIST);
    let file = folder.path().join("modules.yaml");
    let mode = || fs::metadata(&file).unwrap().permissions().mode() & 0o777;
    let run = |options: &[&str]| {
        let mut command = hsmod(&["migrate", "homeserver.yaml", "-o", "modules.yaml"]);
        let output = command.args(options).current_dir(folder.path()).output().unwrap();
        assert!(output.status.success(), "{output:?}");
    };
    run(&[]);
    assert_eq!(mode(), 0o600);
    // The permissions of an existing file are kept.
    fs::set_permissions(&file, fs::Permissions::from_mode(0o640)).unwrap();
    run(&["--force"]);
    assert_eq!(mode(), 0o640);
}

#[test]
fn a_program_reads_the_same() {
    let folder = folder_of_configs();
    let mut command = hsmod(&["migrate", "--json", "mixed.yaml"]);
    let (lines, code) = values(command.current_dir(&folder));
    assert_eq!(code, 1);
    let modules: Vec<_> = lines.iter().filter_map(|line| line.get("class")?.as_str()).collect();
    assert_eq!(modules.len(), 7, "{modules:?}");
    assert_eq!(
        lines[0],
        json!({
            "path": "modules.<item 0>",
            "line": 6,
            "class": "our.filters.ListSpamChecker",
            "module": "list_spam_checker",
            "problems": [],
        })
    );
    assert_eq!(lines[1]["module"], json!(null));
    let problem = &lines[1]["problems"][0];
    assert_eq!((&problem["severity"], &problem["line"]), (&json!("error"), &json!(9)));
    let end = lines.last().unwrap();
    assert_eq!(end["summary"]["entries"], 7);
    assert_eq!(end["summary"]["translated"], 3);
    assert!(end["modules_yaml"].as_str().unwrap().contains("modules:\n"));

    let written = homeserver(LIST);
    let mut command = hsmod(&["migrate", "--json", "homeserver.yaml", "-o", "out.yaml"]);
    let (lines, code) = values(command.current_dir(written.path()));
    assert_eq!(code, 0);
    let summary = json!({"entries": 1, "translated": 1, "errors": 0, "warnings": 0});
    assert_eq!(lines[1], json!({"summary": summary, "file": "out.yaml"}));
}

#[test]
fn standard_input_is_a_config_too() {
    let folder = homeserver(LIST);
    let file = fs::File::open(folder.path().join("homeserver.yaml")).unwrap();
    let said = shown(hsmod(&["migrate", "-"]).stdin(file), folder.path());
    assert!(said.contains("# The modules of standard input, for hsmod."), "{said}");
    assert!(said.contains("evil_users: [\"@a:b\"]"), "{said}");
}

#[test]
fn ambiguous_input_is_refused_with_a_remedy() {
    insta::assert_snapshot!(migrated(""), @"
    exit code: 2
    --- stderr
    error: config: `homeserver.yaml`: the file is empty
      fix: give Synapse's config, or the one of its files that contains `modules:`
    ");
    insta::assert_snapshot!(migrated("server_name: example.com"), @"
    exit code: 2
    --- stderr
    error: config: `homeserver.yaml`: no modules are listed here: the file has none of `modules`, `auto_accept_invites`, `spam_checker`, `third_party_event_rules`, `password_providers`
      fix: give Synapse's config, or the one of its files that contains `modules:`
    ");
    insta::assert_snapshot!(migrated("- modules"), @"
    exit code: 2
    --- stderr
    error: config: `homeserver.yaml`: expected a mapping, found a list
      fix: give Synapse's config, or the one of its files that contains `modules:`
    ");
    insta::assert_snapshot!(migrated("modules: [{"), @"
    exit code: 2
    --- stderr
    error: config: `homeserver.yaml`: this is not YAML: a value is missing here
      at line 2, column 1
      fix: check that the file was written completely: it ends too early
    ");
    insta::assert_snapshot!(migrated("modules: []\nmodules: []"), @"
    exit code: 2
    --- stderr
    error: config: `homeserver.yaml`: the key `modules` is given twice
      at modules, line 2, column 1
      fix: keep one; the first is on line 1
    ");
    insta::assert_snapshot!(migrated("modules: !include modules.yaml"), @"
    exit code: 2
    --- stderr
    error: config: `homeserver.yaml`: YAML tags are not supported: `!include`
      at modules, line 1, column 10
      fix: write the content here: no other file is read
    ");
    let merged = "x: &x {module: mjolnir.Module}\nmodules:\n- <<: *x\n  config: {}";
    insta::assert_snapshot!(migrated(merged), @"
    exit code: 2
    --- stderr
    error: config: `homeserver.yaml`: merge keys (`<<`) are not supported
      at modules.<item 0>, line 3, column 3
      fix: write the keys out; an alias for a whole value (`key: *name`) works
    ");
    insta::assert_snapshot!(migrated("modules: []\n---\nmodules: []"), @"
    exit code: 2
    --- stderr
    error: config: `homeserver.yaml`: a second YAML document starts here
      at line 2, column 1
      fix: keep one document: remove this `---` and what does not belong here
    ");
    let secret = "modules:\n- module: shared_secret_authenticator.SharedSecretAuthProvider\n  \
                  config: {shared_secret: 99999999999999999999999999999999999999999999}";
    insta::assert_snapshot!(migrated(secret), @"
    exit code: 2
    --- stderr
    error: config: `homeserver.yaml`: this value cannot be read exactly as it stands
      at modules.<item 0>.config.shared_secret, line 3, column 27
      fix: write it as a string in quotes
    ");
    let bomb = "a: &a [x, x, x, x, x, x, x, x]\nb: &b [*a, *a, *a, *a, *a, *a, *a, *a]\n\
                c: &c [*b, *b, *b, *b, *b, *b, *b, *b]\nd: &d [*c, *c, *c, *c, *c, *c, *c, *c]\n\
                e: &e [*d, *d, *d, *d, *d, *d, *d, *d]\nf: &f [*e, *e, *e, *e, *e, *e, *e, *e]\n\
                g: [*f, *f, *f, *f, *f, *f, *f, *f]\nmodules: []";
    insta::assert_snapshot!(migrated(bomb), @"
    exit code: 2
    --- stderr
    error: config: `homeserver.yaml`: too large: its values, with aliases written out, exceed 32 MiB
      at g.<item 5>, line 7, column 25
      fix: keep long lists in a file of their own, if the module can read one
    ");
    let huge = format!("modules: []\n{}", "# a comment\n".repeat(1_500_000));
    insta::assert_snapshot!(migrated(&huge), @"
    exit code: 2
    --- stderr
    error: `homeserver.yaml` is larger than 16 MiB
      fix: check that it is the config file
    ");
    let folder = private_folder();
    let mut missing = hsmod(&["migrate", "no.yaml"]);
    insta::assert_snapshot!(shown(missing.current_dir(folder.path()), folder.path()), @"
    exit code: 2
    --- stderr
    error: cannot read `no.yaml`: No such file or directory (os error 2)
      fix: give the path of an existing file
    ");
}

/// Synapse's other settings do not concern hsmod, and Synapse's YAML reader accepts more than ours.
#[test]
fn only_sections_with_modules_are_checked() {
    let text = "rc_login: {a: 1, a: 2}\nx: !!python/none\n8448: port\nmodules: []\n";
    insta::assert_snapshot!(migrated(text), @"
    exit code: 0
    --- stdout
    # The modules of homeserver.yaml, for hsmod. Its comments were not copied.
    # Check whether they will start: hsmod check -c FILE
    # Then let homeserver.yaml say in their place:
    #   modules:
    #     - module: hsmod.Modules
    #       config: {config_file: /etc/matrix-synapse/modules.yaml}

    modules: []
    --- stderr
    0 of 0 modules translated: 0 errors, 0 warnings
    ");
}
