//! The other end of a trial: a process that loads and starts one module, and may not survive it.

use std::collections::BTreeMap;
use std::fmt;
use std::fs::File;
use std::io::Write;
use std::path::PathBuf;

use clap::Args;
use hsmod_loader::LoginType;
use hsmod_loader::check::trial;
use hsmod_loader::problem::{Problem, Stage};
use serde::{Deserialize, Serialize};
use tracing::field::{Field, Visit};
use tracing_subscriber::Layer;
use tracing_subscriber::layer::Context;

use super::calls::Calls;
use super::trial::LIMIT;
use crate::exit::{Exit, Result, Stop};
use crate::log;
use crate::modules::Site;
use crate::runtime;

#[derive(Args)]
pub(crate) struct Options {
    #[command(flatten)]
    site: Site,

    #[command(flatten)]
    calls: Calls,

    /// The place of the module in the list
    #[arg(long)]
    index: usize,

    /// The file to report to. Not stdout: the module may print there
    #[arg(long)]
    report: PathBuf,
}

/// One line of the report.
#[derive(Debug, Deserialize, Serialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Line {
    /// Code of the module runs next.
    Stage(Stage),
    /// The trial is over.
    Found(Found),
}

/// What a trial found.
#[derive(Debug, Default, Deserialize, Serialize)]
pub(crate) struct Found {
    pub(super) callbacks: BTreeMap<String, Vec<String>>,
    pub(super) login_types: Vec<LoginType>,
    pub(super) web: Vec<String>,
    pub(super) problems: Vec<Problem>,
}

/// Loads and starts the module, and writes what it finds to the report.
pub(crate) fn run(options: &Options, verbose: u8) -> Result<Exit> {
    let failed = |error: &dyn fmt::Display| Stop::wrong(format!("cannot run a trial: {error}"));
    let report = File::options().append(true).open(&options.report);
    let report = report.map_err(|error| failed(&error))?;
    log::init_with(verbose, Stages { report: report.try_clone().map_err(|error| failed(&error))? });
    // Should nobody be left to end this process when its time is up.
    std::thread::spawn(|| {
        std::thread::sleep(2 * LIMIT);
        std::process::exit(1);
    });
    let found = match options.site.read()? {
        Err(error) => Found { problems: error.problems, ..Found::default() },
        Ok(mut config) => {
            config.retain(|entry| entry.index() == options.index);
            let runtime = runtime::single()?;
            let findings =
                runtime.block_on(trial(config, options.calls.limit(options.site.host())));
            // A thread that hangs does not keep this process from ending.
            runtime.shutdown_background();
            let info = findings.modules.into_iter().next();
            let found = info.map(|info| Found {
                callbacks: info.callbacks,
                login_types: info.login_types,
                web: info.web,
                problems: Vec::new(),
            });
            Found { problems: findings.problems, ..found.unwrap_or_default() }
        }
    };
    write(&report, &Line::Found(found)).map_err(|error| failed(&error))?;
    Ok(Exit::Well)
}

fn write(mut report: &File, line: &Line) -> std::io::Result<()> {
    let mut line = serde_json::to_vec(line)?;
    line.push(b'\n');
    report.write_all(&line)
}

/// Reports each stage before it begins: the last one is where a module took the process down.
struct Stages {
    report: File,
}

impl<S: tracing::Subscriber> Layer<S> for Stages {
    fn on_event(&self, event: &tracing::Event<'_>, _: Context<'_, S>) {
        let mut found = StageField(None);
        if event.metadata().target().starts_with("hsmod_loader") {
            event.record(&mut found);
        }
        if let StageField(Some(stage)) = found {
            // Should it fail, the report ends at an earlier stage.
            let _ = write(&self.report, &Line::Stage(stage));
        }
    }
}

struct StageField(Option<Stage>);

impl Visit for StageField {
    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        if field.name() == "stage" {
            self.0 = serde_json::from_value(format!("{value:?}").into()).ok();
        }
    }
}
