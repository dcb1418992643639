//! Reads an ELF shared library as the dynamic linker does: by program headers and the dynamic
//! table. Section headers are not used for this, because the linker ignores them and they may say
//! something else; they only serve to measure the debug information.

use object::elf;
use object::read::elf::{
    Dyn as _, FileHeader, GnuHashTable, HashTable, ProgramHeader as _, Sym as _,
};
use object::{Endianness, ReadRef as _};

use super::fault::Fault;
use super::format::BUILD_A_CDYLIB;
use super::library::Library;
use super::platform::{GlibcVersion, Machine};
use super::{ENTRY_SYMBOL, MANIFEST_SYMBOL};

mod debug_info;
mod header;
mod undefined;
mod versions;

/// Reads `bytes`, which have the class of `F`, as a shared library for `machine`.
pub(super) fn read<'data, F: FileHeader<Endian = Endianness>>(
    bytes: &'data [u8],
    machine: &Machine,
) -> Result<Library<'data>, Fault> {
    let file = header::check::<F>(bytes, machine)?;
    let tables = Tables::<F>::of(&file)?;
    if tables.value(elf::DT_FLAGS_1).is_some_and(|flags| flags & elf::DF_1_PIE.0 != 0) {
        return Err(Fault::new("is an ELF executable, not a shared library", BUILD_A_CDYLIB));
    }
    let runpath = [tables.texts(elf::DT_RPATH), tables.texts(elf::DT_RUNPATH)].concat();
    let flags = tables.value(elf::DT_FLAGS).unwrap_or(0);
    Ok(Library {
        manifest: tables.export(MANIFEST_SYMBOL)?,
        entry: tables.constant(ENTRY_SYMBOL)?,
        glibc: tables.glibc(),
        static_tls: flags & elf::DF_STATIC_TLS.0 != 0,
        runpath: runpath.iter().flat_map(|paths| paths.split(':')).map(str::to_owned).collect(),
        needed: tables.texts(elf::DT_NEEDED),
        undefined: undefined::symbols(&tables)?,
        debug_info: debug_info::size::<F>(bytes, file.endian),
        machine: file.machine,
    })
}

/// A file whose header fits this machine.
struct File<'data, F: FileHeader> {
    bytes: &'data [u8],
    endian: Endianness,
    machine: Machine,
    segments: &'data [F::ProgramHeader],
}

impl<'data, F: FileHeader<Endian = Endianness>> File<'data, F> {
    /// The file's bytes from `address` to the end of its segment.
    fn at(&self, address: u64) -> Option<&'data [u8]> {
        self.segments.iter().filter(|segment| segment.p_type(self.endian) == elf::PT_LOAD).find_map(
            |segment| {
                let offset = address.checked_sub(segment.p_vaddr(self.endian).into())?;
                let data = segment.data(self.endian, self.bytes).ok()?;
                data.get(usize::try_from(offset).ok()?..).filter(|rest| !rest.is_empty())
            },
        )
    }
}

/// The tables that the dynamic linker reads.
struct Tables<'file, 'data, F: FileHeader> {
    file: &'file File<'data, F>,
    dynamic: &'data [F::Dyn],
    strings: &'data [u8],
    symbols: &'data [F::Sym],
}

impl<'file, 'data, F: FileHeader<Endian = Endianness>> Tables<'file, 'data, F> {
    fn of(file: &'file File<'data, F>) -> Result<Self, Fault> {
        let dynamic = file
            .segments
            .iter()
            .find_map(|segment| segment.dynamic(file.endian, file.bytes).transpose())
            .ok_or_else(|| {
                Fault::new(
                    "is an ELF file without a dynamic table, not a shared library",
                    BUILD_A_CDYLIB,
                )
            })?
            .map_err(|_| Fault::damaged("its dynamic table lies outside the file"))?;
        let end = dynamic.iter().position(|entry| entry.tag(file.endian) == elf::DT_NULL);
        let dynamic = &dynamic[..end.unwrap_or(dynamic.len())];

        let mut tables = Self { file, dynamic, strings: &[], symbols: &[] };
        let strings = tables.table(elf::DT_STRTAB, "string table")?.unwrap_or(&[]);
        let size = usize::try_from(tables.value(elf::DT_STRSZ).unwrap_or(0)).ok();
        tables.strings = size.and_then(|size| strings.get(..size)).unwrap_or(strings);
        tables.symbols = tables.all_symbols()?;
        Ok(tables)
    }

