//! `hsmod check`: reports everything that is wrong with a config and its modules at once.

mod calls;
pub(crate) mod inside;
pub(crate) mod schema;
mod trial;
mod trials;

use clap::Args;
use hsmod_loader::check::{Findings, Neighbours, examine_in};
use hsmod_loader::config::Entry;
use hsmod_loader::problem::{Problem, Severity};
use hsmod_loader::{Host, LoadError, ModuleInfo};
use serde::Serialize;

use crate::exit::{Exit, Result};
use crate::modules::Site;
use crate::output::{Mark, Output, Problems, counted};
use calls::Calls;
use inside::Found;
use trials::Trials;

#[derive(Args, Clone)]
#[command(after_help = "\
Each module is also loaded and started as a trial, in a process of its own. A crash or a hang there is
reported as a problem, and so is what a module does to the process: signal handlers it installs,
threads it leaves, a changed working directory. With --world FILE, the users and rooms in that file
answer what modules ask the homeserver when they start.

Example:
  hsmod check -c modules.yaml && systemctl restart my-homeserver
  hsmod check -c modules.yaml --calls spam_checker,third_party_rules.on_new_event

With --no-load, the config of a module is checked against the JSON Schema in its plugin, if it has one
(`hsmod inspect` shows that). Without --no-load, the module itself checks it.

Exit codes: 0 the modules will start (there may be warnings), 1 they will not, 2 the config file
cannot be read")]
pub(crate) struct Options {
    #[command(flatten)]
    site: Site,

    #[command(flatten)]
    calls: Calls,

    /// Does not load the modules, so none of their code runs
    #[arg(long)]
    no_load: bool,

    /// Prints one JSON object per module, then a summary
    #[arg(long)]
    pub(crate) json: bool,
}

pub(crate) fn run(options: &Options, verbose: u8, output: &mut Output) -> Result<Exit> {
    options.calls.check()?;
    let world = options.site.world()?.map(|(text, _)| text);
    let listing = options.site.listing()?.in_world(world);
    let config = match listing.config() {
        Ok(config) => config,
        Err(LoadError { problems, .. }) => {
            let mut tally = Tally::default();
            tally.show_rest(problems, output);
            return Ok(tally.sum_up(output));
        }
    };
    let entries = config.entries().to_vec();
    let host = options.calls.limit(Host::new(&*options.site.server_name));
    let Findings { modules, problems, .. } = examine_in(config, &host);
    let sound = |name: &str| !problems.iter().any(|problem| is_error_of(problem, name));
    let wanted = |entry: &&Entry| !options.no_load && sound(entry.name());
    let wanted: Vec<Entry> = entries.iter().filter(wanted).cloned().collect();
    let mut trials = Trials::begin(wanted, listing.clone(), options.clone(), verbose)?;

    let mut checked = Checked { problems, neighbours: Neighbours::default() };
    let mut tally = Tally::default();
    for (entry, info) in entries.iter().zip(modules) {
        let tried = trials.of(entry)?;
        // The schema is not consulted for a module that was loaded: it has parsed its config
        // itself.
        let schema = info.config_schema.as_ref().filter(|_| tried.is_none());
        let misfits =
            schema.map(|schema| schema::compare(&listing, options, verbose, entry, schema));
        checked.problems.extend(misfits.into_iter().flatten());
        let (info, problems) = checked.module(entry, info, tried);
        tally.show(&info, &problems, output);
        output.flush();
    }
    tally.show_rest(checked.problems, output);
    Ok(tally.sum_up(output))
}

fn is_error_of(problem: &Problem, name: &str) -> bool {
    problem.severity == Severity::Error && problem.module.as_deref() == Some(name)
}

/// The findings so far.
struct Checked {
    /// The problems that have not been shown yet.
    problems: Vec<Problem>,
    /// Finds conflicts between modules. In a homeserver the loader does this; a trial sees only one
    /// module.
    neighbours: Neighbours,
}

