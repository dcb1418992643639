//! Building plugins and finding the files.
//!
//! Only cargo knows where it puts its artifacts (`CARGO_TARGET_DIR`, `build.target-dir`,
//! `--target`), so the paths are taken from its messages and never assembled here.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use serde::Deserialize;

use crate::command::{self, Result, cargo};

/// Builds the plugins `packages` and returns their shared libraries, in the order of `packages`.
///
/// # Errors
/// The build failed, or a package is not a plugin (its crate types lack `cdylib`).
pub(crate) fn build_plugins(release: bool, packages: &[&str]) -> Result<Vec<PathBuf>> {
    shared_libraries(cargo_build(release), packages)
}

/// Builds the program `name` of `package` and returns its executable.
///
/// # Errors
/// The build failed, or the package has no such program.
pub(crate) fn build_program(release: bool, package: &str, name: &str) -> Result<PathBuf> {
    let mut build = cargo_build(release);
    build.args(["--bin", name]);
    program(build, package, name)
}

/// Runs `build`, a build of `package` with any toolchain and flags, and returns the executable of
/// its program `name`.
///
/// # Errors
/// The build failed, or it produced no such program.
pub(crate) fn program(build: Command, package: &str, name: &str) -> Result<PathBuf> {
    let executable = artifacts(build, &[package])?
        .into_iter()
        .find(|artifact| artifact.target.name == name)
        .and_then(|artifact| artifact.executable);
    executable.ok_or_else(|| format!("package `{package}` has no program `{name}`").into())
}

/// Runs `build`, a `cargo build` with any toolchain and flags, for the plugins `packages` and
/// returns their shared libraries, in the order of `packages`.
///
/// # Errors
/// The build failed, or a package is not a plugin (its crate types lack `cdylib`).
pub(crate) fn shared_libraries(build: Command, packages: &[&str]) -> Result<Vec<PathBuf>> {
    let artifacts = artifacts(build, packages)?;
    let library = |package: &&str| {
        let mut own =
            artifacts.iter().filter(|artifact| package_name(&artifact.package_id) == *package);
        own.find_map(Artifact::shared_library).map(Path::to_path_buf).ok_or_else(|| {
            format!(
                "package `{package}` is not a plugin: its Cargo.toml needs \
                 `crate-type = [\"cdylib\", \"rlib\"]` under `[lib]`"
            )
            .into()
        })
    };
    packages.iter().map(library).collect()
}

/// Copies built files into a folder, without debug symbols, which are nine tenths of their size.
///
/// # Errors
/// A file cannot be copied, or `strip` is missing.
pub(crate) fn copy_stripped(files: &[PathBuf], folder: &Path) -> Result<()> {
    fs::create_dir_all(folder)?;
    for file in files {
        let name = file.file_name().ok_or("a file without a name")?;
        let copy = folder.join(name);
        fs::copy(file, &copy)?;
        command::run(Command::new("strip").arg(&copy)).map_err(|error| {
            format!("{error}\n  fix: install binutils, which also contains the linker")
        })?;
    }
    Ok(())
}

/// The directory cargo builds into.
///
/// # Errors
/// Cargo cannot read the workspace.
pub(crate) fn target_directory() -> Result<PathBuf> {
    #[derive(Deserialize)]
    struct Metadata {
        target_directory: PathBuf,
    }
    let metadata = command::output(cargo().args(["metadata", "--no-deps", "--format-version=1"]))?;
    Ok(serde_json::from_str::<Metadata>(&metadata)?.target_directory)
}

fn cargo_build(release: bool) -> Command {
    let mut build = cargo();
    build.args(["build", "--profile", if release { "release" } else { "dev" }]);
    build
}

