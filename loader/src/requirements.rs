//! What a plugin requires of the homeserver, as its manifest says: compared before any code of it
//! runs.
//!
//! Rationale: a spam filter that is never asked is none, and nobody notices. What a module registers
//! shows only once it runs, and not at all if it is newer than this loader; what it wrote stands in
//! its file.

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

/// What is known of the homeserver when its plugins are looked at.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Known<'a> {
    /// Nothing: it is compared with what this loader knows.
    Nothing,
    /// What it calls; what it answers is known later.
    Calls(&'a Host),
    /// All of it.
    All(&'a Host),
}

impl Known<'_> {
    /// What is wrong with what the homeserver says of itself.
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

    /// What there is to say of a plugin, which is called `plugin` there, that requires something
    /// that the homeserver has not. Only an error keeps it from being used.
    pub(crate) fn unmet(&self, plugin: &str, known: Known<'_>) -> Option<Problem> {
        let lacks = self.names.iter().filter_map(|name| Some((&**name, self.lack(name, known)?)));
        let (grave, doubtful): (Vec<_>, Vec<_>) = lacks.partition(|(_, lack)| !lack.is_doubtful);
        let problem = if grave.is_empty() { Problem::warning } else { Problem::error };
        let told = if grave.is_empty() { doubtful } else { grave };
        let message = format!("{plugin} {}", clauses(&told)?);
        Some(problem(Stage::Inspection, message).fix(remedy(&told)))
    }

    /// Whether the module of `entry` may be used; what there is to say goes to `report`.
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
            "this homeserver does not know (the plugin was built for ABI {theirs}, it speaks {ours})"
        );
        Lack { order: 0, why, remedy: "update the homeserver", is_doubtful: false }
    }
}

/// Why something is not there, and what the operator can do.
pub(crate) struct Lack {
    /// Of several reasons, which is told first.
    order: usize,
    /// Follows on `which`.
    pub(crate) why: String,
    pub(crate) remedy: &'static str,
    /// Whether it may be there all the same.
    is_doubtful: bool,
}

impl Lack {
    /// A callback that a homeserver, of that version of Synapse if it is one, never calls.
    pub(crate) fn uncalled(category: &str, name: &str, synapse: Option<&str>) -> Self {
        if let (Some(version), Some(since)) = (synapse, since_synapse(category, name)) {
            let why = format!("Synapse {since} and newer call; this is {version}");
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

/// Why nobody answers a request. In a trial it is not known what a homeserver answers, which comes
/// before what the loader could; a rehearsal says it when the module asks.
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

/// `` needs `a.b`, which this homeserver never calls; it needs .. ``: nothing if nothing lacks.
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

/// What the operator can do, each thing once, and then what the author can.
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
            "; or, even if your config does not choose {these}, use a version of the module with \
             `#[callbacks(optional({names}))]`"
        );
    }
    remedy
}

#[cfg(test)]
mod tests;
