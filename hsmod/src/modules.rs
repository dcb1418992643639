//! The modules that a command works with: the config file, and the homeserver they believe to be
//! in.

use std::path::{Path, PathBuf};

use clap::Args;
use hsmod_loader::LoadError;
use hsmod_loader::config::ConfigText;

use crate::exit::{Result, Stop};

#[derive(Args, Clone)]
pub(crate) struct Site {
    /// The YAML file that lists the modules; `-` is stdin. Relative paths in it are taken from its
    /// folder, and from the working directory if it is stdin or a pipe
    #[arg(short, long, value_name = "FILE|-")]
    pub(crate) config: PathBuf,

    /// The homeserver that the modules believe to be in
    #[arg(long, value_name = "NAME", default_value = "localhost")]
    pub(crate) server_name: String,
}

impl Site {
    /// Reads the config's text. It may come through a pipe, so this is done once.
    ///
    /// # Errors
    /// The file cannot be read.
    pub(crate) fn text(&self) -> Result<ConfigText> {
        let text = if is_stdin(&self.config) {
            ConfigText::from_reader(std::io::stdin().lock(), "standard input", "")
        } else {
            ConfigText::from_file(&self.config)
        };
        text.map_err(|error| unreadable(&error))
    }

    /// Leaves standard input to `what`, which comes from `path`: it can be read once only.
    ///
    /// # Errors
    /// Both are to come from there.
    pub(crate) fn leave_stdin_to(&self, what: &str, path: &Path) -> Result<()> {
        if !is_stdin(path) || !is_stdin(&self.config) {
            return Ok(());
        }
        let message = format!("both the config and {what} are to come from standard input");
        Err(Stop::wrong(format!("{message}\n  fix: put one of them into a file")))
    }
}

fn is_stdin(path: &Path) -> bool {
    ["-", "/dev/stdin"].map(Path::new).contains(&path)
}

/// What the loader says of a file that it cannot read.
fn unreadable(error: &LoadError) -> Stop {
    let text = |problem: &hsmod_loader::problem::Problem| match &problem.fix {
        Some(fix) => format!("{}\n  fix: {fix}", problem.message),
        None => problem.message.clone(),
    };
    Stop::wrong(error.problems.iter().map(text).collect::<Vec<_>>().join("\n"))
}
