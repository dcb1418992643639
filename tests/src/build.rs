//! Builds plugins with the cargo that runs the tests.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::{LazyLock, Mutex, PoisonError};

use serde_json::Value;

/// The plugins of this workspace, built once per test run: package name to file.
pub fn plugin(package: &str) -> PathBuf {
    static PLUGINS: LazyLock<HashMap<String, PathBuf>> = LazyLock::new(|| {
        let root = workspace();
        let packages = ["plugins", "tests/modules"].iter().flat_map(|folder| {
            let entries = std::fs::read_dir(root.join(folder)).expect("the folder of the plugins");
            entries.map(|entry| entry.expect("an entry").file_name().to_string_lossy().into_owned())
        });
        let packages: Vec<String> = packages.collect();
        let packages: Vec<&str> = packages.iter().map(String::as_str).collect();
        cargo_build(&packages, &["--profile=dev"], &[], None)
    });
    PLUGINS.get(package).unwrap_or_else(|| panic!("no plugin `{package}` was built")).clone()
}

/// A plugin, built with other flags for the compiler, in a target directory of its own (by the
/// name of the variant) so that no other build is touched.
pub fn variant(package: &str, name: &str, rustflags: &str) -> PathBuf {
    static VARIANTS: Mutex<Option<HashMap<[String; 2], PathBuf>>> = Mutex::new(None);
    // One at a time: they would only take each other's processors.
    let mut variants = VARIANTS.lock().unwrap_or_else(PoisonError::into_inner);
    let build = || {
        let target = target_dir().join("variants").join(name);
        let environment = [("RUSTFLAGS", rustflags)];
        let profile = &["--profile=dev"];
        cargo_build(&[package], profile, &environment, Some(&target))[package].clone()
    };
    let key = [package, name].map(str::to_owned);
    variants.get_or_insert_default().entry(key).or_insert_with(build).clone()
}

/// Packages as they are shipped: package name to file.
pub fn release(packages: &[&str]) -> HashMap<String, PathBuf> {
    cargo_build(packages, &["--release"], &[], None)
}

/// The program `static_host`, into which the modules are linked.
pub fn static_host() -> PathBuf {
    let target = target_dir().join("variants/static");
    let environment = [("RUSTFLAGS", "--cfg hsmod_static")];
    cargo_build(&["static_host"], &["--profile=dev"], &environment, Some(&target));
    target.join("debug").join(format!("static_host{}", std::env::consts::EXE_SUFFIX))
}

/// Builds packages; returns the shared library of each.
fn cargo_build(
    packages: &[&str],
    profile: &[&str],
    environment: &[(&str, &str)],
    target: Option<&Path>,
) -> HashMap<String, PathBuf> {
    let mut command = Command::new(env!("CARGO"));
    command.current_dir(workspace()).args(["build", "--quiet", "--message-format=json"]);
    command.args(profile);
    command.args(packages.iter().flat_map(|package| ["--package", *package]));
    command.envs(environment.iter().copied());
    command.arg("--target-dir").arg(target.map_or_else(target_dir, Path::to_owned));
    let output = command.output().expect("cargo runs");
    let messages = String::from_utf8_lossy(&output.stdout);
    let messages = messages.lines().filter_map(|line| serde_json::from_str::<Value>(line).ok());
    let mut libraries = HashMap::new();
    let mut errors = String::from_utf8_lossy(&output.stderr).into_owned();
    for message in messages {
        if let Some(rendered) = message["message"]["rendered"].as_str() {
            errors += rendered;
        }
        let is_library = message["target"]["kind"]
            .as_array()
            .is_some_and(|kinds| kinds.iter().any(|kind| kind == "cdylib"));
        let files = message["filenames"].as_array().into_iter().flatten().filter_map(Value::as_str);
        let library = files.map(PathBuf::from).find(|file| {
            file.extension().is_some_and(|extension| extension == std::env::consts::DLL_EXTENSION)
        });
        if let (true, Some(library), Some(name)) =
            (is_library, library, message["target"]["name"].as_str())
        {
            libraries.insert(name.to_owned(), library);
        }
    }
    assert!(output.status.success(), "cargo cannot build {packages:?}:\n{errors}");
    libraries
}

/// The folder of the workspace.
pub fn workspace() -> PathBuf {
    let tests = Path::new(env!("CARGO_MANIFEST_DIR"));
    tests.parent().expect("the crate lies in the workspace").to_owned()
}

/// The target directory that this test was built in.
pub fn target_dir() -> PathBuf {
    let executable = std::env::current_exe().expect("a test has a file");
    // <target>/<profile>/deps/<test>, or <target>/<profile>/<binary>
    let named = |folder: &&Path| folder.join("CACHEDIR.TAG").exists();
    executable.ancestors().find(named).expect("cargo marks its target directory").to_owned()
}
