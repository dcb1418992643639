//! The root table of a plugin: the functions of its module's life, and how to call them.

use std::fmt;
use std::sync::Arc;

use crate::answer::{Entered, Fault, Made};
use crate::entry::Entry;
use crate::frame::{Frame, Slot, Status};
use crate::log::LogTableRef;
use crate::object::Object;
use crate::peer::{Bound, Guest, TableFor, TableRef};
use crate::request::ask_now;
use crate::serve::{ArgsOf, Method, taken};
use crate::start::{answered, contained};
use crate::text::Str;

/// The root table of a plugin: created by [`root_table!`](crate::root_table).
///
/// # Safety
/// The functions are those of the table for these rows.
pub unsafe trait RootTable: TableRef {
    /// The row that parses a config.
    type Parse: Method<Answers = Made<Self::ParseFault>>;
    /// The error of parsing.
    type ParseFault: Fault;
    /// The row that creates a module.
    type Construct: Method<Answers = Made<Self::ConstructFault>>;
    /// The error of creating a module.
    type ConstructFault: Fault;

    /// The function that connects the log of the image.
    fn connecting(self) -> Option<unsafe extern "C" fn(LogTableRef)>;
    /// The function that parses a config.
    fn parsing(self) -> Option<Slot<<Self::Parse as Method>::Args>>;
    /// The function that creates a module.
    fn constructing(self) -> Option<Slot<<Self::Construct as Method>::Args>>;
}

/// How modules of a type are created; the root table of a plugin is made of this.
pub trait Constructs<R: RootTable>: 'static {
    /// The type of the module.
    type Module: Send + Sync + 'static;
    /// The type of its config.
    type Config: Send + 'static;

    /// Sends the log of this image to `log`.
    fn connect(log: LogTableRef);

    /// Parses the config.
    ///
    /// # Errors
    /// The config is not valid.
    fn parse(args: ArgsOf<'_, R::Parse>) -> Result<Self::Config, R::ParseFault>;

    /// Creates the module with this number.
    ///
    /// # Errors
    /// The module refuses to be created.
    fn construct(
        config: Self::Config,
        args: ArgsOf<'_, R::Construct>,
        module: u32,
    ) -> Result<Arc<Self::Module>, R::ConstructFault>;
}

/// # Safety
/// The table is never freed.
#[doc(hidden)]
pub unsafe extern "C" fn connect<S: Constructs<R>, R: RootTable>(log: LogTableRef) {
    S::connect(log);
}

/// # Safety
/// The arguments and the frame are lent for the duration of the call.
#[doc(hidden)]
pub unsafe extern "C" fn parse<S: Constructs<R>, R: RootTable>(
    _: *const (),
    args: *const <R::Parse as Method>::Args,
    frame: *mut Frame,
) -> Status {
    // SAFETY: the caller's promises.
    unsafe {
        contained(frame, || {
            let parsed = S::parse(taken::<R::Parse>(args));
            let made = parsed.map(|config| Some(Object::boxed(config)));
            answered::<Made<R::ParseFault>>(made, frame)
        })
    }
}

/// # Safety
/// `config` is what [`parse`] answered; it is taken. The arguments and the frame are lent for the
/// duration of the call; what the arguments hand over is taken, too.
#[doc(hidden)]
pub unsafe extern "C" fn construct<S: Constructs<R, Module = M>, R: RootTable, M>(
    config: *const (),
    args: *const <R::Construct as Method>::Args,
    frame: *mut Frame,
) -> Status
where
    M: Send + Sync + 'static,
{
    // SAFETY: the caller's promises.
    unsafe {
        contained(frame, || {
            let config = *Box::from_raw(config.cast_mut().cast::<S::Config>());
            let made = S::construct(config, taken::<R::Construct>(args), (*frame).module());
            let made = made.map(|module| Some(Object::shared(module)));
            answered::<Made<R::ConstructFault>>(made, frame)
        })
    }
}

/// # Safety
/// None: this version has no tables of other names.
#[doc(hidden)]
pub unsafe extern "C" fn no_extension(_: Str<'static>) -> *const () {
    std::ptr::null()
}

/// A plugin whose code is mapped and whose boundary is compatible.
#[derive(Clone, Copy)]
pub struct PluginRoot<R>(R);

impl<R: RootTable> PluginRoot<R> {
    /// The root of a module that is linked in.
    pub const fn of<M>() -> Self
    where
        R: TableFor<M>,
    {
        Self(R::TABLE)
    }

    /// The root of a plugin whose entry was checked.
    ///
    /// # Safety
    /// `entry` is that of a plugin of this major version of the boundary; its image is never
    /// unmapped.
    pub unsafe fn mapped(entry: &'static Entry) -> Self {
        // SAFETY: the caller's promise.
        Self(unsafe { R::at(entry.root) })
    }

    /// Its table.
    pub const fn table(self) -> R {
        self.0
    }

    /// Connects the image's log to `log`; once per image.
    pub fn connect(self, log: LogTableRef) {
        if let Some(connect) = self.0.connecting() {
            // SAFETY: the table is a constant.
            unsafe { connect(log) };
        }
    }

