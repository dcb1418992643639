//! Writes a software bill of materials for each binary, in CycloneDX format.
//!
//! cargo-cyclonedx writes its files beside the manifests and expects the sources there. To keep
//! generated files out of our sources, it runs on a copy of the manifests below cargo's target
//! directory, where every source file exists but is empty.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::build::target_directory;
use crate::command::{Result, forget_package, output, run as execute};
use crate::tool::Tool;

const CYCLONEDX: Tool = Tool {
    package: "cargo-cyclonedx",
    program: "cargo-cyclonedx",
    version: "0.5.9",
    asked: &["cyclonedx", "--version"],
    options: &[],
};

/// The extension of its files.
const END: &str = ".cdx.json";

/// The workspaces, each with its own lock file.
const WORKSPACES: [&str; 2] = ["Cargo.toml", "synapse/Cargo.toml"];

/// Writes one file for each binary of the bundle into `folder`.
///
/// # Errors
/// cargo-cyclonedx cannot be installed or fails.
pub(super) fn write(folder: &Path, plugins: &[String]) -> Result<()> {
    let program = CYCLONEDX.ready()?;
    let copy = target_directory()?.join("bundle/manifests");
    if copy.exists() {
        fs::remove_dir_all(&copy)?;
    }
    copy_manifests(Path::new("."), &copy)?;
    for manifest in WORKSPACES {
        let mut cyclonedx = Command::new(&program);
        cyclonedx.args(["cyclonedx", "--format", "json", "--spec-version", "1.5"]);
        cyclonedx.args(["--quiet", "--no-build-deps", "--manifest-path"]).arg(copy.join(manifest));
        if std::env::var_os("SOURCE_DATE_EPOCH").is_none()
            && let Some(seconds) = last_change()
        {
            cyclonedx.env("SOURCE_DATE_EPOCH", seconds);
        }
        forget_package(&mut cyclonedx);
        execute(&mut cyclonedx)?;
    }
    fs::create_dir_all(folder)?;
    let of_plugins = plugins.iter().map(|name| (format!("plugins/{name}"), name.clone()));
    let others = [("hsmod", "hsmod"), ("synapse", "hsmod-synapse")];
    let others = others.map(|(place, package)| (place.to_owned(), package.to_owned()));
    for (place, package) in of_plugins.chain(others) {
        let name = format!("{package}{END}");
        let text = fs::read_to_string(copy.join(place).join(&name))?;
        fs::write(folder.join(name), without_path(&text, &copy))?;
    }
    Ok(fs::remove_dir_all(copy)?)
}

/// Removes the local path of the sources, which differs between machines and must not be published.
fn without_path(text: &str, copy: &Path) -> String {
    text.replace(&*copy.to_string_lossy(), "/hsmod")
}

/// The time of the last commit, in seconds since 1970, so that the same sources give the same file.
/// `None` if git cannot tell.
fn last_change() -> Option<String> {
    let seconds = output(Command::new("git").args(["log", "-1", "--format=%ct"])).ok()?;
    Some(seconds.trim().to_owned()).filter(|seconds| !seconds.is_empty())
}

/// Copies manifests and lock files, and creates an empty file for each other source.
fn copy_manifests(from: &Path, to: &Path) -> Result<()> {
    fs::create_dir_all(to)?;
    let mut entries: Vec<PathBuf> = Vec::new();
    for entry in fs::read_dir(from)? {
        entries.push(entry?.path());
    }
    for path in entries {
        let Some(name) = path.file_name() else { continue };
        let (copy, shown) = (to.join(name), name.to_string_lossy());
        if path.is_dir() {
            // A target directory is recognized by its tag, whatever its name and place.
            if !shown.starts_with('.') && !path.join("CACHEDIR.TAG").exists() {
                copy_manifests(&path, &copy)?;
            }
        } else if shown == "Cargo.toml" || shown == "Cargo.lock" {
            fs::copy(&path, &copy)?;
        } else if shown.ends_with(".rs") {
            fs::write(&copy, "")?;
        }
    }
    Ok(())
}
