//! The bytes of a plugin, read from its file exactly once.

use std::fs::{File, FileType, Metadata};
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use sha2::{Digest as _, Sha256};

use super::fault::Fault;
use crate::discovery::not_shared;
use crate::scarcity;
use crate::sys;

/// Larger than any plugin; a larger file was named by mistake.
const SIZE_MAX: u64 = 1 << 30;

/// An open file and the bytes read from it.
///
/// Inspection reads these bytes; verification checks the owner of this open file, hashes these
/// bytes and has them mapped. So no other file can be substituted in between.
#[derive(Debug)]
pub struct Image {
    path: PathBuf,
    file: File,
    bytes: Vec<u8>,
    sha256: String,
}

impl Image {
    /// Opens and reads `path`, which must be a regular file of sensible size that does not change
    /// meanwhile.
    pub(crate) fn open(path: &Path) -> Result<Self, Fault> {
        // Check first, because opening can have effects (a device) or fail for another reason (a
        // socket).
        let metadata = std::fs::metadata(path).map_err(|cause| match not_shared(path) {
            Some(fix) if cause.kind() == io::ErrorKind::NotFound => {
                Fault::new(format!("cannot be read: {cause}"), fix)
            }
            _ => unreadable(cause),
        })?;
        check_kind_and_size(&metadata)?;
        let mut file = sys::open_without_waiting(path).map_err(unreadable)?;
        let before = file.metadata().map_err(unreadable)?;
        check_kind_and_size(&before)?;
        let bytes = read(&mut file, &before).map_err(unreadable)?;
        let after = file.metadata().map_err(unreadable)?;
        if Stamp::of(&before) != Stamp::of(&after) || bytes.len() as u64 != before.len() {
            return Err(Fault::new(
                "changed while it was being read",
                "try again; to replace a plugin, copy it to another name in the same folder and \
                 rename it",
            ));
        }
        let sha256 = hexadecimal(&Sha256::digest(&bytes));
        Ok(Self { path: path.to_owned(), file, bytes, sha256 })
    }

    /// The path as it was given.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The bytes of the file.
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// Digest of the bytes, in lower-case hexadecimal.
    pub fn sha256(&self) -> &str {
        &self.sha256
    }

    /// Owner and mode of the very file that was read, even if its path leads elsewhere by now.
    ///
    /// # Errors
    /// The operating system does not provide them.
    pub fn metadata(&self) -> io::Result<Metadata> {
        self.file.metadata()
    }
}

fn check_kind_and_size(metadata: &Metadata) -> Result<(), Fault> {
    let another = "name the plugin's library";
    if metadata.is_dir() {
        return Err(Fault::new("is a folder, not a plugin", "name the library inside it"));
    }
    if !metadata.is_file() {
        return Err(Fault::new(
            format!("is {}, not a plugin", kind(metadata.file_type())),
            another,
        ));
    }
    match metadata.len() {
        0 => Err(Fault::new(
            "is empty",
            "copy the plugin again: the copy was interrupted, or the disk is full",
        )),
        1..=SIZE_MAX => Ok(()),
        size => {
            Err(Fault::new(format!("has {size} bytes; a plugin has at most {SIZE_MAX}"), another))
        }
    }
}

/// The kind of a file that is not a regular file.
#[cfg(unix)]
fn kind(file: FileType) -> &'static str {
    use std::os::unix::fs::FileTypeExt as _;
    match file {
        file if file.is_fifo() => "a pipe",
        file if file.is_socket() => "a socket",
        _ => "a device",
    }
}

#[cfg(not(unix))]
const fn kind(_: FileType) -> &'static str {
    "something other than a regular file"
}

fn unreadable(cause: io::Error) -> Fault {
    let fix = match cause.kind() {
        io::ErrorKind::PermissionDenied => {
            "let the user that runs the homeserver read the file and enter its folders"
        }
        io::ErrorKind::NotFound => "copy the plugin there, or correct its name in the config",
        _ => scarcity::remedy(&cause)
            .unwrap_or("make sure that the user that runs the homeserver can read the file"),
    };
    Fault::new(format!("cannot be read: {cause}"), fix)
}

/// Reads the whole file, but at most one byte more than its metadata said: a file that grows for
/// ever must not fill the memory.
fn read(file: &mut File, metadata: &Metadata) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    let size_max = metadata.len() + 1;
    bytes.try_reserve_exact(usize::try_from(size_max).unwrap_or(usize::MAX))?;
    file.take(size_max).read_to_end(&mut bytes)?;
    Ok(bytes)
}

/// What changes when a file is written to.
#[derive(PartialEq)]
struct Stamp {
    len: u64,
    modified: Option<SystemTime>,
}

impl Stamp {
    fn of(metadata: &Metadata) -> Self {
        Self { len: metadata.len(), modified: metadata.modified().ok() }
    }
}

fn hexadecimal(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(all(test, unix))]
mod tests {
    use std::io::Write as _;

    use insta::assert_snapshot;
    use tempfile::TempDir;

