//! Installs programs from the registry that tasks need, below cargo's target directory.

use std::path::PathBuf;
use std::process::Command;

use crate::build::target_directory;
use crate::command::{Result, cargo, output, run as execute};

/// A program in a fixed version.
pub(crate) struct Tool {
    /// The package, and the name of its installation folder.
    pub(crate) package: &'static str,
    pub(crate) program: &'static str,
    pub(crate) version: &'static str,
    /// The arguments that make it print its version at the end of a line.
    pub(crate) asked: &'static [&'static str],
    /// Options for `cargo install`.
    pub(crate) options: &'static [&'static str],
}

impl Tool {
    /// The path of the program, installed now if it is missing or has another version.
    ///
    /// # Errors
    /// The registry is unreachable, or the program does not build.
    pub(crate) fn ready(&self) -> Result<PathBuf> {
        let Self { package, version, .. } = self;
        let root = target_directory()?.join(package);
        let program = root.join("bin").join(self.program);
        let program = program.with_extension(std::env::consts::EXE_EXTENSION);
        let said = output(Command::new(&program).args(self.asked));
        if !said.is_ok_and(|said| self.is_this(&said)) {
            println!("installing {package} {version}, which takes about two minutes");
            let mut install = cargo();
            install.args(["install", "--locked"]).args(self.options);
            install.arg(format!("{package}@{version}")).arg("--root").arg(&root);
            execute(install.env("CARGO_TARGET_DIR", root.join("build")))?;
            // The build files are not needed again.
            std::fs::remove_dir_all(root.join("build"))?;
        }
        Ok(program)
    }

    /// `mdbook v0.5.4`, `cargo-cyclonedx 0.5.9`
    fn is_this(&self, said: &str) -> bool {
        let version = said.split_whitespace().next_back().unwrap_or_default();
        version.strip_prefix('v').unwrap_or(version) == self.version
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_program_says_its_version_with_or_without_a_v() {
        let tool = Tool { package: "x", program: "x", version: "0.5.4", asked: &[], options: &[] };
        assert!(tool.is_this("mdbook v0.5.4\n") && tool.is_this("x 0.5.4"));
        assert!(
            !tool.is_this("mdbook v0.5.40\n")
                && !tool.is_this("mdbook v10.5.4")
                && !tool.is_this("")
        );
    }
}
