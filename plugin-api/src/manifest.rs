//! A plugin's description of itself: one JSON object in the section `.hsmod` (on macOS
//! `__DATA,__hsmod`) of its file, which can be read without running any of its code.

mod config_schema;
mod syntax;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::callbacks::{Own, denies};

pub use config_schema::ConfigSchema;
#[doc(hidden)]
pub use syntax::{Fault, fault};

/// The manifest of a plugin, as written by [`export_module!`](crate::export_module). A plugin in
/// another language may leave out keys; their fields are empty here.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[non_exhaustive]
pub struct Manifest {
    /// Name of the plugin: the package name of its crate.
    pub name: String,
    /// Version of the plugin's crate.
    pub version: String,
    /// Authors, as in the crate's `Cargo.toml`.
    #[serde(default)]
    pub authors: Vec<String>,
    /// One sentence about the plugin.
    #[serde(default)]
    pub description: String,
    /// Version of `hsmod-plugin-api` it was built with.
    #[serde(default)]
    pub plugin_api: String,
    /// Version of the boundary it was built for.
    pub abi: AbiVersion,
    /// The categories that the module implements and, per category, the callbacks that it wrote.
    #[serde(default)]
    pub callbacks: BTreeMap<String, Vec<String>>,
    /// What a homeserver must know, and call or answer: callbacks (`spam_checker.user_may_invite`)
    /// and requests (`send_mail`). Empty in plugins that are older than this key.
    #[serde(default)]
    pub requires: Vec<String>,
    /// The callbacks that the plugin can do without.
    #[serde(default)]
    pub optional: Vec<String>,
    /// `rustc --version` of the compiler that built it.
    #[serde(default)]
    pub rustc: String,
    /// Target triple it was built for.
    #[serde(default)]
    pub target: String,
    /// Panic strategy it was built with: `unwind` or `abort`.
    #[serde(default)]
    pub panic: String,
    /// The schema of its configs, if the plugin has one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub config_schema: Option<ConfigSchema>,
}

/// A version of the boundary. Versions with the same major are compatible; both sides then use the
/// features of the smaller minor.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[non_exhaustive]
pub struct AbiVersion {
    /// Counts incompatible changes.
    pub major: u32,
    /// Counts additions at the end of tables.
    pub minor: u32,
}

impl std::fmt::Display for AbiVersion {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}.{}", self.major, self.minor)
    }
}

/// What `export_module!` knows of the plugin; this crate adds the rest.
#[doc(hidden)]
#[derive(Debug)]
#[allow(clippy::exhaustive_structs, reason = "written by a macro of this crate only")]
pub struct Parts<'a> {
    pub name: &'a str,
    pub version: &'a str,
    /// Separated by `:`, as cargo provides them.
    pub authors: &'a str,
    pub description: &'a str,
    pub callbacks: &'a [Own],
    /// The requests that the module cannot do without.
    pub requests: &'a [&'a str],
    pub panic: &'a str,
    /// The JSON text of the schema: one, or none.
    pub config_schema: &'a [&'a str],
}

/// The length of the manifest in bytes.
#[doc(hidden)]
pub const fn length(parts: &Parts<'_>) -> usize {
    write(parts, Writer::<0>::new()).length
}

/// Encodes the manifest as JSON at compile time, so that it can be read without running the plugin.
#[doc(hidden)]
pub const fn encode<const LENGTH: usize>(parts: &Parts<'_>) -> [u8; LENGTH] {
    write(parts, Writer::<LENGTH>::new()).bytes
}

const fn write<const LENGTH: usize>(parts: &Parts<'_>, writer: Writer<LENGTH>) -> Writer<LENGTH> {
    let mut writer = writer.raw("{\"name\":").text(parts.name);
    writer = writer.raw(",\"version\":").text(parts.version);
    writer = writer.raw(",\"authors\":").list(parts.authors);
    writer = writer.raw(",\"description\":").text(parts.description);
    writer = writer.raw(",\"plugin_api\":").text(env!("CARGO_PKG_VERSION"));
    writer = writer.raw(",\"abi\":{\"major\":").number(crate::ABI.major);
    writer = writer.raw(",\"minor\":").number(crate::ABI.minor);
    writer = writer.raw("},\"callbacks\":{");
    writer = written(parts, writer).raw("},\"requires\":[");
    writer = required(parts, writer).raw("],\"optional\":[");
    writer = optional(parts, writer).raw("],\"rustc\":").text(env!("HSMOD_RUSTC"));
    writer = writer.raw(",\"target\":").text(env!("HSMOD_TARGET"));
    writer = writer.raw(",\"panic\":").text(parts.panic);
    if let [schema] = parts.config_schema {
        writer = writer.raw(",\"config_schema\":").raw(schema);
    }
    writer.raw("}")
}

