//! `cargo xtask synapse`: the tests of native modules in a real Synapse.
//!
//! Everything that they need lies below cargo's target directory in `synapse/`: the environment with
//! Synapse, the tests of Synapse itself, whose in-memory homeserver ours use, and what we build.

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

#[derive(Args)]
#[command(after_help = "\
Examples:
  cargo xtask synapse
  cargo xtask synapse test_command
  cargo xtask synapse test_command.CommandTestCase.test_help")]
pub(crate) struct Options {
    /// Only these: files of synapse/tests/, or classes or methods in them, as trial names them
    #[arg(value_name = "TEST")]
    tests: Vec<String>,
    /// Tests what operators get: everything built with optimisation
    #[arg(long)]
    release: bool,
    /// How many processes share the tests
    #[arg(long, short, value_name = "N", default_value_t = 2)]
    jobs: u32,
}

/// Makes all that is needed and runs the tests.
///
/// # Errors
/// Something could not be fetched or built, or a test failed.
pub(crate) fn run(options: &Options) -> Result<()> {
    let folder = wheel::folder()?;
    let _lock = Lock::of(&folder)?;
    let environment = Environment::ready(&folder, "environment", Path::new(REQUIREMENTS))?;
    let sources = sources::ready(&folder, &environment, Path::new(REQUIREMENTS))?;
    let plugins = plugins(&folder, options.release)?;
    let wheel = wheel::build(&folder, !options.release, &folder.join("wheels"))?;
    environment.install(&[
        "--no-index".as_ref(),
        "--no-deps".as_ref(),
        "--force-reinstall".as_ref(),
        wheel.as_ref(),
    ])?;
    Trial { environment, sources, plugins, folder, jobs: options.jobs }.run(&options.tests)
}

/// Builds all plugins, those too that misbehave, and lays them side by side in a folder.
fn plugins(folder: &Path, release: bool) -> Result<PathBuf> {
    let names = [wheel::packages("plugins")?, wheel::packages("tests/modules")?].concat();
    let built = build_plugins(release, &names.iter().map(String::as_str).collect::<Vec<_>>())?;
    let plugins = folder.join("plugins");
    if plugins.exists() {
        fs::remove_dir_all(&plugins)?;
    }
    fs::create_dir_all(&plugins)?;
    for plugin in built {
        let name = plugin.file_name().ok_or("a plugin without a name")?;
        // The loader looks at whole files: links, as copies would fill the disk.
        fs::hard_link(&plugin, plugins.join(name))
            .or_else(|_| fs::copy(&plugin, plugins.join(name)).map(drop))?;
    }
    Ok(plugins)
}
