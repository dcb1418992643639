//! Builds plugins with the cargo that runs the tests.

use std::collections::HashMap;
use std::env::consts::{DLL_EXTENSION, DLL_PREFIX, DLL_SUFFIX};
use std::ffi::OsStr;
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
            let entries = entries.map(|entry| entry.expect("an entry"));
            // Skip folders without a package, and libraries that plugins share.
            let packages = entries.filter(|entry| {
                let manifest = std::fs::read_to_string(entry.path().join("Cargo.toml"));
                manifest.is_ok_and(|manifest| manifest.contains("\"cdylib\""))
            });
            packages.map(|entry| entry.file_name().to_string_lossy().into_owned())
        });
        let packages: Vec<String> = packages.collect();
        let packages: Vec<&str> = packages.iter().map(String::as_str).collect();
        cargo_build(&packages, "dev", &[], None, &[])
    });
    PLUGINS.get(package).unwrap_or_else(|| panic!("no plugin `{package}` was built")).clone()
}

/// A plugin built with additional compiler flags, in a separate target directory named after the
/// variant, so that other builds are not affected.
pub fn variant(package: &str, name: &str, rustflags: &str) -> PathBuf {
    variant_with(package, name, rustflags, &[])
}

/// Like [`variant`], with additional features.
fn variant_with(package: &str, name: &str, rustflags: &str, features: &[&str]) -> PathBuf {
    static VARIANTS: Mutex<Option<HashMap<[String; 2], PathBuf>>> = Mutex::new(None);
    // One build at a time, since parallel ones would only compete for processors.
    let mut variants = VARIANTS.lock().unwrap_or_else(PoisonError::into_inner);
    let build = || {
        let target = target_dir().join("variants").join(name);
        let environment = [("RUSTFLAGS", &*more_rustflags(rustflags))];
        cargo_build(&[package], "dev", &environment, Some(&target), features)[package].clone()
    };
    let key = [package, name].map(str::to_owned);
    variants.get_or_insert_default().entry(key).or_insert_with(build).clone()
}

/// A plugin whose boundary differs from the loader's, as `name` says:
///
/// - `older_minor`: its tables are shorter, as if the last callbacks and requests came later;
/// - `newer_minor`: its tables are longer, and its minor version is one more;
/// - `other_major`: its major version is one more.
///
/// None of them describes its layouts: they are checked by their entry and table sizes.
pub fn abi_test(package: &str, name: &str) -> PathBuf {
    variant(package, name, &abi_flag(name))
}

/// A plugin with a structure that was changed without a new version, which only its layout
/// description reveals.
pub fn changed_struct(package: &str) -> PathBuf {
    let name = "changed_struct";
    variant_with(package, name, &abi_flag(name), &["hsmod-plugin-api/layout"])
}

fn abi_flag(name: &str) -> String {
    format!("--cfg hsmod_abi_test=\"{name}\"")
}

/// Packages built in release mode: package name to file.
pub fn release(packages: &[&str]) -> HashMap<String, PathBuf> {
    cargo_build(packages, "release", &[], None, &[])
}

/// `conform`, built with a loader that has two wrong rules.
pub fn conform_with_wrong_rules() -> PathBuf {
    let target = target_dir().join("variants/wrong_rules");
    let environment = [("RUSTFLAGS", &*more_rustflags("--cfg hsmod_conform_mutation"))];
    cargo_build(&["hsmod-tests"], "dev", &environment, Some(&target), &[])["conform"].clone()
}

/// The path of a plugin that was built with this executable's profile.
pub fn beside(package: &str) -> PathBuf {
    profile_dir().join(format!("{DLL_PREFIX}{package}{DLL_SUFFIX}"))
}

/// A plugin, built now in this executable's target directory and profile.
pub fn as_this(package: &str) -> PathBuf {
    let folder = profile_dir();
    let profile = match folder.file_name().and_then(OsStr::to_str) {
        Some("debug") | None => "dev",
        Some(profile) => profile,
    };
    cargo_build(&[package], profile, &[], None, &[])[package].clone()
}

/// The program `static_host`, into which the modules are linked.
pub fn static_host() -> PathBuf {
    let target = target_dir().join("variants/static");
    let environment = [("RUSTFLAGS", &*more_rustflags("--cfg hsmod_static"))];
    cargo_build(&["static_host"], "dev", &environment, Some(&target), &[])["static_host"].clone()
}

