//! Runs modules in a child process. The command starts itself again, so that whatever a plugin does
//! to its process is seen from outside, and what it prints does not mix with answers.
//!
//! Parent to child, on the child's stdin: one line of JSON, the [`Task`], then the task's input.
//! Child to parent, on the child's stdout: [blocks](block), each of which holds either answers,
//! which the parent passes on unchanged, or a [`Report`].
//!
//! No temporary files are involved. The parent reads the config once and hands over its text, since
//! a pipe can be read only once and a file may change in between. The child ends when its parent
//! does, however the parent ended.

mod block;
mod ended;
mod inside;
mod life;
mod outside;
mod passing;
mod record;

use hsmod_loader::problem::Stage;
use serde::{Deserialize, Serialize};

use crate::call::inside::Call;
use crate::check::inside::{Found, Trial};
use crate::check::schema::Fit;
use crate::exit::Exit;
use crate::replay::inside::Replay;
use crate::world::WorldText;

pub(crate) use block::Wire;
pub(crate) use ended::Fall;
pub(crate) use inside::{Inside, Options, run};
pub(crate) use outside::{Heard, Process};
pub(crate) use passing::pass_on;

/// The work of a child.
#[derive(Debug, Deserialize, Serialize)]
pub(crate) struct Task {
    /// The config's text.
    pub(crate) config: String,
    /// The config's name in messages.
    pub(crate) config_name: String,
    pub(crate) server_name: String,
    /// The world of `--world`, if one was given.
    pub(crate) world: Option<WorldText>,
    pub(crate) verbose: u8,
    /// Whether answers are JSON.
    pub(crate) json: bool,
    /// Whether answers are coloured. Only the parent can tell: its output may be a terminal.
    pub(crate) colours: bool,
    pub(crate) work: Work,
}

/// What to do with the modules.
#[derive(Debug, Deserialize, Serialize)]
pub(crate) enum Work {
    /// Start one module and shut it down.
    Trial(Trial),
    /// Validate the config of one module against the schema in its plugin.
    Fit(Fit),
    /// Call a callback of all modules.
    Call(Call),
    /// Send events to all modules.
    Replay(Replay),
}

/// What a child reports to its parent besides its answers.
#[derive(Debug, Deserialize, Serialize)]
pub(crate) enum Report {
    /// The child is set up. From here on, if the process ends, a module may be the cause.
    Begun,
    /// Code of this module runs next.
    Stage { module: String, stage: Stage },
    /// All modules have started. A process that ends from here on does not end in a stage of the
    /// start.
    Started,
    /// The findings of a trial or of a schema validation.
    Found(Found),
    /// The child has processed this many more bytes of its input.
    Read(u64),
    /// The child could not do its work. The message includes the remedy.
    Stopped(String),
    /// The child has done its work.
    Done(Exit),
}
