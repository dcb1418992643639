//! `--calls`: the callbacks that the homeserver calls, if it does not call all of them.

use clap::Args;
use hsmod_loader::{Host, names};
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
    /// A name belongs to no callback or category.
    pub(super) fn check(&self) -> Result<()> {
        let unknown = |name: &&String| !names::is_known(name);
        match self.names.iter().flatten().find(unknown) {
            Some(name) => Err(no_such(name)),
            None => Ok(()),
        }
    }

    /// Restricts the host to these callbacks.
    pub(super) fn limit(&self, host: Host) -> Host {
        match &self.names {
            Some(names) => host.calls(names),
            None => host,
        }
    }
}

fn no_such(name: &str) -> Stop {
    let fix = match names::meant(name) {
        Some(meant) => format!("did you mean `{meant}`?"),
        None => "name categories, as `spam_checker`, or callbacks, as \
                 `spam_checker.user_may_invite`"
            .to_owned(),
    };
    Stop::wrong(format!("--calls: there is no callback or category `{name}`\n  fix: {fix}"))
}