fn artifacts(mut build: Command, packages: &[&str]) -> Result<Vec<Artifact>> {
    build.arg("--message-format=json-render-diagnostics");
    for package in packages {
        build.args(["--package", package]);
    }
    // Diagnostics go to standard error, which the user sees.
    let output = build
        .stderr(Stdio::inherit())
        .output()
        .map_err(|error| command::cannot_start(&build, &error))?;
    if !output.status.success() {
        return Err(format!("`{}`: {}", command::line(&build), output.status).into());
    }
    Ok(read_artifacts(&String::from_utf8(output.stdout)?)?)
}

fn read_artifacts(messages: &str) -> serde_json::Result<Vec<Artifact>> {
    let message = |line| match serde_json::from_str(line) {
        Ok(Message::CompilerArtifact(artifact)) => Some(Ok(artifact)),
        Ok(Message::Other) => None,
        Err(error) => Some(Err(error)),
    };
    messages.lines().filter(|line| line.starts_with('{')).filter_map(message).collect()
}

/// The part of a line of cargo's messages that is used here.
#[derive(Deserialize)]
#[serde(tag = "reason", rename_all = "kebab-case")]
enum Message {
    CompilerArtifact(Artifact),
    #[serde(other)]
    Other,
}

#[derive(Deserialize)]
struct Artifact {
    package_id: String,
    target: Target,
    filenames: Vec<PathBuf>,
    executable: Option<PathBuf>,
}

#[derive(Deserialize)]
struct Target {
    name: String,
    crate_types: Vec<String>,
}

impl Artifact {
    /// The shared library among the files. A `cdylib` comes with files of the crate's other types
    /// and, on Windows, with import libraries.
    fn shared_library(&self) -> Option<&Path> {
        let extension = std::env::consts::DLL_EXTENSION;
        let is_library = |file: &&PathBuf| file.extension().is_some_and(|found| found == extension);
        let is_plugin = self.target.crate_types.iter().any(|crate_type| crate_type == "cdylib");
        self.filenames.iter().find(is_library).filter(|_| is_plugin).map(PathBuf::as_path)
    }
}

/// The name in a package id: `path+file:///somewhere/demo#1.0.0` or `..#demo@1.0.0`.
fn package_name(id: &str) -> &str {
    let (url, fragment) = id.split_once('#').unwrap_or((id, ""));
    match fragment.split_once('@') {
        Some((name, _version)) => name,
        None => url.rsplit('/').next().unwrap_or(url),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_what_cargo_says_of_a_plugin() {
        let messages = concat!(
            r#"{"reason":"build-script-executed","package_id":"x","out_dir":"o"}"#,
            "\nnoise of a build script\n",
            r#"{"reason":"compiler-artifact","package_id":"path+file:///p/demo#1.0.0","#,
            r#""target":{"name":"demo","crate_types":["cdylib","rlib"]},"#,
            r#""filenames":["/t/libdemo.rlib","/t/libdemo.so","/t/libdemo.dylib","/t/demo.dll"],"#,
            r#""executable":null}"#,
        );
        let artifacts = read_artifacts(messages).unwrap();
        assert_eq!(artifacts.len(), 1);
        let library = artifacts[0].shared_library().unwrap();
        assert_eq!(library.extension().unwrap(), std::env::consts::DLL_EXTENSION);
    }

    #[test]
    fn an_ordinary_library_is_no_plugin() {
        let artifact = Artifact {
            package_id: "path+file:///p/macros#1.0.0".into(),
            target: Target { name: "macros".into(), crate_types: vec!["proc-macro".into()] },
            filenames: vec![Path::new("libmacros").with_extension(std::env::consts::DLL_EXTENSION)],
            executable: None,
        };
        assert_eq!(artifact.shared_library(), None);
    }

    #[test]
    fn package_names_come_in_two_forms() {
        assert_eq!(package_name("path+file:///p/demo#1.0.0"), "demo");
        assert_eq!(
            package_name("path+file:///p/folder#list_spam_checker@1.0.0"),
            "list_spam_checker"
        );
        assert_eq!(package_name("registry+https://example.org/index#serde@1.0.229"), "serde");
    }
}
