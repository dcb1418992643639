//! Where the new crate gets `hsmod-plugin-api` from.

use std::path::{Path, PathBuf};

use serde_json::Value;

use crate::exit::{Result, Stop};

/// The package that modules depend on.
pub(super) const PACKAGE: &str = "hsmod-plugin-api";

/// The dependency on `hsmod-plugin-api`.
pub(super) enum Api {
    /// The published version that matches this command.
    Registry,
    /// The folder of the package, relative to the new crate or absolute.
    Folder(String),
}

impl Api {
    /// # Errors
    /// The package is not in this folder.
    pub(super) fn new(folder: Option<&Path>) -> Result<Self> {
        let Some(folder) = folder else { return Ok(Self::Registry) };
        if !holds_package(folder) {
            return Err(elsewhere(folder));
        }
        // A relative path is relative to the parent folder of the new crate.
        let seen: PathBuf =
            if folder.is_absolute() { folder.into() } else { Path::new("..").join(folder) };
        match seen.to_str() {
            Some(seen) => Ok(Self::Folder(seen.to_owned())),
            None => Err(Stop::wrong(format!(
                "`{}` cannot be written in a Cargo.toml: it is not UTF-8\n  fix: use a link to it \
                 with another name",
                folder.display()
            ))),
        }
    }

    pub(super) const fn is_of_registry(&self) -> bool {
        matches!(self, Self::Registry)
    }

    /// The value for `hsmod-plugin-api =` in Cargo.toml.
    pub(super) fn dependency(&self) -> String {
        match self {
            Self::Registry => format!("\"{}\"", env!("CARGO_PKG_VERSION")),
            Self::Folder(_) => format!("{{ {} }}", self.source()),
        }
    }

    /// The same with a feature.
    pub(super) fn dependency_with(&self, feature: &str) -> String {
        format!("{{ {}, features = [\"{feature}\"] }}", self.source())
    }

    fn source(&self) -> String {
        match self {
            Self::Registry => format!("version = \"{}\"", env!("CARGO_PKG_VERSION")),
            // A JSON string is also a valid TOML string.
            Self::Folder(path) => format!("path = {}", Value::from(path.as_str())),
        }
    }
}

fn holds_package(folder: &Path) -> bool {
    let manifest = std::fs::read_to_string(folder.join("Cargo.toml")).unwrap_or_default();
    manifest.lines().any(|line| line.trim_end() == format!("name = \"{PACKAGE}\""))
}

/// The error for a folder without the package. If the folder is the root of a checkout, the remedy
/// names the right one.
fn elsewhere(folder: &Path) -> Stop {
    let below = folder.join("plugin-api");
    let remedy = if holds_package(&below) {
        format!("--api {}", below.display())
    } else {
        "give the path of `plugin-api` in a checkout of hsmod".to_owned()
    };
    let what = if folder.exists() { "is not in" } else { "cannot be in" };
    let why = if folder.exists() { "" } else { ", which does not exist" };
    Stop::wrong(format!("{PACKAGE} {what} `{}`{why}\n  fix: {remedy}", folder.display()))
}
