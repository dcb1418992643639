//! Tests that `hsmod replay` and `hsmod call` accept pipes, blank lines and byte order marks, and
//! that for files in another format they name the tool that converts them.

use std::io::Write as _;
use std::process::{Command, Stdio};

use hsmod_tests::scene::Scene;
use serde_json::{Value, json};

use crate::call::{INVITE, call, invite};
use crate::command::{hsmod, shown, values};
use crate::replay::{event, replay};

const MARK: &str = "\u{feff}";

fn demo() -> Scene {
    Scene::new().module("demo", json!({}))
}

/// The events `$1`, `$2`, .., one per line.
fn numbered(count: usize) -> Vec<String> {
    (1..=count).map(|n| event(&format!("${n}"), "@alice:localhost").to_string()).collect()
}

/// The output for a file with these bytes.
fn said(bytes: &[u8]) -> String {
    let scene = demo();
    let mut command = replay(&scene, "", &[]);
    std::fs::write(scene.folder().join("events.ndjson"), bytes).unwrap();
    shown(&mut command, scene.folder())
}

/// The events that were allowed and the lines that failed, in order.
fn outcomes(events: &str) -> Vec<Value> {
    let (mut lines, _) = values(&mut replay(&demo(), events, &["--json"]));
    let summary = lines.pop().unwrap();
    assert_eq!(summary["summary"]["events"], lines.len());
    let outcome = |line: Value| {
        if line["line"].is_null() { line["event_id"].clone() } else { line["line"].clone() }
    };
    lines.into_iter().map(outcome).collect()
}

/// Feeds these bytes to the command's standard input.
fn fed(mut command: Command, bytes: &[u8]) -> Command {
    let (reader, mut writer) = std::io::pipe().unwrap();
    command.stdin(reader);
    let bytes = bytes.to_vec();
    // The command may refuse to read.
    std::thread::spawn(move || writer.write_all(&bytes));
    command
}

#[test]
fn blank_lines_are_skipped_and_counted_as_lines() {
    let [one, two] = &numbered(2)[..] else { panic!() };
    assert_eq!(
        outcomes(&format!("\n{one}\n\n  \t\r\nno event\n{two}\r\n\n")),
        ["$1".into(), json!(5), "$2".into()]
    );
}

#[test]
fn a_byte_order_mark_is_skipped() {
    let [one, two] = &numbered(2)[..] else { panic!() };
    // As in two concatenated files.
    assert_eq!(outcomes(&format!("{MARK}{one}\n{MARK}{two}\n")), ["$1", "$2"]);
    let scene = demo();
    let arguments = format!("{MARK}{}", invite());
    let (answers, code) = values(&mut call(&scene, INVITE, &arguments, &["--json"]));
    assert_eq!((&answers[0]["result"], code), (&json!({"allow": true}), 0));
}

