//! The fifth stage: maps a plugin and checks that its boundary fits this loader's.

use std::collections::HashMap;
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

use abi_stable::library::{AbiHeaderRef, LibHeader};
use hsmod_plugin_api::ABI;
use hsmod_plugin_api::module::{Plugin, abi_layout, adopt};
use libloading::Library;

use crate::inspection::Inspection;
use crate::log::Forwarder;
use crate::problem::{Problem, Stage};
use crate::verification::{SealedImage, Verified};

mod layout;

/// Symbol of a plugin's entry.
const ROOT_SYMBOL: &[u8] = b"hsmod_root\0";

/// A plugin whose code is mapped and whose boundary fits.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Loaded {
    /// What the plugin says of itself.
    pub inspection: Inspection,
    pub(crate) plugin: Plugin,
}

/// Maps the plugin, unless its very bytes are mapped already, and checks its boundary.
///
/// A mapped image is never unmapped: threads and thread-locals of its own may outlive whatever
/// asks for that.
///
/// # Errors
/// The dynamic linker refuses it, its entry is damaged, or its boundary does not fit.
pub(crate) fn load(verified: Verified) -> Result<Loaded, Problem> {
    let Verified { inspection, image } = verified;
    static IMAGES: Mutex<Option<HashMap<String, Image>>> = Mutex::new(None);
    // What a panic could leave behind is still a map of digests to images.
    let mut images = IMAGES.lock().unwrap_or_else(PoisonError::into_inner);
    let images = images.get_or_insert_default();
    let plugin = match images.get(image.sha256()) {
        Some(image) => image.plugin,
        None => {
            let (key, mapped) = (image.sha256().to_owned(), Image::map(image, &inspection)?);
            images.entry(key).or_insert(mapped).plugin
        }
    };
    Ok(Loaded { inspection, plugin })
}

/// A mapped plugin. The bytes are kept with it: another memfd with the same number would be taken
/// for this one by the dynamic linker.
struct Image {
    plugin: Plugin,
    _library: Library,
    _bytes: Arc<SealedImage>,
}

impl fmt::Debug for Image {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Image").finish_non_exhaustive()
    }
}

impl Image {
    fn map(bytes: Arc<SealedImage>, inspection: &Inspection) -> Result<Self, Problem> {
        let library = open(&bytes).map_err(|error| unmapped(inspection, &error))?;
        let header = header(&library).map_err(|error| not_an_entry(inspection, &error))?;
        layout::check(header, inspection)?;
        // SAFETY: the layout was just found compatible; the image is never unmapped (`IMAGES`).
        let plugin = unsafe { adopt(header) }.map_err(|error| not_an_entry(inspection, &error))?;
        plugin.connect::<Forwarder>();
        Ok(Self { plugin, _library: library, _bytes: bytes })
    }
}

/// `dlopen`: every symbol bound at once, none of them visible to other plugins.
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

fn header(library: &Library) -> Result<&'static LibHeader, String> {
    // SAFETY: the symbol was found by inspection, and is the address of a header; what lies there
    // is compared with the magic bytes of one before anything else is read.
    let header = unsafe { library.get::<AbiHeaderRef>(ROOT_SYMBOL) };
    let header = *header.map_err(|error| error.to_string())?;
    if !header.is_valid() {
        return Err("what it exports as `hsmod_root` is not the entry of a plugin".to_owned());
    }
    header.upgrade().map_err(|error| error.to_string())
}

fn unmapped(inspection: &Inspection, error: &libloading::Error) -> Problem {
    let mut message = format!("`{}` cannot be mapped: {error}", inspection.file.display());
    let mut source = std::error::Error::source(error);
    while let Some(cause) = source {
        message = format!("{message}: {cause}");
        source = cause.source();
    }
    let fix = if message.contains("static TLS") {
        "a library in the plugin takes static thread-local storage, of which a process has little: \
         build the plugin without an allocator of its own, or load it in fewer plugins"
    } else {
        "install the libraries it needs, or link them into the plugin"
    };
    Problem::error(Stage::Loading, message).fix(fix)
}

fn not_an_entry(inspection: &Inspection, error: &str) -> Problem {
    let file = inspection.file.display();
    Problem::error(Stage::Loading, format!("`{file}` has a damaged entry: {error}")).fix(format!(
        "build it again with `export_module!` of hsmod-plugin-api (this loader speaks ABI {ABI})"
    ))
}

/// The boundary as this loader knows it.
fn host_layout() -> &'static abi_stable::type_layout::TypeLayout {
    abi_layout()
}
