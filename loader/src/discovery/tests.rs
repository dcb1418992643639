//! Shows where a plugin's file is looked up, and the messages if it does not exist.

use std::{fs::File, os::unix::fs::symlink};

use insta::assert_snapshot;

use super::*;
use crate::config::Config;

/// A folder for a config, shown as DIR, with an empty `plugins` folder in it.
struct Folder(tempfile::TempDir);

impl Folder {
    fn new(files: &[&str]) -> Self {
        let folder = Self(tempfile::tempdir().unwrap());
        fs::create_dir(folder.join("plugins")).unwrap();
        for file in files {
            File::create(folder.join(file)).unwrap();
        }
        folder
    }

    fn join(&self, path: &str) -> PathBuf {
        self.0.path().join(path)
    }

    /// The file found for `module`, or the problem.
    fn find(&self, module: &str) -> Result<PathBuf, String> {
        let yaml = format!("modules:\n  - module: {module:?}\n    name: this\n");
        let config = Config::from_yaml(&yaml, self.0.path()).unwrap();
        assert_eq!(config.problems(), []);
        let (plugins_dir, base) = (config.plugins_dir().to_owned(), config.base().to_owned());
        let (mut entries, mut report) = config.into_entries();
        match discover(entries.remove(0), &plugins_dir, &base, &mut report) {
            Some(candidate) => {
                assert!(report.problems.is_empty());
                assert_eq!(candidate.entry.module(), module);
                Ok(candidate.file)
            }
            None => Err(report.problems.remove(0).to_string()),
        }
    }

    fn finds(&self, module: &str, file: &str) {
        assert_eq!(self.find(module), Ok(self.join(file)), "{module}");
    }

    fn said_of(&self, module: &str) -> String {
        self.find(module).unwrap_err().replace(self.0.path().to_str().unwrap(), "DIR")
    }
}

/// `plugins/{stem}.so`, or the equivalent on this system.
fn plugin(stem: &str) -> String {
    format!("plugins/{stem}.{DLL_EXTENSION}")
}

#[test]
fn bare_names() {
    let names = ["libspam", "plain", "libmy_module", "libwith-dash", "lib", "libodd_-mix"];
    let files = names.map(plugin);
    let folder = Folder::new(&files.each_ref().map(String::as_str));
    folder.finds("spam", &plugin("libspam"));
    folder.finds("libspam", &plugin("libspam"));
    folder.finds("plain", &plugin("plain"));
    folder.finds("my-module", &plugin("libmy_module"));
    folder.finds("my_module", &plugin("libmy_module"));
    folder.finds("with-dash", &plugin("libwith-dash"));
    assert!(folder.find("with_dash").is_err());
}

#[test]
fn paths() {
    let folder = Folder::new(&[&plugin("libspam"), "libhere.so", "plugins/any name"]);
    folder.finds("./libhere.so", "./libhere.so");
    folder.finds("plugins/any name", "plugins/any name");
    folder.finds("plugins/../libhere.so", "plugins/../libhere.so");
    let absolute = folder.join("libhere.so");
    assert_eq!(folder.find(absolute.to_str().unwrap()), Ok(absolute));
}

#[test]
fn links_are_not_followed() {
    let folder = Folder::new(&["real"]);
    symlink("../real", folder.join(&plugin("liblinked"))).unwrap();
    folder.finds("linked", &plugin("liblinked"));
}

#[test]
fn a_bare_name_is_never_sought_outside_plugins_dir() {
    // The current directory of a test is that of the crate, in which these exist.
    let folder = Folder::new(&["libspam.so", "spam", "spam.so"]);
    for name in ["spam", "src", "c", "m"] {
        assert!(folder.find(name).is_err(), "{name}");
    }
}

#[cfg(target_os = "linux")]
mod messages {
    use super::*;

