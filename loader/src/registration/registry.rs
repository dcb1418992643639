//! What all modules registered, put together.

use std::collections::BTreeMap;
use std::sync::PoisonError;

use hsmod_plugin_api::host::Lists;

use super::Registrar;
use super::callbacks::add_callbacks;
use super::neighbours::Neighbours;
use super::routes::refused;
use crate::auth_checkers::{AuthCheckers, LoginType};
use crate::config::Entry;
use crate::problem::{Problem, Report, Stage};
use crate::stats::Counted;
use crate::web::{Route, Routes};

/// What all modules registered, in order.
#[derive(Debug, Default)]
pub(crate) struct Registry {
    pub(crate) lists: Lists,
    pub(crate) auth_checkers: AuthCheckers,
    pub(crate) routes: Routes,
    /// What is counted of whom, by the tags of the callbacks.
    pub(crate) counted: Vec<Counted>,
    /// Per module: category, names of the callbacks.
    pub(crate) callbacks: Vec<BTreeMap<String, Vec<String>>>,
}

impl Registry {
    /// The types of login that a module knows.
    pub(crate) fn login_types_of(&self, module: usize) -> Vec<LoginType> {
        self.auth_checkers.of_module(module).cloned().collect()
    }
}

/// Puts together what the modules have registered so far.
pub(crate) fn assemble<'a>(
    modules: impl Iterator<Item = (&'a Entry, &'a Registrar)>,
    report: &mut Report,
) -> Registry {
    let mut registry = Registry::default();
    let mut neighbours = Neighbours::default();
    for (entry, registrar) in modules {
        let collected = registrar.collected.lock().unwrap_or_else(PoisonError::into_inner);
        let mut callbacks = BTreeMap::<String, Vec<String>>::new();
        for why in collected.iter().flat_map(|collected| &collected.unreadable) {
            report.push(unreadable(why).of(entry.name()));
        }
        for registered in collected.iter().flat_map(|collected| &collected.callbacks) {
            let (added, problems) = add_callbacks(
                registered,
                entry.name(),
                &registrar.host,
                &mut neighbours,
                &mut registry,
            );
            problems.into_iter().for_each(|problem| report.push(problem.of(entry.name())));
            if !added.is_empty() {
                let names = callbacks.entry(registered.category().to_owned()).or_default();
                names.extend(added.into_iter().map(str::to_owned));
            }
        }
        for (path, subtree, resource) in collected.iter().flat_map(|collected| &collected.resources)
        {
            let route = Route {
                path: path.clone(),
                subtree: *subtree,
                resource: resource.clone(),
                body_max: registrar.host.max_request_body_size,
            };
            let problem = refused(&route.path, &registrar.host)
                .or_else(|| neighbours.path(&route.shown(), entry.name()));
            match problem {
                Some(problem) => report.push(problem.of(entry.name())),
                None => registry.routes.add(route),
            }
        }
        registry.callbacks.push(callbacks);
    }
    registry
}

/// A module of which it is not known what it would refuse must not be taken for one that refuses
/// nothing.
fn unreadable(why: &str) -> Problem {
    Problem::error(Stage::New, format!("its callbacks cannot be registered: {why}")).fix(
        "update the homeserver, or let the module's author say that it can do without these callbacks",
    )
}
