//! Writes small libraries of macOS and Windows for tests, which contain only what inspection reads.
//! All numbers are little-endian, as on every such system.

/// The exports of a library.
pub(super) struct Exports<'a> {
    pub(super) sections: Vec<Section<'a>>,
}

/// A section's name and symbols.
pub(super) type Section<'a> = (&'a str, Vec<Symbol<'a>>);

/// A symbol's name, and the data at its address.
pub(super) type Symbol<'a> = (&'a str, Vec<u8>);

/// The offset of each symbol in a section, and the section's data.
fn laid_out<'a>(symbols: &[Symbol<'a>]) -> (Vec<(&'a str, u32)>, Vec<u8>) {
    let mut data = Vec::new();
    let mut places = Vec::new();
    for (name, bytes) in symbols {
        places.push((*name, size(&data)));
        data.extend(bytes);
    }
    (places, data)
}

/// A `.dylib` for x86_64.
pub(super) fn dylib(exports: &Exports<'_>) -> Vec<u8> {
    /// After the header and all commands.
    const DATA: u32 = 0x400;
    let (mut data, mut sections, mut symbols) = (Vec::new(), Vec::new(), Vec::new());
    for (number, (name, held)) in (1_u8..).zip(&exports.sections) {
        let (places, bytes) = laid_out(held);
        let at = DATA + size(&data);
        symbols.extend(places.iter().map(|(name, place)| (*name, number, at + place)));
        sections.extend([padded(name, 16), padded("__DATA", 16)].concat());
        sections.extend(longs(&[at.into(), size(&bytes).into()]));
        sections.extend(words(&[at, 0, 0, 0, 0, 0, 0, 0]));
        data.extend(bytes);
    }
    let count = u32::try_from(exports.sections.len()).unwrap();
    let (table, strings) = symbol_table(&symbols);
    let table_at = DATA + size(&data);
    let strings_at = table_at + size(&table);
    // `LC_SYMTAB`.
    let link = [2, 24, table_at, size(&table) / 16, strings_at, size(&strings)];
    let commands = [segment(DATA, size(&data), count), sections, words(&link)].concat();
    let mut file = words(&[0xfeed_facf, 0x0100_0007, 3, 6, 2, size(&commands), 0, 0]);
    file.extend(commands);
    [padded_bytes(&file, DATA), data, table, strings].concat()
}

/// `LC_SEGMENT_64`; addresses are offsets.
fn segment(at: u32, length: u32, sections: u32) -> Vec<u8> {
    let mut command = words(&[0x19, 72 + 80 * sections]);
    command.extend(padded("__DATA", 16));
    command.extend(longs(&[at.into(), length.into(), at.into(), length.into()]));
    command.extend(words(&[1, 1, sections, 0]));
    command
}

/// The table of symbols with name, section and address; then their names.
fn symbol_table(symbols: &[(&str, u8, u32)]) -> (Vec<u8>, Vec<u8>) {
    let (mut table, mut strings) = (Vec::new(), vec![0]);
    for (name, section, address) in symbols {
        table.extend(words(&[size(&strings)]));
        table.extend([0x0f, *section, 0, 0]);
        table.extend(longs(&[(*address).into()]));
        strings.push(b'_');
        strings.extend(name.bytes().chain([0]));
    }
    (table, strings)
}

/// A `.dll` for x86_64. Its sections are padded with zeros to 512 bytes, as by linkers.
pub(super) fn dll(exports: &Exports<'_>) -> Vec<u8> {
    let (mut sections, mut headers, mut symbols) = (Vec::new(), Vec::new(), Vec::new());
    let mut add = |name: &str, bytes: &[u8]| {
        let at = HEADERS + size(&sections);
        let length = size(bytes).next_multiple_of(ALIGN);
        headers.extend(padded(name, 8));
        headers.extend(words(&[length, at, length, at, 0, 0, 0, 0x4000_0040]));
        sections.extend(padded_bytes(bytes, length));
        at
    };
    for (name, held) in &exports.sections {
        let (places, bytes) = laid_out(held);
        let at = add(name, &bytes);
        symbols.extend(places.into_iter().map(|(name, place)| (name, at + place)));
    }
    let table_at = HEADERS + size_so_far(exports);
    assert_eq!(add(".edata", &export_table(&symbols, table_at)), table_at);
    let count = u16::try_from(exports.sections.len() + 1).unwrap();
    let mut file = padded("MZ", 0x3c);
    file.extend(words(&[0x40]));
    file.extend(b"PE\0\0");
    file.extend([0x8664, count].iter().flat_map(|half: &u16| half.to_le_bytes()));
    file.extend(words(&[0, 0, 0]));
    file.extend([240, 0x2022].iter().flat_map(|half: &u16| half.to_le_bytes()));
    let mut optional = vec![0; 240];
    let mut put = |at: usize, number: u32| {
        optional[at..at + 4].copy_from_slice(&number.to_le_bytes());
    };
    put(0, 0x20b);
    put(24, 0x1000_0000);
    put(32, ALIGN);
    put(36, ALIGN);
    put(56, HEADERS + size(&sections));
    put(60, HEADERS);
    put(108, 16);
    put(112, table_at);
    put(116, ALIGN);
    file.extend(optional);
    file.extend(headers);
    [padded_bytes(&file, HEADERS), sections].concat()
}

const ALIGN: u32 = 512;

/// The size of the headers; addresses are offsets.
const HEADERS: u32 = 2 * ALIGN;

fn size_so_far(exports: &Exports<'_>) -> u32 {
    exports.sections.iter().map(|(_, held)| size(&laid_out(held).1).next_multiple_of(ALIGN)).sum()
}

fn export_table(symbols: &[(&str, u32)], at: u32) -> Vec<u8> {
    let count = u32::try_from(symbols.len()).unwrap();
    let (addresses_at, names_at) = (at + 40, at + 40 + 4 * count);
    let (ordinals_at, texts_at) = (names_at + 4 * count, names_at + 6 * count);
    let mut texts = b"libx.dll\0".to_vec();
    let (mut addresses, mut names, mut ordinals) = (Vec::new(), Vec::new(), Vec::new());
    for (index, (name, address)) in (0_u16..).zip(symbols) {
        addresses.extend(words(&[*address]));
        names.extend(words(&[texts_at + size(&texts)]));
        ordinals.extend(index.to_le_bytes());
        texts.extend(name.bytes().chain([0]));
    }
    let head = [0, 0, 0, texts_at, 1, count, count, addresses_at, names_at, ordinals_at];
    [words(&head), addresses, names, ordinals, texts].concat()
}

fn size(bytes: &[u8]) -> u32 {
    u32::try_from(bytes.len()).unwrap()
}

fn padded(text: &str, length: u32) -> Vec<u8> {
    padded_bytes(text.as_bytes(), length)
}

fn padded_bytes(bytes: &[u8], length: u32) -> Vec<u8> {
    assert!(size(bytes) <= length);
    let mut bytes = bytes.to_vec();
    bytes.resize(length as usize, 0);
    bytes
}

fn words(words: &[u32]) -> Vec<u8> {
    words.iter().flat_map(|word| word.to_le_bytes()).collect()
}

fn longs(longs: &[u64]) -> Vec<u8> {
    longs.iter().flat_map(|long| long.to_le_bytes()).collect()
}
