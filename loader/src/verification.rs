//! The fourth stage: checks whether a plugin may be trusted, and yields the very bytes that will be
//! mapped.
//!
//! A plugin runs with all rights of the homeserver. So only root and the user that runs the
//! homeserver may be able to replace its file, and if the config gives a digest, the file must have
//! it.

use std::sync::Arc;

use crate::config::{Mapping, Permissions, Verify};
use crate::inspection::{Image, Inspected, Inspection};
use crate::problem::{Problem, Report, Severity, Stage};
use crate::scarcity;

#[cfg(unix)]
mod permissions;
mod sealed;

pub use sealed::SealedImage;

/// A plugin that was inspected and found trustworthy.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Verified {
    /// What inspection found in the plugin.
    pub inspection: Arc<Inspection>,
    /// The bytes to map.
    pub image: Arc<SealedImage>,
}

/// Checks who may write the plugin and the folders that lead to it, and its digest if the config
/// gives one; then seals the bytes that were inspected, unless the file itself is to be mapped.
///
/// All problems go to `report`; the result is `None` if one of them is an error.
pub fn verify(
    inspected: Inspected,
    rules: Verify,
    sha256: Option<&str>,
    report: &mut Report,
) -> Option<Verified> {
    let Inspected { image, inspection } = inspected;
    let before = report.errors();
    for mut problem in faulty_permissions(&image) {
        if rules.permissions == Permissions::Warn {
            problem.severity = Severity::Warning;
        }
        report.push(problem);
    }
    if let Some(problem) = sha256.and_then(|sha256| other_digest(&image, sha256)) {
        report.push(problem);
    }
    if report.errors() > before {
        return None;
    }
    if rules.mapping == Mapping::File {
        report.push(unsealed_by_choice(&image));
        return Some(Verified { inspection, image: SealedImage::file(&image) });
    }
    match SealedImage::of(&image) {
        Ok(image) => Some(Verified { inspection, image }),
        Err(error) => {
            report.push(unsealed(&image, &error));
            None
        }
    }
}

/// The problems if others may write the plugin, or a folder that leads to it.
#[cfg(unix)]
fn faulty_permissions(image: &Image) -> Vec<Problem> {
    permissions::check(image)
}

/// Windows uses access control lists instead of owner and mode; they are not checked.
#[cfg(not(unix))]
fn faulty_permissions(_image: &Image) -> Vec<Problem> {
    Vec::new()
}

fn other_digest(image: &Image, expected: &str) -> Option<Problem> {
    let found = image.sha256();
    if expected.trim().eq_ignore_ascii_case(found) {
        return None;
    }
    let message = format!(
        "`{}` is not the file the config expects: its SHA-256 is {found}, `sha256` says {expected}",
        image.path().display()
    );
    Some(error(message).at("sha256").fix(
        "if you replaced the plugin yourself, put its new digest into `sha256`; \
         if you did not, find out who did",
    ))
}

fn unsealed_by_choice(image: &Image) -> Problem {
    let path = image.path().display();
    let message = format!(
        "`{path}` itself is mapped, not a sealed copy: whoever writes to it changes this process"
    );
    let problem = Problem { severity: Severity::Warning, ..error(message) };
    problem.fix("remove `verify.mapping`, unless you are debugging the plugin")
}

fn unsealed(image: &Image, cause: &std::io::Error) -> Problem {
    let path = image.path().display();
    let (what, fix) = if cfg!(target_os = "linux") {
        (
            "sealed memory (memfd)",
            "let the homeserver use `memfd_create`: a container's seccomp profile or a full memory \
             limit may prevent it",
        )
    } else {
        ("a private temporary folder", "give the homeserver a temporary folder it can write to")
    };
    let fix = scarcity::remedy(cause).unwrap_or(fix);
    error(format!("`{path}` cannot be copied into {what}: {cause}")).fix(fix)
}

/// An error of this stage.
fn error(message: impl Into<String>) -> Problem {
    Problem::error(Stage::Verification, message)
}

#[cfg(all(test, target_os = "linux"))]
mod tests;
