//! The symbol versions that a library needs of others (`DT_VERNEED`).
//!
//! These are linked lists of linked lists: an entry for each needed library, and for each of these
//! a list of versions. The links are offsets, which a hostile file may point anywhere, so the
//! length of every walk is limited.

use object::elf::{Vernaux, Verneed};
use object::{Endianness, Pod, ReadRef as _};

/// A version that is needed of a library.
pub(super) struct Need {
    /// The number by which symbols refer to this version.
    pub(super) index: u16,
    /// The offset of its name in the string table.
    pub(super) name: u32,
    /// The offset of the library's name in the string table.
    pub(super) library: u32,
}

/// All needed versions in `data`, which begins with the first entry.
pub(super) fn needs(data: &[u8], endian: Endianness) -> impl Iterator<Item = Need> {
    let libraries = walk(data, 0, move |library: &Verneed<Endianness>| library.vn_next.get(endian));
    libraries
        .flat_map(move |(at, library)| {
            let first = at + u64::from(library.vn_aux.get(endian));
            let versions = walk(data, first, move |version: &Vernaux<Endianness>| {
                version.vna_next.get(endian)
            });
            let library_name = library.vn_file.get(endian);
            let versions = versions.take(library.vn_cnt.get(endian).into());
            versions.map(move |(_, version)| Need {
                index: version.vna_other.get(endian).0,
                name: version.vna_name.get(endian),
                library: library_name,
            })
        })
        .take(BUDGET)
}

/// The entries of a list and their offsets, beginning at `at`, up to the last one or to an offset
/// outside of `data`.
fn walk<T: Pod>(data: &[u8], at: u64, next: impl Fn(&T) -> u32) -> impl Iterator<Item = (u64, &T)> {
    let entry = move |at: u64| Some((at, data.read_at::<T>(at).ok()?));
    std::iter::successors(entry(at), move |&(at, last)| match next(last) {
        0 => None,
        step => entry(at + u64::from(step)),
    })
    .take(BUDGET)
}

/// More versions than any library needs.
const BUDGET: usize = 10_000;
