//! What the loader needs to know of a shared library, in any format.

use super::fault::{DAMAGED, Fault};
use super::format::Format;
use super::platform::{GlibcVersion, Machine, Platform};
use super::{Undefined, elf, other};

/// Facts about a shared library, borrowed from its bytes.
#[derive(Debug)]
pub(super) struct Library<'data> {
    pub(super) machine: Machine,
    /// The content of the exported manifest symbol.
    pub(super) manifest: Option<&'data [u8]>,
    /// The bytes from the exported entry on; the entry itself says how long it is.
    pub(super) entry: Option<&'data [u8]>,
    pub(super) glibc: Option<GlibcVersion>,
    pub(super) static_tls: bool,
    pub(super) runpath: Vec<String>,
    pub(super) needed: Vec<String>,
    pub(super) undefined: Vec<Undefined>,
    /// How many bytes of the file are debug information.
    pub(super) debug_info: u64,
}

/// Reads `bytes` as a shared library that `platform` could map.
pub(super) fn read<'data>(
    bytes: &'data [u8],
    platform: &Platform,
) -> Result<Library<'data>, Fault> {
    let mut library = match Format::of(bytes)?.native()? {
        Format::Elf32 => elf::read::<object::elf::FileHeader32<_>>(bytes, &platform.machine),
        Format::Elf64 => elf::read::<object::elf::FileHeader64<_>>(bytes, &platform.machine),
        Format::MachO | Format::Pe => other::read(bytes, &platform.machine),
    }?;
    library.manifest = library.manifest.map(without_end);
    match library.manifest {
        Some(manifest) if manifest.len() > MANIFEST_SIZE_MAX => Err(Fault::new(
            format!(
                "has a manifest of {} bytes; a manifest has at most {MANIFEST_SIZE_MAX}",
                manifest.len()
            ),
            DAMAGED,
        )),
        _ => Ok(library),
    }
}

/// A manifest written in C ends with a NUL, which some compilers pad with more; JSON contains none.
fn without_end(manifest: &[u8]) -> &[u8] {
    let length = manifest.iter().rposition(|byte| *byte != 0).map_or(0, |last| last + 1);
    &manifest[..length]
}

/// Far more than callbacks, authors and a config schema need.
const MANIFEST_SIZE_MAX: usize = 1 << 20;
