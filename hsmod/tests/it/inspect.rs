//! Tests that `hsmod inspect` shows what a plugin's file contains, or why it is not a plugin.

use hsmod_tests::build;
use hsmod_tests::scene::Scene;
use serde_json::json;

#[cfg(target_os = "linux")]
use crate::check::check;
#[cfg(target_os = "linux")]
use crate::children::make_fifo;
use crate::command::{hsmod, shown, values};

#[test]
fn a_plugin_is_described() {
    let scene = Scene::new().module("list_spam_checker", json!({}));
    let file = scene.plugins().join("liblist_spam_checker.so");
    let file = file.to_str().unwrap();
    let text = shown(&mut hsmod(&["inspect", file]), &scene.plugins());
    let fixed: Vec<&str> = text
        .lines()
        .filter(|line| {
            !["built by", "debug info", "glibc", "processor", "needs"]
                .iter()
                .any(|part| line.contains(part))
        })
        .collect();
    insta::assert_snapshot!(fixed.join("\n"), @"
    exit code: 0
    --- stdout
    list_spam_checker 0.9.0
      description  Refuses events sent by users on a list
      authors      The hsmod authors
      file         <folder>/liblist_spam_checker.so
      sha256       <digest>
      ABI          2.0 (hsmod-plugin-api 0.9.0)
      language     Rust
      config       has a schema: `--json` shows it
      callbacks    spam_checker.check_event_for_spam
      requires     spam_checker.check_event_for_spam
    ");

    let (values, code) = values(&mut hsmod(&["inspect", "--json", file]));
    assert_eq!((values.len(), code), (1, 0));
    let keys = values[0].as_object().unwrap().keys().map(String::as_str).collect::<Vec<_>>();
    insta::assert_snapshot!(keys.join(" "), @"abi arch authors callbacks config_schema debug_info description file glibc language name needed optional panic plugin_api requires rustc sha256 size static_tls target undefined version");
    assert_eq!(values[0]["name"], "list_spam_checker");
    assert_eq!(values[0]["file"], file);
    assert_eq!(values[0]["panic"], "unwind");
    assert_eq!(values[0]["callbacks"], json!({"spam_checker": ["check_event_for_spam"]}));
}

#[test]
fn other_files_are_refused_and_plugins_still_shown() {
    let folder = tempfile::tempdir().unwrap();
    let text = folder.path().join("notes.so");
    std::fs::write(&text, "no plugin at all").unwrap();
    let plugin = build::plugin("demo");
    let arguments = ["inspect", "--json", text.to_str().unwrap(), plugin.to_str().unwrap()];
    let (both, code) = values(&mut hsmod(&arguments));
    assert_eq!(code, 1);
    assert_eq!(both[0]["file"], text.to_str().unwrap());
    assert_eq!(both[0]["problems"][0]["severity"], "error");
    assert_eq!(both[1]["name"], "demo");
    let human = shown(&mut hsmod(&["inspect", text.to_str().unwrap()]), folder.path());
    insta::assert_snapshot!(human, @r#"
    exit code: 1
    --- stderr
    error: inspection: `<folder>/notes.so` is a text file, not a shared library
      fix: name the `.so`, `.dylib` or `.dll` that `cargo build --release` makes from a crate with `crate-type = ["cdylib"]`
    "#);
    let missing = folder.path().join("missing.so");
    let human = shown(&mut hsmod(&["inspect", missing.to_str().unwrap()]), folder.path());
    insta::assert_snapshot!(human, @"
    exit code: 2
    --- stderr
    error: inspection: `<folder>/missing.so` cannot be read: No such file or directory (os error 2)
      fix: copy the plugin there, or correct its name in the config
    ");
    // This is what cargo builds if a crate's `Cargo.toml` lacks `crate-type = ["cdylib"]`.
    std::fs::write(folder.path().join("libmissing.rlib"), "!<arch>").unwrap();
    let human = shown(&mut hsmod(&["inspect", missing.to_str().unwrap()]), folder.path());
    insta::assert_snapshot!(human, @r#"
    exit code: 2
    --- stderr
    error: inspection: `<folder>/missing.so` cannot be read: No such file or directory (os error 2)
      fix: `libmissing.rlib` is there, but only Rust crates can use it: write `crate-type = ["cdylib", "rlib"]` below `[lib]` in the plugin's `Cargo.toml`, and rebuild it
    "#);
}

/// The workspace's profiles build one of these plugins with debug information and one without.
#[cfg(target_os = "linux")]
#[test]
fn a_file_that_is_mostly_debug_information_is_said_to_be() {
    let row = |plugin: &str| {
        let scene = Scene::new().module(plugin, json!({}));
        let file = scene.plugins().join(format!("lib{plugin}.so"));
        let file = file.to_str().unwrap();
        let (values, _) = values(&mut hsmod(&["inspect", "--json", file]));
        let [size, debug_info] = ["size", "debug_info"].map(|key| values[0][key].as_u64().unwrap());
        assert_eq!(size, std::fs::metadata(file).unwrap().len());
        let text = shown(&mut hsmod(&["inspect", file]), &scene.plugins());
        let row = text.lines().find_map(|line| line.strip_prefix("  debug info   "));
        let numbers = format!("{} % of {size} bytes", debug_info * 100 / size);
        (debug_info, row.map(|row| row.replace(&numbers, "<percent> % of <size> bytes")))
    };
    let (debug_info, row_of_it) = row("demo");
    assert!(debug_info > 0);
    insta::assert_snapshot!(row_of_it.unwrap(), @r#"<percent> % of <size> bytes, read and hashed at every start: put `strip = "debuginfo"` under `[profile.release]` in its Cargo.toml, or run `strip --strip-debug` on a copy of it"#);
    assert_eq!(row("scripted"), (0, None));
}

#[cfg(target_os = "linux")]
#[test]
fn needed_libraries_and_symbols_are_shown() {
    let scene = Scene::new().module("bad_undefined", json!({}));
    let file = scene.plugins().join("libbad_undefined.so");
    let file = file.to_str().unwrap();
    let text = shown(&mut hsmod(&["inspect", file]), &scene.plugins());
    let row = |name: &str| {
        let row = text.lines().find_map(|line| line.strip_prefix(&format!("  {name:<13}")));
        row.unwrap_or_else(|| panic!("no row `{name}` in\n{text}")).to_owned()
    };
    insta::assert_snapshot!(row("undefined"), @"hsmod_function_that_nobody_has (provided by a library that it needs, or by the homeserver)");
    let needs = row("needs");
    let counted =
        |library: &str| needs.contains(&format!("{library} (")) && needs.contains("symbols)");
    assert!(counted("libc.so.6") && counted("libgcc_s.so.1"), "{needs}");

    let (values, code) = values(&mut hsmod(&["inspect", "--json", file]));
    assert_eq!(code, 0);
    let needed = values[0]["needed"].as_array().unwrap();
    assert!(needed.contains(&json!("libc.so.6")), "{needed:?}");
    let undefined = values[0]["undefined"].as_array().unwrap();
    let named = |name: &str| undefined.iter().find(|symbol| symbol["name"] == name).unwrap();
    insta::assert_snapshot!(named("hsmod_function_that_nobody_has"), @r#"{"library":null,"name":"hsmod_function_that_nobody_has","version":null,"weak":false}"#);
    assert_eq!(named("memcpy")["library"], "libc.so.6");
}

#[test]
fn a_folder_is_shown_plugin_by_plugin() {
    let scene = Scene::new()
        .module("list_spam_checker", json!({"evil_users": []}))
        .module("demo", json!({}));
    let folder = scene.plugins();
    std::fs::write(folder.join("README"), "").unwrap();
    std::fs::create_dir(folder.join("old.so")).unwrap();
    std::fs::write(folder.join("libpage.so"), "<!DOCTYPE html>").unwrap();
    let text = shown(&mut hsmod(&["inspect", folder.to_str().unwrap()]), &folder);
    let names: Vec<&str> = text.lines().filter(|line| !line.starts_with("  ")).collect();
    insta::assert_snapshot!(names.join("\n"), @"
    exit code: 1
    --- stdout
    demo 0.9.0

    list_spam_checker 0.9.0
    --- stderr
    warning: discovery: in `<folder>`, files that are not named like shared libraries are skipped: `README`
    error: inspection: `<folder>/libpage.so` is a web page, not a shared library: a server answered with that instead
    ");
    let (values, code) = values(&mut hsmod(&["inspect", "--json", folder.to_str().unwrap()]));
    let files: Vec<&str> = values.iter().map(|value| value["file"].as_str().unwrap()).collect();
    let names =
        ["libdemo.so", "liblist_spam_checker.so", "libpage.so"].map(|name| folder.join(name));
    assert_eq!(files, names.each_ref().map(|name| name.to_str().unwrap()));
    assert_eq!(code, 1);
}

#[test]
fn a_folder_without_plugins_is_said_to_be_one() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().to_str().unwrap();
    insta::assert_snapshot!(shown(&mut hsmod(&["inspect", path]), folder.path()), @"
    exit code: 1
    --- stderr
    error: discovery: there is no plugin in the folder `<folder>`: there is no file in it
      fix: build one with `cargo build --release`, which puts it into `target/release`
    ");
    std::fs::write(folder.path().join("demo.so.bak"), "").unwrap();
    insta::assert_snapshot!(shown(&mut hsmod(&["inspect", path]), folder.path()), @"
    exit code: 1
    --- stderr
    error: discovery: there is no plugin in the folder `<folder>`: no file in it ends in `.so`, but there is `demo.so.bak`
      fix: build one with `cargo build --release`, which puts it into `target/release`
    ");
    let (values, code) = values(&mut hsmod(&["inspect", "--json", path]));
    assert_eq!((&values[0]["file"], code), (&json!(path), 1));
}

#[cfg(target_os = "linux")]
#[test]
fn pipes_and_devices_are_refused_at_once() {
    let scene = Scene::new().module("demo", json!({}));
    let fifo = scene.plugins().join("libdemo.so");
    std::fs::remove_file(&fifo).unwrap();
    make_fifo(&fifo);
    let fifo = fifo.to_str().unwrap();
    insta::assert_snapshot!(shown(&mut hsmod(&["inspect", fifo, "/dev/zero"]), scene.folder()), @"
    exit code: 1
    --- stderr
    error: inspection: `<folder>/plugins/libdemo.so` is a pipe, not a plugin
      fix: name the plugin's library
    error: inspection: `/dev/zero` is a device, not a plugin
      fix: name the plugin's library
    ");
    insta::assert_snapshot!(check(&scene, &[]), @"
    exit code: 1
    --- stdout
    failed  demo (demo)
    error: module `demo`: discovery: `<folder>/plugins/libdemo.so` is not a regular file
      at modules.<item 0>.module, line 5, column 7
      fix: replace it with the plugin's file
    1 module: 1 error, 0 warnings
    ");
}
