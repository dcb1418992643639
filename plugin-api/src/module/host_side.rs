//! The homeserver's side of a module's life, its `ModuleApi`, its log and its web resources.

use std::fmt;
use std::future::Future;
use std::marker::PhantomData;
use std::mem::{ManuallyDrop, MaybeUninit};
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use abi_stable::library::LibHeader;
use abi_stable::prefix_type::WithMetadata;
use abi_stable::std_types::{RResult, RSlice, RStr};
use abi_stable::type_layout::TypeLayout;
use abi_stable::{StableAbi, staticref};

use super::api::{HostTable, HostTableRef, RawApi, RawSelection};
use super::log::{LogTable, LogTableRef, RawField, RawRecord};
use super::root::{RawObject, RootRef, StaticModule};
use super::web::{RawHeader, RawWebRequest, WebResponse, WebTableRef};
use crate::boundary::{CALLBACK_ROOM, Call, Entered, Instance, Panic, PanicReport, Status, caught};
use crate::callbacks::account_validity::{AccountValidityLists, AccountValidityTableRef};
use crate::callbacks::spam_checker::{SpamCheckerLists, SpamCheckerTableRef};
use crate::callbacks::third_party_rules::{ThirdPartyRulesLists, ThirdPartyRulesTableRef};
use crate::values::error::{ConfigError, ModuleError};
use crate::values::text::RawStr;

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
            RResult::ROk(object) => Ok(ParsedConfig(object)),
            RResult::RErr(error) => Err(StageError::Config(error.into())),
        }
    }

    /// `Module::new`.
    ///
    /// # Errors
    /// If the module refuses to be made, or panics.
    pub fn new_module<H: ModuleHost>(
        &self,
        config: ParsedConfig,
        api: &ApiHandle<H>,
        module: usize,
    ) -> Result<Lifecycle, StageError> {
        let construct = self.root.construct().ok_or(StageError::Missing("new"))?;
        let config = ManuallyDrop::new(config).0.object;
        let mut out = MaybeUninit::uninit();
        let mut report = MaybeUninit::<PanicReport>::uninit();
        // SAFETY: the config comes from `parse_config` and is taken; the module gets a reference
        // to the host of its own; both may be written.
        let status =
            unsafe { construct(config, api.export(), out.as_mut_ptr(), report.as_mut_ptr()) };
        // SAFETY: written as `status` says.
        match unsafe { written(status, out, report) }? {
            RResult::ROk(RawObject { object, release }) => {
                // SAFETY: an `Arc` of a module, which is `Send + Sync`; images stay mapped.
                let instance = unsafe { Instance::new(object, release, module) };
                Ok(Lifecycle { root: self.root, instance: Arc::new(instance) })
            }
            RResult::RErr(error) => Err(StageError::Module(error.into())),
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

/// A config that a module has accepted.
pub struct ParsedConfig(RawObject);

// SAFETY: `Module::Config` is `Send`.
unsafe impl Send for ParsedConfig {}

impl Drop for ParsedConfig {
    fn drop(&mut self) {
        // SAFETY: given back once; `new_module` forgets what it takes.
        unsafe { (self.0.release)(self.0.object) };
    }
}

impl fmt::Debug for ParsedConfig {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ParsedConfig").finish_non_exhaustive()
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
    pub fn start(&self) -> LifecycleCall {
        LifecycleCall::new(self.root.start(), &self.instance, "start")
    }

    /// `Module::shutdown`.
    pub fn shutdown(&self) -> LifecycleCall {
        LifecycleCall::new(self.root.shutdown(), &self.instance, "shutdown")
    }
}

type LifecycleFn = unsafe extern "C" fn(
    *const (),
    *mut crate::boundary::FutureSlot,
    *const crate::boundary::FfiWaker,
    *mut crate::boundary::Out<()>,
    *mut PanicReport,
) -> Status;

/// A call of `start` or `shutdown`.
#[repr(C)]
pub struct LifecycleCall {
    function: Option<LifecycleFn>,
    name: &'static str,
    begun: bool,
    // Dropped before the instance: fields are dropped in order.
    call: Call<(), CALLBACK_ROOM>,
    instance: Arc<Instance>,
}

impl LifecycleCall {
    fn new(function: Option<LifecycleFn>, instance: &Arc<Instance>, name: &'static str) -> Self {
        Self { function, name, begun: false, call: Call::new(), instance: Arc::clone(instance) }
    }
}

impl Future for LifecycleCall {
    type Output = Result<(), StageError>;

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        // SAFETY: `call` stays where it is.
        let this = unsafe { self.get_unchecked_mut() };
        let Some(function) = this.function else {
            return Poll::Ready(Err(StageError::Missing(this.name)));
        };
        let object = this.instance.object();
        // SAFETY: as above.
        let call = unsafe { Pin::new_unchecked(&mut this.call) };
        let entered = if std::mem::replace(&mut this.begun, true) {
            call.resume(context)
        } else {
            // SAFETY: the module lives as long as `self`, longer than the call.
            unsafe {
                call.enter(context, |slot, waker, out, report| {
                    function(object, slot, waker, out, report)
                })
            }
        };
        match entered {
            Entered::Pending => Poll::Pending,
            Entered::Neutral | Entered::Ready(Ok(())) => Poll::Ready(Ok(())),
            Entered::Ready(Err(error)) => Poll::Ready(Err(StageError::Module(error))),
            Entered::Panicked(panic) => Poll::Ready(Err(StageError::Panicked(panic))),
        }
    }
}

/// What the homeserver answers to a module's `ModuleApi`. One value per module.
pub trait ModuleHost: Send + Sync + 'static {
    /// The number of the module.
    fn module(&self) -> usize;
    /// The name of the homeserver.
    fn server_name(&self) -> &str;
    /// Where clients reach it.
    fn public_baseurl(&self) -> Option<&str>;
    /// The name of this worker.
    fn worker_name(&self) -> Option<&str>;
    /// Whether this start is a trial.
    fn is_trial(&self) -> bool;
    /// Whether a callback or request of this name is served.
    fn supports(&self, name: &str) -> bool;
    /// Callbacks were registered.
    fn register_callbacks(&self, registered: Registered);
    /// A web resource was registered, for `path` alone or for the subtree below it too.
    fn register_web_resource(&self, path: &str, subtree: bool, resource: WebHandle);
}

