//! Finds broken links in a folder of HTML pages.

use std::collections::{BTreeMap, HashSet};
use std::fs;
use std::path::{Component, Path, PathBuf};

use html5gum::{Token, Tokenizer};

use crate::command::Result;

/// The links and link targets of a page.
#[derive(Debug, Default)]
struct Page {
    /// The IDs that may follow `#`.
    anchors: HashSet<String>,
    /// The links as written.
    links: Vec<String>,
}

/// Returns the broken links, each with its page. URLs that lead out of the folder are not checked,
/// so that no network is needed.
///
/// # Errors
/// The folder or a page cannot be read, or the folder contains no page.
pub(super) fn dead(folder: &Path) -> Result<Vec<String>> {
    let mut pages = BTreeMap::new();
    collect(folder, &mut pages)?;
    if pages.is_empty() {
        return Err(format!("there is no page in `{}`", folder.display()).into());
    }
    let mut dead = Vec::new();
    for (file, page) in &pages {
        for link in &page.links {
            if let Some(reason) = why_dead(file, link, &pages) {
                let file = file.strip_prefix(folder).unwrap_or(file);
                dead.push(format!("{}: `{link}`: {reason}", file.display()));
            }
        }
    }
    Ok(dead)
}

fn collect(folder: &Path, pages: &mut BTreeMap<PathBuf, Page>) -> Result<()> {
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            collect(&path, pages)?;
        } else if path.extension().is_some_and(|extension| extension == "html") {
            let page = read(&fs::read_to_string(&path)?);
            pages.insert(path, page);
        }
    }
    Ok(())
}

fn read(html: &str) -> Page {
    let mut page = Page::default();
    for token in Tokenizer::new(html) {
        let Ok(Token::StartTag(tag)) = token else { continue };
        for (name, value) in tag.attributes {
            let value = String::from_utf8_lossy(&value).into_owned();
            match &**name {
                b"id" => drop(page.anchors.insert(value)),
                b"href" | b"src" => page.links.push(value),
                _ => (),
            }
        }
    }
    page
}

/// Why a link of `file` is broken. `None` if it is valid or leads out of the folder.
fn why_dead(file: &Path, link: &str, pages: &BTreeMap<PathBuf, Page>) -> Option<&'static str> {
    let scheme = link.split(['/', '#', '?']).next().unwrap_or(link);
    if scheme.contains(':') || link.starts_with("//") {
        return None;
    }
    let (path, anchor) = link.split_once('#').unwrap_or((link, ""));
    let path = path.split('?').next().unwrap_or(path);
    let target = match path {
        "" => file.to_owned(),
        path => resolved(&file.parent()?.join(path)),
    };
    match pages.get(&target) {
        None if target.is_file() => None,
        None => Some("there is no such page"),
        Some(page) if anchor.is_empty() || page.anchors.contains(anchor) => None,
        Some(_) => Some("the page has no such heading"),
    }
}

/// Resolves `.` and `..` in a path.
fn resolved(path: &Path) -> PathBuf {
    let mut resolved = PathBuf::new();
    for component in path.components() {
        match component {
            Component::ParentDir => drop(resolved.pop()),
            Component::CurDir => (),
            other => resolved.push(other),
        }
    }
    resolved
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn links_that_lead_nowhere_are_found() {
        let page = |html: &str| read(html);
        let pages = BTreeMap::from([
            (PathBuf::from("/b/index.html"), page("<h1 id=\"top\">x</h1>")),
            (PathBuf::from("/b/a/page.html"), page("<p id='here'><a href=\"../index.html\">x</a>")),
        ]);
        let file = Path::new("/b/a/page.html");
        let why = |link: &str| why_dead(file, link, &pages);
        for good in
            ["#here", "", "../index.html#top", "../a/./page.html", "https://example.org/x", "//x/y"]
        {
            assert_eq!(why(good), None, "{good}");
        }
        assert_eq!(why("#there"), Some("the page has no such heading"));
        assert_eq!(why("../index.html#bottom"), Some("the page has no such heading"));
        assert_eq!(why("index.html"), Some("there is no such page"));
        assert_eq!(why("../missing.png"), Some("there is no such page"));
        assert_eq!(pages[file].links, ["../index.html"]);
    }
}
