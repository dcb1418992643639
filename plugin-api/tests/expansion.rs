//! Shows the expansion of one row of `callbacks!`: all that `is_user_expired` adds to the crate.
//!
//! The output of the compiler changes from one version to the next, so it is compared under one
//! version only. `UPDATE_SNAPSHOTS=1` rewrites the snapshot.

use std::path::Path;
use std::process::Command;

/// The minor version of the compiler that wrote the text.
const WRITTEN_BY: &str = "rustc 1.95.";

const CATEGORY: &str = "account_validity";
const ROW: &str = "is_user_expired";

#[test]
fn a_row_becomes_what_the_snapshot_says() {
    let compiler = env!("HSMOD_RUSTC");
    if !compiler.starts_with(WRITTEN_BY) {
        eprintln!("not compared: the text is that of {WRITTEN_BY}*, this is {compiler}");
        return;
    }
    let crate_text = expanded_crate();
    let lines: Vec<&str> = crate_text.lines().collect();
    let start = format!("    pub mod {CATEGORY} {{");
    let start = lines.iter().position(|line| *line == start).expect("the category's module");
    let length = lines[start..].iter().position(|line| *line == "    }").expect("its end");
    let mut found = Vec::new();
    for item in items(&lines[start + 1..start + length]) {
        // The output of the table's derive belongs to abi_stable.
        if !item.first().trim_start().starts_with("const ") {
            item.keep(&mut found);
        }
    }
    let mut text = format!("// What `{ROW}` of `{CATEGORY}` becomes. Written by expansion.rs.\n\n");
    for line in found {
        text.push_str(line.strip_prefix("        ").unwrap_or(line));
        text.push('\n');
    }

    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/expansion.snap");
    if std::env::var_os("UPDATE_SNAPSHOTS").is_some() {
        std::fs::write(&path, text).unwrap();
        return;
    }
    let expected = std::fs::read_to_string(&path).unwrap_or_default().replace("\r\n", "\n");
    assert!(
        text == expected,
        "a row of `callbacks!` becomes something else than tests/expansion.snap says; if that is \
         what the change is for, commit what this writes:\n\
         UPDATE_SNAPSHOTS=1 cargo test -p hsmod-plugin-api --features host --test expansion\n\n{text}"
    );
}

/// This crate with all macros expanded.
fn expanded_crate() -> String {
    let output = Command::new(env!("CARGO"))
        .args(["rustc", "--quiet", "--frozen", "--package", env!("CARGO_PKG_NAME")])
        .args(["--lib", "--features", "host", "--profile", "check", "--", "-Zunpretty=expanded"])
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        // A separate directory, because the variable below makes cargo rebuild the dependencies.
        .env("CARGO_TARGET_DIR", Path::new(env!("CARGO_TARGET_TMPDIR")).join("expansion"))
        .env("RUSTC_BOOTSTRAP", "1")
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

/// A piece of code that begins with one line: an item, a field, a statement.
struct Item<'a> {
    attributes: Vec<Vec<&'a str>>,
    lines: Vec<&'a str>,
}

impl<'a> Item<'a> {
    fn first(&self) -> &'a str {
        self.lines.first().copied().unwrap_or_default()
    }

    /// Adds the whole piece to `kept` if it begins with the row's name; otherwise the parts of it
    /// that do, with the lines around them.
    fn keep(&self, kept: &mut Vec<&'a str>) {
        let is = |attribute: &[&str], name| attribute[0].trim_start().starts_with(name);
        let derived = self.attributes.iter().any(|lines| is(lines, "#[automatically_derived"));
        if derived || !self.lines.iter().any(|line| line.contains(ROW)) {
            return;
        }
        kept.extend(self.attributes.iter().filter(|lines| !is(lines, "#[doc")).flatten());
        if self.first().contains(ROW) {
            kept.extend(self.lines.iter().filter(|line| !is_text_of_the_docs(line)));
            return;
        }
        let body = self.lines.iter().position(|line| line.ends_with('{')).unwrap_or(0) + 1;
        let (head, body) = self.lines.split_at(body);
        let inner = least_indentation(body);
        let end = body.iter().rposition(|line| indentation(line) >= inner).map_or(0, |at| at + 1);
        let (body, tail) = body.split_at(end);
        kept.extend(head);
        for item in items(body) {
            item.keep(kept);
        }
        kept.extend(tail);
    }
}

/// Splits lines into pieces: each begins at the least indentation.
fn items<'a>(lines: &[&'a str]) -> Vec<Item<'a>> {
    let least = least_indentation(lines);
    let mut items = Vec::new();
    let mut attributes: Vec<Vec<&str>> = Vec::new();
    let mut in_attribute = false;
    for line in lines {
        let text = line.trim_start();
        let begins = indentation(line) == least && !is_closing(line);
        if in_attribute {
            attributes.last_mut().expect("it has begun").push(line);
            in_attribute = !text.ends_with(']');
        } else if begins && text.starts_with("#[") {
            attributes.push(vec![line]);
            in_attribute = !text.ends_with(']');
        } else if begins && text.starts_with("///") {
            // Doc comments are in the row itself.
        } else if begins {
            items.push(Item { attributes: std::mem::take(&mut attributes), lines: vec![line] });
        } else if let Some(item) = items.last_mut() {
            item.lines.push(line);
        }
    }
    items
}

fn least_indentation(lines: &[&str]) -> usize {
    lines.iter().filter(|line| !is_closing(line)).map(|line| indentation(line)).min().unwrap_or(0)
}

fn is_closing(line: &str) -> bool {
    line.trim_start().starts_with(['}', ')', ']'])
}

fn indentation(line: &str) -> usize {
    line.len() - line.trim_start().len()
}

fn is_text_of_the_docs(line: &str) -> bool {
    let begins = |with| line.trim_start().starts_with(with);
    ["doc: &[r\"", "example: &[r\"", "r\""].into_iter().any(begins)
}
