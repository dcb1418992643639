//! A trial loads and starts one module in a child process, so that whatever the module does to its
//! process becomes a finding.

use std::ops::ControlFlow;
use std::process::Stdio;
use std::time::Duration;

use hsmod_loader::config::Entry;
use hsmod_loader::problem::Problem;

use super::Options;
use super::inside::{Found, Trial};
use crate::child::{Fall, Heard, Process, Task, Work};
use crate::exit::{Exit, Result};
use crate::modules::Listing;
use crate::output::complain;

/// The time limit of a trial.
const LIMIT: Duration = Duration::from_secs(10);

/// Tries the module of `entry`, within the time limit.
///
/// # Errors
/// The trial could not be run, for a reason other than the module.
pub(super) fn run(
    listing: &Listing,
    options: &Options,
    verbose: u8,
    entry: &Entry,
) -> Result<Found> {
    let work = Work::Trial(Trial { index: entry.index(), calls: options.calls.clone() });
    let (mut found, ended) = in_child(listing, options, verbose, work, LIMIT)?;
    if let Err(fall) = ended {
        let problem = Problem::error(fall.stage, fall.message).fix(fall.fix);
        found.problems.push(entry.pinpoint(problem, &["module"]));
        found.problems.iter_mut().for_each(|problem| problem.module = None);
    }
    Ok(found)
}

/// The child's findings, and how it ended.
type Looked = (Found, std::result::Result<Exit, Fall>);

/// Runs `work` in a child process, within the time limit.
///
/// # Errors
/// The child could not do the work, for a reason other than a module.
pub(super) fn in_child(
    listing: &Listing,
    options: &Options,
    verbose: u8,
    work: Work,
    limit: Duration,
) -> Result<Looked> {
    let text = listing.text();
    let task = Task {
        // The text has been read as YAML, so it is UTF-8 and nothing is lost.
        config: String::from_utf8_lossy(text.bytes()).into_owned(),
        config_name: text.name().to_owned(),
        server_name: options.site.server_name.clone(),
        world: listing.world().cloned(),
        verbose,
        json: options.json,
        colours: false,
        work,
    };
    let mut found = Found::default();
    let process = Process::start(&task, listing, std::io::empty(), Stdio::piped())?;
    let ended = process.hear(Some(limit), |heard| {
        match heard {
            Heard::Found(all) => found = all,
            // A trial has no answers. Should any arrive, standard error is a harmless place for
            // them.
            Heard::Answers(bytes) => complain(&String::from_utf8_lossy(&bytes)),
            Heard::Read(_) => {}
        }
        ControlFlow::Continue(())
    });
    if verbose > 0 {
        complain(ended.words());
    }
    Ok((found, ended.outcome(limit)?))
}
