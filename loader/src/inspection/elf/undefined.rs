//! The symbols that a library imports, and the library that the file names for each.

use std::collections::HashMap;

use object::elf::{DT_VERSYM, Versym};
use object::read::elf::{FileHeader, Sym as _};
use object::{Endianness, ReadRef as _};

use super::{TEXTS_MAX, Tables};
use crate::inspection::Undefined;
use crate::inspection::fault::Fault;

/// Limits on what a hostile file makes the loader keep: more symbols, and more bytes of names, than
/// any plugin has.
const SYMBOLS_MAX: usize = 20_000;
const NAMES_MAX: usize = 4 << 20;

/// The undefined symbols, in the order of the file.
pub(super) fn symbols<F: FileHeader<Endian = Endianness>>(
    tables: &Tables<'_, '_, F>,
) -> Result<Vec<Undefined>, Fault> {
    let endian = tables.file.endian;
    let needs: HashMap<u16, (Option<String>, Option<String>)> = tables
        .needs()
        .take(TEXTS_MAX)
        .map(|need| (need.index, (tables.text(need.name.into()), tables.text(need.library.into()))))
        .collect();
    let versions = tables.table(DT_VERSYM, "table of versions")?.unwrap_or(&[]);
    // The table may be missing or too short: then the symbols have no version.
    let versions: &[Versym<Endianness>] =
        versions.read_slice_at(0, tables.symbols.len()).unwrap_or(&[]);
    let undefined = tables.symbols.iter().enumerate().skip(1).filter(|(_, symbol)| {
        symbol.is_undefined(endian) && !symbol.is_local() && symbol.st_name(endian) != 0
    });
    let known = undefined.take(SYMBOLS_MAX).filter_map(|(index, symbol)| {
        let version = versions.get(index).map(|version| version.0.get(endian).index().0);
        let need = version.and_then(|version| needs.get(&version).cloned());
        let (version, library) = need.unwrap_or_default();
        let name = tables.text(symbol.st_name(endian).into())?;
        Some(Undefined { name, version, library, weak: symbol.is_weak() })
    });
    let mut left = NAMES_MAX;
    let fits = known.take_while(|symbol| {
        let optional = [&symbol.version, &symbol.library].into_iter().flatten();
        let size = symbol.name.len() + optional.map(String::len).sum::<usize>();
        left = left.saturating_sub(size);
        left > 0
    });
    Ok(fits.collect())
}
