//! What a plugin exports: the functions of its module's life, in one append-only table.

use std::future::Future;
use std::marker::PhantomData;

use hsmod_abi::{
    AnswerOf, Done, Entry, Frame, LogTableRef, MINOR, Made, Method, Object, Serves, Side, Status,
    Str, answered, arguments, contained, install_panic_hook, table,
};

use super::Module;
use super::api::{ModuleApi, RawApi};
use crate::manifest::Manifest;
use crate::values::{ConfigError, ModuleError};

table! {
    /// Entry of a plugin. Append-only; none of these functions unwinds.
    pub struct Root as RootRef {
        /// Once per image: where panics and `tracing` events go.
        connect: fn(LogTableRef),
        /// `Module::parse_config`; answers what `construct` takes. Without it every config will do.
        parse_config: fn(*const (), *const ParseConfigArgs<'static>, *mut Frame) -> Status,
        /// `Module::new`; takes the object, which is what `parse_config` answered, and answers the
        /// module.
        construct: fn(*const (), *const ConstructArgs<'static>, *mut Frame) -> Status,
        /// `Module::start`. Without it there is nothing to be done.
        start: fn(*const (), *const (), *mut Frame) -> Status,
        /// `Module::shutdown`. Without it there is nothing to be done.
        shutdown: fn(*const (), *const (), *mut Frame) -> Status,
        /// The plugin's table with this name. Null if there is none.
        extension: fn(Str<'static>) -> *const (),
    }
}

arguments! {
    /// What `parse_config` gets.
    pub struct ParseConfigArgs<'a> {
        /// JSON text of an object.
        config: Str<'a>,
    }
}

arguments! {
    /// What `construct` gets.
    pub struct ConstructArgs<'a> {
        /// A reference to the homeserver, counted for the module.
        api: RawApi,
        /// The config once more, for plugins that do not parse it first.
        config: Str<'a>,
    }
}

/// `parse_config` as a row.
#[derive(Debug)]
pub(crate) enum ParseConfig {}

impl Method for ParseConfig {
    type Args = ParseConfigArgs<'static>;
    type Answers = Made<ConfigError>;
}

/// `construct` as a row.
#[derive(Debug)]
pub(crate) enum Construct {}

impl Method for Construct {
    type Args = ConstructArgs<'static>;
    type Answers = Made<ModuleError>;
}

/// `start` as a row.
#[derive(Debug)]
pub(crate) enum Start {}

impl Method for Start {
    type Args = ();
    type Answers = Done<ModuleError>;
}

/// `shutdown` as a row.
#[derive(Debug)]
pub(crate) enum Shutdown {}

impl Method for Shutdown {
    type Args = ();
    type Answers = Done<ModuleError>;
}

impl RootRef {
    const fn of<M: Module>() -> Self {
        Self::new(RootOf::<M>::TABLE)
    }
}

struct RootOf<M>(PhantomData<M>);

impl<M: Module> RootOf<M> {
    const TABLE: &'static Root = &Root {
        size: Root::SIZE,
        minor: MINOR,
        connect: Some(connect),
        parse_config: Some(parse_config::<M>),
        construct: Some(construct::<M>),
        start: Some(hsmod_abi::serve::<Side<M>, Start>),
        shutdown: Some(hsmod_abi::serve::<Side<M>, Shutdown>),
        extension: Some(extension),
    };
}

/// The entry of a plugin.
pub const fn entry<M: Module>() -> Entry {
    Entry::rust(cfg!(panic = "abort"), RootRef::of::<M>().pointer(), super::layouts::POINTER)
}

/// A module linked into the host itself.
///
/// Made by [`export_module!`](crate::export_module); given to the loader's `from_static`.
#[derive(Clone, Copy)]
pub struct StaticModule {
    manifest: &'static [u8],
    root: RootRef,
}

impl StaticModule {
    #[doc(hidden)]
    pub const fn of<M: Module>(manifest: &'static [u8]) -> Self {
        Self { manifest, root: RootRef::of::<M>() }
    }

    /// What the module says of itself.
    ///
    /// # Panics
    /// Never: `export_module!` wrote the manifest.
    pub fn manifest(&self) -> Manifest {
        serde_json::from_slice(self.manifest).expect("`export_module!` writes a readable manifest")
    }

    #[cfg(feature = "host")]
    pub(crate) const fn root(&self) -> RootRef {
        self.root
    }
}

impl std::fmt::Debug for StaticModule {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("StaticModule").finish_non_exhaustive()
    }
}

/// # Safety
/// The table lives for ever.
unsafe extern "C" fn connect(table: LogTableRef) {
    super::log::connect(table);
    install_panic_hook(Some(super::log::report_panic));
}

/// # Safety
/// None: this version has no tables of other names.
unsafe extern "C" fn extension(_: Str<'static>) -> *const () {
    std::ptr::null()
}

/// # Safety
/// The arguments and the frame are lent for the time of the call.
unsafe extern "C" fn parse_config<M: Module>(
    _: *const (),
    args: *const ParseConfigArgs<'static>,
    frame: *mut Frame,
) -> Status {
    // SAFETY: the caller's promises.
    unsafe {
        contained(frame, || {
            let parsed = serde_json::from_str(&(*args).config.lossy())
                .map_err(ConfigError::new)
                .and_then(M::parse_config);
            let made: AnswerOf<ParseConfig> = parsed.map(|config| Some(Object::boxed(config)));
            answered::<Made<ConfigError>>(made, frame)
        })
    }
}

/// # Safety
/// `config` is what `parse_config` answered; it is taken. The arguments and the frame are lent for
/// the time of the call; the reference to the host is handed over.
unsafe extern "C" fn construct<M: Module>(
    config: *const (),
    args: *const ConstructArgs<'static>,
    frame: *mut Frame,
) -> Status {
    // SAFETY: the caller's promises.
    unsafe {
        contained(frame, || {
            let config = *Box::from_raw(config.cast_mut().cast::<M::Config>());
            let made = M::new(config, &ModuleApi::import(std::ptr::read(&raw const (*args).api), (*frame).module()));
            answered::<Made<ModuleError>>(made.map(|module| Some(Object::shared(module))), frame)
        })
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
