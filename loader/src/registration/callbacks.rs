//! Whether a module's callbacks may be registered: that they are there, that the homeserver calls
//! them, that no other module is in the way.

use std::collections::BTreeMap;

use hsmod_plugin_api::host::Lists;
use hsmod_plugin_api::module::Registered;

use super::Registry;
use crate::host::Host;
use crate::policy::{Combining, POLICIES, Policy};
use crate::problem::{Problem, Stage};
use crate::stats::Stats;
use crate::suggestion::closest;

/// Categories of which a module registers all callbacks or none.
const TOGETHER: &[&str] = &["presence_router"];

/// The callback that a module has to register with any other of an exclusive category.
const LEADING: &[(&str, &str)] = &[("background_update_controller", "on_update")];

/// Who has registered what only one module may have.
#[derive(Debug, Default)]
pub(super) struct Registering {
    /// By category or full name: the name of the module.
    owners: BTreeMap<String, String>,
}

impl Registering {
    /// Appends the callbacks of one registration, unless something is wrong with it. Returns the
    /// names of those that were appended, and what there is to say.
    pub(super) fn add(
        &mut self,
        registered: &Registered,
        module: &str,
        host: &Host,
        registry: &mut Registry,
    ) -> (Vec<&'static str>, Vec<Problem>) {
        let category = registered.category();
        let (wanted, mut problems) = wanted(registered, host);
        if !wanted.is_empty() {
            problems.extend(together(category, &wanted));
            problems.extend(leading(category, &wanted));
            problems.extend(self.single(category, &wanted, module));
        }
        if problems.iter().any(Problem::is_error) {
            return (Vec::new(), problems);
        }
        if let Some(problem) = self.exclusive(category, &wanted, module) {
            problems.push(problem);
            return (Vec::new(), problems);
        }
        let place = registry.callbacks.len();
        let added = registered.append_to(&mut registry.lists, |name| {
            wanted.iter().any(|one| one == name).then(|| tag(place, category, name))
        });
        if !does_without(registered, "check_auth", host) {
            let written = added.contains(&"check_auth");
            let checkers = registry.auth_checkers.add(registered, module, written, &registry.lists);
            problems.extend(checkers);
        }
        (added, problems)
    }

    /// Callbacks that only one module may have.
    fn single(&mut self, category: &str, wanted: &[String], module: &str) -> Vec<Problem> {
        let single = wanted.iter().filter(|name| {
            policy(category, name).is_some_and(|policy| policy.combining == Combining::Single)
        });
        let taken = single.filter_map(|name| {
            let full_name = format!("{category}.{name}");
            match self.owners.get(&full_name) {
                Some(owner) => Some(twice(&full_name, owner)),
                None => {
                    self.owners.insert(full_name, module.to_owned());
                    None
                }
            }
        });
        taken.collect()
    }

    /// Categories that only the first module gets.
    fn exclusive(&mut self, category: &str, wanted: &[String], module: &str) -> Option<Problem> {
        let policy = policy(category, wanted.first()?)?;
        if policy.combining != Combining::Exclusive {
            return None;
        }
        if let Some(owner) = self.owners.get(category) {
            return Some(second(category, owner));
        }
        self.owners.insert(category.to_owned(), module.to_owned());
        None
    }
}

/// Whether the homeserver never calls what a module can do without.
fn does_without(registered: &Registered, callback: &str, host: &Host) -> bool {
    registered.optional().iter().any(|name| name == callback)
        && !host.supports(&format!("{}.{callback}", registered.category()))
}

fn policy(category: &str, callback: &str) -> Option<&'static Policy> {
    let is_it = |policy: &&Policy| policy.category == category && policy.callback == callback;
    POLICIES.iter().find(is_it)
}

/// Where the counters of a module's callback stand.
fn tag(module: usize, category: &str, name: &str) -> usize {
    let is_it = |policy: &Policy| policy.category == category && policy.callback == name;
    Stats::place(module, POLICIES.iter().position(is_it).unwrap_or_default())
}

