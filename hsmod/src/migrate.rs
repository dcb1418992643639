//! `hsmod migrate`: rewrites the modules of a Synapse config for the plugins that come with hsmod.
//!
//! [`found`] lists what Synapse would load, in its order. [`table`] maps each Python class to a
//! plugin and each key to the plugin's key. [`text`] writes the result. Whatever has no counterpart
//! becomes a note with a remedy; nothing is dropped silently.

mod address;
mod file;
mod found;
mod keys;
mod notes;
mod report;
mod table;
mod text;
mod translation;

use std::path::PathBuf;

use clap::Args;
use hsmod_loader::config::{ConfigText, Document};
use hsmod_loader::problem::{Problem, Stage};

use crate::exit::{Exit, Result};
use crate::modules::read_text;
use crate::output::{Output, Problems};
use report::Report;
use translation::Translation;

#[derive(Args)]
#[command(after_help = "\
Example:
  hsmod migrate /etc/matrix-synapse/homeserver.yaml -o modules.yaml
  hsmod migrate homeserver.yaml | less

Reads `modules`, `auto_accept_invites`, and the older `spam_checker`, `third_party_event_rules` and
`password_providers`. What could not be translated is listed on stderr, with a remedy: Python modules
may stay in homeserver.yaml, beside hsmod. Secrets are copied, comments are not. homeserver.yaml itself
is not changed.

Exit codes: 0 everything was translated, 1 something was not, 2 the file cannot be read, or FILE
cannot be written")]
pub(crate) struct Options {
    /// Synapse's config; `-` is stdin
    #[arg(value_name = "HOMESERVER_YAML")]
    homeserver: PathBuf,

    /// Where to write the modules.yaml, which must not exist yet; by default stdout
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,

    /// Overwrites FILE if it exists
    #[arg(long, requires = "output")]
    force: bool,

    /// Prints one JSON object per Synapse module, then a summary
    #[arg(long)]
    pub(crate) json: bool,
}

/// # Errors
/// The config cannot be read, or the result cannot be written.
pub(crate) fn run(options: &Options, output: &mut Output) -> Result<Exit> {
    let config = read_text(&options.homeserver)?;
    let report = match examine(&config) {
        Ok(report) => report,
        Err(problems) => {
            output.aside(&problems);
            if output.is_json() {
                output.json(&Problems { problems: &problems });
            }
            return Ok(Exit::Wrong);
        }
    };
    let yaml = text::modules_yaml(config.name(), &report);
    if let Some(path) = &options.output {
        file::write(path, &yaml, &options.homeserver, options.force)?;
    }
    report.show(&yaml, options.output.as_deref(), output);
    Ok(Exit::well_if(report.is_whole()))
}

/// Translates a Synapse config. Fails with the problems of its text if that cannot be relied on.
fn examine(config: &ConfigText) -> std::result::Result<Report, Vec<Problem>> {
    let of_file = |problems| notes::of_file(config.name(), problems);
    let read = || {
        let mut document = Document::parse(config.bytes())?;
        let translation = Translation::of(document.take())
            .map_err(|(message, fix)| vec![Problem::error(Stage::Config, message).fix(fix)])?;
        Report::new(translation, document)
    };
    read().map_err(of_file)
}