    /// Parses a config; if the plugin does not parse configs, every config is accepted.
    pub fn parse(self, args: ArgsOf<'_, R::Parse>) -> Entered<Option<Parsed<R>>, R::ParseFault> {
        let parsed = |object| Parsed { root: self.0, object };
        let Some(parse) = self.0.parsing() else {
            return Entered::Ready(Ok(Some(parsed(Object::NONE))));
        };
        // SAFETY: what is lent lives for the duration of the call, which has no object.
        let entered = unsafe { ask_now::<R::Parse>(parse, std::ptr::null(), 0, args) };
        made(entered, parsed)
    }
}

impl<R> fmt::Debug for PluginRoot<R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PluginRoot").finish_non_exhaustive()
    }
}

/// A config that a plugin has parsed. Only that plugin can use it.
#[derive(Debug)]
pub struct Parsed<R> {
    root: R,
    object: Object,
}

impl<R: RootTable> Parsed<R> {
    /// Whether the plugin can create modules from it.
    pub fn is_enough(&self) -> bool {
        self.root.constructing().is_some()
    }

    /// Creates the module with this number; neutral if the plugin cannot.
    pub fn construct(
        self,
        args: ArgsOf<'_, R::Construct>,
        module: usize,
    ) -> Entered<Option<Bound<R>>, R::ConstructFault> {
        let Self { root, object } = self;
        let Some(construct) = root.constructing() else { return Entered::Neutral };
        // SAFETY: the config comes from the same table and is taken; what is lent lives for the time
        // of the call.
        let entered =
            unsafe { ask_now::<R::Construct>(construct, object.into_pointer(), module, args) };
        // SAFETY: the object is a module of this plugin.
        made(entered, |object| unsafe { Guest::bound(object, root) }.of(module))
    }
}

/// Maps the object of an answer.
fn made<T, E>(
    entered: Entered<Option<Object>, E>,
    make: impl FnOnce(Object) -> T,
) -> Entered<Option<T>, E> {
    match entered {
        Entered::Ready(answer) => Entered::Ready(answer.map(|object| object.map(make))),
        Entered::Neutral => Entered::Neutral,
        Entered::Pending => Entered::Pending,
        Entered::Panicked(panic) => Entered::Panicked(panic),
    }
}

/// Declares the root table of a plugin and the rows behind its functions.
#[macro_export]
macro_rules! root_table {
    (
        $(#[$($meta:tt)*])*
        $visibility:vis struct $table:ident as $table_ref:ident for $module:ident: $bound:path {
            $(#[$($parse_meta:tt)*])* $parse:ty: $parse_args:ty, fails $parse_fault:ty;
            $(#[$($construct_meta:tt)*])* $construct:ty: $construct_args:ty, fails $construct_fault:ty;
            $(#[$($start_meta:tt)*])* $start:ty;
            $(#[$($shutdown_meta:tt)*])* $shutdown:ty;
        }
    ) => {
        $crate::table! {
            $(#[$($meta)*])*
            $visibility struct $table as $table_ref {
                /// Connects the log for panics and `tracing` events; once per image.
                connect: fn($crate::LogTableRef),
                $(#[$($parse_meta)*])*
                parse_config: fn(*const (), *const $parse_args, *mut $crate::Frame) -> $crate::Status,
                $(#[$($construct_meta)*])*
                construct: fn(*const (), *const $construct_args, *mut $crate::Frame) -> $crate::Status,
                $(#[$($start_meta)*])*
                start: fn(*const (), *const (), *mut $crate::Frame) -> $crate::Status,
                $(#[$($shutdown_meta)*])*
                shutdown: fn(*const (), *const (), *mut $crate::Frame) -> $crate::Status,
                /// The plugin's table with this name. Null if there is none.
                extension: fn($crate::Str<'static>) -> *const (),
            }
        }

        // SAFETY: the table has them by these names.
        unsafe impl $crate::RootTable for $table_ref {
            type Parse = $parse;
            type ParseFault = $parse_fault;
            type Construct = $construct;
            type ConstructFault = $construct_fault;

            fn connecting(self) -> Option<unsafe extern "C" fn($crate::LogTableRef)> {
                self.connect()
            }

            fn parsing(self) -> Option<$crate::Slot<$parse_args>> {
                self.parse_config()
            }

            fn constructing(self) -> Option<$crate::Slot<$construct_args>> {
                self.construct()
            }
        }

        // SAFETY: the table has the slot by this name; the object is a module.
        unsafe impl $crate::RowOf<$table_ref> for $start {
            fn slot(table: $table_ref) -> Option<$crate::Slot<()>> {
                table.start()
            }
        }

        // SAFETY: as above.
        unsafe impl $crate::RowOf<$table_ref> for $shutdown {
            fn slot(table: $table_ref) -> Option<$crate::Slot<()>> {
                table.shutdown()
            }
        }

        // SAFETY: the functions are for modules of this type.
        unsafe impl<$module: $bound> $crate::TableFor<$module> for $table_ref {
            const FUNCTIONS: &'static $table = &$table {
                size: $table::SIZE,
                minor: $crate::MINOR,
                connect: Some($crate::connect::<$crate::Side<$module>, Self>),
                parse_config: Some($crate::parse::<$crate::Side<$module>, Self>),
                construct: Some($crate::construct::<$crate::Side<$module>, Self, $module>),
                start: Some($crate::serve::<$crate::Side<$module>, $start>),
                shutdown: Some($crate::serve::<$crate::Side<$module>, $shutdown>),
                extension: Some($crate::no_extension),
            };
            const TABLE: Self = Self::new(<Self as $crate::TableFor<$module>>::FUNCTIONS);
        }
    };
}
