//! A file of domains, one per line.

use std::collections::HashSet;
use std::fs::{File, Metadata};
use std::io::{self, Read as _};
use std::path::PathBuf;
use std::time::SystemTime;

use hsmod_plugin_api::prelude::*;

use super::normal;

/// The size limit. Even complete lists of disposable addresses take only a few MiB.
const BYTES_MAX: u64 = 32 << 20;

pub(super) struct ListFile {
    path: PathBuf,
}

/// The content of a file.
#[derive(Default)]
pub(super) struct Contents {
    pub(super) domains: HashSet<String>,
    pub(super) version: Version,
}

/// Identifies a version of the file, by its modification time and length.
pub(super) type Version = Option<(SystemTime, u64)>;

impl ListFile {
    pub(super) fn new(path: impl Into<PathBuf>) -> Self {
        Self { path: path.into() }
    }

    /// # Errors
    /// The file cannot be read.
    pub(super) fn read(&self) -> Result<Contents, ConfigError> {
        let read = || {
            let file = File::open(&self.path)?;
            let version = version(&file.metadata()?);
            let mut text = String::new();
            let length = file.take(BYTES_MAX + 1).read_to_string(&mut text)?;
            if u64::try_from(length).is_ok_and(|length| length > BYTES_MAX) {
                return Err(io::Error::other(format!("it has more than {BYTES_MAX} bytes")));
            }
            Ok(Contents { domains: self.parse(&text), version })
        };
        read().map_err(|error: io::Error| {
            ConfigError::new(format_args!("`{}` cannot be read: {error}", self.path.display()))
        })
    }

    /// Reads the file, unless its version is the known one.
    ///
    /// # Errors
    /// The file cannot be read.
    pub(super) fn read_unless(&self, known: Version) -> Result<Option<Contents>, ConfigError> {
        let found = std::fs::metadata(&self.path).ok().and_then(|metadata| version(&metadata));
        if found.is_some() && found == known {
            return Ok(None);
        }
        self.read().map(Some)
    }

    /// Parses the lines. An invalid line is logged and skipped; it is no reason to drop the whole
    /// list.
    fn parse(&self, text: &str) -> HashSet<String> {
        let mut domains = HashSet::new();
        for (number, line) in text.lines().enumerate() {
            let line = line.split('#').next().unwrap_or_default().trim();
            match normal(line) {
                Some(domain) => drop(domains.insert(domain)),
                None if line.is_empty() => {}
                None => {
                    let (path, number) = (self.path.display(), number + 1);
                    tracing::warn!("`{path}`, line {number}: this is not a domain, and is skipped");
                }
            }
        }
        domains
    }
}

fn version(metadata: &Metadata) -> Version {
    metadata.modified().ok().map(|time| (time, metadata.len()))
}
