//! Debian's packages, unpacked beside the system instead of installed.
//!
//! apt-get knows the sources and verifies the signatures of its downloads. Here it works with
//! separate package lists, so that neither root nor an earlier `apt-get update` is needed.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::command::{Result, output, run};

/// Unpacks the upstream `version` of `package`, and what it needs and the system lacks, into `root`.
///
/// # Errors
/// The system is not Debian, or its sources lack this version.
pub(crate) fn unpack(package: &str, version: &str, root: &Path) -> Result<()> {
    let apt = Apt { directory: root.with_extension("apt") };
    fs::create_dir_all(&apt.directory)?;
    apt.update()?;
    let first = Wanted { name: package.into(), version: Some(apt.find(package, version)?) };
    let files = apt.download(&apt.closure(first)?)?;

    let partial = root.with_extension("partial");
    for leftover in [&partial, root] {
        if leftover.exists() {
            fs::remove_dir_all(leftover)?;
        }
    }
    for file in files {
        run(Command::new("dpkg-deb").arg("--extract").args([&file, &partial]))?;
    }
    fs::rename(&partial, root)?;
    fs::remove_dir_all(&apt.directory)?;
    Ok(())
}

/// apt with its lists and downloads in a separate directory.
struct Apt {
    directory: PathBuf,
}

/// A package, in one version or in the one that apt prefers.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Wanted {
    name: String,
    version: Option<String>,
}

impl Apt {
    fn update(&self) -> Result<()> {
        fs::create_dir_all(self.directory.join("lists/partial"))?;
        output(self.command("apt-get").arg("update")).map(drop).map_err(|error| {
            format!(
                "{error}\nthe compilers are Debian's packages: run this on Debian, with access \
                     to its sources"
            )
            .into()
        })
    }

    /// The full version of `package` whose upstream version is `version`.
    fn find(&self, package: &str, version: &str) -> Result<String> {
        let table = output(self.command("apt-cache").args(["madison", package]))?;
        let versions = table.lines().filter_map(|line| line.split('|').nth(1)).map(str::trim);
        let versions: Vec<_> = versions.collect();
        let found = versions.iter().find(|full| {
            full.strip_prefix(version).is_some_and(|rest| rest.starts_with(['+', '-']))
        });
        found.map(ToString::to_string).ok_or_else(|| {
            let known = if versions.is_empty() { "none".into() } else { versions.join(", ") };
            format!(
                "the sources of this machine have no {package} {version} (known: {known})\n\
                 name one of those: cargo xtask compilers --compiler VERSION"
            )
            .into()
        })
    }

    /// `first` and all its direct and indirect dependencies that the system lacks.
    fn closure(&self, first: Wanted) -> Result<Vec<Wanted>> {
        let mut closure = vec![first];
        let mut next = 0;
        while let Some(wanted) = closure.get(next) {
            for dependency in self.dependencies(wanted)? {
                let known = closure.iter().any(|other| other.name == dependency.name);
                if !known && (dependency.version.is_some() || self.lacks(&dependency.name)) {
                    closure.push(dependency);
                }
            }
            next += 1;
        }
        Ok(closure)
    }

    fn dependencies(&self, wanted: &Wanted) -> Result<Vec<Wanted>> {
        let control = self.show(&wanted.to_argument())?;
        let depends = control.lines().find_map(|line| line.strip_prefix("Depends: "));
        Ok(depends.map(read_depends).unwrap_or_default())
    }

    fn show(&self, package: &str) -> Result<String> {
        output(self.command("apt-cache").args(["show", "--no-all-versions", package]))
    }

    /// Whether `package` exists and is not installed; a virtual package (`libc-dev`) has no
    /// version that could be fetched.
    fn lacks(&self, package: &str) -> bool {
        let mut query = Command::new("dpkg-query");
        let status = output(query.args(["--show", "--showformat=${db:Status-Status}", package]));
        let installed = status.is_ok_and(|status| status.starts_with("installed"));
        !installed && self.show(package).is_ok_and(|control| control.contains("Package: "))
    }

    fn download(&self, packages: &[Wanted]) -> Result<Vec<PathBuf>> {
        let names = packages.iter().map(Wanted::to_argument);
        output(self.command("apt-get").arg("download").args(names))?;
        let mut files = Vec::new();
        for entry in fs::read_dir(&self.directory)? {
            let path = entry?.path();
            if path.extension().is_some_and(|extension| extension == "deb") {
                files.push(path);
            }
        }
        Ok(files)
    }

    fn command(&self, program: &str) -> Command {
        let mut command = Command::new(program);
        let option = |name, value: PathBuf| format!("{name}={}", value.display());
        command
            .current_dir(&self.directory)
            .args(["-o", &option("Dir::State::Lists", self.directory.join("lists"))])
            .args(["-o", &option("Dir::Cache", self.directory.join("cache"))])
            // As root, apt would download as a user who may not write here.
            .args(["-o", "APT::Sandbox::User=root"])
            .env("LC_ALL", "C");
        command
    }
}

impl Wanted {
    fn to_argument(&self) -> String {
        match &self.version {
            Some(version) => format!("{}={version}", self.name),
            None => self.name.clone(),
        }
    }
}

/// Reads a `Depends` field: the first of several alternatives, its version only where it is fixed.
fn read_depends(field: &str) -> Vec<Wanted> {
    let wanted = |dependency: &str| {
        let first = dependency.split('|').next()?.trim();
        let (name, condition) = first.split_once(' ').unwrap_or((first, ""));
        let version = condition.strip_prefix("(= ").and_then(|rest| rest.strip_suffix(')'));
        Some(Wanted { name: name.to_owned(), version: version.map(str::to_owned) })
    };
    field.split(',').filter_map(wanted).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_alternatives_and_fixed_versions() {
        let field = "libc6 (>= 2.34), libstd-rust-web-dev (= 1.85.0+dfsg3-1), gcc | clang (>= 3)";
        let wanted: Vec<_> = read_depends(field).iter().map(Wanted::to_argument).collect();
        assert_eq!(wanted, ["libc6", "libstd-rust-web-dev=1.85.0+dfsg3-1", "gcc"]);
    }
}