    /// The dynamic symbols. Only the hash tables say how many there are.
    fn all_symbols(&self) -> Result<&'data [F::Sym], Fault> {
        let endian = self.file.endian;
        let length = if let Some(data) = self.table(elf::DT_GNU_HASH, "hash table")? {
            let table = GnuHashTable::<F>::parse(endian, data)
                .map_err(|_| Fault::damaged("its hash table lies outside the file"))?;
            table.symbol_table_length(endian)
        } else if let Some(data) = self.table(elf::DT_HASH, "hash table")? {
            let table = HashTable::<F>::parse(endian, data)
                .map_err(|_| Fault::damaged("its hash table lies outside the file"))?;
            Some(table.symbol_table_length())
        } else {
            None
        };
        let symbols = self.table(elf::DT_SYMTAB, "symbol table")?;
        let (Some(length), Some(symbols)) = (length, symbols) else { return Ok(&[]) };
        symbols
            .read_slice_at(0, length as usize)
            .map_err(|()| Fault::damaged("its symbol table is longer than its segment"))
    }

    /// The bytes from the table at the address in the entry `tag` to the end of the segment.
    fn table(&self, tag: elf::DynamicTag, name: &str) -> Result<Option<&'data [u8]>, Fault> {
        let Some(address) = self.value(tag) else { return Ok(None) };
        match self.file.at(address) {
            Some(data) => Ok(Some(data)),
            None => Err(Fault::damaged(&format!("its {name} lies outside its segments"))),
        }
    }

    fn value(&self, tag: elf::DynamicTag) -> Option<u64> {
        self.values(tag).next()
    }

    fn values(&self, tag: elf::DynamicTag) -> impl Iterator<Item = u64> {
        let endian = self.file.endian;
        self.dynamic
            .iter()
            .filter(move |entry| entry.tag(endian) == tag)
            .map(move |entry| entry.val(endian))
    }

    /// The strings that the entries `tag` refer to.
    fn texts(&self, tag: elf::DynamicTag) -> Vec<String> {
        self.values(tag).take(TEXTS_MAX).filter_map(|offset| self.text(offset)).collect()
    }

    /// The zero-terminated string at `offset` of the string table.
    fn text(&self, offset: u64) -> Option<String> {
        let rest = self.strings.get(usize::try_from(offset).ok()?..)?;
        let end = rest.iter().take(TEXT_SIZE_MAX).position(|&byte| byte == 0)?;
        Some(String::from_utf8_lossy(&rest[..end]).into_owned())
    }

    /// The symbol `name`, if the library defines it.
    fn symbol(&self, name: &str) -> Option<&'data F::Sym> {
        let endian = self.file.endian;
        let is_named = |symbol: &F::Sym| {
            let rest = self.strings.get(symbol.st_name(endian) as usize..);
            let rest = rest.and_then(|rest| rest.strip_prefix(name.as_bytes()));
            rest.is_some_and(|rest| rest.first() == Some(&0))
        };
        self.symbols
            .iter()
            .find(|symbol| !symbol.is_undefined(endian) && !symbol.is_local() && is_named(symbol))
    }

    /// The bytes of the exported symbol `name`, as many as its size says.
    fn export(&self, name: &str) -> Result<Option<&'data [u8]>, Fault> {
        let Some(symbol) = self.symbol(name) else { return Ok(None) };
        let size: u64 = symbol.st_size(self.file.endian).into();
        let bytes = self.from(symbol).and_then(|data| data.get(..usize::try_from(size).ok()?));
        match bytes {
            Some(bytes) => Ok(Some(bytes)),
            None => Err(Fault::damaged(&format!("its symbol `{name}` lies outside its segments"))),
        }
    }

    /// The bytes from the exported constant `name` to the end of its segment.
    ///
    /// Symbols without a fixed place in the image are refused, because `dlsym` would yield
    /// something else than what is read here: one copy per thread, the result of a function, or a
    /// plain number.
    fn constant(&self, name: &str) -> Result<Option<&'data [u8]>, Fault> {
        let Some(symbol) = self.symbol(name) else { return Ok(None) };
        let is_constant = matches!(symbol.st_type(), elf::STT_OBJECT | elf::STT_NOTYPE)
            && !symbol.is_absolute(self.file.endian);
        if !is_constant {
            return Err(Fault::damaged(&format!("its symbol `{name}` is not a constant")));
        }
        match self.from(symbol) {
            Some(bytes) => Ok(Some(bytes)),
            None => Err(Fault::damaged(&format!("its symbol `{name}` lies outside its segments"))),
        }
    }

    /// The bytes from `symbol` to the end of its segment, as far as the file contains them.
    fn from(&self, symbol: &F::Sym) -> Option<&'data [u8]> {
        self.file.at(symbol.st_value(self.file.endian).into())
    }

    /// The newest version of glibc that any needed symbol requires.
    fn glibc(&self) -> Option<GlibcVersion> {
        self.needs()
            .filter_map(|need| self.text(need.name.into()))
            .filter_map(|name| GlibcVersion::parse(name.strip_prefix("GLIBC_")?))
            .max()
    }

    /// The versions that it needs of other libraries.
    fn needs(&self) -> impl Iterator<Item = versions::Need> {
        let data = self.value(elf::DT_VERNEED).and_then(|address| self.file.at(address));
        versions::needs(data.unwrap_or(&[]), self.file.endian)
    }
}

/// More libraries and folders than any plugin names; limits what a hostile file makes the loader
/// keep.
const TEXTS_MAX: usize = 1000;
/// Longer than any path; a limit for the same reason.
const TEXT_SIZE_MAX: usize = 4096;
