//! From a mapped plugin to a running module, and to its end.

use std::fmt;
use std::future::Future;
use std::mem::MaybeUninit;
use std::sync::Arc;

use abi_stable::StableAbi;
use abi_stable::library::LibHeader;
use abi_stable::std_types::RResult;
use abi_stable::type_layout::TypeLayout;

use super::api::{ApiHandle, ModuleHost};
use super::log::{LogSink, LogTableOf};
use crate::boundary::{
    Awaited, CALLBACK_ROOM, Entered, FfiWaker, FutureSlot, Instance, Out, Panic, PanicReport,
    RawObject, Status,
};
use crate::module::root::{RootRef, StaticModule};
use crate::values::text::RawStr;
use crate::values::{ConfigError, ModuleError};

/// A plugin whose code is mapped and whose boundary fits.
#[derive(Clone, Copy)]
pub struct Plugin {
    root: RootRef,
}

/// The layout of the whole boundary as this side knows it, for the check at load.
pub fn abi_layout() -> &'static TypeLayout {
    <RootRef as StableAbi>::LAYOUT
}

/// Takes a plugin over whose layout was checked.
///
/// # Errors
/// If its entry function fails.
///
/// # Safety
/// `header` is the root symbol of a plugin whose layout was found compatible with [`abi_layout`];
/// its image stays mapped for ever.
pub unsafe fn adopt(header: &'static LibHeader) -> Result<Plugin, String> {
    // SAFETY: the caller's promise.
    match unsafe { header.unchecked_layout::<RootRef>() } {
        Ok(root) => Ok(Plugin { root }),
        Err(error) => Err(format!("{error:?}")),
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
    /// Tells the image where its log goes; once per image.
    pub fn connect<S: LogSink>(&self) {
        if let Some(connect) = self.root.connect() {
            // SAFETY: the table is a constant.
            unsafe { connect(LogTableOf::<S>::TABLE) };
        }
    }

    /// `Module::parse_config`, of JSON text.
    ///
    /// # Errors
    /// If the module refuses the config or panics.
    pub fn parse_config(&self, config: &str) -> Result<ParsedConfig, StageError> {
        let parse = self.root.parse_config().ok_or(StageError::Missing("parse_config"))?;
        let mut out = MaybeUninit::uninit();
        let mut report = MaybeUninit::<PanicReport>::uninit();
        // SAFETY: the text lives for the time of the call; both may be written.
        let status = unsafe { parse(RawStr::new(config), out.as_mut_ptr(), report.as_mut_ptr()) };
        // SAFETY: written as `status` says.
        match unsafe { written(status, out, report) }? {
            RResult::ROk(object) => Ok(ParsedConfig { root: self.root, object }),
            RResult::RErr(error) => Err(StageError::Config(error.into())),
        }
    }
}

/// # Safety
/// `out` was written if `status` is `READY`, `report` if it is `PANICKED`.
unsafe fn written<T>(
    status: Status,
    out: MaybeUninit<T>,
    report: MaybeUninit<PanicReport>,
) -> Result<T, StageError> {
    match status {
        // SAFETY: the caller's promise.
        Status::READY => Ok(unsafe { out.assume_init() }),
        // SAFETY: the caller's promise.
        Status::PANICKED => Err(StageError::Panicked(unsafe { report.assume_init() }.into())),
        _ => Err(StageError::Module(ModuleError::new("unknown status"))),
    }
}

/// A config that a module has accepted: of use to the plugin that parsed it, and to no other.
pub struct ParsedConfig {
    root: RootRef,
    object: RawObject,
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
        let Self { root, object } = self;
        let construct = root.construct().ok_or(StageError::Missing("new"))?;
        let config = object.into_pointer();
        let mut out = MaybeUninit::uninit();
        let mut report = MaybeUninit::<PanicReport>::uninit();
        // SAFETY: the config comes from `parse_config` of the same root and is taken; the module
        // gets a reference to the host of its own; both may be written.
        let status =
            unsafe { construct(config, api.export(), out.as_mut_ptr(), report.as_mut_ptr()) };
        // SAFETY: written as `status` says.
        match unsafe { written(status, out, report) }? {
            RResult::ROk(object) => {
                let instance = Arc::new(Instance::new(object, module));
                Ok(Lifecycle { root, instance })
            }
            RResult::RErr(error) => Err(StageError::Module(error.into())),
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
        called(self.root.start(), Arc::clone(&self.instance), "start")
    }

    /// `Module::shutdown`.
    pub fn shutdown(&self) -> impl Future<Output = Result<(), StageError>> + Send + use<> {
        called(self.root.shutdown(), Arc::clone(&self.instance), "shutdown")
    }
}

type LifecycleFn = unsafe extern "C" fn(
    *const (),
    *mut FutureSlot,
    *const FfiWaker,
    *mut Out<()>,
    *mut PanicReport,
) -> Status;

/// Calls a function of a module, which lives at least as long as the call.
async fn called(
    function: Option<LifecycleFn>,
    instance: Arc<Instance>,
    name: &'static str,
) -> Result<(), StageError> {
    let function = function.ok_or(StageError::Missing(name))?;
    // SAFETY: `instance` outlives the call: it is dropped after what was declared later.
    let call = unsafe {
        Awaited::<_, _, CALLBACK_ROOM>::new(|slot, waker, out, report| {
            function(instance.object(), slot, waker, out, report)
        })
    };
    match call.await {
        Entered::Ready(answer) => answer.map_err(StageError::Module),
        Entered::Panicked(panic) => Err(StageError::Panicked(panic)),
        Entered::Neutral | Entered::Pending => Ok(()),
    }
}
