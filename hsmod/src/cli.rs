//! The command line. The text of `--help` is here and in each command's options.

use clap::{ArgAction, Parser, Subcommand};
use clap_complete::Shell;

use crate::{call, check, child, inspect, man, migrate, new, replay};

/// Checks, inspects and tries the modules of a Matrix homeserver
#[derive(Parser)]
#[command(version, propagate_version = true, max_term_width = 100, after_help = AFTER_HELP)]
pub(crate) struct Cli {
    /// Logs more to stderr; -vv and -vvv still more. RUST_LOG takes precedence
    #[arg(short, long, action = ArgAction::Count, global = true)]
    pub(crate) verbose: u8,

    #[command(subcommand)]
    pub(crate) command: Command,
}

const AFTER_HELP: &str = "\
A first look:
  hsmod inspect plugins/libdemo.so       what a plugin says about itself
  hsmod check -c modules.yaml            whether the modules will start
  hsmod call -c modules.yaml spam_checker.user_may_create_room args.json
                                         what they answer

Exit codes: 0 all well, 1 the answer is \"no\", 2 wrong usage, an unreadable file, or a plugin that
ended the process";

#[derive(Subcommand)]
pub(crate) enum Command {
    /// Finds everything that is wrong with a config and its modules
    Check(check::Options),
    /// Shows what plugins say about themselves, without running them
    Inspect(inspect::Options),
    /// Asks the modules one question, as a homeserver would
    Call(call::Options),
    /// Sends recorded events through the modules, as fast as they can
    Replay(replay::Options),
    /// Rewrites the modules of a Synapse config for the plugins that come with hsmod
    Migrate(migrate::Options),
    /// Creates a new module: a crate that builds and passes its tests
    New(new::Options),
    /// Prints the completions for a shell
    #[command(after_help = "\
Example:
  hsmod completions bash > /etc/bash_completion.d/hsmod")]
    Completions {
        /// The shell
        shell: Shell,
    },
    /// Prints the man page of hsmod or of one of its commands
    Man(man::Options),
    /// Runs modules in a process of their own, for one of the other commands
    #[command(name = "__child", hide = true)]
    Child(child::Options),
}

impl Command {
    /// Whether the answers are to be JSON.
    pub(crate) const fn json(&self) -> bool {
        match self {
            Self::Check(options) => options.json,
            Self::Inspect(options) => options.json,
            Self::Call(options) => options.json,
            Self::Replay(options) => options.json,
            Self::Migrate(options) => options.json,
            Self::New(_) | Self::Completions { .. } | Self::Man(_) | Self::Child(_) => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory;

    #[test]
    fn the_definition_is_sound() {
        Cli::command().debug_assert();
    }
}