/// A registration of callbacks: an object and its table.
#[derive(Debug)]
pub struct Registered {
    instance: Arc<Instance>,
    table: Table,
    only: Option<Vec<String>>,
    optional: Vec<String>,
}

impl Registered {
    /// Which of the callbacks, if not all that were written.
    pub fn only(&self) -> Option<&[String]> {
        self.only.as_deref()
    }

    /// Which of them the module can do without.
    pub fn optional(&self) -> &[String] {
        &self.optional
    }
}

/// Categories: their method of `ModuleApi`, their table, their lists.
macro_rules! categories {
    ($( $field:ident: $register:ident, $variant:ident($table:ident), $lists:ident; )*) => {
        #[derive(Clone, Copy)]
        enum Table {
            $( $variant($table), )*
        }

        impl fmt::Debug for Table {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(match self { $( Self::$variant(_) => stringify!($field), )* })
            }
        }

        impl Registered {
            /// The category.
            pub const fn category(&self) -> &'static str {
                match self.table { $( Table::$variant(_) => stringify!($field), )* }
            }

            /// Appends the callbacks for which `wanted` gives a tag; returns their names. The tag
            /// is the loader's own: observers get it with each call.
            pub fn append_to(
                &self,
                lists: &mut Lists,
                wanted: impl FnMut(&str) -> Option<usize>,
            ) -> Vec<&'static str> {
                match self.table {
                    $( Table::$variant(table) => {
                        // SAFETY: they came together, from the module that owns both.
                        unsafe { lists.$field.register(table, &self.instance, wanted) }
                    } )*
                }
            }
        }

        /// Per category and callback, who registered it.
        #[derive(Debug, Default)]
        pub struct Lists {
            $( $field: $lists, )*
        }

        $( impl AsRef<$lists> for Lists {
            #[inline]
            fn as_ref(&self) -> &$lists {
                &self.$field
            }
        } )*

        $(
            /// # Safety
            /// `host` is an `Arc<H>` to which the caller holds a reference; the object is handed
            /// over; the names live for the time of the call.
            unsafe extern "C" fn $register<H: ModuleHost>(
                host: *const (),
                object: RawObject,
                table: $table,
                selection: RawSelection<'_>,
            ) {
                // SAFETY: the caller's promise.
                let host = unsafe { &*host.cast::<H>() };
                guarded((), || {
                    let table = Table::$variant(table);
                    host.register_callbacks(registered(host, object, table, selection));
                });
            }
        )*
    };
}

categories! {
    spam_checker: register_spam_checker_callbacks,
        SpamChecker(SpamCheckerTableRef), SpamCheckerLists;
    third_party_rules: register_third_party_rules_callbacks,
        ThirdPartyRules(ThirdPartyRulesTableRef), ThirdPartyRulesLists;
    account_validity: register_account_validity_callbacks,
        AccountValidity(AccountValidityTableRef), AccountValidityLists;
}

/// A [`ModuleHost`], as modules get it.
#[derive(Debug)]
pub struct ApiHandle<H>(Arc<H>);

