//! The third stage: reads what a plugin declares and needs from its file, without running any of
//! its code.
//!
//! The file is read once, into an [`Image`]; [`verification`](crate::verification) takes it from
//! there, so that what was inspected is what is hashed and mapped.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use hsmod_plugin_api::manifest::{AbiVersion, Manifest};
use hsmod_plugin_api::values::by_name;
use serde::{Deserialize, Serialize};

use crate::problem::Report;

mod elf;
mod entry;
mod fault;
#[cfg(all(test, target_os = "linux"))]
pub(crate) mod fixture;
mod format;
mod image;
mod library;
mod other;
mod platform;

pub use entry::{EntryHead, Language};
use fault::{DAMAGED, Fault};
pub use image::Image;
use library::Library;
pub use platform::{GlibcVersion, Machine, Platform};

/// The name of the exported byte array that contains the manifest.
const MANIFEST_SYMBOL: &str = "hsmod_manifest";
/// The name of the exported entry.
const ENTRY_SYMBOL: &str = "hsmod_entry";

/// A plugin that this loader can load, as far as its file shows.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Inspected {
    /// The bytes that were inspected.
    pub image: Arc<Image>,
    /// What they contain. Modules of one plugin share it.
    pub inspection: Arc<Inspection>,
}

/// What the file of a plugin contains: its manifest, its entry, and what it needs of the platform.
///
/// Serialized, it has the manifest's keys and `language`, `file`, `sha256`, `size`, `debug_info`,
/// `arch`, `glibc`, `static_tls`, `needed` and `undefined`.
#[derive(Clone, Debug, Serialize)]
#[non_exhaustive]
pub struct Inspection {
    /// The plugin's manifest.
    #[serde(flatten)]
    pub manifest: Manifest,
    /// The head of its entry.
    #[serde(flatten)]
    pub entry: EntryHead,
    /// The path of the file, as it was given.
    pub file: PathBuf,
    /// The SHA-256 digest of the file, in lower-case hexadecimal.
    pub sha256: String,
    /// The size of the file in bytes.
    pub size: u64,
    /// How many of these bytes are debug information. Zero in formats other than ELF: they keep it
    /// in a separate file.
    pub debug_info: u64,
    /// The processor it was built for, by Rust's name: `x86_64`.
    pub arch: String,
    /// The oldest glibc that has all it needs; `None` if it does not need glibc.
    pub glibc: Option<GlibcVersion>,
    /// Whether it uses static thread-local storage, of which a process has little.
    pub static_tls: bool,
    /// The folders in which it makes the dynamic linker search for libraries.
    #[serde(skip)]
    pub runpath: Vec<String>,
    /// The libraries it needs. Empty in formats other than ELF.
    pub needed: Vec<String>,
    /// The symbols it imports. Empty in formats other than ELF.
    pub undefined: Vec<Undefined>,
}

impl Inspection {
    /// Whether more than half of the file is debug information, which every start reads and hashes
    /// although it is never mapped.
    pub const fn is_mostly_debug_info(&self) -> bool {
        self.debug_info > self.size / 2
    }
}

/// A symbol that a library imports from another library or from the program.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Undefined {
    /// The symbol's name.
    pub name: String,
    /// The version that is needed: `GLIBC_2.34`.
    pub version: Option<String>,
    /// The library that provides this version, if the file names one.
    pub library: Option<String>,
    /// Whether the library works without it.
    pub weak: bool,
}

/// Reads the plugin `path` and checks whether `platform` can load it.
///
/// All problems go to `report`; the result is `None` if one of them is an error. No code of the
/// plugin runs, and the file may be hostile: all offsets in it are checked.
pub fn inspect_file(path: &Path, platform: &Platform, report: &mut Report) -> Option<Inspected> {
    let errors_before = report.errors();
    let inspected = Image::open(path).and_then(|image| {
        let inspection = inspect(&image, platform, report)?;
        Ok(Inspected { image: Arc::new(image), inspection: Arc::new(inspection) })
    });
    match inspected {
        Ok(inspected) => (report.errors() == errors_before).then_some(inspected),
        Err(fault) => {
            report.push(fault.error(path));
            None
        }
    }
}

