//! The part of a trial that runs in the child process, which may not survive it.

use std::collections::BTreeMap;

use hsmod_loader::LoginType;
use hsmod_loader::check::{A_TRIAL_CANNOT_TELL, trial_alone};
use hsmod_loader::problem::Problem;
use serde::{Deserialize, Serialize};

use super::calls::Calls;
use crate::child::{Inside, Report};
use crate::exit::{Exit, Result};
use crate::live::start_in;
use crate::runtime;

/// The module to try.
#[derive(Debug, Deserialize, Serialize)]
pub(crate) struct Trial {
    /// The module's index in the config's list.
    pub(super) index: usize,
    pub(super) calls: Calls,
}

/// The findings of a trial, or of the comparison of a config with its schema.
#[derive(Debug, Default, Deserialize, Serialize)]
pub(crate) struct Found {
    pub(super) callbacks: BTreeMap<String, Vec<String>>,
    pub(super) login_types: Vec<LoginType>,
    pub(super) web: Vec<String>,
    pub(super) problems: Vec<Problem>,
}

/// Replaces the loader's remedy for a start that a trial cannot complete by this command's own
/// option.
fn name_remedy(problem: &mut Problem) {
    if problem.fix.as_deref() == Some(A_TRIAL_CANNOT_TELL) {
        let fix = "simulate a homeserver with `--world FILE`, or start the real one to see \
                   whether the module starts";
        problem.fix = Some(fix.to_owned());
    }
}

/// Loads, starts and shuts down the module, and reports what it finds.
pub(crate) fn run(inside: &Inside, wanted: &Trial) -> Result<Exit> {
    let runtime = runtime::single()?;
    inside.wire.report(&Report::Begun);
    let found = match inside.config() {
        Err(error) => Found { problems: error.problems, ..Found::default() },
        Ok(mut config) => {
            config.retain(|entry| entry.index() == wanted.index);
            let host = wanted.calls.limit(inside.host());
            let host = match &inside.world {
                Some(world) => host.rehearsal(&start_in(world)),
                None => host,
            };
            let mut findings = runtime.block_on(trial_alone(config, host));
            findings.problems.iter_mut().for_each(name_remedy);
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
    inside.wire.report(&Report::Found(found));
    // A thread that hangs must not keep this process from ending.
    runtime.shutdown_background();
    Ok(Exit::Well)
}
