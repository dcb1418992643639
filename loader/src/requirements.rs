//! Compares what a plugin requires, according to its manifest, with what the homeserver offers,
//! before any code of the plugin runs.
//!
//! Rationale: a spam filter that is never asked protects nobody, and nobody notices. What a module
//! registers is known only once it runs, and not even then if the plugin is newer than this loader;
//! the callbacks it implements are in its file.

use std::collections::BTreeMap;

use hsmod_plugin_api::AbiVersion;
use hsmod_plugin_api::callbacks::CATEGORIES;
use hsmod_plugin_api::manifest::Manifest;
use hsmod_plugin_api::requests::{REQUESTS, RequestRow};

use crate::ABI;
use crate::config::Entry;
use crate::host::Host;
use crate::policy::policy;
use crate::problem::{Problem, Report, Stage};
use crate::services::given::{Given, given};
use crate::suggestion::printable;

/// What is known of the homeserver when its plugins are checked.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Known<'a> {
    /// Nothing: requirements are compared with what this loader knows.
    Nothing,
    /// The callbacks it calls; the requests it answers become known later.
    Calls(&'a Host),
    /// Everything.
    All(&'a Host),
}

impl Known<'_> {
    /// Problems with the homeserver's own settings.
    pub(crate) fn misnamed(self) -> Vec<Problem> {
        match self {
            Self::Nothing => Vec::new(),
            Self::Calls(host) | Self::All(host) => host.misnamed(),
        }
    }

    pub(crate) const fn is_all(self) -> bool {
        matches!(self, Self::All(_))
    }
}

/// What a plugin requires, from its manifest.
#[derive(Clone, Debug)]
pub(crate) struct Requirements {
    names: Vec<String>,
    built_for: AbiVersion,
}

impl Requirements {
    pub(crate) fn of(manifest: &Manifest) -> Self {
        Self { names: manifest.requires.clone(), built_for: manifest.abi }
    }

    /// The problem with a plugin, which the message calls `plugin`, that requires something the
    /// homeserver does not have. Only an error prevents its use.
    pub(crate) fn unmet(&self, plugin: &str, known: Known<'_>) -> Option<Problem> {
        let lacks = self.names.iter().filter_map(|name| Some((&**name, self.lack(name, known)?)));
        let (grave, doubtful): (Vec<_>, Vec<_>) = lacks.partition(|(_, lack)| !lack.is_doubtful);
        let problem = if grave.is_empty() { Problem::warning } else { Problem::error };
        let told = if grave.is_empty() { doubtful } else { grave };
        let message = format!("{plugin} {}", clauses(&told)?);
        Some(problem(Stage::Inspection, message).fix(remedy(&told)))
    }

    /// Whether the module of `entry` can be used; problems go to `report`.
    pub(crate) fn are_met(&self, entry: &Entry, known: Known<'_>, report: &mut Report) -> bool {
        let Some(problem) = self.unmet("it", known) else { return true };
        let is_met = !problem.is_error();
        report.push(entry.pinpoint(problem, &["module"]));
        is_met
    }

    fn lack(&self, name: &str, known: Known<'_>) -> Option<Lack> {
        let Some((category, callback)) = name.split_once('.') else {
            return match (request(name), known) {
                (None, _) => Some(self.unknown()),
                (Some(request), Known::All(host)) => unanswered(request, host),
                (Some(_), _) => None,
            };
        };
        match known {
            _ if policy(name).is_none() => Some(self.unknown()),
            Known::Calls(host) | Known::All(host) if !host.supports(name) => {
                Some(Lack::uncalled(category, callback, host.synapse.as_deref()))
            }
            _ => None,
        }
    }

    fn unknown(&self) -> Lack {
        let (theirs, ours) = (self.built_for, ABI);
        let why = format!(
            "this homeserver does not know (the plugin was built for ABI {theirs}, the homeserver \
             speaks {ours})"
        );
        Lack { order: 0, why, remedy: "update the homeserver", is_doubtful: false }
    }
}

