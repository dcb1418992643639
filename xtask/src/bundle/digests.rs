//! SHA256SUMS, in the format of `sha256sum --check`.

use std::fs;
use std::path::Path;
use std::process::Command;

use super::folder::files;
use crate::command::{Result, output};

/// The file of digests. A folder that has one counts as a bundle.
pub(super) const DIGESTS: &str = "SHA256SUMS";

/// Writes the digests of all files of a bundle.
///
/// # Errors
/// A file cannot be read, or `sha256sum` is missing.
pub(super) fn write(bundle: &Path) -> Result<()> {
    let mut sum = Command::new("sha256sum");
    sum.current_dir(bundle).arg("--").args(files(bundle)?);
    let digests =
        output(&mut sum).map_err(|error| format!("{error}\n  fix: install GNU coreutils"))?;
    Ok(fs::write(bundle.join(DIGESTS), digests)?)
}

/// Checks that each file of a bundle has a digest and matches it.
///
/// # Errors
/// A file is missing, has changed, or has no digest.
pub(super) fn verify(bundle: &Path) -> Result<()> {
    let mut sum = Command::new("sha256sum");
    output(sum.current_dir(bundle).args(["--check", "--strict", "--quiet", DIGESTS]))?;
    let digests = fs::read_to_string(bundle.join(DIGESTS))?;
    // 64 digits, two spaces, the path.
    let listed: Vec<&str> = digests.lines().filter_map(|line| line.get(66..)).collect();
    for file in files(bundle)? {
        let path = file.to_string_lossy();
        if path != DIGESTS && !listed.contains(&&*path) {
            return Err(format!("`{path}` has no digest in {DIGESTS}").into());
        }
    }
    Ok(())
}
