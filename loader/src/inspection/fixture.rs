//! Writes small ELF libraries for tests. They contain only what the dynamic linker reads, so that
//! no test needs a compiler, and every field can be falsified.

use std::mem::offset_of;
use std::ptr::null;

use hsmod_abi::Entry;
use serde_json::{Value, json};

/// A plugin to write; the default one is valid.
pub(crate) struct Plugin {
    pub(crate) manifest: Option<String>,
    pub(crate) entry: Option<Entry>,
    /// False values for the symbol of the entry: `st_info`, `st_shndx`, `st_value`.
    pub(crate) entry_symbol: Option<(u8, u16, u64)>,
    /// `e_type`; 3 is a shared library.
    pub(crate) type_: u16,
    /// `e_machine`; 0 stands for that of this machine.
    pub(crate) machine: u16,
    pub(crate) glibc: Vec<&'static str>,
    pub(crate) needed: Vec<&'static str>,
    /// Undefined symbols: name, index into `glibc`, whether it is weak.
    pub(crate) undefined: Vec<(&'static str, Option<u16>, bool)>,
    pub(crate) runpath: Option<&'static str>,
    pub(crate) flags: u64,
    pub(crate) flags_1: u64,
    /// A false size for the symbol of the manifest.
    pub(crate) manifest_size: Option<u64>,
    /// Sections after the mapped part: name, flags, size.
    pub(crate) sections: Vec<(&'static str, u64, u64)>,
}

impl Default for Plugin {
    fn default() -> Self {
        Self {
            manifest: Some(manifest().to_string()),
            entry: Some(entry()),
            entry_symbol: None,
            type_: 3,
            machine: 0,
            glibc: vec!["GLIBC_2.2.5", "GLIBC_2.17", "GLIBC_ABI_DT_RELR", "GLIBC_PRIVATE"],
            needed: vec!["libc.so.6"],
            undefined: Vec::new(),
            runpath: None,
            flags: 0,
            flags_1: 0,
            manifest_size: None,
            sections: Vec::new(),
        }
    }
}

/// The manifest of the default plugin.
pub(crate) fn manifest() -> Value {
    json!({
        "name": "example",
        "version": "0.1.0",
        "authors": ["A. Author"],
        "description": "An example",
        "plugin_api": "0.9.0",
        "abi": {"major": 2, "minor": 0},
        "callbacks": {"spam_checker": ["user_may_invite"]},
        "rustc": "rustc 1.85.0",
        "target": "x86_64-unknown-linux-gnu",
        "panic": "unwind",
    })
}

/// The entry of the default plugin.
pub(crate) fn entry() -> Entry {
    Entry { major: 2, minor: 0, ..Entry::rust(false, null(), null()) }
}

/// The bytes of an entry in a file, in which its pointers are not filled in yet.
pub(crate) fn entry_bytes(entry: &Entry) -> Vec<u8> {
    let mut bytes = vec![0; size_of::<Entry>()];
    let mut put = |at: usize, field: &[u8]| bytes[at..at + field.len()].copy_from_slice(field);
    put(offset_of!(Entry, magic), &entry.magic);
    put(offset_of!(Entry, size), &entry.size.to_ne_bytes());
    put(offset_of!(Entry, major), &entry.major.to_ne_bytes());
    put(offset_of!(Entry, minor), &entry.minor.to_ne_bytes());
    put(offset_of!(Entry, pointer_bits), &[entry.pointer_bits]);
    put(offset_of!(Entry, endian), &[entry.endian]);
    put(offset_of!(Entry, unwind), &[entry.unwind]);
    put(offset_of!(Entry, language), &[entry.language]);
    bytes
}

impl Plugin {
    /// The bytes of the file. Addresses are offsets, because one segment contains all of it.
    pub(crate) fn bytes(&self) -> Vec<u8> {
        let mut strings = Strings(vec![0]);
        let mut file = vec![0; HEADERS_SIZE];
        let mut symbols = vec![[0; SYMBOL_SIZE]];
        let mut define = |file: &mut Vec<u8>, strings: &mut Strings, name, data: &[u8], size| {
            symbols.push(symbol(strings.add(name), file.len() as u64, size));
            file.extend(data);
        };
        if let Some(manifest) = &self.manifest {
            let size = self.manifest_size.unwrap_or(manifest.len() as u64);
            define(&mut file, &mut strings, "hsmod_manifest", manifest.as_bytes(), size);
        }
        if let Some(entry) = &self.entry {
            let bytes = entry_bytes(entry);
            define(&mut file, &mut strings, "hsmod_entry", &bytes, bytes.len() as u64);
        }
        if let (Some(lie), Some(symbol)) = (self.entry_symbol, symbols.last_mut()) {
            let (info, section, address) = lie;
            symbol[4] = info;
            symbol[6..8].copy_from_slice(&section.to_ne_bytes());
            symbol[8..16].copy_from_slice(&address.to_ne_bytes());
        }

        let mut versions = vec![1_u16; symbols.len()];
        for (name, version, weak) in &self.undefined {
            symbols.push(undefined(strings.add(name), *weak));
            versions.push(version.map_or(1, |version| version + 2));
        }

        let mut dynamic = Vec::new();
        let mut entry = |tag: u64, value: u64| dynamic.extend(words(&[tag, value]));
        self.needed.iter().for_each(|name| entry(1, strings.add(name).into()));
        self.runpath.iter().for_each(|path| entry(29, strings.add(path).into()));
        entry(30, self.flags);
        entry(0x6fff_fffb, self.flags_1);
        entry(4, append(&mut file, &hash(symbols.len())));
        entry(6, append(&mut file, &symbols.concat()));
        entry(0x6fff_fffe, append(&mut file, &self.verneed(&mut strings)));
        entry(0x6fff_ffff, 1);
        let versions: Vec<u8> = versions.iter().flat_map(|half| half.to_ne_bytes()).collect();
        entry(0x6fff_fff0, append(&mut file, &versions));
        entry(5, append(&mut file, &strings.0));
        entry(10, strings.0.len() as u64);
        entry(0, 0);

        let at = append(&mut file, &dynamic);
        let headers = self.headers(file.len() as u64, at, dynamic.len() as u64);
        file[..HEADERS_SIZE].copy_from_slice(&headers);
        if !self.sections.is_empty() {
            self.add_sections(&mut file);
        }
        file
    }

    /// Adds the sections that are in no segment, and the section headers, the last of which is that
    /// of the names.
    fn add_sections(&self, file: &mut Vec<u8>) {
        let mut names = Strings(vec![0]);
        let mut headers = vec![0; SECTION_HEADER_SIZE];
        let mut add = |name: u32, flags: u64, at: u64, size: u64| {
            extend(&mut headers, &[name, 1]);
            headers.extend(words(&[flags, 0, at, size, 0, 1, 0]));
        };
        for (name, flags, size) in &self.sections {
            let size = usize::try_from(*size).unwrap();
            add(names.add(name), *flags, append(file, &vec![0; size]), size as u64);
        }
        let own = names.add(".shstrtab");
        add(own, 0, append(file, &names.0), names.0.len() as u64);
        let at = append(file, &headers);
        let count = u16::try_from(headers.len() / SECTION_HEADER_SIZE).unwrap();
        file[40..48].copy_from_slice(&at.to_ne_bytes());
        file[60..62].copy_from_slice(&count.to_ne_bytes());
        file[62..64].copy_from_slice(&(count - 1).to_ne_bytes());
    }

    /// The ELF header and the two program headers. After the file's content a page of zeros is
    /// mapped, as for static variables.
    fn headers(&self, size: u64, dynamic_at: u64, dynamic_size: u64) -> Vec<u8> {
        let endian = if cfg!(target_endian = "little") { 1 } else { 2 };
        let mut headers = b"\x7fELF\x02".to_vec();
        headers.extend([endian, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0]);
        let machine = if self.machine == 0 { machine_here() } else { self.machine };
        headers.extend([self.type_, machine].iter().flat_map(|half| half.to_ne_bytes()));
        headers.extend(1_u32.to_ne_bytes());
        headers.extend(words(&[0, 64, 0]));
        headers.extend(0_u32.to_ne_bytes());
        headers.extend([64_u16, 56, 2, 64, 0, 0].iter().flat_map(|half| half.to_ne_bytes()));
        let segments = [(1_u32, 0, size, 4096), (2, dynamic_at, dynamic_size, 0)];
        for (type_, at, size, zeros) in segments {
            headers.extend([type_, 4].iter().flat_map(|word| word.to_ne_bytes()));
            headers.extend(words(&[at, at, at, size, size + zeros, 8]));
        }
        headers
    }

    /// One needed library with the versions in `glibc`.
    fn verneed(&self, strings: &mut Strings) -> Vec<u8> {
        let count = u16::try_from(self.glibc.len()).unwrap();
        let mut table = [1, count].iter().flat_map(|half: &u16| half.to_ne_bytes()).collect();
        let library = strings.add("libc.so.6");
        extend(&mut table, &[library, 16, 0]);
        for (index, name) in self.glibc.iter().enumerate() {
            let next = if index + 1 == self.glibc.len() { 0 } else { 16 };
            extend(&mut table, &[0]);
            let number = u16::try_from(index + 2).unwrap();
            table.extend([0, number].iter().flat_map(|half| half.to_ne_bytes()));
            extend(&mut table, &[strings.add(name), next]);
        }
        table
    }
}

const HEADERS_SIZE: usize = 64 + 2 * 56;
const SYMBOL_SIZE: usize = 24;
pub(crate) const SECTION_HEADER_SIZE: usize = 64;

fn machine_here() -> u16 {
    match std::env::consts::ARCH {
        "aarch64" => 183,
        "riscv64" => 243,
        _ => 62,
    }
}

/// A defined global symbol.
fn symbol(name: u32, address: u64, size: u64) -> [u8; SYMBOL_SIZE] {
    let mut symbol = [0; SYMBOL_SIZE];
    symbol[..4].copy_from_slice(&name.to_ne_bytes());
    symbol[4] = 0x11;
    symbol[6..8].copy_from_slice(&1_u16.to_ne_bytes());
    symbol[8..].copy_from_slice(&words(&[address, size]));
    symbol
}

/// A global or weak symbol of some other library.
fn undefined(name: u32, weak: bool) -> [u8; SYMBOL_SIZE] {
    let mut symbol = symbol(name, 0, 0);
    symbol[4] = if weak { 0x20 } else { 0x10 };
    symbol[6..8].copy_from_slice(&0_u16.to_ne_bytes());
    symbol
}

/// A hash table with one bucket, in which only the number of symbols is right.
fn hash(symbols: usize) -> Vec<u8> {
    let mut table = Vec::new();
    extend(&mut table, &[1, u32::try_from(symbols).unwrap(), 0]);
    extend(&mut table, &vec![0; symbols]);
    table
}

struct Strings(Vec<u8>);

impl Strings {
    fn add(&mut self, text: &str) -> u32 {
        let at = u32::try_from(self.0.len()).unwrap();
        self.0.extend(text.as_bytes());
        self.0.push(0);
        at
    }
}

fn append(file: &mut Vec<u8>, data: &[u8]) -> u64 {
    file.resize(file.len().next_multiple_of(8), 0);
    let at = file.len() as u64;
    file.extend(data);
    at
}

fn extend(table: &mut Vec<u8>, words: &[u32]) {
    table.extend(words.iter().flat_map(|word| word.to_ne_bytes()));
}

fn words(words: &[u64]) -> Vec<u8> {
    words.iter().flat_map(|word| word.to_ne_bytes()).collect()
}
