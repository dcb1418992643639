//! `hsmod replay`: recorded events through the modules, as fast as they can.

mod events;
mod lines;
mod progress;
mod reader;
mod room;
mod rooms;
mod summary;

use std::path::PathBuf;
use std::time::{Duration, Instant};

use clap::Args;
use serde::Serialize;

use crate::exit::{Exit, Result, Stop};
use crate::failures::Failures;
use crate::input::Source;
use crate::live::{Live, Undone};
use crate::modules::Site;
use crate::output::{Mark, Output, complain};
use events::Events;
use progress::Progress;
use reader::Batch;
use room::Outcome;
use rooms::Rooms;
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

/// An event, in JSON.
#[derive(Serialize)]
struct Shown<'a> {
    event_id: Option<&'a str>,
    outcome: &'static str,
    by: Option<&'a str>,
    errcode: Option<String>,
    error: Option<String>,
    replaced: bool,
    /// Of what is no event, which has no other name.
    #[serde(skip_serializing_if = "Option::is_none")]
    line: Option<u64>,
}

fn show(outcome: &Outcome, output: &mut Output) {
    if output.is_json() {
        return output.json(&shown(outcome));
    }
    match outcome {
        Outcome::Allowed { replaced: false, .. } => {}
        Outcome::Allowed { event_id, replaced: true } => {
            output.marked(Mark::Doubtful("replaced"), &format!("  {event_id}"));
        }
        Outcome::Denied { event_id, error } => {
            let by = error.module().unwrap_or("nobody");
            let (errcode, message) = (error.errcode(), error.message());
            let text = format!("  {event_id}  by {by}: {errcode} {message}");
            output.marked(Mark::Bad("denied"), &text);
        }
        Outcome::Failed { event_id, error } => {
            output.marked(Mark::Bad("failed"), &format!("  {event_id}  {error}"));
        }
        Outcome::NoEvent { line, reason } => {
            output.marked(Mark::Bad("failed"), &format!("  line {line} is no event: {reason}"));
        }
    }
}

fn shown(outcome: &Outcome) -> Shown<'_> {
    let plain = |event_id, outcome| Shown {
        event_id,
        outcome,
        by: None,
        errcode: None,
        error: None,
        replaced: false,
        line: None,
    };
    match outcome {
        Outcome::Allowed { event_id, replaced } => {
            Shown { replaced: *replaced, ..plain(Some(event_id), "allowed") }
        }
        Outcome::Denied { event_id, error } => Shown {
            by: error.module(),
            errcode: Some(error.errcode()),
            error: Some(error.message()),
            ..plain(Some(event_id), "denied")
        },
        Outcome::Failed { event_id, error } => Shown {
            by: error.module(),
            error: Some(error.to_string()),
            ..plain(Some(event_id), "failed")
        },
        Outcome::NoEvent { line, reason } => Shown {
            error: Some(format!("line {line} is no event: {reason}")),
            line: Some(*line),
            ..plain(None, "failed")
        },
    }
}
