//! Tests that the book's part on porting covers every callback and every member of `ModuleApi`, and
//! quotes the plugins correctly.
//!
//! A block "```rs" is compared here; blocks "```rust" are compiled with the documentation of
//! `hsmod-plugin-api`. `from=` names the file that a block is quoted from.

use std::collections::BTreeSet;
use std::fs;

use hsmod_plugin_api::callbacks::CATEGORIES;
use hsmod_plugin_api::table::CallbackInfo;
use hsmod_tests::build;

fn read(file: &str) -> String {
    let path = build::workspace().join(file);
    fs::read_to_string(&path).unwrap_or_else(|error| panic!("{file}: {error}"))
}

fn page(name: &str) -> String {
    read(&format!("docs/porting/{name}"))
}

/// The fenced blocks of a page: the text after the fence, and the content.
fn blocks(page: &str) -> Vec<(String, String)> {
    let mut blocks = Vec::new();
    let mut lines = page.lines();
    while let Some(line) = lines.next() {
        if let Some(info) = line.strip_prefix("```") {
            let block: Vec<&str> =
                lines.by_ref().take_while(|line| !line.starts_with("```")).collect();
            blocks.push((info.to_owned(), block.join("\n")));
        }
    }
    blocks
}

/// All blocks of a language, as one text.
fn in_language(page: &str, language: &str) -> String {
    let blocks = blocks(page).into_iter().filter(|(info, _)| info == language);
    blocks.map(|(_, text)| text).collect::<Vec<_>>().join("\n")
}

/// The identifiers in code or Markdown.
fn names(text: &str) -> BTreeSet<&str> {
    text.split(|c: char| !c.is_alphanumeric() && c != '_').collect()
}

/// Normalizes line breaks.
fn in_one_line(text: &str) -> String {
    let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
    text.replace("( ", "(").replace(",)", ")").replace(", )", ")")
}

fn signature(callback: &CallbackInfo) -> String {
    let arguments: String =
        callback.arguments.iter().map(|(name, kind)| format!(", {name}: {kind}")).collect();
    let (name, answer) = (callback.name, callback.answer);
    format!("async fn {name}(&self{arguments}) -> Result<{answer}, ModuleError>")
}

#[test]
fn every_callback_is_shown_in_both_languages() {
    let page = page("callbacks.md");
    for category in CATEGORIES {
        let (_, section) = page
            .split_once(&format!("\n## {}\n", category.name))
            .unwrap_or_else(|| panic!("docs/porting/callbacks.md lacks `## {}`", category.name));
        let section = section.split("\n## ").next().unwrap_or_default();
        let shown: Vec<&str> = section.split("\n### `").skip(1).collect();
        let known: Vec<&str> = category.callbacks.iter().map(|callback| callback.name).collect();
        let found: Vec<&str> =
            shown.iter().map(|text| text.split('`').next().unwrap_or_default()).collect();
        assert_eq!(found, known, "docs/porting/callbacks.md: a heading a callback, in their order");
        for (callback, text) in category.callbacks.iter().zip(shown) {
            let name = callback.name;
            let [(python, there), (rust, here)] = &blocks(text)[..] else {
                panic!("{name}: two blocks, what Synapse has and what we have")
            };
            assert_eq!((&**python, &**rust), ("python", "rs"), "{name}");
            assert!(in_one_line(there).contains(&format!("def {name}(self, ")), "{there}");
            assert_eq!(in_one_line(here), signature(callback), "{name}: docs/porting/callbacks.md");
            let remark = text.rsplit("```").next().unwrap_or_default().trim();
            assert!(!remark.is_empty(), "{name}: what differs?");
        }
    }
}

#[test]
fn every_member_of_module_api_is_shown_in_both_languages() {
    let members = read("plugin-api/src/module/api/members.md");
    let page = page("module-api.md");
    let (python, rust) = (in_language(&page, "python"), in_language(&page, "rust"));
    let (there, here, anywhere) = (names(&python), names(&rust), names(&page));
    let mut seen = 0;
    for row in members.lines().filter(|line| line.starts_with("| ")).skip(2) {
        let mut cells = row.trim_matches('|').split(" | ");
        let (synapse, ours) = (cells.next().unwrap(), cells.next().unwrap());
        if synapse.trim().starts_with("not in Synapse") {
            continue;
        }
        // Skip `func`, which is an argument that a row explains.
        let code = synapse.split('`').skip(1).step_by(2).filter(|code| *code != "func");
        for name in code.map(|code| code.split('(').next().unwrap()) {
            let shown =
                there.contains(name) || (ours.contains("not needed") && anywhere.contains(name));
            assert!(shown, "docs/porting/module-api.md does not show `{name}` in Python");
            seen += 1;
        }
        for name in ours.split("(Self::").skip(1).map(|rest| rest.split(')').next().unwrap()) {
            assert!(
                here.contains(name),
                "docs/porting/module-api.md does not show `{name}` in Rust"
            );
        }
    }
    assert!(seen > 60, "{seen} members: how does members.md look now?");
    for category in CATEGORIES {
        let name = format!("register_{}_callbacks", category.name);
        assert!(there.contains(&*name) && here.contains(&*name), "{name}");
    }
}

/// The lines that are not blank, without indentation.
fn lines(text: &str) -> Vec<&str> {
    text.lines().map(str::trim).filter(|line| !line.is_empty()).collect()
}

#[test]
fn code_quoted_from_a_plugin_is_in_the_plugin() {
    let folder = build::workspace().join("docs/porting");
    let mut quoted = 0;
    for entry in fs::read_dir(folder).unwrap() {
        let name = entry.unwrap().file_name().into_string().unwrap();
        for (info, block) in blocks(&page(&name)) {
            let Some(file) = info.strip_prefix("rs from=") else { continue };
            let (source, block) = (read(file), lines(&block));
            let is_there = lines(&source).windows(block.len()).any(|window| window == block);
            assert!(
                is_there,
                "docs/porting/{name} quotes what is not in {file}:\n{}",
                block.join("\n")
            );
            quoted += 1;
        }
    }
    assert!(quoted > 15, "{quoted}");
}

#[test]
fn the_small_examples_are_there_whole() {
    for plugin in ["list_spam_checker", "demo", "event_censor"] {
        let name = format!("{}.md", plugin.replace('_', "-"));
        let file = format!("plugins/{plugin}/src/lib.rs");
        let shown: Vec<String> = blocks(&page(&name))
            .into_iter()
            .filter(|(info, _)| *info == format!("rs from={file}"))
            .flat_map(|(_, block)| {
                lines(&block).iter().map(|line| (*line).to_owned()).collect::<Vec<_>>()
            })
            .filter(|line| !line.starts_with("//!"))
            .collect();
        let source = read(&file);
        let (code, _tests) = source.split_once("#[cfg(test)]").unwrap();
        let code = lines(code).into_iter().filter(|line| !line.starts_with("//!"));
        assert_eq!(shown, code.collect::<Vec<_>>(), "docs/porting/{name} and {file}");
    }
}
