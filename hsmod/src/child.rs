//! Modules in a process of their own: the command starts itself once more, so that whatever a
//! plugin does to its process is seen from outside, and its prints do not mix with answers.
//!
//! Parent to child, on the child's stdin: one line of JSON, the [`Task`], then whatever the task
//! works on. Child to parent, on the child's stdout: [blocks](block), each either answers, which
//! the parent passes on as they are, or a [`Report`].
//!
//! There are no files in between. Each config is read once, by the parent, and its text handed
//! over: a pipe can be read once only, and a file may change meanwhile. The child ends when its
//! parent does, however that ended.

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

/// What a child is to do.
#[derive(Debug, Deserialize, Serialize)]
pub(crate) struct Task {
    /// The config's text, as the parent read it.
    pub(crate) config: String,
    /// What messages call it.
    pub(crate) config_name: String,
    pub(crate) server_name: String,
    /// What the homeserver knows, if it is played.
    pub(crate) world: Option<WorldText>,
    pub(crate) verbose: u8,
    /// Whether answers are to be JSON,
    pub(crate) json: bool,
    /// or in colours, which only the parent can tell.
    pub(crate) colours: bool,
    pub(crate) work: Work,
}

/// What to do with the modules.
#[derive(Debug, Deserialize, Serialize)]
pub(crate) enum Work {
    /// Start one of them, and shut it down.
    Trial(Trial),
    /// Hold the config of one of them against the schema in its plugin.
    Fit(Fit),
    /// Ask all of them something.
    Call(Call),
    /// Send them events.
    Replay(Replay),
}

/// What a child tells its parent, beside its answers.
#[derive(Debug, Deserialize, Serialize)]
pub(crate) enum Report {
    /// It is set up; from here on, modules may end it.
    Begun,
    /// Code of a module runs next.
    Stage { module: String, stage: Stage },
    /// All modules are started: what ends the process now is none of a stage.
    Started,
    /// What a trial or a comparison found.
    Found(Found),
    /// It has worked on so many more bytes of what it reads.
    Read(u64),
    /// It could not do what it was to do; the message names the remedy, too.
    Stopped(String),
    /// It has done what it was to do.
    Done(Exit),
}
