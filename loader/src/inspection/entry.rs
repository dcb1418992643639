//! The entry of a plugin: the part before its pointers is read from the file, so that a plugin for
//! another ABI is refused before any of its code runs.

use std::fmt;
use std::mem::offset_of;

use hsmod_abi::Entry;
use hsmod_plugin_api::manifest::AbiVersion;
use serde::{Serialize, Serializer};

use super::fault::{DAMAGED, Fault};
use super::library::Library;
use super::platform::{Machine, Platform};
use super::{BuiltFor, ENTRY_SYMBOL, MANIFEST_SYMBOL, other_abi};

/// What the entry of a plugin says, read before the plugin is mapped.
///
/// Serialized, it is `language` alone: all else only shows that the plugin fits, or is also in the
/// manifest.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct EntryHead {
    /// The size of the whole entry in bytes.
    #[serde(skip)]
    pub size: u32,
    /// The major version of the ABI, for incompatible changes.
    #[serde(skip)]
    pub major: u16,
    /// The minor version of the ABI, for additions.
    #[serde(skip)]
    pub minor: u16,
    /// The size of a pointer in bits.
    #[serde(skip)]
    pub pointer_bits: u8,
    /// The byte order, as a number.
    #[serde(skip)]
    pub endian: u8,
    /// The panic strategy, as a number.
    #[serde(skip)]
    pub unwind: u8,
    /// The language the plugin is written in.
    pub language: Language,
}

/// The language of a plugin, which implies certain guarantees: strings from Rust are UTF-8.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Language {
    /// Rust, with `hsmod-plugin-api`.
    Rust,
    /// C.
    C,
    /// Another language, by its number.
    Other(u8),
}

impl fmt::Display for Language {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Rust => f.write_str("Rust"),
            Self::C => f.write_str("C"),
            Self::Other(number) => write!(f, "number {number}"),
        }
    }
}

impl Serialize for Language {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl EntryHead {
    /// Reads the head; `None` if `bytes` do not begin like an entry.
    pub(crate) fn of(bytes: &[u8; Entry::SCALARS]) -> Option<Self> {
        if !bytes.starts_with(&Entry::MAGIC) {
            return None;
        }
        let byte = |at: usize| bytes[at];
        let endian = byte(offset_of!(Entry, endian));
        let half = |at: usize| match [byte(at), byte(at + 1)] {
            half if endian == Entry::BIG => u16::from_be_bytes(half),
            half => u16::from_le_bytes(half),
        };
        let word = |at: usize| match [byte(at), byte(at + 1), byte(at + 2), byte(at + 3)] {
            word if endian == Entry::BIG => u32::from_be_bytes(word),
            word => u32::from_le_bytes(word),
        };
        Some(Self {
            size: word(offset_of!(Entry, size)),
            major: half(offset_of!(Entry, major)),
            minor: half(offset_of!(Entry, minor)),
            pointer_bits: byte(offset_of!(Entry, pointer_bits)),
            endian,
            unwind: byte(offset_of!(Entry, unwind)),
            language: match byte(offset_of!(Entry, language)) {
                Entry::RUST => Language::Rust,
                Entry::C => Language::C,
                other => Language::Other(other),
            },
        })
    }

    /// The major and minor version of the ABI.
    fn version(&self) -> (u32, u32) {
        (self.major.into(), self.minor.into())
    }

