//! Conflicts between modules over what only one of them can have.

use std::collections::BTreeMap;

use crate::auth_checkers::{LoginType, listed};
use crate::info::ModuleInfo;
use crate::policy::{Combining, Policy, policy};
use crate::problem::{Problem, Stage};

/// Finds modules that conflict with each other. Add them in the order of the config.
#[derive(Debug, Default)]
pub struct Neighbours {
    /// For each callback, category or path, the name of the first module that has it.
    owners: BTreeMap<String, String>,
    /// For each login type, its fields and the first module that registered it.
    login_types: BTreeMap<String, (LoginType, String)>,
}

impl Neighbours {
    /// Adds a module that was started separately, and returns its conflicts with those added
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

    /// Conflicts over callbacks that only one module may register.
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

    /// Conflicts over categories of which only the first module is asked.
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

    /// Conflicts over login types, which must have the same fields in all modules.
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
                .fix(format!("{who}: a type of login has the same fields in all modules")),
        )
    }

    /// Conflicts over paths of web resources (with `/*` for subtrees), which the first module
    /// serves.
    pub(super) fn path(&mut self, path: &str, module: &str) -> Option<Problem> {
        let owner = self.taken(path, module)?;
        let message = format!(
            "it registers the web resource `{path}`, which module `{owner}` has registered before \
             it: requests go to `{owner}`"
        );
        Some(Problem::warning(Stage::New, message).fix(remedy(&owner, module)))
    }

    /// The module that already has `what`; if there is none, `module` has it from now on.
    fn taken(&mut self, what: &str, module: &str) -> Option<String> {
        if let Some(owner) = self.owners.get(what) {
            return Some(owner.clone());
        }
        self.owners.insert(what.to_owned(), module.to_owned());
        None
    }
}

/// If a module conflicts with itself, only its author can fix it.
fn remedy(owner: &str, module: &str) -> &'static str {
    if owner == module { "ask the module's author" } else { "remove one of the two modules" }
}

fn combining(full_name: &str) -> Option<Combining> {
    policy(full_name).map(|policy: &Policy| policy.combining)
}
