//! Combines what all modules registered.

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
    /// What each counter counts; callbacks are tagged with an index into this.
    pub(crate) counted: Vec<Counted>,
    /// For each module, the names of the callbacks by category.
    pub(crate) callbacks: Vec<BTreeMap<String, Vec<String>>>,
}

impl Registry {
    /// The login types that a module registered.
    pub(crate) fn login_types_of(&self, module: usize) -> Vec<LoginType> {
        self.auth_checkers.of_module(module).cloned().collect()
    }
}

/// Combines what the modules have registered so far.
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

/// If a module's callbacks cannot be read, it is unknown what it would refuse; it must not be taken
/// for a module that refuses nothing.
fn unreadable(why: &str) -> Problem {
    Problem::error(Stage::New, format!("its callbacks cannot be registered: {why}"))
        .fix("update the homeserver, or ask the module's author to make these callbacks optional")
}
