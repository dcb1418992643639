//! From a mapped plugin to a running module, and to its end.

use std::fmt;
use std::future::Future;
use std::sync::Arc;

use hsmod_abi::{
    ArgsOf, Done, Entered, Entry, Instance, Method, Object, Panic, Request, Slot, Str, ask_now,
};

use super::api::{ApiHandle, ModuleHost};
use super::log::{LogHandle, LogSink};
use crate::boundary::CALLBACK_ROOM;
use crate::module::root::{
    Construct, ConstructArgs, ParseConfig, ParseConfigArgs, RootRef, Shutdown, Start, StaticModule,
};
use crate::values::{ConfigError, ModuleError};

/// A plugin whose code is mapped and whose boundary fits.
#[derive(Clone, Copy)]
pub struct Plugin {
    root: RootRef,
}

/// Takes a plugin over whose entry was checked.
///
/// # Safety
/// `entry` is that of a plugin of this major version of the boundary; its image stays mapped for
/// ever.
pub unsafe fn adopt(entry: &'static Entry) -> Plugin {
    // SAFETY: the caller's promise.
    Plugin { root: unsafe { RootRef::from_pointer(entry.root) } }
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
    /// Tells the image where its log goes; once per image.
    pub fn connect<S: LogSink>(&self) {
        if let Some(connect) = self.root.connect() {
            // SAFETY: the table is a constant.
            unsafe { connect(LogHandle::of::<S>().table()) };
        }
    }

    /// `Module::parse_config`, of JSON text.
    ///
    /// # Errors
    /// If the module refuses the config or panics.
    pub fn parse_config(&self, config: &str) -> Result<ParsedConfig, StageError> {
        let (root, text) = (self.root, config.to_owned());
        let Some(parse) = root.parse_config() else {
            return Ok(ParsedConfig { root, object: Object::NONE, text });
        };
        let args = ParseConfigArgs::new(Str::new(config));
        // SAFETY: the text lives for the time of the call, which has no object.
        match unsafe { ask_now::<ParseConfig>(parse, std::ptr::null(), 0, args) } {
            Entered::Ready(Ok(Some(object))) => Ok(ParsedConfig { root, object, text }),
            Entered::Ready(Err(error)) => Err(StageError::Config(error)),
            Entered::Panicked(panic) => Err(StageError::Panicked(panic)),
            _ => Err(unanswered("parse_config")),
        }
    }
}

/// What has to answer did not.
fn unanswered(function: &str) -> StageError {
    StageError::Module(ModuleError::new(format_args!("`{function}` gave no answer")))
}

/// A config that a module has accepted: of use to the plugin that parsed it, and to no other.
pub struct ParsedConfig {
    root: RootRef,
    object: Object,
    text: String,
}

impl fmt::Debug for ParsedConfig {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ParsedConfig").finish_non_exhaustive()
    }
}

impl ParsedConfig {
    /// `Module::new`.
    ///
    /// # Errors
    /// If the module refuses to be made, or panics.
    pub fn new_module<H: ModuleHost>(
        self,
        api: &ApiHandle<H>,
        module: usize,
    ) -> Result<Lifecycle, StageError> {
        let Self { root, object, text } = self;
        let construct = root.construct().ok_or(StageError::Missing("new"))?;
        let args = ConstructArgs::new(api.export(), Str::new(&text));
        // SAFETY: the config comes from `parse_config` of the same root and is taken; the module
        // gets a reference to the host of its own.
        match unsafe { ask_now::<Construct>(construct, object.into_pointer(), module, args) } {
            Entered::Ready(Ok(Some(object))) => {
                let instance = Arc::new(Instance::new(object, module));
                Ok(Lifecycle { root, instance })
            }
            Entered::Ready(Err(error)) => Err(StageError::Module(error)),
            Entered::Panicked(panic) => Err(StageError::Panicked(panic)),
            _ => Err(unanswered("new")),
        }
    }
}

/// A module that was made: to be started, and one day shut down.
#[derive(Clone)]
pub struct Lifecycle {
    root: RootRef,
    instance: Arc<Instance>,
}

impl fmt::Debug for Lifecycle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Lifecycle").field("instance", &self.instance).finish_non_exhaustive()
    }
}

impl Lifecycle {
    /// The number of the module.
    pub fn module(&self) -> usize {
        self.instance.module()
    }

    /// `Module::start`.
    pub fn start(&self) -> impl Future<Output = Result<(), StageError>> + Send + use<> {
        called::<Start>(self.root.start(), Arc::clone(&self.instance))
    }

    /// `Module::shutdown`.
    pub fn shutdown(&self) -> impl Future<Output = Result<(), StageError>> + Send + use<> {
        called::<Shutdown>(self.root.shutdown(), Arc::clone(&self.instance))
    }
}

/// Calls a function of a module, which lives at least as long as the call; nothing is to be done if
/// it has none.
async fn called<M>(function: Option<Slot<()>>, instance: Arc<Instance>) -> Result<(), StageError>
where
    M: Method<Args = (), Answers = Done<ModuleError>>,
{
    let Some(function) = function else { return Ok(()) };
    let args: ArgsOf<'_, M> = ();
    // SAFETY: `instance` outlives the call: it is dropped after what was declared later.
    let call = unsafe { Request::<M, CALLBACK_ROOM>::new(function, instance.object(), args) };
    match call.of(instance.module()).await {
        Entered::Ready(answer) => answer.map_err(StageError::Module),
        Entered::Panicked(panic) => Err(StageError::Panicked(panic)),
        _ => Ok(()),
    }
}