/// An example of the loader.
pub fn example(name: &str) -> PathBuf {
    let mut command = Command::new(env!("CARGO"));
    command.current_dir(workspace()).args(["build", "--quiet", "--message-format=json"]);
    command.args(["--package", "hsmod-loader", "--features", "axum", "--example", name]);
    command.arg("--target-dir").arg(target_dir());
    products(&mut command)[name].clone()
}

/// The flags that these tests are built with, and additional ones. Cargo's `RUSTFLAGS` replace
/// those of the environment, so without this, variants would lack a sanitizer that everything else
/// has.
fn more_rustflags(more: &str) -> String {
    match std::env::var("RUSTFLAGS") {
        Ok(flags) if !flags.is_empty() => format!("{flags} {more}"),
        _ => more.to_owned(),
    }
}

/// Builds packages and returns their executables and shared libraries.
fn cargo_build(
    packages: &[&str],
    profile: &str,
    environment: &[(&str, &str)],
    target: Option<&Path>,
    features: &[&str],
) -> HashMap<String, PathBuf> {
    let mut command = Command::new(env!("CARGO"));
    command.current_dir(workspace()).args(["build", "--quiet", "--message-format=json"]);
    command.args(["--profile", profile]);
    command.args(packages.iter().flat_map(|package| ["--package", *package]));
    command.args(features.iter().flat_map(|feature| ["--features", *feature]));
    command.envs(environment.iter().copied());
    command.arg("--target-dir").arg(target.map_or_else(target_dir, Path::to_owned));
    products(&mut command)
}

/// Runs a `cargo build` and returns the executables and shared libraries that it reports.
fn products(command: &mut Command) -> HashMap<String, PathBuf> {
    let output = command.output().expect("cargo runs");
    let messages = String::from_utf8_lossy(&output.stdout);
    let messages = messages.lines().filter_map(|line| serde_json::from_str::<Value>(line).ok());
    let mut products = HashMap::new();
    let mut errors = String::from_utf8_lossy(&output.stderr).into_owned();
    for message in messages {
        if let Some(rendered) = message["message"]["rendered"].as_str() {
            errors += rendered;
        }
        if let (Some(file), Some(name)) = (product(&message), message["target"]["name"].as_str()) {
            products.insert(name.to_owned(), file);
        }
    }
    assert!(output.status.success(), "{command:?}:\n{errors}");
    products
}

/// The executable or shared library that one of cargo's messages reports.
fn product(message: &Value) -> Option<PathBuf> {
    if let Some(executable) = message["executable"].as_str() {
        return Some(executable.into());
    }
    let kinds = message["target"]["kind"].as_array()?;
    let files = message["filenames"].as_array()?.iter().filter_map(Value::as_str);
    let library = |file: &PathBuf| file.extension().is_some_and(|end| end == DLL_EXTENSION);
    kinds.iter().find(|kind| *kind == "cdylib")?;
    files.map(PathBuf::from).find(library)
}

/// The folder of the workspace.
pub fn workspace() -> PathBuf {
    let tests = Path::new(env!("CARGO_MANIFEST_DIR"));
    tests.parent().expect("the crate lies in the workspace").to_owned()
}

/// The folder in the target directory that this executable lies in.
fn profile_dir() -> PathBuf {
    let executable = std::env::current_exe().expect("an executable has a file");
    let folder = executable.parent().expect("a file lies in a folder");
    if folder.ends_with("deps") { folder.join("..") } else { folder.to_owned() }
}

/// The target directory that this test was built in.
pub fn target_dir() -> PathBuf {
    let executable = std::env::current_exe().expect("a test has a file");
    // <target>/<profile>/deps/<test>, or <target>/<profile>/<binary>; between target and profile
    // the name of the platform, if one was named.
    let marked = |folder: &&Path| folder.join("CACHEDIR.TAG").exists();
    let folder = executable.ancestors().find(marked).expect("cargo marks its target directory");
    match std::env::var_os("CARGO_BUILD_TARGET") {
        // Cargo marks the folder of a platform, too.
        Some(platform) if folder.ends_with(&platform) => {
            folder.parent().unwrap_or(folder).to_owned()
        }
        _ => folder.to_owned(),
    }
}
