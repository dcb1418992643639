//! Reads a shared library of macOS or Windows.
//!
//! Neither format tells the size of an exported symbol. The manifest has a section of its own,
//! `.hsmod`, so it ends where the section ends, but for the zeros that align it.

use object::read::{ExportTarget, File, NameOrOrdinal, Object as _, ObjectSection as _};
use object::{Architecture, ObjectKind};

use super::fault::Fault;
use super::format::BUILD_A_CDYLIB;
use super::library::Library;
use super::platform::Machine;
use super::{MANIFEST_SYMBOL, PANIC_SYMBOL, ROOT_SYMBOL};

/// Reads `bytes` as a shared library for `here`.
pub(super) fn read<'data>(bytes: &'data [u8], here: &Machine) -> Result<Library<'data>, Fault> {
    let file = File::parse(bytes).map_err(|error| Fault::damaged(&error.to_string()))?;
    if matches!(file.kind(), ObjectKind::Relocatable | ObjectKind::Executable | ObjectKind::Core) {
        return Err(Fault::new("is no shared library", BUILD_A_CDYLIB));
    }
    let machine = machine(&file);
    if machine != *here {
        return Err(Fault::other_machine(&machine, here));
    }
    let manifest = exported(&file, MANIFEST_SYMBOL)?.map(without_padding);
    let panic_strategy = exported(&file, PANIC_SYMBOL)?.and_then(|bytes| bytes.first().copied());
    Ok(Library {
        machine,
        manifest,
        panic_strategy,
        has_root: address(&file, ROOT_SYMBOL)?.is_some(),
        glibc: None,
        static_tls: false,
        runpath: Vec::new(),
        needed: Vec::new(),
        undefined: Vec::new(),
    })
}

fn machine(file: &File<'_>) -> Machine {
    let arch = match file.architecture() {
        Architecture::I386 => "x86".to_owned(),
        // The others are called as Rust calls them, but for their capitals.
        other => format!("{other:?}").to_lowercase(),
    };
    Machine {
        arch,
        bits: if file.is_64() { 64 } else { 32 },
        little_endian: file.is_little_endian(),
    }
}

/// From the exported symbol `name` to the end of its section.
fn exported<'data>(file: &File<'data>, name: &str) -> Result<Option<&'data [u8]>, Fault> {
    let Some(address) = address(file, name)? else { return Ok(None) };
    let bytes = file.sections().find_map(|section| {
        let offset = usize::try_from(address.checked_sub(section.address())?).ok()?;
        section.data().ok()?.get(offset..).filter(|rest| !rest.is_empty())
    });
    match bytes {
        Some(bytes) => Ok(Some(bytes)),
        None => Err(Fault::damaged(&format!("its symbol `{name}` leads out of its sections"))),
    }
}

/// Where the exported symbol `name` is; Mach-O puts an underscore before each.
fn address(file: &File<'_>, name: &str) -> Result<Option<u64>, Fault> {
    let exports = file.exports().map_err(|error| Fault::damaged(&error.to_string()))?;
    let is_named = |found: &[u8]| {
        found == name.as_bytes() || found.strip_prefix(b"_") == Some(name.as_bytes())
    };
    let found =
        exports.filter_map(Result::ok).find_map(|export| match (export.name(), export.target()) {
            (NameOrOrdinal::Name(found), ExportTarget::Address { address }) if is_named(found) => {
                Some(address)
            }
            _ => None,
        });
    Ok(found)
}

fn without_padding(bytes: &[u8]) -> &[u8] {
    let end = bytes.iter().rposition(|&byte| byte != 0).map_or(0, |last| last + 1);
    &bytes[..end]
}
