//! The part of a replay that runs in the child process, beside the modules.

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

/// The events to replay, and how.
#[derive(Debug, Deserialize, Serialize)]
pub(crate) struct Replay {
    /// The name of the events in messages.
    pub(super) source: String,
    /// The file of the events. `None` if they come from the parent.
    pub(super) path: Option<PathBuf>,
    /// The total number of bytes, with all repetitions, if known.
    pub(super) length: Option<u64>,
    /// How to run a conversion tool before this command.
    pub(super) before: Before,
    pub(super) repeat: u32,
    /// The number of rooms that may be processed at once.
    pub(super) concurrency: usize,
    pub(super) live: Live,
}

/// Replays the events and shows their outcomes.
pub(crate) fn run(
    inside: &Inside,
    replay: Replay,
    input: impl Read + Send + 'static,
    output: &mut Output,
) -> Result<Exit> {
    let runtime = runtime::several(replay.concurrency.min(super::processors()))?;
    inside.wire.report(&Report::Begun);
    let exit = runtime.block_on(send(inside, replay, Box::new(input), output));
    // A thread that hangs must not keep this process from ending.
    runtime.shutdown_background();
    exit
}

/// The sampling interval for a module's latency: 1 (every answer) for short files, 16 for long
/// ones, where a sample is representative. Reading the clock twice takes about as long as a call.
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
        // Flush, so that these outcomes are shown even if a module ends the process at the next
        // event.
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
