//! How much of a file is debug information, which is never mapped, but read and hashed at every
//! start.

use object::Endianness;
use object::elf::SHF_ALLOC;
use object::read::elf::{FileHeader, SectionHeader as _};

/// How many bytes of a file are debug information, according to its section headers.
///
/// No decision depends on this, so false headers are believed and inconsistent ones ignored; the
/// result never exceeds the size of the file.
pub(super) fn size<F: FileHeader<Endian = Endianness>>(bytes: &[u8], endian: Endianness) -> u64 {
    let Some((sections, names)) = sections::<F>(bytes, endian) else { return 0 };
    let is_debug_info = |section: &&F::SectionHeader| {
        // Compare the beginning only: a name ends at the next zero, which may be far away.
        let name = names.get(section.sh_name(endian) as usize..).unwrap_or_default();
        let is_named = [&b".debug_"[..], b".zdebug_"].iter().any(|known| name.starts_with(known));
        is_named && section.sh_flags(endian).0 & SHF_ALLOC.0 == 0
    };
    let sections = sections.iter().filter(is_debug_info);
    let data = sections.filter_map(|section| section.data(endian, bytes).ok());
    data.fold(0, |sum: u64, data| sum.saturating_add(data.len() as u64)).min(bytes.len() as u64)
}

/// The section headers, and the table of their names.
fn sections<F: FileHeader<Endian = Endianness>>(
    bytes: &[u8],
    endian: Endianness,
) -> Option<(&[F::SectionHeader], &[u8])> {
    let header = F::parse(bytes).ok()?;
    let sections = header.section_headers(endian, bytes).ok()?;
    let names = sections.get(header.section_strings_index(endian, bytes).ok()?.0)?;
    Some((sections, names.data(endian, bytes).ok()?))
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use object::elf::FileHeader64;

    use super::*;
    use crate::inspection::fixture::{Plugin, SECTION_HEADER_SIZE};

    fn size_of(bytes: &[u8]) -> u64 {
        size::<FileHeader64<Endianness>>(bytes, Endianness::default())
    }

    fn plugin() -> Vec<u8> {
        let sections = vec![
            (".debug_info", 0, 5_000),
            (".zdebug_str", 0, 300),
            (".debug", 0, 40),
            (".text", 0, 7),
        ];
        Plugin { sections, ..Plugin::default() }.bytes()
    }

    /// The bytes of a section header, counted from the end of the file.
    fn header(bytes: &mut [u8], from_end: usize) -> &mut [u8] {
        let at = bytes.len() - from_end * SECTION_HEADER_SIZE;
        &mut bytes[at..][..SECTION_HEADER_SIZE]
    }

    #[test]
    fn debug_info_is_the_size_of_the_sections_with_such_names() {
        assert_eq!(size_of(&plugin()), 5_300);
        assert_eq!(size_of(&Plugin::default().bytes()), 0);
        let mapped = vec![(".debug_gdb_scripts", SHF_ALLOC.0, 100)];
        assert_eq!(size_of(&Plugin { sections: mapped, ..Plugin::default() }.bytes()), 0);
    }

    #[test]
    fn invalid_headers_are_ignored() {
        // The headers are the last in the file: of five, the last is that of the names.
        let mut too_large = plugin();
        header(&mut too_large, 5)[32..40].copy_from_slice(&u64::MAX.to_ne_bytes());
        assert_eq!(size_of(&too_large), 300);
        let mut nameless = plugin();
        header(&mut nameless, 5)[..4].copy_from_slice(&u32::MAX.to_ne_bytes());
        assert_eq!(size_of(&nameless), 300);
        let mut without_names = plugin();
        header(&mut without_names, 1)[24..32].copy_from_slice(&u64::MAX.to_ne_bytes());
        assert_eq!(size_of(&without_names), 0);
        let mut other_names = plugin();
        other_names[62..64].copy_from_slice(&99_u16.to_ne_bytes());
        assert_eq!(size_of(&other_names), 0);
        let mut outside = plugin();
        outside[40..48].copy_from_slice(&u64::MAX.to_ne_bytes());
        assert_eq!(size_of(&outside), 0);
    }

    #[test]
    fn overlapping_sections_do_not_exceed_the_file() {
        let mut bytes = plugin();
        let all = bytes.len() as u64;
        for section in [4, 5] {
            let header = header(&mut bytes, section);
            header[24..32].copy_from_slice(&0_u64.to_ne_bytes());
            header[32..40].copy_from_slice(&all.to_ne_bytes());
        }
        assert_eq!(size_of(&bytes), all);
    }
}
