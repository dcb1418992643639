//! Keeps the slots in a file, which another process reads after this one has ended.
//!
//! The file is an array of words: a head, the slots, and the names that numbers stand for. It must
//! be consistent at any moment, since the process may end at any: a name is written before the
//! count that includes it, and the file's mark is written last.

use std::collections::HashMap;
use std::fs::File;
use std::io::{self, Read as _, Seek as _};
use std::sync::atomic::AtomicU64;
use std::sync::atomic::Ordering::{Relaxed, Release};
use std::sync::{Mutex, OnceLock, PoisonError};

use super::place::{Place, unknown};
use super::slots::{self, NOTHING, Slot, WHAT, WORDS, module_of, place_of};
use super::{Left, names};
use crate::sys;

/// How many threads are recorded: the first ones that enter a module. Later ones are not.
const THREADS: usize = 256;

/// The number of words for names; enough for some thousand names.
const NAMES: usize = 1 << 13;

/// The size of the head: it holds the file's mark, and how many words of names are used.
const HEAD: usize = 8;
const MARK: usize = 0;
const USED: usize = 1;

/// The mark, which changes with the layout.
const MARKED: u64 = u64::from_le_bytes(*b"hsmod/1\n");

const WORD: usize = size_of::<u64>();

/// What a name belongs to.
const MODULE: u64 = 0;
const PLACE: u64 = 1;

/// Where names are written, if the slots are kept in a file.
static TEXT: OnceLock<Text> = OnceLock::new();

/// Records in `file` which module each thread of this process is inside of; the file's content is
/// replaced. Call this once, before the first module is loaded. Afterwards another process can use
/// [`left_in`] to find out which module and callback each thread was inside of, even if this
/// process was killed.
///
/// The first 256 threads that enter a module are recorded. The file must not be truncated while
/// this process runs. Calls do not become slower.
///
/// # Errors
/// The file cannot be mapped; modules were loaded already; or the system is not a Unix.
///
/// # Examples
/// ```
/// use hsmod_loader::record::{keep_in, left_in};
///
/// let file = tempfile::tempfile()?;
/// keep_in(&file)?;
/// assert!(left_in(&file)?.is_empty(), "no thread is inside of a module");
/// # Ok::<(), std::io::Error>(())
/// ```
pub fn keep_in(file: &File) -> io::Result<()> {
    if names::any() {
        return Err(too_late());
    }
    let words: &'static [AtomicU64] = sys::map_shared(file, HEAD + THREADS * WORDS + NAMES)?;
    let (head, rest) = words.split_at(HEAD);
    let (slots, text) = rest.split_at(THREADS * WORDS);
    let slots: Vec<&'static Slot> =
        slots.chunks_exact(WORDS).filter_map(|chunk| chunk.try_into().ok()).collect();
    for slot in &slots {
        slot[WHAT].store(NOTHING, Relaxed);
    }
    let text = Text { used: &head[USED], words: text, writing: Mutex::new(()) };
    for (place, name) in Place::fixed() {
        text.note(PLACE, u64::from(place.0), name);
    }
    if !slots::provide(slots) || TEXT.set(text).is_err() {
        return Err(too_late());
    }
    head[MARK].store(MARKED, Release);
    Ok(())
}

fn too_late() -> io::Error {
    io::Error::other(
        "the record of what threads are inside of is already kept elsewhere: call `keep_in` once, \
         before the first module is loaded",
    )
}

/// What the threads of a process were inside of when it ended, or are inside of now; threads
/// outside of all modules are left out. Empty if the process ended before [`keep_in`].
///
/// # Errors
/// The file cannot be read, or is not such a record.
pub fn left_in(file: &File) -> io::Result<Vec<Left>> {
    let mut bytes = Vec::new();
    let mut file = file;
    file.rewind()?;
    let length = (HEAD + THREADS * WORDS + NAMES) * WORD;
    file.take(length as u64 + 1).read_to_end(&mut bytes)?;
    let words: Vec<u64> =
        bytes.as_chunks::<WORD>().0.iter().map(|word| u64::from_ne_bytes(*word)).collect();
    match words.first() {
        None | Some(0) => return Ok(Vec::new()),
        Some(&MARKED) if bytes.len() == length => {}
        Some(_) => {
            let message = "this is not a record of what threads are inside of, or it is of another \
                           version";
            return Err(io::Error::new(io::ErrorKind::InvalidData, message));
        }
    }
    let (slots, text) = words[HEAD..].split_at(THREADS * WORDS);
    let used = usize::try_from(words[USED]).unwrap_or(usize::MAX).min(text.len());
    let names = read_names(&text[..used]);
    let name = |kind, number: u64| names.get(&(kind, number)).cloned();
    let left = slots.chunks_exact(WORDS).map(|slot| slot[WHAT]).filter(|what| *what != NOTHING);
    Ok(left
        .map(|what| {
            let (module, place) = (module_of(what), place_of(what).0);
            Left {
                module: name(MODULE, module as u64).unwrap_or_else(|| format!("number {module}")),
                what: name(PLACE, u64::from(place)).unwrap_or_else(|| unknown(place)),
            }
        })
        .collect())
}

/// Where names are written, one after the other: kind and number in one word, the length in bytes,
/// then the bytes.
struct Text {
    used: &'static AtomicU64,
    words: &'static [AtomicU64],
    writing: Mutex<()>,
}

impl Text {
    /// Adds a name, if there is room for it.
    fn note(&self, kind: u64, number: u64, name: &str) {
        let _writing = self.writing.lock().unwrap_or_else(PoisonError::into_inner);
        let used = self.used.load(Relaxed);
        let begin = usize::try_from(used).unwrap_or(usize::MAX);
        let bytes = name.as_bytes().chunks(WORD).map(|chunk| {
            let mut word = [0; WORD];
            word[..chunk.len()].copy_from_slice(chunk);
            u64::from_ne_bytes(word)
        });
        let entry: Vec<u64> =
            [kind << 32 | number, name.len() as u64].into_iter().chain(bytes).collect();
        let Some(room) = self.words.get(begin..).and_then(|rest| rest.get(..entry.len())) else {
            return;
        };
        room.iter().zip(&entry).for_each(|(to, word)| to.store(*word, Relaxed));
        self.used.store(used + entry.len() as u64, Release);
    }
}

fn read_names(mut text: &[u64]) -> HashMap<(u64, u64), String> {
    let mut names = HashMap::new();
    while let [key, length, rest @ ..] = text {
        let length = usize::try_from(*length).unwrap_or(usize::MAX);
        let Some((own, others)) = rest.split_at_checked(length.div_ceil(WORD)) else { break };
        let mut bytes: Vec<u8> = own.iter().flat_map(|word| word.to_ne_bytes()).collect();
        bytes.truncate(length);
        let name = String::from_utf8_lossy(&bytes).into_owned();
        names.insert((key >> 32, key & u64::from(u32::MAX)), name);
        text = others;
    }
    names
}

/// Writes the name of a module to the file.
pub(super) fn note_module(number: usize, name: &str) {
    if let Some(text) = TEXT.get() {
        text.note(MODULE, number as u64, name);
    }
}

/// Writes the name of a place to the file.
pub(super) fn note_place(place: Place, name: &str) {
    if let Some(text) = TEXT.get() {
        text.note(PLACE, u64::from(place.0), name);
    }
}
