//! `Module::start` of every module, and what they registered is published.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::mpsc;
use tokio::time::Instant;

use super::made::{MadeModule, make_all};
use super::parsed::ParsedModule;
use super::step::{enter, failed, hung};
use crate::announce;
use crate::generation::{Generation, Member};
use crate::host::Host;
use crate::info::ModuleInfo;
use crate::modules::{Modules, Running, Started, end, stop};
use crate::problem::{LoadError, Problem, Report, Stage};
use crate::record::{self, Place};
use crate::registration::assemble;
use crate::stats::Stats;
use crate::watchdog;

/// How long modules that were started may take to end when another one failed.
const STOP_LIMIT: Duration = Duration::from_secs(10);

/// The last steps of a start, after all configs are read.
pub(crate) struct Startup {
    pub(crate) host: Host,
    pub(crate) info: Vec<ModuleInfo>,
    pub(crate) report: Report,
}

impl Startup {
    /// Makes and starts the modules, and publishes what they registered. Returns what is known of
    /// them even if they do not start.
    pub(crate) async fn run(
        self,
        parsed: Vec<ParsedModule>,
    ) -> (Result<Modules, LoadError>, Vec<ModuleInfo>) {
        let Self { host, mut info, mut report } = self;
        // In a trial everything is tried, so that everything that is wrong is found.
        let trial = host.trial;
        if report.errors() > 0 && !trial {
            return (Err(LoadError { problems: report.problems }), info);
        }
        let (host, sample_every) = (Arc::new(host.clone()), host.sample_every);
        let (first, made) = make_all(parsed, &host, &mut report).await;
        let subjects = made.iter().map(watchdog::Subject::of).collect();
        let watched = Arc::new(watchdog::watch(host.slow_poll, subjects));
        let registered = |made: &MadeModule| (made.entry.clone(), Arc::clone(&made.registrar));
        let registrars: Vec<_> = made.iter().map(registered).collect();
        let all = || registrars.iter().map(|(entry, registrar)| (entry, &***registrar));
        assemble(all(), &mut report);
        let mut started = Vec::new();
        for module in &made {
            if report.errors() > 0 && !trial {
                break;
            }
            match start(module, &host).await {
                Ok(()) => {
                    report.problems.extend(module.forgotten());
                    started.push(Started {
                        name: Arc::clone(&module.name),
                        lifecycle: module.lifecycle.clone(),
                        registrar: Arc::clone(&module.registrar),
                    });
                }
                Err(problem) => report.push(problem),
            }
        }
        // Once more: `start` may have registered too. What was wrong before is reported already.
        let mut again = Report::default();
        let registry = assemble(all(), &mut again);
        let reported = report.problems.clone();
        report.problems.extend(again.problems.into_iter().filter(|new| !reported.contains(new)));
        registrars.iter().for_each(|(_, registrar)| registrar.close());
        for (module, callbacks) in made.iter().zip(&registry.callbacks) {
            let own = info.iter_mut().find(|info| info.name == *module.name);
            if let Some(info) = own {
                info.callbacks = callbacks.clone();
                info.login_types = registry.login_types_of(module.lifecycle.module());
                info.web = registry.routes.of(module.lifecycle.module());
            }
        }
        if report.errors() > 0 {
            registrars.iter().for_each(|(_, registrar)| registrar.leave());
            stop(started, STOP_LIMIT).await;
            // Those too that did not start.
            for (_, registrar) in &registrars {
                end(registrar, Instant::now() + STOP_LIMIT).await;
            }
            return (Err(LoadError { problems: report.problems }), info);
        }
        let (alive, ended) = mpsc::channel(1);
        let stats = Arc::new(Stats::new(made.len(), sample_every));
        let member = |made: MadeModule| {
            let number = made.lifecycle.module();
            let failures = Arc::clone(made.registrar.failures());
            Member::new(number, made.name, &made.entry, failures, Some(alive.clone()))
        };
        let generation = Generation {
            lists: registry.lists,
            auth_checkers: registry.auth_checkers,
            routes: registry.routes,
            modules: made.into_iter().map(member).collect(),
            first,
            stats,
            _watched: Arc::clone(&watched),
            _alive: Some(alive.clone()),
        };
        drop(alive);
        // A trial is about to return all that, and its modules are about to end.
        if !trial {
            announce::started(&info, &report.problems);
        }
        let running = Running { modules: started, ended, watched };
        (Ok(Modules::published(generation, running, info.clone(), report.problems)), info)
    }
}

/// `Module::start` of one module, within its deadline.
async fn start(made: &MadeModule, host: &Host) -> Result<(), Problem> {
    enter(&made.name, Stage::Start);
    made.registrar.start();
    let start = record::inside(made.lifecycle.module(), Place::START, made.lifecycle.start());
    let outcome = match made.entry.timeout() {
        Some(limit) => tokio::time::timeout(limit, start).await.map_err(|_| limit),
        None => Ok(start.await),
    };
    match outcome {
        Ok(Ok(())) => Ok(()),
        Ok(Err(error)) => Err(failed(Stage::Start, &error, host).of(&*made.name)),
        Err(limit) => Err(hung(Stage::Start, limit).of(&*made.name)),
    }
}
