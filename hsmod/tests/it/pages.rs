//! Tests that the files and commands in the book do what the book says.
//!
//! A block that begins with "```yaml file=NAME" is a file in the folder where the page's commands
//! are run. Next to it is a folder `plugins` with the plugins that come with hsmod. In a block
//! "```console", each line with `$` is run, and the lines below it are its expected output, stdout
//! and stderr together. `...` stands for any text; on a line of its own, for any lines. Blocks
//! "```console later" are not run, since they need what tests do not have.

use std::fs;
use std::path::Path;
use std::process::Command;

use hsmod_tests::build;
use hsmod_tests::scene::{only_its_owner_may_write, private_folder};

/// A command of a page, and its expected output.
struct Shown {
    command: String,
    output: Vec<String>,
}

#[test]
fn operators_modules_yaml() {
    page("operators/modules-yaml.md", |folder| {
        fs::create_dir(folder.join("templates")).unwrap();
        fs::create_dir(folder.join("data")).unwrap();
    });
}

#[test]
fn operators_check() {
    page("operators/check.md", |_| ());
}

#[test]
fn operators_migrate() {
    page("operators/migrate.md", |_| ());
}

/// Writes the files of a page and runs its commands.
fn page(name: &str, prepare: impl FnOnce(&Path)) {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs").join(name);
    let text = fs::read_to_string(&file).unwrap();
    let folder = private_folder();
    let plugins = folder.path().join("plugins");
    fs::create_dir(&plugins).unwrap();
    only_its_owner_may_write(&plugins);
    for plugin in ["demo", "event_censor", "http_antispam", "list_spam_checker"] {
        let copy = plugins.join(format!("lib{plugin}.so"));
        fs::copy(build::plugin(plugin), &copy).unwrap();
        only_its_owner_may_write(&copy);
    }
    prepare(folder.path());
    let mut ran = 0;
    for (info, block) in blocks(&text) {
        if let Some((_, file)) = info.split_once(" file=") {
            fs::write(folder.path().join(file), block.join("\n") + "\n").unwrap();
        } else if info == "console" {
            for shown in commands(&block) {
                run(&shown, folder.path());
                ran += 1;
            }
        }
    }
    assert!(ran > 0, "`{name}` shows no command");
}

/// The fenced blocks of a page: the text after the opening fence, and the lines.
fn blocks(text: &str) -> Vec<(String, Vec<&str>)> {
    let mut blocks = Vec::new();
    let mut lines = text.lines();
    while let Some(line) = lines.next() {
        if let Some(info) = line.strip_prefix("```") {
            let block = lines.by_ref().take_while(|line| !line.starts_with("```")).collect();
            blocks.push((info.to_owned(), block));
        }
    }
    blocks
}

fn commands(block: &[&str]) -> Vec<Shown> {
    let mut commands: Vec<Shown> = Vec::new();
    for line in block {
        match line.strip_prefix("$ ") {
            Some(command) => {
                let command = command.split("   #").next().unwrap_or(command).trim_end();
                commands.push(Shown { command: command.to_owned(), output: Vec::new() });
            }
            None => {
                let shown = commands.last_mut().expect("a block begins with a command");
                shown.output.push((*line).to_owned());
            }
        }
    }
    commands
}

fn run(shown: &Shown, folder: &Path) {
    let binary = Path::new(env!("CARGO_BIN_EXE_hsmod")).parent().unwrap();
    let path = std::env::var("PATH").unwrap_or_default();
    let mut shell = Command::new("sh");
    shell.args(["-c", &format!("{} 2>&1", shown.command)]).current_dir(folder);
    shell.env("PATH", format!("{}:{path}", binary.display())).env_remove("RUST_LOG");
    let output = shell.output().unwrap();
    let printed = String::from_utf8(output.stdout).unwrap();
    let printed = printed.replace(&*folder.to_string_lossy(), "...");
    let printed: Vec<&str> = printed.lines().collect();
    let expected: Vec<&str> = shown.output.iter().map(String::as_str).collect();
    assert!(
        expected.is_empty() || lines_match(&expected, &printed),
        "`{}` printed\n{}\nand not\n{}",
        shown.command,
        printed.join("\n"),
        expected.join("\n"),
    );
    // A command without expected output must succeed.
    assert!(
        !expected.is_empty() || output.status.success(),
        "`{}`: {}\n{}",
        shown.command,
        output.status,
        printed.join("\n")
    );
}

/// Whether the lines are those expected; `...` stands for any.
fn lines_match(expected: &[&str], printed: &[&str]) -> bool {
    match expected.split_first() {
        None => printed.is_empty(),
        Some((&"...", rest)) => {
            (0..=printed.len()).any(|skipped| lines_match(rest, &printed[skipped..]))
        }
        Some((first, rest)) => printed
            .split_first()
            .is_some_and(|(line, more)| line_matches(first, line) && lines_match(rest, more)),
    }
}

/// Whether the line is the one expected; `...` stands for anything within it.
fn line_matches(expected: &str, line: &str) -> bool {
    let (start, rest) = match expected.split_once("...") {
        None => return expected == line,
        Some(parts) => parts,
    };
    let Some(line) = line.strip_prefix(start) else { return false };
    let mut ends = line.char_indices().map(|(at, _)| at).chain([line.len()]);
    ends.any(|end| line_matches(rest, &line[end..]))
}