    use super::*;

    /// The problem with `path` in `folder`, which is shown as `/plugins`.
    fn problem(folder: &TempDir, path: &Path) -> String {
        let problem = Image::open(path).unwrap_err().error(path).to_string();
        problem.replace(folder.path().to_str().unwrap(), "/plugins")
    }

    #[test]
    fn the_digest_is_that_of_the_bytes() {
        let mut file = tempfile::NamedTempFile::new().unwrap();
        file.write_all(b"abc").unwrap();
        let image = Image::open(file.path()).unwrap();
        assert_eq!(image.bytes(), b"abc");
        assert_eq!(
            image.sha256(),
            "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
        );
    }

    #[test]
    fn a_file_that_is_not_there() {
        let folder = tempfile::tempdir().unwrap();
        assert_snapshot!(problem(&folder, &folder.path().join("libx.so")), @r"
        error: inspection: `/plugins/libx.so` cannot be read: No such file or directory (os error 2)
          fix: copy the plugin there, or correct its name in the config
        ");
    }

    #[test]
    fn a_folder() {
        let folder = tempfile::tempdir().unwrap();
        assert_snapshot!(problem(&folder, folder.path()), @r"
        error: inspection: `/plugins` is a folder, not a plugin
          fix: name the library inside it
        ");
    }

    #[test]
    fn an_empty_file() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("libx.so");
        File::create(&path).unwrap();
        assert_snapshot!(problem(&folder, &path), @r"
        error: inspection: `/plugins/libx.so` is empty
          fix: copy the plugin again: the copy was interrupted, or the disk is full
        ");
    }

    #[test]
    fn a_file_that_is_too_large() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("libx.so");
        File::create(&path).unwrap().set_len(SIZE_MAX + 1).unwrap();
        assert_snapshot!(problem(&folder, &path), @r"
        error: inspection: `/plugins/libx.so` has 1073741825 bytes; a plugin has at most 1073741824
          fix: name the plugin's library
        ");
    }

    #[test]
    #[cfg(target_os = "linux")]
    fn a_fifo_does_not_hang_us() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("libx.so");
        let mode = rustix::fs::Mode::from_raw_mode(0o644);
        rustix::fs::mknodat(rustix::fs::CWD, &path, rustix::fs::FileType::Fifo, mode, 0).unwrap();
        assert_snapshot!(problem(&folder, &path), @r"
        error: inspection: `/plugins/libx.so` is a pipe, not a plugin
          fix: name the plugin's library
        ");
    }

    #[test]
    fn a_socket_and_a_device() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("libx.so");
        let _socket = std::os::unix::net::UnixListener::bind(&path).unwrap();
        assert_snapshot!(problem(&folder, &path), @r"
        error: inspection: `/plugins/libx.so` is a socket, not a plugin
          fix: name the plugin's library
        ");
        assert_snapshot!(problem(&folder, Path::new("/dev/zero")), @r"
        error: inspection: `/dev/zero` is a device, not a plugin
          fix: name the plugin's library
        ");
    }

    #[test]
    fn permission_denied_names_the_user() {
        // Made up, because CI runs as root, which is never denied.
        let denied = io::Error::from_raw_os_error(rustix::io::Errno::ACCESS.raw_os_error());
        let fault = unreadable(denied);
        assert_snapshot!(fault.error(Path::new("/plugins/libx.so")), @r"
        error: inspection: `/plugins/libx.so` cannot be read: Permission denied (os error 13)
          fix: let the user that runs the homeserver read the file and enter its folders
        ");
    }

    #[test]
    fn too_many_open_files_are_no_fault_of_the_file() {
        let full = io::Error::from_raw_os_error(rustix::io::Errno::MFILE.raw_os_error());
        assert_snapshot!(unreadable(full).error(Path::new("/plugins/libx.so")), @r"
        error: inspection: `/plugins/libx.so` cannot be read: Too many open files (os error 24)
          fix: this process has too many files open: raise its limit (`ulimit -n`; `LimitNOFILE=` in a systemd unit)
        ");
    }

    #[test]
    fn a_write_in_between_is_seen() {
        let file = tempfile::NamedTempFile::new().unwrap();
        file.as_file().set_len(10).unwrap();
        let before = file.as_file().metadata().unwrap();
        assert!(Stamp::of(&before) == Stamp::of(&file.as_file().metadata().unwrap()));
        file.as_file().set_modified(SystemTime::UNIX_EPOCH).unwrap();
        assert!(Stamp::of(&before) != Stamp::of(&file.as_file().metadata().unwrap()));
    }

    #[test]
    fn no_more_is_read_than_the_metadata_says() {
        let file = tempfile::NamedTempFile::new().unwrap();
        file.as_file().set_len(10).unwrap();
        let before = file.as_file().metadata().unwrap();
        file.as_file().set_len(1_000_000).unwrap();
        assert_eq!(read(&mut file.reopen().unwrap(), &before).unwrap().len(), 11);
    }
}