impl<H: ModuleHost> ApiHandle<H> {
    /// Shares `host` with its module.
    pub const fn new(host: Arc<H>) -> Self {
        Self(host)
    }

    /// A reference for a module.
    fn export(&self) -> RawApi {
        RawApi { host: Arc::into_raw(Arc::clone(&self.0)).cast(), table: HostTableOf::<H>::TABLE }
    }
}

struct HostTableOf<H>(PhantomData<H>);

impl<H: ModuleHost> HostTableOf<H> {
    staticref!(const WITH_METADATA: WithMetadata<HostTable> = WithMetadata::new(HostTable {
        abi_minor: crate::ABI.minor,
        retain: retain::<H>,
        release: release::<H>,
        server_name: server_name::<H>,
        public_baseurl: public_baseurl::<H>,
        worker_name: worker_name::<H>,
        is_trial: is_trial::<H>,
        supports: supports::<H>,
        register_web_resource: register_web_resource::<H>,
        register_spam_checker_callbacks: register_spam_checker_callbacks::<H>,
        register_third_party_rules_callbacks: register_third_party_rules_callbacks::<H>,
        register_account_validity_callbacks: register_account_validity_callbacks::<H>,
    }));
    const TABLE: HostTableRef = HostTableRef(Self::WITH_METADATA.as_prefix());
}

unsafe extern "C" fn retain<H>(host: *const ()) {
    // SAFETY: an `Arc<H>` to which the caller holds a reference.
    unsafe { Arc::increment_strong_count(host.cast::<H>()) };
}

unsafe extern "C" fn release<H>(host: *const ()) {
    // SAFETY: as above; the reference is given back.
    let host = unsafe { Arc::from_raw(host.cast::<H>()) };
    guarded((), || drop(host));
}

/// Runs a function of the host; a panic of the host ends here.
fn guarded<R>(otherwise: R, body: impl FnOnce() -> R) -> R {
    caught(body).unwrap_or(otherwise)
}

/// Functions of the host table that read something of the host.
macro_rules! readers {
    ($( $name:ident($($arg:ident: $type:ty),*) -> $result:ty, $otherwise:expr, |$host:ident| $body:expr; )*) => { $(
        /// # Safety
        /// `host` is an `Arc<H>` to which the caller holds a reference; the arguments live for the
        /// time of the call.
        unsafe extern "C" fn $name<H: ModuleHost>(host: *const () $(, $arg: $type)*) -> $result {
            // SAFETY: the caller's promise.
            let $host = unsafe { &*host.cast::<H>() };
            guarded($otherwise, || $body)
        }
    )* };
}

readers! {
    server_name() -> RawStr, RawStr::NONE, |host| RawStr::new(host.server_name());
    public_baseurl() -> RawStr, RawStr::NONE, |host| RawStr::optional(host.public_baseurl());
    worker_name() -> RawStr, RawStr::NONE, |host| RawStr::optional(host.worker_name());
    is_trial() -> bool, false, |host| host.is_trial();
    // SAFETY: the text lives for the time of the call.
    supports(name: RawStr) -> bool, false, |host| host.supports(unsafe { name.text() });
    register_web_resource(path: RawStr, subtree: bool, object: RawObject, table: WebTableRef) -> (), (), |host| {
        // SAFETY: an `Arc` of a resource, which is `Send + Sync`; images stay mapped.
        let instance = unsafe { Instance::new(object.object, object.release, host.module()) };
        // SAFETY: the text lives for the time of the call.
        let path = unsafe { path.text() };
        host.register_web_resource(path, subtree, WebHandle { instance: Arc::new(instance), table });
    };
}

fn registered<H: ModuleHost>(
    host: &H,
    object: RawObject,
    table: Table,
    selection: RawSelection<'_>,
) -> Registered {
    let names = |names: RSlice<'_, RStr<'_>>| names.iter().map(|name| name.to_string()).collect();
    // SAFETY: an `Arc` of a module, which is `Send + Sync`; images stay mapped.
    let instance = unsafe { Instance::new(object.object, object.release, host.module()) };
    Registered {
        instance: Arc::new(instance),
        table,
        only: selection.selective.then(|| names(selection.only)),
        optional: names(selection.optional),
    }
}

/// A web resource of a module.
#[derive(Clone)]
pub struct WebHandle {
    instance: Arc<Instance>,
    table: WebTableRef,
}

impl fmt::Debug for WebHandle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("WebHandle").field("instance", &self.instance).finish_non_exhaustive()
    }
}

impl WebHandle {
    /// The number of the module it belongs to.
    pub fn module(&self) -> usize {
        self.instance.module()
    }