/// The names that a module chose, of those it wrote and the homeserver calls; and what is wrong
/// with its choice.
fn wanted(registered: &Registered, host: &Host) -> (Vec<String>, Vec<Problem>) {
    let category = registered.category();
    let mut written = Vec::new();
    registered.append_to(&mut Lists::default(), |name| {
        written.push(name.to_owned());
        None
    });
    let mut problems = Vec::new();
    // A newer module may do without what this loader has no name for yet.
    for name in registered.only().unwrap_or_default() {
        if !written.contains(name) && !registered.optional().contains(name) {
            problems.push(not_written(category, name, &written));
        }
    }
    let chosen = |name: &String| registered.only().is_none_or(|only| only.contains(name));
    let called = |name: &String| host.supports(&format!("{category}.{name}"));
    let (wanted, lacking): (Vec<String>, Vec<String>) =
        written.into_iter().filter(chosen).partition(called);
    for name in lacking {
        if !registered.optional().contains(&name) {
            problems.push(never_called(category, &name));
        } else if host.trial {
            problems.push(done_without(category, &name));
        }
    }
    (wanted, problems)
}

fn not_written(category: &str, name: &str, written: &[String]) -> Problem {
    let message = format!(
        "it registers `{category}.{name}`, which it does not implement or this homeserver does \
         not know"
    );
    match closest(name, written.iter().map(String::as_str)) {
        Some(close) => Problem::error(Stage::New, message).fix(format!(
            "the module's author may have meant `{close}`; if the module is newer than the \
             homeserver, update that"
        )),
        None => Problem::error(
            Stage::New,
            format!("{message} (it implements {})", listed(written)),
        )
        .fix(
            "update the homeserver if the module is newer; otherwise ask the module's author: \
                  `.only(..)` names a callback that is not there",
        ),
    }
}

fn never_called(category: &str, name: &str) -> Problem {
    let message = format!("it needs `{category}.{name}`, which this homeserver never calls");
    Problem::error(Stage::New, message).fix(
        "use another homeserver, or a version of the module that registers it with `.optional(..)`",
    )
}

fn done_without(category: &str, name: &str) -> Problem {
    let message = format!("`{category}.{name}` is registered, but this homeserver never calls it");
    Problem::warning(Stage::New, message)
        .fix("nothing need be done: the module says that it can do without")
}

fn together(category: &str, wanted: &[String]) -> Option<Problem> {
    let of_category = || POLICIES.iter().filter(|policy| policy.category == category);
    let missing =
        of_category().find(|policy| !wanted.iter().any(|name| name == policy.callback))?;
    let there = of_category().find(|policy| wanted.iter().any(|name| name == policy.callback))?;
    TOGETHER.contains(&category).then(|| {
        let message = format!(
            "it registers `{}` without `{}`: a module has both or neither",
            there.full_name, missing.callback
        );
        Problem::error(Stage::New, message)
            .fix("ask the module's author: the two have to agree about whom they let in")
    })
}

fn leading(category: &str, wanted: &[String]) -> Option<Problem> {
    let (_, leading) = LEADING.iter().find(|(of, _)| *of == category)?;
    if wanted.iter().any(|name| name == leading) {
        return None;
    }
    let message = format!("it registers `{category}` without `{leading}`");
    Some(Problem::error(Stage::New, message).fix(format!(
        "ask the module's author: `{leading}` is what a module of this category is for"
    )))
}

fn twice(full_name: &str, owner: &str) -> Problem {
    let message = format!(
        "it registers `{full_name}`, which module `{owner}` has registered before it: there can \
         be only one"
    );
    Problem::error(Stage::New, message).fix("remove one of the two modules")
}

fn second(category: &str, owner: &str) -> Problem {
    let message = format!(
        "it registers `{category}`, which module `{owner}` has registered before it: only \
         `{owner}` is asked"
    );
    Problem::warning(Stage::New, message).fix("remove one of the two modules")
}

fn listed(names: &[String]) -> String {
    if names.is_empty() {
        return "nothing of that category".to_owned();
    }
    names.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ")
}