/// Writes the callbacks that the module implements, by category.
const fn written<const LENGTH: usize>(
    parts: &Parts<'_>,
    mut writer: Writer<LENGTH>,
) -> Writer<LENGTH> {
    let (mut category, mut count) = (0, 0);
    while category < parts.callbacks.len() {
        let Own { category: name, written, .. } = parts.callbacks[category];
        if !written.is_empty() {
            writer = writer.comma(count).text(name).raw(":[");
            let mut index = 0;
            while index < written.len() {
                writer = writer.comma(index).text(written[index]);
                index += 1;
            }
            writer = writer.raw("]");
            count += 1;
        }
        category += 1;
    }
    writer
}

/// Writes the callbacks that may deny and are not optional, then the requests.
const fn required<const LENGTH: usize>(
    parts: &Parts<'_>,
    mut writer: Writer<LENGTH>,
) -> Writer<LENGTH> {
    let (mut category, mut count) = (0, 0);
    while category < parts.callbacks.len() {
        let Own { category: name, written, optional } = parts.callbacks[category];
        let mut index = 0;
        while index < written.len() {
            if denies(name, written[index]) && !optional.has(written[index]) {
                writer = writer.comma(count).full_name(name, written[index]);
                count += 1;
            }
            index += 1;
        }
        category += 1;
    }
    let mut index = 0;
    while index < parts.requests.len() {
        writer = writer.comma(count).text(parts.requests[index]);
        count += 1;
        index += 1;
    }
    writer
}

/// Writes the callbacks that are optional.
const fn optional<const LENGTH: usize>(
    parts: &Parts<'_>,
    mut writer: Writer<LENGTH>,
) -> Writer<LENGTH> {
    let (mut category, mut count) = (0, 0);
    while category < parts.callbacks.len() {
        let Own { category: name, written, optional } = parts.callbacks[category];
        let mut index = 0;
        while index < written.len() {
            if optional.has(written[index]) {
                writer = writer.comma(count).full_name(name, written[index]);
                count += 1;
            }
            index += 1;
        }
        category += 1;
    }
    writer
}

/// Writes JSON and other text in constants; with a `LENGTH` of 0 it only counts.
pub(crate) struct Writer<const LENGTH: usize> {
    bytes: [u8; LENGTH],
    length: usize,
}

impl<const LENGTH: usize> Writer<LENGTH> {
    pub(crate) const fn new() -> Self {
        Self { bytes: [0; LENGTH], length: 0 }
    }

    /// What was written.
    pub(crate) const fn as_str(&self) -> &str {
        // The writer appends only whole strings and ASCII bytes.
        match std::str::from_utf8(self.bytes.split_at(self.length).0) {
            Ok(text) => text,
            Err(_) => "",
        }
    }

    const fn byte(mut self, byte: u8) -> Self {
        if LENGTH > 0 {
            self.bytes[self.length] = byte;
        }
        self.length += 1;
        self
    }

    /// Appends `text` unchanged. Not byte by byte: for each of them the compiler would copy
    /// everything written so far, and a schema is long.
    pub(crate) const fn raw(mut self, text: &str) -> Self {
        let bytes = text.as_bytes();
        if LENGTH > 0 {
            let mut index = 0;
            while index < bytes.len() {
                self.bytes[self.length + index] = bytes[index];
                index += 1;
            }
        }
        self.length += bytes.len();
        self
    }

    /// Writes the comma before the item with this index, unless it is the first.
    const fn comma(self, index: usize) -> Self {
        if index == 0 { self } else { self.byte(b',') }
    }

    /// Writes `"category.callback"`; no character of the two names needs an escape.
    const fn full_name(self, category: &str, callback: &str) -> Self {
        self.byte(b'"').raw(category).byte(b'.').raw(callback).byte(b'"')
    }

    /// Writes a JSON string.
    const fn text(self, text: &str) -> Self {
        self.string(text.as_bytes(), 0, text.len())
    }

    const fn string(mut self, bytes: &[u8], start: usize, end: usize) -> Self {
        const HEX: &[u8; 16] = b"0123456789abcdef";
        self = self.byte(b'"');
        let mut index = start;
        while index < end {
            let byte = bytes[index];
            self = match byte {
                b'"' | b'\\' => self.byte(b'\\').byte(byte),
                0..0x20 => self
                    .raw("\\u00")
                    .byte(HEX[(byte >> 4) as usize])
                    .byte(HEX[(byte & 15) as usize]),
                _ => self.byte(byte),
            };
            index += 1;
        }
        self.byte(b'"')
    }

