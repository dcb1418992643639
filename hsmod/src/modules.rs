//! The modules that a command works with: the config file, and the homeserver they believe to be
//! in.

use std::fs::File;
use std::path::PathBuf;

use clap::Args;
use hsmod_loader::{Config, Host, LoadError, Modules};

use crate::exit::{Result, Stop};
use crate::output::Output;

#[derive(Args)]
pub(crate) struct Site {
    /// The YAML file that lists the modules
    #[arg(short, long, value_name = "FILE")]
    pub(crate) config: PathBuf,

    /// The homeserver that the modules believe to be in
    #[arg(long, value_name = "NAME", default_value = "localhost")]
    pub(crate) server_name: String,
}

impl Site {
    /// Reads the config; the inner error is what is wrong with the text in it.
    ///
    /// # Errors
    /// The file cannot be read.
    pub(crate) fn read(&self) -> Result<std::result::Result<Config, LoadError>> {
        let config = Config::from_file(&self.config);
        let readable = || File::open(&self.config)?.metadata().map(|metadata| !metadata.is_dir());
        match config {
            Err(error) if !matches!(readable(), Ok(true)) => Err(unreadable(&error)),
            config => Ok(config),
        }
    }

    /// The homeserver.
    pub(crate) fn host(&self) -> Host {
        Host::new(&self.server_name)
    }

    /// Loads the modules; their warnings go to stderr.
    ///
    /// # Errors
    /// The file cannot be read, or something is wrong with a module.
    pub(crate) async fn load(&self, host: Host, output: &Output) -> Result<Modules> {
        let config = self.read()?.map_err(Stop::Refused)?;
        let modules = Modules::load(config, host).await.map_err(Stop::Refused)?;
        output.aside(modules.warnings());
        Ok(modules)
    }
}

/// What the loader says of a file that it cannot read.
fn unreadable(error: &LoadError) -> Stop {
    let text = |problem: &hsmod_loader::problem::Problem| match &problem.fix {
        Some(fix) => format!("{}\n  fix: {fix}", problem.message),
        None => problem.message.clone(),
    };
    Stop::wrong(error.problems.iter().map(text).collect::<Vec<_>>().join("\n"))
}
