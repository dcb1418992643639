//! The options for the modules that a command runs: the config file, the homeserver's name, and the
//! world that it answers from.

use std::path::{Path, PathBuf};

use clap::Args;
use hsmod_loader::LoadError;
use hsmod_loader::config::{Config, ConfigText};

use crate::exit::{Result, Stop};
use crate::world::{World, WorldText};

#[derive(Args, Clone)]
pub(crate) struct Site {
    /// The YAML file that lists the modules; `-` is stdin. Relative paths in it are taken from its
    /// folder, and from the working directory if it is stdin or a pipe
    #[arg(short, long, value_name = "FILE|-")]
    pub(crate) config: PathBuf,

    /// Where plugins are looked up if the config has no `plugins_dir` [default: `plugins`, beside the
    /// config]
    #[arg(long, value_name = "DIR")]
    plugins_dir: Option<PathBuf>,

    /// The name of the homeserver, as modules see it
    #[arg(long, value_name = "NAME", default_value = "localhost")]
    pub(crate) server_name: String,

    /// A YAML file with users, rooms and answers, that answer the modules' requests
    /// (docs/world.md); `-` is stdin. Without it, requests to the homeserver fail
    #[arg(long, value_name = "FILE|-")]
    world: Option<PathBuf>,
}

impl Site {
    /// Reads the world, if one was given. It may come through a pipe, so this must be called only
    /// once.
    ///
    /// # Errors
    /// The file cannot be read or is not a valid world.
    pub(crate) fn world(&self) -> Result<Option<(WorldText, World)>> {
        let Some(path) = &self.world else { return Ok(None) };
        if is_stdin(path) {
            leave_stdin_to("the world", &[("the config", &self.config)])?;
        }
        let text = WorldText::read(path)?;
        let world = text.parse(&self.server_name)?;
        world.warn();
        Ok(Some((text, world)))
    }

    /// Reads the config. It may come through a pipe, so this must be called only once.
    ///
    /// # Errors
    /// The file cannot be read.
    pub(crate) fn listing(&self) -> Result<Listing> {
        let text = read_text(&self.config)?;
        // Making a path absolute fails only if the working directory is gone; then the path is used
        // as it is.
        let absolute = |dir: &PathBuf| std::path::absolute(dir).unwrap_or_else(|_| dir.clone());
        Ok(Listing::new(text, self.plugins_dir.as_ref().map(absolute)))
    }

    /// If `path` is standard input, checks that nothing else is read from there. `what` names the
    /// content.
    ///
    /// # Errors
    /// The config or the world is read from standard input, too.
    pub(crate) fn leave_stdin_to(&self, what: &str, path: &Path) -> Result<()> {
        if !is_stdin(path) {
            return Ok(());
        }
        let world = self.world.iter().map(|world| ("the world", world.as_path()));
        let others: Vec<_> =
            [("the config", self.config.as_path())].into_iter().chain(world).collect();
        leave_stdin_to(what, &others)
    }
}

/// Reads a config; `-` is standard input.
///
/// # Errors
/// The config cannot be read.
pub(crate) fn read_text(path: &Path) -> Result<ConfigText> {
    let text = if is_stdin(path) {
        ConfigText::from_reader(std::io::stdin().lock(), "standard input", "")
    } else {
        ConfigText::from_file(path)
    };
    text.map_err(|error| unreadable(&error))
}

fn leave_stdin_to(what: &str, others: &[(&str, &Path)]) -> Result<()> {
    let Some((other, _)) = others.iter().find(|(_, path)| is_stdin(path)) else { return Ok(()) };
    let message = format!("{other} and {what} cannot both come from standard input");
    Err(Stop::wrong(format!("{message}\n  fix: put one of them into a file")))
}

/// The config's text, with the command-line options that complete it.
#[derive(Clone, Debug)]
pub(crate) struct Listing {
    text: ConfigText,
    plugins_dir: Option<PathBuf>,
    world: Option<WorldText>,
}

impl Listing {
    /// Plugins are looked up in `plugins_dir` if the text does not name a folder.
    pub(crate) const fn new(text: ConfigText, plugins_dir: Option<PathBuf>) -> Self {
        Self { text, plugins_dir, world: None }
    }

    /// Adds the world that answers the modules' requests.
    pub(crate) fn in_world(self, world: Option<WorldText>) -> Self {
        Self { world, ..self }
    }

    /// The world that answers the modules' requests.
    pub(crate) const fn world(&self) -> Option<&WorldText> {
        self.world.as_ref()
    }

    /// # Errors
    /// The text is not a valid config.
    pub(crate) fn config(&self) -> std::result::Result<Config, LoadError> {
        let config = Config::from_text(&self.text)?;
        Ok(match &self.plugins_dir {
            Some(folder) => config.plugins_dir_or(folder),
            None => config,
        })
    }

    pub(crate) const fn text(&self) -> &ConfigText {
        &self.text
    }

    pub(crate) fn plugins_dir(&self) -> Option<&Path> {
        self.plugins_dir.as_deref()
    }
}

fn is_stdin(path: &Path) -> bool {
    ["-", "/dev/stdin"].map(Path::new).contains(&path)
}

/// Converts the loader's error about an unreadable file.
fn unreadable(error: &LoadError) -> Stop {
    let text = |problem: &hsmod_loader::problem::Problem| match &problem.fix {
        Some(fix) => format!("{}\n  fix: {fix}", problem.message),
        None => problem.message.clone(),
    };
    Stop::wrong(error.problems.iter().map(text).collect::<Vec<_>>().join("\n"))
}
