//! The root table that a plugin exports: the functions of its module's life. Append-only.

use std::future::Future;
use std::sync::Arc;

use hsmod_abi::{
    AnswerOf, Constructs, Done, Entry, LogTableRef, Made, Method, PluginRoot, Serves, Side, Str,
    arguments, explain_panics, install_panic_hook, root_table,
};

use super::Module;
use super::api::{ModuleApi, RawApi};
use crate::manifest::Manifest;
use crate::values::{ConfigError, ModuleError};

root_table! {
    /// The root table of a plugin. Append-only; none of these functions unwinds.
    pub struct Root as RootRef for M: Module {
        /// `Module::parse_config`; its answer is passed to `construct`. Without it every config is
        /// accepted.
        ParseConfig: ParseConfigArgs<'static>, fails ConfigError;
        /// `Module::new`; takes the object that `parse_config` answered, and answers the module.
        Construct: ConstructArgs<'static>, fails ModuleError;
        /// `Module::start`. Does nothing if it is missing.
        Start;
        /// `Module::shutdown`. Does nothing if it is missing.
        Shutdown;
    }
}

arguments! {
    /// The arguments of `parse_config`.
    pub struct ParseConfigArgs<'a> {
        /// JSON text of an object.
        config: Str<'a>,
    }
}

arguments! {
    /// The arguments of `construct`.
    pub struct ConstructArgs<'a> {
        /// A reference to the homeserver, counted for the module.
        api: RawApi,
        /// The config again, for plugins that do not parse it before.
        config: Str<'a>,
    }
}

/// `parse_config` as a row.
#[derive(Debug)]
#[non_exhaustive]
pub enum ParseConfig {}

impl Method for ParseConfig {
    type Args = ParseConfigArgs<'static>;
    type Answers = Made<ConfigError>;
}

/// `construct` as a row.
#[derive(Debug)]
#[non_exhaustive]
pub enum Construct {}

impl Method for Construct {
    type Args = ConstructArgs<'static>;
    type Answers = Made<ModuleError>;
}

/// `start` as a row.
#[derive(Debug)]
#[non_exhaustive]
pub enum Start {}

impl Method for Start {
    type Args = ();
    type Answers = Done<ModuleError>;
}

/// `shutdown` as a row.
#[derive(Debug)]
#[non_exhaustive]
pub enum Shutdown {}

impl Method for Shutdown {
    type Args = ();
    type Answers = Done<ModuleError>;
}

/// Creates the entry of a plugin.
pub const fn entry<M: Module>() -> Entry {
    Entry::rust(
        cfg!(panic = "abort"),
        PluginRoot::<RootRef>::of::<M>().table().pointer(),
        super::layouts::POINTER,
    )
}

/// A module linked into the host itself.
///
/// Made by [`export_module!`](crate::export_module); given to the loader's `from_static`.
#[derive(Clone, Copy)]
pub struct StaticModule {
    manifest: &'static [u8],
    root: PluginRoot<RootRef>,
}

impl StaticModule {
    #[doc(hidden)]
    pub const fn of<M: Module>(manifest: &'static [u8]) -> Self {
        Self { manifest, root: PluginRoot::of::<M>() }
    }

    /// The manifest of the module.
    ///
    /// # Panics
    /// Never: `export_module!` writes a valid manifest.
    pub fn manifest(&self) -> Manifest {
        serde_json::from_slice(self.manifest).expect("`export_module!` writes a readable manifest")
    }

    #[cfg(feature = "host")]
    pub(crate) const fn root(&self) -> PluginRoot<RootRef> {
        self.root
    }
}

impl std::fmt::Debug for StaticModule {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("StaticModule").finish_non_exhaustive()
    }
}

impl<M: Module> Constructs<RootRef> for Side<M> {
    type Module = M;
    type Config = M::Config;

    fn connect(log: LogTableRef) {
        super::log::connect(log);
        install_panic_hook(Some(super::log::report_panic));
        explain_panics(super::no_runtime::explain);
    }

    fn parse(args: ParseConfigArgs<'_>) -> Result<M::Config, ConfigError> {
        serde_json::from_str(&args.config.lossy())
            .map_err(ConfigError::new)
            .and_then(M::parse_config)
    }

    fn construct(
        config: M::Config,
        args: ConstructArgs<'_>,
        module: u32,
    ) -> Result<Arc<M>, ModuleError> {
        let api = ModuleApi::import(args.api, module);
        let module = M::new(config, &api)?;
        api.own().is(Arc::downgrade(&module) as _);
        Ok(module)
    }
}

impl<M: Module> Serves<Start> for Side<M> {
    type Values = ();

    fn serve<'a>(&'a self, (): (), (): &'a mut ()) -> impl Future<Output = AnswerOf<Start>> + Send {
        self.0.start()
    }
}

impl<M: Module> Serves<Shutdown> for Side<M> {
    type Values = ();

    fn serve<'a>(
        &'a self,
        (): (),
        (): &'a mut (),
    ) -> impl Future<Output = AnswerOf<Shutdown>> + Send {
        self.0.shutdown()
    }
}
