//! Python virtual environments, created once below cargo's target directory.
//!
//! Only an interpreter must be installed. Everything else comes from PyPI, in the versions that a
//! requirements file pins, and downloads are kept.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::command::{Result, output, run as execute};

/// The oldest Python that Synapse and the package support.
const OLDEST: (u32, u32) = (3, 10);

/// The file in an environment that says what it was created from. It is written last, so an
/// incomplete environment has none.
const MARKER: &str = "made-from";

/// A virtual environment.
#[derive(Clone, Debug)]
pub(crate) struct Environment {
    folder: PathBuf,
    /// pip's downloads.
    cache: PathBuf,
}

impl Environment {
    /// The environment `name` below `folder`, with the packages of the file `requirements`. An
    /// environment of an earlier run is reused unless the file or the interpreter has changed.
    ///
    /// # Errors
    /// No suitable interpreter was found, or PyPI is unreachable.
    pub(crate) fn ready(folder: &Path, name: &str, requirements: &Path) -> Result<Self> {
        let environment = Self::at(folder, name);
        let interpreter = Interpreter::find()?;
        let wanted = fs::read_to_string(requirements)
            .map_err(|error| format!("cannot read `{}`: {error}", requirements.display()))?;
        let origin = format!("{}\n{}\n{wanted}", interpreter.title(), environment.folder.display());
        let marker = environment.folder.join(MARKER);
        if fs::read_to_string(&marker).is_ok_and(|made_from| made_from == origin) {
            return Ok(environment);
        }
        println!("making `{}` with Python {}", environment.folder.display(), interpreter.version);
        environment.make_anew(&interpreter)?;
        environment.install(&["--requirement".as_ref(), requirements.as_ref()])?;
        fs::write(&marker, origin)?;
        Ok(environment)
    }

    /// Whether an earlier run made the environment `name` below `folder`.
    pub(crate) fn is_there(folder: &Path, name: &str) -> bool {
        Self::at(folder, name).folder.join(MARKER).exists()
    }

    /// Creates an empty environment `name` below `folder`, replacing an existing one.
    ///
    /// # Errors
    /// No suitable interpreter was found.
    pub(crate) fn fresh(folder: &Path, name: &str) -> Result<Self> {
        let environment = Self::at(folder, name);
        environment.make_anew(&Interpreter::find()?)?;
        Ok(environment)
    }

    /// The environment's interpreter.
    pub(crate) fn python(&self) -> Command {
        Command::new(self.folder.join("bin/python"))
    }

    /// Runs `pip install` with these arguments.
    ///
    /// # Errors
    /// pip failed. Its own message was printed before.
    pub(crate) fn install(&self, what: &[&std::ffi::OsStr]) -> Result<()> {
        execute(self.pip("install").args(what)).map_err(|error| unreachable_index(&error))
    }

    /// Downloads the source distribution of `requirement` into `folder`, without dependencies.
    ///
    /// # Errors
    /// pip failed. Its own message was printed before.
    pub(crate) fn fetch_sources(&self, requirement: &str, folder: &Path) -> Result<()> {
        let mut pip = self.pip("download");
        pip.args(["--no-deps", "--no-binary=matrix-synapse", "--dest"])
            .arg(folder)
            .arg(requirement);
        execute(&mut pip).map_err(|error| unreachable_index(&error))
    }

    fn pip(&self, task: &str) -> Command {
        let mut pip = self.python();
        pip.args(["-m", "pip", task, "--quiet", "--disable-pip-version-check", "--cache-dir"]);
        pip.arg(&self.cache);
        pip
    }

    fn at(folder: &Path, name: &str) -> Self {
        Self { folder: folder.join(name), cache: folder.join("pip") }
    }

    fn make_anew(&self, interpreter: &Interpreter) -> Result<()> {
        if self.folder.exists() {
            fs::remove_dir_all(&self.folder)?;
        }
        execute(Command::new(&interpreter.program).args(["-m", "venv"]).arg(&self.folder))
    }
}

