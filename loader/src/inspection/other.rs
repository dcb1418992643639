//! Reads shared libraries of macOS and Windows.
//!
//! Neither format stores the size of an exported symbol. The manifest has a section of its own, so
//! it ends where the section ends, except for zeros that pad the section; the entry contains its
//! size.

use object::read::{
    ExportTarget, File, NameOrOrdinal, Object as _, ObjectSection as _, ObjectSymbol as _, Symbol,
};
use object::{Architecture, BinaryFormat, ObjectKind, SymbolScope};

use super::fault::Fault;
use super::format::BUILD_A_CDYLIB;
use super::library::Library;
use super::platform::Machine;
use super::{ENTRY_SYMBOL, MANIFEST_SYMBOL};

#[cfg(test)]
mod fixture;
#[cfg(test)]
mod tests;

/// The names that `export_module!` gives the manifest's section: in Mach-O, in PE.
const MANIFEST_SECTIONS: [&str; 2] = ["__hsmod", ".hsmod"];

/// Reads `bytes` as a shared library for `here`.
pub(super) fn read<'data>(bytes: &'data [u8], here: &Machine) -> Result<Library<'data>, Fault> {
    let file = File::parse(bytes).map_err(|error| Fault::damaged(&error.to_string()))?;
    if matches!(file.kind(), ObjectKind::Relocatable | ObjectKind::Executable | ObjectKind::Core) {
        return Err(Fault::new("is not a shared library", BUILD_A_CDYLIB));
    }
    let machine = machine(&file);
    if machine != *here {
        return Err(Fault::other_machine(&machine, here));
    }
    let manifest = match exported(&file, MANIFEST_SYMBOL)? {
        Some((section, _)) if !MANIFEST_SECTIONS.contains(&section.as_str()) => {
            return Err(unmarked(&section));
        }
        found => found.map(|(_, bytes)| without_padding(bytes)),
    };
    Ok(Library {
        machine,
        manifest,
        entry: exported(&file, ENTRY_SYMBOL)?.map(|(_, bytes)| bytes),
        glibc: None,
        static_tls: false,
        runpath: Vec::new(),
        needed: Vec::new(),
        undefined: Vec::new(),
        // Both formats keep it in a separate file.
        debug_info: 0,
    })
}

fn machine(file: &File<'_>) -> Machine {
    let arch = match file.architecture() {
        Architecture::I386 => "x86".to_owned(),
        // The other names are Rust's but for capital letters.
        other => format!("{other:?}").to_lowercase(),
    };
    Machine {
        arch,
        bits: if file.is_64() { 64 } else { 32 },
        little_endian: file.is_little_endian(),
    }
}

/// The section that contains the exported symbol `name`, and its bytes from the symbol to the end.
fn exported<'data>(file: &File<'data>, name: &str) -> Result<Option<(String, &'data [u8])>, Fault> {
    let Some(address) = address(file, name)? else { return Ok(None) };
    let found = file.sections().find_map(|section| {
        let offset = usize::try_from(address.checked_sub(section.address())?).ok()?;
        let bytes = section.data().ok()?.get(offset..).filter(|rest| !rest.is_empty())?;
        Some((section.name().unwrap_or_default().to_owned(), bytes))
    });
    match found {
        Some(found) => Ok(Some(found)),
        None => Err(Fault::damaged(&format!("its symbol `{name}` lies outside its sections"))),
    }
}

/// The end of the manifest cannot be determined.
fn unmarked(section: &str) -> Fault {
    Fault::new(
        format!("has its manifest among other data (section `{section}`)"),
        "rebuild it with `export_module!` of this homeserver's version of hsmod-plugin-api, and \
         keep the linker from merging the plugin's sections",
    )
}

/// The address of the exported symbol `name`.
fn address(file: &File<'_>, name: &str) -> Result<Option<u64>, Fault> {
    if file.format() == BinaryFormat::MachO {
        return Ok(in_symbol_table(file, name));
    }
    let exports = file.exports().map_err(|error| Fault::damaged(&error.to_string()))?;
    let found =
        exports.filter_map(Result::ok).find_map(|export| match (export.name(), export.target()) {
            (NameOrOrdinal::Name(found), ExportTarget::Address { address })
                if found == name.as_bytes() =>
            {
                Some(address)
            }
            _ => None,
        });
    Ok(found)
}

/// The same for Mach-O, which puts an underscore before each name.
///
/// Rationale: the dynamic linker looks exported symbols up in a trie, which is separate from the
/// symbol table. Walking a damaged trie whose branches rejoin would take for ever; linkers and
/// `strip` keep exported symbols in the table as well.
fn in_symbol_table(file: &File<'_>, name: &str) -> Option<u64> {
    let is_named = |symbol: &Symbol<'_, '_>| {
        symbol.name_bytes().is_ok_and(|found| found.strip_prefix(b"_") == Some(name.as_bytes()))
    };
    let is_exported =
        |symbol: &Symbol<'_, '_>| symbol.is_definition() && symbol.scope() == SymbolScope::Dynamic;
    let symbol = file.symbols().find(|symbol| is_exported(symbol) && is_named(symbol))?;
    Some(symbol.address())
}

fn without_padding(bytes: &[u8]) -> &[u8] {
    let end = bytes.iter().rposition(|&byte| byte != 0).map_or(0, |last| last + 1);
    &bytes[..end]
}
