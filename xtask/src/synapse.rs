//! `cargo xtask synapse`: tests native modules in a real Synapse and measures their cost there.
//!
//! Everything needed is kept below cargo's target directory in `synapse/`: the environment with
//! Synapse, Synapse's own tests, whose in-memory homeserver is used, and our builds.

mod sources;
pub(crate) mod trial;

use std::fs;
use std::path::{Path, PathBuf};

use clap::Args;

use crate::build::build_plugins;
use crate::command::Result;
use crate::lock::Lock;
use crate::python::Environment;
use crate::wheel;
use trial::Trial;

/// The packages for the environment of the tests.
const REQUIREMENTS: &str = "synapse/requirements/tests.txt";

/// The environment that Synapse is installed in.
const ENVIRONMENT: &str = "environment";

/// The plugin that the benchmark measures.
const MEASURED: &str = "bench_checker";

#[derive(Args)]
#[command(after_help = "\
Examples:
  cargo xtask synapse
  cargo xtask synapse test_command
  cargo xtask synapse test_command.CommandTestCase.test_help
  cargo xtask synapse --bench
  HSMOD_TEST_FULL=1 cargo xtask synapse test_synapses_own   # many more of Synapse's own tests
  HSMOD_TEST_FULL=1 cargo xtask synapse test_scenarios      # all scenarios, not 300 of them")]
pub(crate) struct Options {
    /// Runs only these: files of synapse/tests/, or classes or methods in them, as trial names them
    #[arg(value_name = "TEST")]
    tests: Vec<String>,
    /// Tests everything with optimisation, as operators get it
    #[arg(long)]
    release: bool,
    /// Instead of testing, measures what native modules cost compared with Python ones, and fails if
    /// that is too much
    #[arg(long, conflicts_with_all = ["tests", "jobs"])]
    bench: bool,
    /// How many processes share the tests
    #[arg(long, short, value_name = "N", default_value_t = 2)]
    jobs: u32,
}

/// Prepares everything and runs the tests.
///
/// # Errors
/// A download, a build or a test failed.
pub(crate) fn run(options: &Options) -> Result<()> {
    let folder = wheel::folder()?;
    if options.bench {
        return ready_to_measure(folder)?.measure();
    }
    let lock = Lock::of(&folder)?;
    let names = [wheel::packages("plugins")?, wheel::packages("tests/modules")?].concat();
    ready(folder, lock, options.release, &names, options.jobs)?.run(&options.tests)
}

/// The cost of native modules in Synapse compared with Python ones, as the benchmark's JSON; or the
/// reason why it cannot be measured. Nothing is downloaded for this.
///
/// # Errors
/// A build or the benchmark failed.
pub(crate) fn costs() -> Result<std::result::Result<String, String>> {
    let folder = wheel::folder()?;
    if !Environment::is_there(&folder, ENVIRONMENT) {
        return Ok(Err("there is no Synapse yet: `cargo xtask synapse` fetches it".to_owned()));
    }
    ready_to_measure(folder)?.costs().map(Ok)
}

fn ready_to_measure(folder: PathBuf) -> Result<Trial> {
    let lock = Lock::of(&folder)?;
    ready(folder, lock, true, &[MEASURED.to_owned()], 1)
}

/// Prepares everything, with these plugins.
fn ready(
    folder: PathBuf,
    lock: Lock,
    release: bool,
    plugins: &[String],
    jobs: u32,
) -> Result<Trial> {
    let environment = Environment::ready(&folder, ENVIRONMENT, Path::new(REQUIREMENTS))?;
    let sources = sources::ready(&folder, &environment, Path::new(REQUIREMENTS))?;
    let plugins = lay(&folder, release, plugins)?;
    let wheel = wheel::build(&folder, !release, &folder.join("wheels"))?;
    environment.install(&[
        "--no-index".as_ref(),
        "--no-deps".as_ref(),
        "--force-reinstall".as_ref(),
        wheel.as_ref(),
    ])?;
    Ok(Trial { environment, sources, plugins, folder, jobs, _lock: lock })
}

/// Builds plugins and puts them into one folder.
fn lay(folder: &Path, release: bool, names: &[String]) -> Result<PathBuf> {
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    let built = build_plugins(release, &names)?;
    let plugins = folder.join("plugins");
    if plugins.exists() {
        fs::remove_dir_all(&plugins)?;
    }
    fs::create_dir_all(&plugins)?;
    for plugin in built {
        let name = plugin.file_name().ok_or("a plugin without a name")?;
        // Hard links, since the loader reads whole files and copies would fill the disk.
        fs::hard_link(&plugin, plugins.join(name))
            .or_else(|_| fs::copy(&plugin, plugins.join(name)).map(drop))?;
    }
    Ok(plugins)
}
