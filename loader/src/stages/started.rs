//! The third stage: every module is started, and what they registered is published.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::mpsc;
use tokio::time::Instant;

use super::made::{Made, MadeModule};
use super::parsed::Parsed;
use super::step::{enter, failed, hung};
use super::wait::Wait;
use crate::announce;
use crate::generation::{Generation, Member};
use crate::host::Host;
use crate::info::ModuleInfo;
use crate::modules::{Modules, Running, Started, end, stop};
use crate::problem::{LoadError, Problem, Stage};
use crate::record::{self, Place};
use crate::registration::Registry;
use crate::stats::Stats;

/// The time limit for shutting down started modules after another one has failed.
pub(super) const STOP_LIMIT: Duration = Duration::from_secs(10);

/// Runs the second and the third stage. Returns what is known of the modules even if the start is
/// refused.
pub(crate) async fn run(
    parsed: Parsed,
    host: Host,
) -> (Result<Modules, LoadError>, Vec<ModuleInfo>) {
    // A trial continues after errors, in order to find all problems.
    if parsed.report.errors() > 0 && !host.trial {
        return (Err(LoadError { problems: parsed.report.problems }), parsed.info);
    }
    start_all(Made::collect(parsed, host).await).await
}

/// Starts the modules and publishes what they registered: all of them, or none.
pub(super) async fn start_all(mut made: Made) -> (Result<Modules, LoadError>, Vec<ModuleInfo>) {
    let mut started = Vec::new();
    for module in &made.modules {
        if made.report.errors() > 0 && !made.host.trial {
            break;
        }
        match start(module, &made.host).await {
            Ok(()) => {
                made.report.problems.extend(module.forgotten());
                started.push(Started {
                    name: Arc::clone(&module.name),
                    life: module.life.clone(),
                    registrar: Arc::clone(&module.registrar),
                });
            }
            Err(problem) => made.report.push(problem),
        }
    }
    // Assemble again, because `start` may have registered something.
    let registry = made.assemble();
    made.modules.iter().for_each(|module| module.registrar.close());
    made.note(&registry);
    if made.report.errors() == 0 {
        let info = made.info.clone();
        return (Ok(publish(made, registry, started)), info);
    }
    made.modules.iter().for_each(|module| module.registrar.leave());
    stop(started, STOP_LIMIT).await;
    // End those that were not started, too.
    for module in &made.modules {
        end(&module.registrar, Instant::now() + STOP_LIMIT).await;
    }
    (Err(LoadError { problems: made.report.problems }), made.info)
}

/// Publishes the modules, so that calls reach them.
fn publish(made: Made, registry: Registry, started: Vec<Started>) -> Modules {
    let Made { host, first, modules, watched, info, report } = made;
    let (alive, ended) = mpsc::channel(1);
    let stats = Arc::new(Stats::new(modules.len(), registry.counted, host.sample_every));
    let member = |made: MadeModule| {
        let failures = Arc::clone(made.registrar.failures());
        Member::new(made.life, made.name, &made.entry, failures, Some(alive.clone()))
    };
    let generation = Generation {
        lists: registry.lists,
        auth_checkers: registry.auth_checkers,
        routes: registry.routes,
        modules: modules.into_iter().map(member).collect(),
        first,
        stats,
        _watched: Arc::clone(&watched),
        _alive: Some(alive.clone()),
    };
    drop(alive);
    // A trial returns all of this itself, and its modules are about to be shut down.
    if !host.trial {
        announce::started(&info, &report.problems);
    }
    let running = Running { modules: started, ended, watched };
    Modules::published(generation, running, info, report.problems)
}

/// Calls `Module::start` of one module, within its time limit.
async fn start(made: &MadeModule, host: &Host) -> Result<(), Problem> {
    enter(&made.name, Stage::Start);
    made.registrar.start();
    let start = record::inside(made.life.module(), Place::START, made.life.steps().start());
    let deadline = made.entry.timeout().and_then(|limit| Instant::now().checked_add(limit));
    let start = start.until(deadline);
    let wait = Wait::within_timeout(&made.entry, Place::START, host.slow_poll);
    let outcome = match made.entry.timeout() {
        Some(limit) => tokio::time::timeout(limit, wait.over(start)).await.map_err(|_| limit),
        None => Ok(wait.over(start).await),
    };
    match outcome {
        Ok(Ok(())) => Ok(()),
        Ok(Err(error)) => Err(failed(Stage::Start, &error, host).of(&*made.name)),
        Err(limit) => Err(hung(Stage::Start, limit).of(&*made.name)),
    }
}
