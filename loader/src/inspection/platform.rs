//! What a plugin has to fit: the ABI, the processor and the C library of this homeserver.

use std::fmt;

use hsmod_plugin_api::manifest::AbiVersion;
use serde::{Serialize, Serializer};

use crate::sys;

/// What a plugin has to fit.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Platform {
    /// The ABI version that the homeserver supports.
    pub abi: AbiVersion,
    /// The processor.
    pub machine: Machine,
    /// The running glibc, if it is the C library.
    pub glibc: Option<GlibcVersion>,
}

impl Platform {
    /// The platform of this process; `abi` is the host's.
    pub fn here(abi: AbiVersion) -> Self {
        let glibc = sys::glibc_version().and_then(|version| GlibcVersion::parse(&version));
        Self { abi, machine: Machine::here(), glibc }
    }
}

/// A kind of processor.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Machine {
    /// Rust's name for it: `x86_64`, `aarch64`.
    pub arch: String,
    /// The size of an address in bits.
    pub bits: u32,
    /// Whether numbers are little-endian.
    pub little_endian: bool,
}

impl Machine {
    /// The machine this process runs on.
    pub fn here() -> Self {
        Self {
            arch: std::env::consts::ARCH.to_owned(),
            bits: usize::BITS,
            little_endian: cfg!(target_endian = "little"),
        }
    }
}

impl fmt::Display for Machine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let endian = if self.little_endian { "little" } else { "big" };
        write!(f, "{} ({}-bit, {endian}-endian)", self.arch, self.bits)
    }
}

/// A version of glibc: `2.36`, `2.2.5`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct GlibcVersion {
    major: u32,
    minor: u32,
    patch: u32,
}

impl GlibcVersion {
    /// Parses two or three numbers separated by dots; anything that follows them, as in
    /// `2.36-custom`, is ignored.
    pub fn parse(version: &str) -> Option<Self> {
        let numbers = version.split(|c: char| !c.is_ascii_digit() && c != '.').next()?;
        let mut numbers = numbers.split('.').map(|number| number.parse().ok());
        let (major, minor) = (numbers.next()??, numbers.next()??);
        Some(Self { major, minor, patch: numbers.next().flatten().unwrap_or(0) })
    }
}

impl fmt::Display for GlibcVersion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.major, self.minor)?;
        if self.patch > 0 { write!(f, ".{}", self.patch) } else { Ok(()) }
    }
}

impl Serialize for GlibcVersion {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_compare_as_numbers() {
        let version = |text| GlibcVersion::parse(text).unwrap();
        assert!(version("2.4") < version("2.36"));
        assert!(version("2.2.5") > version("2.2"));
        assert_eq!(version("2.36-custom"), version("2.36"));
        assert_eq!(version("2.2.5").to_string(), "2.2.5");
        assert_eq!(version("2.36").to_string(), "2.36");
    }

    #[test]
    fn invalid_versions_are_none() {
        for text in ["", "2", "2.", "PRIVATE", "ABI_DT_RELR", ".1", "99999999999.1"] {
            assert_eq!(GlibcVersion::parse(text), None, "{text}");
        }
    }
}
