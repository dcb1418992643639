//! `hsmod replay`: sends recorded events through the modules, as fast as they can handle them.

mod batch;
mod derived;
mod events;
mod history;
pub(crate) mod inside;
mod lines;
pub(crate) mod progress;
mod reader;
mod room;
mod rooms;
mod sections;
mod shown;
mod summary;
mod timer;

use std::path::PathBuf;

use clap::Args;

use crate::child::{Work, pass_on};
use crate::exit::{Exit, Result};
use crate::input::Source;
use crate::live::Live;
use crate::modules::Site;
use crate::output::Output;
use inside::Replay;
use progress::Progress;

#[derive(Args)]
#[command(after_help = after_help())]
pub(crate) struct Options {
    #[command(flatten)]
    site: Site,

    /// The events, one JSON object per line, each with its event_id; `-` reads them from stdin
    #[arg(value_name = "EVENTS.ndjson|-")]
    events: PathBuf,

    /// How often to go through the file; each time begins with empty rooms
    #[arg(long, value_name = "N", default_value_t = 1, value_parser = clap::value_parser!(u32).range(1..))]
    repeat: u32,

    /// How many rooms may be busy at once [default: the number of processors]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..))]
    concurrency: Option<u16>,

    #[command(flatten)]
    live: Live,

    /// Prints one JSON object per event, then a summary
    #[arg(long)]
    pub(crate) json: bool,
}

fn after_help() -> String {
    format!(
        "\
Each event goes through check_event_allowed, check_event_for_spam and on_new_event, with the state
that the events before it have left in its room. Without --json, only events that were denied,
replaced or failed are listed. dispatch_per_second is the rate of these calls alone.

Before that, modules are asked what a homeserver would have asked before it accepted the event, if
they registered it. Users of --server-name are local:
{}
An event to which a module objects is denied, and nothing further is asked about it. The summary
shows how often each callback was called, and which ones no history leads to. See docs/replay.md.

Example:
  hsmod replay -c modules.yaml events.ndjson --json | jq -c 'select(.outcome == \"denied\")'

Nothing real is touched: HTTP requests are refused, storage is empty and in memory, mail is listed and
not sent, background work is not run. With --live, or --live=http,storage,mail for some of it, modules
act as in a homeserver. What a plugin does by itself, such as opening files, is not prevented.
With --world FILE, the users and rooms in that file answer what modules ask the homeserver.

Exit codes: 0 all events were decided (denials, too), 1 a module failed, even where a homeserver would
go on, or a line was not an event, 2 a file cannot be read, or a plugin ended the process",
        derived::help()
    )
}

impl Options {
    fn concurrency(&self) -> usize {
        self.concurrency.map_or_else(processors, usize::from)
    }
}

fn processors() -> usize {
    std::thread::available_parallelism().map_or(1, usize::from)
}

pub(crate) fn run(options: &Options, verbose: u8, output: &mut Output) -> Result<Exit> {
    options.site.leave_stdin_to("the events", &options.events)?;
    let source = Source::new(&options.events);
    let input = events::open(&source, options.repeat)?;
    let (world_text, world) = options.site.world()?.unzip();
    options.live.check(world.as_ref())?;
    let listing = options.site.listing()?.in_world(world_text);
    options.live.say(world.as_ref());
    let length = input.length.map(|bytes| bytes * u64::from(options.repeat));
    let progress = Progress::new(length);
    // The child reads a file itself, which is faster and allows `--repeat`. A pipe must be read
    // here and passed on.
    let path = if length.is_some() { source.path() } else { None };
    let reader = if path.is_some() { Box::new(std::io::empty()) } else { input.into_reader() };
    let replay = Replay {
        source: source.to_string(),
        path,
        length,
        before: source.before(&format!("replay -c {} -", options.site.config.display())),
        repeat: options.repeat,
        concurrency: options.concurrency(),
        live: options.live.clone(),
    };
    let server_name = &options.site.server_name;
    pass_on(&listing, server_name, verbose, Work::Replay(replay), reader, Some(progress), output)
}
