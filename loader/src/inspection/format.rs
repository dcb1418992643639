//! Recognises kinds of files by their first bytes, to explain why the wrong one was named.

use object::FileKind;

use super::fault::Fault;

/// A format of shared libraries.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Format {
    Elf32,
    Elf64,
    MachO,
    Pe,
}

impl Format {
    /// The format of a file, if it is a format for programs; otherwise a fault with the remedy.
    pub(super) fn of(bytes: &[u8]) -> Result<Self, Fault> {
        if bytes.starts_with(&object::elf::ELFMAG) {
            return Ok(match bytes.get(4) {
                Some(1) => Self::Elf32,
                _ => Self::Elf64,
            });
        }
        let no_library = |what: &str| Err(Fault::new(format!("is {what}"), BUILD_A_CDYLIB));
        if let Some(packed) = packed(bytes) {
            return Err(Fault::new(
                format!("is {packed}, not a shared library"),
                "unpack it and name the library that was in it",
            ));
        }
        match FileKind::parse(bytes) {
            Ok(FileKind::MachO32 | FileKind::MachO64) => Ok(Self::MachO),
            Ok(FileKind::Pe32 | FileKind::Pe64) => Ok(Self::Pe),
            Ok(FileKind::MachOFat32 | FileKind::MachOFat64) => Err(Fault::new(
                "is a universal binary with libraries for several processors",
                "extract the one for this processor: `lipo FILE -thin ARCH -output LIBRARY`",
            )),
            Ok(FileKind::Archive) => {
                no_library("a static library (`.a`, `.rlib`), not a shared one")
            }
            Ok(FileKind::Coff | FileKind::CoffBig) => {
                no_library("an object file of Windows (`.obj`), not a shared library")
            }
            _ if bytes.starts_with(b"\0asm") => {
                no_library("a WebAssembly module, not a shared library")
            }
            _ if bytes.starts_with(b"#!") => no_library("a script, not a shared library"),
            _ if bytes.starts_with(LFS_POINTER) => Err(Fault::new(
                "is a Git LFS pointer: the library itself was not fetched",
                "fetch it with `git lfs pull` where the repository was cloned, and copy it again",
            )),
            _ if is_page(bytes) => Err(Fault::new(
                "is a web page, not a shared library: a server answered with that instead",
                "download it again from the right address; `curl --fail --location` reports a \
                 wrong one",
            )),
            _ if is_text(bytes) => no_library("a text file, not a shared library"),
            _ => no_library("a file of an unknown format, not a shared library"),
        }
    }

    /// This format, if it is that of this operating system.
    pub(super) fn native(self) -> Result<Self, Fault> {
        let (theirs, from) = match self {
            Self::Elf32 | Self::Elf64 => ("ELF (`.so`)", "Linux"),
            Self::MachO => ("Mach-O (`.dylib`)", "macOS"),
            Self::Pe => ("PE (`.dll`)", "Windows"),
        };
        let (is_native, ours, here) = if cfg!(target_os = "windows") {
            (self == Self::Pe, "PE (`.dll`)", "Windows")
        } else if cfg!(target_vendor = "apple") {
            (self == Self::MachO, "Mach-O (`.dylib`)", "macOS")
        } else {
            (matches!(self, Self::Elf32 | Self::Elf64), "ELF (`.so`)", std::env::consts::OS)
        };
        if is_native {
            return Ok(self);
        }
        Err(Fault::new(
            format!("has the format {theirs} of {from}; on {here} a plugin is {ours}"),
            format!("use a build of the plugin for {here}"),
        ))
    }
}

/// The remedy for a file that was not built as a `cdylib`.
pub(super) const BUILD_A_CDYLIB: &str = "name the `.so`, `.dylib` or `.dll` that `cargo build \
                                         --release` makes from a crate with `crate-type = \
                                         [\"cdylib\"]`";