#[test]
fn events_come_from_standard_input_and_pipes() {
    let events = numbered(3).join("\n");
    let scene = demo();
    let config = scene.write();
    let config = config.to_str().unwrap();
    for path in ["-", "/dev/stdin"] {
        let command = hsmod(&["replay", "-c", config, path, "--json"]);
        let (lines, code) = values(&mut fed(command, events.as_bytes()));
        assert_eq!((&lines[3]["summary"]["allowed"], code), (&json!(3), 0), "{path}");
    }
    let again = hsmod(&["replay", "-c", config, "-", "--repeat", "2"]);
    insta::assert_snapshot!(shown(&mut hsmod(&["replay", "-c", "-", "-"]), scene.folder()), @"
    exit code: 2
    --- stderr
    error: the config and the events cannot both come from standard input
      fix: put one of them into a file
    ");
    insta::assert_snapshot!(shown(&mut fed(again, events.as_bytes()), scene.folder()), @"
    exit code: 2
    --- stderr
    error: --repeat: standard input can be read only once
      fix: write the events to a file, and give its path
    ");
}

#[cfg(unix)]
#[test]
fn events_and_arguments_come_from_a_named_pipe() {
    let scene = demo();
    let pipe = scene.folder().join("pipe");
    assert!(Command::new("mkfifo").arg(&pipe).status().unwrap().success());
    let config = scene.write();
    let (config, pipe) = (config.to_str().unwrap(), pipe.to_str().unwrap());
    let from_pipe = |arguments: &[&str], text: String| {
        let path = pipe.to_owned();
        let writer = std::thread::spawn(move || std::fs::write(path, text).unwrap());
        let (lines, code) = values(&mut hsmod(arguments));
        writer.join().unwrap();
        (lines.last().unwrap().clone(), code)
    };
    let (summary, code) =
        from_pipe(&["replay", "-c", config, pipe, "--json"], numbered(2).join("\n"));
    assert_eq!((&summary["summary"]["allowed"], code), (&json!(2), 0));
    let (answer, code) =
        from_pipe(&["call", "-c", config, INVITE, pipe, "--json"], invite().to_string());
    assert_eq!((&answer["result"], code), (&json!({"allow": true}), 0));
}

#[test]
fn other_file_formats_are_reported_once_with_a_remedy() {
    let utf16: Vec<u8> = "\u{feff}{}".encode_utf16().flat_map(u16::to_le_bytes).collect();
    let pretty = serde_json::to_string_pretty(&event("$1", "@a:localhost")).unwrap();
    let files: [&[u8]; 5] =
        [b"\x1f\x8b\x08\x00\x00", b"\x28\xb5\x2f\xfd\x24", &utf16, b"[{}]", pretty.as_bytes()];
    let said: Vec<String> = files.into_iter().map(said).collect();
    insta::assert_snapshot!(said.join("\n\n"), @"
    exit code: 2
    --- stderr
    error: cannot read the events from `<folder>/events.ndjson`: it is compressed by gzip
      fix: zcat <folder>/events.ndjson | hsmod replay -c <folder>/modules.yaml -

    exit code: 2
    --- stderr
    error: cannot read the events from `<folder>/events.ndjson`: it is compressed by zstd
      fix: zstdcat <folder>/events.ndjson | hsmod replay -c <folder>/modules.yaml -

    exit code: 2
    --- stderr
    error: cannot read the events from `<folder>/events.ndjson`: it is UTF-16
      fix: iconv -f UTF-16 -t UTF-8 <folder>/events.ndjson | hsmod replay -c <folder>/modules.yaml -

    exit code: 2
    --- stderr
    error: cannot read the events from `<folder>/events.ndjson`: it is a JSON array, not one object per line
      fix: jq -c '.[]' <folder>/events.ndjson | hsmod replay -c <folder>/modules.yaml -

    exit code: 2
    --- stderr
    error: cannot read the events from `<folder>/events.ndjson`: it is JSON spread over several lines, not one object per line
      fix: jq -c . <folder>/events.ndjson | hsmod replay -c <folder>/modules.yaml -
    ");
    let scene = demo();
    let mut command = hsmod(&["replay", "-c", scene.write().to_str().unwrap(), "-"]);
    command.stdin(Stdio::piped());
    insta::assert_snapshot!(shown(&mut fed(command, b"\x1f\x8b\x08"), scene.folder()), @"
    exit code: 2
    --- stderr
    error: cannot read the events from standard input: it is compressed by gzip
      fix: put `zcat` before it: .. | zcat | hsmod replay -c <folder>/modules.yaml -
    ");
}

#[test]
fn only_the_beginning_tells_what_a_file_is() {
    let [one, two] = &numbered(2)[..] else { panic!() };
    assert_eq!(
        outcomes(&format!("{one}\n{{\n[{{}}]\n{two}\n")),
        ["$1".into(), json!(2), json!(3), "$2".into()]
    );
    // A truncated line does not count as the beginning of another format.
    assert_eq!(outcomes(&format!("{}\n{two}", &one[..20])), [json!(1), "$2".into()]);
}

#[test]
fn a_file_without_events_is_reported() {
    insta::assert_snapshot!([said(b""), said(b"\n \n")].join("\n\n"), @"
    exit code: 0
    --- stdout
    0 events: 0 allowed (0 replaced), 0 denied, 0 failed
    # s: # events per second; the calls alone: # per second
    demo: called 0 times, denied 0, failed 0
    not asked: spam_checker.user_may_create_room: no event here led to it
    --- stderr
    warning: there is no event in `<folder>/events.ndjson`

    exit code: 0
    --- stdout
    0 events: 0 allowed (0 replaced), 0 denied, 0 failed
    # s: # events per second; the calls alone: # per second
    demo: called 0 times, denied 0, failed 0
    not asked: spam_checker.user_may_create_room: no event here led to it
    --- stderr
    warning: there is no event in `<folder>/events.ndjson`
    ");
}

#[test]
fn missing_arguments_are_reported() {
    let said = |arguments: &[u8]| {
        let scene = demo();
        let mut command = call(&scene, INVITE, "", &[]);
        std::fs::write(scene.folder().join("args.json"), arguments).unwrap();
        shown(&mut command, scene.folder())
    };
    let said: Vec<String> = [b"".as_slice(), b"\x1f\x8b\x08", b"{"].into_iter().map(said).collect();
    insta::assert_snapshot!(said.join("\n\n"), @"
    exit code: 2
    --- stderr
    error: there are no arguments in `<folder>/args.json`
      fix: write them there as a JSON object, or leave the file out to be told what the callback takes

    exit code: 2
    --- stderr
    error: cannot read the arguments from `<folder>/args.json`: it is compressed by gzip
      fix: zcat <folder>/args.json | hsmod call -c <folder>/modules.yaml spam_checker.user_may_invite -

    exit code: 2
    --- stderr
    error: the arguments in `<folder>/args.json` are not JSON: the text ends too early, at line 1 column 1
      fix: close all quotes, brackets and braces
    ");
}