    /// Writes a JSON list of the parts between the `:`.
    const fn list(mut self, text: &str) -> Self {
        let bytes = text.as_bytes();
        self = self.byte(b'[');
        let (mut start, mut index) = (0, 0);
        while index <= bytes.len() && !bytes.is_empty() {
            if index == bytes.len() || bytes[index] == b':' {
                self = self.raw(if start == 0 { "" } else { "," }).string(bytes, start, index);
                start = index + 1;
            }
            index += 1;
        }
        self.byte(b']')
    }

    pub(crate) const fn number(self, number: u32) -> Self {
        let writer = if number >= 10 { self.number(number / 10) } else { self };
        writer.byte(b'0' + (number % 10) as u8)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::callbacks::Optional;

    const fn own(
        category: &'static str,
        written: &'static [&'static str],
        optional: Optional,
    ) -> Own {
        Own { category, written, optional }
    }

    const PARTS: Parts<'_> = Parts {
        name: "demo",
        version: "1.2.3",
        authors: "A <a@x>:B",
        description: "says \"no\"\nand \\ more",
        callbacks: &[
            own(
                "spam_checker",
                &["user_may_invite", "user_may_join_room", "x"],
                Optional::These(&["user_may_join_room"]),
            ),
            own("account_validity", &[], Optional::NONE),
            own("third_party_rules", &["on_create_room", "on_new_event"], Optional::NONE),
            own("media_repository", &["get_media_config_for_user"], Optional::All),
            own(
                "password_auth_provider",
                &["is_3pid_allowed", "on_logged_out"],
                Optional::These(&["on_logged_out"]),
            ),
        ],
        requests: &["send_mail", "http_request"],
        panic: "unwind",
        config_schema: &["{\n  \"title\": \"a \\\" b\"\n}\n"],
    };

    #[test]
    fn a_manifest_made_by_the_compiler_is_readable() {
        const LENGTH: usize = length(&PARTS);
        const BYTES: [u8; LENGTH] = encode(&PARTS);
        let manifest: Manifest = serde_json::from_slice(&BYTES).unwrap();
        assert_eq!(manifest.authors, ["A <a@x>", "B"]);
        assert_eq!(manifest.description, PARTS.description);
        assert_eq!(manifest.abi, crate::ABI);
        assert_eq!(manifest.callbacks.len(), 4);
        assert_eq!(
            manifest.callbacks["spam_checker"],
            ["user_may_invite", "user_may_join_room", "x"]
        );
        assert!(manifest.rustc.starts_with("rustc "));
        let schema = manifest.config_schema.unwrap();
        assert_eq!(schema.as_str(), r#"{"title":"a \" b"}"#);
    }

    #[test]
    fn a_manifest_without_a_schema_does_not_mention_one() {
        const WITHOUT: Parts<'_> = Parts { config_schema: &[], ..PARTS };
        const BYTES: [u8; length(&WITHOUT)] = encode(&WITHOUT);
        assert!(!std::str::from_utf8(&BYTES).unwrap().contains("config_schema"));
        let manifest: Manifest = serde_json::from_slice(&BYTES).unwrap();
        assert_eq!(manifest.config_schema, None);
        let written = serde_json::to_value(&manifest).unwrap();
        assert!(written.get("config_schema").is_none());
    }

    #[test]
    fn callbacks_that_may_deny_are_required_unless_optional() {
        const BYTES: [u8; length(&PARTS)] = encode(&PARTS);
        let manifest: Manifest = serde_json::from_slice(&BYTES).unwrap();
        assert_eq!(
            manifest.requires,
            [
                "spam_checker.user_may_invite",
                "third_party_rules.on_create_room",
                "password_auth_provider.is_3pid_allowed",
                "send_mail",
                "http_request",
            ]
        );
        assert_eq!(
            manifest.optional,
            [
                "spam_checker.user_may_join_room",
                "media_repository.get_media_config_for_user",
                "password_auth_provider.on_logged_out",
            ]
        );
    }

    #[test]
    fn a_manifest_without_requirements_lists_none() {
        const PARTS_OF_NOTHING: Parts<'_> = Parts { callbacks: &[], requests: &[], ..PARTS };
        const BYTES: [u8; length(&PARTS_OF_NOTHING)] = encode(&PARTS_OF_NOTHING);
        let manifest: Manifest = serde_json::from_slice(&BYTES).unwrap();
        assert!(manifest.requires.is_empty() && manifest.optional.is_empty());
    }
}
