//! Shows that `hsmod inspect` tells what is in a plugin's file, or why it is no plugin.

use hsmod_tests::build;
use hsmod_tests::scene::Scene;
use serde_json::json;

use crate::command::{hsmod, shown, values};

#[test]
fn a_plugin_is_described() {
    let scene = Scene::new().module("list_spam_checker", json!({}));
    let file = scene.plugins().join("liblist_spam_checker.so");
    let file = file.to_str().unwrap();
    let text = shown(&mut hsmod(&["inspect", file]), &scene.plugins());
    let fixed: Vec<&str> = text
        .lines()
        .filter(|line| !["built by", "glibc", "processor"].iter().any(|part| line.contains(part)))
        .collect();
    insta::assert_snapshot!(fixed.join("\n"), @"
    exit code: 0
    --- stdout
    list_spam_checker 1.0.0
      description  Refuses events sent by users on a list
      authors      The hsmod authors
      file         <folder>/liblist_spam_checker.so
      sha256       <digest>
      ABI          1.1 (hsmod-plugin-api 1.0.0)
      callbacks    spam_checker.check_event_for_spam
    ");

    let (values, code) = values(&mut hsmod(&["inspect", "--json", file]));
    assert_eq!((values.len(), code), (1, 0));
    let keys = values[0].as_object().unwrap().keys().map(String::as_str).collect::<Vec<_>>();
    insta::assert_snapshot!(keys.join(" "), @"abi arch authors callbacks description file glibc name needed panic plugin_api rustc sha256 static_tls target undefined version");
    assert_eq!(values[0]["name"], "list_spam_checker");
    assert_eq!(values[0]["file"], file);
    assert_eq!(values[0]["panic"], "unwind");
    assert_eq!(values[0]["callbacks"], json!({"spam_checker": ["check_event_for_spam"]}));
}

#[test]
fn what_is_no_plugin_is_refused_and_the_others_are_still_shown() {
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
      fix: a plugin is what `cargo build --release` makes of a crate with `crate-type = ["cdylib"]`: a `.so`, `.dylib` or `.dll`; name that file
    "#);
    let missing = folder.path().join("missing.so");
    let human = shown(&mut hsmod(&["inspect", missing.to_str().unwrap()]), folder.path());
    insta::assert_snapshot!(human, @"
    exit code: 2
    --- stderr
    error: inspection: `<folder>/missing.so` cannot be read: No such file or directory (os error 2)
      fix: copy the plugin there, or correct its name in the config
    ");
}
