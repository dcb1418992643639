//! Installs from a bundle as an operator would, and runs what was installed.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use super::digests;
use super::folder::files;
use super::parts::EXAMPLE;
use crate::command::{Result, output, run as execute};
use crate::python::Environment;
use crate::wheel::packages;

/// # Errors
/// A part of the bundle does not work or is missing.
pub(super) fn run(work: &Path, bundle: &Path) -> Result<()> {
    let installed = Installed::from(bundle)?;
    let folder = &installed.folder;
    digests::verify(folder)?;
    let names = packages("plugins")?;

    let hsmod = |arguments: &[&str]| {
        let mut hsmod = Command::new(folder.join("bin/hsmod"));
        hsmod.current_dir(folder).args(arguments);
        hsmod
    };
    let inspected = output(&mut hsmod(&["inspect", "plugins"]))?;
    missing(&names, &inspected, "`hsmod inspect plugins`")?;
    execute(&mut hsmod(&["check", "-c", EXAMPLE]))?;
    let all = fs::read_to_string(folder.join(EXAMPLE))?.replace("enabled: false", "enabled: true");
    fs::write(folder.join("all.yaml"), all)?;
    execute(&mut hsmod(&["check", "-c", "all.yaml"]))?;

    let environment = Environment::fresh(work, "fresh")?;
    environment.install(&["--no-index".as_ref(), wheel(folder)?.as_ref()])?;
    let python = |arguments: &[&str]| {
        let mut python = environment.python();
        python.current_dir(folder).args(["-m", "hsmod"]).args(arguments);
        python
    };
    let listed = output(&mut python(&["plugins"]))?;
    missing(&names, &listed, "`python -m hsmod plugins`")?;
    execute(&mut python(&["check", "-c", "all.yaml"]))?;
    println!("installed and run: {} plugins, the command and the wheel", names.len());
    Ok(())
}

/// Fails if the output does not name each plugin.
fn missing(names: &[String], said: &str, command: &str) -> Result<()> {
    let is_named = |name: &str| said.split(|c: char| c.is_whitespace()).any(|word| word == name);
    let missing: Vec<&str> =
        names.iter().map(String::as_str).filter(|name| !is_named(name)).collect();
    if missing.is_empty() {
        return Ok(());
    }
    Err(format!("{command} does not name {}; it says:\n{said}", missing.join(", ")).into())
}

fn wheel(folder: &Path) -> Result<PathBuf> {
    let entry = fs::read_dir(folder.join("python"))?.next().ok_or("there is no wheel")??;
    Ok(entry.path())
}

/// A copy of the bundle in an empty folder, removed on drop.
struct Installed {
    folder: PathBuf,
}

impl Installed {
    fn from(bundle: &Path) -> Result<Self> {
        let name = format!("hsmod-installed-{}", std::process::id());
        let installed = Self { folder: std::env::temp_dir().join(name) };
        fs::create_dir(&installed.folder)?;
        for file in files(bundle)? {
            let copy = installed.folder.join(&file);
            fs::create_dir_all(copy.parent().unwrap_or(&installed.folder))?;
            fs::copy(bundle.join(file), copy)?;
        }
        Ok(installed)
    }
}

impl Drop for Installed {
    fn drop(&mut self) {
        // If it cannot be removed, the system will clean it up with other temporary files.
        let _ = fs::remove_dir_all(&self.folder);
    }
}