/// The beginning of a Git LFS pointer file.
const LFS_POINTER: &[u8] = b"version https://git-lfs.github.com/spec/";

/// The kinds of archives in which a plugin may be downloaded.
fn packed(bytes: &[u8]) -> Option<&'static str> {
    const MAGICS: [(&[u8], &str); 8] = [
        (b"\x1f\x8b", "compressed by gzip (`.gz`, `.tgz`)"),
        (b"PK\x03\x04", "a zip archive"),
        (b"\xfd7zXZ", "compressed by xz"),
        (b"\x28\xb5\x2f\xfd", "compressed by zstd"),
        (b"BZh", "compressed by bzip2"),
        (b"7z\xbc\xaf\x27\x1c", "a 7z archive"),
        (b"!<arch>\ndebian-binary", "a Debian package"),
        (b"\xed\xab\xee\xdb", "an RPM package"),
    ];
    let is_tar = bytes.get(257..262) == Some(b"ustar");
    let known = MAGICS.iter().find(|(magic, _)| bytes.starts_with(magic)).map(|(_, what)| *what);
    known.or(is_tar.then_some("a tar archive"))
}

/// Whether it is HTML, or XML as storage services answer.
fn is_page(bytes: &[u8]) -> bool {
    let start = String::from_utf8_lossy(&bytes[..bytes.len().min(256)]).to_ascii_lowercase();
    let start = start.trim_start_matches('\u{feff}').trim_start();
    ["<!doctype", "<html", "<head", "<?xml"].iter().any(|tag| start.starts_with(tag))
}