    /// Asks it. `headers` are names and values; `query` is what stands behind the `?`.
    ///
    /// # Errors
    /// If the module answers an error or panics.
    pub async fn handle(
        &self,
        method: &str,
        path: &str,
        query: &str,
        headers: impl Iterator<Item = (&str, &[u8])>,
        body: &[u8],
    ) -> Result<WebResponse, StageError> {
        let headers: Vec<RawHeader<'_>> = headers
            .map(|(name, value)| RawHeader { name: name.into(), value: value.into() })
            .collect();
        let request = RawWebRequest {
            method: method.into(),
            path: path.into(),
            query: query.into(),
            headers: RSlice::from_slice(&headers),
            body: body.into(),
        };
        WebCall { request: &request, handle: self, begun: false, call: Call::new() }.await
    }
}

#[repr(C)]
struct WebCall<'a> {
    request: &'a RawWebRequest<'a>,
    handle: &'a WebHandle,
    begun: bool,
    call: Call<WebResponse, CALLBACK_ROOM>,
}

impl Future for WebCall<'_> {
    type Output = Result<WebResponse, StageError>;

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        // SAFETY: `call` stays where it is.
        let this = unsafe { self.get_unchecked_mut() };
        let Some(handle) = this.handle.table.handle() else {
            return Poll::Ready(Err(StageError::Missing("handle")));
        };
        let (object, request) = (this.handle.instance.object(), std::ptr::from_ref(this.request));
        // SAFETY: as above.
        let call = unsafe { Pin::new_unchecked(&mut this.call) };
        let entered = if std::mem::replace(&mut this.begun, true) {
            call.resume(context)
        } else {
            // SAFETY: the resource and the request are borrowed for longer than the call lives.
            unsafe {
                call.enter(context, |slot, waker, out, report| {
                    handle(object, request, slot, waker, out, report)
                })
            }
        };
        Poll::Ready(match entered {
            Entered::Pending => return Poll::Pending,
            Entered::Neutral => Ok(WebResponse::default()),
            Entered::Ready(response) => response.map_err(StageError::Module),
            Entered::Panicked(panic) => Err(StageError::Panicked(panic)),
        })
    }
}

/// Where the log of images goes.
pub trait LogSink: 'static {
    /// The most verbose level anybody listens to: 0 none, 1 error, ... 5 trace.
    fn max_level() -> u8;
    /// Whether somebody listens to this level of this target.
    fn enabled(level: u8, target: &str) -> bool;
    /// One event: level, target, source file and line (0: not known), fields.
    fn event(
        level: u8,
        target: &str,
        file: Option<&str>,
        line: u32,
        fields: &[(&str, LogValue<'_>)],
    );
}

/// The value of a field of an event.
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub enum LogValue<'a> {
    /// Shown with `Debug`.
    Debug(&'a str),
    /// Text.
    Text(&'a str),
    /// A signed number.
    I64(i64),
    /// An unsigned number.
    U64(u64),
    /// A floating-point number.
    F64(f64),
    /// A truth value.
    Bool(bool),
}

struct LogTableOf<S>(PhantomData<S>);

impl<S: LogSink> LogTableOf<S> {
    staticref!(const WITH_METADATA: WithMetadata<LogTable> = WithMetadata::new(LogTable {
        abi_minor: crate::ABI.minor,
        max_level: max_level::<S>,
        enabled: log_enabled::<S>,
        event: log_event::<S>,
    }));
    const TABLE: LogTableRef = LogTableRef(Self::WITH_METADATA.as_prefix());
}

unsafe extern "C" fn max_level<S: LogSink>() -> u8 {
    guarded(0, S::max_level)
}

unsafe extern "C" fn log_enabled<S: LogSink>(level: u8, target: RStr<'_>) -> bool {
    guarded(false, || S::enabled(level, target.as_str()))
}

/// # Safety
/// `record` lives for the time of the call.
unsafe extern "C" fn log_event<S: LogSink>(record: *const RawRecord<'_>) {
    // SAFETY: the caller's promise.
    let record = unsafe { &*record };
    guarded((), || {
        let fields: Vec<(&str, LogValue<'_>)> =
            record.fields.iter().map(|field| (field.name.as_str(), value(field))).collect();
        let file = Some(record.file.as_str()).filter(|file| !file.is_empty());
        S::event(record.level, record.target.as_str(), file, record.line, &fields);
    });
}

fn value<'a>(field: &'a RawField<'_>) -> LogValue<'a> {
    match field.kind {
        RawField::TEXT => LogValue::Text(field.text.as_str()),
        RawField::I64 => LogValue::I64(i64::from_ne_bytes(field.bits.to_ne_bytes())),
        RawField::U64 => LogValue::U64(field.bits),
        RawField::F64 => LogValue::F64(f64::from_bits(field.bits)),
        RawField::BOOL => LogValue::Bool(field.bits != 0),
        _ => LogValue::Debug(field.text.as_str()),
    }
}
