//! `hsmod replay`: recorded events through the modules, as fast as they can.

mod events;
mod lines;
mod progress;
mod reader;
mod room;
mod rooms;
mod shown;
mod summary;

use std::path::PathBuf;
use std::time::{Duration, Instant};

use clap::Args;

use crate::exit::{Exit, Result, Stop};
use crate::failures::Failures;
use crate::input::Source;
use crate::live::{Live, Undone};
use crate::modules::Site;
use crate::output::{Output, complain};
use events::Events;
use progress::Progress;
use reader::Batch;
use rooms::Rooms;
use shown::show;
use summary::Tally;

#[derive(Args)]
#[command(after_help = "\
Each event goes through check_event_allowed, check_event_for_spam and on_new_event, with the state
that the events before it have left in its room. Without --json, only events that were denied,
replaced or failed are listed. dispatch_per_second counts these calls, in the time spent in them
alone.

Example:
  hsmod replay -c modules.yaml events.ndjson --json | jq -c 'select(.outcome == \"denied\")'

Nothing real is touched: HTTP requests are refused, storage is empty and in memory, mail is listed and
not sent, background work is not run. With --live, or --live=http,storage,mail for some of it, modules
act as in a homeserver. What a plugin does by itself, such as opening files, is not held back.

Exit codes: 0 all events were decided (denials, too), 1 a module failed, also where a homeserver would
go on, or a line was no event, 2 a file cannot be read")]
pub(crate) struct Options {
    #[command(flatten)]
    site: Site,

    /// The events, one JSON object a line, each with its event_id; `-` reads them from stdin
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

    /// Prints one JSON object an event, then a summary
    #[arg(long)]
    pub(crate) json: bool,
}

impl Options {
    fn concurrency(&self) -> usize {
        self.concurrency.map_or_else(processors, usize::from)
    }

    /// How many threads are of use.
    pub(crate) fn threads(&self) -> usize {
        self.concurrency().min(processors())
    }
}

fn processors() -> usize {
    std::thread::available_parallelism().map_or(1, usize::from)
}

pub(crate) async fn run(options: &Options, output: &mut Output) -> Result<Exit> {
    options.site.leave_stdin_to("the events", &options.events)?;
    let source = Source::new(&options.events);
    let rest = format!("replay -c {} -", options.site.config.display());
    let events = Events::open(source.clone(), options.repeat, rest)?;
    let length = events.length();
    let unreadable = |error: std::io::Error| {
        Stop::wrong(format!("cannot read the events from {source}: {error}"))
    };
    let (rehearsal, failures) = (options.live.rehearsal("hsmod replay"), Failures::default());
    let host = failures.heard_in(options.site.host()).rehearsal(&rehearsal);
    options.live.say();
    let modules = options.site.load(host.sample_every(1), output).await?;
    let progress = Progress::new(length.map(|bytes| bytes * u64::from(options.repeat)));
    let mut rooms = Rooms::new(&modules, &options.site.server_name, options.concurrency());
    let mut tally = Tally::default();

    let start = Instant::now();
    let mut batches = reader::start(events, options.repeat);
    while let Some(batch) = batches.recv().await {
        let Batch { lines, bytes, begins } = batch.map_err(unreadable)?;
        if begins {
            tally.dispatched(rooms.clear().await);
        }
        let outcomes = rooms.run(lines).await;
        outcomes.iter().for_each(|outcome| tally.count(outcome));
        progress.aside(|| outcomes.iter().for_each(|outcome| show(outcome, output)));
        progress.advance(bytes);
        if output.is_closed() {
            break;
        }
    }
    tally.dispatched(rooms.clear().await);
    let took = start.elapsed();
    progress.end();
    if tally.events() == 0 {
        complain(&format!("warning: there is no event in {source}\n"));
    }
    let counts = summary::counts(&modules);
    modules.shutdown(Duration::from_secs(10)).await;
    tally.sum_up(took, counts, failures.all(), Undone::of(&rehearsal), output);
    Ok(Exit::well_if(tally.nothing_failed() && failures.is_empty()))
}
