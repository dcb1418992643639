//! A module's life, from the mapped plugin to the shutdown.

use std::fmt;
use std::future::Future;

use hsmod_abi::{Bound, Done, Entered, Method, Panic, Parsed, PluginRoot, Request, RowOf, Str};

use super::api::{ApiHandle, ModuleHost};
use super::log::{LogHandle, LogSink};
use super::unread;
use crate::boundary::CALLBACK_ROOM;
use crate::module::root::{ConstructArgs, ParseConfigArgs, RootRef, Shutdown, Start, StaticModule};
use crate::module::unread::UnreadKey;
use crate::values::{ConfigError, ModuleError};

/// A plugin whose code is mapped and whose boundary is compatible.
#[derive(Clone, Copy)]
pub struct Plugin {
    root: PluginRoot<RootRef>,
}

impl From<PluginRoot<RootRef>> for Plugin {
    fn from(root: PluginRoot<RootRef>) -> Self {
        Self { root }
    }
}

/// Why a step of a module's life failed.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum StageError {
    /// The config was refused.
    Config(ConfigError),
    /// The module answered an error.
    Module(ModuleError),
    /// The module panicked.
    Panicked(Panic),
    /// The plugin lacks a function that every version of the boundary has.
    Missing(&'static str),
}

impl fmt::Display for StageError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Config(error) => write!(f, "{error}"),
            Self::Module(error) => write!(f, "{error}"),
            Self::Panicked(panic) => write!(f, "panicked: {panic}"),
            Self::Missing(function) => write!(f, "the plugin has no function `{function}`"),
        }
    }
}

impl std::error::Error for StageError {}

impl fmt::Debug for Plugin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Plugin").finish_non_exhaustive()
    }
}

impl From<&StaticModule> for Plugin {
    fn from(module: &StaticModule) -> Self {
        Self { root: module.root() }
    }
}

impl Plugin {
    /// Connects the image's log to `S`; once per image.
    pub fn connect<S: LogSink>(&self) {
        self.root.connect(LogHandle::of::<S>().table());
    }

    /// Calls `Module::parse_config` with JSON text.
    ///
    /// # Errors
    /// If the module refuses the config or panics.
    pub fn parse_config(&self, config: &str) -> Result<ParsedConfig, StageError> {
        let (entered, unread) =
            unread::collect(|| self.root.parse(ParseConfigArgs::new(Str::new(config))));
        match entered {
            Entered::Ready(Ok(Some(parsed))) => {
                Ok(ParsedConfig { parsed, text: config.to_owned(), unread })
            }
            Entered::Ready(Err(error)) => Err(StageError::Config(error)),
            Entered::Panicked(panic) => Err(StageError::Panicked(panic)),
            _ => Err(unanswered("parse_config")),
        }
    }
}

/// The error for a function that gave no answer where one is required.
fn unanswered(function: &str) -> StageError {
    StageError::Module(ModuleError::new(format_args!("`{function}` gave no answer")))
}

/// A config that a module has accepted. Only the plugin that parsed it can use it.
pub struct ParsedConfig {
    parsed: Parsed<RootRef>,
    text: String,
    unread: Vec<UnreadKey>,
}

impl fmt::Debug for ParsedConfig {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ParsedConfig").finish_non_exhaustive()
    }
}

impl ParsedConfig {
    /// The keys that the module does not read.
    pub fn unread_keys(&self) -> &[UnreadKey] {
        &self.unread
    }

    /// Calls `Module::new`.
    ///
    /// # Errors
    /// The module refuses to be created, or panics.
    pub fn new_module<H: ModuleHost>(
        self,
        api: &ApiHandle<H>,
        module: usize,
    ) -> Result<Lifecycle, StageError> {
        let Self { parsed, text, .. } = self;
        if !parsed.is_enough() {
            return Err(StageError::Missing("new"));
        }
        let args = ConstructArgs::new(api.export(), Str::new(&text));
        match parsed.construct(args, module) {
            Entered::Ready(Ok(Some(module))) => Ok(Lifecycle { module }),
            Entered::Ready(Err(error)) => Err(StageError::Module(error)),
            Entered::Panicked(panic) => Err(StageError::Panicked(panic)),
            _ => Err(unanswered("new")),
        }
    }
}

/// A module that was created: to be started, and shut down later.
#[derive(Clone)]
pub struct Lifecycle {
    module: Bound<RootRef>,
}

impl fmt::Debug for Lifecycle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Lifecycle").field("module", &self.module).finish_non_exhaustive()
    }
}

impl Lifecycle {
    /// The number of the module.
    pub fn module(&self) -> usize {
        self.module.module()
    }

    /// Calls `Module::start`.
    pub fn start(&self) -> impl Future<Output = Result<(), StageError>> + Send + use<> {
        called::<Start>(self.module.clone())
    }

    /// Calls `Module::shutdown`.
    pub fn shutdown(&self) -> impl Future<Output = Result<(), StageError>> + Send + use<> {
        called::<Shutdown>(self.module.clone())
    }
}

/// Calls a function of a module, which lives at least as long as the call; does nothing if the
/// module does not have the function.
async fn called<M>(module: Bound<RootRef>) -> Result<(), StageError>
where
    M: RowOf<RootRef> + Method<Args = (), Answers = Done<ModuleError>>,
{
    let call: Option<Request<'_, M, CALLBACK_ROOM>> = module.peer().request(());
    let Some(call) = call else { return Ok(()) };
    match call.of(module.module()).entered().await {
        Entered::Ready(answer) => answer.map_err(StageError::Module),
        Entered::Panicked(panic) => Err(StageError::Panicked(panic)),
        _ => Ok(()),
    }
}