/// Inspects `image`. A fault that prevents further inspection is returned; all others go to
/// `report`.
fn inspect(image: &Image, platform: &Platform, report: &mut Report) -> Result<Inspection, Fault> {
    let library = library::read(image.bytes(), platform)?;
    let entry = entry::read(&library, platform)?;
    let manifest = manifest(library.manifest, &entry)?;

    let faults =
        [entry::unwind(&entry, &manifest.panic), glibc(&library, platform), origin(&library)];
    for fault in faults.into_iter().flatten() {
        report.push(fault.error(image.path()));
    }
    if let Some(fault) = static_tls(&library) {
        report.push(fault.warning(image.path()));
    }

    Ok(Inspection {
        manifest,
        entry,
        file: image.path().to_owned(),
        sha256: image.sha256().to_owned(),
        size: image.bytes().len() as u64,
        debug_info: library.debug_info,
        arch: library.machine.arch,
        glibc: library.glibc,
        static_tls: library.static_tls,
        runpath: library.runpath,
        needed: library.needed,
        undefined: library.undefined,
    })
}

/// Reads the manifest in `bytes`, if it was written for the ABI of the entry.
fn manifest(bytes: Option<&[u8]>, entry: &EntryHead) -> Result<Manifest, Fault> {
    let Some(bytes) = bytes else {
        return Err(Fault::new(
            format!("has an entry but exports no `{MANIFEST_SYMBOL}`"),
            "rebuild it, and keep `strip` and version scripts from removing exported symbols",
        ));
    };
    let unreadable = |cause: serde_json::Error| {
        Fault::new(format!("has a manifest that cannot be read: {cause}"), DAMAGED)
    };
    // Read the version first: in another version the manifest may be structured differently.
    let built: BuiltFor = by_name::from_slice(bytes).map_err(unreadable)?;
    match entry::contradiction(entry, built.abi) {
        Some(fault) => Err(fault),
        None => by_name::from_slice(bytes).map_err(unreadable),
    }
}

/// The part of a manifest that can be read in any ABI version.
#[derive(Deserialize)]
struct BuiltFor {
    abi: AbiVersion,
    plugin_api: Option<String>,
}

impl BuiltFor {
    /// Reads this part of the manifest in `bytes`, if possible.
    fn of(bytes: &[u8]) -> Option<Self> {
        by_name::from_slice(bytes).ok()
    }
}

/// A plugin built for another ABI; `(major, minor)` is the version it was built for.
fn other_abi((major, minor): (u32, u32), plugin_api: Option<&str>, ours: AbiVersion) -> Fault {
    let with = match plugin_api {
        Some(version) => format!(" (hsmod-plugin-api {version})"),
        None => String::new(),
    };
    let or_update = if major > ours.major { ", or update the homeserver" } else { "" };
    Fault::new(
        format!("was built for plugin ABI {major}.{minor}{with}, this homeserver speaks {ours}"),
        format!(
            "rebuild the plugin with an hsmod-plugin-api that has ABI {}, such as {}{or_update}",
            ours.major,
            env!("CARGO_PKG_VERSION")
        ),
    )
}

fn glibc(library: &Library<'_>, platform: &Platform) -> Option<Fault> {
    let needed = library.glibc?;
    let Some(present) = platform.glibc else {
        return Some(Fault::new(
            format!("needs GLIBC {needed}, this homeserver does not run on glibc"),
            "build the plugin for the C library of the homeserver",
        ));
    };
    (needed > present).then(|| {
        Fault::new(
            format!("needs GLIBC {needed}, this system has {present}"),
            format!(
                "build the plugin on a system with glibc {present} or older \
                 (or with `cargo zigbuild --target {}-unknown-linux-gnu.{present}`)",
                library.machine.arch
            ),
        )
    })
}

/// The linker replaces `$ORIGIN` by the folder of the file, but the bytes that are mapped are not
/// in any folder.
fn origin(library: &Library<'_>) -> Option<Fault> {
    let names_origin = |path: &&String| path.contains("$ORIGIN") || path.contains("${ORIGIN}");
    let path = library.runpath.iter().chain(&library.needed).find(names_origin)?;
    Some(Fault::new(
        format!(
            "looks for libraries beside itself (`{path}`), but is mapped from a sealed copy, which \
             is in no folder"
        ),
        "link these libraries statically, or give their folder as an absolute path: \
         `patchelf --set-rpath /absolute/folder FILE`",
    ))
}

fn static_tls(library: &Library<'_>) -> Option<Fault> {
    library.static_tls.then(|| {
        Fault::new(
            "uses static thread-local storage, of which a process has little: with several such \
             plugins, one will fail to load",
            "remove the global allocator (mimalloc, jemalloc) from the plugin, \
             which is the usual cause",
        )
    })
}

#[cfg(all(test, target_os = "linux"))]
mod tests;
