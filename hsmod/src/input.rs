//! What a command reads beside the config: a file, a pipe, or standard input; and what is told of one
//! that holds something else than JSON.

use std::fmt;
use std::fs::File;
use std::io::{self, BufReader, Chain, Cursor, Read};
use std::path::{Path, PathBuf};

use crate::exit::{Result, Stop};

/// Where something is read from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Source {
    Stdin,
    File(PathBuf),
}

/// An opened source.
pub(crate) struct Input {
    reader: Box<dyn Read + Send>,
    /// Its length; `None` if it is a pipe or a device.
    pub(crate) length: Option<u64>,
}

/// What was read, from its beginning.
pub(crate) type Text = BufReader<Chain<Cursor<Vec<u8>>, Box<dyn Read + Send>>>;

/// How many bytes tell what a file is.
const MAGIC: usize = 6;

impl Source {
    pub(crate) fn new(path: &Path) -> Self {
        if path == Path::new("-") { Self::Stdin } else { Self::File(path.to_owned()) }
    }

    /// Opens it.
    ///
    /// # Errors
    /// There is no such file, or it is a folder. `what` is wanted of it: "the events", and its `form`:
    /// "one JSON object a line".
    pub(crate) fn open(&self, what: &str, form: &str) -> Result<Input> {
        let failed = |error: io::Error| {
            Stop::wrong(format!(
                "cannot read {what} from {self}: {error}\n  fix: give the path of a file, {form}, \
                 or `-` for standard input"
            ))
        };
        let Self::File(path) = self else { return self.reopen().map_err(failed) };
        let file = File::open(path).map_err(failed)?;
        let metadata = file.metadata().map_err(failed)?;
        if metadata.is_dir() {
            return Err(Stop::wrong(format!(
                "cannot read {what} from {self}: it is a folder\n  fix: give the path of a file, \
                 {form}, or `-` for standard input"
            )));
        }
        let length = metadata.is_file().then_some(metadata.len());
        Ok(Input { reader: Box::new(file), length })
    }

    /// Opens a file once more.
    ///
    /// # Errors
    /// It cannot be read any more.
    pub(crate) fn reopen(&self) -> io::Result<Input> {
        let (reader, length): (Box<dyn Read + Send>, _) = match self {
            Self::Stdin => (Box::new(io::stdin()), None),
            Self::File(path) => (Box::new(File::open(path)?), None),
        };
        Ok(Input { reader, length })
    }

    /// How to have `tool` read it first, and `rest` the result, from a pipe.
    pub(crate) fn through(&self, tool: &str, rest: &str) -> String {
        match self {
            Self::Stdin => format!("put `{tool}` before it: .. | {tool} | hsmod {rest}"),
            Self::File(path) => format!("{tool} {} | hsmod {rest}", path.display()),
        }
    }
}

impl Input {
    /// The text, if its first bytes do not tell that it is something else.
    ///
    /// # Errors
    /// It cannot be read, or it is compressed, or text in 16 bits a character. `through` says how to
    /// put a tool before this command.
    pub(crate) fn text(
        mut self,
        capacity: usize,
        through: impl Fn(&str) -> String,
    ) -> io::Result<Text> {
        let mut start = Vec::new();
        self.reader.by_ref().take(MAGIC as u64).read_to_end(&mut start)?;
        if let Some(foreign) = Foreign::of(&start) {
            return Err(foreign.error(through));
        }
        Ok(BufReader::with_capacity(capacity, Cursor::new(start).chain(self.reader)))
    }
}

/// A file that is no JSON, and what makes JSON of it.
pub(crate) struct Foreign {
    pub(crate) what: &'static str,
    pub(crate) tool: &'static str,
}

impl Foreign {
    /// Says so; `through` says how to put a tool before this command.
    pub(crate) fn error(&self, through: impl Fn(&str) -> String) -> io::Error {
        let message = format!("it is {}\n  fix: {}", self.what, through(self.tool));
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

/// Without the mark that some editors put at the beginning of a text.
pub(crate) fn without_mark(text: &[u8]) -> &[u8] {
    text.strip_prefix(b"\xef\xbb\xbf").unwrap_or(text)
}