/// Whether it begins with UTF-8 without control characters that do not occur in text.
fn is_text(bytes: &[u8]) -> bool {
    let start = &bytes[..bytes.len().min(4096)];
    let is_utf8 = match std::str::from_utf8(start) {
        Ok(_) => true,
        // The last character may be cut off.
        Err(error) => error.error_len().is_none(),
    };
    is_utf8 && !start.iter().any(|byte| matches!(byte, 0..=8 | 14..=26 | 28..=31))
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use insta::assert_snapshot;

    use super::*;

    fn fault(bytes: &[u8]) -> String {
        Format::of(bytes)
            .and_then(Format::native)
            .unwrap_err()
            .error(Path::new("libx.so"))
            .to_string()
    }

    #[test]
    fn a_script() {
        assert_snapshot!(fault(b"#!/bin/sh\nexit\n"), @r#"
        error: inspection: `libx.so` is a script, not a shared library
          fix: name the `.so`, `.dylib` or `.dll` that `cargo build --release` makes from a crate with `crate-type = ["cdylib"]`
        "#);
    }

    #[test]
    fn a_text() {
        assert_snapshot!(fault("Grüße".as_bytes()), @r#"
        error: inspection: `libx.so` is a text file, not a shared library
          fix: name the `.so`, `.dylib` or `.dll` that `cargo build --release` makes from a crate with `crate-type = ["cdylib"]`
        "#);
        // The cut is within a character.
        assert_eq!(fault(format!("{}ü", "x".repeat(4095)).as_bytes()), fault(b"text"));
    }

    #[test]
    fn a_static_library() {
        assert_snapshot!(fault(b"!<arch>\n/               0           "), @r#"
        error: inspection: `libx.so` is a static library (`.a`, `.rlib`), not a shared one
          fix: name the `.so`, `.dylib` or `.dll` that `cargo build --release` makes from a crate with `crate-type = ["cdylib"]`
        "#);
    }

    #[test]
    fn a_download_that_was_not_unpacked() {
        assert_snapshot!(fault(b"\x1f\x8b\x08\0\0\0\0\0"), @"
        error: inspection: `libx.so` is compressed by gzip (`.gz`, `.tgz`), not a shared library
          fix: unpack it and name the library that was in it
        ");
        let what = |bytes: &[u8]| fault(bytes).lines().next().unwrap_or_default().to_owned();
        assert_snapshot!(what(b"PK\x03\x04.."), @"error: inspection: `libx.so` is a zip archive, not a shared library");
        assert_snapshot!(what(b"!<arch>\ndebian-binary   "), @"error: inspection: `libx.so` is a Debian package, not a shared library");
        let tar = [&[b'x'; 257][..], b"ustar\x0000"].concat();
        assert_snapshot!(what(&tar), @"error: inspection: `libx.so` is a tar archive, not a shared library");
    }

    #[test]
    fn a_pointer_of_git_lfs() {
        let pointer = b"version https://git-lfs.github.com/spec/v1\noid sha256:4d7a\nsize 12345\n";
        assert_snapshot!(fault(pointer), @"
        error: inspection: `libx.so` is a Git LFS pointer: the library itself was not fetched
          fix: fetch it with `git lfs pull` where the repository was cloned, and copy it again
        ");
    }

    #[test]
    fn a_download_that_failed() {
        assert_snapshot!(fault(b"\n<!DOCTYPE html><title>404</title>"), @"
        error: inspection: `libx.so` is a web page, not a shared library: a server answered with that instead
          fix: download it again from the right address; `curl --fail --location` reports a wrong one
        ");
        let denied = b"<?xml version=\"1.0\"?><Error><Code>AccessDenied</Code></Error>";
        assert_eq!(fault(denied), fault(b"<html>"));
    }

    #[test]
    fn an_object_file_of_windows() {
        assert_snapshot!(fault(b"\x64\x86\x01\0\0\0\0\0\0\0\0\0\0\0\0\0"), @r#"
        error: inspection: `libx.so` is an object file of Windows (`.obj`), not a shared library
          fix: name the `.so`, `.dylib` or `.dll` that `cargo build --release` makes from a crate with `crate-type = ["cdylib"]`
        "#);
    }

    #[test]
    fn a_webassembly_module() {
        assert_snapshot!(fault(b"\0asm\x01\0\0\0"), @r#"
        error: inspection: `libx.so` is a WebAssembly module, not a shared library
          fix: name the `.so`, `.dylib` or `.dll` that `cargo build --release` makes from a crate with `crate-type = ["cdylib"]`
        "#);
    }

    #[test]
    fn an_unknown_format() {
        assert_snapshot!(fault(b"\0\x01\x02"), @r#"
        error: inspection: `libx.so` is a file of an unknown format, not a shared library
          fix: name the `.so`, `.dylib` or `.dll` that `cargo build --release` makes from a crate with `crate-type = ["cdylib"]`
        "#);
    }

    #[test]
    fn a_universal_binary() {
        assert_snapshot!(fault(b"\xca\xfe\xba\xbe\0\0\0\x02\0\0\0\0\0\0\0\0"), @r"
        error: inspection: `libx.so` is a universal binary with libraries for several processors
          fix: extract the one for this processor: `lipo FILE -thin ARCH -output LIBRARY`
        ");
    }

    #[test]
    #[cfg(target_os = "linux")]
    fn a_library_of_another_system() {
        let mut dll = vec![0; 512];
        dll[..2].copy_from_slice(b"MZ");
        dll[0x3c] = 0x80;
        dll[0x80..0x84].copy_from_slice(b"PE\0\0");
        dll[0x98..0x9a].copy_from_slice(&[0x0b, 0x02]);
        assert_snapshot!(fault(&dll), @r"
        error: inspection: `libx.so` has the format PE (`.dll`) of Windows; on linux a plugin is ELF (`.so`)
          fix: use a build of the plugin for linux
        ");
        assert_snapshot!(fault(b"\xcf\xfa\xed\xfe\x07\0\0\x01\0\0\0\0\0\0\0\0"), @r"
        error: inspection: `libx.so` has the format Mach-O (`.dylib`) of macOS; on linux a plugin is ELF (`.so`)
          fix: use a build of the plugin for linux
        ");
    }
}
