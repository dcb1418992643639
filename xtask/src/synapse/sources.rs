//! Fetches Synapse's own tests, whose in-memory homeserver is used by ours.
//!
//! They are only in the source distribution. Nothing else is taken from it: its `synapse/` would
//! hide the installed package and lacks the compiled part.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::command::{Result, run as execute};
use crate::python::Environment;

/// The folder with the `tests` of the Synapse version that `requirements` name, from an earlier run
/// or downloaded now.
///
/// # Errors
/// PyPI is unreachable.
pub(super) fn ready(
    folder: &Path,
    environment: &Environment,
    requirements: &Path,
) -> Result<PathBuf> {
    let version = synapse_version(&fs::read_to_string(requirements)?)?;
    let sources = folder.join("sources").join(&version);
    if sources.exists() {
        return Ok(sources);
    }
    println!("fetching the tests of Synapse {version}");
    let partial = folder.join("sources/partial");
    if partial.exists() {
        fs::remove_dir_all(&partial)?;
    }
    fs::create_dir_all(&partial)?;
    environment.fetch_sources(&format!("matrix-synapse=={version}"), &partial)?;
    let archive = fs::read_dir(&partial)?.next().ok_or("pip fetched no file")??.path();
    let mut tar = Command::new("tar");
    tar.arg("--extract").arg("--file").arg(&archive).arg("--directory").arg(&partial);
    execute(tar.args(["--strip-components=1", &format!("matrix_synapse-{version}/tests")]))?;
    fs::remove_file(archive)?;
    // Renamed last, so that an interrupted run leaves nothing that looks complete.
    fs::rename(partial, &sources)?;
    Ok(sources)
}

/// The version in the line `matrix-synapse[..]==1.163.2`.
fn synapse_version(requirements: &str) -> Result<String> {
    let pinned = |line: &str| {
        let rest = line.strip_prefix("matrix-synapse")?;
        rest.split_once("==").map(|(_, version)| version.trim().to_owned())
    };
    requirements
        .lines()
        .find_map(pinned)
        .ok_or_else(|| "synapse/requirements/tests.txt names no `matrix-synapse==VERSION`".into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_version_is_that_of_the_requirements() {
        let version = synapse_version("# x\nmatrix-nio==1\nmatrix-synapse[test]==1.163.2\n");
        assert_eq!(version.unwrap(), "1.163.2");
        assert!(synapse_version("matrix-synapse\n").is_err());
    }
}
