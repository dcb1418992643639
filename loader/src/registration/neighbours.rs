//! What only one of several modules can have, and who has it.

use std::collections::BTreeMap;

use crate::auth_checkers::{LoginType, listed};
use crate::info::ModuleInfo;
use crate::policy::{Combining, Policy, policy};
use crate::problem::{Problem, Stage};

/// Finds modules that get in each other's way: they are added in the order of the config.
#[derive(Debug, Default)]
pub struct Neighbours {
    /// By callback, category or path: the name of the module that was first.
    owners: BTreeMap<String, String>,
    /// By name of the type: its fields, and the module that was first.
    login_types: BTreeMap<String, (LoginType, String)>,
}

impl Neighbours {
    /// What there is to say of a module that has started on its own, beside those that were added
    /// before.
    pub fn add(&mut self, module: &ModuleInfo) -> Vec<Problem> {
        let mut problems = Vec::new();
        for (category, callbacks) in &module.callbacks {
            problems.extend(self.single(category, callbacks, &module.name));
            problems.extend(self.exclusive(category, callbacks, &module.name));
        }
        for login_type in &module.login_types {
            problems.extend(self.login_type(login_type, &module.name));
        }
        for path in &module.web {
            problems.extend(self.path(path, &module.name));
        }
        problems
    }

    /// Callbacks that only one module may register.
    pub(super) fn single(
        &mut self,
        category: &str,
        callbacks: &[String],
        module: &str,
    ) -> Vec<Problem> {
        let mut problems = Vec::new();
        for callback in callbacks {
            let full_name = format!("{category}.{callback}");
            if combining(&full_name) == Some(Combining::Single)
                && let Some(owner) = self.taken(&full_name, module)
            {
                let message = format!(
                    "it registers `{full_name}`, which module `{owner}` has registered before it: \
                     there can be only one"
                );
                problems.push(Problem::error(Stage::New, message).fix(remedy(&owner, module)));
            }
        }
        problems
    }

    /// Categories of which only the first module is asked.
    pub(super) fn exclusive(
        &mut self,
        category: &str,
        callbacks: &[String],
        module: &str,
    ) -> Option<Problem> {
        let full_name = format!("{category}.{}", callbacks.first()?);
        if combining(&full_name) != Some(Combining::Exclusive) {
            return None;
        }
        let owner = self.taken(category, module)?;
        let message = format!(
            "it registers `{category}`, which module `{owner}` has registered before it: only \
             `{owner}` is asked"
        );
        Some(Problem::warning(Stage::New, message).fix(remedy(&owner, module)))
    }

    /// Types of login, which have the same fields everywhere.
    pub(super) fn login_type(&mut self, login_type: &LoginType, module: &str) -> Option<Problem> {
        let LoginType { name, fields } = login_type;
        let Some((known, owner)) = self.login_types.get(name) else {
            self.login_types.insert(name.clone(), (login_type.clone(), module.to_owned()));
            return None;
        };
        if known.fields == *fields {
            return None;
        }
        let (own, others) = (listed(fields), listed(&known.fields));
        let message = format!(
            "it registers the type of login `{name}` with the fields {own}, which module `{owner}` \
             has registered before it with the fields {others}"
        );
        let who = remedy(owner, module);
        Some(
            Problem::error(Stage::New, message)
                .fix(format!("{who}: a type of login has the same fields everywhere")),
        )
    }

    /// Paths of web resources, `/*` behind those of subtrees: the first module answers.
    pub(super) fn path(&mut self, path: &str, module: &str) -> Option<Problem> {
        let owner = self.taken(path, module)?;
        let message = format!(
            "it registers the web resource `{path}`, which module `{owner}` has registered before \
             it: requests go to `{owner}`"
        );
        Some(Problem::warning(Stage::New, message).fix(remedy(&owner, module)))
    }

    /// Who has it already; else it is `module`'s from now on.
    fn taken(&mut self, what: &str, module: &str) -> Option<String> {
        if let Some(owner) = self.owners.get(what) {
            return Some(owner.clone());
        }
        self.owners.insert(what.to_owned(), module.to_owned());
        None
    }
}

/// A module that gets in its own way is its author's to mend.
fn remedy(owner: &str, module: &str) -> &'static str {
    if owner == module { "ask the module's author" } else { "remove one of the two modules" }
}

fn combining(full_name: &str) -> Option<Combining> {
    policy(full_name).map(|policy: &Policy| policy.combining)
}
