//! Checks a module's callbacks: that they are implemented, that the homeserver calls them, and that
//! they do not conflict with another module's.

use hsmod_plugin_api::host::Lists;
use hsmod_plugin_api::module::Registered;

use super::Registry;
use super::neighbours::Neighbours;
use crate::auth_checkers::LoginType;
use crate::host::Host;
use crate::policy::{POLICIES, Policy};
use crate::problem::{Problem, Stage};
use crate::requirements::Lack;
use crate::stats::Counted;
use crate::suggestion::closest;

/// Categories in which a module has to register all callbacks or none.
const TOGETHER: &[&str] = &["presence_router"];

/// The callback without which a module must not register any other of an exclusive category.
const LEADING: &[(&str, &str)] = &[("background_update_controller", "on_update")];

/// Adds the callbacks of one registration, unless there is an error. Returns the names of those
/// that were added, and the problems.
pub(super) fn add_callbacks(
    registered: &Registered,
    module: &str,
    host: &Host,
    neighbours: &mut Neighbours,
    registry: &mut Registry,
) -> (Vec<&'static str>, Vec<Problem>) {
    let category = registered.category();
    let chosen = chosen(registered);
    let (wanted, mut problems) = called(registered, &chosen, host);
    if !chosen.is_empty() {
        problems.extend(together(category, &chosen));
    }
    if !wanted.is_empty() {
        problems.extend(leading(category, &wanted));
        problems.extend(neighbours.single(category, &wanted, module));
    }
    problems.extend(checkers(registered, &chosen));
    if wanted.iter().any(|name| name == "check_auth") {
        for login_type in registered.auth_checkers().iter().map(LoginType::from) {
            problems.extend(neighbours.login_type(&login_type, module));
        }
    }
    if problems.iter().any(Problem::is_error) {
        return (Vec::new(), problems);
    }
    if let Some(problem) = neighbours.exclusive(category, &wanted, module) {
        problems.push(problem);
        return (Vec::new(), problems);
    }
    let (place, counted) = (registry.callbacks.len(), &mut registry.counted);
    let added = registered.append_to(&mut registry.lists, |name| {
        let wanted = wanted.iter().any(|one| one == name);
        wanted.then(|| {
            counted.push(Counted { module: place, callback: number(category, name) });
            counted.len() - 1
        })
    });
    if added.contains(&"check_auth") {
        registry.auth_checkers.add(registered, &registry.lists);
    }
    (added, problems)
}

/// The index of a callback in the policies.
fn number(category: &str, name: &str) -> usize {
    let is_it = |policy: &Policy| policy.category == category && policy.callback == name;
    POLICIES.iter().position(is_it).unwrap_or_default()
}

/// The callbacks that the module implements.
fn written(registered: &Registered) -> Vec<String> {
    let mut written = Vec::new();
    registered.append_to(&mut Lists::default(), |name| {
        written.push(name.to_owned());
        None
    });
    written
}

/// Those of them that the module selected.
pub(super) fn chosen(registered: &Registered) -> Vec<String> {
    let chosen = |name: &String| registered.only().is_none_or(|only| only.contains(name));
    written(registered).into_iter().filter(chosen).collect()
}

/// Those of the selected callbacks that the homeserver calls, and the problems with the selection.
fn called(registered: &Registered, chosen: &[String], host: &Host) -> (Vec<String>, Vec<Problem>) {
    let category = registered.category();
    let written = written(registered);
    let mut problems = Vec::new();
    // A module may be newer than this loader, and declare optional what is not known here.
    for name in registered.only().unwrap_or_default() {
        if !written.contains(name) && !registered.optional().contains(name) {
            problems.push(not_written(category, name, &written));
        }
    }
    let called = |name: &String| host.supports(&format!("{category}.{name}"));
    let (wanted, lacking): (Vec<String>, Vec<String>) = chosen.iter().cloned().partition(called);
    for name in lacking {
        if !registered.optional().contains(&name) {
            problems.push(never_called(category, &name, host.synapse.as_deref()));
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
            "ask the module's author whether `{close}` was meant; if the module is newer than the \
             homeserver, update the homeserver"
        )),
        None => Problem::error(
            Stage::New,
            format!("{message} (it implements {})", listed(written)),
        )
        .fix(
            "update the homeserver if the module is newer; otherwise ask the module's author: \
             `.only(..)` names a callback that does not exist",
        ),
    }
}

fn never_called(category: &str, name: &str, synapse: Option<&str>) -> Problem {
    let Lack { why, remedy, .. } = Lack::uncalled(category, name, synapse);
    let message = format!("it needs `{category}.{name}`, which {why}");
    Problem::error(Stage::New, message).fix(format!(
        "{remedy}, or use a version of the module that registers it with `.optional(..)`"
    ))
}

fn done_without(category: &str, name: &str) -> Problem {
    let message = format!("`{category}.{name}` is registered, but this homeserver never calls it");
    Problem::warning(Stage::New, message)
        .fix("ignore this: the module says that it works without the callback")
}

fn together(category: &str, chosen: &[String]) -> Option<Problem> {
    let of_category = || POLICIES.iter().filter(|policy| policy.category == category);
    let missing =
        of_category().find(|policy| !chosen.iter().any(|name| name == policy.callback))?;
    let there = of_category().find(|policy| chosen.iter().any(|name| name == policy.callback))?;
    TOGETHER.contains(&category).then(|| {
        let message = format!(
            "it registers `{}` without `{}`: a module registers both or neither",
            there.full_name, missing.callback
        );
        Problem::error(Stage::New, message)
            .fix("ask the module's author: the two must agree about whom they let in")
    })
}

fn leading(category: &str, wanted: &[String]) -> Option<Problem> {
    let (_, leading) = LEADING.iter().find(|(of, _)| *of == category)?;
    if wanted.iter().any(|name| name == leading) {
        return None;
    }
    let message = format!("it registers `{category}` without `{leading}`");
    Some(
        Problem::error(Stage::New, message)
            .fix(format!("ask the module's author: `{leading}` is what this category is for")),
    )
}

/// `check_auth` and login types require each other.
fn checkers(registered: &Registered, chosen: &[String]) -> Option<Problem> {
    let message = match (chosen.iter().any(|name| name == "check_auth"), registered.auth_checkers())
    {
        (true, []) => "it registers `password_auth_provider.check_auth` for no type of login",
        (false, [_, ..]) => {
            "it registers types of login, but not `password_auth_provider.check_auth`"
        }
        _ => return None,
    };
    Some(Problem::error(Stage::New, message).fix(
        "ask the module's author: `check_auth` and `.auth_checker(login_type, fields)` belong \
         together",
    ))
}

pub(super) fn listed(names: &[String]) -> String {
    if names.is_empty() {
        return "nothing of this category".to_owned();
    }
    names.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ")
}
