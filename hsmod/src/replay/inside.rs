//! What a replay does in the process that the modules run in.

use std::io::Read;
use std::path::PathBuf;
use std::time::{Duration, Instant};

use serde::{Deserialize, Serialize};

use super::events::Events;
use super::history::History;
use super::reader;
use super::rooms::Rooms;
use super::sections::{Section, Sections};
use super::shown::show;
use super::summary::{self, Tally};
use crate::child::{Inside, Report};
use crate::exit::{Exit, Result, Stop};
use crate::failures::Failures;
use crate::input::Before;
use crate::live::{Live, Undone};
use crate::output::{Output, complain};
use crate::runtime;

/// What to send.
#[derive(Debug, Deserialize, Serialize)]
pub(crate) struct Replay {
    /// What messages call the events.
    pub(super) source: String,
    /// Where they lie; without it, they come from the parent.
    pub(super) path: Option<PathBuf>,
    /// How many bytes there are, all times over, if that is known.
    pub(super) length: Option<u64>,
    /// How to put a tool before this command.
    pub(super) before: Before,
    pub(super) repeat: u32,
    /// How many rooms may be busy at once.
    pub(super) concurrency: usize,
    pub(super) live: Live,
}

/// Sends the events, and answers what became of them.
pub(crate) fn run(
    inside: &Inside,
    replay: Replay,
    input: impl Read + Send + 'static,
    output: &mut Output,
) -> Result<Exit> {
    let runtime = runtime::several(replay.concurrency.min(super::processors()))?;
    inside.wire.report(&Report::Begun);
    let exit = runtime.block_on(send(inside, replay, Box::new(input), output));
    // A thread that hangs does not keep this process from ending.
    runtime.shutdown_background();
    exit
}

/// Every how many answers of a module one is timed: all of them, unless there will be so many that
/// each sixteenth tells the same. To read the clock twice takes about as long as a module.
fn sample(length: Option<u64>) -> u64 {
    const MANY: u64 = 16 << 20;
    if length.is_some_and(|bytes| bytes >= MANY) { 16 } else { 1 }
}

async fn send(
    inside: &Inside,
    replay: Replay,
    input: Box<dyn Read + Send>,
    output: &mut Output,
) -> Result<Exit> {
    let Replay { source, path, length, before, repeat, concurrency, live } = replay;
    let (rehearsal, failures) =
        (live.rehearsal("hsmod replay", inside.world.as_ref()), Failures::default());
    let host = failures.heard_in(inside.host()).rehearsal(&rehearsal);
    let modules = inside.load(host.sample_every(sample(length)), output).await?;
    let world = inside.world.as_ref().map(|world| world.host().clone());
    let mut rooms = Rooms::new(&modules, &inside.server_name, concurrency, world);
    let mut history = History::of(inside.world.as_ref());
    let mut tally = Tally::default();

    let start = Instant::now();
    let batches = reader::start(Events::new(path, input, before), repeat);
    let mut sections = Sections::new(batches, concurrency, rooms.look_ahead());
    let mut unreadable = None;
    while let Some(section) = sections.next().await {
        let Section { lines, bytes, begins } = match section {
            Ok(section) => section,
            Err(error) => {
                unreadable = Some(error);
                break;
            }
        };
        if begins {
            tally.dispatched(rooms.clear().await);
            history.begin();
        }
        history.go_on(&lines);
        let outcomes = rooms.run(lines, sections.behind()).await;
        outcomes.iter().for_each(|outcome| tally.count(outcome));
        outcomes.iter().for_each(|outcome| show(outcome, output));
        inside.wire.report(&Report::Read(bytes));
        // What was decided is seen even if the next event ends the process.
        output.flush();
        if output.is_closed() {
            break;
        }
    }
    tally.dispatched(rooms.clear().await);
    let took = start.elapsed();
    let counts = summary::counts(&modules);
    modules.shutdown(Duration::from_secs(10)).await;
    if let Some(error) = unreadable {
        return Err(Stop::wrong(format!("cannot read the events from {source}: {error}")));
    }
    if tally.events() == 0 {
        complain(&format!("warning: there is no event in {source}\n"));
    }
    rooms.warning().iter().for_each(|warning| complain(warning));
    let (failed, undone) = (failures.all(), Undone::of(&rehearsal));
    tally.sum_up(took, counts, rooms.reach(), failed, undone, output);
    Ok(Exit::well_if(tally.nothing_failed() && failures.is_empty()))
}