    #[test]
    fn names() {
        let folder = Folder::new(&[]);
        assert_snapshot!(folder.said_of("libspam.so"), @"
        error: module `this`: discovery: `libspam.so` is not a plugin name: a name has only letters, digits, `_` and `-`
          at modules.<item 0>.module, line 2, column 5
          fix: write a name without `lib` and the extension: `module: spam`, or a path with a separator: `./libspam.so`
        ");
        assert_snapshot!(folder.said_of("spam.dll"), @"
        error: module `this`: discovery: `spam.dll` is not a plugin name: a name has only letters, digits, `_` and `-`
          at modules.<item 0>.module, line 2, column 5
          fix: write a name without `lib` and the extension: `module: spam`, or a path with a separator: `./spam.dll`
        ");
        assert_snapshot!(folder.said_of("synapse_spam.SpamChecker"), @"
        error: module `this`: discovery: `synapse_spam.SpamChecker` is not a plugin name: a name has only letters, digits, `_` and `-`
          at modules.<item 0>.module, line 2, column 5
          fix: it looks like a Python class, which only Synapse can load: name a plugin, a shared library built for hsmod
        ");
        assert_snapshot!(folder.said_of("spam checker"), @"
        error: module `this`: discovery: `spam checker` is not a plugin name: a name has only letters, digits, `_` and `-`
          at modules.<item 0>.module, line 2, column 5
          fix: write the plugin's name, or the path of its file, with a separator
        ");
        assert_snapshot!(folder.said_of("späm\0\n"), @r"
        error: module `this`: discovery: `späm\u{0}\n` is not a plugin name: a name has only letters, digits, `_` and `-`
          at modules.<item 0>.module, line 2, column 5
          fix: write the plugin's name, or the path of its file, with a separator
        ");
        assert_snapshot!(folder.said_of("~"), @"
        error: module `this`: discovery: `~` is not a plugin name: a name has only letters, digits, `_` and `-`
          at modules.<item 0>.module, line 2, column 5
          fix: `~` is not expanded: write the path in full
        ");
        assert_snapshot!(folder.said_of(".."), @"
        error: module `this`: discovery: `..` is not a plugin name: a name has only letters, digits, `_` and `-`
          at modules.<item 0>.module, line 2, column 5
          fix: write the plugin's name, or the path of its file, with a separator
        ");
    }

    #[test]
    fn no_such_plugin() {
        let empty = Folder::new(&["plugins/notes.txt"]);
        assert_snapshot!(empty.said_of("my-module"), @"
        error: module `this`: discovery: there is no plugin `my-module` in `DIR/plugins`
          at modules.<item 0>.module, line 2, column 5
          fix: put `libmy_module.so` there; the directory has no plugins yet
        ");
        let few = Folder::new(&["plugins/libldap.so", "plugins/libspam_checker.so"]);
        assert_snapshot!(few.said_of("spam-chekcer"), @"
        error: module `this`: discovery: there is no plugin `spam-chekcer` in `DIR/plugins`
          at modules.<item 0>.module, line 2, column 5
          fix: did you mean `spam_checker`?
        ");
        assert_snapshot!(few.said_of("accept_invites"), @"
        error: module `this`: discovery: there is no plugin `accept_invites` in `DIR/plugins`
          at modules.<item 0>.module, line 2, column 5
          fix: put `libaccept_invites.so` there, or name one that is there: `ldap`, `spam_checker`
        ");
        let files: Vec<String> = (0..11).map(|i| format!("plugins/libnumber_{i}.so")).collect();
        let many = Folder::new(&files.iter().map(String::as_str).collect::<Vec<_>>());
        assert_snapshot!(many.said_of("spam"), @"
        error: module `this`: discovery: there is no plugin `spam` in `DIR/plugins`
          at modules.<item 0>.module, line 2, column 5
          fix: put `libspam.so` there, or name one of the 11 that are there
        ");
    }

    #[test]
    fn two_files() {
        let folder = Folder::new(&["plugins/libspam.so", "plugins/spam.so"]);
        assert_snapshot!(folder.said_of("spam"), @"
        error: module `this`: discovery: the name `spam` matches more than one file: `DIR/plugins/libspam.so`, `DIR/plugins/spam.so`
          at modules.<item 0>.module, line 2, column 5
          fix: keep one of them, or give the path of one
        ");
        let folder = Folder::new(&["plugins/libmy_module.so", "plugins/libmy-module.so"]);
        assert_snapshot!(folder.said_of("my-module"), @"
        error: module `this`: discovery: the name `my-module` matches more than one file: `DIR/plugins/libmy-module.so`, `DIR/plugins/libmy_module.so`
          at modules.<item 0>.module, line 2, column 5
          fix: keep one of them, or give the path of one
        ");
    }

    #[test]
    fn plugins_dir() {
        let folder = Folder::new(&[]);
        fs::remove_dir(folder.join("plugins")).unwrap();
        assert_snapshot!(folder.said_of("spam"), @"
        error: module `this`: discovery: the plugins directory `DIR/plugins` does not exist
          at modules.<item 0>.module, line 2, column 5
          fix: set `plugins_dir` to the directory that holds the plugins
        ");
        File::create(folder.join("plugins")).unwrap();
        assert_snapshot!(folder.said_of("spam"), @"
        error: module `this`: discovery: the plugins directory `DIR/plugins` is not a directory
          at modules.<item 0>.module, line 2, column 5
          fix: set `plugins_dir` to the directory that holds the plugins
        ");
        let yaml = "plugins_dir: ~/plugins\nmodules: [{module: spam}]\n";
        let config = Config::from_yaml(yaml, Path::new("/etc/hs")).unwrap();
        let plugins_dir = config.plugins_dir().to_owned();
        let (mut entries, mut report) = config.into_entries();
        assert!(discover(entries.remove(0), &plugins_dir, "/".as_ref(), &mut report).is_none());
        assert_snapshot!(report.problems[0], @"
        error: module `spam`: discovery: the plugins directory `/etc/hs/~/plugins` does not exist
          at modules.<item 0>.module, line 2, column 12
          fix: `~` is not expanded: write `plugins_dir` in full
        ");
    }

    /// The file that cargo builds for a crate whose `Cargo.toml` does not set a crate type.
    #[test]
    fn no_plugin_but_a_library_for_rust() {
        let folder = Folder::new(&["plugins/libmy_module.rlib", "plugins/libmy_modules.so"]);
        assert_snapshot!(folder.said_of("my-module"), @r#"
        error: module `this`: discovery: there is no plugin `my-module` in `DIR/plugins`
          at modules.<item 0>.module, line 2, column 5
          fix: `libmy_module.rlib` is there, but only Rust crates can use it: write `crate-type = ["cdylib", "rlib"]` below `[lib]` in the plugin's `Cargo.toml`, and rebuild it
        "#);
        assert_snapshot!(folder.said_of("plugins/libmy_module.so"), @r#"
        error: module `this`: discovery: there is no file `DIR/plugins/libmy_module.so`
          at modules.<item 0>.module, line 2, column 5
          fix: `libmy_module.rlib` is there, but only Rust crates can use it: write `crate-type = ["cdylib", "rlib"]` below `[lib]` in the plugin's `Cargo.toml`, and rebuild it
        "#);
        let built = Folder::new(&["plugins/libspam.d", "plugins/libspan.rlib"]);
        assert_snapshot!(built.said_of("plugins/libspam.so"), @"
        error: module `this`: discovery: there is no file `DIR/plugins/libspam.so`
          at modules.<item 0>.module, line 2, column 5
          fix: correct the path; a relative path starts at the config file's folder
        ");
    }

    #[test]
    fn no_such_path() {
        let folder = Folder::new(&["plugins/libspam.so"]);
        assert_snapshot!(folder.said_of("./plugins/libspan.so"), @"
        error: module `this`: discovery: there is no file `DIR/plugins/libspan.so`
          at modules.<item 0>.module, line 2, column 5
          fix: did you mean `DIR/plugins/libspam.so`?
        ");
        assert_snapshot!(folder.said_of("./elsewhere/libspam.so"), @"
        error: module `this`: discovery: there is no file `DIR/elsewhere/libspam.so`
          at modules.<item 0>.module, line 2, column 5
          fix: correct the path; a relative path starts at the config file's folder
        ");
        assert_snapshot!(folder.said_of("~/libspam.so"), @"
        error: module `this`: discovery: there is no file `DIR/~/libspam.so`
          at modules.<item 0>.module, line 2, column 5
          fix: `~` is not expanded: write the path in full
        ");
        assert_snapshot!(folder.said_of("./plugins/libspam.so/x"), @"
        error: module `this`: discovery: there is no file `DIR/plugins/libspam.so/x`
          at modules.<item 0>.module, line 2, column 5
          fix: correct the path; a relative path starts at the config file's folder
        ");
        assert_snapshot!(folder.said_of("./a\0b"), @r"
        error: module `this`: discovery: cannot access `DIR/a\u{0}b`: file name contained an unexpected NUL byte
          at modules.<item 0>.module, line 2, column 5
        ");
    }

    #[test]
    fn no_file_to_load() {
        let folder = Folder::new(&[]);
        symlink("../gone.so", folder.join("plugins/libdangling.so")).unwrap();
        symlink("libloop.so", folder.join("plugins/libloop.so")).unwrap();
        fs::create_dir(folder.join("plugins/libfolder.so")).unwrap();
        let _socket =
            std::os::unix::net::UnixListener::bind(folder.join("plugins/libsocket.so")).unwrap();
        assert_snapshot!(folder.said_of("dangling"), @"
        error: module `this`: discovery: `DIR/plugins/libdangling.so` is a symbolic link to `../gone.so`, which does not exist
          at modules.<item 0>.module, line 2, column 5
          fix: point it at the plugin's file, or remove it
        ");
        assert_snapshot!(folder.said_of("loop"), @"
        error: module `this`: discovery: `DIR/plugins/libloop.so` is a symbolic link to `libloop.so`, which cannot be followed: Too many levels of symbolic links (os error 40)
          at modules.<item 0>.module, line 2, column 5
          fix: point it at the plugin's file, or remove it
        ");
        assert_snapshot!(folder.said_of("folder"), @"
        error: module `this`: discovery: `DIR/plugins/libfolder.so` is a directory
          at modules.<item 0>.module, line 2, column 5
          fix: name the plugin's file inside it
        ");
        assert_snapshot!(folder.said_of("socket"), @"
        error: module `this`: discovery: `DIR/plugins/libsocket.so` is not a regular file
          at modules.<item 0>.module, line 2, column 5
          fix: replace it with the plugin's file
        ");
        assert_snapshot!(folder.said_of("/"), @"
        error: module `this`: discovery: `/` is a directory
          at modules.<item 0>.module, line 2, column 5
          fix: name the plugin's file inside it
        ");
    }
}