fn unreachable_index(error: &dyn std::fmt::Display) -> Box<dyn std::error::Error> {
    format!(
        "pip could not fetch or install it; its output is above\n  {error}\n  \
         fix: if it could not reach PyPI, set a proxy with HTTPS_PROXY or a mirror with \
         PIP_INDEX_URL, and run this again: what was fetched is kept"
    )
    .into()
}

/// The Python interpreter that creates environments.
#[derive(Debug)]
struct Interpreter {
    program: PathBuf,
    version: String,
}

impl Interpreter {
    /// Finds the interpreter that `PYTHON` names, or `python3`.
    ///
    /// # Errors
    /// There is none, it is too old, or it lacks the module `venv`, which Debian packages
    /// separately.
    fn find() -> Result<Self> {
        let named = std::env::var_os("PYTHON").filter(|program| !program.is_empty());
        let program = named.unwrap_or_else(|| "python3".into());
        Self::examine(Path::new(&program))
    }

    fn examine(program: &Path) -> Result<Self> {
        const SCRIPT: &str = "import sys, importlib.util as i; \
             print(sys.executable, '.'.join(map(str, sys.version_info[:3])), \
             *[m for m in ('venv', 'ensurepip') if not i.find_spec(m)], sep='\\n')";
        let said = output(Command::new(program).args(["-c", SCRIPT])).map_err(|error| {
            // Leave out the command line, which would only confuse.
            let cause = error.to_string();
            let cause = cause.rsplit("`").next().unwrap_or_default().to_owned();
            format!(
                "`{}`{cause}\n  fix: install Python {}.{} or newer, or name it: \
                 PYTHON=/path/to/python3",
                program.display(),
                OLDEST.0,
                OLDEST.1
            )
        })?;
        Ok(Self::read(&said)?)
    }

    /// Reads the interpreter's report: its path, its version, and the modules it lacks.
    fn read(said: &str) -> std::result::Result<Self, String> {
        let mut lines = said.lines();
        let program = PathBuf::from(lines.next().unwrap_or_default());
        let version = lines.next().unwrap_or_default().to_owned();
        let mut numbers = version.split('.').map(|number| number.parse().unwrap_or(0));
        let (major, minor) = (numbers.next().unwrap_or(0), numbers.next().unwrap_or(0));
        let shown = program.display();
        if (major, minor) < OLDEST {
            return Err(format!(
                "`{shown}` is Python {version}, which is too old: {}.{} is the oldest that Synapse \
                 runs with\n  fix: name a newer one: PYTHON=/path/to/python3",
                OLDEST.0, OLDEST.1
            ));
        }
        let missing = lines.collect::<Vec<_>>();
        if !missing.is_empty() {
            return Err(format!(
                "`{shown}` cannot make virtual environments: it has no module `{}`\n  fix: on \
                 Debian and its derivatives, `apt-get install python{major}.{minor}-venv`; or name \
                 another: PYTHON=/path/to/python3",
                missing.join("`, `")
            ));
        }
        Ok(Self { program, version })
    }

    fn title(&self) -> String {
        format!("{} {}", self.program.display(), self.version)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_interpreter_says_what_it_lacks() {
        let refused = |said| Interpreter::read(said).unwrap_err();
        let old = refused("/usr/bin/python3\n3.9.2\n");
        assert!(old.starts_with("`/usr/bin/python3` is Python 3.9.2, which is too old: 3.10 is"));
        let lacking = refused("/usr/bin/python3\n3.11.2\nensurepip\n");
        assert!(lacking.contains("it has no module `ensurepip`"), "{lacking}");
        assert!(lacking.contains("apt-get install python3.11-venv"), "{lacking}");
        let found = Interpreter::read("/usr/bin/python3\n3.14.0\n").unwrap();
        assert_eq!(found.title(), "/usr/bin/python3 3.14.0");
    }

    #[test]
    fn one_that_is_not_there_is_named_with_the_remedy() {
        let missing = Interpreter::examine(Path::new("/no/python3")).unwrap_err().to_string();
        assert!(missing.starts_with("`/no/python3` could not be run: No such file"), "{missing}");
        assert!(missing.ends_with("or name it: PYTHON=/path/to/python3"), "{missing}");
    }
}
