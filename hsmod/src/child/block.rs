//! The format of what a child writes to its parent: blocks, each of which is one byte for its kind,
//! four bytes for its length (little-endian), and its content.
//!
//! Rationale: there may be hundreds of thousands of answers a second. A block holds what one flush
//! of the output wrote, so that neither end handles single lines.

use std::fs::File;
use std::io::{self, Read, Write};
use std::sync::{Arc, Mutex, PoisonError};

use hsmod_loader::values::by_name;

use super::Report;

const ANSWERS: u8 = b'a';
const REPORT: u8 = b'r';

/// The longest block. A head that announces more is not a block's.
const LONGEST: u32 = 1 << 30;

/// The child's connection to its parent. Bytes written through [`Write`] are answers.
#[derive(Clone, Debug)]
pub(crate) struct Wire(Arc<Mutex<File>>);

impl Wire {
    pub(super) fn new(pipe: File) -> Self {
        Self(Arc::new(Mutex::new(pipe)))
    }

    /// Sends the parent a report. Errors are ignored: if the parent is gone, the report has no
    /// reader.
    pub(crate) fn report(&self, report: &Report) {
        // A report consists of strings and numbers, so serializing it does not fail.
        let Ok(bytes) = serde_json::to_vec(report) else { return };
        let _ = self.block(REPORT, &bytes);
    }

    fn block(&self, kind: u8, bytes: &[u8]) -> io::Result<()> {
        let too_long = |_| io::Error::from(io::ErrorKind::InvalidInput);
        let length = u32::try_from(bytes.len()).map_err(too_long)?;
        let mut head = [kind, 0, 0, 0, 0];
        head[1..].copy_from_slice(&length.to_le_bytes());
        let mut pipe = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        pipe.write_all(&head)?;
        pipe.write_all(bytes)
    }
}

impl Write for Wire {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.block(ANSWERS, bytes).map(|()| bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// What a block held.
#[derive(Debug)]
pub(super) enum Block {
    Answers(Vec<u8>),
    Report(Report),
}

/// Reads the next block. Returns `None` at the end, or for an incomplete block: the child ended
/// while writing it.
pub(super) fn next(pipe: &mut impl Read) -> Option<Block> {
    let mut head = [0; 5];
    pipe.read_exact(&mut head).ok()?;
    let [kind, length @ ..] = head;
    let length = u32::from_le_bytes(length);
    if length > LONGEST {
        return None;
    }
    // The announced bytes may never come, so no memory is reserved in advance.
    let mut bytes = Vec::new();
    pipe.take(length.into()).read_to_end(&mut bytes).ok()?;
    match kind {
        _ if bytes.len() as u64 != u64::from(length) => None,
        ANSWERS => Some(Block::Answers(bytes)),
        REPORT => by_name::from_slice(&bytes).ok().map(Block::Report),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use std::io::Seek;

    use hsmod_loader::problem::Stage;

    use super::*;

    /// What was written to a wire.
    fn written(write: impl FnOnce(&mut Wire)) -> Vec<u8> {
        let mut file = tempfile::tempfile().unwrap();
        write(&mut Wire::new(file.try_clone().unwrap()));
        file.rewind().unwrap();
        let mut bytes = Vec::new();
        file.read_to_end(&mut bytes).unwrap();
        bytes
    }

    #[test]
    fn answers_and_reports_come_as_they_were_sent() {
        let bytes = written(|wire| {
            wire.write_all(b"{\"a\": 1}\n").unwrap();
            wire.report(&Report::Stage { module: "ü".to_owned(), stage: Stage::New });
            wire.write_all(&[0xff; 100_000]).unwrap();
        });
        let mut pipe = bytes.as_slice();
        assert!(matches!(next(&mut pipe), Some(Block::Answers(line)) if line == b"{\"a\": 1}\n"));
        let report = next(&mut pipe);
        let Some(Block::Report(Report::Stage { module, stage })) = report else {
            panic!("{report:?}")
        };
        assert_eq!((module.as_str(), stage), ("ü", Stage::New));
        assert!(matches!(next(&mut pipe), Some(Block::Answers(bytes)) if bytes.len() == 100_000));
        assert!(next(&mut pipe).is_none());
    }

    #[test]
    fn incomplete_blocks_are_ignored() {
        let bytes = written(|wire| wire.report(&Report::Begun));
        for end in 0..bytes.len() {
            assert!(next(&mut &bytes[..end]).is_none(), "{end}");
        }
        assert!(next(&mut b"xABCDEF".as_slice()).is_none());
        // A report's fields are read by name, never by position.
        let told =
            |report: &[u8]| next(&mut &written(|wire| wire.block(REPORT, report).unwrap())[..]);
        assert!(told(br#"{"Stage": {"module": "m", "stage": "new"}}"#).is_some());
        assert!(told(br#"{"Stage": ["m", "new"]}"#).is_none());
    }
}
