//! The child: it reads its task, sets itself up and does the work.

use std::fmt;
use std::fs::File;
use std::io::{self, BufRead, BufReader};
use std::path::PathBuf;
use std::process::ExitCode;

use clap::Args;
use hsmod_loader::config::{Config, ConfigText};
use hsmod_loader::problem::Stage;
use hsmod_loader::values::by_name;
use hsmod_loader::{Host, LoadError, Modules};
use tracing::field::{Field, Visit};
use tracing_subscriber::filter::{FilterFn, LevelFilter};
use tracing_subscriber::layer::Context;
use tracing_subscriber::{Layer, Registry};

use super::block::Wire;
use super::{Report, Task, Work, life, record};
use crate::exit::{Exit, Stop};
use crate::modules::Listing;
use crate::output::{Output, complain};
use crate::world::World;
use crate::{call, check, log, replay};

#[derive(Args)]
pub(crate) struct Options {
    /// The process that started this one
    #[arg(long)]
    parent: u32,

    /// The folder that relative paths in the config are taken from
    #[arg(long)]
    folder: PathBuf,

    /// Where plugins are looked up if the config does not say
    #[arg(long)]
    plugins_dir: Option<PathBuf>,

    /// The descriptor of the parent under which the record lies
    #[arg(long)]
    record: Option<u32>,
}

/// The environment of the work in a child.
pub(crate) struct Inside {
    listing: Listing,
    pub(crate) server_name: String,
    /// The world of `--world`, if one was given.
    pub(crate) world: Option<World>,
    /// The connection to the parent.
    pub(crate) wire: Wire,
}

impl Inside {
    /// The config. The parent has parsed it before and shown any errors.
    pub(crate) fn config(&self) -> std::result::Result<Config, LoadError> {
        self.listing.config()
    }

    /// Loads the modules; their warnings go to stderr.
    ///
    /// # Errors
    /// Something is wrong with the config or with a module.
    pub(crate) async fn load(&self, host: Host, output: &Output) -> crate::exit::Result<Modules> {
        let config = self.config().map_err(Stop::Refused)?;
        let modules = Modules::load(config, host).await.map_err(Stop::Refused)?;
        output.aside(modules.warnings());
        self.wire.report(&Report::Started);
        Ok(modules)
    }

    /// The host for the modules, which answers from the world if there is one.
    pub(crate) fn host(&self) -> Host {
        match &self.world {
            Some(world) => Host::from(world.host()),
            None => Host::new(&self.server_name),
        }
    }
}

/// Runs the child process.
pub(crate) fn run(options: Options) -> ExitCode {
    life::ends_with(options.parent);
    record::keep(options.parent, options.record);
    let begun = ends().and_then(|(input, output)| {
        let mut input = BufReader::new(input);
        let mut line = Vec::new();
        input.read_until(b'\n', &mut line)?;
        let task: Task = by_name::from_slice(&line)?;
        Ok((task, input, Wire::new(output)))
    });
    let (task, input, wire) = match begun {
        Ok(begun) => begun,
        Err(error) => {
            complain(&format!("error: cannot read the task from the parent process: {error}\n"));
            return Exit::Wrong.into();
        }
    };
    log::init_with(task.verbose, stages(wire.clone()));
    let mut output = Output::to_parent(wire.clone(), task.json, task.colours);
    let text = ConfigText::new(task.config, task.config_name, options.folder);
    let listing = Listing::new(text, options.plugins_dir);
    let world = task.world.map(|world| world.parse(&task.server_name)).transpose();
    let worked = world.and_then(|world| {
        let inside = Inside { listing, server_name: task.server_name, world, wire: wire.clone() };
        match task.work {
            Work::Trial(trial) => check::inside::run(&inside, &trial),
            Work::Fit(fit) => check::schema::run(&inside, &fit),
            Work::Call(call) => call::inside::run(&inside, &call, &mut output),
            Work::Replay(replay) => replay::inside::run(&inside, replay, input, &mut output),
        }
    });
    match worked {
        Err(Stop::Wrong(message)) => wire.report(&Report::Stopped(message)),
        worked => {
            let exit = worked.unwrap_or_else(|stop| output.stopped(&stop));
            wire.report(&Report::Done(output.finish(exit)));
        }
    }
    // The exit code of the work has been reported. The process's own only says that it ended
    // normally.
    Exit::Well.into()
}

/// Moves the pipes to the parent to descriptors that plugins do not know: what a plugin prints to
/// stdout goes to stderr, and its stdin is empty.
#[cfg(unix)]
fn ends() -> io::Result<(File, File)> {
    use rustix::stdio::{dup2_stdin, dup2_stdout, stderr, stdin, stdout};

    let private = |end| rustix::io::fcntl_dupfd_cloexec(end, 3).map(File::from);
    let (input, output) = (private(stdin())?, private(stdout())?);
    dup2_stdin(File::open("/dev/null")?)?;
    dup2_stdout(stderr())?;
    Ok((input, output))
}

/// The pipes to the parent. They remain stdin and stdout, so a plugin that prints to stdout breaks
/// the connection.
#[cfg(windows)]
fn ends() -> io::Result<(File, File)> {
    use std::os::windows::io::AsHandle;

    let input = io::stdin().as_handle().try_clone_to_owned()?;
    let output = io::stdout().as_handle().try_clone_to_owned()?;
    Ok((input.into(), output.into()))
}

/// Reports each stage before it begins, so that the parent knows in which one the process went
/// down.
fn stages(wire: Wire) -> impl Layer<Registry> {
    let theirs = FilterFn::new(|metadata| {
        metadata.target().starts_with("hsmod_loader") && metadata.fields().field("stage").is_some()
    });
    Stages { wire }.with_filter(theirs.with_max_level_hint(LevelFilter::DEBUG))
}

struct Stages {
    wire: Wire,
}

impl<S: tracing::Subscriber> Layer<S> for Stages {
    fn on_event(&self, event: &tracing::Event<'_>, _: Context<'_, S>) {
        let mut found = Reached::default();
        event.record(&mut found);
        if let Reached { module: Some(module), stage: Some(stage) } = found {
            self.wire.report(&Report::Stage { module, stage });
        }
    }
}

#[derive(Default)]
struct Reached {
    module: Option<String>,
    stage: Option<Stage>,
}

impl Visit for Reached {
    fn record_str(&mut self, field: &Field, value: &str) {
        if field.name() == "module" {
            self.module = Some(value.to_owned());
        }
    }

    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        if field.name() == "stage" {
            self.stage = serde_json::from_value(format!("{value:?}").into()).ok();
        }
    }
}
