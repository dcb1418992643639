//! The module's config, which the crate's documentation explains.

use std::collections::BTreeMap;

use hsmod_plugin_api::prelude::*;

use crate::answer::Answer;

/// The module's `config`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Config {
    #[serde(default = "recorder")]
    pub(crate) name: String,
    #[serde(default)]
    callbacks: Option<Vec<String>>,
    #[serde(default)]
    pub(crate) optional: Vec<String>,
    #[serde(default)]
    pub(crate) only: Vec<String>,
    #[serde(default)]
    login_types: Option<BTreeMap<String, Vec<String>>>,
    #[serde(default)]
    suspend: Suspend,
    #[serde(default)]
    hang: Vec<String>,
    #[serde(default)]
    pub(crate) later: Vec<String>,
    #[serde(default)]
    answers: BTreeMap<String, Answer>,
    #[serde(default)]
    about: BTreeMap<String, BTreeMap<String, Answer>>,
    #[serde(default)]
    pub(crate) web: BTreeMap<String, Answer>,
    #[serde(default)]
    pub(crate) pages: BTreeMap<String, Answer>,
}

fn recorder() -> String {
    "recorder".to_owned()
}

/// How often a callback waits.
#[derive(Clone, Copy, Deserialize)]
#[serde(untagged)]
enum Suspend {
    Once(bool),
    Times(u32),
}

impl Default for Suspend {
    fn default() -> Self {
        Self::Once(false)
    }
}

/// Callbacks that only one module of a homeserver may register.
const IF_NAMED: &[&str] = &[
    "on_legacy_send_mail",
    "on_legacy_renew",
    "on_legacy_admin_request",
    "on_update",
    "default_batch_size",
    "min_batch_size",
];

impl Config {
    /// The callbacks of a category to register.
    pub(crate) fn wanted(&self, written: &[&'static str]) -> Vec<&'static str> {
        let wanted = |name: &str| match &self.callbacks {
            Some(callbacks) => callbacks.iter().any(|callback| callback == name),
            None => !IF_NAMED.contains(&name),
        };
        written.iter().copied().filter(|name| wanted(name)).collect()
    }

    /// The login types to register, with their fields. The default depends on whether the module
    /// checks logins.
    pub(crate) fn login_types(&self, checks: bool) -> BTreeMap<String, Vec<String>> {
        let usual = || ("m.login.password".to_owned(), vec!["password".to_owned()]);
        let given = || checks.then(usual).into_iter().collect();
        self.login_types.clone().unwrap_or_else(given)
    }

    /// How often a callback waits before it answers.
    pub(crate) fn suspend(&self) -> u32 {
        match self.suspend {
            Suspend::Once(once) => once.into(),
            Suspend::Times(times) => times,
        }
    }

    pub(crate) fn hangs(&self, callback: &str) -> bool {
        self.hang.iter().any(|hung| hung == callback)
    }

    /// The answer of a callback that is called with these arguments.
    pub(crate) fn answer(&self, callback: &str, arguments: &str) -> Answer {
        let about = self.about.get(callback).into_iter().flatten();
        let mut about = about.filter(|(text, _)| arguments.contains(text.as_str()));
        let answer = about.next().map(|(_, answer)| answer);
        answer.or_else(|| self.answers.get(callback)).cloned().unwrap_or(Answer::Allow)
    }
}
