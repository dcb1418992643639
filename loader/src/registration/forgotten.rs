//! Warns of callbacks that a module implements but did not register, or registered twice. Such a
//! module starts, but its author probably meant something else.

use std::collections::{BTreeMap, BTreeSet};

use hsmod_plugin_api::module::Registered;

use super::Collected;
use super::callbacks::{chosen, listed};
use crate::host::Host;
use crate::problem::{Problem, Stage};

/// Warnings about a started module; `wrote` are the callbacks that its plugin implements.
pub(super) fn check(
    wrote: &BTreeMap<String, Vec<String>>,
    collected: &Collected,
    host: &Host,
) -> Vec<Problem> {
    let mut problems: Vec<Problem> = wrote
        .iter()
        .filter_map(|(category, names)| unregistered(category, names, &collected.callbacks, host))
        .collect();
    problems.extend(twice(&collected.callbacks, host));
    let does_nothing = collected.callbacks.is_empty() && collected.resources.is_empty();
    if problems.is_empty() && does_nothing && !collected.works {
        problems.push(idle());
    }
    problems
}

/// Warns of callbacks in a category that were not registered. A module that used `.only(..)` has
/// left out the others on purpose, and what the homeserver never calls need not be registered.
fn unregistered(
    category: &str,
    names: &[String],
    callbacks: &[Registered],
    host: &Host,
) -> Option<Problem> {
    let of_category = || callbacks.iter().filter(|registered| registered.category() == category);
    if of_category().any(|registered| registered.only().is_some()) {
        return None;
    }
    let registered: BTreeSet<String> = of_category().flat_map(chosen).collect();
    let forgotten = |name: &&String| {
        !registered.contains(*name) && host.supports(&format!("{category}.{name}"))
    };
    let forgotten: Vec<String> =
        names.iter().filter(forgotten).map(|name| format!("{category}.{name}")).collect();
    if forgotten.is_empty() {
        return None;
    }
    let them = if forgotten.len() == 1 { "it, so it is" } else { "them, so they are" };
    let message =
        format!("it implements {}, but does not register {them} never asked", listed(&forgotten));
    Some(Problem::warning(Stage::New, message).fix(format!(
        "ask the module's author: `api.register_{category}_callbacks(&module)` is missing, or \
         `.only(..)` if it is left out on purpose"
    )))
}

/// Warns of callbacks that were registered more than once for the same object.
fn twice(callbacks: &[Registered], host: &Host) -> Option<Problem> {
    let mut doubled = BTreeSet::new();
    for (index, registered) in callbacks.iter().enumerate() {
        let category = registered.category();
        let same =
            |other: &&Registered| other.category() == category && other.is_same_object(registered);
        let before: BTreeSet<String> =
            callbacks[..index].iter().filter(same).flat_map(chosen).collect();
        let again = chosen(registered).into_iter().filter(|name| before.contains(name));
        let called = again.map(|name| format!("{category}.{name}"));
        doubled.extend(called.filter(|name| host.supports(name)));
    }
    if doubled.is_empty() {
        return None;
    }
    let doubled: Vec<String> = doubled.into_iter().collect();
    let message =
        format!("it registers {} twice, so it is asked twice each time", listed(&doubled));
    Some(Problem::warning(Stage::New, message).fix(
        "ask the module's author: one registration is enough, and `.only(..)` divides the \
         callbacks among several",
    ))
}

fn idle() -> Problem {
    let message = "it registers nothing: no callback, no web resource, no background work";
    Problem::warning(Stage::New, message)
        .fix("ask the module's author: `api.register_..` may be missing in its `new`")
}
