//! A trial: one module is loaded and started in a process of its own, so that whatever it does to
//! that process is a finding.

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

/// How long a trial may take.
const LIMIT: Duration = Duration::from_secs(10);

/// Tries the module of `entry`, to its end or to the end of its time.
///
/// # Errors
/// It could not be tried, for which the module is not to blame.
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

/// What was found in a child that had this to do, and how the child ended.
type Looked = (Found, std::result::Result<Exit, Fall>);

/// Has a child do this, to its end or to the end of its time.
///
/// # Errors
/// It could not be done, for which no module is to blame.
pub(super) fn in_child(
    listing: &Listing,
    options: &Options,
    verbose: u8,
    work: Work,
    limit: Duration,
) -> Result<Looked> {
    let text = listing.text();
    let task = Task {
        // It was read as YAML before, which is UTF-8.
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
            // There are none: what comes all the same does no harm there.
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
