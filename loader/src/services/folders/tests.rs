//! Shows all messages about folders, and which folders are in order.

use std::os::unix::fs::{PermissionsExt as _, symlink};

use insta::assert_snapshot;
use tempfile::TempDir;

use super::*;

/// A folder that is shown as `/hs`.
struct Site(TempDir);

impl Site {
    fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    fn path(&self, path: &str) -> std::path::PathBuf {
        self.0.path().join(path)
    }

    fn shown(&self, fault: Option<Fault>) -> String {
        let Some(Fault { message, fix }) = fault else { return String::new() };
        let user = format!("user {}", sys::effective_user());
        let text = format!("{message}\n  fix: {fix}").replace(&user, "user USER");
        text.replace(self.0.path().to_str().unwrap(), "/hs")
    }

    fn data(&self, path: &str) -> String {
        self.shown(no_place_for_data(&self.path(path)))
    }

    fn templates(&self, path: &str) -> String {
        self.shown(no_templates(&self.path(path)))
    }
}

#[test]
fn a_data_dir_that_can_be_made_is_in_order_and_is_not_made() {
    let site = Site::new();
    assert_eq!(site.data("."), "");
    assert_eq!(site.data("new/and/deep"), "");
    symlink("elsewhere", site.path("link")).unwrap();
    fs::create_dir(site.path("elsewhere")).unwrap();
    assert_eq!(site.data("link/data"), "");
    assert!(!site.path("new").exists() && !site.path("elsewhere/data").exists());
}