/// Why something is not available, and the remedy.
pub(crate) struct Lack {
    /// The order of reasons in the message, lowest first.
    order: usize,
    /// Completes the phrase `which ..`.
    pub(crate) why: String,
    pub(crate) remedy: &'static str,
    /// Whether it may be available all the same.
    is_doubtful: bool,
}

impl Lack {
    /// A callback that the homeserver never calls. If it is Synapse, `synapse` is its version.
    pub(crate) fn uncalled(category: &str, name: &str, synapse: Option<&str>) -> Self {
        if let (Some(version), Some(since)) = (synapse, since_synapse(category, name)) {
            let why = format!("Synapse calls only from {since} on; this is Synapse {version}");
            return Self { order: 3, why, remedy: "update Synapse", is_doubtful: false };
        }
        let why = "this homeserver never calls".to_owned();
        Self { order: 1, why, remedy: "use another homeserver", is_doubtful: false }
    }
}

fn since_synapse(category: &str, name: &str) -> Option<&'static str> {
    let mut rows = CATEGORIES.iter().flat_map(|category| category.callbacks);
    rows.find(|row| row.category == category && row.name == name)?.since_synapse()
}

fn request(name: &str) -> Option<&'static RequestRow> {
    REQUESTS.iter().copied().flatten().find(|request| request.name == name)
}

/// Why a request is not answered. In a trial it is unknown what the homeserver answers, so that is
/// not held against the plugin; in a rehearsal the module gets the reason when it asks.
fn unanswered(request: &RequestRow, host: &Host) -> Option<Lack> {
    if host.services.answers(request.name) || host.rehearsal.is_some() {
        return None;
    }
    let (why, remedy) = match given(request.group, &host.settings) {
        Given::Here => return None,
        Given::ByHomeserver if host.trial => return None,
        Given::ByHomeserver => {
            ("this homeserver does not answer".to_owned(), "use another homeserver")
        }
        Given::Not(reason) => {
            let remedy = reason.remedy.unwrap_or("use a homeserver that was built with it");
            (format!("is not answered: {}", reason.why), remedy)
        }
    };
    Some(Lack { order: 2, why, remedy, is_doubtful: host.trial })
}

/// `` needs `a.b`, which this homeserver never calls; it needs .. ``; `None` if nothing lacks.
fn clauses(lacks: &[(&str, Lack)]) -> Option<String> {
    let mut names: BTreeMap<(usize, &str), Vec<&str>> = BTreeMap::new();
    for (name, lack) in lacks {
        names.entry((lack.order, &lack.why)).or_default().push(name);
    }
    let named = |name: &&str| match name.contains('.') {
        true => format!("`{}`", printable(name)),
        false => format!("the request `{}`", printable(name)),
    };
    let clause = |((_, why), names): (_, Vec<&str>)| {
        let names: Vec<String> = names.iter().map(named).collect();
        format!("needs {}, which {why}", names.join(", "))
    };
    let clauses: Vec<String> = names.into_iter().map(clause).collect();
    (!clauses.is_empty()).then(|| clauses.join("; it "))
}

/// The remedies for the operator, each once, and then that for the author.
fn remedy(lacks: &[(&str, Lack)]) -> String {
    let mut remedies: Vec<&str> = Vec::new();
    for (_, lack) in lacks {
        if !remedies.contains(&lack.remedy) {
            remedies.push(lack.remedy);
        }
    }
    let callbacks = lacks.iter().filter_map(|(name, _)| Some(name.split_once('.')?.1));
    let callbacks: Vec<&str> = callbacks.collect();
    let mut remedy = remedies.join("; ");
    if lacks.iter().all(|(_, lack)| lack.is_doubtful) {
        remedy += ", unless the homeserver answers it itself";
    }
    if !callbacks.is_empty() {
        let these = if callbacks.len() == 1 { "that callback" } else { "these callbacks" };
        let names = printable(&callbacks.join(", "));
        remedy += &format!(
            "; or, if your config does not need {these}, use a version of the module with \
             `#[callbacks(optional({names}))]`"
        );
    }
    remedy
}

#[cfg(test)]
mod tests;
