//! The fifth stage: maps a plugin and checks that its boundary fits this loader's.

use std::collections::{HashMap, hash_map};
use std::io;
use std::sync::Arc;

use hsmod_plugin_api::ABI;
use hsmod_plugin_api::module::{Plugin, PluginRoot};
use libloading::Library;

use crate::inspection::Inspection;
use crate::log::Forwarder;
use crate::problem::{Problem, Stage};
use crate::scarcity;
use crate::sys;
use crate::verification::{SealedImage, Verified};

mod entry;
#[cfg(feature = "layout")]
mod layout;
pub(crate) mod opener;

/// A plugin whose code is mapped and whose boundary fits.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Loaded {
    /// What inspection found in the plugin.
    pub inspection: Arc<Inspection>,
    pub(crate) plugin: Plugin,
}

/// Maps the plugin, unless the same bytes are mapped already, and checks its boundary.
///
/// A mapped image is never unmapped, even if it is refused: threads and thread-locals of the plugin
/// may outlive any attempt to unmap it.
///
/// # Errors
/// The dynamic linker refuses the file, its entry is damaged, or its boundary does not fit.
fn load(verified: Verified, images: &mut HashMap<String, Image>) -> Result<Loaded, Problem> {
    let Verified { inspection, image: bytes } = verified;
    let image = match images.entry(bytes.sha256().to_owned()) {
        hash_map::Entry::Occupied(known) => known.into_mut(),
        hash_map::Entry::Vacant(place) => {
            let library = open(&bytes).map_err(|error| unmapped(&inspection, &bytes, &error))?;
            bytes.mapped();
            place.insert(Image { library, plugin: None, _bytes: bytes })
        }
    };
    Ok(Loaded { plugin: image.plugin(&inspection)?, inspection })
}

/// A mapped plugin. It keeps the bytes open: the next memfd could get the same descriptor and thus
/// the same path, and the dynamic linker would take it for this image.
struct Image {
    library: Library,
    /// Set once the boundary was found to fit.
    plugin: Option<Plugin>,
    _bytes: Arc<SealedImage>,
}

impl Image {
    fn plugin(&mut self, inspection: &Inspection) -> Result<Plugin, Problem> {
        if let Some(plugin) = self.plugin {
            return Ok(plugin);
        }
        let entry = entry::of(&self.library, &inspection.entry)
            .map_err(|error| not_an_entry(inspection, &error))?;
        #[cfg(feature = "layout")]
        layout::check(entry, inspection)?;
        // SAFETY: inspection found the entry to be of this major version, and `entry::of` has just
        // found it to be the entry that was inspected; an image is never unmapped (`opener`).
        let plugin = Plugin::from(unsafe { PluginRoot::mapped(entry) });
        plugin.connect::<Forwarder>();
        Ok(*self.plugin.insert(plugin))
    }
}

/// `dlopen`: binds every symbol at once and makes none visible to other plugins.
#[cfg(unix)]
fn open(bytes: &SealedImage) -> Result<Library, libloading::Error> {
    use libloading::os::unix::{Library, RTLD_LOCAL, RTLD_NOW};
    // SAFETY: runs the plugin's constructors, as asked for by the operator who listed it; the
    // file was inspected and verified.
    unsafe { Library::open(Some(bytes.path()), RTLD_NOW | RTLD_LOCAL) }.map(Into::into)
}

/// `LoadLibrary`.
#[cfg(not(unix))]
fn open(bytes: &SealedImage) -> Result<Library, libloading::Error> {
    // SAFETY: as on Unix.
    unsafe { Library::new(bytes.path()) }
}

/// The dynamic linker's error, with a remedy.
fn unmapped(inspection: &Inspection, bytes: &SealedImage, error: &libloading::Error) -> Problem {
    let mut message = format!("`{}` cannot be mapped: {error}", inspection.file.display());
    let mut source = std::error::Error::source(error);
    while let Some(cause) = source {
        message = format!("{message}: {cause}");
        source = cause.source();
    }
    let fix = match std::fs::symlink_metadata(bytes.path()) {
        Err(error) => unreachable(&error),
        Ok(_) => remedy(&message),
    };
    Problem::error(Stage::Loading, message).fix(fix)
}

/// The remedy where the path to the bytes cannot be opened, as `error` says. The linker's own error
/// is only text.
fn unreachable(error: &io::Error) -> &'static str {
    scarcity::remedy(error).unwrap_or(sys::NO_WAY_TO_BYTES)
}

/// The remedy for an error text of glibc.
fn remedy(message: &str) -> &'static str {
    if message.contains("static TLS") {
        "a library in the plugin takes static thread-local storage, of which a process has little: \
         start the homeserver with `GLIBC_TUNABLES=glibc.rtld.optional_static_tls=16384` in its \
         environment (more if that is not enough), or build the plugin without its own allocator"
    } else if message.contains("Too many open files in system") {
        scarcity::TOO_MANY_IN_SYSTEM
    } else if message.contains("Too many open files") {
        scarcity::TOO_MANY_OPEN
    } else if message.contains("Cannot allocate memory") {
        scarcity::NO_MEMORY
    } else if message.contains("failed to map segment") {
        "let the homeserver map code: a security module (SELinux, AppArmor), a `noexec` mount of \
         `/proc` or the sysctl `vm.memfd_noexec` may prevent it"
    } else {
        "install the libraries it needs, or link them into the plugin"
    }
}

fn not_an_entry(inspection: &Inspection, error: &str) -> Problem {
    let file = inspection.file.display();
    Problem::error(Stage::Loading, format!("`{file}` has a damaged entry: {error}")).fix(format!(
        "rebuild the plugin with `export_module!` of hsmod-plugin-api (this loader speaks ABI \
         {ABI})"
    ))
}

#[cfg(all(test, target_os = "linux"))]
mod tests;
