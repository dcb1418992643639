//! The environment of a new crate that affects how cargo builds it.

use std::path::{Path, PathBuf};

use serde_json::Value;

use crate::exit::{Result, Stop};

/// The workspace and the target directory that apply in the working directory.
pub(super) struct Surroundings {
    workspace: Option<PathBuf>,
    target: Option<PathBuf>,
}

impl Surroundings {
    /// # Errors
    /// The working directory is gone.
    pub(super) fn here() -> Result<Self> {
        let here = std::env::current_dir().map_err(|error| {
            Stop::wrong(format!(
                "the working directory cannot be found: {error}\n  fix: change to one that exists"
            ))
        })?;
        let target = std::env::var_os("CARGO_TARGET_DIR").filter(|target| !target.is_empty());
        Ok(Self {
            workspace: here.ancestors().map(manifest).find(|path| is_workspace(path)),
            target: target.map(|target| here.join(target)),
        })
    }

    /// The manifest of the workspace that cargo would add the crate to.
    pub(super) fn workspace(&self) -> Option<&Path> {
        self.workspace.as_deref()
    }

    /// The folder of plugins that are built with `--release`, as a YAML value.
    pub(super) fn plugins_dir(&self) -> String {
        match &self.target {
            None => "target/release".to_owned(),
            Some(target) => Value::from(target.join("release").to_string_lossy()).to_string(),
        }
    }
}

fn manifest(folder: &Path) -> PathBuf {
    folder.join("Cargo.toml")
}

fn is_workspace(manifest: &Path) -> bool {
    let text = std::fs::read_to_string(manifest).unwrap_or_default();
    text.lines().any(|line| line.trim_start().starts_with("[workspace"))
}
