//! Shows all messages of this stage.
//!
//! The folders of these tests are in `/tmp` or where `TMPDIR` says. Their parent folders are
//! whatever they are, so only problems with the folders themselves are checked.

use std::fs;
use std::os::unix::fs::{PermissionsExt as _, chown, symlink};
use std::path::{Path, PathBuf};

use hsmod_plugin_api::manifest::AbiVersion;
use insta::assert_snapshot;
use tempfile::TempDir;

use super::*;
use crate::inspection::fixture::Plugin;
use crate::inspection::{Platform, inspect_file};

/// A folder with a plugin in it, shown as `/plugins`.
struct Plugins {
    folder: TempDir,
    rules: Verify,
    sha256: Option<String>,
}

impl Plugins {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        chmod(folder.path(), 0o755);
        let plugins = Self { folder, rules: Verify::default(), sha256: None };
        plugins.add("libx.so");
        plugins
    }

    /// Writes a plugin to `path`, creating its folders.
    fn add(&self, path: &str) -> PathBuf {
        let path = self.path(path);
        let folder = path.parent().unwrap();
        fs::create_dir_all(folder).unwrap();
        chmod(folder, 0o755);
        fs::write(&path, Plugin::default().bytes()).unwrap();
        chmod(&path, 0o644);
        path
    }

    fn path(&self, path: &str) -> PathBuf {
        self.folder.path().join(path)
    }

    fn verify(&self, path: &str) -> (Option<Verified>, Report) {
        let mut report = Report::default();
        let abi: AbiVersion = serde_json::from_str(r#"{"major": 2, "minor": 0}"#).unwrap();
        let inspected = inspect_file(&self.path(path), &Platform::here(abi), &mut report);
        let verified = verify(inspected.unwrap(), self.rules, self.sha256.as_deref(), &mut report);
        assert_eq!(verified.is_none(), report.errors() > 0);
        (verified, report)
    }

    /// The problems with the plugin `path`; users are shown as `USER`.
    fn problems(&self, path: &str) -> String {
        let (_, report) = self.verify(path);
        let problems: Vec<_> = report.problems.iter().map(ToString::to_string).collect();
        let said = problems.join("\n").replace(self.folder.path().to_str().unwrap(), "/plugins");
        match crate::sys::effective_user() {
            0 => said.replace("owner root", "owner USER"),
            user => said.replace(&format!("owner user {user}"), "owner USER"),
        }
    }
}

fn chmod(path: &Path, mode: u32) {
    fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
}

/// Gives `path` to another user than root and the current one. Only root can do this; if this
/// returns false, the test ends.
fn give_away(path: &Path) -> bool {
    crate::sys::effective_user() == 0 && std::os::unix::fs::lchown(path, Some(4711), None).is_ok()
}

#[test]
fn the_inspected_bytes_are_the_ones_to_be_mapped() {
    let plugins = Plugins::new();
    let (verified, report) = plugins.verify("libx.so");
    assert!(report.problems.is_empty(), "{:?}", report.problems);
    let verified = verified.unwrap();
    fs::write(plugins.path("libx.so"), "replaced").unwrap();
    assert_eq!(fs::read(verified.image.path()).unwrap(), Plugin::default().bytes());
    assert_eq!(verified.image.sha256(), verified.inspection.sha256);
}

