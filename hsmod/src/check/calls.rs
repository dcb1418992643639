//! What the homeserver calls, where it does not call everything.

use clap::Args;
use hsmod_loader::Host;
use hsmod_loader::rows::CATEGORIES;
use hsmod_loader::suggestion::closest;
use serde::{Deserialize, Serialize};

use crate::exit::{Result, Stop};

#[derive(Args, Clone, Debug, Deserialize, Serialize)]
pub(crate) struct Calls {
    /// What the homeserver calls: categories and callbacks, with commas between [default: all]
    #[arg(long = "calls", value_name = "NAMES", value_delimiter = ',')]
    names: Option<Vec<String>>,
}

impl Calls {
    /// # Errors
    /// There is no callback or category of a name.
    pub(super) fn check(&self) -> Result<()> {
        let known = Host::new("");
        let unknown = |name: &&String| !known.supports(name);
        match self.names.iter().flatten().find(unknown) {
            Some(name) => Err(no_such(name)),
            None => Ok(()),
        }
    }

    /// The homeserver that calls just these.
    pub(super) fn limit(&self, host: Host) -> Host {
        match &self.names {
            Some(names) => host.calls(names),
            None => host,
        }
    }
}

fn no_such(name: &str) -> Stop {
    let callbacks = CATEGORIES.iter().flat_map(|category| category.callbacks);
    let mut names: Vec<String> =
        callbacks.map(|callback| format!("{}.{}", callback.category, callback.name)).collect();
    names.extend(CATEGORIES.iter().map(|category| category.name.to_owned()));
    let meant = closest(name, names.iter().map(String::as_str));
    let fix = match meant {
        Some(meant) => format!("did you mean `{meant}`?"),
        None => "name categories, as `spam_checker`, or callbacks, as \
                 `spam_checker.user_may_invite`"
            .to_owned(),
    };
    Stop::wrong(format!("--calls: there is no callback or category `{name}`\n  fix: {fix}"))
}
