//! Shows all messages of this stage, and that no file makes it panic.

use hsmod_abi::Entry;
use insta::assert_snapshot;
use serde_json::json;

use super::fixture::{Plugin, entry, manifest};
use super::*;

/// The problems with a file that contains these bytes, which is shown as `/plugins/libx.so`.
pub(super) fn problems(bytes: &[u8]) -> String {
    let (inspected, report) = inspected(bytes);
    assert_eq!(inspected.is_none(), report.errors() > 0);
    let problems: Vec<_> = report.problems.iter().map(ToString::to_string).collect();
    problems.join("\n")
}

pub(super) fn inspected(bytes: &[u8]) -> (Option<Inspected>, Report) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("libx.so");
    std::fs::write(&path, bytes).unwrap();
    let mut report = Report::default();
    let inspected = inspect_file(&path, &platform(), &mut report);
    let folder = folder.path().to_str().unwrap();
    for problem in &mut report.problems {
        problem.message = problem.message.replace(folder, "/plugins");
    }
    (inspected, report)
}

/// This machine, with ABI 2.3 and glibc 2.36.
fn platform() -> Platform {
    let abi = serde_json::from_value(json!({"major": 2, "minor": 3})).unwrap();
    Platform { glibc: GlibcVersion::parse("2.36"), ..Platform::here(abi) }
}

/// The default plugin with `value` for `key` in its manifest.
pub(super) fn with(key: &str, value: serde_json::Value) -> Plugin {
    let mut manifest = manifest();
    manifest[key] = value;
    Plugin { manifest: Some(manifest.to_string()), ..Plugin::default() }
}

#[test]
fn a_plugin_in_order() {
    let bytes = Plugin { runpath: Some("/a:/b"), ..Plugin::default() }.bytes();
    let (inspected, report) = inspected(&bytes);
    assert!(report.problems.is_empty(), "{:?}", report.problems);
    let Inspected { image, inspection } = inspected.unwrap();
    assert_eq!(image.bytes(), bytes);
    assert_eq!(inspection.runpath, ["/a", "/b"]);
    assert_eq!(inspection.needed, ["libc.so.6"]);

    let mut expected = manifest();
    expected["language"] = json!("Rust");
    expected["file"] = json!(image.path());
    expected["sha256"] = json!(image.sha256());
    expected["size"] = json!(bytes.len());
    expected["debug_info"] = json!(0);
    expected["arch"] = json!(std::env::consts::ARCH);
    expected["glibc"] = json!("2.17");
    expected["static_tls"] = json!(false);
    expected["needed"] = json!(["libc.so.6"]);
    expected["undefined"] = json!([]);
    // It was built before plugins declared this.
    expected["requires"] = json!([]);
    expected["optional"] = json!([]);
    assert_eq!(serde_json::to_value(&*inspection).unwrap(), expected);
}

