//! Tests that the steps that `hsmod new` prints work as printed, for a crate of the default
//! category, or with `HSMOD_TEST_FULL=1` of every category.

use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use hsmod_tests::build;

use crate::new::new_in;

/// The output of `hsmod call` for each category's crate, the default category first.
const ANSWERS: [(&str, &str); 11] = [
    ("spam_checker", "denied by NAME: 403 "),
    ("third_party_rules", "denied by NAME: 403 "),
    ("account_validity", "answer by NAME: true "),
    ("presence_router", "answer by NAME: {\"@carol:localhost\":[{"),
    (
        "password_auth_provider",
        "answer by NAME: {\"on_login\":false,\"user_id\":\"@alice:localhost\"}",
    ),
    ("background_update_controller", "answer by NAME: {\"desired_duration_ms\":50}"),
    ("account_data", "answer: null"),
    ("add_extra_fields_to_unsigned_client_event", "answer by NAME: {\"org.example.staff\":true}"),
    ("media_repository", "denied by NAME: 413 "),
    ("ratelimit", "answer by NAME: {\"burst_count\":0,\"per_second\":0.0}"),
    ("federation", "answer: null"),
];

#[test]
fn the_next_steps_work_as_printed() {
    let scratch = Scratch::new();
    let all = std::env::var_os("HSMOD_TEST_FULL").is_some_and(|value| !value.is_empty());
    let some = if all { &ANSWERS[..] } else { &ANSWERS[..1] };
    for (category, answer) in some {
        // All crates build into one target directory.
        let name = format!("new_{category}");
        let steps = scratch.new_crate(&name, category);
        let [cd, test, release, check, call, replay] = steps.as_slice() else {
            panic!("other steps than this test knows: {steps:?}")
        };
        assert_eq!(*cd, format!("cd {name}"));
        let folder = scratch.path().join(&name);
        let run = |step: &str| scratch.run(&folder, step);

        let (said, code) = run(test);
        assert!(code == 0 && said.contains("test result: ok. 2 passed"), "{test}:\n{said}");
        assert!(!said.contains("warning"), "{test}:\n{said}");
        let (said, code) = run(release);
        assert!(code == 0 && !said.contains("warning"), "{release}:\n{said}");
        let (said, code) = run(check);
        assert!(code == 0 && said.contains("0 errors, 0 warnings"), "{check}:\n{said}");
        let (said, code) = run(call);
        let answer = answer.replace("NAME", &name);
        assert!(said.lines().any(|line| line.starts_with(&answer)), "{call}:\n{said}");
        assert_eq!(code, i32::from(answer.starts_with("denied")), "{call}:\n{said}");
        let warns = said.lines().any(|line| line.trim_start().starts_with("WARN"));
        assert_eq!(warns, answer == "answer: null", "{call}:\n{said}");
        let (said, code) = run(replay);
        assert!(code == 0 && said.contains("20 events"), "{replay}:\n{said}");
        // In the history, a user of an expired account sends events.
        let denying = ["spam_checker", "third_party_rules", "account_validity"];
        let denies = denying.contains(category);
        assert_eq!(said.contains("denied  $"), denies, "{replay}:\n{said}");
    }
}

#[test]
fn every_crate_is_laid_out_as_rustfmt_has_it() {
    let scratch = Scratch::new();
    for (category, _) in ANSWERS {
        scratch.new_crate("my_filter", category);
        let folder = scratch.path().join("my_filter");
        let (said, code) = scratch.run(&folder, "rustfmt --check --edition 2024 src/lib.rs");
        assert_eq!(code, 0, "{said}");
        fs::remove_dir_all(folder).unwrap();
    }
}

#[test]
fn cargo_finds_the_plugin_api_where_it_was_said_to_be() {
    let scratch = Scratch::new();
    let api = build::workspace().join("plugin-api");
    let output = new_in(scratch.path(), &["my_filter", "--api", api.to_str().unwrap()]).output();
    assert!(output.unwrap().status.success());
    let folder = scratch.path().join("my_filter");
    scratch.lock(&folder);
    let (said, code) = scratch.run(&folder, "cargo tree --depth 1");
    assert!(code == 0 && said.contains(&format!("hsmod-plugin-api v{VERSION} (")), "{said}");
}

const VERSION: &str = env!("CARGO_PKG_VERSION");

/// A folder whose cargo config replaces `hsmod-plugin-api` from the registry.
struct Scratch {
    folder: tempfile::TempDir,
    target: PathBuf,
}

impl Scratch {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let api = build::workspace().join("plugin-api");
        let patch = format!("[patch.crates-io]\nhsmod-plugin-api = {{ path = {api:?} }}\n");
        fs::create_dir(folder.path().join(".cargo")).unwrap();
        fs::write(folder.path().join(".cargo/config.toml"), patch).unwrap();
        Self { folder, target: build::target_dir().join("new_crates") }
    }

    fn path(&self) -> &Path {
        self.folder.path()
    }

    /// Creates a crate and returns the printed steps.
    fn new_crate(&self, name: &str, category: &str) -> Vec<String> {
        let mut command = new_in(self.path(), &[name, "--category", category]);
        let output = command.env("CARGO_TARGET_DIR", &self.target).output().unwrap();
        let said = String::from_utf8(output.stdout).unwrap();
        assert!(output.status.success(), "{said}");
        self.lock(&self.path().join(name));
        let next = said.lines().skip_while(|line| *line != "Next:").skip(1);
        next.map_while(|line| line.strip_prefix("  ")).map(str::to_owned).collect()
    }

    /// Uses the workspace's dependency versions, which are available offline.
    fn lock(&self, folder: &Path) {
        fs::copy(build::workspace().join("Cargo.lock"), folder.join("Cargo.lock")).unwrap();
    }

    /// Runs a step in a shell. Returns its output and the exit code.
    fn run(&self, folder: &Path, step: &str) -> (String, i32) {
        let mut shell = Command::new("sh");
        shell.current_dir(folder).args(["-c", step]).env("PATH", with_hsmod());
        shell.env("CARGO_TARGET_DIR", &self.target).env("CARGO_NET_OFFLINE", "true");
        shell.env_remove("RUST_LOG").env_remove("CARGO_BUILD_TARGET").env_remove("RUSTFLAGS");
        let Output { status, stdout, stderr } = shell.output().unwrap();
        let said = String::from_utf8_lossy(&stdout) + String::from_utf8_lossy(&stderr);
        (said.into_owned(), status.code().expect("it ends by itself"))
    }
}

/// A `PATH` that begins with the `hsmod` under test and the cargo that runs the tests.
fn with_hsmod() -> OsString {
    let folder = |program: &str| Path::new(program).parent().unwrap().to_owned();
    let ours = [folder(env!("CARGO_BIN_EXE_hsmod")), folder(env!("CARGO"))];
    let others = std::env::var_os("PATH").unwrap_or_default();
    std::env::join_paths(ours.into_iter().chain(std::env::split_paths(&others))).unwrap()
}
