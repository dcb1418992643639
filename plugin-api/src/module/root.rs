//! What a plugin exports: the functions of its module's life, in one append-only table.

use std::marker::PhantomData;

use super::Module;
use super::api::{ModuleApi, RawApi};
use super::log::LogTableRef;
use crate::boundary::{
    FfiWaker, FutureSlot, Out, PanicReport, RawObject, Status, contained, install_panic_hook, start,
};
use crate::manifest::Manifest;
use crate::values::config_error::{ConfigError, RawConfigError};
use crate::values::error::RawModuleError;
use crate::values::text::RawStr;
use abi_stable::library::{
    CheckTypeLayout, LibHeader, RootModule, RootModuleError, RootModuleResult,
};
use abi_stable::package_version_strings;
use abi_stable::prefix_type::{PrefixRefTrait, WithMetadata};
use abi_stable::sabi_types::VersionStrings;
use abi_stable::std_types::RResult;
use abi_stable::{StableAbi, staticref};

/// Entry of a plugin. Append-only.
#[repr(C)]
#[derive(StableAbi)]
#[sabi(kind(Prefix(prefix_ref = RootRef)))]
#[sabi(missing_field(option))]
pub struct Root {
    /// Version of the boundary of the plugin.
    #[sabi(last_prefix_field)]
    pub abi_minor: u32,
    /// Once per image: where panics and `tracing` events go.
    pub(crate) connect: unsafe extern "C" fn(LogTableRef),
    /// `Module::parse_config`, of JSON text.
    pub(crate) parse_config: unsafe extern "C" fn(
        RawStr,
        *mut RResult<RawObject, RawConfigError>,
        *mut PanicReport,
    ) -> Status,
    /// `Module::new`; takes the config.
    pub(crate) construct: unsafe extern "C" fn(
        *const (),
        RawApi,
        *mut RResult<RawObject, RawModuleError>,
        *mut PanicReport,
    ) -> Status,
    /// `Module::start`.
    pub(crate) start: unsafe extern "C" fn(
        *const (),
        *mut FutureSlot,
        *const FfiWaker,
        *mut Out<()>,
        *mut PanicReport,
    ) -> Status,
    /// `Module::shutdown`.
    pub(crate) shutdown: unsafe extern "C" fn(
        *const (),
        *mut FutureSlot,
        *const FfiWaker,
        *mut Out<()>,
        *mut PanicReport,
    ) -> Status,
}

impl RootRef {
    const fn of<M: Module>() -> Self {
        RootOf::<M>::TABLE
    }
}

impl RootModule for RootRef {
    abi_stable::declare_root_module_statics! { RootRef }
    const BASE_NAME: &'static str = "hsmod";
    const NAME: &'static str = "hsmod";
    const VERSION_STRINGS: VersionStrings = package_version_strings!();
}

struct RootOf<M>(PhantomData<M>);

impl<M: Module> RootOf<M> {
    staticref!(const WITH_METADATA: WithMetadata<Root> = WithMetadata::new(Root {
        abi_minor: crate::ABI.minor,
        connect,
        parse_config: parse_config::<M>,
        construct: construct::<M>,
        start: start_module::<M>,
        shutdown: shutdown_module::<M>,
    }));
    const TABLE: RootRef = RootRef(Self::WITH_METADATA.as_prefix());
}

/// The root symbol of a plugin.
pub const fn header<M: Module>() -> LibHeader {
    // SAFETY: `erased_root` returns the table whose type is named here.
    unsafe { LibHeader::from_constructor::<RootRef>(erased_root::<M>, CheckTypeLayout::Yes) }
}

extern "C" fn erased_root<M: Module>() -> RootModuleResult {
    let table = RootRef::of::<M>();
    // SAFETY: the erased reference is cast back to `RootRef` only.
    RResult::<_, RootModuleError>::ROk(unsafe { table.to_prefix_ref().cast() })
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
        f.debug_struct("StaticModule").field("root", &self.root.abi_minor()).finish_non_exhaustive()
    }
}

/// # Safety
/// The table lives for ever.
unsafe extern "C" fn connect(table: LogTableRef) {
    super::log::connect(table);
    install_panic_hook(Some(super::log::report_panic));
}

/// # Safety
/// `config` is readable; `out` and `report` may be written.
unsafe extern "C" fn parse_config<M: Module>(
    config: RawStr,
    out: *mut RResult<RawObject, RawConfigError>,
    report: *mut PanicReport,
) -> Status {
    // SAFETY: the caller's promises.
    unsafe {
        contained(report, || {
            let parsed = serde_json::from_str(config.text())
                .map_err(ConfigError::new)
                .and_then(M::parse_config);
            out.write(match parsed {
                Ok(config) => RResult::ROk(RawObject::boxed(config)),
                Err(error) => RResult::RErr(error.into()),
            });
            Status::READY
        })
    }
}

/// # Safety
/// `config` is what `parse_config` made; it is taken. `out` and `report` may be written.
unsafe extern "C" fn construct<M: Module>(
    config: *const (),
    api: RawApi,
    out: *mut RResult<RawObject, RawModuleError>,
    report: *mut PanicReport,
) -> Status {
    // SAFETY: the caller's promises.
    unsafe {
        contained(report, || {
            let config = *Box::from_raw(config.cast_mut().cast::<M::Config>());
            out.write(match M::new(config, &ModuleApi::import(api)) {
                Ok(module) => RResult::ROk(RawObject::shared(module)),
                Err(error) => RResult::RErr(error.into()),
            });
            Status::READY
        })
    }
}

/// # Safety
/// `module` is a live `M`; the rest as for [`start`].
unsafe extern "C" fn start_module<M: Module>(
    module: *const (),
    slot: *mut FutureSlot,
    waker: *const FfiWaker,
    out: *mut Out<()>,
    report: *mut PanicReport,
) -> Status {
    // SAFETY: the caller's promises.
    unsafe { start(slot, waker, out, report, || (*module.cast::<M>()).start()) }
}

/// # Safety
/// As for [`start_module`].
unsafe extern "C" fn shutdown_module<M: Module>(
    module: *const (),
    slot: *mut FutureSlot,
    waker: *const FfiWaker,
    out: *mut Out<()>,
    report: *mut PanicReport,
) -> Status {
    // SAFETY: the caller's promises.
    unsafe { start(slot, waker, out, report, || (*module.cast::<M>()).shutdown()) }
}