    /// The machine that the entry's numbers and pointers are made for; `arch` is the file's.
    fn machine(&self, arch: &str) -> Result<Machine, Fault> {
        let little_endian = match self.endian {
            Entry::LITTLE => true,
            Entry::BIG => false,
            other => {
                let what = format!("its entry has an unknown byte order, number {other}");
                return Err(Fault::damaged(&what));
            }
        };
        Ok(Machine { arch: arch.to_owned(), bits: self.pointer_bits.into(), little_endian })
    }
}

/// Reads the entry of `library`, if it fits the ABI and the machine of `platform`.
///
/// Its size is checked last, because another major version may have another minimum size.
pub(super) fn read(library: &Library<'_>, platform: &Platform) -> Result<EntryHead, Fault> {
    let Some(bytes) = library.entry else { return Err(missing(library, platform.abi)) };
    let Some(scalars) = bytes.first_chunk() else {
        let what = format!("its entry is cut off: the file has {} bytes of it", bytes.len());
        return Err(Fault::damaged(&what));
    };
    let Some(head) = EntryHead::of(scalars) else {
        return Err(Fault::new(
            format!(
                "has a damaged entry: its symbol `{ENTRY_SYMBOL}` does not begin like an entry"
            ),
            "rebuild the plugin with `export_module!` of hsmod-plugin-api; in another language, \
             make the symbol begin with `hsmodABI`",
        ));
    };
    let machine = head.machine(&library.machine.arch)?;
    if machine != library.machine {
        return Err(Fault::other_machine(&machine, &library.machine));
    }
    if head.version().0 != platform.abi.major {
        let plugin_api = library.manifest.and_then(BuiltFor::of).and_then(|built| built.plugin_api);
        return Err(other_abi(head.version(), plugin_api.as_deref(), platform.abi));
    }
    check_size(head.size, bytes.len())?;
    Ok(head)
}

fn check_size(size: u32, in_file: usize) -> Result<(), Fault> {
    let smallest = size_of::<Entry>();
    match usize::try_from(size) {
        Ok(size) if size < smallest => Err(Fault::damaged(&format!(
            "its entry gives its size as {size} bytes; an entry has at least {smallest}"
        ))),
        Ok(size) if size <= in_file => Ok(()),
        _ => Err(Fault::damaged(&format!(
            "its entry gives its size as {size} bytes, of which the file has {in_file}"
        ))),
    }
}

/// A library without an entry: it is not a plugin, or one for an ABI from before entries.
fn missing(library: &Library<'_>, ours: AbiVersion) -> Fault {
    match library.manifest.map(BuiltFor::of) {
        Some(Some(BuiltFor { abi, plugin_api })) if abi.major != ours.major => {
            other_abi((abi.major, abi.minor), plugin_api.as_deref(), ours)
        }
        Some(_) => Fault::new(
            format!("has a manifest but exports no entry `{ENTRY_SYMBOL}`"),
            "rebuild it, and keep `strip` and version scripts from removing exported symbols",
        ),
        None => Fault::new(
            format!("is not an hsmod plugin: it exports no `{ENTRY_SYMBOL}`"),
            "add `export_module!(YourModule);` to its crate and rebuild it; \
             if it has that, keep `strip` and version scripts from removing exported symbols",
        ),
    }
}

/// A panic that aborts would end the homeserver, so such a plugin is refused, whether its entry or
/// its manifest says so.
pub(super) fn unwind(head: &EntryHead, in_manifest: &str) -> Option<Fault> {
    let aborts = Fault::new(
        "was built with `panic = \"abort\"`: a panic in it would end the homeserver",
        "remove `panic = \"abort\"` from the profile in its `Cargo.toml` and rebuild it",
    );
    let in_entry = match head.unwind {
        Entry::ABORTS => return Some(aborts),
        _ if in_manifest == "abort" => return Some(aborts),
        Entry::HAS_NO_PANICS => return None,
        Entry::UNWINDS if in_manifest == "unwind" => return None,
        Entry::UNWINDS => "unwind".to_owned(),
        other => format!("number {other}"),
    };
    Some(Fault::new(
        format!(
            "contradicts itself about its panic strategy: its manifest says `{in_manifest}`, its \
             entry says `{in_entry}`"
        ),
        DAMAGED,
    ))
}

/// Entry and manifest name different versions: there is no telling which one its tables have.
pub(super) fn contradiction(head: &EntryHead, in_manifest: AbiVersion) -> Option<Fault> {
    let (major, minor) = head.version();
    ((major, minor) != (in_manifest.major, in_manifest.minor)).then(|| {
        Fault::new(
            format!(
                "contradicts itself: its entry says ABI {major}.{minor}, its manifest says ABI \
                 {in_manifest}"
            ),
            format!(
                "rebuild all of it with one version of hsmod-plugin-api; if `{MANIFEST_SYMBOL}` is \
                 written by hand, give it the version of `{ENTRY_SYMBOL}`"
            ),
        )
    })
}

#[cfg(all(test, target_os = "linux"))]
mod tests;
