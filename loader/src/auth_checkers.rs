//! The login types that modules registered, each with the fields it needs.

use hsmod_plugin_api::callbacks::password_auth_provider::PasswordAuthProviderTableRef;
use hsmod_plugin_api::callbacks::password_auth_provider::rows::check_auth;
use hsmod_plugin_api::host::{Callback, Lists};
use hsmod_plugin_api::module::{AuthChecker, Registered};
use hsmod_plugin_api::table::{Category, Row};
use hsmod_plugin_api::values::{ErrorCode, JsonObject, ModuleError};
use serde::{Deserialize, Serialize};

use crate::call_error::{CallError, Cause};
use crate::policy::Rule;

/// The login types, each with the modules that check it, in the order of registration.
#[derive(Debug, Default)]
pub(crate) struct AuthCheckers(Vec<Known>);

#[derive(Debug)]
struct Known {
    login_type: LoginType,
    callbacks: Vec<Callback<check_auth>>,
}

impl AuthCheckers {
    /// The modules' `check_auth` callbacks for a login type, in order.
    pub(crate) fn of(&self, login_type: &str) -> &[Callback<check_auth>] {
        let known = self.0.iter().find(|known| known.login_type.name == login_type);
        known.map_or(&[], |known| &known.callbacks)
    }

    /// The login types that a module registered.
    pub(crate) fn of_module(&self, module: usize) -> impl Iterator<Item = &LoginType> {
        let own = move |callback: &Callback<check_auth>| callback.module() == module;
        let known = self.0.iter().filter(move |known| known.callbacks.iter().any(own));
        known.map(|known| &known.login_type)
    }

    pub(crate) fn login_types(&self) -> impl Iterator<Item = &LoginType> {
        self.0.iter().map(|known| &known.login_type)
    }

    /// Adds the login types of one registration, whose `check_auth` is the last one in `lists`.
    pub(crate) fn add(&mut self, registered: &Registered, lists: &Lists) {
        let callbacks = check_auth::list(PasswordAuthProviderTableRef::lists(lists));
        for checker in registered.auth_checkers() {
            let login_type = LoginType::from(checker);
            let place = self.0.iter().position(|known| known.login_type == login_type);
            let place = place.unwrap_or_else(|| {
                self.0.push(Known { login_type, callbacks: Vec::new() });
                self.0.len() - 1
            });
            self.0[place].callbacks.extend(callbacks.last().cloned());
        }
    }
}

/// Formats a list as Synapse does: `['a', 'b']`.
pub(crate) fn listed(names: &[String]) -> String {
    let quoted: Vec<String> = names.iter().map(|name| format!("'{name}'")).collect();
    format!("[{}]", quoted.join(", "))
}

/// A login type that modules can check: what `GET /login` advertises.
///
/// ```
/// # fn example(modules: &hsmod_loader::Modules) {
/// for login_type in modules.login_types() {
///     println!("{} needs {:?}", login_type.name, login_type.fields);
/// }
/// # }
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[non_exhaustive]
pub struct LoginType {
    /// The name: `m.login.password`.
    pub name: String,
    /// The fields of the client's submission that `check_auth` needs.
    pub fields: Vec<String>,
}

impl From<&AuthChecker> for LoginType {
    fn from(checker: &AuthChecker) -> Self {
        Self { name: checker.login_type.clone(), fields: checker.fields.clone() }
    }
}

impl LoginType {
    /// The `login_dict` argument of `check_auth`: the fields of this login type, and no others,
    /// taken from what the client submitted.
    ///
    /// # Errors
    /// Some of the fields are missing: the error is the 400 response for the client.
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
