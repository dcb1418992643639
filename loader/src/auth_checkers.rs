//! The types of login that modules know, each with the fields it needs.

use hsmod_plugin_api::callbacks::password_auth_provider::PasswordAuthProviderTableRef;
use hsmod_plugin_api::callbacks::password_auth_provider::rows::check_auth;
use hsmod_plugin_api::host::{Callback, Lists};
use hsmod_plugin_api::module::{AuthChecker, Registered};
use hsmod_plugin_api::table::{Category, Row};
use hsmod_plugin_api::values::{ErrorCode, JsonObject, ModuleError};

use crate::call_error::{CallError, Cause};
use crate::policy::Rule;
use crate::problem::{Problem, Stage};

/// Who knows which type of login, in the order of registration.
#[derive(Debug, Default)]
pub(crate) struct AuthCheckers(Vec<Known>);

#[derive(Debug)]
struct Known {
    login_type: LoginType,
    /// Name of the module that registered it first.
    first: String,
    callbacks: Vec<Callback<check_auth>>,
}

impl AuthCheckers {
    /// Who knows a type of login, in order.
    pub(crate) fn of(&self, login_type: &str) -> &[Callback<check_auth>] {
        let known = self.0.iter().find(|known| known.login_type.name == login_type);
        known.map_or(&[], |known| &known.callbacks)
    }

    pub(crate) fn login_types(&self) -> impl Iterator<Item = &LoginType> {
        self.0.iter().map(|known| &known.login_type)
    }

    /// Adds what a module has registered; its `check_auth` is the last one of `lists`, if it has
    /// any (`written`). Returns what is wrong with it.
    pub(crate) fn add(
        &mut self,
        registered: &Registered,
        module: &str,
        written: bool,
        lists: &Lists,
    ) -> Vec<Problem> {
        let checkers = registered.auth_checkers();
        let callbacks = check_auth::list(PasswordAuthProviderTableRef::lists(lists));
        match (written, callbacks.last(), checkers) {
            (false, _, []) => Vec::new(),
            (true, _, []) => vec![incomplete(
                "it registers `password_auth_provider.check_auth` for no type of login",
            )],
            (true, Some(callback), checkers) => {
                let put = |checker| self.put(checker, module, callback).err();
                checkers.iter().filter_map(put).collect()
            }
            _ => vec![incomplete(
                "it registers types of login, but not `password_auth_provider.check_auth`",
            )],
        }
    }

    fn put(
        &mut self,
        checker: &AuthChecker,
        module: &str,
        callback: &Callback<check_auth>,
    ) -> Result<(), Problem> {
        let AuthChecker { login_type, fields, .. } = checker;
        match self.0.iter_mut().find(|known| known.login_type.name == *login_type) {
            Some(known) if known.login_type.fields == *fields => {
                known.callbacks.push(callback.clone());
                Ok(())
            }
            Some(known) => Err(conflict(checker, module, known)),
            None => {
                let login_type = LoginType { name: login_type.clone(), fields: fields.clone() };
                let callbacks = vec![callback.clone()];
                self.0.push(Known { login_type, first: module.to_owned(), callbacks });
                Ok(())
            }
        }
    }
}

fn incomplete(message: &str) -> Problem {
    Problem::error(Stage::New, message).fix(
        "ask the module's author: `check_auth` and `.auth_checker(login_type, fields)` belong \
         together",
    )
}

fn conflict(checker: &AuthChecker, module: &str, known: &Known) -> Problem {
    let message = format!(
        "it registers the type of login `{}` with the fields {}, which module `{}` has registered \
         before it with the fields {}",
        checker.login_type,
        listed(&checker.fields),
        known.first,
        listed(&known.login_type.fields)
    );
    let fix = if known.first == module {
        "ask the module's author: a type of login has the same fields everywhere"
    } else {
        "remove one of the two modules: a type of login has the same fields everywhere"
    };
    Problem::error(Stage::New, message).fix(fix)
}

/// As Synapse writes it: `['a', 'b']`.
fn listed(names: &[String]) -> String {
    let quoted: Vec<String> = names.iter().map(|name| format!("'{name}'")).collect();
    format!("[{}]", quoted.join(", "))
}

/// A type of login that modules know: what `GET /login` advertises.
///
/// ```
/// # fn example(modules: &hsmod_loader::Modules) {
/// for login_type in modules.login_types() {
///     println!("{} needs {:?}", login_type.name, login_type.fields);
/// }
/// # }
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct LoginType {
    /// Its name: `m.login.password`.
    pub name: String,
    /// The fields it needs of what the client sends.
    pub fields: Vec<String>,
}

impl LoginType {
    /// What `check_auth` is to be asked about: of what the client sent, the fields of this type and
    /// no others.
    ///
    /// # Errors
    /// If some are missing: the 400 that the client gets.
    pub fn login_dict(&self, submission: &JsonObject) -> Result<JsonObject, CallError> {
        let missing: Vec<String> = self
            .fields
            .iter()
            .filter(|field| !submission.contains_key(field.as_str()))
            .cloned()
            .collect();
        if missing.is_empty() {
            let field = |field: &String| (field.clone(), submission[field].clone());
            return Ok(self.fields.iter().map(field).collect());
        }
        let message =
            format!("Missing parameters for login type {}: {}", self.name, listed(&missing));
        let cause = Cause::Error(ModuleError::http(400, ErrorCode::Unknown, message));
        let policy = check_auth::POLICY;
        Err(CallError::new(policy.full_name, None, cause, policy.refusal))
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_module_gets_the_fields_it_registered_and_no_others() {
        let card = LoginType {
            name: "org.x.card".to_owned(),
            fields: ["number", "pin"].map(str::to_owned).to_vec(),
        };
        let submission = |value: serde_json::Value| value.as_object().cloned().unwrap();
        let whole = submission(json!({"type": "org.x.card", "pin": 1, "number": null, "x": 2}));
        assert_eq!(card.login_dict(&whole).unwrap(), submission(json!({"number": null, "pin": 1})));
        let error = card.login_dict(&submission(json!({"pin": 1}))).unwrap_err();
        assert_eq!((error.status(), error.errcode().as_str()), (400, "M_UNKNOWN"));
        insta::assert_snapshot!(
            error.message(),
            @"Missing parameters for login type org.x.card: ['number']"
        );
        let error = card.login_dict(&JsonObject::new()).unwrap_err();
        insta::assert_snapshot!(
            error.message(),
            @"Missing parameters for login type org.x.card: ['number', 'pin']"
        );
    }
}