#[test]
fn a_folder_that_is_a_file() {
    let site = Site::new();
    fs::write(site.path("file"), "").unwrap();
    assert_snapshot!(site.data("file"), @r"
    `/hs/file` is not a folder
      fix: give the path of a folder, or remove what is there
    ");
    assert_snapshot!(site.data("file/data"), @r"
    `/hs/file/data` does not exist and cannot be created: `/hs/file` is not a folder
      fix: give the path of a folder, or remove what is there
    ");
    assert_eq!(site.templates("file"), site.data("file"));
}

#[test]
fn a_link_to_nowhere() {
    let site = Site::new();
    symlink("/hs-unmounted/data", site.path("link")).unwrap();
    assert_snapshot!(site.data("link"), @r"
    `/hs/link` is a symbolic link to `/hs-unmounted/data`, which does not exist
      fix: create that folder, or give the path of another
    ");
    assert_eq!(site.templates("link"), site.data("link"));
    // Creating it would not create the folder that the operator wants, at the link's target.
    assert_snapshot!(site.data("link/data"), @r"
    `/hs/link/data` does not exist and cannot be created: `/hs/link` is a symbolic link to `/hs-unmounted/data`, which does not exist
      fix: create that folder, or give the path of another
    ");
    symlink("loop", site.path("loop")).unwrap();
    assert_snapshot!(site.data("loop"), @r"
    `/hs/loop` cannot be accessed: Too many levels of symbolic links (os error 40)
      fix: fix this, or give the path of another folder
    ");
}

/// Root has the permission to write there, but the kernel refuses.
#[test]
#[cfg(target_os = "linux")]
fn a_data_dir_in_a_file_system_of_the_kernel() {
    let site = Site::new();
    if sys::effective_user() == 0 {
        assert_snapshot!(site.data("/proc/nope"), @r"
        `/proc/nope` does not exist and cannot be created: no files can be created in `/proc`: it is on a virtual file system of the kernel
          fix: set `data_dir` to a folder on a disk
        ");
    }
}

#[test]
fn a_folder_of_another_user() {
    let site = Site::new();
    fs::create_dir(site.path("data")).unwrap();
    fs::set_permissions(site.path("data"), fs::Permissions::from_mode(0o500)).unwrap();
    let denied = ErrorKind::PermissionDenied.into();
    let unwritable = site.shown(Some(unwritable(&site.path("data"), &denied)));
    assert_snapshot!(unwritable, @r"
    no files can be created in `/hs/data`: user USER, who runs this, may not
      fix: give `/hs/data` to the user that runs the homeserver; if that is not you, run this as that user
    ");
    let closed = site.shown(Some(out_of_reach(&site.path("data"), &denied)));
    assert_snapshot!(closed, @r"
    user USER, who runs this, may not enter `/hs/data`
      fix: let the user that runs the homeserver enter it and the folders above it (`chmod +x`); if that is not you, run this as that user
    ");
    // Root may do all of this.
    if sys::effective_user() != 0 {
        assert_eq!(site.data("data"), unwritable);
        assert_eq!(
            site.data("data/deep"),
            "`/hs/data/deep` does not exist and cannot be created: no files can be created in \
             `/hs/data`: user USER, who runs this, may not\n  fix: create `/hs/data/deep`, and \
             give it to the user that runs the homeserver; if that is not you, run this as that \
             user"
        );
        fs::set_permissions(site.path("data"), fs::Permissions::from_mode(0o600)).unwrap();
        assert_eq!(site.templates("data"), closed);
    }
}

#[test]
fn a_data_dir_that_cannot_be_written_for_other_reasons() {
    let site = Site::new();
    let said =
        |errno: rustix::io::Errno| site.shown(Some(unwritable(&site.path("data"), &errno.into())));
    assert_snapshot!(said(rustix::io::Errno::ROFS), @r"
    no files can be created in `/hs/data`: it is mounted read-only
      fix: mount it writable (systemd: `ReadWritePaths=`; containers: a volume), or set `data_dir` to a writable folder
    ");
    assert_snapshot!(said(rustix::io::Errno::IO), @r"
    no files can be created in `/hs/data`: Input/output error (os error 5)
      fix: set `data_dir` to another folder
    ");
}

#[test]
fn a_templates_dir_must_be_there() {
    let site = Site::new();
    assert_eq!(site.templates("."), "");
    assert_snapshot!(site.templates("nope"), @r"
    `/hs/nope` does not exist
      fix: create the folder and put your templates there, or remove `templates_dir`: modules then use their own
    ");
}

#[cfg(all(feature = "storage", feature = "templates"))]
mod in_a_config {
    use super::*;
    use crate::rehearsal::Rehearsal;

    const CONFIG: &str = "modules: []\ndata_dir: /dev/null/data\ntemplates_dir: nope\n";

    fn said(problems: &[Problem]) -> String {
        problems.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n")
    }

    #[test]
    fn problems_say_where_the_folder_is_named() {
        let config = Config::from_yaml(CONFIG, "/hs".as_ref()).unwrap();
        let problems = unusable(&config);
        assert_snapshot!(said(&problems), @r"
        error: config: `/dev/null/data` does not exist and cannot be created: `/dev/null` is not a folder
          at data_dir, line 2, column 1
          fix: give the path of a folder, or remove what is there
        error: config: `/hs/nope` does not exist
          at templates_dir, line 3, column 1
          fix: create the folder and put your templates there, or remove `templates_dir`: modules then use their own
        ");
        assert_eq!(unusable_in(&config, &Host::new("x")), problems);
        let value = serde_json::json!({"modules": [], "templates_dir": "nope"});
        let config = Config::from_value(value, &[], "/hs".as_ref()).unwrap();
        assert_snapshot!(said(&unusable(&config)), @r"
        error: config: `/hs/nope` does not exist
          at templates_dir
          fix: create the folder and put your templates there, or remove `templates_dir`: modules then use their own
        ");
    }

    #[test]
    fn a_rehearsal_needs_the_folders_that_it_is_to_use() {
        let config = Config::from_yaml(CONFIG, "/hs".as_ref()).unwrap();
        let rehearsal = Rehearsal::new(|_| String::new());
        let found = |rehearsal| {
            let host = Host::new("x").rehearsal(rehearsal);
            unusable_in(&config, &host).into_iter().filter_map(|problem| problem.path)
        };
        assert!(found(&rehearsal).eq(["templates_dir"]));
        let live = rehearsal.clone().live(Service::Storage);
        assert!(found(&live).eq(["data_dir", "templates_dir"]));
    }
}
