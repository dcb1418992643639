//! `cargo xtask wheel`: builds the Python package `hsmod` for operators.
//!
//! The wheel contains everything: the loader (`hsmod/_native`), the Python around it, the plugins
//! of `plugins/` (below `hsmod/plugins`) and the `hsmod` command. It is built for the stable ABI of
//! CPython, so one wheel serves 3.10 and everything newer.

mod stage;

use std::fs;
use std::path::{Path, PathBuf};

use clap::Args;

use crate::build::{build_plugins, build_program, target_directory};
use crate::command::{Result, forget_package, output, run as execute};
use crate::lock::Lock;
use crate::python::Environment;
use stage::Stage;

/// The packages that build the wheel.
pub(crate) const REQUIREMENTS: &str = "synapse/requirements/build.txt";

#[derive(Args)]
pub(crate) struct Options {
    /// Builds without optimisation, which takes a third of the time
    #[arg(long)]
    dev: bool,
    /// Where the wheel is written [default: `synapse/wheels` below cargo's target directory]
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
    /// Installs the wheel into an empty environment, without Synapse, and runs its command
    #[arg(long)]
    check: bool,
}

/// Builds the wheel and prints its path.
///
/// # Errors
/// A part does not build, or PyPI is unreachable at the first run.
pub(crate) fn run(options: &Options) -> Result<()> {
    let folder = folder()?;
    let _lock = Lock::of(&folder)?;
    let out = match &options.out {
        Some(out) => std::path::absolute(out)?,
        None => folder.join("wheels"),
    };
    let wheel = build(&folder, options.dev, &out)?;
    let size = fs::metadata(&wheel)?.len();
    println!("{}: {}.{} MB", wheel.display(), size / 1_000_000, size / 100_000 % 10);
    if options.check { check(&folder, &wheel) } else { Ok(()) }
}

/// The folder of everything that belongs to Synapse.
///
/// # Errors
/// Cargo cannot read the workspace.
pub(crate) fn folder() -> Result<PathBuf> {
    Ok(target_directory()?.join("synapse"))
}

/// Builds the wheel into `out`, replacing one of the same name. The caller holds the lock of
/// `folder`.
///
/// # Errors
/// A part does not build, or PyPI is unreachable at the first run.
pub(crate) fn build(folder: &Path, dev: bool, out: &Path) -> Result<PathBuf> {
    let tools = Environment::ready(folder, "build-tools", Path::new(REQUIREMENTS))?;
    let stage = Stage::lay(
        &folder.join("stage"),
        &Contents { plugins: plugins(!dev)?, command: build_program(!dev, "hsmod", "hsmod")? },
    )?;
    let mut maturin = tools.python();
    maturin
        .current_dir(stage.folder())
        .args(["-m", "maturin", "build", "--quiet", "--strip"])
        .args(["--profile", if dev { "dev" } else { "release" }])
        .args(["--compatibility", &stage.platform()?])
        .arg("--out")
        .arg(stage.wheels())
        .env("CARGO_TARGET_DIR", folder.join("build"));
    forget_package(&mut maturin);
    execute(&mut maturin)?;
    stage.deliver(out)
}

/// What the wheel contains besides the Python code and what maturin builds.
pub(crate) struct Contents {
    pub(crate) plugins: Vec<PathBuf>,
    pub(crate) command: PathBuf,
}

/// Builds all plugins in `plugins/`.
///
/// # Errors
/// A plugin does not build.
pub(crate) fn plugins(release: bool) -> Result<Vec<PathBuf>> {
    let names = packages("plugins")?;
    build_plugins(release, &names.iter().map(String::as_str).collect::<Vec<_>>())
}

/// The plugins in a folder. Each package has the name of its folder. Libraries that plugins share
/// are not plugins.
///
/// # Errors
/// The folder cannot be read.
pub(crate) fn packages(folder: &str) -> Result<Vec<String>> {
    let mut names = Vec::new();
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let manifest = fs::read_to_string(entry.path().join("Cargo.toml"));
        if manifest.is_ok_and(|manifest| manifest.contains("\"cdylib\"")) {
            names.push(entry.file_name().to_string_lossy().into_owned());
        }
    }
    names.sort();
    Ok(names)
}

/// Installs the wheel into an empty environment and makes it list and check its plugins.
fn check(folder: &Path, wheel: &Path) -> Result<()> {
    let environment = Environment::fresh(folder, "fresh")?;
    environment.install(&["--no-index".as_ref(), wheel.as_ref()])?;
    let elsewhere = folder.join("fresh");
    fs::write(elsewhere.join("modules.yaml"), EXAMPLE)?;
    let hsmod = |arguments: &[&str]| {
        let mut hsmod = environment.python();
        // Python looks for modules in the working directory, and the repository has a folder
        // `synapse`.
        hsmod.current_dir(&elsewhere).args(["-m", "hsmod"]).args(arguments);
        hsmod
    };
    execute(&mut hsmod(&["plugins"]))?;
    execute(&mut hsmod(&["check", "-c", "modules.yaml"]))?;
    println!("installed and run: {}", output(&mut hsmod(&["--version"]))?.trim_end());
    Ok(())
}

/// Two plugins of the wheel, found without `plugins_dir`.
const EXAMPLE: &str = "\
modules:
  - module: list_spam_checker
    config: {evil_users: ['@evil:example.com']}
  - module: http_antispam
    config: {base_url: 'http://127.0.0.1:9', authorization: secret}
";
