//! The config file's text, whatever may be wrong with the file.

use std::{fs::File, io::Read, path::Path};

use super::flaw::Flaw;

/// No config is larger; a log file or a disk image named by mistake is.
const MAX_BYTES: u64 = 16 << 20;

/// Reads the whole file.
///
/// # Errors
/// It cannot be read, is too large, or is not UTF-8.
pub(super) fn read(path: &Path) -> Result<String, Flaw> {
    let shown = path.display();
    let unreadable = |error: std::io::Error| {
        let flaw = Flaw::new(&[], format!("cannot read `{shown}`: {error}"));
        match error.kind() {
            std::io::ErrorKind::NotFound => flaw.fix("give the path of an existing file"),
            std::io::ErrorKind::PermissionDenied => {
                flaw.fix("let the user who runs this program read it")
            }
            _ => flaw,
        }
    };
    let file = File::open(path).map_err(unreadable)?;
    if file.metadata().map_err(unreadable)?.is_dir() {
        return Err(Flaw::new(&[], format!("`{shown}` is a directory"))
            .fix("name the config file inside it"));
    }
    let mut bytes = Vec::new();
    file.take(MAX_BYTES + 1).read_to_end(&mut bytes).map_err(unreadable)?;
    if bytes.len() as u64 > MAX_BYTES {
        return Err(Flaw::new(&[], format!("`{shown}` is larger than 16 MiB"))
            .fix("check that it is the config file"));
    }
    String::from_utf8(bytes).map_err(|error| not_utf8(&shown.to_string(), error.as_bytes()))
}

fn not_utf8(shown: &str, bytes: &[u8]) -> Flaw {
    let valid = bytes.utf8_chunks().next().map_or("", |chunk| chunk.valid());
    let flaw = Flaw::new(&[], format!("`{shown}` is not UTF-8"));
    flaw.position(end_of(valid)).fix("save it as UTF-8")
}

/// Refuses control characters, most of which an editor does not show, and the three line breaks
/// beyond ASCII, which one version of YAML reads as text and the other as the end of a line.
///
/// # Errors
/// The first of them, with its position.
pub(super) fn refuse_control_characters(text: &str) -> Result<(), Flaw> {
    let refused = |c: char| match c {
        '\t' | '\n' | '\r' => false,
        '\u{2028}' | '\u{2029}' | '\u{fffe}' | '\u{ffff}' => true,
        _ => c.is_control(),
    };
    let Some((at, c)) = text.char_indices().find(|(_, c)| refused(*c)) else { return Ok(()) };
    Err(Flaw::new(&[], format!("the character U+{:04X} is not allowed in a config", u32::from(c)))
        .position(end_of(&text[..at]))
        .fix("remove it, or write it as an escape in a double-quoted text"))
}

/// The position right after `text`.
fn end_of(text: &str) -> (u64, u64) {
    let last_line = text.rsplit('\n').next().unwrap_or_default();
    (text.matches('\n').count() as u64 + 1, last_line.chars().count() as u64 + 1)
}
