//! What a plugin says of itself: one JSON object in the section `.hsmod`, readable without
//! running any of its code.

use serde::{Deserialize, Serialize};

/// The manifest of a plugin, as [`export_module!`](crate::export_module) wrote it.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[non_exhaustive]
pub struct Manifest {
    /// Name of the plugin: the package name of its crate.
    pub name: String,
    /// Version of the plugin's crate.
    pub version: String,
    /// Authors, as in the crate's `Cargo.toml`.
    pub authors: Vec<String>,
    /// One sentence about the plugin.
    pub description: String,
    /// Version of `hsmod-plugin-api` it was built with.
    pub plugin_api: String,
    /// Version of the boundary it was built for.
    pub abi: AbiVersion,
    /// Categories it implements and, per category, the callbacks it wrote.
    pub callbacks: std::collections::BTreeMap<String, Vec<String>>,
    /// `rustc --version` of the compiler that built it.
    pub rustc: String,
    /// Target triple it was built for.
    pub target: String,
    /// Panic strategy it was built with: `unwind` or `abort`.
    pub panic: String,
}

/// A version of the boundary. Equal majors understand each other; the smaller minor is the
/// interface.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[non_exhaustive]
pub struct AbiVersion {
    /// Incompatible changes.
    pub major: u32,
    /// Additions at the tail.
    pub minor: u32,
}
