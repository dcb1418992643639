//! What the homeserver calls, where it does not call everything.

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
    /// There is no callback or category of a name.
    pub(super) fn check(&self) -> Result<()> {
        let unknown = |name: &&String| !names::is_known(name);
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
    let fix = match names::meant(name) {
        Some(meant) => format!("did you mean `{meant}`?"),
        None => "name categories, as `spam_checker`, or callbacks, as \
                 `spam_checker.user_may_invite`"
            .to_owned(),
    };
    Stop::wrong(format!("--calls: there is no callback or category `{name}`\n  fix: {fix}"))
}
