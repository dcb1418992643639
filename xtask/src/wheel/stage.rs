//! The folder from which maturin builds the wheel.
//!
//! It is below cargo's target directory, so that no build output gets into the sources. It contains
//! a copy of the Python code, the plugins, the command, and a `pyproject.toml` that says where the
//! crate is.

use std::fs;
use std::path::{Path, PathBuf};

use crate::build::copy_stripped;
use crate::command::Result;

use super::Contents;

/// The sources of the package.
const SOURCES: &str = "synapse";

/// The last section of `pyproject.toml`, which our lines are appended to.
const SECTION: &str = "[tool.maturin]";

/// A folder prepared for maturin.
pub(super) struct Stage {
    folder: PathBuf,
}

impl Stage {
    /// Prepares `folder`, replacing its old content.
    ///
    /// # Errors
    /// A file cannot be copied, or `strip` is missing.
    pub(super) fn lay(folder: &Path, contents: &Contents) -> Result<Self> {
        if folder.exists() {
            fs::remove_dir_all(folder)?;
        }
        let stage = Self { folder: folder.to_owned() };
        let sources = std::path::absolute(SOURCES)?;
        copy_python(&sources.join("python/hsmod"), &folder.join("python/hsmod"))?;
        fs::copy(sources.join("README.md"), folder.join("README.md"))?;
        for licence in ["LICENSE-APACHE", "LICENSE-MIT"] {
            fs::copy(licence, folder.join(licence))?;
        }
        let project = fs::read_to_string(sources.join("pyproject.toml"))?;
        let project = extended(&project, &sources.join("Cargo.toml"))?;
        fs::write(folder.join("pyproject.toml"), project)?;
        copy_stripped(&contents.plugins, &stage.plugins())?;
        copy_stripped(std::slice::from_ref(&contents.command), &stage.scripts())?;
        Ok(stage)
    }

    pub(super) fn folder(&self) -> &Path {
        &self.folder
    }

    /// The folder for maturin's wheel. It is empty, so that the wheel can be found.
    pub(super) fn wheels(&self) -> PathBuf {
        self.folder.join("wheels")
    }

    /// Moves the wheel to `out`.
    ///
    /// # Errors
    /// maturin built no wheel, or `out` cannot be written to.
    pub(super) fn deliver(&self, out: &Path) -> Result<PathBuf> {
        let wheel = fs::read_dir(self.wheels())?.next().ok_or("maturin made no wheel")??;
        fs::create_dir_all(out)?;
        let delivered = out.join(wheel.file_name());
        fs::copy(wheel.path(), &delivered)?;
        fs::remove_file(wheel.path())?;
        Ok(delivered)
    }

    /// The platform tag of the wheel, as maturin takes it.
    ///
    /// Rationale: the wheel's binaries may need the glibc of the machine that built them. With
    /// `manylinux_2_N`, pip refuses the wheel on an older system, whereas a plain `linux` wheel
    /// would be installed and fail when Synapse starts. maturin checks only the extension module;
    /// this checks all binaries.
    ///
    /// # Errors
    /// A file cannot be read.
    pub(super) fn platform(&self) -> Result<String> {
        let mut newest = 17;
        for folder in [self.plugins(), self.scripts()] {
            for entry in fs::read_dir(folder)? {
                newest = newest.max(glibc(&fs::read(entry?.path())?).unwrap_or(0));
            }
        }
        Ok(format!("manylinux_2_{newest}"))
    }

    fn plugins(&self) -> PathBuf {
        self.folder.join("python/hsmod/plugins")
    }

    fn scripts(&self) -> PathBuf {
        self.folder.join("hsmod.data/scripts")
    }
}

/// `pyproject.toml` with the paths of the crate and the command added.
fn extended(project: &str, manifest: &Path) -> Result<String> {
    let last = project.lines().rfind(|line| line.starts_with('['));
    if last != Some(SECTION) {
        return Err(format!("{SOURCES}/pyproject.toml: {SECTION} must be its last section").into());
    }
    let manifest = serde_json::to_string(manifest)?;
    Ok(format!("{project}manifest-path = {manifest}\ndata = \"hsmod.data\"\n"))
}

/// Copies the Python code below `from`, without built or compiled files.
fn copy_python(from: &Path, to: &Path) -> Result<()> {
    fs::create_dir_all(to)?;
    for entry in fs::read_dir(from)? {
        let path = entry?.path();
        let name = path.file_name().ok_or("an entry without a name")?;
        if path.is_dir() && name != "__pycache__" {
            copy_python(&path, &to.join(name))?;
        } else if path
            .extension()
            .is_some_and(|end| ["py", "pyi", "typed"].iter().any(|e| end == *e))
        {
            fs::copy(&path, to.join(name))?;
        }
    }
    Ok(())
}

/// The N of the newest `GLIBC_2.N` that an executable names. Version names appear in it as plain
/// text.
fn glibc(bytes: &[u8]) -> Option<u32> {
    const PREFIX: &[u8] = b"GLIBC_2.";
    let starts = bytes.windows(PREFIX.len()).enumerate().filter(|(_, window)| *window == PREFIX);
    let number = |(start, _)| {
        let digits = bytes[start + PREFIX.len()..].iter().take_while(|byte| byte.is_ascii_digit());
        String::from_utf8(digits.copied().collect()).ok()?.parse::<u32>().ok()
    };
    starts.filter_map(number).max()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_newest_glibc_that_a_file_names_is_found() {
        assert_eq!(glibc(b"\0GLIBC_2.17\0GLIBC_2.4\0GLIBC_2.2.5\0GLIBC_PRIVATE"), Some(17));
        assert_eq!(glibc(b"GLIBC_2."), None);
        assert_eq!(glibc(b"static"), None);
    }

    #[test]
    fn the_project_says_where_the_crate_is() {
        let project = "[project]\nname = \"x\"\n\n[tool.maturin]\npython-source = \"python\"\n";
        let extended = extended(project, Path::new("/p/Cargo.toml")).unwrap();
        assert!(extended.ends_with("\nmanifest-path = \"/p/Cargo.toml\"\ndata = \"hsmod.data\"\n"));
    }

    #[test]
    fn lines_are_added_to_no_other_section() {
        let error = super::extended("[tool.maturin]\n[tool.x]\n", Path::new("/p")).unwrap_err();
        assert!(error.to_string().contains("must be its last section"));
    }
}
