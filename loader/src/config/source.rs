//! The text of a config: reading it once, and problems with the file itself.

use std::{
    fs::{File, Metadata},
    io::{self, ErrorKind, IsTerminal, Read},
    path::{Path, PathBuf},
};

use super::flaw::Flaw;
use crate::problem::LoadError;
use crate::scarcity;

/// Larger than any config; a log file or a disk image named by mistake exceeds it.
const MAX_BYTES: u64 = 16 << 20;

/// The unparsed text of a config, with its name and folder.
///
/// A pipe can be read only once, and a file may change between two reads. So the text is read once
/// and kept: to use the config elsewhere, such as in another process, pass the text on.
///
/// # Examples
/// ```
/// use hsmod_loader::config::{Config, ConfigText};
///
/// let text = ConfigText::new("modules: []", "standard input", "/etc/hs");
/// let config = Config::from_text(&text)?;
/// assert_eq!(config.plugins_dir(), std::path::Path::new("/etc/hs/plugins"));
/// # Ok::<(), hsmod_loader::problem::LoadError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConfigText {
    bytes: Vec<u8>,
    name: String,
    folder: PathBuf,
}

impl ConfigText {
    /// A text, called `name` in messages. Relative paths in it are relative to `folder`, or to the
    /// current directory if that is empty. Bytes that are not UTF-8 are reported when the text is
    /// parsed.
    pub fn new(
        text: impl Into<Vec<u8>>,
        name: impl Into<String>,
        folder: impl Into<PathBuf>,
    ) -> Self {
        Self { bytes: text.into(), name: name.into(), folder: folder.into() }
    }

    /// Reads a whole file. Relative paths in it are relative to its folder: that of `path` as
    /// given, which for a symbolic link is the link's folder. For a pipe or `/dev/stdin` they are
    /// relative to the current directory.
    ///
    /// # Errors
    /// There is no such file, it cannot be read, it is too large, or it is a directory or a device.
    pub fn from_file(path: impl AsRef<Path>) -> Result<Self, LoadError> {
        let path = path.as_ref();
        let name = path.display().to_string();
        let read = || {
            let file = open(path, &name)?;
            let metadata = file.metadata().map_err(|error| unreadable(&name, &error))?;
            refuse_what_is_no_file(&file, &metadata, &name)?;
            let of_its_own = metadata.is_file() && !path.starts_with("/dev");
            let folder = path.parent().filter(|_| of_its_own).unwrap_or(Path::new(""));
            Ok(Self::new(read_all(file, &name)?, name.clone(), folder))
        };
        read().map_err(super::fatal)
    }

    /// Reads everything from `reader`, such as standard input.
    ///
    /// # Errors
    /// It cannot be read, or is too large.
    pub fn from_reader(
        reader: impl Read,
        name: impl Into<String>,
        folder: impl Into<PathBuf>,
    ) -> Result<Self, LoadError> {
        let name = name.into();
        let bytes = read_all(reader, &name).map_err(super::fatal)?;
        Ok(Self::new(bytes, name, folder))
    }

    /// The bytes that were read.
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// The name used in messages: the path as it was given.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The folder that relative paths are relative to; the current directory if empty.
    pub fn folder(&self) -> &Path {
        &self.folder
    }
}

/// Blocks like `cat` if no process has opened the other end of a pipe yet.
fn open(path: &Path, name: &str) -> Result<File, Flaw> {
    File::open(path).map_err(|error| unreadable(name, &error))
}

/// A terminal is accepted and read until the end of input, like standard input.
fn refuse_what_is_no_file(file: &File, metadata: &Metadata, name: &str) -> Result<(), Flaw> {
    if metadata.is_dir() {
        let flaw = Flaw::new(&[], format!("`{name}` is a directory"));
        return Err(flaw.fix("name the config file inside it"));
    }
    if is_device(metadata) && !file.is_terminal() {
        let flaw = Flaw::new(&[], format!("`{name}` is a device, which holds no config"));
        return Err(flaw.fix("give the path of a file, or of a pipe"));
    }
    Ok(())
}

#[cfg(unix)]
fn is_device(metadata: &Metadata) -> bool {
    use std::os::unix::fs::FileTypeExt;
    let kind = metadata.file_type();
    kind.is_block_device() || kind.is_char_device()
}

#[cfg(not(unix))]
const fn is_device(_: &Metadata) -> bool {
    false
}

fn read_all(reader: impl Read, name: &str) -> Result<Vec<u8>, Flaw> {
    let mut bytes = Vec::new();
    let read = reader.take(MAX_BYTES + 1).read_to_end(&mut bytes);
    read.map_err(|error| unreadable(name, &error))?;
    if bytes.len() as u64 > MAX_BYTES {
        return Err(Flaw::new(&[], format!("`{name}` is larger than 16 MiB"))
            .fix("check that it is the config file"));
    }
    Ok(bytes)
}

fn unreadable(name: &str, error: &io::Error) -> Flaw {
    Flaw::new(&[], format!("cannot read `{name}`: {error}")).fix(remedy(error))
}

/// The remedy for an error of the operating system.
pub(super) fn remedy(error: &io::Error) -> &'static str {
    match error.kind() {
        ErrorKind::NotFound => "give the path of an existing file",
        ErrorKind::PermissionDenied => {
            "let the user who runs this program read it, and enter the folders it is in"
        }
        ErrorKind::NotADirectory => "give an existing path: a part of this one is not a directory",
        ErrorKind::IsADirectory => "give a file, not a directory",
        _ => remedy_by_number(error).unwrap_or("check whether `cat` can read it"),
    }
}

/// Errors for which the standard library has no stable name.
#[cfg(unix)]
fn remedy_by_number(error: &io::Error) -> Option<&'static str> {
    use rustix::io::Errno;
    Some(match Errno::from_io_error(error)? {
        Errno::LOOP => "fix the symbolic link, which leads back to itself",
        Errno::NXIO => {
            "give the path of a file or pipe: this is a socket, or a device without a driver"
        }
        Errno::NAMETOOLONG => "give the path of a file, not its text",
        _ => return scarcity::remedy(error),
    })
}

#[cfg(not(unix))]
const fn remedy_by_number(_: &io::Error) -> Option<&'static str> {
    None
}