#[test]
fn a_file_others_may_write() {
    let plugins = Plugins::new();
    chmod(&plugins.path("libx.so"), 0o666);
    assert_snapshot!(plugins.problems("libx.so"), @r"
    error: verification: `/plugins/libx.so` (mode 0666, owner USER) may be written by its group and everybody, who could replace the plugin
      fix: `chmod go-w /plugins/libx.so`
    ");
    chmod(&plugins.path("libx.so"), 0o664);
    assert_snapshot!(plugins.problems("libx.so"), @r"
    error: verification: `/plugins/libx.so` (mode 0664, owner USER) may be written by its group, who could replace the plugin
      fix: `chmod g-w /plugins/libx.so`
    ");
}

#[test]
fn a_folder_others_may_write() {
    let plugins = Plugins::new();
    plugins.add("a b/c/libx.so");
    chmod(&plugins.path("a b"), 0o757);
    assert_snapshot!(plugins.problems("a b/c/libx.so"), @r"
    error: verification: `/plugins/a b` (mode 0757, owner USER) may be written by everybody, who could replace the plugin
      fix: `chmod o-w '/plugins/a b'`
    ");
}

#[test]
fn warn_loads_it_nevertheless() {
    let mut plugins = Plugins::new();
    plugins.rules.permissions = Permissions::Warn;
    chmod(&plugins.path("libx.so"), 0o646);
    assert!(plugins.verify("libx.so").0.is_some());
    assert_snapshot!(plugins.problems("libx.so"), @r"
    warning: verification: `/plugins/libx.so` (mode 0646, owner USER) may be written by everybody, who could replace the plugin
      fix: `chmod o-w /plugins/libx.so`
    ");
}

#[test]
fn a_file_of_another_user() {
    let plugins = Plugins::new();
    if give_away(&plugins.path("libx.so")) {
        assert_snapshot!(plugins.problems("libx.so"), @r"
        error: verification: `/plugins/libx.so` (mode 0644) belongs to user 4711, who could replace the plugin
          fix: `chown -h root /plugins/libx.so`
        ");
    }
}

#[test]
fn a_sticky_folder_is_as_safe_as_its_entries() {
    let plugins = Plugins::new();
    chmod(plugins.folder.path(), 0o1777);
    assert_eq!(plugins.problems("libx.so"), "");
    symlink(plugins.path("libx.so"), plugins.path("link.so")).unwrap();
    assert_eq!(plugins.problems("link.so"), "");
    if give_away(&plugins.path("link.so")) {
        assert_snapshot!(plugins.problems("link.so"), @r"
        error: verification: `/plugins/link.so` (mode 0777) belongs to user 4711, who could replace the plugin
          fix: `chown -h root /plugins/link.so`
        ");
    }
    if chown(plugins.folder.path(), Some(4711), None).is_ok() {
        assert!(
            plugins.problems("libx.so").contains("`/plugins` (mode 1777) belongs to user 4711")
        );
    }
}

#[test]
fn both_ends_of_a_link_count() {
    let plugins = Plugins::new();
    plugins.add("real/libx.so");
    fs::create_dir(plugins.path("links")).unwrap();
    symlink("../middle/libx.so", plugins.path("links/libx.so")).unwrap();
    symlink("real", plugins.path("middle")).unwrap();
    chmod(&plugins.path("links"), 0o755);
    assert_eq!(plugins.problems("links/libx.so"), "");
    chmod(&plugins.path("links"), 0o775);
    chmod(&plugins.path("real"), 0o775);
    assert_snapshot!(plugins.problems("links/libx.so"), @r"
    error: verification: `/plugins/links` (mode 0775, owner USER) may be written by its group, who could replace the plugin
      fix: `chmod g-w /plugins/links`
    error: verification: `/plugins/real` (mode 0775, owner USER) may be written by its group, who could replace the plugin
      fix: `chmod g-w /plugins/real`
    ");
}

#[test]
fn a_folder_met_twice_is_named_once() {
    let plugins = Plugins::new();
    symlink(plugins.path("libx.so"), plugins.path("link.so")).unwrap();
    chmod(plugins.folder.path(), 0o775);
    assert_snapshot!(plugins.problems("link.so"), @r"
    error: verification: `/plugins` (mode 0775, owner USER) may be written by its group, who could replace the plugin
      fix: `chmod g-w /plugins`
    ");
}

#[test]
fn a_file_replaced_while_it_was_read() {
    let plugins = Plugins::new();
    let path = plugins.path("libx.so");
    let image = Image::open(&path).unwrap();
    fs::rename(plugins.add("new.so"), &path).unwrap();
    let said = permissions::check(&image)[0].to_string();
    assert_snapshot!(said.replace(plugins.folder.path().to_str().unwrap(), "/plugins"), @r"
    error: verification: `/plugins/libx.so` was replaced while it was being read
      fix: try again
    ");
}

#[test]
fn the_digest_the_config_gives() {
    let mut plugins = Plugins::new();
    let digest = plugins.verify("libx.so").0.unwrap().inspection.sha256.clone();
    plugins.sha256 = Some(digest.to_uppercase());
    assert_eq!(plugins.problems("libx.so"), "");
    plugins.sha256 = Some("9f86d0".repeat(10) + "9f86");
    assert_snapshot!(plugins.problems("libx.so").replace(&digest, "FOUND"), @r"
    error: verification: `/plugins/libx.so` is not the file the config expects: its SHA-256 is FOUND, `sha256` says 9f86d09f86d09f86d09f86d09f86d09f86d09f86d09f86d09f86d09f86d09f86
      at sha256
      fix: if you replaced the plugin yourself, put its new digest into `sha256`; if you did not, find out who did
    ");
}

#[test]
fn permissions_and_digest_are_reported_together() {
    let mut plugins = Plugins::new();
    plugins.sha256 = Some("0".repeat(64));
    chmod(&plugins.path("libx.so"), 0o666);
    assert_eq!(plugins.verify("libx.so").1.errors(), 2);
    // `warn` concerns permissions only.
    plugins.rules.permissions = Permissions::Warn;
    assert_eq!(plugins.verify("libx.so").1.errors(), 1);
}

#[test]
fn too_many_open_files_to_seal_in() {
    let plugins = Plugins::new();
    let image = Image::open(&plugins.path("libx.so")).unwrap();
    let said = unsealed(&image, &rustix::io::Errno::MFILE.into()).to_string();
    assert_snapshot!(said.replace(plugins.folder.path().to_str().unwrap(), "/plugins"), @r"
    error: verification: `/plugins/libx.so` cannot be copied into sealed memory (memfd): Too many open files (os error 24)
      fix: this process has too many files open: raise its limit (`ulimit -n`; `LimitNOFILE=` in a systemd unit)
    ");
}

#[test]
fn no_memory_to_seal_in() {
    let plugins = Plugins::new();
    let image = Image::open(&plugins.path("libx.so")).unwrap();
    let cause = rustix::io::Errno::NOSYS.into();
    let said = unsealed(&image, &cause).to_string();
    assert_snapshot!(said.replace(plugins.folder.path().to_str().unwrap(), "/plugins"), @r"
    error: verification: `/plugins/libx.so` cannot be copied into sealed memory (memfd): Function not implemented (os error 38)
      fix: let the homeserver use `memfd_create`: a container's seccomp profile or a full memory limit may prevent it
    ");
}

#[test]
fn the_file_itself_is_mapped_where_the_config_wants_it() {
    let mut plugins = Plugins::new();
    plugins.rules.mapping = Mapping::File;
    let (verified, report) = plugins.verify("libx.so");
    let image = verified.unwrap().image;
    assert_eq!(image.path(), plugins.path("libx.so"));
    assert_eq!(report.errors(), 0);
    assert_snapshot!(plugins.problems("libx.so"), @"
    warning: verification: `/plugins/libx.so` itself is mapped, not a sealed copy: whoever writes to it changes this process
      fix: remove `verify.mapping`, unless you are debugging the plugin
    ");
}
