//! What a plugin says of itself and what it needs, read from its file without running any of its
//! code.
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

/// Name of the exported byte array that holds the manifest.
const MANIFEST_SYMBOL: &str = "hsmod_manifest";
/// Name of the exported entry.
const ENTRY_SYMBOL: &str = "hsmod_entry";

/// A plugin that this homeserver can load, as far as its file tells.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Inspected {
    /// The bytes that were inspected.
    pub image: Arc<Image>,
    /// What they say. Modules of one plugin share it.
    pub inspection: Arc<Inspection>,
}

/// What the file of a plugin says: its manifest, its entry, and what it needs of the platform.
///
/// Serialized it is the manifest's keys plus `language`, `file`, `sha256`, `size`, `debug_info`,
/// `arch`, `glibc`, `static_tls`, `needed` and `undefined`.
#[derive(Clone, Debug, Serialize)]
#[non_exhaustive]
pub struct Inspection {
    /// What the plugin says of itself.
    #[serde(flatten)]
    pub manifest: Manifest,
    /// What its entry says.
    #[serde(flatten)]
    pub entry: EntryHead,
    /// The file, as it was asked for.
    pub file: PathBuf,
    /// Digest of the file's bytes, in lower-case hexadecimal.
    pub sha256: String,
    /// How many bytes the file has.
    pub size: u64,
    /// How many of them are debug information. None where the format is not that of Linux: others
    /// keep it in a file of its own.
    pub debug_info: u64,
    /// The processor it was built for, by Rust's name: `x86_64`.
    pub arch: String,
    /// The oldest glibc it runs with; `None` if it needs none.
    pub glibc: Option<GlibcVersion>,
    /// Whether it takes some of the little static thread-local storage a process has.
    pub static_tls: bool,
    /// Folders it has the dynamic linker search for the libraries it needs.
    #[serde(skip)]
    pub runpath: Vec<String>,
    /// Libraries it needs. Empty where the format is not that of Linux.
    pub needed: Vec<String>,
    /// Symbols that it expects of others. Empty where the format is not that of Linux.
    pub undefined: Vec<Undefined>,
}

impl Inspection {
    /// Whether more than half of the file is debug information: every start reads and hashes it, and
    /// nothing maps it.
    pub const fn is_mostly_debug_info(&self) -> bool {
        self.debug_info > self.size / 2
    }
}

/// A symbol that a library uses and does not have: some other library, or the program, has to have
/// it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Undefined {
    /// Its name.
    pub name: String,
    /// The version of it that is needed: `GLIBC_2.34`.
    pub version: Option<String>,
    /// The library that has that version, if the file names one.
    pub library: Option<String>,
    /// Whether the library can do without.
    pub weak: bool,
}

/// Reads the plugin `path` and checks whether `platform` can load it.
///
/// Everything that is wrong goes to `report`; the answer is `None` if any of it is an error. No
/// code of the plugin runs, and the file may be hostile: it is read with checked offsets only.
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

/// The inspection of `image`, or the fault that keeps us from knowing more; those that do not go
/// to `report`.
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

/// The manifest in `bytes`, if it was written for the ABI of the entry.
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
    // The version first: another one may have a manifest of another shape.
    let built: BuiltFor = by_name::from_slice(bytes).map_err(unreadable)?;
    match entry::contradiction(entry, built.abi) {
        Some(fault) => Err(fault),
        None => by_name::from_slice(bytes).map_err(unreadable),
    }
}

/// The part of a manifest that stays readable whatever the ABI.
#[derive(Deserialize)]
struct BuiltFor {
    abi: AbiVersion,
    plugin_api: Option<String>,
}

impl BuiltFor {
    /// What the manifest in `bytes` says, if it can be read.
    fn of(bytes: &[u8]) -> Option<Self> {
        by_name::from_slice(bytes).ok()
    }
}

/// A plugin of another boundary; `(major, minor)` is its version.
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

/// The linker replaces `$ORIGIN` by the folder of the file, and the bytes that are mapped lie in
/// none.
fn origin(library: &Library<'_>) -> Option<Fault> {
    let names_origin = |path: &&String| path.contains("$ORIGIN") || path.contains("${ORIGIN}");
    let path = library.runpath.iter().chain(&library.needed).find(names_origin)?;
    Some(Fault::new(
        format!(
            "looks for libraries beside itself (`{path}`), but what is mapped is a sealed copy \
             that lies in no folder"
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
