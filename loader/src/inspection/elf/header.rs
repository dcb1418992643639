//! The header of an ELF file: whether it is a complete shared library for this machine.

use object::Endianness;
use object::elf;
use object::read::elf::{FileHeader, ProgramHeader as _};

use super::File;
use crate::inspection::fault::Fault;
use crate::inspection::format::BUILD_A_CDYLIB;
use crate::inspection::platform::Machine;

/// Parses `bytes`, if they are a complete shared library for `here`.
pub(super) fn check<'data, F: FileHeader<Endian = Endianness>>(
    bytes: &'data [u8],
    here: &Machine,
) -> Result<File<'data, F>, Fault> {
    if bytes.len() < size_of::<F>() {
        return Err(truncated(bytes.len(), size_of::<F>() as u64));
    }
    let unknown = |_| Fault::damaged("its ELF header is invalid");
    let header = F::parse(bytes).map_err(unknown)?;
    let endian = header.endian().map_err(unknown)?;
    check_type(header.e_type(endian))?;
    let machine = machine(header, endian);
    if machine != *here {
        return Err(Fault::other_machine(&machine, here));
    }
    match size(header, endian, bytes) {
        Some(size) if size > bytes.len() as u64 => return Err(truncated(bytes.len(), size)),
        Some(_) => {}
        None => return Err(Fault::damaged("its ELF header is invalid")),
    }
    let segments = header.program_headers(endian, bytes).map_err(unknown)?;
    Ok(File { bytes, endian, machine, segments })
}

fn check_type(type_: elf::FileType) -> Result<(), Fault> {
    let what = match type_ {
        elf::ET_DYN => return Ok(()),
        elf::ET_REL => "an ELF object file (`.o`)",
        elf::ET_EXEC => "an ELF executable",
        elf::ET_CORE => "an ELF core dump",
        _ => "an ELF file of an unknown type",
    };
    Err(Fault::new(format!("is {what}, not a shared library"), BUILD_A_CDYLIB))
}

/// The machine that the file is for.
fn machine<F: FileHeader<Endian = Endianness>>(header: &F, endian: Endianness) -> Machine {
    let is_64 = header.is_class_64();
    let arch = match (header.e_machine(endian), is_64) {
        (elf::EM_X86_64, _) => "x86_64",
        (elf::EM_386, _) => "x86",
        (elf::EM_AARCH64, _) => "aarch64",
        (elf::EM_ARM, _) => "arm",
        (elf::EM_RISCV, true) => "riscv64",
        (elf::EM_RISCV, false) => "riscv32",
        (elf::EM_PPC64, _) => "powerpc64",
        (elf::EM_PPC, _) => "powerpc",
        (elf::EM_S390, _) => "s390x",
        (elf::EM_LOONGARCH, true) => "loongarch64",
        (elf::EM_LOONGARCH, false) => "loongarch32",
        (elf::EM_MIPS, true) => "mips64",
        (elf::EM_MIPS, false) => "mips",
        (elf::EM_SPARCV9, _) => "sparc64",
        (number, _) => return unnamed(number, is_64, header.is_little_endian()),
    };
    Machine {
        arch: arch.to_owned(),
        bits: if is_64 { 64 } else { 32 },
        little_endian: header.is_little_endian(),
    }
}

fn unnamed(number: elf::Machine, is_64: bool, little_endian: bool) -> Machine {
    let arch = format!("ELF machine {}", number.0);
    Machine { arch, bits: if is_64 { 64 } else { 32 }, little_endian }
}

/// The size of the file according to its headers: the end of its last segment or header table.
/// `None` if that overflows.
fn size<F: FileHeader<Endian = Endianness>>(
    header: &F,
    endian: Endianness,
    bytes: &[u8],
) -> Option<u64> {
    let table = |offset: u64, count: u16, entry: u16| {
        if offset == 0 { Some(0) } else { offset.checked_add(u64::from(count) * u64::from(entry)) }
    };
    let segments_end =
        table(header.e_phoff(endian).into(), header.e_phnum(endian), header.e_phentsize(endian))?;
    let sections_end =
        table(header.e_shoff(endian).into(), header.e_shnum(endian), header.e_shentsize(endian))?;
    let mut end = segments_end.max(sections_end);
    // If the program headers are cut off, only the ends of the tables are known.
    for segment in header.program_headers(endian, bytes).unwrap_or(&[]) {
        if segment.p_type(endian) == elf::PT_LOAD || segment.p_type(endian) == elf::PT_DYNAMIC {
            let (offset, size) = segment.file_range(endian);
            end = end.max(offset.checked_add(size)?);
        }
    }
    Some(end)
}

fn truncated(present: usize, expected: u64) -> Fault {
    let missing = expected - present as u64;
    Fault::new(
        format!("is truncated: {missing} of its {expected} bytes are missing"),
        "copy the plugin again: the copy was interrupted, or the disk is full",
    )
}
