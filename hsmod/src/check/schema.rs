//! Validates the config of a module that is not started against the JSON Schema in its plugin.
//!
//! Rationale: a schema comes from the plugin's author and is not trusted. It may recurse without
//! end, grow without bound or take years to evaluate. So it is evaluated in a child process with
//! limits on time and memory, where the worst outcome is a warning. References to schemas elsewhere
//! are not fetched.

mod misfits;

use std::error::Error;
use std::time::Duration;

use hsmod_loader::ConfigSchema;
use hsmod_loader::config::Entry;
use hsmod_loader::problem::{Problem, Stage};
use hsmod_loader::suggestion::printable;
use jsonschema::{Retrieve, Uri, Validator};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::inside::Found;
use super::{Options, trial};
use crate::child::{Inside, Report, Work};
use crate::exit::{Exit, Result, Stop};
use crate::modules::Listing;

/// The time limit. Real schemas take less than a thousandth of it.
const LIMIT: Duration = Duration::from_secs(5);

/// The memory limit, in bytes.
#[cfg(unix)]
const MEMORY: u64 = 1 << 30;

/// The module's config to validate, and the schema.
#[derive(Debug, Deserialize, Serialize)]
pub(crate) struct Fit {
    /// The module's index in the config's list.
    index: usize,
    schema: String,
}

/// Validates a module's config against the schema in its plugin, in a child process.
pub(super) fn compare(
    listing: &Listing,
    options: &Options,
    verbose: u8,
    entry: &Entry,
    schema: &ConfigSchema,
) -> Vec<Problem> {
    let fit = Fit { index: entry.index(), schema: schema.as_str().to_owned() };
    match trial::in_child(listing, options, verbose, Work::Fit(fit), LIMIT) {
        Ok((found, Ok(_))) => {
            found.problems.into_iter().map(|problem| problem.of(entry.name())).collect()
        }
        Ok((_, Err(fall))) => vec![unusable(entry, &fall.message)],
        Err(Stop::Wrong(message)) => {
            let (cause, fix) = message.split_once("\n  fix: ").unwrap_or((&message, ASK));
            let message =
                format!("its config is not checked against the schema in its plugin: {cause}");
            vec![
                entry.pinpoint(Problem::warning(Stage::ParseConfig, message).fix(fix), &["config"]),
            ]
        }
        // This does not happen: a config that cannot be read has no entries to compare.
        Err(Stop::Refused(error)) => error.problems,
    }
}

/// Runs in the child: validates the config and reports the problems.
pub(crate) fn run(inside: &Inside, wanted: &Fit) -> Result<Exit> {
    bound_memory();
    inside.wire.report(&Report::Begun);
    let config = inside.config().ok();
    let entries = config.as_ref().map(hsmod_loader::Config::entries).unwrap_or_default();
    let entry = entries.iter().find(|entry| entry.index() == wanted.index);
    let problems = entry.map(|entry| problems(entry, &wanted.schema)).unwrap_or_default();
    inside.wire.report(&Report::Found(Found { problems, ..Found::default() }));
    Ok(Exit::Well)
}

#[cfg(unix)]
fn bound_memory() {
    use rustix::process::{Resource, Rlimit, setrlimit};
    // If the system refuses the limit, only the time is limited.
    let _ = setrlimit(Resource::As, Rlimit { current: Some(MEMORY), maximum: Some(MEMORY) });
}

#[cfg(not(unix))]
fn bound_memory() {}

fn problems(entry: &Entry, schema: &str) -> Vec<Problem> {
    let made = serde_json::from_str(schema).map_err(|error| error.to_string());
    let made = made.and_then(|schema| Ok((validator(&schema)?, schema)));
    match made {
        Ok((validator, schema)) => misfits::of(entry, &validator, &schema),
        Err(cause) => vec![unusable(entry, &cause)],
    }
}

/// Compiles a schema.
fn validator(schema: &Value) -> std::result::Result<Validator, String> {
    let options = jsonschema::options().with_retriever(Nowhere);
    options.build(schema).map_err(|error| match error.instance_path().as_str() {
        "" => error.to_string(),
        place => format!("{error}, at `{place}`"),
    })
}

/// Refuses to fetch any other schema.
struct Nowhere;

impl Retrieve for Nowhere {
    fn retrieve(
        &self,
        _uri: &Uri<String>,
    ) -> std::result::Result<Value, Box<dyn Error + Send + Sync>> {
        Err("a schema from elsewhere is not fetched".into())
    }
}

/// The remedy if a plugin's schema is unusable.
const ASK: &str = "report it to the plugin's author; without `--no-load`, `hsmod check` lets the \
                   module itself check its config";

/// A schema that cannot be evaluated is not the config's fault, so it is a warning.
fn unusable(entry: &Entry, cause: &str) -> Problem {
    /// The length to which a message is cut: it may quote the schema at length.
    const SHOWN: usize = 400;
    let mut shown: String = printable(cause).chars().take(SHOWN).collect();
    if cause.chars().nth(SHOWN).is_some() {
        shown.push_str(" ..");
    }
    let message =
        format!("the config schema in the plugin `{}` cannot be used: {shown}", entry.module());
    entry.pinpoint(Problem::warning(Stage::Inspection, message).fix(ASK), &["module"])
}

#[cfg(test)]
mod tests;
