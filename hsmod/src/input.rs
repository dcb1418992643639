//! Input besides the config: a file, a pipe, or standard input. Also recognizes input that cannot
//! be JSON and explains how to convert it.

use std::fmt;
use std::fs::File;
use std::io::{self, BufReader, Chain, Cursor, Read};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use crate::exit::{Result, Stop};

/// Where input is read from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Source {
    Stdin,
    File(PathBuf),
}

/// An opened source.
pub(crate) struct Input {
    reader: Box<dyn Read + Send>,
    /// The length in bytes; `None` for a pipe or a device.
    pub(crate) length: Option<u64>,
}

/// An input's text from its beginning: the first bytes, which have been examined, then the rest.
pub(crate) type Text = BufReader<Chain<Cursor<Vec<u8>>, Box<dyn Read + Send>>>;

/// The number of bytes that identify a file's format.
const MAGIC: usize = 6;

impl Source {
    pub(crate) fn new(path: &Path) -> Self {
        if path == Path::new("-") { Self::Stdin } else { Self::File(path.to_owned()) }
    }

    /// Opens the source.
    ///
    /// # Errors
    /// The file does not exist or is a folder. For the message, `what` names the content ("the
    /// events") and `form` its format ("one JSON object per line").
    pub(crate) fn open(&self, what: &str, form: &str) -> Result<Input> {
        let input = match self {
            Self::Stdin => Ok(Input { reader: Box::new(io::stdin()), length: None }),
            Self::File(path) => Input::file(path),
        };
        input.map_err(|error| {
            Stop::wrong(format!(
                "cannot read {what} from {self}: {error}\n  fix: give the path of a file with \
                 {form}, or `-` for standard input"
            ))
        })
    }

    /// The path of a file, if it is UTF-8 and so can be passed to the child in JSON.
    pub(crate) fn path(&self) -> Option<PathBuf> {
        let Self::File(path) = self else { return None };
        path.to_str().map(PathBuf::from)
    }

    /// Describes how to run a conversion tool before the command `hsmod {rest}`.
    pub(crate) fn before(&self, rest: &str) -> Before {
        let file = match self {
            Self::Stdin => None,
            Self::File(path) => Some(path.display().to_string()),
        };
        Before { file, rest: rest.to_owned() }
    }
}

/// How to run a conversion tool before a command, for messages.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub(crate) struct Before {
    /// The file that the tool reads; `None` for standard input.
    file: Option<String>,
    /// The arguments of the command.
    rest: String,
}

impl Before {
    fn with(&self, tool: &str) -> String {
        let Self { file, rest } = self;
        match file {
            None => format!("put `{tool}` before it: .. | {tool} | hsmod {rest}"),
            Some(file) => format!("{tool} {file} | hsmod {rest}"),
        }
    }
}

impl From<Box<dyn Read + Send>> for Input {
    fn from(reader: Box<dyn Read + Send>) -> Self {
        Self { reader, length: None }
    }
}

impl Input {
    /// # Errors
    /// It cannot be read.
    pub(crate) fn file(path: &Path) -> io::Result<Self> {
        let file = File::open(path)?;
        let metadata = file.metadata()?;
        if metadata.is_dir() {
            return Err(io::Error::new(io::ErrorKind::IsADirectory, "it is a folder"));
        }
        let length = metadata.is_file().then_some(metadata.len());
        Ok(Self { reader: Box::new(file), length })
    }

    pub(crate) fn into_reader(self) -> Box<dyn Read + Send> {
        self.reader
    }

    /// The text of the input, unless its first bytes show another format.
    ///
    /// # Errors
    /// The input cannot be read, is compressed, or is UTF-16.
    pub(crate) fn text(mut self, capacity: usize, before: &Before) -> io::Result<Text> {
        let mut start = Vec::new();
        self.reader.by_ref().take(MAGIC as u64).read_to_end(&mut start)?;
        if let Some(foreign) = Foreign::of(&start) {
            return Err(foreign.error(before));
        }
        Ok(BufReader::with_capacity(capacity, Cursor::new(start).chain(self.reader)))
    }
}

/// A format other than JSON, and the tool that converts it.
pub(crate) struct Foreign {
    pub(crate) what: &'static str,
    pub(crate) tool: &'static str,
}

impl Foreign {
    /// The error that names the format and the command to run.
    pub(crate) fn error(&self, before: &Before) -> io::Error {
        let message = format!("it is {}\n  fix: {}", self.what, before.with(self.tool));
        io::Error::new(io::ErrorKind::InvalidData, message)
    }

    fn of(start: &[u8]) -> Option<Self> {
        let (what, tool) = match start {
            [0x1f, 0x8b, ..] => ("compressed by gzip", "zcat"),
            [0x28, 0xb5, 0x2f, 0xfd, ..] => ("compressed by zstd", "zstdcat"),
            [b'B', b'Z', b'h', ..] => ("compressed by bzip2", "bzcat"),
            [0xfd, b'7', b'z', b'X', b'Z', 0, ..] => ("compressed by xz", "xzcat"),
            [b'P', b'K', 3, 4, ..] => ("a ZIP archive", "unzip -p"),
            [0xff, 0xfe, ..] | [0xfe, 0xff, ..] => ("UTF-16", "iconv -f UTF-16 -t UTF-8"),
            [_, 0, _, 0, ..] => ("UTF-16", "iconv -f UTF-16LE -t UTF-8"),
            [0, _, 0, _, ..] => ("UTF-16", "iconv -f UTF-16BE -t UTF-8"),
            _ => return None,
        };
        Some(Self { what, tool })
    }
}

impl fmt::Display for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Stdin => f.write_str("standard input"),
            Self::File(path) => write!(f, "`{}`", path.display()),
        }
    }
}

/// Strips the byte order mark that some editors write.
pub(crate) fn without_mark(text: &[u8]) -> &[u8] {
    text.strip_prefix(b"\xef\xbb\xbf").unwrap_or(text)
}