impl Checked {
    /// Everything known about a module, and its own problems.
    fn module(
        &mut self,
        entry: &Entry,
        mut info: ModuleInfo,
        tried: Option<Found>,
    ) -> (ModuleInfo, Vec<Problem>) {
        let own = |problem: &mut Problem| problem.module.as_deref() == Some(entry.name());
        let mut problems: Vec<Problem> = self.problems.extract_if(.., own).collect();
        if let Some(tried) = tried {
            info.callbacks = tried.callbacks;
            info.login_types = tried.login_types;
            info.web = tried.web;
            for problem in tried.problems {
                self.add(problem, entry, &mut problems);
            }
        }
        for problem in self.neighbours.add(&info) {
            problems.push(entry.pinpoint(problem, &["module"]));
        }
        (info, problems)
    }

    /// Adds a trial's finding unless it is known: a trial examines the file again and reads the
    /// whole config, so it repeats earlier findings.
    fn add(&self, problem: Problem, entry: &Entry, own: &mut Vec<Problem>) {
        let same = |known: &Problem| {
            let mut known = known.clone();
            known.module.clone_from(&problem.module);
            known == problem
        };
        if !own.iter().chain(&self.problems).any(same) {
            own.push(problem.of(entry.name()));
        }
    }
}

/// Counts what was shown.
#[derive(Default, Serialize)]
struct Tally {
    modules: u64,
    errors: u64,
    warnings: u64,
}

/// A module with its problems.
#[derive(Serialize)]
struct Shown<'a> {
    #[serde(flatten)]
    info: &'a ModuleInfo,
    problems: &'a [Problem],
}

/// The problems of a module whose entry cannot be read, so that nothing else is known about it.
#[derive(Serialize)]
struct Unread<'a> {
    name: &'a str,
    #[serde(flatten)]
    problems: Problems<'a>,
}

#[derive(Serialize)]
struct Summary<'a> {
    summary: &'a Tally,
}

impl Tally {
    fn show(&mut self, info: &ModuleInfo, problems: &[Problem], output: &mut Output) {
        self.modules += 1;
        let errors = self.count(problems);
        if output.is_json() {
            output.json(&Shown { info, problems });
            return;
        }
        let mark = if errors > 0 { Mark::Bad("failed") } else { Mark::Good("ok") };
        output.marked(mark, &format!("  {}", described(info)));
        for (what, names) in [("requires", &info.requires), ("optional", &info.optional)] {
            if !names.is_empty() {
                output.line(&format!("  {what}: {}", names.join(", ")));
            }
        }
        problems.iter().for_each(|problem| output.problem(problem));
    }

    /// Shows the problems that belong to no module, or to one whose entry could not be read.
    fn show_rest(&mut self, mut problems: Vec<Problem>, output: &mut Output) {
        self.count(&problems);
        if !output.is_json() {
            problems.iter().for_each(|problem| output.problem(problem));
            return;
        }
        while let Some(first) = problems.first() {
            let module = first.module.clone();
            let own: Vec<Problem> =
                problems.extract_if(.., |problem| problem.module == module).collect();
            let problems = Problems { problems: &own };
            match &module {
                Some(name) => output.json(&Unread { name, problems }),
                None => output.json(&problems),
            }
        }
    }

    /// Counts these problems and returns how many of them are errors.
    fn count(&mut self, problems: &[Problem]) -> u64 {
        let is_error = |problem: &&Problem| problem.severity == Severity::Error;
        let errors = problems.iter().filter(is_error).count() as u64;
        self.errors += errors;
        self.warnings += problems.len() as u64 - errors;
        errors
    }

    fn sum_up(&self, output: &mut Output) -> Exit {
        if output.is_json() {
            output.json(&Summary { summary: self });
        } else {
            output.line(&format!(
                "{}: {}, {}",
                counted(self.modules, "module"),
                counted(self.errors, "error"),
                counted(self.warnings, "warning")
            ));
        }
        Exit::well_if(self.errors == 0)
    }
}

/// `evil-list (list_spam_checker 0.9.0 for ABI 1.1, spam_checker.check_event_for_spam, web /_..)`
fn described(info: &ModuleInfo) -> String {
    let version = info.version.as_deref().map(|version| format!(" {version}")).unwrap_or_default();
    let abi = info.abi.map(|abi| format!(" for ABI {abi}")).unwrap_or_default();
    let mut facts = vec![format!("{}{version}{abi}", info.module)];
    for (category, callbacks) in &info.callbacks {
        facts.extend(callbacks.iter().map(|callback| format!("{category}.{callback}")));
    }
    facts.extend(info.web.iter().map(|path| format!("web {path}")));
    format!("{} ({})", info.name, facts.join(", "))
}
