//! Shows that every problem with a file is reported, and that no file exhausts the memory.

use std::fs;

use insta::assert_snapshot;

use super::*;

/// The problems with a file that contains these bytes, shown as FILE.
fn said_of(bytes: &[u8]) -> String {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("modules.yaml");
    fs::write(&file, bytes).unwrap();
    said_of_path(&file)
}

fn said_of_path(file: &Path) -> String {
    match Config::from_file(file) {
        Ok(config) => config.problems().iter().map(|problem| format!("{problem}\n")).collect(),
        Err(error) => error.to_string(),
    }
    .replace(&file.display().to_string(), "FILE")
}

#[test]
fn relative_paths_are_taken_from_the_folder() {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("modules.yaml");
    fs::write(&file, "\u{feff}plugins_dir: my/plugins\r\nmodules: []\r\n").unwrap();
    let config = Config::from_file(&file).unwrap();
    assert_eq!(config.problems(), []);
    assert_eq!(config.plugins_dir(), dir.path().join("my/plugins"));
    assert_eq!(config.source(), file.to_str());
    let from_here = Config::from_yaml("{}", Path::new("")).unwrap();
    assert_eq!(from_here.plugins_dir(), std::env::current_dir().unwrap().join("plugins"));
}

#[test]
fn a_config_needs_only_the_text() {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("modules.yaml");
    fs::write(&file, "\u{feff}plugins_dir: mine\n").unwrap();
    let text = ConfigText::from_file(&file).unwrap();
    fs::remove_file(&file).unwrap();
    let copy = ConfigText::new(text.bytes(), text.name(), text.folder());
    assert_eq!(copy, text);
    let config = Config::from_text(&copy).unwrap();
    assert_eq!(config.plugins_dir(), dir.path().join("mine"));
    assert_eq!(config.source(), file.to_str());
    let text = ConfigText::from_reader(&b"modules: ["[..], "standard input", "/etc").unwrap();
    assert_eq!(text.folder(), Path::new("/etc"));
    assert_snapshot!(Config::from_text(&text).unwrap_err(), @"
    error: config: `standard input`: this is not YAML: a value is missing here
      at line 2, column 1
      fix: check that the file was written completely: it ends too early
    ");
}

/// `-c <(..)` passes a pipe by such a name, and a pipe can be read only once.
#[test]
#[cfg(target_os = "linux")]
fn a_pipe_is_read_once_and_has_no_folder() {
    use std::os::fd::AsRawFd;
    let (reader, mut writer) = std::io::pipe().unwrap();
    std::io::Write::write_all(&mut writer, b"plugins_dir: mine\n").unwrap();
    drop(writer);
    let config = Config::from_file(format!("/dev/fd/{}", reader.as_raw_fd())).unwrap();
    assert_eq!(config.problems(), []);
    assert_eq!(config.plugins_dir(), std::env::current_dir().unwrap().join("mine"));

    let dir = tempfile::tempdir().unwrap();
    let fifo = dir.path().join("modules.yaml");
    let mode = rustix::fs::Mode::from_raw_mode(0o600);
    rustix::fs::mknodat(rustix::fs::CWD, &fifo, rustix::fs::FileType::Fifo, mode, 0).unwrap();
    let path = fifo.clone();
    let writing = std::thread::spawn(move || fs::write(path, "plugins_dir: mine\n").unwrap());
    let config = Config::from_file(&fifo).unwrap();
    writing.join().unwrap();
    assert_eq!(config.plugins_dir(), std::env::current_dir().unwrap().join("mine"));
}

#[test]
#[cfg(unix)]
fn unreadable() {
    let dir = tempfile::tempdir().unwrap();
    assert_snapshot!(said_of_path(dir.path()), @"
    error: config: `FILE` is a directory
      fix: name the config file inside it
    ");
    assert_snapshot!(said_of_path(&dir.path().join("gone.yaml")), @"
    error: config: cannot read `FILE`: No such file or directory (os error 2)
      fix: give the path of an existing file
    ");
    let link = dir.path().join("link.yaml");
    std::os::unix::fs::symlink("gone.yaml", &link).unwrap();
    assert_snapshot!(said_of_path(&link), @"
    error: config: cannot read `FILE`: No such file or directory (os error 2)
      fix: give the path of an existing file
    ");
    let circle = dir.path().join("circle.yaml");
    std::os::unix::fs::symlink("circle.yaml", &circle).unwrap();
    assert_snapshot!(said_of_path(&circle), @"
    error: config: cannot read `FILE`: Too many levels of symbolic links (os error 40)
      fix: fix the symbolic link, which leads back to itself
    ");
    fs::write(dir.path().join("file"), "").unwrap();
    assert_snapshot!(said_of_path(&dir.path().join("file/modules.yaml")), @"
    error: config: cannot read `FILE`: Not a directory (os error 20)
      fix: give an existing path: a part of this one is not a directory
    ");
    let socket = dir.path().join("socket");
    let _listening = std::os::unix::net::UnixListener::bind(&socket).unwrap();
    assert_snapshot!(said_of_path(&socket), @"
    error: config: cannot read `FILE`: No such device or address (os error 6)
      fix: give the path of a file or pipe: this is a socket, or a device without a driver
    ");
    assert_snapshot!(said_of_path(Path::new("/dev/zero")), @"
    error: config: `FILE` is a device, which holds no config
      fix: give the path of a file, or of a pipe
    ");
    assert!(said_of_path(Path::new(&"x".repeat(300))).contains("fix: "));
}

/// Cannot be provoked here, because the tests may run as root, and share their descriptors.
#[test]
#[cfg(unix)]
fn errors_of_the_system_have_remedies() {
    use rustix::io::Errno;
    for (errno, remedy) in [
        (
            Errno::ACCESS,
            "let the user who runs this program read it, and enter the folders it is in",
        ),
        (Errno::MFILE, crate::scarcity::TOO_MANY_OPEN),
        (Errno::ISDIR, "give a file, not a directory"),
        (Errno::IO, "check whether `cat` can read it"),
    ] {
        assert_eq!(source::remedy(&errno.into()), remedy);
    }
}

#[test]
fn no_text() {
    assert_snapshot!(said_of(b""), @"
    error: config: `FILE`: the config is empty
      fix: write `modules: []` for a server without modules
    ");
    assert_snapshot!(said_of(b"# only a comment\n"), @"
    error: config: `FILE`: the config is empty
      fix: write `modules: []` for a server without modules
    ");
    assert_snapshot!(said_of(b"---\n"), @"
    error: config: `FILE`: the config is empty
      fix: write `modules: []` for a server without modules
    ");
    for (bytes, kind) in [
        (&b"\xff\xfem\0o\0"[..], "UTF-16"),
        (b"\xfe\xff\0m\0o", "UTF-16"),
        (b"m\0o\0", "UTF-16"),
        (b"\0m\0o", "UTF-16"),
        (b"\xff\xfe\0\0m\0\0\0", "UTF-32"),
    ] {
        let said = said_of(bytes);
        let message = format!("error: config: `FILE`: this is {kind}, not YAML in UTF-8\n");
        assert_eq!(said, message + "  fix: save it as UTF-8");
    }
    assert_snapshot!(said_of(b"\x7fELF\x02\x01"), @"
    error: config: `FILE`: this is a program or a library, not YAML in UTF-8
      fix: name the YAML file that lists the modules
    ");
    assert_snapshot!(said_of(b"\x1f\x8b\x08"), @"
    error: config: `FILE`: this is compressed by gzip, not YAML in UTF-8
      fix: unpack it: `gunzip FILE`
    ");
    assert_snapshot!(said_of(b"modules:\n  - name: f\xfcr\n"), @"
    error: config: `FILE`: this is not UTF-8
      at line 2, column 12
      fix: save it as UTF-8
    ");
    assert_snapshot!(said_of(b"modules: []\nworker_name: \x07\n"), @"
    error: config: `FILE`: the character U+0007 is not allowed in a config
      at line 2, column 14
      fix: remove it, or write it as an escape in a double-quoted string
    ");
    assert_snapshot!(said_of("worker_name: 'a\u{2028}b'\n".as_bytes()), @"
    error: config: `FILE`: the character U+2028 is not allowed in a config
      at line 1, column 16
      fix: remove it, or write it as an escape in a double-quoted string
    ");
    assert_snapshot!(said_of(b"modules: []\n\0\0\0\0"), @"
    error: config: `FILE`: the character U+0000 is not allowed in a config
      at line 2, column 1
      fix: remove it, or write it as an escape in a double-quoted string
    ");
}

#[test]
fn too_large() {
    assert_snapshot!(said_of(&vec![b'#'; (16 << 20) + 1]), @"
    error: config: `FILE` is larger than 16 MiB
      fix: check that it is the config file
    ");
}

#[test]
fn half_written() {
    assert_snapshot!(said_of(b"modules:\n  - module: \"abc"), @"
    error: config: `FILE`: this is not YAML: the quote that is opened here is not closed
      at line 2, column 13
      fix: close it; if the file ends too early, check that it was written completely
    ");
    assert_snapshot!(said_of(b"modules:\n  - module: abc\n    config: {a: [1,\n"), @"
    error: config: `FILE`: this is not YAML: a value is missing here
      at line 4, column 1
      fix: check that the file was written completely: it ends too early
    ");
    assert_snapshot!(said_of(b"modules:\n  - module: abc\n    conf"), @"
    error: config: `FILE`: this is not YAML: the line above has no colon after its key
      at line 4, column 1
      fix: check that the file was written completely: it ends too early
    ");
}

#[test]
fn nesting_bombs() {
    for opening in ["[", "{a: ", "- ", "? "] {
        let text = opening.repeat(100_000);
        assert!(said_of(text.as_bytes()).contains("nested too deeply"), "{opening}");
    }
    assert_snapshot!(said_of("- ".repeat(200).as_bytes()), @"
    error: config: `FILE`: nested too deeply: more than 100 levels
      at line 1, column 201
      fix: check its brackets and dashes
    ");
    let nested = |depth| {
        format!(
            "modules: [{{module: a, config: {{a: {}{}}}}}]",
            "[".repeat(depth),
            "]".repeat(depth)
        )
    };
    assert_eq!(said_of(nested(95).as_bytes()), "");
    assert!(said_of(nested(97).as_bytes()).contains("nested too deeply"));
}

#[test]
fn alias_bombs() {
    let mut wide = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n".to_owned();
    let mut deep = "a0: &a0 [x]\n".to_owned();
    for i in 1..150 {
        let before = format!("*a{}", i - 1);
        wide += &format!("a{i}: &a{i} [{}]\n", [before.as_str(); 10].join(", "));
        deep += &format!("a{i}: &a{i} [{before}]\n");
    }
    assert_snapshot!(said_of(wide.as_bytes()), @"
    error: config: `FILE`: too large: its values, with aliases written out, exceed 32 MiB
      at a6.<item 0>, line 7, column 10
      fix: keep long lists in a file of their own, if the module can read one
    ");
    assert_snapshot!(said_of(deep.as_bytes()), @"
    error: config: `FILE`: nested too deeply: more than 100 levels
      at line 98, column 12
      fix: check its brackets and dashes
    ");
    let long = format!("a: &a {}\nmodules: [{}]\n", "x".repeat(1 << 20), "*a, ".repeat(40));
    assert!(said_of(long.as_bytes()).contains("exceed 32 MiB"));
    assert_snapshot!(said_of(b"modules: &a [*a]\n"), @"
    error: config: `FILE`: this alias is inside the value it refers to
      at modules.<item 0>, line 1, column 14
      fix: write the value out instead
    ");
}

#[test]
fn a_file_of_another_kind_is_not_reported_line_by_line() {
    let text = format!("modules: [{}]", "0, ".repeat(1_000));
    let said = said_of(text.as_bytes());
    assert_eq!(said.matches("error: ").count(), 201);
    assert!(said.contains("error: config: 800 more problems are not shown\n"), "{said}");
}