#[test]
fn undefined_symbols_are_listed_with_their_library() {
    let plugin = Plugin {
        undefined: vec![
            ("malloc", Some(0), false),
            ("PyList_New", None, false),
            ("hook", None, true),
        ],
        ..Plugin::default()
    };
    let (inspected, report) = inspected(&plugin.bytes());
    assert_eq!(report.problems, []);
    let undefined = &inspected.unwrap().inspection.undefined;
    assert_snapshot!(serde_json::to_string(undefined).unwrap(), @r#"[{"name":"malloc","version":"GLIBC_2.2.5","library":"libc.so.6","weak":false},{"name":"PyList_New","version":null,"library":null,"weak":false},{"name":"hook","version":null,"library":null,"weak":true}]"#);
}

#[test]
fn a_plugin_in_c_has_a_manifest_that_says_less_and_ends_in_a_nul() {
    let manifest = json!({"name": "c", "version": "1", "abi": {"major": 2, "minor": 0}});
    let entry = Entry { language: Entry::C, unwind: Entry::HAS_NO_PANICS, ..entry() };
    let manifest = Some(format!("{manifest}\0\0"));
    let bytes = Plugin { manifest, entry: Some(entry), ..Plugin::default() }.bytes();
    let (inspected, report) = inspected(&bytes);
    assert!(report.problems.is_empty(), "{:?}", report.problems);
    let inspection = inspected.unwrap().inspection;
    assert_eq!(inspection.entry.language, Language::C);
    assert_eq!((&*inspection.manifest.name, &*inspection.manifest.rustc), ("c", ""));
}

#[test]
fn a_manifest_of_nothing_but_nuls() {
    let manifest = Some("\0\0".to_owned());
    assert_snapshot!(problems(&Plugin { manifest, ..Plugin::default() }.bytes()), @r"
    error: inspection: `/plugins/libx.so` has a manifest that cannot be read: EOF while parsing a value at line 1 column 0
      fix: copy the plugin again, or rebuild it: the file is damaged or was changed
    ");
}

#[test]
fn a_manifest_that_is_no_json() {
    let manifest = Some("{\"name\"".to_owned());
    assert_snapshot!(problems(&Plugin { manifest, ..Plugin::default() }.bytes()), @r"
    error: inspection: `/plugins/libx.so` has a manifest that cannot be read: EOF while parsing an object at line 1 column 7
      fix: copy the plugin again, or rebuild it: the file is damaged or was changed
    ");
}

#[test]
fn a_manifest_of_an_unknown_shape() {
    assert_snapshot!(problems(&with("callbacks", json!("all")).bytes()), @r#"
    error: inspection: `/plugins/libx.so` has a manifest that cannot be read: invalid type: string "all", expected a map at line 1 column 70
      fix: copy the plugin again, or rebuild it: the file is damaged or was changed
    "#);
}

#[test]
fn a_config_schema_is_kept_as_json_text() {
    let schema =
        json!({"type": "object", "title": "a \" b", "properties": {"n": {"minimum": 1.5}}});
    let (inspected, report) = inspected(&with("config_schema", schema.clone()).bytes());
    assert_eq!(report.problems, []);
    let inspection = inspected.unwrap().inspection;
    assert_eq!(serde_json::to_value(&*inspection).unwrap()["config_schema"], schema);
    assert_eq!(inspection.manifest.config_schema.as_ref().unwrap().as_str(), schema.to_string());

    // As deep as a manifest may be: dropping this as a tree would take as many nested calls.
    let deep = format!("{{\"not\":{}{}}}", "[".repeat(100_000), "]".repeat(100_000));
    let (name, abi) = (r#""name": "x", "version": "1""#, r#""abi": {"major": 2, "minor": 0}"#);
    let manifest =
        Some(format!(r#"{{{name}, {abi}, "panic": "unwind", "config_schema": {deep}}}"#));
    let (inspected, report) = self::inspected(&Plugin { manifest, ..Plugin::default() }.bytes());
    assert_eq!(report.problems, []);
    let schema = inspected.unwrap().inspection.manifest.config_schema.clone().unwrap();
    assert_eq!(schema.as_str(), deep);
}

#[test]
fn a_config_schema_that_is_not_an_object() {
    let text = "{\"type\": \"object\"}";
    assert_snapshot!(problems(&with("config_schema", json!(text)).bytes()), @"
    error: inspection: `/plugins/libx.so` has a manifest that cannot be read: `config_schema` is not a JSON object, as a JSON Schema must be here at line 1 column 142
      fix: copy the plugin again, or rebuild it: the file is damaged or was changed
    ");
    let manifest = manifest().to_string().replacen('{', r#"{"config_schema": {"type": }, "#, 1);
    let manifest = Some(manifest);
    assert_snapshot!(problems(&Plugin { manifest, ..Plugin::default() }.bytes()), @"
    error: inspection: `/plugins/libx.so` has a manifest that cannot be read: expected value at line 1 column 28
      fix: copy the plugin again, or rebuild it: the file is damaged or was changed
    ");
}

#[test]
fn a_manifest_without_end() {
    let manifest = Some(" ".repeat((1 << 20) + 1));
    assert_snapshot!(problems(&Plugin { manifest, ..Plugin::default() }.bytes()), @r"
    error: inspection: `/plugins/libx.so` has a manifest of 1048577 bytes; a manifest has at most 1048576
      fix: copy the plugin again, or rebuild it: the file is damaged or was changed
    ");
}

#[test]
fn a_manifest_symbol_that_lies() {
    let manifest_size = Some(u64::MAX);
    assert_snapshot!(problems(&Plugin { manifest_size, ..Plugin::default() }.bytes()), @r"
    error: inspection: `/plugins/libx.so` is damaged: its symbol `hsmod_manifest` lies outside its segments
      fix: copy the plugin again, or rebuild it: the file is damaged or was changed
    ");
}

#[test]
fn no_manifest() {
    assert_snapshot!(problems(&Plugin { manifest: None, ..Plugin::default() }.bytes()), @"
    error: inspection: `/plugins/libx.so` has an entry but exports no `hsmod_manifest`
      fix: rebuild it, and keep `strip` and version scripts from removing exported symbols
    ");
}

#[test]
fn a_newer_glibc() {
    let glibc = vec!["GLIBC_2.4", "GLIBC_2.38", "GLIBC_2.39"];
    let said = problems(&Plugin { glibc, ..Plugin::default() }.bytes());
    assert_snapshot!(said.replace(std::env::consts::ARCH, "ARCH"), @r"
    error: inspection: `/plugins/libx.so` needs GLIBC 2.39, this system has 2.36
      fix: build the plugin on a system with glibc 2.36 or older (or with `cargo zigbuild --target ARCH-unknown-linux-gnu.2.36`)
    ");
}

#[test]
fn glibc_where_there_is_none() {
    let platform = Platform { glibc: None, ..platform() };
    let bytes = Plugin::default().bytes();
    let library = library::read(&bytes, &platform).unwrap();
    assert_snapshot!(glibc(&library, &platform).unwrap().error(Path::new("libx.so")), @r"
    error: inspection: `libx.so` needs GLIBC 2.17, this homeserver does not run on glibc
      fix: build the plugin for the C library of the homeserver
    ");
}

#[test]
fn libraries_beside_itself() {
    for (runpath, needed) in [(Some("/a:$ORIGIN/lib"), "libc.so.6"), (None, "${ORIGIN}/liby.so")] {
        let said = problems(&Plugin { runpath, needed: vec![needed], ..Plugin::default() }.bytes());
        assert!(said.contains("$ORIGIN") || said.contains("${ORIGIN}"), "{said}");
    }
    let runpath = Some("$ORIGIN/lib");
    assert_snapshot!(problems(&Plugin { runpath, ..Plugin::default() }.bytes()), @r"
    error: inspection: `/plugins/libx.so` looks for libraries beside itself (`$ORIGIN/lib`), but is mapped from a sealed copy, which is in no folder
      fix: link these libraries statically, or give their folder as an absolute path: `patchelf --set-rpath /absolute/folder FILE`
    ");
}

#[test]
fn static_tls_is_a_warning() {
    assert_snapshot!(problems(&Plugin { flags: 0x10, ..Plugin::default() }.bytes()), @r"
    warning: inspection: `/plugins/libx.so` uses static thread-local storage, of which a process has little: with several such plugins, one will fail to load
      fix: remove the global allocator (mimalloc, jemalloc) from the plugin, which is the usual cause
    ");
}

#[test]
fn all_problems_are_reported_at_once() {
    let plugin = Plugin {
        entry: Some(Entry { unwind: Entry::ABORTS, ..entry() }),
        glibc: vec!["GLIBC_9.1"],
        runpath: Some("$ORIGIN"),
        flags: 0x10,
        ..Plugin::default()
    };
    let (inspected, report) = inspected(&plugin.bytes());
    assert!(inspected.is_none());
    assert_eq!((report.errors(), report.warnings()), (3, 1));
}

#[test]
fn an_object_file_an_executable_a_core_dump() {
    assert_snapshot!(problems(&Plugin { type_: 1, ..Plugin::default() }.bytes()), @r#"
    error: inspection: `/plugins/libx.so` is an ELF object file (`.o`), not a shared library
      fix: name the `.so`, `.dylib` or `.dll` that `cargo build --release` makes from a crate with `crate-type = ["cdylib"]`
    "#);
    assert_snapshot!(problems(&Plugin { type_: 2, ..Plugin::default() }.bytes()), @r#"
    error: inspection: `/plugins/libx.so` is an ELF executable, not a shared library
      fix: name the `.so`, `.dylib` or `.dll` that `cargo build --release` makes from a crate with `crate-type = ["cdylib"]`
    "#);
    assert_snapshot!(problems(&Plugin { type_: 4, ..Plugin::default() }.bytes()), @r#"
    error: inspection: `/plugins/libx.so` is an ELF core dump, not a shared library
      fix: name the `.so`, `.dylib` or `.dll` that `cargo build --release` makes from a crate with `crate-type = ["cdylib"]`
    "#);
}

#[test]
fn a_position_independent_executable() {
    let executable = problems(&Plugin { type_: 2, ..Plugin::default() }.bytes());
    assert_eq!(problems(&Plugin { flags_1: 0x0800_0000, ..Plugin::default() }.bytes()), executable);
}

#[test]
fn another_processor() {
    let here = Machine::here().to_string();
    let arch = std::env::consts::ARCH;
    let said = problems(&Plugin { machine: 8, ..Plugin::default() }.bytes());
    assert_snapshot!(said.replace(&here, "HERE").replace(arch, "ARCH"), @r"
    error: inspection: `/plugins/libx.so` was built for mips64 (64-bit, little-endian), this homeserver runs on HERE
      fix: build the plugin for ARCH: `cargo build --target ARCH-unknown-linux-gnu`
    ");
    let said = problems(&Plugin { machine: 4711, ..Plugin::default() }.bytes());
    assert_snapshot!(said.replace(&here, "HERE").replace(arch, "ARCH"), @r"
    error: inspection: `/plugins/libx.so` was built for ELF machine 4711 (64-bit, little-endian), this homeserver runs on HERE
      fix: build the plugin for ARCH: `cargo build --target ARCH-unknown-linux-gnu`
    ");
}

#[test]
fn another_class() {
    let mut bytes = Plugin::default().bytes();
    bytes[4] = 1;
    let said = problems(&bytes);
    assert_snapshot!(said.replace(std::env::consts::ARCH, "ARCH"), @r"
    error: inspection: `/plugins/libx.so` was built for ARCH (32-bit, little-endian), this homeserver runs on ARCH (64-bit, little-endian)
      fix: build the plugin for ARCH: `cargo build --target ARCH-unknown-linux-gnu`
    ");
}

#[test]
fn a_truncated_library() {
    let bytes = Plugin::default().bytes();
    assert_snapshot!(problems(&bytes[..bytes.len() - 100]), @"
    error: inspection: `/plugins/libx.so` is truncated: 100 of its 944 bytes are missing
      fix: copy the plugin again: the copy was interrupted, or the disk is full
    ");
    assert_snapshot!(problems(&bytes[..40]), @r"
    error: inspection: `/plugins/libx.so` is truncated: 24 of its 64 bytes are missing
      fix: copy the plugin again: the copy was interrupted, or the disk is full
    ");
}

#[test]
fn headers_that_lie() {
    let mut bytes = Plugin::default().bytes();
    bytes[32..40].fill(0xff);
    assert_snapshot!(problems(&bytes), @r"
    error: inspection: `/plugins/libx.so` is damaged: its ELF header is invalid
      fix: copy the plugin again, or rebuild it: the file is damaged or was changed
    ");
}

/// A xorshift generator, which yields the same files in every run.
struct Random(u64);

impl Random {
    fn below(&mut self, end: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 % end as u64).unwrap()
    }

    /// A byte that is likely to be a limit of something.
    fn byte(&mut self) -> u8 {
        let edges = [0, 1, 2, 0x7f, 0x80, 0xfe, 0xff];
        let index = self.below(2 * edges.len());
        edges.get(index).copied().unwrap_or_else(|| u8::try_from(self.below(256)).unwrap())
    }
}

/// Reads `bytes` in every way, and ignores the results.
fn read(bytes: &[u8]) {
    let platform = platform();
    if let Ok(library) = library::read(bytes, &platform)
        && let Ok(entry) = super::entry::read(&library, &platform)
    {
        let _ = super::manifest(library.manifest, &entry);
    }
    let _ = other::read(bytes, &platform.machine);
}

#[test]
fn no_prefix_of_a_plugin_is_too_short() {
    let bytes = Plugin::default().bytes();
    (0..bytes.len()).for_each(|end| read(&bytes[..end]));
}

#[test]
fn no_change_to_a_plugin_is_too_hostile() {
    let bytes = Plugin { runpath: Some("$ORIGIN"), ..Plugin::default() }.bytes();
    for at in 0..bytes.len() {
        for value in [0, 1, 0x7f, 0x80, 0xff] {
            let mut changed = bytes.clone();
            changed[at] = value;
            read(&changed);
        }
    }
    let mut random = Random(0x9e37_79b9_7f4a_7c15);
    for _ in 0..20_000 {
        let mut changed = bytes.clone();
        for _ in 0..=random.below(8) {
            let at = random.below(changed.len());
            changed[at] = random.byte();
        }
        changed.truncate(changed.len() - random.below(2) * random.below(changed.len()));
        read(&changed);
    }
}

#[test]
fn no_random_bytes_are_too_hostile() {
    let mut random = Random(0x2545_f491_4f6c_dd1d);
    let magics: [&[u8]; 5] =
        [b"\x7fELF\x02\x01\x01", b"\x7fELF\x01\x02\x01", b"MZ", b"\xcf\xfa\xed\xfe", b""];
    for round in 0..20_000 {
        let mut bytes = magics[round % magics.len()].to_vec();
        let size = random.below(600);
        bytes.extend((0..size).map(|_| random.byte()));
        read(&bytes);
    }
}

/// A library as a linker writes it: the C library that this test runs with.
#[test]
#[cfg(target_env = "gnu")]
fn a_real_library() {
    let maps = std::fs::read_to_string("/proc/self/maps").unwrap();
    let path = maps.lines().find(|line| line.ends_with("libc.so.6")).unwrap();
    let path = &path[path.find('/').unwrap()..];
    let mut bytes = std::fs::read(path).unwrap();
    assert!(problems(&bytes).contains("is not an hsmod plugin"));

    let mut random = Random(0xdead_beef_cafe_f00d);
    for round in 0..2_000 {
        let end = if round % 2 == 0 { 4096 } else { bytes.len() };
        let at = random.below(end);
        let before = std::mem::replace(&mut bytes[at], random.byte());
        let _ = library::read(&bytes, &platform());
        bytes[at] = before;
    }
}
