//! Exit codes, and the errors that stop a command.

use std::process::ExitCode;

use hsmod_loader::LoadError;
use serde::{Deserialize, Serialize};

/// The exit code.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Deserialize, Serialize)]
pub(crate) enum Exit {
    /// All well.
    Well,
    /// The answer is "no": something is wrong with the modules, or they refused.
    No,
    /// Wrong usage, a file that cannot be read, or a plugin that ended the process.
    Wrong,
}

impl Exit {
    /// `No`, unless all is well.
    pub(crate) const fn well_if(well: bool) -> Self {
        if well { Self::Well } else { Self::No }
    }
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(match exit {
            Exit::Well => 0,
            Exit::No => 1,
            Exit::Wrong => 2,
        })
    }
}

/// Why a command cannot go on.
#[derive(Debug)]
pub(crate) enum Stop {
    /// Wrong usage, or a file that cannot be read; the message names the remedy, too.
    Wrong(String),
    /// The modules cannot be loaded.
    Refused(LoadError),
}

impl Stop {
    pub(crate) fn wrong(message: impl Into<String>) -> Self {
        Self::Wrong(message.into())
    }
}

pub(crate) type Result<T> = std::result::Result<T, Stop>;
